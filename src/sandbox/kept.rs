//! A world in a file, for a demo that goes on where it was: written soon after every change, read once at the start.
//!
//! Objects come back as from a backup of etcd: with their identity and history's next versions, without what was
//! forgotten anyway (tokens, watches, sign-ins on their way).

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::api::objects::Collection;
use super::api::{Api, Settings};

/// Changes come in bursts; this long after the first one all of them are written.
const SOON: Duration = Duration::from_secs(1);
/// What is installed in a world is that of the program that made it.
const MADE_BY: &str = env!("CARGO_PKG_VERSION");

/// Why a kept world is not gone on with.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error("it cannot be read: {0}")]
    File(#[from] io::Error),
    #[error("it is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
    #[error("it was made by version {found}, and this is version {MADE_BY}")]
    OtherVersion { found: String },
}

#[derive(Serialize)]
struct Written<'a> {
    made_by: &'static str,
    version: u64,
    collections: Vec<(&'a Collection, Vec<&'a Value>)>,
}

#[derive(Deserialize)]
struct Read {
    version: u64,
    collections: Vec<(Collection, Vec<Value>)>,
}

#[derive(Deserialize)]
struct Heading {
    made_by: String,
}

/// Writes a world beside its place and then puts it there, so that a file is whole or not there.
///
/// # Errors
/// When the file cannot be written.
pub fn save(api: &Api, path: &Path) -> io::Result<()> {
    let (version, found) = everything(api);
    let collections = found.iter().map(|(collection, objects)| {
        let objects = objects.iter().map(AsRef::as_ref);
        (collection, objects.collect())
    });
    let written = Written {
        made_by: MADE_BY,
        version,
        collections: collections.collect(),
    };
    let beside = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        // There are hashes and Secrets in it, if only invented ones.
        .mode(0o600)
        .open(&beside)?;
    file.write_all(&serde_json::to_vec(&written)?)?;
    fs::rename(beside, path)
}

/// Objects by kind.
type Shelves = Vec<(Collection, Vec<Arc<Value>>)>;

/// As of one moment; the lock is not held while it is written.
fn everything(api: &Api) -> (u64, Shelves) {
    let world = api.world();
    let objects = &world.objects;
    let found = objects.collections().into_iter().map(|collection| {
        let kept = objects.all(&collection, "");
        (collection, kept)
    });
    (objects.version(), found.collect())
}

/// Saves now and soon after every change; told to stop, it saves what has changed since. Trouble is logged, and the next
/// change tries again.
pub async fn keep(api: Api, path: PathBuf, stop: CancellationToken) {
    let mut changes = api.changes();
    loop {
        changes.mark_unchanged();
        let (api, path) = (api.clone(), path.clone());
        let saved = tokio::task::spawn_blocking(move || save(&api, &path)).await;
        if let Err(error) = saved.unwrap_or_else(|error| Err(io::Error::other(error))) {
            tracing::warn!(%error, "sandbox.world-not-kept");
        }
        tokio::select! {
            biased;
            told = changes.changed() => if told.is_err() { return },
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(SOON) => {}
        }
    }
}

/// An API server with the world of a file in it.
///
/// # Errors
/// When the file cannot be read, or another version of this program made it.
pub fn resume(settings: Settings, path: &Path) -> Result<Api, KeptError> {
    let text = fs::read(path)?;
    let Heading { made_by } = serde_json::from_slice(&text)?;
    if made_by != MADE_BY {
        return Err(KeptError::OtherVersion { found: made_by });
    }
    let read: Read = serde_json::from_slice(&text)?;
    let api = Api::new(settings)?;
    {
        let mut world = api.world();
        world.objects.go_on_from(read.version);
        for (collection, objects) in read.collections {
            for object in objects {
                world.objects.put(&collection, object);
            }
        }
        world.reload_kinds();
    }
    api.announce();
    Ok(api)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::super::hands::Hands;
    use super::*;

    fn settings() -> Settings {
        Settings {
            clock: || Timestamp::UNIX_EPOCH,
            token: || "secret".to_owned(),
            audit_log: None,
        }
    }

    fn profile(name: &str) -> Value {
        json!({
            "apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": { "name": name },
            "spec": { "owner": { "kind": "User", "name": "ana@example.com" } },
        })
    }

    #[test]
    fn a_world_goes_on_with_its_objects_their_identity_and_their_kinds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.json");
        let first = super::super::start(settings()).unwrap();
        super::super::seed::install(&first, "").unwrap();
        Hands::new(&first, "test").create(&profile("kept")).unwrap();
        save(&first, &path).unwrap();

        let second = resume(settings(), &path).unwrap();
        let profiles = Collection::new("kubeflow.org", "profiles");
        let find = |api: &Api| api.world().objects.get(&profiles, "", "kept").unwrap();
        let (before, after) = (find(&first), find(&second));
        assert_eq!(before["metadata"]["uid"], after["metadata"]["uid"]);
        assert_eq!(before["spec"], after["spec"]);
        assert!(second.world().objects.version() > first.world().objects.version());
        let hands = Hands::new(&second, "test");
        hands.create(&profile("kept")).unwrap_err();
        hands.create(&profile("new")).unwrap();
    }

    #[test]
    fn a_world_of_another_version_and_a_damaged_one_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.json");
        let other = json!({ "made_by": "0.0.0", "a_later_form": [] });
        fs::write(&path, other.to_string()).unwrap();
        let refused = resume(settings(), &path).err().unwrap();
        assert!(matches!(refused, KeptError::OtherVersion { .. }));
        fs::write(&path, "{\"made_by\":").unwrap();
        let refused = resume(settings(), &path).err().unwrap();
        assert!(matches!(refused, KeptError::Damaged(_)));
    }
}
