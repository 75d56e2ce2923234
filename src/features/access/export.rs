//! The rights that are filtered, as a file for a spreadsheet.

use axum::response::Response;

use super::filter::AccessQuery;
use crate::access::{Access, Right, Who};
use crate::web::csv::Csv;
use crate::web::extract::Query;
use crate::web::problem::Problem;

const HEADER: [&str; 7] = [
    "person or group",
    "kind",
    "profile",
    "role",
    "source",
    "object",
    "not right",
];

pub(super) async fn csv(
    access: Access,
    Query(query): Query<AccessQuery>,
) -> Result<Response, Problem> {
    let reach = access.reach();
    let rights = query.select(&reach);
    let mut csv = Csv::with_header(&HEADER);
    for right in &rights {
        csv.line(&cells(right));
    }
    let note = format!("{} rights as CSV", rights.len());
    access.record("access.exported", "access", &note).await?;
    Ok(csv.download("kubeflow-access.csv"))
}

fn cells(right: &Right) -> [&str; 7] {
    let kind = match right.who {
        Who::Person(_) => "user",
        Who::Group(_) => "group",
    };
    let profile = right
        .profile
        .as_ref()
        .map_or("*", crate::domain::ProfileName::as_str);
    [
        right.who.name(),
        kind,
        profile,
        right.level.as_str(),
        right.source.code(),
        &right.detail,
        &right.trouble,
    ]
}
