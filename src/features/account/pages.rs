//! Who am I and what may I do; where am I signed in; and everybody's sessions for administrators.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::access::{Access, SignedIn};
use crate::clock::Clock;
use crate::domain::{Permission, Via};
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, PAGE, Pager};
use crate::web::problem::Problem;
use crate::web::view::{Action, Fact, Notice, SessionRow, Tools, When};
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "account/show.html")]
struct ShowPage {
    frame: Frame,
    notice: Option<Notice>,
    facts: Vec<Fact>,
    password: Action,
    groups: Vec<String>,
    permissions: Vec<PermissionRow>,
    sessions: Vec<SessionRow>,
    end_others: Option<Action>,
}

const CHANGE: &str = "Change password";

struct PermissionRow {
    what: String,
    detail: String,
    allowed: bool,
    reason: String,
}

pub(super) async fn show(signed_in: SignedIn, frame: Frame) -> Result<Response, Problem> {
    let now = Clock.now();
    let sessions = signed_in.own_sessions().await?;
    let others = sessions.len() > 1;
    let rows = sessions.iter().map(|session| {
        SessionRow::new(
            session,
            signed_in.session(),
            paths::ACCOUNT_SESSION_END,
            now,
        )
    });
    page::ok(&ShowPage {
        frame: frame.titled("Account"),
        notice: None,
        facts: facts(&signed_in),
        password: match signed_in.own_login() {
            Ok(_) => Action::allowed(CHANGE, paths::ACCOUNT_PASSWORD),
            Err(why) => Action::denied(CHANGE, why),
        },
        groups: signed_in
            .actor()
            .groups
            .iter()
            .map(ToString::to_string)
            .collect(),
        permissions: permissions(&signed_in),
        sessions: rows.collect(),
        end_others: others
            .then(|| Action::allowed("End all other sessions", paths::ACCOUNT_SESSIONS_END_OTHERS)),
    })
}

fn facts(signed_in: &SignedIn) -> Vec<Fact> {
    let session = signed_in.session();
    let via = match session.actor.via {
        Via::Dex => "Dex",
        Via::BreakGlass => "one-time link (break-glass)",
        Via::Kubeconfig => "one-time link, with the rights of a kubeconfig",
    };
    let now = Clock.now();
    vec![
        Fact::new("Known to Kubernetes as", session.actor.user.as_str()),
        Fact::new("Signed in by", via),
        Fact::new("Signed in", When::new(session.authenticated_at, now).exact),
        Fact::new("Session ends", When::new(session.expires_at, now).exact),
    ]
}

fn permissions(signed_in: &SignedIn) -> Vec<PermissionRow> {
    let rows = signed_in
        .verdicts()
        .into_iter()
        .map(|(permission, verdict)| {
            let rules: Vec<String> = permission
                .rules()
                .iter()
                .map(crate::domain::ResourceRule::describe)
                .collect();
            PermissionRow {
                what: permission.describe().to_owned(),
                detail: rules.join(", "),
                allowed: verdict.allowed,
                reason: verdict.reason,
            }
        });
    rows.collect()
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct SessionsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "sessions/list.html")]
struct SessionsPage {
    frame: Frame,
    notice: Option<Notice>,
    tools: Tools,
    rows: Vec<SessionRow>,
    pager: Pager,
}

pub(super) async fn sessions(
    access: Access,
    frame: Frame,
    Query(query): Query<SessionsQuery>,
) -> Result<Response, Problem> {
    let address = Address::new(paths::SESSIONS, &[("q", &query.q)]);
    let (sessions, total) = access
        .sessions(&query.q, PAGE, pager::offset(query.page))
        .await?;
    let (_, pager) = pager::page(
        &address,
        query.page,
        usize::try_from(total).unwrap_or(usize::MAX),
    );
    let end_path = if access.may(Permission::WriteSessions) {
        paths::SESSION_END
    } else {
        ""
    };
    let now = Clock.now();
    page::ok(&SessionsPage {
        frame: frame.titled("Sessions"),
        notice: None,
        tools: Tools::new(paths::SESSIONS, "Search by user", &query.q, &address),
        rows: sessions
            .iter()
            .map(|session| SessionRow::new(session, access.session(), end_path, now))
            .collect(),
        pager,
    })
}
