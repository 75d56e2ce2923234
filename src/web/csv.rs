//! Tables as CSV, safe to open in a spreadsheet.
//!
//! A program that opens CSV may take a cell that begins with `=`, `+`, `-` or `@` for a formula, and what is in a cell
//! comes from the cluster or from a form. Such a cell gets an apostrophe in front, which spreadsheets show as nothing.

use std::borrow::Cow;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};

/// Grows line by line.
#[derive(Debug, Default)]
pub struct Csv(String);

impl Csv {
    pub fn with_header(cells: &[&str]) -> Self {
        let mut csv = Self::default();
        csv.line(cells);
        csv
    }

    pub fn line<Cell: AsRef<str>>(&mut self, cells: &[Cell]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.0.push_str(&written(cell.as_ref()));
        }
        self.0.push_str("\r\n");
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// As a file to save. `name` is ours, never somebody's text.
    pub fn download(self, name: &str) -> Response {
        let disposition = format!("attachment; filename=\"{name}\"");
        let disposition =
            HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/csv; charset=utf-8"),
            ),
            (header::CONTENT_DISPOSITION, disposition),
        ];
        (headers, self.0).into_response()
    }
}

/// In quotes where it has to be.
fn written(cell: &str) -> Cow<'_, str> {
    let dangerous = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let guard = if dangerous { "'" } else { "" };
    if guard.is_empty() && !cell.contains(['"', ',', '\r', '\n']) {
        return Cow::Borrowed(cell);
    }
    Cow::Owned(format!("\"{guard}{}\"", cell.replace('"', "\"\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_becomes_a_formula_or_ends_early() {
        let mut csv = Csv::with_header(&["a", "b"]);
        csv.line(&["=HYPERLINK(\"x\")", "plain"]);
        csv.line(&["@SUM(A1)", "-1"]);
        csv.line(&["two\r\nlines", "\tx"]);
        csv.line(&["\nx", "a,b"]);
        assert_eq!(
            csv.0,
            "a,b\r\n\"'=HYPERLINK(\"\"x\"\")\",plain\r\n\"'@SUM(A1)\",\"'-1\"\r\n\"two\r\nlines\",\"'\tx\"\r\n\"'\nx\",\"a,b\"\r\n"
        );
    }
}
