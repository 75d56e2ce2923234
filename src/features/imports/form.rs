//! “Add many” as typed.

use super::operations::{Common, USER};
use crate::access::Access;
use crate::domain::{ProfileName, Quota, Role, Share};
use crate::features::quotas::form::QuotaForm;
use crate::web::fields::FormErrors;
use crate::web::form::Fields;

/// Shared profiles on the form.
pub(super) const SHARES: usize = 3;

#[derive(Debug, Clone, Default)]
pub(crate) struct ImportForm {
    pub people: String,
    pub with_profile: bool,
    pub pattern: String,
    pub quota: QuotaForm,
    /// Profile and role.
    pub shared: Vec<(String, String)>,
    pub skip: bool,
}

impl ImportForm {
    pub(super) fn empty() -> Self {
        let mut form = Self {
            with_profile: true,
            pattern: USER.to_owned(),
            quota: QuotaForm::of(&Quota::default()),
            ..Self::default()
        };
        form.fill_up();
        form
    }

    pub(super) fn sent(fields: &Fields) -> Self {
        let shared = fields
            .all("shared_profile")
            .zip(fields.all("shared_role"))
            .take(SHARES)
            .map(|(profile, role)| (profile.to_owned(), role.to_owned()));
        let mut form = Self {
            people: fields.get("people").to_owned(),
            with_profile: fields.is_checked("with_profile"),
            pattern: fields.get("pattern").to_owned(),
            quota: QuotaForm::sent(fields),
            shared: shared.collect(),
            skip: fields.is_checked("skip"),
        };
        form.fill_up();
        form
    }

    fn fill_up(&mut self) {
        self.shared
            .resize(SHARES, (String::new(), Role::Edit.to_string()));
    }

    pub(crate) fn common(&self, access: &Access, errors: &mut FormErrors) -> Common {
        let quota = self.quota.parse(errors);
        let pattern = self.with_profile.then(|| self.pattern.clone());
        if let Some(pattern) = &pattern
            && !is_pattern(pattern)
        {
            let why = format!(
                "A pattern has {USER} in it once, and around it lower-case letters, digits and - only"
            );
            errors.add("pattern", why);
        }
        Common {
            pattern,
            quota,
            shares: self.shares(access, errors),
        }
    }

    fn shares(&self, access: &Access, errors: &mut FormErrors) -> Vec<Share> {
        let mut shares: Vec<Share> = Vec::new();
        let rows = self.shared.iter().enumerate();
        for (index, (profile, role)) in rows.filter(|(_, (profile, _))| !profile.is_empty()) {
            let field = share_id(index);
            let profile = ProfileName::from_cluster(profile.clone());
            match role.parse::<Role>() {
                Err(why) => errors.add(&field, why),
                Ok(_) if access.cluster().profile(&profile).is_none() => {
                    errors.add(&field, format!("There is no profile named {profile}"));
                }
                Ok(_) if shares.iter().any(|other| other.profile == profile) => {
                    errors.add(&field, format!("{profile} is there twice"));
                }
                Ok(role) => shares.push(Share { profile, role }),
            }
        }
        shares
    }
}

pub(super) fn share_id(index: usize) -> String {
    format!("shared-{index}")
}

/// Whether a name of everybody's own can come out of it.
fn is_pattern(pattern: &str) -> bool {
    let rest = pattern.replacen(USER, "", 1);
    pattern.contains(USER)
        && pattern
            .replacen(USER, "a", 1)
            .parse::<ProfileName>()
            .is_ok()
        && !rest.contains(['{', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_gives_everybody_a_name_of_their_own() {
        for good in ["{user}", "ml-{user}", "{user}-2026"] {
            assert!(is_pattern(good), "{good}");
        }
        for bad in [
            "",
            "class",
            "{user}{user}",
            "ML-{user}",
            "-{user}",
            "kube-{user}",
        ] {
            assert!(!is_pattern(bad), "{bad}");
        }
    }
}
