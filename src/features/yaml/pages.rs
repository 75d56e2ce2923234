//! One object.

use askama::Template;
use axum::response::Response;

use crate::access::SignedIn;
use crate::cluster::{ObjectName, Place, Shown};
use crate::domain::{DEX_NAMESPACE, Permission};
use crate::web::extract::Path;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::Link;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "yaml/show.html")]
struct ShowPage {
    frame: Frame,
    trail: Vec<Link>,
    kind: &'static str,
    namespace: String,
    withheld: bool,
    yaml: String,
}

/// What the address names, checked before anybody is asked.
struct Wanted {
    shown: Shown,
    namespace: ObjectName,
    name: ObjectName,
}

pub(super) async fn show(
    signed_in: SignedIn,
    frame: Frame,
    Path((kind, namespace, name)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let wanted = wanted(&kind, &namespace, &name)
        .ok_or_else(|| Problem::not_found("object of this kind that is shown here"))?;
    let Wanted {
        shown,
        namespace,
        name,
    } = &wanted;
    let yaml = signed_in.yaml(*shown, namespace, name).await?;
    page::ok(&ShowPage {
        frame: frame.titled(format!("{} {name}", shown.kind())),
        trail: trail(&signed_in, &wanted),
        kind: shown.kind(),
        namespace: match shown.place() {
            Place::Cluster => String::new(),
            Place::Dex | Place::AnyNamespace => namespace.to_string(),
        },
        withheld: *shown == Shown::Password,
        yaml,
    })
}

/// One address per object: a namespace where it belongs and nowhere else.
fn wanted(kind: &str, namespace: &str, name: &str) -> Option<Wanted> {
    let shown: Shown = kind.parse().ok()?;
    let name: ObjectName = name.parse().ok()?;
    let namespace = match (shown.place(), namespace) {
        (Place::Cluster, "-") => name.clone(),
        (Place::Dex, DEX_NAMESPACE) | (Place::AnyNamespace, _) => namespace.parse().ok()?,
        (Place::Cluster | Place::Dex, _) => return None,
    };
    Some(Wanted {
        shown,
        namespace,
        name,
    })
}

/// Back to where the object is shown in words, for those who may open that.
fn trail(signed_in: &SignedIn, wanted: &Wanted) -> Vec<Link> {
    let profile = wanted.namespace.as_str();
    match wanted.shown.place() {
        Place::Dex => signed_in
            .may(Permission::ReadUsers)
            .then(|| Link::new("Users", paths::USERS))
            .into_iter()
            .collect(),
        Place::Cluster | Place::AnyNamespace if signed_in.may(Permission::ReadProfiles) => vec![
            Link::new("Profiles", paths::PROFILES),
            Link::new(profile, paths::fill(paths::PROFILE, profile)),
        ],
        Place::Cluster | Place::AnyNamespace => vec![Link::new("My profiles", paths::MINE)],
    }
}
