//! The forms to add and to remove somebody.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::actions::find;
use super::form::{NewUserForm, RemoveForm, SharedRow};
use super::secret_form::SecretFields;
use crate::access::{Access, Person};
use crate::domain::{QuotaUse, Role};
use crate::features::quotas::form::QuotaFields;
use crate::web::extract::{Path, Query};
use crate::web::fields::{CheckField, Choice, Field, FieldError, FormErrors, SelectField};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "users/new.html")]
pub(super) struct NewPage {
    frame: Frame,
    errors: Vec<FieldError>,
    email: Field,
    name: Field,
    with_profile: CheckField,
    profile: Field,
    quota: QuotaFields,
    contributions: Vec<ContributionFields>,
    secret: SecretFields,
}

struct ContributionFields {
    profile: SelectField,
    role: SelectField,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct NewQuery {
    #[serde(default)]
    email: String,
}

pub(super) async fn new(
    access: Access,
    frame: Frame,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    page::ok(&NewPage::with(
        frame,
        &NewUserForm::empty(&query.email),
        FormErrors::default(),
        &access,
    ))
}

impl NewPage {
    /// The form with what was typed and what is wrong with it.
    pub(super) fn with(
        frame: Frame,
        form: &NewUserForm,
        errors: FormErrors,
        access: &Access,
    ) -> Self {
        let mut email = Field::text("email", "E-mail", &form.email, &errors)
            .hint("The address to sign in with. Dex and Istio compare it byte for byte, so it is kept in lower case.");
        email.kind = "email";
        Self {
            frame: frame.titled("Add user"),
            email,
            name: Field::text("username", "Name", &form.username, &errors).hint("Shown in Kubeflow. Empty: the part before the @."),
            with_profile: CheckField::new("with_profile", "Create a profile for this person", form.with_profile),
            profile: Field::text("profile", "Name of the profile", &form.profile, &errors)
                .hint("Becomes a namespace: lower-case letters, digits and -. Empty: made from the e-mail."),
            quota: form.quota.fields(&QuotaUse::default(), &errors),
            contributions: form.shared.iter().map(|row| contribution_fields(row, access)).collect(),
            secret: form.secret.fields(&errors),
            errors: errors.0,
        }
    }
}

/// More profiles than this are typed, not chosen.
const MOST_CHOICES: usize = 500;

fn contribution_fields(row: &SharedRow, access: &Access) -> ContributionFields {
    let profiles = access.cluster().profiles();
    let mut options = vec![Choice::new("", "None", &row.profile)];
    options.extend(
        profiles
            .items
            .iter()
            .take(MOST_CHOICES)
            .map(|p| Choice::new(p.name.as_str(), p.name.as_str(), &row.profile)),
    );
    if !row.profile.is_empty() && !options.iter().any(|option| option.selected) {
        options.push(Choice::new(&row.profile, &row.profile, &row.profile));
    }
    let id = format!("shared-{}", row.index);
    ContributionFields {
        profile: SelectField::new("shared_profile", "Profile", options)
            .with_id(id, row.error.clone()),
        role: role_field("shared_role", &row.role)
            .with_id(format!("shared-role-{}", row.index), None),
    }
}

fn role_field(name: &str, chosen: &str) -> SelectField {
    let label = |role: Role| match role {
        Role::View => "view: see what is there; may still open running notebooks",
        Role::Edit => "edit: work in it",
        Role::Admin => "admin: work in it and manage its roles",
    };
    let options = Role::ALL
        .into_iter()
        .map(|role| Choice::new(role.as_str(), label(role), chosen))
        .collect();
    SelectField::new(name, "Role", options)
}

#[derive(Template)]
#[template(path = "users/remove.html")]
pub(super) struct RemovePage {
    frame: Frame,
    errors: Vec<FieldError>,
    email: String,
    back_href: String,
    action: String,
    consequences: Vec<String>,
    contributions: Option<CheckField>,
    profiles: Vec<CheckField>,
    confirm: Option<Field>,
}

pub(super) async fn remove(
    access: Access,
    frame: Frame,
    Path(email): Path<String>,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    page::ok(&RemovePage::with(
        frame,
        &person,
        &RemoveForm::fresh(),
        FormErrors::default(),
    ))
}

impl RemovePage {
    pub(super) fn with(
        frame: Frame,
        person: &Person,
        form: &RemoveForm,
        errors: FormErrors,
    ) -> Self {
        let lost = "The namespace with all notebooks, volumes, pipelines and secrets in it. This cannot be undone.";
        let profiles = person.owns.iter().map(|name| {
            let chosen = form.profiles.iter().any(|sent| sent == name.as_str());
            CheckField::new(
                "profile",
                &format!("Also delete the profile {name}"),
                chosen,
            )
            .sending(name.as_str())
            .hint(lost)
        });
        let count = person.contributes.len();
        Self {
            frame: frame.titled(format!("Remove {}", person.key)),
            email: person.key.clone(),
            back_href: paths::fill(paths::USER, &person.key),
            action: paths::fill(paths::USER_REMOVE, &person.key),
            consequences: consequences(person),
            contributions: (count > 0).then(|| {
                CheckField::new(
                    "with_contributions",
                    &format!("Also take away their part in {count} profiles of others"),
                    form.with_contributions,
                )
            }),
            profiles: profiles.collect(),
            confirm: (!person.owns.is_empty()).then(|| {
                Field::text(
                    "confirm",
                    &format!("Type {} if a profile is deleted", person.key),
                    &form.confirm,
                    &errors,
                )
            }),
            errors: errors.0,
        }
    }
}

pub(super) fn consequences(person: &Person) -> Vec<String> {
    let mut all = Vec::new();
    if person.password_object().is_some() {
        all.push(
            "The login is deleted from Dex: nobody can sign in with it from then on.".to_owned(),
        );
        all.push("Sessions here and refresh tokens at Dex end. A session at Kubeflow’s gateway lives on for up to 24 hours.".to_owned());
    }
    if person.static_login().is_some() {
        all.push("The static entry is taken out of the configuration of Dex, and Dex is started anew, once. The old pod serves until the new one is up.".to_owned());
        all.push("Installing Kubeflow again writes its own configuration of Dex, and with it the user that it ships.".to_owned());
    }
    if person.logins.is_empty() {
        all.push("There is no login to delete here.".to_owned());
    }
    all
}
