//! Lists as CSV: the empty one to fill in, and what came of a filled-in one. No password is ever in either.

use axum::response::Response;

use super::rows::{of, state_of};
use crate::access::{Access, SignedIn};
use crate::domain::ProfileName;
use crate::web::csv::Csv;
use crate::web::extract::Path;
use crate::web::problem::Problem;

pub(super) async fn template(_access: Access) -> Result<Response, Problem> {
    let mut csv = Csv::with_header(&["email", "name", "profile"]);
    csv.line(&["ana@example.com", "Ana", ""]);
    Ok(csv.download("users.csv"))
}

pub(super) async fn result(
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (operation, rows) = of(&signed_in, &id).await?;
    let mut csv = Csv::with_header(&["email", "name", "profile", "state", "detail"]);
    for row in &rows {
        let profile = row.profile.as_ref();
        csv.line(&[
            row.email.as_str(),
            &row.username,
            profile.map_or("", ProfileName::as_str),
            state_of(row, &operation),
            &row.failure,
        ]);
    }
    Ok(csv.download("result.csv"))
}
