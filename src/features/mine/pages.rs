//! One's own profiles.

use askama::Template;
use axum::response::Response;

use crate::access::{OwnProfile, SignedIn, Standing};
use crate::cluster::{QUOTA_NAME, Shown};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::{self, Link, Meter, Notice};
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "mine/show.html")]
struct ShowPage {
    frame: Frame,
    notice: Option<Notice>,
    loaded: bool,
    change_password: Option<Link>,
    profiles: Vec<MyProfile>,
}

struct MyProfile {
    name: String,
    role: &'static str,
    verdict: &'static str,
    reason: String,
    remedy: String,
    meters: Vec<Meter>,
    connect: Vec<Snippet>,
    quota_yaml: Option<Link>,
}

struct Snippet {
    label: String,
    text: String,
}

pub(super) async fn show(signed_in: SignedIn, frame: Frame) -> Result<Response, Problem> {
    let (profiles, state) = signed_in.own_profiles();
    let notice = Notice::about("profiles", &state);
    page::ok(&ShowPage {
        frame: frame.titled("My profiles"),
        loaded: notice.is_none() || !profiles.is_empty(),
        notice,
        change_password: None,
        profiles: profiles.iter().map(my_profile).collect(),
    })
}

fn my_profile(own: &OwnProfile) -> MyProfile {
    let role = match own.standing {
        Standing::Owner => "owner",
        Standing::Contributor(role) => role.as_str(),
    };
    let name = own.profile.name.to_string();
    let sdk = format!("kfp.Client().list_experiments(namespace=\"{name}\")");
    MyProfile {
        role,
        verdict: own.profile.health.verdict.as_str(),
        reason: own.profile.health.reason.clone(),
        remedy: String::new(),
        meters: view::meters(&own.profile),
        quota_yaml: (!own.profile.quota_use.hard.is_empty()).then(|| {
            let quota = Shown::ResourceQuota;
            let path = paths::yaml(quota.resource(), &name, QUOTA_NAME);
            Link::new("Quota as YAML", path)
        }),
        connect: vec![Snippet {
            label: "Pipelines, in a notebook of this profile".to_owned(),
            text: sdk,
        }],
        name,
    }
}
