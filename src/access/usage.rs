//! What somebody may know of use over time.

use jiff::Timestamp;

use super::{Access, SignedIn};
use crate::domain::{Permission, ProfileName, UsageRow, UsageTotal};
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
