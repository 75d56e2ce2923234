//! Published advisories about what Kubeflow installs: which versions, what may happen, where it is written. Dates and
//! versions are those of the CVE records.

use jiff::civil::Date;

/// What an advisory is about, found by the last part of an image's path.
pub(crate) struct Advisory {
    pub(crate) id: &'static str,
    pub(crate) product: &'static str,
    pub(crate) images: &'static [&'static str],
    /// First affected version; `None`: all before the fixed one.
    pub(crate) since: Option<&'static str>,
    /// First version without it; `None`: none is known here.
    pub(crate) fixed: Option<&'static str>,
    pub(crate) published: Date,
    pub(crate) says: &'static str,
    pub(crate) source: &'static str,
}

const DEX: &[&str] = &["dex"];
const PROXY: &[&str] = &["oauth2-proxy"];
const PIPELINES_UI: &[&str] = &["frontend", "kfp-frontend"];

pub(crate) static ADVISORIES: [Advisory; 6] = [
    Advisory {
        id: "CVE-2022-39222",
        product: "Dex",
        images: DEX,
        since: None,
        fixed: Some("2.35.0"),
        published: Date::constant(2022, 10, 6),
        says: "somebody who lures a signed-in person to a page can fetch the authorization code from the approval page",
        source: "https://github.com/dexidp/dex/security/advisories/GHSA-vh7g-p26c-j2cw",
    },
    Advisory {
        id: "CVE-2024-23656",
        product: "Dex",
        images: DEX,
        since: Some("2.37.0"),
        fixed: Some("2.38.0"),
        published: Date::constant(2024, 1, 25),
        says: "the configured minimum TLS version and ciphers are not applied",
        source: "https://github.com/dexidp/dex/security/advisories/GHSA-gr79-9v6v-gc9r",
    },
    Advisory {
        id: "CVE-2025-54576",
        product: "oauth2-proxy",
        images: PROXY,
        since: None,
        fixed: Some("7.11.0"),
        published: Date::constant(2025, 7, 30),
        says: "a crafted query makes a request count as one of the paths that need no sign-in (skip_auth_routes, which Kubeflow sets)",
        source: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-7rh7-c77v-6434",
    },
    Advisory {
        id: "CVE-2025-64484",
        product: "oauth2-proxy",
        images: PROXY,
        since: None,
        fixed: Some("7.13.0"),
        published: Date::constant(2025, 11, 10),
        says: "header names with underscores get past the removal of identity headers",
        source: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-vjrc-mh2v-45x6",
    },
    Advisory {
        id: "CVE-2026-40575",
        product: "oauth2-proxy",
        images: PROXY,
        since: Some("7.5.0"),
        fixed: Some("7.15.2"),
        published: Date::constant(2026, 4, 22),
        says: "with reverse_proxy and skip_auth_routes set, a forged X-Forwarded-Uri gets past the sign-in",
        source: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-7x63-xv5r-3p2x",
    },
    Advisory {
        id: "CVE-2026-54745",
        product: "Pipelines UI",
        images: PIPELINES_UI,
        since: None,
        fixed: None,
        published: Date::constant(2026, 8, 28),
        says: "the route /_proxy/ of its server sends requests to any address, without sign-in and past ENABLE_AUTHZ",
        source: "https://www.cve.org/CVERecord?id=CVE-2026-54745",
    },
];
