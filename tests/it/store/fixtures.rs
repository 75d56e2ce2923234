//! Rows that read aloud.

use jiff::Timestamp;
use kubeflow_admin::domain::{
    Actor, AuditEvent, Kind, Operation, OperationId, Outcome, PasswordLink, Session, SessionId,
    SignInLink, State, TokenHash, UserName,
};
use kubeflow_admin::store::PendingSignIn;
use uuid::Uuid;

/// So many seconds after the time at which all these tests begin.
pub(crate) fn second(number: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + number).unwrap()
}

pub(crate) fn hash(number: u32) -> TokenHash {
    TokenHash::from_hex(format!("{number:064x}"))
}

pub(crate) fn person(name: &str) -> Actor {
    let group = "ml-team".to_owned().try_into().unwrap();
    Actor::person(UserName::from_cluster(name), vec![group])
}

pub(crate) fn session(number: u32, user: &str) -> Session {
    let at = i64::from(number);
    Session {
        id: SessionId::new(format!("session-{number}")),
        token: hash(number),
        actor: person(user),
        created_at: second(at),
        authenticated_at: second(at),
        last_seen_at: second(at),
        expires_at: second(at + 100),
        address: format!("10.0.0.{number}"),
        user_agent: "Browser/1".to_owned(),
    }
}

pub(crate) fn link(number: u32) -> SignInLink {
    SignInLink {
        token: hash(number),
        actor: Actor::break_glass(),
        made_by: UserName::from_cluster("root@laptop"),
        created_at: second(0),
        expires_at: second(600),
    }
}

pub(crate) fn password_link(number: u32) -> PasswordLink {
    PasswordLink {
        token: hash(number),
        email: format!("ana{number}@example.com").parse().unwrap(),
        lock: hash(number + 2000),
        maker: person("admin@example.com"),
        created_at: second(0),
        expires_at: second(600),
    }
}

pub(crate) fn pending(number: u32) -> PendingSignIn {
    PendingSignIn {
        state: hash(number),
        browser: hash(number + 1000),
        nonce: "nonce".to_owned(),
        verifier: "verifier".to_owned(),
        next: "/kubeflow-admin/users".to_owned(),
        expires_at: second(600),
    }
}

pub(crate) fn event(number: u32, actor: &str, action: &str) -> AuditEvent {
    AuditEvent {
        id: format!("event-{number}"),
        at: second(i64::from(number)),
        actor: UserName::from_cluster(actor),
        action: action.to_owned(),
        subject: format!("ana{number}@example.com"),
        outcome: Outcome::Done,
        operation: None,
        before: None,
        after: Some(serde_json::json!({ "number": number, "text": "a\0b" })),
        note: "It went well".to_owned(),
    }
}

pub(crate) fn operation(number: u128, state: State) -> Operation {
    let at = second(i64::try_from(number).unwrap());
    Operation {
        id: OperationId(Uuid::from_u128(number)),
        kind: Kind::AddUser,
        subject: format!("ana{number}@example.com"),
        actor: person("Bob@example.com"),
        state,
        steps: Vec::new(),
        temporary: None,
        created_at: at,
        updated_at: at,
    }
}
