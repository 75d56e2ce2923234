//! The part of the quota form about containers that state no resources.

use crate::cluster::DefaultsFound;
use crate::domain::{ContainerDefaults, Quantity, Quota};
use crate::web::fields::{CheckField, Field, FormErrors};
use crate::web::form::Fields;

/// Field and label, in the order of [`ContainerDefaults`].
const FIELDS: [(&str, &str); 4] = [
    ("default_cpu_request", "CPU request"),
    ("default_cpu_limit", "CPU limit"),
    ("default_memory_request", "Memory request"),
    ("default_memory_limit", "Memory limit"),
];

/// Everything typed, kept as typed.
#[derive(Debug, Clone, Default)]
pub(super) struct DefaultsForm {
    wanted: Wanted,
    amounts: [String; 4],
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Wanted {
    Yes,
    #[default]
    No,
}

/// For the template.
pub(super) struct DefaultsFields {
    /// What is there already, in a sentence; empty for nothing.
    pub note: String,
    pub wanted: CheckField,
    pub amounts: Vec<Field>,
}

impl DefaultsForm {
    /// Offered where the quota would otherwise make pods vanish: with the amounts that are there, or usual ones.
    pub(super) fn offered(quota: &Quota, found: Option<&DefaultsFound>) -> Self {
        let (defaults, there) = match found {
            Some(DefaultsFound::Ours(defaults)) => (defaults.clone(), true),
            Some(DefaultsFound::Others(_)) => (ContainerDefaults::offered(), true),
            Some(DefaultsFound::None) | None => (ContainerDefaults::offered(), false),
        };
        let text = |amount: Option<Quantity>| amount.map(|amount| amount.to_string());
        Self {
            wanted: if quota.needs_container_defaults() && !there {
                Wanted::Yes
            } else {
                Wanted::No
            },
            amounts: [
                text(defaults.cpu_request).unwrap_or_default(),
                text(defaults.cpu_limit).unwrap_or_default(),
                text(defaults.memory_request).unwrap_or_default(),
                text(defaults.memory_limit).unwrap_or_default(),
            ],
        }
    }

    pub(super) fn sent(fields: &Fields) -> Self {
        Self {
            wanted: if fields.is_checked("defaults") {
                Wanted::Yes
            } else {
                Wanted::No
            },
            amounts: FIELDS.map(|(name, _)| fields.get(name).to_owned()),
        }
    }

    /// `None` when they are not wanted.
    pub(super) fn parse(&self, errors: &mut FormErrors) -> Option<ContainerDefaults> {
        if self.wanted == Wanted::No {
            return None;
        }
        let mut amounts = FIELDS.iter().zip(&self.amounts).map(|((name, _), text)| {
            if text.is_empty() {
                return None;
            }
            errors.take(name, text.parse::<Quantity>())
        });
        let mut next = || amounts.next().flatten();
        let defaults = ContainerDefaults {
            cpu_request: next(),
            cpu_limit: next(),
            memory_request: next(),
            memory_limit: next(),
        };
        if let Err(error) = defaults.check() {
            errors.add(FIELDS[0].0, error);
        }
        if defaults.is_empty() && errors.is_empty() {
            errors.add(
                FIELDS[0].0,
                "Enter at least one amount, or take the tick away",
            );
        }
        Some(defaults)
    }

    pub(super) fn fields(
        &self,
        found: Option<&DefaultsFound>,
        errors: &FormErrors,
    ) -> DefaultsFields {
        let note = match found {
            Some(DefaultsFound::Ours(_)) => {
                "This profile has defaults from here already; tick to change them.".to_owned()
            }
            Some(DefaultsFound::Others(names)) => format!(
                "LimitRange {} sets defaults already. Of two LimitRanges with defaults Kubernetes takes either.",
                names.join(", ")
            ),
            Some(DefaultsFound::None) => String::new(),
            None => "Your account may not see the LimitRanges of this profile.".to_owned(),
        };
        let wanted = CheckField::new(
            "defaults",
            "Give containers that state no resources these defaults (a LimitRange)",
            self.wanted == Wanted::Yes,
        )
        .hint("Under a limit on CPU or memory, pods that state none are refused without a word to their owner");
        let amounts = FIELDS
            .iter()
            .zip(&self.amounts)
            .map(|((name, label), text)| Field::text(name, label, text, errors).short())
            .collect();
        DefaultsFields {
            note,
            wanted,
            amounts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(name: &str) -> Quota {
        [Quota::line(name, "4").unwrap()].into_iter().collect()
    }

    #[test]
    fn defaults_are_offered_exactly_where_pods_would_vanish() {
        let offered = |name: &str, found: &DefaultsFound| {
            let form = DefaultsForm::offered(&quota(name), Some(found));
            form.parse(&mut FormErrors::default()).is_some()
        };
        assert!(offered("cpu", &DefaultsFound::None));
        assert!(!offered("pods", &DefaultsFound::None));
        assert!(!offered(
            "cpu",
            &DefaultsFound::Others(vec!["x".to_owned()])
        ));
        let ours = DefaultsFound::Ours(ContainerDefaults::offered());
        assert!(!offered("cpu", &ours));
    }

    #[test]
    fn a_wrong_amount_is_named_at_its_field() {
        let mut form = DefaultsForm::offered(&quota("cpu"), Some(&DefaultsFound::None));
        form.amounts[3] = "1GB".to_owned();
        let mut errors = FormErrors::default();
        form.parse(&mut errors);
        assert_eq!(errors.0[0].field, "default_memory_limit");
    }
}
