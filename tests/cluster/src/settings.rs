//! What the environment may choose for the lab. The only module that reads variables.

use std::{path::PathBuf, str::FromStr, time::Duration};

use anyhow::{Context, Result, bail};

/// The Kubernetes releases the lab can build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kubernetes {
    /// 1.34.4, the default; the only one with the node's programs.
    V1_34,
    /// 1.30.14, control plane only.
    V1_30,
}

impl Kubernetes {
    /// The version as the API server reports it.
    pub fn git_version(self) -> &'static str {
        match self {
            Self::V1_34 => "v1.34.4",
            Self::V1_30 => "v1.30.14",
        }
    }

    /// Major and minor number, as strings for the linker.
    pub(crate) fn major_minor(self) -> (&'static str, &'static str) {
        match self {
            Self::V1_34 => ("1", "34"),
            Self::V1_30 => ("1", "30"),
        }
    }
}

impl FromStr for Kubernetes {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim_start_matches('v') {
            "1.34.4" | "1.34" => Ok(Self::V1_34),
            "1.30.14" | "1.30" => Ok(Self::V1_30),
            other => bail!("no Kubernetes {other} in the lab; there are 1.34.4 and 1.30.14"),
        }
    }
}

/// Who plays the API server: `LAB_KUBERNETES`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    Kubernetes(Kubernetes),
    /// `sandbox`: the dashboard's own, in memory.
    Sandbox,
}

impl Server {
    pub fn chosen() -> Result<Self> {
        chosen("LAB_KUBERNETES", Self::Kubernetes(Kubernetes::V1_34))
    }
}

impl FromStr for Server {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "sandbox" => Ok(Self::Sandbox),
            release => release.parse().map(Self::Kubernetes),
        }
    }
}

/// Who plays Dex: `LAB_DEX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    Dex(Dex),
    /// `sandbox`: the dashboard's own issuer; needs the sandbox as the API server too.
    Sandbox,
}

impl SignIn {
    pub fn chosen() -> Result<Self> {
        chosen("LAB_DEX", Self::Dex(Dex::V2_45))
    }
}

impl FromStr for SignIn {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "sandbox" => Ok(Self::Sandbox),
            release => release.parse().map(Self::Dex),
        }
    }
}

/// The Dex releases the lab can build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dex {
    /// 2.45.1, the default.
    V2_45,
    /// 2.41.1, the Dex of Kubeflow 1.10.
    V2_41,
}

impl Dex {
    /// The release's tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::V2_45 => "v2.45.1",
            Self::V2_41 => "v2.41.1",
        }
    }
}

impl FromStr for Dex {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim_start_matches('v') {
            "2.45.1" | "2.45" => Ok(Self::V2_45),
            "2.41.1" | "2.41" => Ok(Self::V2_41),
            other => bail!("no Dex {other} in the lab; there are 2.45.1 and 2.41.1"),
        }
    }
}

/// Where built programs and runs are kept: `KUBEFLOW_ADMIN_LAB_CACHE`, or `~/.cache/kubeflow-admin/lab`.
pub(crate) fn cache_directory() -> Result<PathBuf> {
    if let Some(directory) = variable("KUBEFLOW_ADMIN_LAB_CACHE") {
        return Ok(PathBuf::from(directory));
    }
    let home = variable("HOME").context(
        "neither KUBEFLOW_ADMIN_LAB_CACHE nor HOME says where to keep the lab's programs",
    )?;
    Ok(PathBuf::from(home).join(".cache/kubeflow-admin/lab"))
}

/// How long the stand-in waits before each reconcile: `LAB_STAND_IN_DELAY_MS`, default none.
pub(crate) fn stand_in_delay() -> Result<Duration> {
    match variable("LAB_STAND_IN_DELAY_MS") {
        None => Ok(Duration::ZERO),
        Some(text) => {
            let milliseconds = text.parse().with_context(|| {
                format!("LAB_STAND_IN_DELAY_MS is a number of milliseconds, not \"{text}\"")
            })?;
            Ok(Duration::from_millis(milliseconds))
        }
    }
}

/// The search path, for programs that are started with an otherwise empty environment.
pub(crate) fn search_path() -> String {
    let own = variable("PATH").unwrap_or_default();
    format!("{own}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
}

fn chosen<T: FromStr<Err = anyhow::Error>>(name: &str, default: T) -> Result<T> {
    variable(name).map_or(Ok(default), |text| {
        text.parse().with_context(|| format!("in {name}"))
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "this module is the lab's one reader of the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
