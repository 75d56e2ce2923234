//! The page of results.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::find::{self, Group};
use crate::access::SignedIn;
use crate::web::extract::Query;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

/// Nothing in the cluster has a longer name.
const LONGEST: usize = 253;

#[derive(Debug, Default, Deserialize)]
pub(super) struct SearchQuery {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "search/show.html")]
struct ShowPage {
    frame: Frame,
    action: &'static str,
    query: String,
    groups: Vec<Group>,
}

pub(super) async fn show(
    signed_in: SignedIn,
    frame: Frame,
    Query(query): Query<SearchQuery>,
) -> Result<Response, Problem> {
    let typed: String = query.q.trim().chars().take(LONGEST).collect();
    let groups = if typed.is_empty() {
        Vec::new()
    } else {
        find::everything(&signed_in, &typed).await?
    };
    page::ok(&ShowPage {
        frame: frame.titled("Search"),
        action: paths::SEARCH,
        query: typed,
        groups,
    })
}
