//! The list of a new course, planned and not started: somebody who tries the demo starts it, or throws it away.

use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::domain::{Actor, ProfileName, Quota, Role, Share};
use crate::features::imports::operations::{self, Common};
use crate::operation::{Planner, Proofs};
use crate::store::Store;

const COURSE: &str = "ml-course";
const LIST: &str = "email,name
nadia@example.com,Nadia Haddad
otto@example.com,Otto Lindgren
pia@example.com,Pia Moretti
ravi@example.com,Ravi Menon
sven@example.com,Sven Aas
tomas@example.com,Tomás Rey
ulla@example.com,Ulla Koski
vera@example.com,Vera Novak
wim@example.com,Wim de Boer
yara@example.com,Yara Sales
ezra@example.com,Ezra Stone
sofie@example.com,Sofie Dahl
";

/// Plans it as this person, who can then start it.
pub(super) async fn plan(cluster: Cluster, store: Store, actor: Actor) {
    let planner = Planner::new(&cluster, &store, Clock, Proofs::Made);
    let common = Common {
        pattern: Some(format!("ml-{}", operations::USER)),
        quota: [("cpu", "2"), ("memory", "4Gi")]
            .into_iter()
            .filter_map(|(name, amount)| Quota::line(name, amount).ok())
            .collect(),
        shares: vec![Share {
            profile: ProfileName::from_cluster(COURSE),
            role: Role::View,
        }],
    };
    match operations::plan_list(&planner, &actor, LIST, common).await {
        Ok(operation) => tracing::info!(operation = %operation.id, "demo.import-planned"),
        Err(error) => tracing::warn!(%error, "demo.import-not-planned"),
    }
}
