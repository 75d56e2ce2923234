//! Builds the lab's programs from public Go modules and keeps them.
//!
//! There is no image registry and no download of finished programs: each folder under `go/`
//! pins one thing to build (`go.mod`, `go.sum`). A program is built once per content of those
//! files and flags; after that nothing happens here. Two processes may ask at once: a file lock
//! makes one of them build, and a finished program appears under its name in one step.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::settings::{self, Dex, Kubernetes, Server, SignIn};

/// How often a build whose downloads failed is tried.
const ATTEMPTS: u32 = 4;

/// One folder under `go/`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    Kubernetes(Kubernetes),
    Dex(Dex),
    Kubectl,
    Etcd,
    CoreDns,
    LocalPath,
}

impl Source {
    fn folder(self) -> &'static str {
        match self {
            Self::Kubernetes(Kubernetes::V1_34) => "kubernetes-1.34",
            Self::Kubernetes(Kubernetes::V1_30) => "kubernetes-1.30",
            Self::Dex(Dex::V2_45) => "dex-2.45",
            Self::Dex(Dex::V2_41) => "dex-2.41",
            Self::Kubectl => "kubectl-1.34",
            Self::Etcd => "etcd",
            Self::CoreDns => "coredns",
            Self::LocalPath => "local-path",
        }
    }

    fn package(self, program: &str) -> String {
        match self {
            Self::Kubernetes(_) | Self::Kubectl => format!("k8s.io/kubernetes/cmd/{program}"),
            Self::Dex(_) => "github.com/dexidp/dex/cmd/dex".into(),
            Self::Etcd => "go.etcd.io/etcd/server/v3".into(),
            Self::CoreDns => "github.com/coredns/coredns".into(),
            Self::LocalPath => "github.com/rancher/local-path-provisioner".into(),
        }
    }

    /// Without the version in the linker flags the API server calls itself v0.0.0.
    fn linker_flags(self) -> String {
        match self {
            Self::Kubernetes(release) => {
                let (major, minor) = release.major_minor();
                let version = "k8s.io/component-base/version";
                format!(
                    "-s -w -X {version}.gitVersion={} -X {version}.gitMajor={major} -X {version}.gitMinor={minor}",
                    release.git_version()
                )
            }
            Self::Dex(release @ Dex::V2_45) => format!("-s -w -X main.version={}", release.tag()),
            // Its SQLite is C; linked statically so that the program also runs in an empty image.
            Self::Dex(release @ Dex::V2_41) => format!(
                "-s -w -X main.version={} -linkmode external -extldflags -static",
                release.tag()
            ),
            Self::Kubectl | Self::Etcd | Self::CoreDns | Self::LocalPath => "-s -w".into(),
        }
    }

    fn cgo(self) -> &'static str {
        match self {
            Self::Dex(Dex::V2_41) => "1",
            Self::Kubernetes(_)
            | Self::Dex(Dex::V2_45)
            | Self::Kubectl
            | Self::Etcd
            | Self::CoreDns
            | Self::LocalPath => "0",
        }
    }

    fn module_directory(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("go")
            .join(self.folder())
    }

    /// The place for what is built from exactly these inputs.
    fn store(self) -> Result<PathBuf> {
        let directory = self.module_directory();
        let mut hash = Sha256::new();
        for name in ["go.mod", "go.sum"] {
            let path = directory.join(name);
            hash.update(fs::read(&path).with_context(|| format!("reading {}", path.display()))?);
        }
        hash.update(self.linker_flags());
        hash.update(self.cgo());
        let digest = format!("{:x}", hash.finalize());
        let name = format!("{}-{}", self.folder(), &digest[..12]);
        Ok(settings::cache_directory()?.join("programs").join(name))
    }

    fn go(self, arguments: &[&str]) -> Command {
        let mut command = Command::new("go");
        command
            .args(arguments)
            .current_dir(self.module_directory())
            .env("CGO_ENABLED", self.cgo())
            .env("GOFLAGS", "-mod=readonly -buildvcs=false")
            .env("GOWORK", "off");
        command
    }
}

/// The path of a program, built first if it is missing.
pub(crate) async fn program(source: Source, name: &'static str) -> Result<PathBuf> {
    kept(source, name, move |temporary| {
        build(source, name, temporary)
    })
    .await
}

/// Dex's login pages: the folder `web` of its module.
pub(crate) async fn dex_web(release: Dex) -> Result<PathBuf> {
    let source = Source::Dex(release);
    kept(source, "web", move |temporary| {
        let listed =
            retried(|| source.go(&["list", "-m", "-f", "{{.Dir}}", "github.com/dexidp/dex"]))?;
        copy_directory(&Path::new(listed.trim()).join("web"), temporary)
    })
    .await
}

