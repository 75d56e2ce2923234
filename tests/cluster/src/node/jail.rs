//! The namespaces in which containerd, kubelet and the pods live, and die together.

use std::{ffi::OsString, path::Path, time::Duration};

use anyhow::Result;

use super::{Network, arguments};
use crate::{
    processes::{Process, Program},
    run_directory::RunDirectory,
    waiting,
};

/// The first process. It makes the mounts shared among themselves (volumes of pods need it),
/// gives containerd's fixed path a place of its own, and then only collects orphans.
const FIRST_PROCESS: &str = "\
mount --make-rshared / && mkdir -p /run/containerd && mount -t tmpfs tmpfs /run/containerd && touch \"$1\" || exit 1
while :; do sleep 86400 & wait $!; done";

/// Gives the first process and what to put in front of a command to run it inside.
pub(super) async fn start(
    run: &RunDirectory,
    network: &Network,
) -> Result<(Process, Vec<OsString>)> {
    let ready = run.path().join("jail-is-ready");
    let mut wrapper = network.enter();
    wrapper.extend(arguments(&[
        "unshare",
        "--mount",
        "--propagation",
        "slave",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "--",
    ]));
    let program = Program::new("jail", Path::new("sh"))
        .arg("-c")
        .arg(FIRST_PROCESS)
        .arg("jail")
        .arg(&ready)
        .under(&wrapper);
    let process = Process::start(&program, run)?;
    waiting::until_ready(&process, Duration::from_secs(10), || async {
        ready.exists()
    })
    .await?;
    let inside = format!("/proc/{}/ns", process.id());
    let enter = arguments(&[
        "nsenter",
        &format!("--net=/run/netns/{}", network.name()),
        &format!("--mount={inside}/mnt"),
        &format!("--pid={inside}/pid_for_children"),
        "--",
    ]);
    Ok((process, enter))
}
