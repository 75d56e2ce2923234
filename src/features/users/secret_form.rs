//! The choice between a generated password and a link to set one.

use super::operations::Secret;
use crate::domain::lasting;
use crate::web::fields::{Choice, FormErrors, SelectField};
use crate::web::form::Fields;

const GENERATED: &str = "generated";
const LINK: &str = "link";
/// How long a link may be good.
const HOURS: [u16; 4] = [1, 24, 72, 168];
const USUAL: &str = "24";

/// As typed; nothing at all is the generated password.
#[derive(Debug, Clone, Default)]
pub(crate) struct SecretForm {
    way: String,
    hours: String,
}

/// As shown.
pub(super) struct SecretFields {
    pub(super) way: SelectField,
    pub(super) hours: SelectField,
}

impl SecretForm {
    pub(super) fn sent(fields: &Fields) -> Self {
        Self {
            way: fields.get("secret").to_owned(),
            hours: fields.get("link_hours").to_owned(),
        }
    }

    pub(super) fn parse(&self, errors: &mut FormErrors) -> Secret {
        match self.way.as_str() {
            "" | GENERATED => Secret::Generated,
            LINK => {
                let hours = HOURS.iter().find(|hours| hours.to_string() == self.hours);
                let hours = hours.ok_or("Choose how long the link works");
                let hours = errors.take("link_hours", hours);
                hours.map_or(Secret::Generated, |hours| Secret::Link { hours: *hours })
            }
            _ => {
                errors.add("secret", "Choose one of the two");
                Secret::Generated
            }
        }
    }

    pub(super) fn fields(&self, errors: &FormErrors) -> SecretFields {
        let way = if self.way.is_empty() {
            GENERATED
        } else {
            &self.way
        };
        let hours = if self.hours.is_empty() {
            USUAL
        } else {
            &self.hours
        };
        let option = |value, label, hint: &str| Choice {
            hint: Some(hint.to_owned()),
            ..Choice::new(value, label, way)
        };
        let ways = vec![
            option(
                GENERATED,
                "Generate a password",
                "Shown to you once, when it is done. You hand it over.",
            ),
            option(
                LINK,
                "Link to set a password",
                "You hand over a link, and never know the password. Until it is used, nobody can sign in.",
            ),
        ];
        let lengths = HOURS.map(|length| {
            let value = length.to_string();
            Choice::new(&value, &lasting(length), hours)
        });
        let field = |name: &str, label: &str, options: Vec<Choice>| {
            SelectField::new(name, label, options).with_id(name.to_owned(), errors.at(name))
        };
        SecretFields {
            way: field("secret", "How they come to a password", ways),
            hours: field("link_hours", "A link works for", lengths.to_vec()),
        }
    }
}
