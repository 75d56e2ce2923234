//! What a person types to create a profile.

use crate::access::Access;
use crate::domain::{Email, ProfileName, Quota};
use crate::features::quotas::form::QuotaForm;
use crate::web::fields::FormErrors;
use crate::web::form::Fields;

/// “Create profile” as typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewProfileForm {
    pub name: String,
    pub owner: String,
    pub quota: QuotaForm,
}

impl NewProfileForm {
    pub(super) fn empty(owner: &str) -> Self {
        let name = owner
            .parse()
            .map(|email| ProfileName::suggested_for(&email).to_string())
            .unwrap_or_default();
        Self {
            name,
            owner: owner.to_owned(),
            quota: QuotaForm::of(&Quota::default()),
        }
    }

    pub(super) fn sent(fields: &Fields) -> Self {
        Self {
            name: fields.get("name").to_owned(),
            owner: fields.get("owner").to_owned(),
            quota: QuotaForm::sent(fields),
        }
    }

    pub(crate) fn parse(&self, access: &Access) -> Result<(ProfileName, Email, Quota), FormErrors> {
        let mut errors = FormErrors::default();
        let name = errors.take("name", self.name.parse::<ProfileName>());
        if let Some(name) = &name
            && access.cluster().profile(name).is_some()
        {
            errors.add("name", format!("A profile named {name} exists already"));
        }
        let owner = errors.take("owner", self.owner.parse::<Email>());
        let quota = self.quota.parse(&mut errors);
        match (name, owner) {
            (Some(name), Some(owner)) if errors.is_empty() => Ok((name, owner, quota)),
            _ => Err(errors),
        }
    }
}
