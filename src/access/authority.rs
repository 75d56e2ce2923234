//! Who administers, and who of them can come in.

use super::Access;
use crate::cluster;
use crate::domain::{Authority, Checklist, Email, Entrants, Stated, UserName};
use crate::operation;
use crate::store;

impl Access {
    /// All bindings of the cluster with the rules behind them; asked now, as this person.
    pub async fn authority(&self) -> Result<Authority, cluster::Error> {
        let acting = self.cluster().acting_as(self.actor())?;
        acting.authority().await
    }

    /// Whoever has a login at Dex, or a session here by way of Dex.
    pub async fn entrants(&self) -> Result<Entrants, store::Error> {
        operation::entrants(self.cluster(), &self.signed_in.services.store).await
    }

    /// Is somebody left who administers, when all of this was done? Asked again when it is done.
    pub async fn who_stays(
        &self,
        authority: &Authority,
        checklist: &Checklist,
    ) -> Result<Result<(), String>, store::Error> {
        let entrants = self.entrants().await?;
        let now = self.signed_in.services.clock.now();
        Ok(operation::who_stays((authority, now), &entrants, checklist))
    }

    /// All bindings, without whoever is being taken out of one by somebody right now.
    pub fn foreseen(&self, authority: &Authority) -> Authority {
        let now = self.signed_in.services.clock.now();
        authority.clone().foreseen(now)
    }

    /// Somebody who shall get something, as Dex states them; they have to be able to come and use it.
    pub fn heir(&self, email: &Email, entrants: &Entrants) -> Result<UserName, String> {
        let stated = match self.stated(email.as_str()) {
            Stated::As(stated) => UserName::from_cluster(stated),
            Stated::NoLogin => UserName::from(email),
        };
        if entrants.people.contains(&stated) {
            Ok(stated)
        } else {
            Err(format!(
                "{email} has no login in Dex and is not signed in here: add them first, or have them sign in once"
            ))
        }
    }
}
