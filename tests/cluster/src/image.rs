//! Container images without a container engine: an OCI layout in one tar, with one layer.
//!
//! Made from files of this machine and meant for `ctr images import`. Nothing is compressed and
//! every time stamp is zero, so the same files give the same image.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

use crate::commands;

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const CONFIGURATION: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const SEARCH_PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An image to be written.
#[derive(Debug, Clone)]
pub struct Image {
    name: String,
    entries: Vec<Entry>,
    entrypoint: Vec<String>,
    command: Vec<String>,
    user: String,
    environment: Vec<String>,
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
enum Entry {
    Directory {
        path: String,
        mode: u32,
        owner: u64,
    },
    File {
        path: String,
        source: PathBuf,
        mode: u32,
    },
    Text {
        path: String,
        content: String,
    },
    Link {
        path: String,
        target: String,
    },
}

impl Entry {
    fn path(&self) -> &str {
        match self {
            Self::Directory { path, .. }
            | Self::File { path, .. }
            | Self::Text { path, .. }
            | Self::Link { path, .. } => path.trim_start_matches('/'),
        }
    }
}

impl Image {
    /// An image with nothing in it.
    pub fn empty(name: &str) -> Self {
        Self {
            name: full_name(name),
            entries: Vec::new(),
            entrypoint: Vec::new(),
            command: Vec::new(),
            user: String::new(),
            environment: Vec::new(),
            labels: BTreeMap::new(),
        }
    }

    /// An image with nothing but `/tmp` and the two names everybody looks up.
    pub fn new(name: &str) -> Self {
        let mut image = Self::empty(name);
        image.environment.push(SEARCH_PATH.into());
        image
            .directory("/tmp", 0o1777)
            .text(
                "/etc/passwd",
                "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
            )
            .text("/etc/group", "root:x:0:\nnogroup:x:65534:\n")
    }

    /// A program of this machine with the libraries it is linked with, as `/usr/local/bin/<its
    /// file name>`, run by nobody. A statically linked program comes alone.
    pub async fn of_program(binary: &Path, name: &str) -> Result<Self> {
        let file = binary.file_name().and_then(|file| file.to_str());
        let target = format!(
            "/usr/local/bin/{}",
            file.context("a program without a name")?
        );
        let image = Self::new(name).file(&target, binary, 0o755);
        let image = image.libraries_of(binary).await?;
        Ok(image.entrypoint(&[&target]).user("65532:65532"))
    }

    /// Adds what a program of this machine is linked with; nothing, if it is linked statically.
    pub async fn libraries_of(mut self, binary: &Path) -> Result<Self> {
        for library in libraries(binary).await? {
            let path = library
                .to_str()
                .context("a library's path is not UTF-8")?
                .to_owned();
            self = self.file(&path, &library, 0o755);
        }
        Ok(self)
    }

    /// The name containerd will know it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds a file of this machine.
    #[must_use]
    pub fn file(mut self, path: &str, source: &Path, mode: u32) -> Self {
        let source = source.to_owned();
        self.entries.push(Entry::File {
            path: path.into(),
            source,
            mode,
        });
        self
    }

    /// Adds a small file.
    #[must_use]
    pub fn text(mut self, path: &str, content: &str) -> Self {
        self.entries.push(Entry::Text {
            path: path.into(),
            content: content.into(),
        });
        self
    }

    /// Adds a symbolic link.
    #[must_use]
    pub fn link(mut self, path: &str, target: &str) -> Self {
        self.entries.push(Entry::Link {
            path: path.into(),
            target: target.into(),
        });
        self
    }

    /// Adds an empty directory.
    #[must_use]
    pub fn directory(self, path: &str, mode: u32) -> Self {
        self.directory_of(path, mode, 0)
    }

    /// Adds an empty directory that belongs to a user and the group of the same number.
    #[must_use]
    pub fn directory_of(mut self, path: &str, mode: u32, owner: u64) -> Self {
        self.entries.push(Entry::Directory {
            path: path.into(),
            mode,
            owner,
        });
        self
    }

    /// Adds a directory of this machine with everything in it.
    pub fn tree(mut self, path: &str, source: &Path) -> Result<Self> {
        let mut listed: Vec<_> = fs::read_dir(source)?.collect::<Result<_, _>>()?;
        listed.sort_by_key(fs::DirEntry::file_name);
        for entry in listed {
            let inside = format!("{path}/{}", entry.file_name().to_string_lossy());
            self = if entry.file_type()?.is_dir() {
                self.tree(&inside, &entry.path())?
            } else {
                self.file(&inside, &entry.path(), 0o644)
            };
        }
        Ok(self)
    }

