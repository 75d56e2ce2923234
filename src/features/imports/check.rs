//! Every line of a list against itself and against what is known of the cluster, before anything happens. From memory.

use std::collections::{HashMap, HashSet};

use super::operations::{Common, USER};
use super::table::Line;
use crate::access::Access;
use crate::domain::{Email, ImportRow, ProfileName, Stage};

/// What stands in the way of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowProblem {
    pub line: u64,
    pub text: String,
    pub why: String,
}

/// People that can be added, and lines that cannot.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub rows: Vec<ImportRow>,
    pub problems: Vec<RowProblem>,
}

/// Names that are taken already.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    logins: HashSet<String>,
    profiles: HashSet<String>,
}

impl Taken {
    pub(crate) fn of(access: &Access) -> Self {
        let people = access.people();
        let with_login = people.iter().filter(|person| !person.logins.is_empty());
        let profiles = access.cluster().profiles();
        Self {
            logins: with_login.map(|person| person.key.clone()).collect(),
            profiles: profiles
                .items
                .iter()
                .map(|profile| profile.name.to_string())
                .collect(),
        }
    }
}

/// One pass; first come, first served.
pub(crate) fn check(lines: &[Line], common: &Common, taken: &Taken) -> Checked {
    let mut checked = Checked::default();
    let mut emails: HashMap<Email, u64> = HashMap::new();
    let mut profiles: HashMap<ProfileName, u64> = HashMap::new();
    for line in lines {
        let row = row(line, common).and_then(|(email, profile)| {
            if let Some(other) = emails.get(&email) {
                return Err(format!("{email} is in line {other} already"));
            }
            if taken.logins.contains(email.as_str()) {
                return Err(format!("{email} has a login already"));
            }
            if let Some(name) = &profile {
                if let Some(other) = profiles.get(name) {
                    return Err(format!(
                        "The profile would be named {name}, as that of line {other}. Give one of them another name in the column “profile”"
                    ));
                }
                if taken.profiles.contains(name.as_str()) {
                    return Err(format!("A profile named {name} exists already"));
                }
            }
            Ok((email, profile))
        });
        match row {
            Ok((email, profile)) => {
                emails.insert(email.clone(), line.number);
                if let Some(name) = &profile {
                    profiles.insert(name.clone(), line.number);
                }
                let number = u32::try_from(checked.rows.len() + 1).unwrap_or(u32::MAX);
                checked.rows.push(new_row(number, line, email, profile));
            }
            Err(why) => checked.problems.push(RowProblem {
                line: line.number,
                text: line.email.clone(),
                why,
            }),
        }
    }
    checked
}

/// The line by itself.
fn row(line: &Line, common: &Common) -> Result<(Email, Option<ProfileName>), String> {
    let email: Email = line.email.parse().map_err(|why| format!("{why}"))?;
    if line.name.chars().count() > 100 || line.name.chars().any(char::is_control) {
        return Err("A name is at most 100 characters long".to_owned());
    }
    let profile = match (&common.pattern, line.profile.as_str()) {
        (None, "") => None,
        (None, _) => {
            return Err(
                "It names a profile, but profiles are not asked for on this form".to_owned(),
            );
        }
        (Some(pattern), "") => {
            let user = ProfileName::suggested_for(&email);
            Some(pattern.replacen(USER, user.as_str(), 1))
        }
        (Some(_), given) => Some(given.to_owned()),
    };
    let profile = profile
        .map(|name| {
            name.parse::<ProfileName>()
                .map_err(|why| format!("{name}: {why}"))
        })
        .transpose()?;
    Ok((email, profile))
}

fn new_row(number: u32, line: &Line, email: Email, profile: Option<ProfileName>) -> ImportRow {
    let username = if line.name.is_empty() {
        email.local_part().to_owned()
    } else {
        line.name.clone()
    };
    ImportRow {
        number,
        email,
        username,
        user_id: uuid::Uuid::now_v7().to_string(),
        profile,
        joined: Vec::new(),
        holder: String::new(),
        stage: Stage::Waiting,
        failure: String::new(),
        handed_over: false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::read;
    use super::*;

    fn checked(text: &str) -> Checked {
        let common = Common {
            pattern: Some("ml-{user}".to_owned()),
            ..Common::default()
        };
        let taken = Taken {
            logins: HashSet::from(["old@x.io".to_owned()]),
            profiles: HashSet::from(["ml-bo".to_owned()]),
        };
        check(&read(text).unwrap(), &common, &taken)
    }

    #[test]
    fn each_line_is_a_person_with_a_profile_after_the_pattern() {
        let good = checked("ada@x.io,Ada Lovelace\neve@x.io,,own-name\n");
        assert_eq!(good.problems, []);
        let names: Vec<_> = good
            .rows
            .iter()
            .map(|row| {
                (
                    row.number,
                    row.username.as_str(),
                    row.profile.as_ref().unwrap().as_str(),
                )
            })
            .collect();
        assert_eq!(
            names,
            [(1, "Ada Lovelace", "ml-ada"), (2, "eve", "own-name")]
        );
    }

    #[test]
    fn each_wrong_line_says_why_and_the_others_stay() {
        let bad = checked(
            "ada@x.io\nADA@x.io\nno address\nold@x.io\nbo@x.io\nada@y.io\neve@x.io,,Eve\nlast@x.io\n",
        );
        let lines: Vec<u64> = bad.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7]);
        assert_eq!(bad.rows.len(), 2);
        assert!(bad.problems[0].why.contains("in line 1 already"));
        assert!(bad.problems[4].why.contains("as that of line 1"));
    }
}