/// Everything the given weight needs, in an order that gives the early parts early.
pub async fn build_control_plane() -> Result<()> {
    if let SignIn::Dex(dex) = SignIn::chosen()? {
        program(Source::Dex(dex), "dex").await?;
        dex_web(dex).await?;
    }
    if let Server::Kubernetes(kubernetes) = Server::chosen()? {
        program(Source::Etcd, "etcd").await?;
        for name in ["kube-apiserver", "kube-controller-manager"] {
            program(Source::Kubernetes(kubernetes), name).await?;
        }
    }
    Ok(())
}

/// What the whole node needs beyond [`build_control_plane`].
pub async fn build_node() -> Result<()> {
    build_control_plane().await?;
    for name in ["kube-scheduler", "kubelet", "kube-proxy"] {
        program(Source::Kubernetes(Kubernetes::V1_34), name).await?;
    }
    kubectl().await?;
    program(Source::CoreDns, "coredns").await?;
    program(Source::LocalPath, "local-path-provisioner").await?;
    Ok(())
}

/// The path of kubectl.
pub async fn kubectl() -> Result<PathBuf> {
    program(Source::Kubectl, "kubectl").await
}

/// Returns `store/name`, made by `make` under a lock when it is not there yet.
async fn kept(
    source: Source,
    name: &'static str,
    make: impl FnOnce(&Path) -> Result<()> + Send + 'static,
) -> Result<PathBuf> {
    let store = source.store()?;
    let wanted = store.join(name);
    if wanted.exists() {
        return Ok(wanted);
    }
    tokio::task::spawn_blocking(move || {
        fs::create_dir_all(&store).with_context(|| format!("creating {}", store.display()))?;
        let lock = File::create(store.join(format!(".{name}.lock")))?;
        lock.lock()
            .context("waiting for another build of the same program")?;
        if !wanted.exists() {
            let temporary = store.join(format!(".{name}.{}", std::process::id()));
            make(&temporary)?;
            fs::rename(&temporary, &wanted)
                .with_context(|| format!("putting {} in place", wanted.display()))?;
        }
        Ok(wanted)
    })
    .await?
}

fn build(source: Source, name: &str, output: &Path) -> Result<()> {
    tracing::info!(
        program = name,
        from = source.folder(),
        "building; this happens once"
    );
    let (flags, package) = (source.linker_flags(), source.package(name));
    let output = output
        .to_str()
        .context("the cache directory's path is not UTF-8")?;
    let arguments = [
        "build",
        "-trimpath",
        "-ldflags",
        &flags,
        "-o",
        output,
        &package,
    ];
    retried(|| source.go(&arguments))
        .with_context(|| format!("building {name} in {}", source.module_directory().display()))?;
    Ok(())
}

/// Runs a go command and gives its standard output; a download that broke is tried again.
fn retried(command: impl Fn() -> Command) -> Result<String> {
    let mut attempt = 1;
    loop {
        let output = command()
            .output()
            .context("starting `go`; the lab needs Go 1.26 or later")?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        if attempt == ATTEMPTS || !is_download_problem(&message) {
            bail!("go failed ({}):\n{message}", output.status);
        }
        tracing::warn!(attempt, "a download broke, trying again");
        thread::sleep(Duration::from_secs(2 * u64::from(attempt)));
        attempt += 1;
    }
}

fn is_download_problem(message: &str) -> bool {
    [
        "dial tcp",
        "connection reset",
        "unexpected EOF",
        "timeout",
        "TLS handshake",
        "stream error",
        ": 50",
        "429 ",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}

fn copy_directory(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.is_dir(), "{} is not a directory", from.display());
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_directory(&entry.path(), &target)?;
        } else {
            // Not fs::copy: files of the module cache are read-only, and so would be the copy.
            fs::write(&target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compile_error_is_not_taken_for_a_download_problem() {
        assert!(!is_download_problem("./main.go:3:1: undefined: x"));
        assert!(is_download_problem(
            "Get \"https://proxy.golang.org/…\": dial tcp: i/o"
        ));
    }

    #[test]
    fn every_source_has_its_pinned_module() {
        for source in [
            Source::Kubernetes(Kubernetes::V1_34),
            Source::Kubernetes(Kubernetes::V1_30),
            Source::Dex(Dex::V2_45),
            Source::Dex(Dex::V2_41),
            Source::Kubectl,
            Source::Etcd,
            Source::CoreDns,
            Source::LocalPath,
        ] {
            assert!(source.store().is_ok(), "{source:?}");
        }
    }
}
