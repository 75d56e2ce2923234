//! What every page has around it: navigation, who is signed in, the token of its forms.

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::flash::Flash;
use super::{assets, paths, scheme, words};
use crate::access::SignedIn;
use crate::domain::{Permission, Via};

#[derive(Debug, Clone)]
pub struct NavItem {
    pub label: &'static str,
    pub href: &'static str,
    pub icon: &'static str,
    /// Goes there after `g`; empty for none.
    pub key: &'static str,
    pub current: bool,
}

#[derive(Debug, Clone)]
pub struct FlashView {
    pub kind: &'static str,
    pub text: String,
}

#[derive(Debug, Clone)]
pub struct Banner {
    pub kind: &'static str,
    pub text: String,
}

/// Plain values for `shell.html` and `plain.html`.
#[derive(Debug, Clone)]
pub struct Frame {
    pub css: &'static str,
    pub js: &'static str,
    pub icons: &'static str,
    pub favicon: &'static str,
    pub title: String,
    pub path: String,
    pub user: String,
    pub via: String,
    pub cluster: String,
    /// Version of Kubernetes, such as `v1.34.1`; empty while it is not known.
    pub version: String,
    pub nav: Vec<NavItem>,
    pub csrf: String,
    pub flash: Option<FlashView>,
    pub banners: Vec<Banner>,
    pub theme: String,
    pub base: &'static str,
    /// Seconds after which the page loads itself again; only while something is going on.
    pub refresh: Option<u32>,
}

/// Put into the request by the admission layer, for the frame and for forms.
#[derive(Debug, Clone, Default)]
pub struct FrameSeed {
    pub csrf: String,
    pub cluster: String,
    pub version: String,
    /// A sentence for every page, or empty.
    pub banner: &'static str,
    pub flash: Option<Flash>,
    pub theme: String,
}

impl Frame {
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    #[must_use]
    pub fn refreshing(mut self, seconds: u32) -> Self {
        self.refresh = Some(seconds);
        self
    }

    /// The frame of a request, with or without somebody signed in.
    pub fn of(parts: &Parts) -> Self {
        let seed = parts
            .extensions
            .get::<FrameSeed>()
            .cloned()
            .unwrap_or_default();
        let signed_in = parts.extensions.get::<SignedIn>();
        let path = parts.uri.path().to_owned();
        let mut banners = Vec::new();
        if !seed.banner.is_empty() {
            banners.push(Banner {
                kind: "info",
                text: seed.banner.to_owned(),
            });
        }
        if scheme::is_exposed(&parts.headers) {
            banners.push(Banner {
                kind: "warning",
                text: words::PLAIN_HTTP.to_owned(),
            });
        }
        let via = match signed_in.map(|signed_in| signed_in.actor().via) {
            Some(Via::BreakGlass) => {
                banners.push(Banner {
                    kind: "warning",
                    text: words::BREAK_GLASS.to_owned(),
                });
                "break-glass"
            }
            Some(Via::Kubeconfig) => "kubeconfig",
            Some(Via::Dex) | None => "",
        };
        Self {
            css: &assets::PATHS.css,
            js: &assets::PATHS.js,
            icons: &assets::PATHS.icons,
            favicon: &assets::PATHS.favicon,
            title: String::new(),
            user: signed_in
                .map(|signed_in| signed_in.actor().user.to_string())
                .unwrap_or_default(),
            via: via.to_owned(),
            cluster: seed.cluster,
            version: seed.version,
            nav: signed_in
                .map(|signed_in| navigation(signed_in, &path))
                .unwrap_or_default(),
            path,
            csrf: seed.csrf,
            flash: seed.flash.map(|flash| FlashView {
                kind: "success",
                text: flash.text().to_owned(),
            }),
            banners,
            theme: seed.theme,
            base: paths::BASE,
            refresh: None,
        }
    }
}

/// Words of the menu: label, path, icon, and the right to open it.
const MENU: [(&str, &str, &str, Permission); 13] = [
    ("Overview", paths::HOME, "home", Permission::ReadProfiles),
    ("Users", paths::USERS, "users", Permission::ReadUsers),
    (
        "Profiles",
        paths::PROFILES,
        "folder",
        Permission::ReadProfiles,
    ),
    ("Access", paths::ACCESS, "shield", Permission::ReadAccess),
    (
        "Administrators",
        paths::ADMINISTRATORS,
        "lock",
        Permission::ReadAdministrators,
    ),
    (
        "Capacity",
        paths::CAPACITY,
        "gauge",
        Permission::ReadProfiles,
    ),
    (
        "Installation",
        paths::INSTALLATION,
        "cluster",
        Permission::ReadInstallation,
    ),
    (
        "Checks",
        paths::CHECKS,
        "check",
        Permission::ReadInstallation,
    ),
    (
        "Operations",
        paths::OPERATIONS,
        "progress",
        Permission::ReadActivity,
    ),
    (
        "Activity",
        paths::ACTIVITY,
        "list",
        Permission::ReadActivity,
    ),
    ("Sessions", paths::SESSIONS, "key", Permission::ReadSessions),
    ("My profiles", paths::MINE, "user", Permission::Own),
    ("Connect", paths::CONNECT, "link", Permission::Own),
];

/// Only what the person may open.
fn navigation(signed_in: &SignedIn, path: &str) -> Vec<NavItem> {
    MENU.into_iter()
        .filter(|(_, _, _, permission)| signed_in.may(*permission))
        .map(|(label, href, icon, _)| NavItem {
            label,
            href,
            icon,
            key: shortcut(href),
            current: if href == paths::HOME {
                path == href
            } else {
                path.starts_with(href)
            },
        })
        .collect()
}

/// The places that one goes to often. Letters are for people who know the console by heart, so they never move.
fn shortcut(href: &str) -> &'static str {
    match href {
        paths::HOME => "h",
        paths::USERS => "u",
        paths::PROFILES => "p",
        paths::ACCESS => "w",
        paths::OPERATIONS => "o",
        paths::ACTIVITY => "a",
        paths::SESSIONS => "s",
        paths::MINE => "m",
        _ => "",
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Frame {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}
