//! The file in which operations of this machine are kept: one for each cluster, so that none is ever resumed in another.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::fault::Fault;
use crate::clock::{self, Clock};
use crate::config::administer::StateAt;
use crate::store::Store;

const FOLDER: &str = "kubeflow-admin";
/// Digits of the hash that tells clusters apart.
const DIGITS: usize = 12;
/// A plan that nobody started is forgotten after this long, and what has ended after that.
const PLANS: SignedDuration = SignedDuration::from_hours(24);
const ENDED: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Opens the file of the cluster at this address; makes it if it is missing.
pub(in crate::cli) async fn open(state: &StateAt, address: &str) -> Result<Store, Fault> {
    let folder = home(state)?.join(FOLDER);
    make_private(&folder).map_err(|error| {
        Fault::not_begun(format!(
            "The folder {} cannot be made: {error}. Choose another one with --state-home.",
            folder.display()
        ))
    })?;
    let file = folder.join(format!("{}.db", name_of(address)));
    let store = Store::open(&format!("sqlite:{}", file.display())).await?;
    let now = Clock.now();
    store.operations_delete_planned(now - PLANS).await?;
    store.import_sweep(now - PLANS).await?;
    store.operations_trim(now - ENDED).await?;
    store.audit_trim(now - ENDED).await?;
    Ok(store)
}

fn home(state: &StateAt) -> Result<PathBuf, Fault> {
    if let Some(folder) = &state.state_home {
        return Ok(folder.clone());
    }
    let home = std::env::home_dir().ok_or_else(|| {
        Fault::not_begun(
            "There is no home folder to keep operations in. Choose a folder with --state-home.",
        )
    })?;
    Ok(home.join(".local/state"))
}

/// Readable for a person who looks, and different for every address.
fn name_of(address: &str) -> String {
    let host = address.split("://").last().unwrap_or(address);
    let host: String = host
        .trim_end_matches('/')
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(80)
        .collect();
    let hash = clock::hash_token(address);
    format!("{host}-{}", &hash.as_str()[..DIGITS])
}

/// For the owner alone: there are hashes of passwords in it.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cluster_has_a_file_of_its_own() {
        let one = name_of("https://10.0.0.1:6443/");
        assert!(one.starts_with("10-0-0-1-6443-"), "{one}");
        assert_ne!(one, name_of("https://10.0.0.1.6443/"));
        assert_eq!(one, name_of("https://10.0.0.1:6443/"));
    }
}
