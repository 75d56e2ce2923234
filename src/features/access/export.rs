//! The rights that are filtered, as a file for a spreadsheet.

use axum::response::Response;

use super::filter::AccessQuery;
use crate::access::{Access, Right, Who};
use crate::web::csv::Csv;
use crate::web::extract::Query;
use crate::web::problem::Problem;
use crate::web::until;

const HEADER: [&str; 8] = [
    "person or group",
    "kind",
    "profile",
    "role",
    "source",
    "object",
    "until",
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
        let until = until::value(right.until.as_ref());
        csv.line(&cells(right, &until));
    }
    let note = format!("{} rights as CSV", rights.len());
    access.record("access.exported", "access", &note).await?;
    Ok(csv.download("kubeflow-access.csv"))
}

fn cells<'r>(right: &'r Right, until: &'r str) -> [&'r str; 8] {
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
        until,
        &right.trouble,
    ]
}
