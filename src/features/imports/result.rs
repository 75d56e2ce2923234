//! Lists as CSV: the empty one to fill in, and what came of a filled-in one. No password is ever in either.

use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};

use super::rows::{of, state_of};
use crate::access::{Access, SignedIn};
use crate::web::extract::Path;
use crate::web::problem::Problem;

pub(super) async fn template(_access: Access) -> Result<Response, Problem> {
    let example = ["ana@example.com", "Ana", ""];
    download("users.csv", &[["email", "name", "profile"], example])
}

pub(super) async fn result(
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (operation, rows) = of(&signed_in, &id).await?;
    let mut cells = vec![["email", "name", "profile", "state", "detail"].map(ToOwned::to_owned)];
    cells.extend(rows.iter().map(|row| {
        let profile = row.profile.as_ref();
        [
            safe(row.email.as_str()),
            safe(&row.username),
            profile.map(ToString::to_string).unwrap_or_default(),
            state_of(row, &operation).to_owned(),
            safe(&row.failure),
        ]
    }));
    download("result.csv", &cells)
}

/// A spreadsheet takes what begins like this for a formula and runs it.
fn safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn download<const N: usize, T: AsRef<[u8]>>(
    name: &str,
    rows: &[[T; N]],
) -> Result<Response, Problem> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|_| unwritable())?;
    }
    let body = writer.into_inner().map_err(|_| unwritable())?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, body).into_response())
}

fn unwritable() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "KA-PAGE",
        "This page is broken",
        "The list could not be written. Please report this with the request id below.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(safe("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(safe("+ana@x.io"), "'+ana@x.io");
        assert_eq!(safe("ana@x.io"), "ana@x.io");
    }
}
