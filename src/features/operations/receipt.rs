//! What an operation that is done leaves in somebody's hands.

use super::{handing_over, links};
use crate::access::SignedIn;
use crate::domain::{Operation, PlainPassword};
use crate::web::view::{Fact, Link};

pub(super) struct Receipt {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) secrets: Vec<Secret>,
    /// What a printed sheet says below the secret.
    pub(super) printed: &'static str,
    pub(super) facts: Vec<Fact>,
    pub(super) links: Vec<Link>,
}

pub(super) struct Secret {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) note: String,
}

/// What the receipt has to say about the password.
pub(super) enum PasswordNews {
    /// Nobody asked for it on this page.
    NotAsked,
    /// A link to set it was made.
    Linked(Secret),
    Shown(PlainPassword),
    /// It was shown before, or went with a program that was stopped.
    Gone,
}

#[expect(
    clippy::fn_params_excessive_bools,
    reason = "a finding is either so or not; an enum would say the same twice"
)]
pub(super) fn receipt(
    signed_in: &SignedIn,
    operation: &Operation,
    news: PasswordNews,
    waiting: bool,
) -> Receipt {
    let (text, secrets) = match news {
        PasswordNews::Shown(password) => (
            "Hand it over in a safe way. If it gets lost, Reset password on the page of the user makes a new one.".to_owned(),
            vec![Secret {
                label: format!("Password of {}", operation.subject),
                value: password.expose().to_owned(),
                note: "Shown once. It is stored nowhere; close this page and it is gone.".to_owned(),
            }],
        ),
        PasswordNews::Linked(link) => (handing_over::SHOWN.to_owned(), vec![link]),
        PasswordNews::NotAsked if operation.offered_link().is_some() => {
            (handing_over::WAITING.to_owned(), Vec::new())
        }
        PasswordNews::Gone => ("The password was shown already, or was lost with a restart. Reset it if nobody has it.".to_owned(), Vec::new()),
        PasswordNews::NotAsked if waiting && operation.has_rows() => ("The sheet with all passwords waits to be shown, once. It is stored nowhere.".to_owned(), Vec::new()),
        PasswordNews::NotAsked if waiting => ("The new password was proved at Dex and waits to be shown, once.".to_owned(), Vec::new()),
        PasswordNews::NotAsked if operation.has_rows() => {
            ("The sheet was shown already, or was lost with a restart. Reset the password of whoever has none.".to_owned(), Vec::new())
        }
        PasswordNews::NotAsked if operation.has_password() => {
            ("The password was shown already, or was lost with a restart. Reset it if nobody has it.".to_owned(), Vec::new())
        }
        PasswordNews::NotAsked => (String::new(), Vec::new()),
    };
    Receipt {
        title: "Done".to_owned(),
        text,
        secrets,
        printed: if operation.offered_link().is_some() {
            handing_over::PRINTED
        } else {
            "Sign in to Kubeflow with this e-mail and this password."
        },
        facts: Vec::new(),
        links: links::after(signed_in, operation),
    }
}
