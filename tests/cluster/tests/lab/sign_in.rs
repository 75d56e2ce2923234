//! The real Dex: objects in the cluster sign in at once.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{
    Request, Response,
    header::{AUTHORIZATION, CONTENT_TYPE, LOCATION},
};
use lab::{Lab, http_client};
use serde_json::Value;

const ISSUER: &str = "http://dex.auth.svc.cluster.local:5556";
const CALLBACK: &str = "/lab/callback";

/// Goes through Dex's pages like a browser. Gives the code, or the status of the refusal.
async fn sign_in(lab: &Lab, client: &str, email: &str, password: &str) -> Result<String, u16> {
    let start = format!(
        "/dex/auth?client_id={client}&redirect_uri={CALLBACK}&response_type=code&scope=openid+email+profile&state=s"
    );
    let (mut path, mut answer) = (start.clone(), get(lab, &start).await);
    while let Some(next) = location(&answer) {
        answer = get(lab, &next).await;
        path = next;
    }
    assert_eq!(answer.status(), 200, "{path}: {}", answer.body());
    let form = format!("login={}&password={password}", email.replace('@', "%40"));
    answer = http_client::post_form(&format!("{}{path}", lab.dex_url()), &form)
        .await
        .unwrap();
    while let Some(next) = location(&answer) {
        if let Some(query) = next.strip_prefix(CALLBACK) {
            let code = query
                .trim_start_matches('?')
                .split('&')
                .find_map(|pair| pair.strip_prefix("code="));
            return Ok(code.unwrap().to_owned());
        }
        answer = get(lab, &next).await;
    }
    Err(answer.status().as_u16())
}

/// Exchanges the code and gives the claims of the ID token.
async fn claims(lab: &Lab, client: &str, secret: &str, code: &str) -> Value {
    let form = format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}");
    let request = Request::post(format!("{}/dex/token", lab.dex_url()))
        .header(
            AUTHORIZATION,
            format!("Basic {}", STANDARD.encode(format!("{client}:{secret}"))),
        )
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form)
        .unwrap();
    let answer = http_client::send(request).await.unwrap();
    let tokens: Value = serde_json::from_str(answer.body()).unwrap();
    let payload = tokens["id_token"]
        .as_str()
        .unwrap_or_else(|| panic!("{tokens}"))
        .split('.')
        .nth(1)
        .unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

async fn get(lab: &Lab, path: &str) -> Response<String> {
    http_client::get(&format!("{}{path}", lab.dex_url()))
        .await
        .unwrap()
}

/// Where an answer redirects to, as a path.
fn location(answer: &Response<String>) -> Option<String> {
    let value = answer.headers().get(LOCATION)?.to_str().unwrap();
    Some(value.strip_prefix(ISSUER).unwrap_or(value).to_owned())
}

#[tokio::test]
async fn a_password_object_signs_in_at_once() {
    let lab = Lab::shared().await;
    lab.add_oauth_client("lab-client", "lab-secret", CALLBACK)
        .await
        .unwrap();
    lab.add_password("Kim@Example.com", "correct-horse")
        .await
        .unwrap();

    let code = sign_in(lab, "lab-client", "KIM@example.com", "correct-horse")
        .await
        .unwrap();
    let claims = claims(lab, "lab-client", "lab-secret", &code).await;
    assert_eq!(claims["email"], "kim@example.com");
    assert_eq!(claims["iss"], format!("{ISSUER}/dex"));
    assert_eq!(claims["aud"], "lab-client");

    assert_eq!(
        sign_in(lab, "lab-client", "kim@example.com", "wrong").await,
        Err(401)
    );
}

#[tokio::test]
async fn a_dex_that_starts_again_takes_up_its_configuration() {
    let lab = Lab::control_plane().await.unwrap();
    lab.add_oauth_client("lab-client", "lab-secret", CALLBACK)
        .await
        .unwrap();
    lab.stop_dex().await.unwrap();
    assert!(
        http_client::get(&format!("{}/dex/healthz", lab.dex_url()))
            .await
            .is_err()
    );
    lab.start_dex().await.unwrap();
    let code = sign_in(&lab, "lab-client", "user@example.com", "12341234")
        .await
        .unwrap();
    assert_eq!(
        claims(&lab, "lab-client", "lab-secret", &code).await["email"],
        "user@example.com"
    );
}
