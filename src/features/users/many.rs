//! Removing several people at once: one page that says everything that goes, one word typed, one operation.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::form_pages::consequences;
use super::operations::{self, Removal, contributions_of};
use crate::access::{Access, Person};
use crate::domain::{Email, Permission, ProfileName};
use crate::web::extract::Query;
use crate::web::fields::{CheckField, Field, FieldError, FormErrors};
use crate::web::form::{CheckedForm, Fields};
use crate::web::frame::Frame;
use crate::web::pager::PAGE;
use crate::web::problem::Problem;
use crate::web::view::Notice;
use crate::web::{page, paths};

/// More than a list shows on one page cannot be chosen by hand.
const MOST: usize = PAGE as usize;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    user: Vec<String>,
}

/// The form as typed.
struct Form {
    with_contributions: bool,
    profiles: Vec<String>,
    confirm: String,
}

/// Who of the chosen can be removed, and why the others are left out.
#[derive(Default)]
struct Selection {
    people: Vec<(Email, Arc<Person>)>,
    left_out: Vec<String>,
}

#[derive(Template)]
#[template(path = "users/remove_many.html")]
struct ReviewPage {
    frame: Frame,
    errors: Vec<FieldError>,
    notice: Option<Notice>,
    action: &'static str,
    back_href: &'static str,
    people: Vec<PersonView>,
    with_contributions: CheckField,
    confirm: Field,
}

struct PersonView {
    email: String,
    href: String,
    consequences: Vec<String>,
    profiles: Vec<CheckField>,
}

pub(super) async fn review(
    access: Access,
    frame: Frame,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    let selection = select(&access, chosen.user.iter().map(String::as_str));
    let form = Form {
        with_contributions: true,
        profiles: Vec::new(),
        confirm: String::new(),
    };
    let errors = FormErrors::default();
    page::ok(&ReviewPage::with(frame, &selection, &form, errors))
}

pub(super) async fn remove(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let selection = select(&access, fields.all("user"));
    let form = Form::sent(&fields);
    let errors = form.check(&selection);
    if !errors.is_empty() {
        return page::invalid(&ReviewPage::with(frame, &selection, &form, errors));
    }
    let mut chosen = selection.people.iter();
    if chosen.any(|(_, person)| person.static_login().is_some()) {
        access.require(Permission::WriteStaticLogins)?;
    }
    let removals = selection
        .people
        .into_iter()
        .map(|(email, person)| {
            let removal = form.removal(&access, &person);
            (email, person, removal)
        })
        .collect();
    let operation = operations::plan_remove_many(&access, removals).await?;
    Ok(page::see_other(&paths::fill(
        paths::OPERATION,
        &operation.id.to_string(),
    )))
}

fn select<'a>(access: &Access, chosen: impl Iterator<Item = &'a str>) -> Selection {
    let everybody = access.people();
    let mut selection = Selection::default();
    let mut keys: Vec<String> = chosen.map(str::to_ascii_lowercase).take(MOST).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let found = everybody.binary_search_by(|person| person.key.as_str().cmp(&key));
        let Ok(index) = found else {
            selection
                .left_out
                .push(format!("{key} is not there any more."));
            continue;
        };
        let person = everybody[index].clone();
        if access.actor().user == person.name {
            let why = format!("{key} is you: somebody must stay who can sign in.");
            selection.left_out.push(why);
        } else if person.password_object().is_none()
            && person.static_login().is_none()
            && person.owns.is_empty()
            && person.contributes.is_empty()
        {
            let why = format!("{key} has nothing here that could be removed.");
            selection.left_out.push(why);
        } else {
            match key.parse() {
                Ok(email) => selection.people.push((email, person)),
                Err(why) => selection.left_out.push(format!("{key}: {why}.")),
            }
        }
    }
    selection
}

impl Selection {
    /// What has to be typed: the deed and how many it is done to.
    fn phrase(&self) -> String {
        match self.people.len() {
            1 => "remove 1 user".to_owned(),
            count => format!("remove {count} users"),
        }
    }
}

impl Form {
    fn sent(fields: &Fields) -> Self {
        Self {
            with_contributions: fields.is_checked("with_contributions"),
            profiles: fields.all("profile").map(ToOwned::to_owned).collect(),
            confirm: fields.get("confirm").to_owned(),
        }
    }

    fn check(&self, selection: &Selection) -> FormErrors {
        let mut errors = FormErrors::default();
        let phrase = selection.phrase();
        if selection.people.is_empty() {
            errors.add("", "Nobody is left to remove");
        } else if self.confirm != phrase {
            errors.add("confirm", format!("Type “{phrase}” to confirm"));
        }
        errors
    }

    /// Only profiles that the person owns, whatever the form says.
    fn removal(&self, access: &Access, person: &Person) -> Removal {
        let goes = |name: &&ProfileName| self.profiles.iter().any(|sent| sent == name.as_str());
        Removal {
            profiles: person.owns.iter().filter(goes).cloned().collect(),
            contributions: if self.with_contributions {
                contributions_of(access, person)
            } else {
                Vec::new()
            },
        }
    }
}

impl ReviewPage {
    fn with(frame: Frame, selection: &Selection, form: &Form, errors: FormErrors) -> Self {
        let phrase = selection.phrase();
        let label = format!("Type “{phrase}” to confirm");
        Self {
            frame: frame.titled(match selection.people.len() {
                0 => "Remove users".to_owned(),
                1 => "Remove 1 user".to_owned(),
                count => format!("Remove {count} users"),
            }),
            notice: (!selection.left_out.is_empty())
                .then(|| Notice::new("warning", "Left out", selection.left_out.join(" "))),
            action: paths::USERS_REMOVE,
            back_href: paths::USERS,
            people: selection
                .people
                .iter()
                .map(|(_, person)| PersonView::new(person, form))
                .collect(),
            with_contributions: CheckField::new(
                "with_contributions",
                "Also take away their part in profiles of others",
                form.with_contributions,
            ),
            confirm: Field::text("confirm", &label, &form.confirm, &errors),
            errors: errors.0,
        }
    }
}

impl PersonView {
    fn new(person: &Person, form: &Form) -> Self {
        let mut consequences = consequences(person);
        if !person.contributes.is_empty() {
            let profiles: Vec<&str> = person
                .contributes
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            consequences.push(format!("Contributes to {}.", profiles.join(", ")));
        }
        let profile = |name: &ProfileName| {
            let chosen = form.profiles.iter().any(|sent| sent == name.as_str());
            CheckField::new("profile", &format!("Also delete the profile {name} with everything in it; otherwise it stays, without an owner who can sign in"), chosen)
                .sending(name.as_str())
        };
        Self {
            email: person.key.clone(),
            href: paths::fill(paths::USER, &person.key),
            consequences,
            profiles: person.owns.iter().map(profile).collect(),
        }
    }
}
