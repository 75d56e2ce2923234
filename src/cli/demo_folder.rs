//! The folder in which a demo is kept between its starts: the world, and what the dashboard itself stores.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

const WORLD: &str = "world.json";
const DATABASE: &str = "kubeflow-admin.db";
/// What `SQLite` puts beside a database, and what is written before it becomes the world.
const BESIDE: [&str; 3] = [
    "kubeflow-admin.db-wal",
    "kubeflow-admin.db-shm",
    "world.new",
];

/// In use by one demo at a time.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Made if it is missing, for its owner alone: sessions are in it.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        let made = builder.create(path).and_then(|()| {
            let lock = File::create(path.join("lock"))?;
            lock.try_lock()?;
            Ok(lock)
        });
        let lock = made.with_context(|| {
            format!(
                "the folder {} cannot be used, or another demo uses it",
                path.display()
            )
        })?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    pub(super) fn has_world(&self) -> bool {
        self.world().exists()
    }

    /// Forgets everything that a demo put here, and nothing else.
    pub(super) fn clear(&self) -> anyhow::Result<()> {
        for name in [WORLD, DATABASE].into_iter().chain(BESIDE) {
            match fs::remove_file(self.path.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {name}"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn world(&self) -> PathBuf {
        self.path.join(WORLD)
    }

    pub(super) fn database(&self) -> String {
        format!("sqlite:{}", self.path.join(DATABASE).display())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_used_by_one_demo_and_cleared_of_its_files_only() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("new/demo");
        let folder = Folder::open(&path).unwrap();
        assert!(Folder::open(&path).is_err());
        fs::write(folder.world(), "{}").unwrap();
        fs::write(path.join("notes.txt"), "mine").unwrap();
        assert!(folder.has_world());
        folder.clear().unwrap();
        folder.clear().unwrap();
        assert!(!folder.has_world());
        assert!(path.join("notes.txt").exists());
        drop(folder);
        Folder::open(&path).unwrap();
    }
}
