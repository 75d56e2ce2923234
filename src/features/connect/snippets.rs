//! Which client fits which release, and how a program signs in. Pure.
//!
//! Releases 1.6 and 1.7 have an alpha of Pipelines 2 that only the SDK 1.8 speaks to. Up to 1.8 the gateway asks for a
//! session of oidc-authservice; from 1.9 on oauth2-proxy does, which takes tokens of Dex, and from 1.9.1 on none of the
//! cluster's own.

/// How the gateway of a release signs people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    AuthService,
    OAuth2Proxy,
}

/// What of a release matters to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) gate: Gate,
    pub(super) sdk: Sdk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sdk {
    /// 1.8.x.
    One,
    /// 2.x.
    Two,
}

impl Client {
    /// By the first two numbers of a release, such as 1 and 11, or 26 and 3.
    pub(super) fn of(release: (u64, u64)) -> Self {
        Self {
            gate: if release >= (1, 9) {
                Gate::OAuth2Proxy
            } else {
                Gate::AuthService
            },
            sdk: if release >= (1, 8) {
                Sdk::Two
            } else {
                Sdk::One
            },
        }
    }

    pub(super) fn install(self) -> &'static str {
        match self.sdk {
            Sdk::One => "pip install 'kfp>=1.8,<2'",
            Sdk::Two => "pip install 'kfp>=2,<3'",
        }
    }
}

/// In a notebook: the token comes from the PodDefault that its creator ticks.
pub(super) fn inside(namespace: &str) -> String {
    let name = text(namespace);
    format!("import kfp\n\nclient = kfp.Client()\nclient.list_experiments(namespace={name})")
}

/// On one's own machine: signs in at Dex as a browser would, and goes on with the session's cookies.
pub(super) fn outside(gate: Gate, (host, user, namespace): (&str, &str, &str)) -> String {
    let (host, user, name) = (text(host), text(user), text(namespace));
    let start = match gate {
        Gate::AuthService => "/",
        Gate::OAuth2Proxy => "/oauth2/start?rd=/",
    };
    format!(
        "import getpass, html, re, urllib.parse\n\
         import kfp, requests\n\
         \n\
         host = {host}\n\
         session = requests.Session()\n\
         page = session.get(host + \"{start}\")\n\
         action = re.search(r'<form[^>]*action=\"([^\"]+)\"', page.text).group(1)\n\
         answer = session.post(\n\
         \x20   urllib.parse.urljoin(page.url, html.unescape(action)),\n\
         \x20   data={{\"login\": {user}, \"password\": getpass.getpass()}},\n\
         )\n\
         answer.raise_for_status()\n\
         \n\
         cookies = \"; \".join(f\"{{one.name}}={{one.value}}\" for one in session.cookies)\n\
         client = kfp.Client(host=host + \"/pipeline\", cookies=cookies)\n\
         client.list_experiments(namespace={name})"
    )
}

/// A string of Python, whatever is in it.
fn text(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_release_has_its_client_and_its_sign_in() {
        for (release, gate, sdk) in [
            ((1, 6), Gate::AuthService, Sdk::One),
            ((1, 7), Gate::AuthService, Sdk::One),
            ((1, 8), Gate::AuthService, Sdk::Two),
            ((1, 9), Gate::OAuth2Proxy, Sdk::Two),
            ((1, 11), Gate::OAuth2Proxy, Sdk::Two),
            ((26, 3), Gate::OAuth2Proxy, Sdk::Two),
        ] {
            assert_eq!(Client::of(release), Client { gate, sdk }, "{release:?}");
        }
    }

    #[test]
    fn what_a_person_is_called_stays_a_string() {
        let code = outside(Gate::AuthService, ("http://h", "o\"neil\\@x.io", "ana"));
        assert!(code.contains(r#""login": "o\"neil\\@x.io","#), "{code}");
        assert!(code.contains("session.get(host + \"/\")"), "{code}");
        let code = outside(Gate::OAuth2Proxy, ("http://h", "a", "ana"));
        assert!(code.contains("/oauth2/start?rd=/"), "{code}");
    }
}
