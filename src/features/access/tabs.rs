//! The parts of this word of the menu, as links above each page.

use crate::web::pager::Address;
use crate::web::paths;

pub(super) struct Tab {
    pub label: &'static str,
    pub href: String,
    pub current: bool,
}

/// `here` is the label of the page that is shown; the ways to look at rights keep what is filtered.
pub(super) fn tabs(here: &str, address: &Address) -> Vec<Tab> {
    let all = [
        ("By person", address.with("by", "")),
        ("By profile", address.with("by", "profiles")),
        ("As a list", address.with("by", "lines")),
        ("Ends on a date", paths::ACCESS_DATES.to_owned()),
        ("Why can’t … get in?", paths::ACCESS_WHY.to_owned()),
        ("May … do this?", paths::ACCESS_MAY.to_owned()),
        ("View as …", paths::ACCESS_AS.to_owned()),
    ];
    all.into_iter()
        .map(|(label, href)| Tab {
            label,
            href,
            current: label == here,
        })
        .collect()
}
