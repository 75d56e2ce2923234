//! The way to Dex: code flow with PKCE S256, state and nonce.

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, Scope};
use secrecy::SecretString;

use super::{Error, Provider};

/// A placeholder that is cut off again: the address sent to the browser is a path of the host it already talks to.
const BASE: &str = "http://dex.invalid";

/// A sign-in that begins.
pub struct SignIn {
    /// `/dex/auth?…`
    pub url: String,
    pub state: SecretString,
    pub nonce: String,
    pub verifier: SecretString,
}

/// New secrets, and the address that carries their public halves.
pub fn begin(provider: &Provider) -> Result<SignIn, Error> {
    let endpoint = AuthUrl::new(format!("{BASE}/dex/auth"))
        .map_err(|error| Error::Unexpected(error.to_string()))?;
    let client = BasicClient::new(ClientId::new(provider.client_id.clone())).set_auth_uri(endpoint);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let nonce = CsrfToken::new_random_len(32).into_secret();
    let (url, state) = client
        .authorize_url(|| CsrfToken::new_random_len(32))
        .add_scopes(
            ["openid", "email", "profile", "groups"].map(|scope| Scope::new(scope.to_owned())),
        )
        // As an extra parameter: the crate's own redirect must be absolute, ours holds for every host.
        .add_extra_param("redirect_uri", provider.redirect.clone())
        .add_extra_param("nonce", nonce.clone())
        .set_pkce_challenge(challenge)
        .url();
    Ok(SignIn {
        url: url.as_str().trim_start_matches(BASE).to_owned(),
        state: SecretString::from(state.into_secret()),
        nonce,
        verifier: SecretString::from(verifier.into_secret()),
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn the_browser_stays_on_its_host_and_carries_no_secret() {
        let provider = Provider {
            issuer: "http://dex.auth.svc.cluster.local:5556/dex".into(),
            client_id: "kubeflow-admin".into(),
            client_secret: SecretString::from("s3cret"),
            redirect: "/kubeflow-admin/callback".into(),
        };
        let one = begin(&provider).unwrap();
        let two = begin(&provider).unwrap();
        assert!(one.url.starts_with("/dex/auth?"), "{}", one.url);
        for part in [
            "response_type=code",
            "client_id=kubeflow-admin",
            "code_challenge_method=S256",
            "redirect_uri=%2Fkubeflow-admin%2Fcallback",
            "scope=openid+email+profile+groups",
        ] {
            assert!(one.url.contains(part), "{part} is not in {}", one.url);
        }
        assert!(!one.url.contains("s3cret") && !one.url.contains(one.verifier.expose_secret()));
        assert!(one.url.contains(&one.nonce) && one.url.contains(one.state.expose_secret()));
        assert_ne!(one.nonce, two.nonce);
        assert_ne!(one.state.expose_secret(), two.state.expose_secret());
    }
}
