//! The forms to add and to remove an administrator.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::pages::{WayView, way};
use crate::access::Access;
use crate::domain::{ADMINISTRATOR_ROLE, Authority, Holder, Subject, UserName};
use crate::web::extract::Query;
use crate::web::fields::{CheckField, Field, FieldError, FormErrors};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "administrators/new.html")]
pub(super) struct NewPage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    back_href: &'static str,
    role: &'static str,
    email: Field,
}

pub(super) async fn new(_access: Access, frame: Frame) -> Result<Response, Problem> {
    page::ok(&NewPage::with(frame, "", FormErrors::default()))
}

impl NewPage {
    pub(super) fn with(frame: Frame, email: &str, errors: FormErrors) -> Self {
        let mut field = Field::text("email", "E-mail", email, &errors)
            .hint("Of somebody who can sign in: with a login in Dex, or signed in here right now");
        field.kind = "email";
        Self {
            frame: frame.titled("Add administrator"),
            action: paths::ADMINISTRATOR_NEW,
            back_href: paths::ADMINISTRATORS,
            role: ADMINISTRATOR_ROLE,
            email: field,
            errors: errors.0,
        }
    }
}

/// Who is meant, as the list links to it and the form sends it again.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Meant {
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub name: String,
}

impl Meant {
    pub(super) fn subject(&self) -> Subject {
        if self.kind == "Group" {
            Subject::Group(self.name.clone())
        } else {
            Subject::User(UserName::from_cluster(self.name.clone()))
        }
    }
}

#[derive(Template)]
#[template(path = "administrators/remove.html")]
pub(super) struct RemovePage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    back_href: &'static str,
    kind: &'static str,
    who: String,
    lines: Vec<BindingLine>,
    groups: String,
}

struct BindingLine {
    field: CheckField,
    way: WayView,
}

pub(super) async fn remove(
    access: Access,
    frame: Frame,
    Query(meant): Query<Meant>,
) -> Result<Response, Problem> {
    let authority = access.authority().await?;
    let holder = find(&authority, &meant)?;
    let all: Vec<String> = holder.ways.iter().map(|way| way.binding.clone()).collect();
    let page = RemovePage::with(&access, frame, &holder, &all, FormErrors::default());
    page::ok(&page.await?)
}

pub(super) fn find(authority: &Authority, meant: &Meant) -> Result<Holder, Problem> {
    authority.holder(&meant.subject()).ok_or_else(|| {
        Problem::not_found(&format!("administrator named {}", meant.name))
            .way("See all administrators", paths::ADMINISTRATORS)
    })
}

impl RemovePage {
    pub(super) async fn with(
        access: &Access,
        frame: Frame,
        holder: &Holder,
        chosen: &[String],
        errors: FormErrors,
    ) -> Result<Self, Problem> {
        let lines = holder.ways.iter().map(|one| {
            let label = format!("Take {} out of {}", holder.subject, one.binding);
            let ticked = chosen.contains(&one.binding);
            BindingLine {
                field: CheckField::new("binding", &label, ticked).sending(&one.binding),
                way: way(one),
            }
        });
        Ok(Self {
            frame: frame.titled(format!("Remove administrator {}", holder.subject.name())),
            action: paths::ADMINISTRATOR_REMOVE,
            back_href: paths::ADMINISTRATORS,
            kind: holder.subject.kind(),
            who: holder.subject.name().to_owned(),
            lines: lines.collect(),
            groups: groups_of(access, &holder.subject).await?,
            errors: errors.0,
        })
    }
}

/// Groups that this person was seen with: those rights are not theirs alone, and stay.
async fn groups_of(access: &Access, subject: &Subject) -> Result<String, Problem> {
    let Subject::User(user) = subject else {
        return Ok(String::new());
    };
    let entrants = access.entrants().await?;
    let groups: Vec<&str> = entrants
        .groups
        .iter()
        .filter(|(_, members)| members.contains(user))
        .map(|(group, _)| group.as_str())
        .collect();
    Ok(groups.join(", "))
}
