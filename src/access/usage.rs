//! What somebody may know of use over time, and of who works in their profiles.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Access, OwnProfile, SignedIn, Standing};
use crate::domain::{Contribution, Permission, ProfileName, Role, UsageRow, UsageTotal};
use crate::store;

impl SignedIn {
    /// What was recorded of a profile, if it is mine or if I may see everybody's.
    pub async fn usage(
        &self,
        profile: &ProfileName,
        span: (Timestamp, Timestamp),
    ) -> Result<Option<Vec<UsageRow>>, store::Error> {
        let is_mine = || {
            let (mine, _) = self.own_profiles();
            mine.iter().any(|own| own.profile.name == *profile)
        };
        if !self.may(Permission::ReadProfiles) && !is_mine() {
            return Ok(None);
        }
        let rows = self.services.store.usage_of(profile, span).await?;
        Ok(Some(rows))
    }

    /// Who else works in a profile of mine; for its owner and those who administer it with them.
    pub fn contributors_of_own(&self, own: &OwnProfile) -> Vec<Arc<Contribution>> {
        match own.standing {
            Standing::Owner | Standing::Contributor(Role::Admin) => {
                let all = self.services.cluster.contributions();
                let here = all.items.iter();
                here.filter(|one| one.profile == own.profile.name)
                    .cloned()
                    .collect()
            }
            Standing::Contributor(Role::Edit | Role::View) => Vec::new(),
        }
    }
}

impl Access {
    /// What everybody used within some time.
    pub async fn usage_totals(
        &self,
        span: (Timestamp, Timestamp),
    ) -> Result<Vec<UsageTotal>, store::Error> {
        self.signed_in.services.store.usage_totals(span).await
    }
}
