//! The form to add many, with what is wrong line by line.

use askama::Template;
use axum::response::Response;

use super::check::{Checked, RowProblem};
use super::form::{ImportForm, share_id};
use super::operations::USER;
use crate::access::Access;
use crate::domain::{QuotaUse, Role};
use crate::features::quotas::form::QuotaFields;
use crate::web::fields::{CheckField, Choice, Field, FieldError, FormErrors, SelectField};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

/// Problems that are spelled out; with more the list itself is wrong.
const MOST_PROBLEMS: usize = 200;

#[derive(Template)]
#[template(path = "imports/new.html")]
pub(super) struct NewPage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    template_href: &'static str,
    back_href: &'static str,
    problems: Vec<RowProblem>,
    problem_count: usize,
    fine: String,
    people: Field,
    with_profile: CheckField,
    pattern: Field,
    quota: QuotaFields,
    shares: Vec<ShareFields>,
    skip: CheckField,
}

struct ShareFields {
    profile: Field,
    role: SelectField,
}

pub(super) async fn new(_access: Access, frame: Frame) -> Result<Response, Problem> {
    let form = ImportForm::empty();
    let checked = Checked::default();
    page::ok(&NewPage::with(frame, &form, FormErrors::default(), checked))
}

impl NewPage {
    /// The form with what was typed and what is wrong with it.
    pub(super) fn with(
        frame: Frame,
        form: &ImportForm,
        errors: FormErrors,
        checked: Checked,
    ) -> Self {
        let shares = form.shared.iter().enumerate();
        let shares = shares.map(|(index, (profile, role))| ShareFields {
            profile: Field::text("shared_profile", "Profile", profile, &errors)
                .with_id(share_id(index), &errors),
            role: role_field(index, role),
        });
        Self {
            action: paths::USERS_IMPORT,
            template_href: paths::USERS_IMPORT_TEMPLATE,
            back_href: paths::USERS,
            people: Field::text("people", "People", &form.people, &errors).lines().hint(
                "One person a line: e-mail, name, profile. Only the e-mail must be there. Commas, semicolons or tabs, as a spreadsheet writes them; at most 5,000 lines.",
            ),
            with_profile: CheckField::new(
                "with_profile",
                "Create a profile for everybody",
                form.with_profile,
            ),
            pattern: Field::text("pattern", "Name of the profiles", &form.pattern, &errors).hint(
                &format!("{USER} stands for what is before the @. A name in the list itself goes first."),
            ),
            quota: form.quota.fields(&QuotaUse::default(), &errors),
            shares: shares.collect(),
            skip: CheckField::new("skip", "Leave out the lines with problems", form.skip),
            problem_count: checked.problems.len(),
            fine: match checked.rows.len() {
                1 => "1 person could be added.".to_owned(),
                count => format!("{count} people could be added."),
            },
            problems: checked.problems.into_iter().take(MOST_PROBLEMS).collect(),
            frame: frame.titled("Add many users"),
            errors: errors.0,
        }
    }
}

fn role_field(index: usize, chosen: &str) -> SelectField {
    let options = Role::ALL
        .into_iter()
        .map(|role| Choice::new(role.as_str(), role.as_str(), chosen))
        .collect();
    SelectField::new("shared_role", "Role", options).with_id(format!("shared-role-{index}"), None)
}
