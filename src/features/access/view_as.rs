//! What somebody else sees here: their profiles and what they may do, read-only, said in a banner and recorded.
//!
//! Nothing is done as that person. What is shown is worked out from memory and asked with SubjectAccessReviews.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::filter::AccessQuery;
use super::tabs::{Tab, tabs};
use crate::access::{Access, OwnProfile, Standing};
use crate::domain::{Email, Stated, UserName};
use crate::web::extract::Query;
use crate::web::fields::{Field, FieldError, FormErrors};
use crate::web::frame::{Banner, Frame};
use crate::web::pager::Address;
use crate::web::problem::Problem;
use crate::web::view::{self, Meter, Notice};
use crate::web::{page, paths, until};

#[derive(Debug, Default, Deserialize)]
pub(super) struct AsQuery {
    #[serde(default)]
    email: String,
}

#[derive(Template)]
#[template(path = "access/as.html")]
struct AsPage {
    frame: Frame,
    errors: Vec<FieldError>,
    notice: Option<Notice>,
    tabs: Vec<Tab>,
    action: &'static str,
    email: Field,
    seen: Option<Seen>,
}

struct Seen {
    name: String,
    profiles: Vec<ProfileView>,
    permissions: Vec<PermissionView>,
}

struct ProfileView {
    name: String,
    href: String,
    why_href: String,
    role: &'static str,
    until: String,
    verdict: &'static str,
    reason: String,
    meters: Vec<Meter>,
}

struct PermissionView {
    what: &'static str,
    allowed: bool,
    reason: String,
}

pub(super) async fn show(
    access: Access,
    mut frame: Frame,
    Query(query): Query<AsQuery>,
) -> Result<Response, Problem> {
    let mut errors = FormErrors::default();
    let typed = query.email.trim();
    let person = if typed.is_empty() {
        None
    } else {
        errors.take("email", typed.parse::<Email>())
    };
    let mut notice = None;
    let mut seen = None;
    if let Some(person) = person {
        let name = match access.stated(person.as_str()) {
            Stated::As(stated) => UserName::from_cluster(stated),
            Stated::NoLogin => UserName::from(&person),
        };
        access.record("access.viewed-as", name.as_str(), "").await?;
        frame.banners.push(Banner {
            kind: "info",
            text: format!(
                "You look at what {name} sees. You are still {}; nothing can be changed from here, and looking is recorded.",
                access.actor().user
            ),
        });
        let (profiles, state) = access.profiles_of(&name);
        notice = Notice::about("profiles", &state);
        seen = Some(Seen {
            profiles: profiles
                .iter()
                .map(|one| profile_view(&name, one))
                .collect(),
            permissions: permissions(&access, &name).await?,
            name: name.to_string(),
        });
    }
    let failed = !errors.is_empty();
    let mut email = Field::text("email", "Person", &query.email, &errors)
        .hint("E-mail, as they type it when they sign in");
    email.kind = "email";
    let found = AsPage {
        frame: frame.titled("View as"),
        notice,
        tabs: tabs("View as …", &AccessQuery::default().address()),
        action: paths::ACCESS_AS,
        email,
        seen,
        errors: errors.0,
    };
    if failed {
        page::invalid(&found)
    } else {
        page::ok(&found)
    }
}

fn profile_view(person: &UserName, own: &OwnProfile) -> ProfileView {
    let name = own.profile.name.as_str();
    let why = [("email", person.as_str()), ("profile", name)];
    ProfileView {
        name: name.to_owned(),
        href: paths::fill(paths::PROFILE, name),
        why_href: Address::new(paths::ACCESS_WHY, &why).with("page", ""),
        role: match own.standing {
            Standing::Owner => "owner",
            Standing::Contributor(role) => role.as_str(),
        },
        until: until::words(own.until.as_ref()),
        verdict: own.profile.health.verdict.as_str(),
        reason: own.profile.health.reason.clone(),
        meters: view::meters(&own.profile),
    }
}

async fn permissions(access: &Access, name: &UserName) -> Result<Vec<PermissionView>, Problem> {
    let rights = access.rights_of(name).await?;
    let view = |(permission, verdict): (crate::domain::Permission, crate::domain::Verdict)| {
        PermissionView {
            what: permission.describe(),
            allowed: verdict.allowed,
            reason: verdict.reason,
        }
    };
    Ok(rights.all().into_iter().map(view).collect())
}
