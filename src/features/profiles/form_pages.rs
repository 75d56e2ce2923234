//! The forms to create and to delete a profile.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::form::NewProfileForm;
use super::operations;
use super::pages::{facts, find};
use crate::access::Access;
use crate::cluster::InventoryLine;
use crate::domain::{Profile, ProfileName, QuotaUse};
use crate::features::quotas::form::QuotaFields;
use crate::web::extract::{Path, Query};
use crate::web::fields::{Field, FieldError, FormErrors};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::{Fact, Notice};
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "profiles/new.html")]
pub(super) struct NewPage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: Field,
    owner: Field,
    quota: QuotaFields,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct NewQuery {
    #[serde(default)]
    owner: String,
}

pub(super) async fn new(
    _: Access,
    frame: Frame,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    page::ok(&NewPage::with(
        frame,
        &NewProfileForm::empty(&query.owner),
        FormErrors::default(),
    ))
}

impl NewPage {
    pub(super) fn with(frame: Frame, form: &NewProfileForm, errors: FormErrors) -> Self {
        let mut owner = Field::text("owner", "Owner", &form.owner, &errors)
            .hint("E-mail of the person, exactly as they sign in");
        owner.kind = "email";
        Self {
            frame: frame.titled("Create profile"),
            name: Field::text("name", "Name", &form.name, &errors).hint(
                "Becomes a namespace: lower-case letters, digits and -, at most 63 characters",
            ),
            owner,
            quota: form.quota.fields(&QuotaUse::default(), &errors),
            errors: errors.0,
        }
    }
}

#[derive(Template)]
#[template(path = "profiles/delete.html")]
pub(super) struct DeletePage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: String,
    action: String,
    back_href: String,
    inventory: Vec<Fact>,
    notice: Option<Notice>,
    confirm: Field,
}

pub(super) async fn delete(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let profile = find(&access, &name)?;
    let inventory = operations::inventory(&access, &name).await?;
    page::ok(&DeletePage::with(
        frame,
        (&profile, &inventory),
        "",
        FormErrors::default(),
    ))
}

impl DeletePage {
    pub(super) fn with(
        frame: Frame,
        (profile, lines): (&Profile, &[InventoryLine]),
        confirm: &str,
        errors: FormErrors,
    ) -> Self {
        let name = profile.name.as_str();
        let mut inventory = facts(profile);
        inventory.extend(lines.iter().filter_map(inventory_fact));
        Self {
            frame: frame.titled(format!("Delete {name}")),
            name: name.to_owned(),
            action: paths::fill(paths::PROFILE_DELETE, name),
            back_href: paths::fill(paths::PROFILE, name),
            inventory,
            notice: Some(Notice::new(
                "warning",
                "Everything in the namespace goes",
                "Notebooks, volumes, pipeline runs, models and secrets. What a volume holds is lost unless its class keeps it.",
            )),
            confirm: Field::text(
                "confirm",
                &format!("Type {name} to confirm"),
                confirm,
                &errors,
            ),
            errors: errors.0,
        }
    }
}

fn inventory_fact(line: &InventoryLine) -> Option<Fact> {
    line.words().map(|text| Fact::new(line.what, text))
}
