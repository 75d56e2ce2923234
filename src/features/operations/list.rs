//! The list of all operations.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::access::Access;
use crate::clock::Clock;
use crate::domain::{Kind, State};
use crate::store::OperationFilter;
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::pager::{self, Address, PAGE, Pager};
use crate::web::problem::Problem;
use crate::web::view::{Notice, OperationRow, Tools};
use crate::web::{page, paths};

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "operations/list.html")]
struct ListPage {
    frame: Frame,
    notice: Option<Notice>,
    tools: Tools,
    rows: Vec<OperationRow>,
    pager: Pager,
}

pub(super) async fn list(
    access: Access,
    frame: Frame,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let address = Address::new(
        paths::OPERATIONS,
        &[
            ("q", &query.q),
            ("state", &query.state),
            ("kind", &query.kind),
        ],
    );
    let filter = OperationFilter {
        state: query.state.parse().ok(),
        kind: query.kind.parse().ok(),
        subject: query.q.clone(),
        actor: String::new(),
    };
    let offset = pager::offset(query.page);
    let (operations, total) = access.operations(&filter, PAGE, offset).await?;
    let (_, pager) = pager::page(
        &address,
        query.page,
        usize::try_from(total).unwrap_or(usize::MAX),
    );
    let states: Vec<(&str, &str)> = State::ALL
        .into_iter()
        .map(|state| (state.as_str(), state.as_str()))
        .collect();
    let kinds: Vec<(&str, &str)> = Kind::ALL
        .into_iter()
        .map(|kind| (kind.as_str(), kind.title()))
        .collect();
    let now = Clock.now();
    page::ok(&ListPage {
        frame: frame.titled("Operations"),
        notice: None,
        tools: Tools::new(paths::OPERATIONS, "Search by subject", &query.q, &address)
            .filter("state", "State", &states, &query.state, &address)
            .filter("kind", "Kind", &kinds, &query.kind, &address),
        rows: operations
            .iter()
            .map(|operation| OperationRow::new(operation, now))
            .collect(),
        pager,
    })
}
