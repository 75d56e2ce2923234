//! Pages of a list: which rows, and the links around them.

use super::paths;

/// Rows on a page.
pub const PAGE: u32 = 50;

/// Rows before page `page` (counted from 1), for lists that the database pages.
pub fn offset(page: usize) -> u32 {
    u32::try_from(page.saturating_sub(1))
        .unwrap_or(u32::MAX)
        .saturating_mul(PAGE)
}

/// For `ui/table.html`.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// Number of the first row shown, counted from 1; 0 when there are none.
    pub first: usize,
    pub last: usize,
    pub total: usize,
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// A list's address with its query, from which all its links are made.
#[derive(Debug, Clone)]
pub struct Address {
    path: String,
    pairs: Vec<(&'static str, String)>,
}

impl Address {
    pub fn new(path: impl Into<String>, pairs: &[(&'static str, &str)]) -> Self {
        let pairs = pairs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            path: path.into(),
            pairs: pairs.collect(),
        }
    }

    /// The same list with one part of the query changed; everything but the page number stays.
    pub fn with(&self, name: &'static str, value: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .pairs
            .iter()
            .filter(|(other, _)| *other != name && *other != "page")
            .map(|(other, value)| (*other, value.as_str()))
            .collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }
        let query: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", paths::encode(value)))
            .collect();
        if query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, query.join("&"))
        }
    }
}

/// The rows of page `page` (counted from 1) out of `total`, and the links around them.
pub fn page(address: &Address, page: usize, total: usize) -> (std::ops::Range<usize>, Pager) {
    let rows = PAGE as usize;
    let last_page = total.div_ceil(rows).max(1);
    let page = page.clamp(1, last_page);
    let start = (page - 1) * rows;
    let end = (start + rows).min(total);
    let link = |number: usize| address.with("page", &number.to_string());
    let pager = Pager {
        first: if total == 0 { 0 } else { start + 1 },
        last: end,
        total,
        previous: (page > 1).then(|| link(page - 1)),
        next: (page < last_page).then(|| link(page + 1)),
    };
    (start..end, pager)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end_where_the_rows_end() {
        let address = Address::new("/x", &[("q", "a b"), ("sort", ""), ("page", "2")]);
        let (rows, pager) = page(&address, 3, 120);
        assert_eq!(rows, 100..120);
        assert_eq!((pager.first, pager.last, pager.total), (101, 120, 120));
        assert_eq!(pager.previous.as_deref(), Some("/x?q=a%20b&page=2"));
        assert_eq!(pager.next, None);
        assert_eq!(page(&address, 99, 0).0, 0..0);
        assert_eq!(page(&address, 0, 3).0, 0..3);
    }

    #[test]
    fn changing_a_filter_goes_back_to_the_first_page() {
        let address = Address::new("/x", &[("q", "a"), ("page", "7")]);
        assert_eq!(address.with("sort", "name"), "/x?q=a&sort=name");
        assert_eq!(address.with("q", ""), "/x");
    }
}
