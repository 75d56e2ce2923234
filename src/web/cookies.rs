//! All cookies, their names and their attributes, in one place.

use axum_extra::extract::cookie::{Cookie, SameSite};
use http::HeaderMap;
use http::header::COOKIE;

use super::scheme::Scheme;

/// The cookies this program sets. Over HTTPS the ones that matter are `__Host-` cookies; a browser refuses those
/// over plain HTTP, so there the same value has a plain name (documented in `docs/sign-in.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    Session,
    /// Binds a sign-in on its way to the browser that began it.
    SignIn,
    Flash,
    Theme,
}

impl Name {
    pub const ALL: [Self; 4] = [Self::Session, Self::SignIn, Self::Flash, Self::Theme];

    pub fn text(self, scheme: Scheme) -> &'static str {
        match (self, scheme) {
            (Self::Session, Scheme::Https) => "__Host-kubeflow-admin",
            (Self::Session, Scheme::Http) => "kubeflow-admin",
            (Self::SignIn, Scheme::Https) => "__Host-kubeflow-admin-sign-in",
            (Self::SignIn, Scheme::Http) => "kubeflow-admin-sign-in",
            (Self::Flash, _) => "kubeflow-admin-flash",
            (Self::Theme, _) => "kubeflow-admin-theme",
        }
    }
}

/// Every name under which we ever set a cookie; the Dex proxy strips them.
pub fn own_names() -> Vec<&'static str> {
    let schemes = [Scheme::Http, Scheme::Https];
    Name::ALL
        .into_iter()
        .flat_map(|name| schemes.map(|scheme| name.text(scheme)))
        .collect()
}

/// The value of a cookie in a request, if there is exactly one of that name.
pub fn read(headers: &HeaderMap, name: Name, scheme: Scheme) -> Option<String> {
    let wanted = name.text(scheme);
    let mut found = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| Cookie::split_parse(text.to_owned()))
        .filter_map(Result::ok)
        .filter(|cookie| cookie.name() == wanted);
    let first = found.next()?;
    found.next().is_none().then(|| first.value().to_owned())
}

/// A `Set-Cookie` value. `lifetime` in seconds; `None` = until the browser closes.
pub fn set(name: Name, scheme: Scheme, value: &str, lifetime: Option<i64>) -> String {
    let cookie = Cookie::build((name.text(scheme), value.to_owned()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(scheme == Scheme::Https)
        .build();
    match lifetime {
        Some(seconds) => format!("{cookie}; Max-Age={seconds}"),
        None => cookie.to_string(),
    }
}

/// A `Set-Cookie` value that removes the cookie.
pub fn remove(name: Name, scheme: Scheme) -> String {
    set(name, scheme, "", Some(0))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn sec_38_over_https_the_session_cookie_is_host_bound_and_secure() {
        assert_eq!(
            set(Name::Session, Scheme::Https, "v", Some(60)),
            "__Host-kubeflow-admin=v; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"
        );
        assert_eq!(
            set(Name::Session, Scheme::Http, "v", None),
            "kubeflow-admin=v; HttpOnly; SameSite=Lax; Path=/"
        );
    }

    #[test]
    fn two_cookies_of_one_name_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; kubeflow-admin=x"));
        assert_eq!(
            read(&headers, Name::Session, Scheme::Http).as_deref(),
            Some("x")
        );
        assert_eq!(read(&headers, Name::Session, Scheme::Https), None);
        headers.append(COOKIE, HeaderValue::from_static("kubeflow-admin=y"));
        assert_eq!(read(&headers, Name::Session, Scheme::Http), None);
    }
}
