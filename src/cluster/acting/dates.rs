//! Things that end at a date: the annotation on the object, and the end itself, if the date is still the same.

use kube::api::DynamicObject;
use serde_json::json;

use super::contributors::Pair;
use super::{Acting, Applied, changed};
use crate::cluster::error::Error;
use crate::cluster::kinds::{FREEZE_NAME, RESOURCE_QUOTA, ROLE_BINDING, UNTIL};
use crate::cluster::objects::{Mode, Objects, annotation};
use crate::domain::{Dated, ProfileName, Role, Until, UserName, Written};

impl Acting {
    /// A contributor with exactly this date, on the binding: what is missing of the pair is created, and another date is
    /// replaced.
    pub async fn let_in(
        &self,
        place: (&ProfileName, &UserName, Role),
        until: Option<Until>,
        mode: Mode,
    ) -> Result<Applied, Error> {
        let pair = Pair {
            until,
            ..Pair::new(place)
        };
        let wanted = until.map(|until| until.to_string());
        let bindings = self.within(ROLE_BINDING, pair.profile.as_str());
        let found = bindings.find(&pair.name).await?;
        let mut applied = self.complete(&pair, mode).await?;
        let before = found
            .as_ref()
            .and_then(|found| annotation(found, UNTIL))
            .map(str::to_owned);
        if before != wanted {
            let field = format!(
                "RoleBinding {}/{}: annotation {UNTIL}",
                pair.profile, pair.name
            );
            let change = changed(field, before.as_deref(), wanted.as_deref());
            applied.changes.push(change);
            if let Some(found) = &found {
                set_until(&bindings, found, wanted.as_deref(), mode).await?;
            }
        }
        applied.before = found.map(|_| json!({ "until": before }));
        Ok(applied)
    }

    /// Ends it if it still says this date; if not, a note says so and nothing happens. Absent is as good as ended.
    pub async fn end(&self, thing: &Dated, due: Until, mode: Mode) -> Result<Applied, Error> {
        let (kind, name) = match thing {
            Dated::Contributor {
                profile,
                user,
                role,
            } => (ROLE_BINDING, Pair::new((profile, user, *role)).name),
            Dated::Freeze { .. } => (RESOURCE_QUOTA, FREEZE_NAME.to_owned()),
        };
        let objects = self.within(kind, thing.profile().as_str());
        if let Some(found) = objects.find(&name).await? {
            let written = annotation(&found, UNTIL).map(Written::of);
            if written != Some(Written::At(due)) {
                let now = annotation(&found, UNTIL).unwrap_or("none");
                return Ok(Applied {
                    notes: vec![format!("Its date is {now} by now; it goes on.")],
                    ..Applied::default()
                });
            }
        }
        match thing {
            Dated::Contributor {
                profile,
                user,
                role,
            } => self.remove_contributor(profile, user, *role, mode).await,
            Dated::Freeze { profile } => self.thaw(profile, mode).await,
        }
    }
}

/// Sets or takes away the annotation, and nothing else. A patch: created bindings and those of KFAM alike hold their
/// annotations under other managers than server-side apply.
async fn set_until(
    objects: &Objects<'_>,
    found: &DynamicObject,
    until: Option<&str>,
    mode: Mode,
) -> Result<(), Error> {
    let name = found.metadata.name.clone().unwrap_or_default();
    let patch = json!({
        "metadata": {
            "resourceVersion": found.metadata.resource_version,
            "annotations": { UNTIL: until },
        },
    });
    objects.merge(&name, &patch, mode).await.map(drop)
}
