//! The form for a profile's quota.

use askama::Template;
use axum::response::Response;

use super::form::{QuotaFields, QuotaForm};
use crate::access::Access;
use crate::domain::{Profile, ProfileName};
use crate::web::extract::Path;
use crate::web::fields::{FieldError, FormErrors};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::Notice;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "quotas/edit.html")]
pub(super) struct EditPage {
    frame: Frame,
    errors: Vec<FieldError>,
    notice: Option<Notice>,
    profile: String,
    profile_href: String,
    action: String,
    quota: QuotaFields,
}

pub(super) async fn edit(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let profile = access
        .cluster()
        .profile(&name)
        .ok_or_else(|| Problem::not_found(&format!("profile named {name}")))?;
    page::ok(&EditPage::with(
        frame,
        &profile,
        &QuotaForm::of(&profile.quota),
        FormErrors::default(),
    ))
}

impl EditPage {
    pub(super) fn with(
        frame: Frame,
        profile: &Profile,
        form: &QuotaForm,
        errors: FormErrors,
    ) -> Self {
        let name = profile.name.as_str();
        Self {
            frame: frame.titled(format!("Quota of {name}")),
            notice: notice(profile),
            profile: name.to_owned(),
            profile_href: paths::fill(paths::PROFILE, name),
            action: paths::fill(paths::QUOTA, name),
            quota: form.fields(&profile.quota_use, &errors),
            errors: errors.0,
        }
    }
}

fn notice(profile: &Profile) -> Option<Notice> {
    if let Some(manager) = profile.managed_by {
        let text = "A change made here will be reverted by it. Change the quota where it keeps it.";
        return Some(Notice::new(
            "warning",
            &format!("This profile is managed by {}", manager.as_str()),
            text,
        ));
    }
    profile.quota.needs_container_defaults().then(|| {
        Notice::new(
            "info",
            "A limit on CPU or memory makes Kubernetes refuse pods that state none",
            "Notebooks state both; pipeline steps often do not. Such pods vanish with “failed quota: must specify …” in \
             the events. The Istio sidecar of each pod counts too. A LimitRange in the namespace gives defaults.",
        )
    })
}