    /// What a container runs.
    #[must_use]
    pub fn entrypoint(mut self, arguments: &[&str]) -> Self {
        self.entrypoint = arguments.iter().map(ToString::to_string).collect();
        self
    }

    /// What it is told when nobody says otherwise.
    #[must_use]
    pub fn command(mut self, arguments: &[&str]) -> Self {
        self.command = arguments.iter().map(ToString::to_string).collect();
        self
    }

    #[must_use]
    pub fn label(mut self, name: &str, value: &str) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// Numeric, as `uid:gid`: "runs as non-root" cannot be checked on a name.
    #[must_use]
    pub fn user(mut self, user: &str) -> Self {
        self.user = user.into();
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push(format!("{name}={value}"));
        self
    }

    /// How many bytes its layer has once compressed the way it is pushed to a registry.
    pub async fn compressed_size(&self) -> Result<u64> {
        let scratch = tempfile::tempdir()?;
        let layer = scratch.path().join("layer.tar");
        let (image, target) = (self.clone(), layer.clone());
        tokio::task::spawn_blocking(move || image.write_layer(&target)).await??;
        commands::run(&["gzip", "-6", layer.to_str().context("a path is not UTF-8")?]).await?;
        Ok(fs::metadata(scratch.path().join("layer.tar.gz"))?.len())
    }

    /// Writes the tar file that `ctr images import` takes.
    pub async fn write_to(&self, output: &Path) -> Result<()> {
        let scratch = tempfile::tempdir_in(output.parent().context("no directory to write to")?)?;
        let layer = scratch.path().join("layer.tar");
        let (image, target) = (self.clone(), layer.clone());
        tokio::task::spawn_blocking(move || image.write_layer(&target)).await??;
        // The program of the host: a digest of many megabytes is slow in unoptimised code.
        let digest =
            commands::run(&["sha256sum", layer.to_str().context("a path is not UTF-8")?]).await?;
        let digest = digest
            .split_whitespace()
            .next()
            .context("sha256sum said nothing")?;
        self.write_layout(output, &layer, digest)
    }

    fn write_layer(&self, target: &Path) -> Result<()> {
        let mut archive = Builder::new(BufWriter::new(File::create(target)?));
        let mut directories: Vec<String> = Vec::new();
        for entry in &self.entries {
            let parents = parents_of(entry.path());
            for parent in parents
                .into_iter()
                .filter(|parent| !directories.contains(parent))
                .collect::<Vec<_>>()
            {
                append(
                    &mut archive,
                    (EntryType::Directory, 0o755),
                    &parent,
                    &[][..],
                )?;
                directories.push(parent);
            }
            write_entry(&mut archive, entry).with_context(|| format!("adding {}", entry.path()))?;
        }
        archive.into_inner()?;
        Ok(())
    }

    fn write_layout(&self, output: &Path, layer: &Path, layer_digest: &str) -> Result<()> {
        let configuration = serde_json::to_vec(&json!({
            "architecture": architecture(),
            "os": "linux",
            "config": {
                "Entrypoint": self.entrypoint, "Cmd": self.command, "User": self.user, "Env": self.environment,
                "Labels": self.labels, "WorkingDir": "/",
            },
            "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{layer_digest}")] },
        }))?;
        let manifest = serde_json::to_vec(&json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(CONFIGURATION, &digest(&configuration), configuration.len() as u64),
            "layers": [descriptor(LAYER, layer_digest, fs::metadata(layer)?.len())],
        }))?;
        let mut described = descriptor(MANIFEST, &digest(&manifest), manifest.len() as u64);
        described["annotations"] = json!({ "io.containerd.image.name": self.name });
        let index = serde_json::to_vec(&json!({ "schemaVersion": 2, "manifests": [described] }))?;

        let mut archive = Builder::new(BufWriter::new(File::create(output)?));
        let file = (EntryType::Regular, 0o644);
        append(
            &mut archive,
            file,
            "oci-layout",
            &br#"{"imageLayoutVersion":"1.0.0"}"#[..],
        )?;
        append(&mut archive, file, "index.json", &index[..])?;
        append(&mut archive, file, &blob(&digest(&manifest)), &manifest[..])?;
        append(
            &mut archive,
            file,
            &blob(&digest(&configuration)),
            &configuration[..],
        )?;
        append_file(&mut archive, 0o644, &blob(layer_digest), layer)?;
        archive.into_inner()?;
        Ok(())
    }
}

/// The name as the kubelet completes it: `kubeflow-admin:lab` is one of Docker's library.
fn full_name(name: &str) -> String {
    match name.split_once('/') {
        None => format!("docker.io/library/{name}"),
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => name.to_owned(),
        Some(_) => format!("docker.io/{name}"),
    }
}

