//! A browser without scripts: cookies, redirects, forms. What it cannot do, the dashboard must not need.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use http::{
    Request, Response, StatusCode,
    header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE},
};

use crate::{
    events::{self, EventStream},
    http_client,
};

/// One person's browser.
#[derive(Debug, Clone)]
pub struct Browser {
    origin: String,
    cookies: BTreeMap<String, String>,
    /// Sent with every request, such as forged identity headers.
    pub extra_headers: Vec<(String, String)>,
}

/// What the browser shows in the end.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: StatusCode,
    /// Path and query in the address bar.
    pub path: String,
    pub body: String,
    pub headers: http::HeaderMap,
}

impl Browser {
    /// `origin` is `http://host:port`.
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            cookies: BTreeMap::new(),
            extra_headers: Vec::new(),
        }
    }

    pub fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Opens an address and follows where it leads.
    pub async fn get(&mut self, path: &str) -> Result<Page> {
        let answer = self
            .send(Request::get(self.absolute(path)), String::new())
            .await?;
        self.follow(path.to_owned(), answer).await
    }

    /// Opens an address and stays there.
    pub async fn get_once(&mut self, path: &str) -> Result<Page> {
        let answer = self
            .send(Request::get(self.absolute(path)), String::new())
            .await?;
        Ok(page(path.to_owned(), answer))
    }

    /// Sends a form from a page of ours, with that page's token, and follows where it leads.
    pub async fn submit(
        &mut self,
        from: &Page,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Page> {
        let mut all: Vec<(&str, &str)> = fields.to_vec();
        let token = from.csrf();
        if let Some(token) = &token {
            all.push(("csrf", token));
        }
        let answer = self.post(path, &encode_form(&all)).await?;
        self.follow(path.to_owned(), answer).await
    }

    /// Sends a body as it is, as a form of our own origin.
    pub async fn post(&mut self, path: &str, body: &str) -> Result<Response<String>> {
        let request = Request::post(self.absolute(path))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ORIGIN, self.origin.clone());
        self.send(request, body.to_owned()).await
    }

    /// Signs in at Dex's own page, beginning at an address of the dashboard. Ends where that leads.
    pub async fn sign_in(&mut self, begin: &str, email: &str, password: &str) -> Result<Page> {
        let start = self.get(begin).await?;
        let next = if start.path.starts_with("/kubeflow-admin/sign-in") {
            let query = start.path.split_once('?').map_or("", |(_, query)| query);
            self.get(&format!("/kubeflow-admin/sign-in/begin?{query}"))
                .await?
        } else {
            start
        };
        if !next.path.starts_with("/dex/auth/local/login") {
            bail!(
                "no sign-in page of Dex but {} {}: {}",
                next.status,
                next.path,
                next.body
            );
        }
        let form = encode_form(&[("login", email), ("password", password)]);
        let answer = self.post(&next.path, &form).await?;
        self.follow(next.path, answer).await
    }

    /// Opens a stream of events.
    pub async fn stream(&self, path: &str) -> Result<EventStream> {
        let request = self.with_headers(events::request(&self.absolute(path)));
        EventStream::open(request).await
    }

    async fn follow(&mut self, mut path: String, mut answer: Response<String>) -> Result<Page> {
        for _ in 0..20 {
            let Some(location) = answer.headers().get(LOCATION) else {
                return Ok(page(path, answer));
            };
            let location = location.to_str()?;
            let local = location
                .strip_prefix(&self.origin)
                .unwrap_or(location)
                .to_owned();
            if !local.starts_with('/') {
                bail!("redirected to another host: {local}");
            }
            path = local;
            answer = self
                .send(Request::get(self.absolute(&path)), String::new())
                .await?;
        }
        bail!("redirected in circles at {path}")
    }

    fn with_headers(&self, mut request: http::request::Builder) -> http::request::Builder {
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(COOKIE, pairs.join("; "));
        }
        for (name, value) in &self.extra_headers {
            request = request.header(name, value);
        }
        request
    }

    async fn send(
        &mut self,
        request: http::request::Builder,
        body: String,
    ) -> Result<Response<String>> {
        let request = self.with_headers(request);
        let answer = http_client::send(request.body(body)?).await?;
        for cookie in answer.headers().get_all(SET_COOKIE) {
            self.store_cookie(cookie.to_str()?);
        }
        Ok(answer)
    }

    fn store_cookie(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let Some((name, value)) = pair.split_once('=') else {
            return;
        };
        if attributes.to_ascii_lowercase().contains("max-age=0") {
            self.cookies.remove(name.trim());
        } else {
            self.cookies
                .insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }

    fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

fn page(path: String, answer: Response<String>) -> Page {
    let (parts, body) = answer.into_parts();
    Page {
        status: parts.status,
        path,
        body,
        headers: parts.headers,
    }
}

impl Page {
    /// The token of the page's forms.
    pub fn csrf(&self) -> Option<String> {
        self.input("csrf")
    }

    /// The value of the first input of this name.
    pub fn input(&self, name: &str) -> Option<String> {
        let at = self.body.find(&format!("name=\"{name}\""))?;
        let tag_start = self.body[..at].rfind('<')?;
        let tag_end = at + self.body[at..].find('>')?;
        let tag = &self.body[tag_start..tag_end];
        let value = tag.split("value=\"").nth(1)?;
        value.split('"').next().map(ToOwned::to_owned)
    }

    /// The values of all inputs of this name, such as a row of boxes.
    pub fn values(&self, name: &str) -> Vec<String> {
        let wanted = format!("name=\"{name}\" value=\"");
        let parts = self.body.split(&wanted).skip(1);
        parts
            .filter_map(|rest| rest.split('"').next().map(ToOwned::to_owned))
            .collect()
    }

    /// What is chosen in each select of the page, and typed in its lines of text.
    pub fn filled_in(&self) -> Vec<(String, String)> {
        let attribute = |tag: &str, name: &str| {
            let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
            rest.split('"').next().map(ToOwned::to_owned)
        };
        let (mut found, mut select) = (Vec::new(), None);
        for tag in self
            .body
            .split('<')
            .filter_map(|part| part.split('>').next())
        {
            if tag.starts_with("select ") {
                select = attribute(tag, "name");
            } else if tag.starts_with("option ") && tag.ends_with(" selected") {
                found.extend(select.clone().zip(attribute(tag, "value")));
            } else if tag.starts_with("input ") && tag.contains(" type=\"text\"") {
                found.extend(attribute(tag, "name").zip(attribute(tag, "value")));
            }
        }
        found
    }

    /// The last part of the path, such as an operation's id.
    pub fn last_segment(&self) -> &str {
        let path = self.path.split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    /// The readable text, without tags, white space folded.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in self.body.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        let text = text
            .replace("&#39;", "'")
            .replace("&#x27;", "'")
            .replace("&#34;", "\"")
            .replace("&quot;", "\"")
            .replace("&#38;", "&")
            .replace("&amp;", "&");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Fails with the whole text when `wanted` is not on the page.
    pub fn expect_text(&self, wanted: &str) -> Result<()> {
        let text = self.text();
        if text.contains(wanted) {
            Ok(())
        } else {
            Err(anyhow::anyhow!("{} {}: {text}", self.status, self.path))
                .context(format!("“{wanted}” is not on the page"))
        }
    }
}

/// Percent-encodes a form.
pub fn encode_form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
