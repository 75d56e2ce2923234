//! The proof of a login: a real sign-in at Dex, through its own pages, as a browser would.

use ::http::{Request, Response, header};
use bytes::Bytes;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;

use super::{Claims, Dex, Error, Pending, Provider, begin};
use crate::domain::{Email, PlainPassword};

/// Dex redirects a few times; more is a circle.
const MOST_REDIRECTS: usize = 10;

impl Dex {
    /// Signs in with e-mail and password and verifies what comes back. Works with the pages of Dex 2.31 to 2.45.
    pub async fn prove_sign_in(
        &self,
        provider: &Provider,
        email: &Email,
        password: &PlainPassword,
        now: Timestamp,
    ) -> Result<Claims, Error> {
        let sign_in = begin(provider)?;
        let form = self.login_page(provider, sign_in.url.clone()).await?;
        let answer = self.post_login(&form, email, password).await?;
        let code = self.code(provider, answer).await?;
        let pending = Pending {
            nonce: &sign_in.nonce,
            verifier: sign_in.verifier.expose_secret(),
        };
        let claims = self.finish(provider, &code, &pending, now).await?;
        if claims.email.folded() == email.as_str() {
            Ok(claims)
        } else {
            Err(Error::Unexpected(format!(
                "it signed in {} instead",
                claims.email
            )))
        }
    }

    /// Follows Dex to the page that asks for e-mail and password.
    async fn login_page(&self, provider: &Provider, start: String) -> Result<String, Error> {
        let mut path = start;
        for _ in 0..MOST_REDIRECTS {
            let answer = self.http.get(&path).await?;
            match location(&answer, &provider.issuer) {
                Some(next) => path = next,
                None if answer.status().is_success()
                    && path.starts_with("/dex/auth/local/login") =>
                {
                    return Ok(path);
                }
                None if answer.status().is_success() => {
                    path = local_connector(answer.body(), &path)?;
                }
                None if answer.status().as_u16() == 404 || answer.status().as_u16() == 400 => {
                    return Err(Error::ClientUnknown);
                }
                None => {
                    return Err(Error::Unexpected(format!(
                        "{} at its sign-in page",
                        answer.status()
                    )));
                }
            }
            if !path.starts_with("/dex/") {
                return Err(Error::Unexpected(
                    "it led away before asking for a password".to_owned(),
                ));
            }
        }
        Err(Error::Unexpected("it redirects in circles".to_owned()))
    }

    async fn post_login(
        &self,
        path: &str,
        email: &Email,
        password: &PlainPassword,
    ) -> Result<Response<Bytes>, Error> {
        let body = serde_html_form::to_string([
            ("login", email.as_str()),
            ("password", password.expose()),
        ]);
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(
                body.map_err(|error| Error::Unexpected(error.to_string()))?,
            ));
        self.http
            .send(request.map_err(|error| Error::Unexpected(error.to_string()))?)
            .await
    }

    /// Follows Dex back to our redirect, which is not called: the code in it is all we want.
    async fn code(
        &self,
        provider: &Provider,
        mut answer: Response<Bytes>,
    ) -> Result<String, Error> {
        for _ in 0..MOST_REDIRECTS {
            let Some(next) = location(&answer, &provider.issuer) else {
                return Err(match answer.status().as_u16() {
                    // The form again: 200 up to Dex 2.35, 401 later.
                    200 | 401 => Error::WrongPassword,
                    status => Error::Unexpected(format!("{status} after the password")),
                });
            };
            if let Some(query) = next.strip_prefix(&provider.redirect) {
                let pairs: Vec<(String, String)> =
                    serde_html_form::from_str(query.trim_start_matches('?')).unwrap_or_default();
                let value = |name: &str| {
                    pairs
                        .iter()
                        .find(|(key, _)| key == name)
                        .map(|(_, value)| value.clone())
                };
                return value("code")
                    .ok_or_else(|| Error::Refused(value("error_description").unwrap_or_default()));
            }
            if !next.starts_with("/dex/") {
                return Err(Error::Unexpected(
                    "it led to another place after the password".to_owned(),
                ));
            }
            answer = self.http.get(&next).await?;
        }
        Err(Error::Unexpected("it redirects in circles".to_owned()))
    }
}

/// Where an answer leads, as a path; absolute addresses of the issuer count as paths.
fn location(answer: &Response<Bytes>, issuer: &str) -> Option<String> {
    let text = answer.headers().get(header::LOCATION)?.to_str().ok()?;
    let base = issuer.trim_end_matches("/dex");
    Some(text.strip_prefix(base).unwrap_or(text).to_owned())
}

/// With several connectors Dex shows a page to choose from; ours is “local”.
fn local_connector(body: &Bytes, path: &str) -> Result<String, Error> {
    let text = String::from_utf8_lossy(body);
    let query = path.split_once('?').map_or("", |(_, query)| query);
    if text.contains("/dex/auth/local") {
        Ok(format!("/dex/auth/local?{query}"))
    } else {
        Err(Error::Unexpected(
            "it offers no sign-in with e-mail and password (enablePasswordDB)".to_owned(),
        ))
    }
}
