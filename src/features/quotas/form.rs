//! A quota as a person types it: the usual resources by name, anything else in free rows.

use std::collections::BTreeMap;

use crate::domain::{Quantity, Quota, QuotaUse, ResourceName};
use crate::web::fields::{Field, FormErrors};
use crate::web::form::Fields;

/// Rows that every quota form offers, with what they mean.
const OFFERED: [(&str, &str, &str); 4] = [
    (
        "cpu",
        "CPU",
        "Cores that all pods together may request, such as 4 or 500m",
    ),
    (
        "memory",
        "Memory",
        "Memory that all pods together may request, such as 16Gi",
    ),
    (
        "requests.nvidia.com/gpu",
        "NVIDIA GPUs",
        "Whole GPUs, such as 1",
    ),
    (
        "requests.storage",
        "Storage",
        "Sum of all volume claims, such as 100Gi",
    ),
];
/// Names of the offered inputs begin like this.
const PREFIX: &str = "quota:";
const MOST_ROWS: usize = 50;
/// What a button sends that adds a row for a resource, before its name.
pub(super) const ROW: &str = "row:";

/// Everything typed, kept as typed.
#[derive(Debug, Clone, Default)]
pub struct QuotaForm {
    /// Amounts of the offered resources, in their order.
    offered: Vec<String>,
    /// Name and amount of the others.
    extra: Vec<(String, String)>,
}

/// For `ui/quota.html`.
pub struct QuotaFields {
    pub known: Vec<Field>,
    pub extra: Vec<ExtraRow>,
}

pub struct ExtraRow {
    pub resource: Field,
    pub amount: Field,
}

impl QuotaForm {
    /// The form for a quota as it is now.
    pub fn of(quota: &Quota) -> Self {
        let is_offered = |name: &ResourceName| {
            OFFERED
                .iter()
                .any(|(offered, _, _)| *offered == name.as_str())
        };
        let amount = |name: &str| {
            quota
                .get(&ResourceName::from_cluster(name))
                .map(|a| a.to_string())
        };
        Self {
            offered: OFFERED
                .iter()
                .map(|(name, _, _)| amount(name).unwrap_or_default())
                .collect(),
            extra: quota
                .iter()
                .filter(|(name, _)| !is_offered(name))
                .map(|(name, amount)| (name.to_string(), amount.to_string()))
                .collect(),
        }
    }

    /// The form as it was sent. A press on “Add another resource” adds an empty row.
    pub fn sent(fields: &Fields) -> Self {
        let mut extra: Vec<(String, String)> = fields
            .all("quota_name")
            .zip(fields.all("quota_amount"))
            .take(MOST_ROWS)
            .map(|(name, amount)| (name.to_owned(), amount.to_owned()))
            .collect();
        if fields.get("more") == "quota" {
            extra.push((String::new(), String::new()));
        }
        if let Some(name) = fields.get("more").strip_prefix(ROW) {
            extra.push((name.to_owned(), String::new()));
        }
        let offered = OFFERED
            .iter()
            .map(|(name, _, _)| fields.get(&format!("{PREFIX}{name}")).to_owned())
            .collect();
        Self { offered, extra }
    }

    /// Is there a row for this resource already?
    pub(super) fn has_row(&self, name: &str) -> bool {
        OFFERED.iter().any(|(offered, _, _)| *offered == name)
            || self.extra.iter().any(|(extra, _)| extra == name)
    }

    /// The quota that the rows say; every wrong row is noted in `errors` under its id.
    pub fn parse(&self, errors: &mut FormErrors) -> Quota {
        let mut lines: BTreeMap<ResourceName, Quantity> = BTreeMap::new();
        let offered = OFFERED.iter().zip(&self.offered).enumerate();
        let offered = offered
            .map(|(index, ((name, _, _), amount))| (offered_id(index), *name, amount.as_str()));
        let extra = self.extra.iter().enumerate();
        let extra =
            extra.map(|(index, (name, amount))| (amount_id(index), name.as_str(), amount.as_str()));
        for (id, name, amount) in offered.chain(extra) {
            if amount.is_empty() {
                // A row without an amount limits nothing.
                continue;
            }
            match Quota::line(name, amount) {
                Ok((name, _)) if lines.contains_key(&name) => {
                    errors.add(&id, format!("{name} is there twice"));
                }
                Ok((name, amount)) => {
                    lines.insert(name, amount);
                }
                Err(error) => errors.add(&id, error),
            }
        }
        lines.into_iter().collect()
    }

    /// The form to show. Hints say what is used now, where that is known.
    pub fn fields(&self, used: &QuotaUse, errors: &FormErrors) -> QuotaFields {
        let known = OFFERED.iter().zip(&self.offered).enumerate().map(
            |(index, ((name, label, hint), amount))| {
                let used = used.used.get(&ResourceName::from_cluster(*name));
                let hint = used.map_or_else(
                    || (*hint).to_owned(),
                    |used| format!("{hint}. Used now: {used}"),
                );
                Field::text(&format!("{PREFIX}{name}"), label, amount, errors)
                    .with_id(offered_id(index), errors)
                    .hint(&hint)
                    .short()
            },
        );
        let extra = self
            .extra
            .iter()
            .enumerate()
            .map(|(index, (name, amount))| ExtraRow {
                resource: Field::text("quota_name", "Resource", name, errors)
                    .with_id(format!("quota-name-{index}"), errors),
                amount: Field::text("quota_amount", "Limit", amount, errors)
                    .with_id(amount_id(index), errors),
            });
        QuotaFields {
            known: known.collect(),
            extra: extra.collect(),
        }
    }
}

/// Where errors about the quota as a whole point.
pub const FIRST_FIELD: &str = "quota-known-0";

fn offered_id(index: usize) -> String {
    format!("quota-known-{index}")
}

fn amount_id(index: usize) -> String {
    format!("quota-amount-{index}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_rows_are_named_where_they_are() {
        let form = QuotaForm {
            offered: vec!["4".into(), "8GB".into(), String::new(), String::new()],
            extra: vec![
                ("nvidia.com/gpu".into(), "1".into()),
                ("cpu".into(), "2".into()),
                ("pods".into(), "10".into()),
            ],
        };
        let mut errors = FormErrors::default();
        assert_eq!(form.parse(&mut errors).iter().count(), 2);
        let fields: Vec<&str> = errors.0.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            ["quota-known-1", "quota-amount-0", "quota-amount-1"]
        );
    }

    #[test]
    fn the_form_of_a_quota_parses_to_that_quota() {
        let quota: Quota = [
            Quota::line("cpu", "4").unwrap(),
            Quota::line("pods", "10").unwrap(),
        ]
        .into_iter()
        .collect();
        let mut errors = FormErrors::default();
        assert_eq!(QuotaForm::of(&quota).parse(&mut errors), quota);
        assert!(errors.is_empty());
    }
}
