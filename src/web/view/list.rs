//! What stands around the rows of a list: sortable columns, search, filters and chips.

use crate::web::fields::{Choice, SelectField};
use crate::web::pager::Address;

/// A sortable column.
#[derive(Debug, Clone)]
pub struct SortHeader {
    pub label: &'static str,
    pub href: String,
    pub state: &'static str,
    pub numeric: bool,
}

impl SortHeader {
    /// `sort` is what the address says now: a column's key, with `-` before it for descending.
    pub fn new(label: &'static str, key: &str, sort: &str, address: &Address) -> Self {
        let descending = format!("-{key}");
        let (state, next) = if sort == key {
            ("ascending", descending.as_str())
        } else if sort == descending {
            ("descending", key)
        } else {
            ("none", key)
        };
        Self {
            label,
            href: address.with("sort", next),
            state,
            numeric: false,
        }
    }

    #[must_use]
    pub fn numeric(mut self) -> Self {
        self.numeric = true;
        self
    }
}

/// What stands above the rows of a list: search, filters, and chips for what is filtered.
#[derive(Debug, Clone)]
pub struct Tools {
    pub action: String,
    pub label: &'static str,
    pub query: String,
    pub filters: Vec<SelectField>,
    pub keep: Vec<Kept>,
    pub chips: Vec<Chip>,
    pub clear_href: String,
}

#[derive(Debug, Clone)]
pub struct Kept {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone)]
pub struct Chip {
    pub label: String,
    pub remove_href: String,
}

impl Tools {
    pub fn new(path: &str, label: &'static str, query: &str, address: &Address) -> Self {
        let mut tools = Self {
            action: path.to_owned(),
            label,
            query: query.to_owned(),
            filters: Vec::new(),
            keep: Vec::new(),
            chips: Vec::new(),
            clear_href: path.to_owned(),
        };
        if !query.is_empty() {
            tools.chips.push(Chip {
                label: format!("“{query}”"),
                remove_href: address.with("q", ""),
            });
        }
        tools
    }

    /// A filter with a chip when it is set. `choices` are value and label; the empty value means all.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "a filter is exactly these parts")]
    pub fn filter(
        mut self,
        name: &'static str,
        label: &str,
        choices: &[(&str, &str)],
        chosen: &str,
        address: &Address,
    ) -> Self {
        let mut options = vec![Choice::new("", "All", chosen)];
        options.extend(
            choices
                .iter()
                .map(|(value, text)| Choice::new(value, text, chosen)),
        );
        if let Some((_, text)) = choices
            .iter()
            .find(|(value, _)| *value == chosen && !chosen.is_empty())
        {
            self.chips.push(Chip {
                label: format!("{label}: {text}"),
                remove_href: address.with(name, ""),
            });
        }
        self.filters.push(SelectField::new(name, label, options));
        self
    }

    /// A part of the address that the search form carries along.
    #[must_use]
    pub fn keeping(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.keep.push(Kept {
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
        self
    }

    /// A part of the address that narrows the list without a field of its own: carried along, and shown as a chip.
    #[must_use]
    pub fn narrowed(self, name: &'static str, label: &str, value: &str, address: &Address) -> Self {
        let mut tools = self.keeping(name, value);
        if !value.is_empty() {
            tools.chips.push(Chip {
                label: format!("{label}: {value}"),
                remove_href: address.with(name, ""),
            });
        }
        tools
    }
}
