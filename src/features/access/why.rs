//! “Why can’t Ana get in?”: the chain link by link, and one button for what is broken.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::filter::AccessQuery;
use super::operations;
use super::tabs::{Tab, tabs};
use crate::access::{Access, Chain, ChainFix, ChainStep, Sight};
use crate::domain::{Permission, ProfileName};
use crate::web::extract::Query;
use crate::web::fields::{Field, FieldError, FormErrors};
use crate::web::frame::Frame;
use crate::web::pager::Address;
use crate::web::problem::Problem;
use crate::web::view::Link;
use crate::web::{page, paths};

#[derive(Debug, Default, Deserialize)]
pub(super) struct WhyQuery {
    #[serde(default)]
    email: String,
    #[serde(default)]
    profile: String,
}

#[derive(Template)]
#[template(path = "access/why.html")]
struct WhyPage {
    frame: Frame,
    errors: Vec<FieldError>,
    tabs: Vec<Tab>,
    action: &'static str,
    email: Field,
    profile: Field,
    answer: Option<Answer>,
}

struct Answer {
    kind: &'static str,
    headline: String,
    text: String,
    links: Vec<StepView>,
    see: Vec<Link>,
}

struct StepView {
    title: &'static str,
    state: &'static str,
    reason: String,
    fix: Option<FixView>,
}

/// What leads to a plan, or to the page where it is done.
struct FixView {
    label: String,
    href: String,
    posted: bool,
    fields: Vec<(&'static str, String)>,
    /// Why it is not this person's to do; empty when it is.
    denied: String,
}

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Query(query): Query<WhyQuery>,
) -> Result<Response, Problem> {
    let mut errors = FormErrors::default();
    let asked = !query.email.trim().is_empty() || !query.profile.trim().is_empty();
    let mut answer = None;
    if asked {
        if query.email.trim().is_empty() {
            errors.add("email", "Enter the e-mail of the person who cannot get in");
        }
        let name = ProfileName::from_cluster(query.profile.trim());
        match access.cluster().profile(&name) {
            Some(profile) if errors.is_empty() => {
                let chain = operations::explain(&access, &query.email, &profile).await;
                answer = Some(self::answer(&access, &name, &chain));
            }
            Some(_) => {}
            None if query.profile.trim().is_empty() => {
                errors.add("profile", "Enter the name of the profile");
            }
            None => errors.add("profile", format!("There is no profile named {name}")),
        }
    }
    let failed = !errors.is_empty();
    let mut email = Field::text("email", "Person", &query.email, &errors)
        .hint("E-mail, as they type it when they sign in");
    email.kind = "email";
    let found = WhyPage {
        frame: frame.titled("Why can’t … get in?"),
        tabs: tabs("Why can’t … get in?", &AccessQuery::default().address()),
        action: paths::ACCESS_WHY,
        email,
        profile: Field::text("profile", "Profile", &query.profile, &errors)
            .hint("Its name, which is also the name of its namespace"),
        answer,
        errors: errors.0,
    };
    if failed {
        page::invalid(&found)
    } else {
        page::ok(&found)
    }
}

fn answer(access: &Access, profile: &ProfileName, chain: &Chain) -> Answer {
    let unclear = chain.steps.iter().any(|step| step.sight == Sight::Unclear);
    let (kind, headline, text) = match chain.broken() {
        Some(step) => (
            "danger",
            format!("{} cannot work in {profile}", chain.name),
            format!("It ends here: {}", step.reason),
        ),
        None if unclear => (
            "warning",
            format!("{} should get into {profile}, with a doubt", chain.name),
            "Nothing is broken for certain; what is not clear is marked below.".to_owned(),
        ),
        None => (
            "success",
            format!("Nothing keeps {} out of {profile}", chain.name),
            "Everything that can be seen from here is in order. A browser that was signed in before may need to sign \
             out and in again; a page that stays empty is for the log of the notebook."
                .to_owned(),
        ),
    };
    Answer {
        kind,
        headline,
        text,
        links: chain
            .steps
            .iter()
            .map(|step| step_view(access, profile, step))
            .collect(),
        see: vec![
            Link::new(
                "See the profile",
                paths::fill(paths::PROFILE, profile.as_str()),
            ),
            Link::new(
                "Everything that this person can reach",
                Address::new(paths::ACCESS, &[("by", "lines"), ("q", &chain.name)])
                    .with("page", ""),
            ),
        ],
    }
}

fn step_view(access: &Access, profile: &ProfileName, step: &ChainStep) -> StepView {
    let state = match step.sight {
        Sight::Good => "good",
        Sight::Broken => "broken",
        Sight::Unclear => "unclear",
        Sight::NotReached => "skipped",
    };
    StepView {
        title: step.link.label(),
        state,
        reason: step.reason.trim().to_owned(),
        fix: step.fix.as_ref().map(|fix| fix_view(access, profile, fix)),
    }
}

impl FixView {
    fn link(label: &str, href: String) -> Self {
        Self {
            label: label.to_owned(),
            href,
            posted: false,
            fields: Vec::new(),
            denied: String::new(),
        }
    }

    fn post(label: String, href: String, fields: Vec<(&'static str, String)>) -> Self {
        Self {
            label,
            href,
            posted: true,
            fields,
            denied: String::new(),
        }
    }
}

fn fix_view(access: &Access, profile: &ProfileName, fix: &ChainFix) -> FixView {
    let name = profile.as_str();
    let mut view = match fix {
        ChainFix::AddLogin(email) => {
            let query = [("email", email.as_str())];
            let form = Address::new(paths::USER_NEW, &query).with("page", "");
            FixView::link("Add this login", form)
        }
        ChainFix::ResetPassword(email) => {
            let reset = paths::fill(paths::USER_RESET, email);
            FixView::post("Reset the password".to_owned(), reset, Vec::new())
        }
        ChainFix::AddContributor { user, role } => FixView::post(
            format!("Give {role} in {name} to {user}"),
            paths::fill(paths::CONTRIBUTORS, name),
            vec![("email", user.clone()), ("role", role.as_str().to_owned())],
        ),
        ChainFix::MendPair { object } => FixView::post(
            format!("Repair {object}"),
            paths::fill(paths::PAIR_MEND, name),
            vec![("object", object.clone())],
        ),
        ChainFix::SetOwner { owner } => FixView::post(
            format!("Make {owner} the owner everywhere"),
            paths::fill(paths::PROFILE_OWNER, name),
            vec![("owner", owner.clone())],
        ),
        ChainFix::SeeProfile => FixView::link("See the profile", paths::fill(paths::PROFILE, name)),
        ChainFix::EditQuota => FixView::link("Edit the quota", paths::fill(paths::QUOTA, name)),
    };
    let needs = needs(fix);
    if !access.may(needs) {
        view.denied = format!("your account may not {}", needs.describe());
    }
    view
}

fn needs(fix: &ChainFix) -> Permission {
    match fix {
        ChainFix::AddLogin(_) | ChainFix::ResetPassword(_) => Permission::WriteUsers,
        ChainFix::AddContributor { .. } | ChainFix::MendPair { .. } => {
            Permission::WriteContributors
        }
        ChainFix::SetOwner { .. } => Permission::WriteOwners,
        ChainFix::SeeProfile => Permission::ReadProfiles,
        ChainFix::EditQuota => Permission::WriteQuotas,
    }
}
