//! What was chosen for each line, and what is wrong with it.

use super::gather::{Leaver, Leavers, Thing};
use crate::access::Access;
use crate::domain::{Checklist, Decision, Email, Item, Line, UserName};
use crate::web::fields::FormErrors;
use crate::web::form::Fields;

/// One line as chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// `keep`, `hand-over`, `delete`; empty for a line that the form did not have.
    pub decision: String,
    pub to: String,
}

/// The form as typed, line by line in the order of the page.
pub(super) struct Form {
    pub choices: Vec<Vec<Choice>>,
    pub confirm: String,
}

pub(super) fn decision_name(item: &Item, person: &str) -> String {
    format!("decide:{}", item.key(person))
}

pub(super) fn heir_name(item: &Item, person: &str) -> String {
    format!("to:{}", item.key(person))
}

/// What errors point at.
pub(super) fn id(part: &str, person: usize, line: usize) -> String {
    format!("{part}-{person}-{line}")
}

fn code(decision: &Decision) -> &'static str {
    match decision {
        Decision::Keep => "keep",
        Decision::HandOver { .. } => "hand-over",
        Decision::Delete => "delete",
    }
}

/// What has to be typed before a profile is deleted.
pub(super) fn phrase(leavers: &Leavers) -> String {
    match leavers.people.as_slice() {
        [one] => one.person.key.clone(),
        several => format!("off-board {} users", several.len()),
    }
}

impl Form {
    pub(super) fn fresh(leavers: &Leavers) -> Self {
        let choice = |thing: &Thing| Choice {
            decision: code(&thing.item.safe_decision()).to_owned(),
            to: String::new(),
        };
        Self {
            choices: of_each(leavers, |_, thing| choice(thing)),
            confirm: String::new(),
        }
    }

    pub(super) fn sent(leavers: &Leavers, fields: &Fields) -> Self {
        let choice = |leaver: &Leaver, thing: &Thing| Choice {
            decision: fields
                .get(&decision_name(&thing.item, &leaver.person.key))
                .to_owned(),
            to: fields
                .get(&heir_name(&thing.item, &leaver.person.key))
                .to_owned(),
        };
        Self {
            choices: of_each(leavers, choice),
            confirm: fields.get("confirm").to_owned(),
        }
    }

    pub(super) fn parse(
        &self,
        access: &Access,
        leavers: &Leavers,
    ) -> Result<Checklist, FormErrors> {
        let mut errors = FormErrors::default();
        let mut checklist = Checklist::default();
        for (number, leaver) in leavers.people.iter().enumerate() {
            for (line, thing) in leaver.things.iter().enumerate() {
                let at = (number, line);
                let choice = &self.choices[number][line];
                let decision = decide(access, leavers, (thing, choice), at, &mut errors);
                checklist.lines.extend(decision.map(|decision| Line {
                    person: leaver.person.key.clone(),
                    item: thing.item.clone(),
                    decision,
                    found: thing.found.clone(),
                }));
            }
        }
        if leavers.people.is_empty() {
            errors.add("", "Nobody is left to off-board");
        }
        let phrase = phrase(leavers);
        if deletes_a_profile(&checklist) && self.confirm != phrase {
            let why = format!(
                "Type “{phrase}” to confirm that profiles are deleted with everything in them"
            );
            errors.add("confirm", why);
        }
        if errors.is_empty() {
            Ok(checklist)
        } else {
            Err(errors)
        }
    }
}

fn of_each<T>(leavers: &Leavers, make: impl Fn(&Leaver, &Thing) -> T) -> Vec<Vec<T>> {
    let of = |leaver: &Leaver| {
        let things = leaver.things.iter();
        things.map(|thing| make(leaver, thing)).collect()
    };
    leavers.people.iter().map(of).collect()
}

fn deletes_a_profile(checklist: &Checklist) -> bool {
    checklist
        .lines
        .iter()
        .any(|line| matches!(line.item, Item::Profile { .. }) && line.decision == Decision::Delete)
}

fn decide(
    access: &Access,
    leavers: &Leavers,
    (thing, choice): (&Thing, &Choice),
    (person, line): (usize, usize),
    errors: &mut FormErrors,
) -> Option<Decision> {
    match choice.decision.as_str() {
        "keep" => Some(Decision::Keep),
        "delete" => Some(Decision::Delete),
        "hand-over" if thing.item.can_be_handed_over() => {
            let heir = heir(access, leavers, &thing.item, &choice.to);
            let to = errors.take(&id("to", person, line), heir)?;
            Some(Decision::HandOver { to })
        }
        "" => {
            let what = thing.item.describe();
            let why = format!("{what} was not on the page that you saw: decide about it");
            errors.add(&id("decide", person, line), why);
            None
        }
        _ => {
            errors.add(&id("decide", person, line), "Choose what becomes of it");
            None
        }
    }
}

fn heir(access: &Access, leavers: &Leavers, item: &Item, typed: &str) -> Result<UserName, String> {
    let email = typed.parse::<Email>().map_err(|why| why.to_string())?;
    let heir = access.heir(&email, &leavers.entrants)?;
    if leavers.includes(&heir) {
        return Err(format!("{heir} leaves as well"));
    }
    let owner = match item {
        Item::Part { profile, .. } => access
            .cluster()
            .profile(profile)
            .and_then(|profile| profile.owner.as_ref().map(|owner| owner.name.clone())),
        Item::Profile { .. } | Item::Login { .. } | Item::Sessions | Item::Administrator { .. } => {
            None
        }
    };
    if owner.as_ref() == Some(&heir) {
        return Err(format!("{heir} owns this profile already"));
    }
    Ok(heir)
}