/// The libraries a program is linked with, those for name lookup included.
async fn libraries(binary: &Path) -> Result<Vec<PathBuf>> {
    let binary = binary.to_str().context("a program's path is not UTF-8")?;
    // It fails on a program that is linked statically, which needs none.
    let Ok(listed) = commands::run(&["ldd", binary]).await else {
        return Ok(Vec::new());
    };
    ensure!(
        !listed.contains("not found"),
        "{binary} lacks libraries here:\n{listed}"
    );
    let word = |line: &str| {
        line.split_whitespace()
            .find(|word| word.starts_with('/'))
            .map(PathBuf::from)
    };
    let mut found: Vec<PathBuf> = listed.lines().filter_map(word).collect();
    let beside_libc = found
        .iter()
        .find(|path| path.ends_with("libc.so.6"))
        .and_then(|path| path.parent());
    let lookup = ["libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2"];
    let wanted: Vec<PathBuf> = beside_libc
        .iter()
        .flat_map(|directory| lookup.map(|name| directory.join(name)))
        .collect();
    found.extend(wanted.into_iter().filter(|path| path.exists()));
    Ok(found)
}

fn parents_of(path: &str) -> Vec<String> {
    path.match_indices('/')
        .map(|(end, _)| path[..end].to_owned())
        .collect()
}

fn write_entry(archive: &mut Builder<BufWriter<File>>, entry: &Entry) -> Result<()> {
    match entry {
        Entry::Directory { mode, owner, .. } => {
            let mut header = header((EntryType::Directory, *mode), 0);
            header.set_uid(*owner);
            header.set_gid(*owner);
            Ok(archive.append_data(&mut header, entry.path(), &[][..])?)
        }
        Entry::Text { content, .. } => append(
            archive,
            (EntryType::Regular, 0o644),
            entry.path(),
            content.as_bytes(),
        ),
        Entry::File { source, mode, .. } => append_file(archive, *mode, entry.path(), source),
        Entry::Link { target, .. } => {
            let mut header = header((EntryType::Symlink, 0o777), 0);
            Ok(archive.append_link(&mut header, entry.path(), target)?)
        }
    }
}

fn append(
    archive: &mut Builder<BufWriter<File>>,
    kind: (EntryType, u32),
    path: &str,
    content: &[u8],
) -> Result<()> {
    Ok(archive.append_data(&mut header(kind, content.len() as u64), path, content)?)
}

fn append_file(
    archive: &mut Builder<BufWriter<File>>,
    mode: u32,
    path: &str,
    source: &Path,
) -> Result<()> {
    let file = File::open(source).with_context(|| format!("reading {}", source.display()))?;
    let size = file.metadata()?.len();
    let mut header = header((EntryType::Regular, mode), size);
    Ok(archive.append_data(&mut header, path, file.take(size))?)
}

fn header((kind, mode): (EntryType, u32), size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

fn descriptor(media_type: &str, digest: &str, size: u64) -> Value {
    json!({ "mediaType": media_type, "digest": format!("sha256:{digest}"), "size": size })
}

fn digest(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}

fn blob(digest: &str) -> String {
    format!("blobs/sha256/{digest}")
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_like_the_kubelet_does() {
        for (short, full) in [
            ("kubeflow-admin:lab", "docker.io/library/kubeflow-admin:lab"),
            ("rancher/thing:1", "docker.io/rancher/thing:1"),
            ("ghcr.io/dexidp/dex:v2.45.1", "ghcr.io/dexidp/dex:v2.45.1"),
            ("localhost/x:1", "localhost/x:1"),
        ] {
            assert_eq!(full_name(short), full);
        }
    }

    #[tokio::test]
    async fn the_same_files_give_the_same_image() {
        let directory = tempfile::tempdir().unwrap();
        let image = Image::new("x:1")
            .text("/a/b/c", "text")
            .link("/l", "/a/b/c");
        let (one, other) = (
            directory.path().join("one.tar"),
            directory.path().join("other.tar"),
        );
        image.write_to(&one).await.unwrap();
        image.write_to(&other).await.unwrap();
        assert_eq!(fs::read(one).unwrap(), fs::read(other).unwrap());
    }

    #[tokio::test]
    async fn a_linked_program_brings_its_libraries() {
        let own = std::env::current_exe().unwrap();
        let found = libraries(&own).await.unwrap();
        assert!(
            found.iter().any(|path| path.ends_with("libc.so.6")),
            "{found:?}"
        );
    }
}
