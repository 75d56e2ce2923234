//! Which rights are looked at: by person, profile, role, source and state.

use serde::Deserialize;

use crate::access::{Level, Reach, Right, Source};
use crate::domain::Role;
use crate::web::fields::{Choice, SelectField};
use crate::web::pager::Address;
use crate::web::paths;
use crate::web::view::Tools;

/// The query of the page and of the export.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct AccessQuery {
    /// `people`, `profiles` or `lines`.
    #[serde(default)]
    pub by: String,
    /// Part of a person's or group's name, or the whole.
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub profile: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub page: usize,
    #[serde(default)]
    pub across: usize,
}

const ROLES: [(&str, &str); 5] = [
    ("owner", "Owner"),
    ("admin", "admin"),
    ("edit", "edit"),
    ("view", "view"),
    ("other", "Another role"),
];
const STATES: [(&str, &str); 2] = [("trouble", "Not right"), ("well", "In order")];

impl AccessQuery {
    pub(super) fn address(&self) -> Address {
        self.address_at(paths::ACCESS)
    }

    pub(super) fn address_at(&self, path: &'static str) -> Address {
        Address::new(
            path,
            &[
                ("by", self.by.as_str()),
                ("q", self.q.as_str()),
                ("profile", self.profile.as_str()),
                ("role", self.role.as_str()),
                ("source", self.source.as_str()),
                ("state", self.state.as_str()),
            ],
        )
    }

    /// The rights that match. A whole name that is there means exactly that one; anything else is a part of names.
    pub(super) fn select<'r>(&self, reach: &'r Reach) -> Vec<&'r Right> {
        let (person, profile) = (folded(&self.q), folded(&self.profile));
        let rights = &reach.rights;
        let person_is_whole = rights
            .iter()
            .any(|right| right.who.name().eq_ignore_ascii_case(&person));
        let profile_is_whole = rights.iter().any(|right| place(right) == profile);
        let fits = |name: &str, wanted: &str, whole| {
            wanted.is_empty()
                || if whole {
                    name == wanted
                } else {
                    name.contains(wanted)
                }
        };
        let mut found: Vec<&Right> = rights
            .iter()
            .filter(|right| {
                // What holds everywhere holds in this profile too.
                let here =
                    right.profile.is_none() || fits(place(right), &profile, profile_is_whole);
                here && fits(&folded(right.who.name()), &person, person_is_whole)
                    && self.fits_kind(right)
            })
            .collect();
        // Whose profile it is comes first, whoever may do everything everywhere comes last.
        if !profile.is_empty() {
            found.sort_by_key(|right| right.source);
        }
        found
    }

    fn fits_kind(&self, right: &Right) -> bool {
        let role = match self.role.as_str() {
            "owner" => right.level == Level::Owner,
            "other" => right.level == Level::Other,
            "" => true,
            role => role
                .parse::<Role>()
                .is_ok_and(|role| right.level == Level::Role(role)),
        };
        let source = self.source.is_empty() || right.source.code() == self.source;
        let state = match self.state.as_str() {
            "trouble" => !right.trouble.is_empty(),
            "well" => right.trouble.is_empty(),
            _ => true,
        };
        role && source && state
    }

    /// Filters and chips of the form above the rights; the two search fields are the template's.
    pub(super) fn tools(&self) -> Tools {
        let address = self.address();
        let sources = Source::ALL.map(|source| (source.code(), source.label()));
        let mut tools = Tools::new(paths::ACCESS, "Person or group", &self.q, &address)
            .filter("role", "Role", &ROLES, &self.role, &address)
            .filter("source", "Source", &sources, &self.source, &address)
            .filter("state", "State", &STATES, &self.state, &address)
            .keeping("by", &self.by)
            .narrowed("profile", "Profile", &self.profile, &address);
        // The profile has a field of its own in the form.
        tools.keep.retain(|kept| kept.name != "profile");
        tools.clear_href =
            Address::new(paths::ACCESS, &[("by", self.by.as_str())]).with("page", "");
        tools
    }
}

fn folded(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

fn place(right: &Right) -> &str {
    right
        .profile
        .as_ref()
        .map_or("", crate::domain::ProfileName::as_str)
}

/// One of a few, as a select of a form.
pub(super) fn select(name: &str, label: &str, choices: &[&str], chosen: &str) -> SelectField {
    let options = choices
        .iter()
        .map(|choice| Choice::new(choice, choice, chosen))
        .collect();
    SelectField::new(name, label, options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Who;
    use crate::domain::{ProfileName, UserName};

    fn right(person: &str, profile: Option<&str>) -> Right {
        Right {
            who: Who::Person(UserName::from_cluster(person)),
            profile: profile.map(ProfileName::from_cluster),
            level: Level::Role(Role::Edit),
            source: Source::Contributor,
            detail: String::new(),
            until: None,
            trouble: String::new(),
        }
    }

    #[test]
    fn a_whole_name_means_that_one_and_what_holds_everywhere_holds_there_too() {
        let reach = Reach {
            rights: vec![
                right("ana@example.com", Some("team")),
                right("ana@example.com", Some("team-b")),
                right("root@example.com", None),
            ],
        };
        let query = |profile: &str, q: &str| AccessQuery {
            profile: profile.to_owned(),
            q: q.to_owned(),
            ..AccessQuery::default()
        };
        assert_eq!(query("team", "").select(&reach).len(), 2);
        assert_eq!(query("tea", "").select(&reach).len(), 3);
        assert_eq!(query("", "Ana@example.com").select(&reach).len(), 2);
        assert_eq!(query("team-b", "ana").select(&reach).len(), 1);
    }
}
