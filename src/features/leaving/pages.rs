//! The checklist: person by person, line by line, with what there is and what can become of it.

use askama::Template;

use super::form::{Choice as Chosen, Form, decision_name, heir_name, id, phrase};
use super::gather::{Leaver, Leavers, Thing};
use crate::domain::Item;
use crate::web::fields::{Choice, Field, FieldError, FormErrors, SelectField};
use crate::web::frame::Frame;
use crate::web::paths;
use crate::web::view::Notice;

#[derive(Template)]
#[template(path = "leaving/checklist.html")]
pub(super) struct ChecklistPage {
    frame: Frame,
    errors: Vec<FieldError>,
    notice: Option<Notice>,
    action: &'static str,
    back_href: &'static str,
    people: Vec<PersonView>,
    confirm: Option<Field>,
}

struct PersonView {
    email: String,
    href: String,
    name: String,
    lines: Vec<LineView>,
    notes: Vec<String>,
}

struct LineView {
    decision: SelectField,
    to: Option<Field>,
    found: Vec<String>,
}

impl ChecklistPage {
    pub(super) fn with(frame: Frame, leavers: &Leavers, form: &Form, errors: FormErrors) -> Self {
        let people = leavers.people.iter().enumerate();
        let owns = leavers
            .people
            .iter()
            .any(|leaver| !leaver.person.owns.is_empty());
        let label = format!("Type “{}” if a profile is deleted", phrase(leavers));
        Self {
            frame: frame.titled(match leavers.people.as_slice() {
                [] => "Off-board users".to_owned(),
                [one] => format!("Off-board {}", one.person.key),
                several => format!("Off-board {} users", several.len()),
            }),
            notice: (!leavers.left_out.is_empty())
                .then(|| Notice::new("warning", "Left out", leavers.left_out.join(" "))),
            action: paths::LEAVING,
            back_href: paths::USERS,
            people: people
                .map(|(number, leaver)| {
                    PersonView::new((number, leaver), &form.choices[number], &errors)
                })
                .collect(),
            confirm: owns.then(|| Field::text("confirm", &label, &form.confirm, &errors)),
            errors: errors.0,
        }
    }
}

impl PersonView {
    fn new((number, leaver): (usize, &Leaver), choices: &[Chosen], errors: &FormErrors) -> Self {
        let key = &leaver.person.key;
        let lines = leaver.things.iter().zip(choices).enumerate();
        Self {
            email: key.clone(),
            href: paths::fill(paths::USER, key),
            name: leaver.person.display_name().to_owned(),
            lines: lines
                .map(|(line, (thing, choice))| {
                    LineView::new(key, (thing, choice), (number, line), errors)
                })
                .collect(),
            notes: leaver.notes.clone(),
        }
    }
}

impl LineView {
    fn new(
        key: &str,
        (thing, choice): (&Thing, &Chosen),
        (person, line): (usize, usize),
        errors: &FormErrors,
    ) -> Self {
        let item = &thing.item;
        let mut options = Vec::new();
        if choice.decision.is_empty() {
            options.push(Choice::new("", "Choose …", ""));
        }
        let known = words(item);
        options.extend(
            known
                .iter()
                .map(|(value, label)| Choice::new(value, label, &choice.decision)),
        );
        let field = id("decide", person, line);
        let error = errors.at(&field);
        let heir = || {
            let label = format!("Who gets {}", item.describe());
            Field::text(&heir_name(item, key), &label, &choice.to, errors)
                .with_id(id("to", person, line), errors)
        };
        Self {
            decision: SelectField::new(&decision_name(item, key), &item.describe(), options)
                .with_id(field, error),
            to: item.can_be_handed_over().then(heir),
            found: thing.found.clone(),
        }
    }
}

/// What can become of it.
fn words(item: &Item) -> Vec<(&'static str, &'static str)> {
    match item {
        Item::Login { .. } => vec![
            ("delete", "Delete: nobody signs in with it any more"),
            ("keep", "Keep: they can go on signing in"),
        ],
        Item::Sessions => vec![
            (
                "delete",
                "End them here, and refresh tokens and offline sessions at Dex",
            ),
            ("keep", "Keep: they stay signed in where they are"),
        ],
        Item::Profile { .. } => vec![
            ("keep", "Keep: it stays theirs, and what runs in it goes on"),
            ("hand-over", "Hand over: somebody else becomes its owner"),
            ("delete", "Delete with everything in it, for ever"),
        ],
        Item::Part { .. } => vec![
            ("delete", "Take away"),
            ("hand-over", "Hand over: somebody else gets the same role"),
            ("keep", "Keep"),
        ],
        Item::Administrator { .. } => vec![
            ("delete", "Take away; others in the binding stay"),
            ("keep", "Keep: they go on administering if they can sign in"),
        ],
    }
}
