//! One's own profiles.

use askama::Template;
use axum::response::Response;

use crate::access::{OwnProfile, SignedIn, Standing};
use crate::cluster::{QUOTA_NAME, Shown};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::{self, Link, Meter, Notice};
use crate::web::{page, paths, until};

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
    /// Empty: no end.
    until: String,
    verdict: &'static str,
    reason: String,
    remedy: String,
    meters: Vec<Meter>,
    usage: Option<Link>,
    quota_yaml: Option<Link>,
    /// `None`: theirs to know is only their own role.
    contributors: Option<Vec<String>>,
    manage: Option<Link>,
}

pub(super) async fn show(signed_in: SignedIn, frame: Frame) -> Result<Response, Problem> {
    let (profiles, state) = signed_in.own_profiles();
    let notice = Notice::about("profiles", &state);
    page::ok(&ShowPage {
        frame: frame.titled("My profiles"),
        loaded: notice.is_none() || !profiles.is_empty(),
        notice,
        change_password: None,
        profiles: profiles
            .iter()
            .map(|own| my_profile(&signed_in, own))
            .collect(),
    })
}

fn my_profile(signed_in: &SignedIn, own: &OwnProfile) -> MyProfile {
    let role = match own.standing {
        Standing::Owner => "owner",
        Standing::Contributor(role) => role.as_str(),
    };
    let name = own.profile.name.to_string();
    let has_quota = !own.profile.quota_use.hard.is_empty();
    let keeper = signed_in.keeper_of(own);
    MyProfile {
        role,
        until: until::words(own.until.as_ref()),
        verdict: own.profile.health.verdict.as_str(),
        reason: own.profile.health.reason.clone(),
        remedy: String::new(),
        meters: view::meters(&own.profile),
        usage: has_quota.then(|| {
            let path = paths::fill(paths::PROFILE_USAGE, &name);
            Link::new("Usage over time", path)
        }),
        contributors: keeper.as_ref().map(|keeper| {
            let others = keeper.contributors();
            let others = others.iter();
            others
                .map(|one| match until::words(one.until.as_ref()).as_str() {
                    "" => format!("{} ({})", one.user, one.role),
                    until => format!("{} ({}, {until})", one.user, one.role),
                })
                .collect()
        }),
        manage: keeper.is_some().then(|| {
            let path = paths::fill(paths::MINE_CONTRIBUTORS, &name);
            Link::new("Manage contributors", path)
        }),
        quota_yaml: has_quota.then(|| {
            let quota = Shown::ResourceQuota;
            let path = paths::yaml(quota.resource(), &name, QUOTA_NAME);
            Link::new("Quota as YAML", path)
        }),
        name,
    }
}
