//! The code becomes an ID token, at Dex's token endpoint inside the cluster.

use futures::future::BoxFuture;
use oauth2::basic::{BasicErrorResponse, BasicErrorResponseType, BasicTokenType};
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, ExtraTokenFields,
    HttpRequest, HttpResponse, PkceCodeVerifier, RequestTokenError, StandardRevocableToken,
    StandardTokenResponse, TokenUrl,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::http::Http;
use super::{Error, Provider};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct IdToken {
    id_token: String,
}

impl ExtraTokenFields for IdToken {}

type Tokens = StandardTokenResponse<IdToken, BasicTokenType>;
type OurClient = Client<
    BasicErrorResponse,
    Tokens,
    oauth2::basic::BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    oauth2::basic::BasicRevocationErrorResponse,
>;

/// Basic authentication, PKCE verifier, the redirect literal of the beginning.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is not ours and grows; every other case is answered alike"
)]
pub(super) async fn exchange(
    http: &Http,
    provider: &Provider,
    code: &str,
    verifier: &str,
) -> Result<String, Error> {
    let endpoint = TokenUrl::new(format!("{}/dex/token", http.upstream()));
    let client = OurClient::new(ClientId::new(provider.client_id.clone()))
        .set_client_secret(ClientSecret::new(
            provider.client_secret.expose_secret().to_owned(),
        ))
        .set_auth_type(AuthType::BasicAuth)
        .set_token_uri(endpoint.map_err(|error| Error::Unexpected(error.to_string()))?);
    let request = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
        .add_extra_param("redirect_uri", provider.redirect.clone());
    let transport = Transport { http: http.clone() };
    match request.request_async(&transport).await {
        Ok(tokens) => Ok(tokens.extra_fields().id_token.clone()),
        Err(RequestTokenError::Request(error)) => Err(error),
        Err(RequestTokenError::ServerResponse(answer)) => Err(match answer.error() {
            BasicErrorResponseType::InvalidClient | BasicErrorResponseType::UnauthorizedClient => {
                Error::ClientUnknown
            }
            other => Error::Refused(other.to_string()),
        }),
        Err(RequestTokenError::Parse(_, _) | RequestTokenError::Other(_)) => Err(
            Error::Unexpected("its token answer holds no ID token".to_owned()),
        ),
    }
}

/// Our client under the crate's: one host, no redirects, limits on time and size.
struct Transport {
    http: Http,
}

impl AsyncHttpClient<'_> for Transport {
    type Error = Error;
    type Future = BoxFuture<'static, Result<HttpResponse, Error>>;

    fn call(&self, request: HttpRequest) -> Self::Future {
        let http = self.http.clone();
        Box::pin(async move {
            let answer = http.send(request.map(bytes::Bytes::from)).await?;
            Ok(answer.map(|body| body.to_vec()))
        })
    }
}
