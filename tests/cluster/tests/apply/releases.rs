//! Whole releases, in one pass, interrupted, and beside the shell loop.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use lab::binaries;
use lab::slow_cluster::{Delays, SlowCluster};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::world::{QUICK, command, compares, rendered, said};

/// As on a slow cluster.
const SLOW: Delays = Delays {
    pods: Duration::from_secs(8),
    certificates: Duration::from_secs(3),
    bundles: Duration::from_secs(2),
};

fn unpacked(folder: &Path, release: &str, into: &Path) -> PathBuf {
    let file = into.join(format!("{release}.yaml"));
    let packed = folder.join(format!("{release}.yaml.gz"));
    let output = std::process::Command::new("gzip")
        .arg("-dc")
        .arg(packed)
        .output()
        .unwrap();
    assert!(output.status.success());
    std::fs::write(&file, output.stdout).unwrap();
    file
}

/// Everything the text wants is there.
async fn is_whole(cluster: &SlowCluster, file: &Path) {
    let again = [
        "-f",
        file.to_str().unwrap(),
        "--leave-out-removed",
        "--dry-run",
    ];
    let output = command(cluster.kubeconfig(), &again)
        .output()
        .await
        .unwrap();
    let (code, said) = said(output);
    let plan = said.lines().take_while(|line| !line.starts_with("Dry run"));
    let open: Vec<_> = plan
        .filter(|line| line.contains(" new") || line.starts_with("refused"))
        .collect();
    assert!(open.is_empty() && code == Some(0), "{said}");
}

struct Taken {
    whole: Duration,
    applied: Duration,
    requests: usize,
    writes: usize,
}

/// Runs the program on the text and stops the time of the last object and of the end.
async fn in_one_pass(cluster: &SlowCluster, file: &Path) -> Taken {
    let begun = Instant::now();
    let arguments = ["-f", file.to_str().unwrap(), "--leave-out-removed"];
    let mut child = command(cluster.kubeconfig(), &arguments)
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut applied, mut log, mut objects) = (Duration::ZERO, Vec::new(), BTreeSet::new());
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(object) = line.strip_prefix("applied    ") {
            applied = begun.elapsed();
            assert!(
                objects.insert(object.to_owned()),
                "{object} was applied twice"
            );
        }
        log.push(line);
    }
    let ended = child.wait().await.unwrap();
    let log = log.join("\n");
    assert!(
        ended.success() && log.contains("Every object is applied"),
        "{log}"
    );
    let whole = begun.elapsed();
    let asked = cluster.requests().unwrap();
    Taken {
        whole,
        applied,
        requests: asked.len(),
        writes: asked
            .iter()
            .filter(|one| one.verb == "patch" && !one.uri.contains("dryRun"))
            .count(),
    }
}

/// The instruction of upstream, until it succeeds; gives time and number of passes.
async fn in_a_loop(cluster: &SlowCluster, file: &Path, passes: u32) -> Option<(Duration, u32)> {
    let kubectl = binaries::kubectl().await.unwrap();
    let begun = Instant::now();
    for pass in 1..=passes {
        let mut command = Command::new(&kubectl);
        command.arg("--kubeconfig").arg(cluster.kubeconfig());
        command
            .args(["apply", "--server-side", "--force-conflicts", "-f"])
            .arg(file);
        let output = command.output().await.unwrap();
        if output.status.success() {
            return Some((begun.elapsed(), pass));
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    None
}

async fn release(name: &str) {
    let Some(folder) = rendered() else { return };
    let place = tempfile::tempdir().unwrap();
    let file = unpacked(&folder, name, place.path());
    let delays = if compares() { SLOW } else { QUICK };
    let cluster = SlowCluster::start(delays).await.unwrap();
    let ours = in_one_pass(&cluster, &file).await;
    eprintln!(
        "{name}: every object applied after {:.1} s, everything available after {:.1} s, {} requests, {} of them writes, 1 pass",
        ours.applied.as_secs_f32(),
        ours.whole.as_secs_f32(),
        ours.requests,
        ours.writes
    );
    is_whole(&cluster, &file).await;
    drop(cluster);
    if compares() {
        let cluster = SlowCluster::start(delays).await.unwrap();
        let looped = in_a_loop(&cluster, &file, 12).await;
        let asked = cluster.requests().unwrap();
        let writes = asked.iter().filter(|one| one.verb == "patch").count();
        let (asked, end) = (
            asked.len(),
            looped.map(|(time, passes)| {
                format!("after {:.1} s, {passes} passes", time.as_secs_f32())
            }),
        );
        eprintln!(
            "{name}: the loop: {}, {asked} requests, {writes} of them writes",
            end.unwrap_or_else(|| "not done after 12 passes".to_owned())
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn release_1_11_0_is_applied_in_one_pass() {
    release("v1.11.0").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn release_1_9_1_is_applied_in_one_pass() {
    release("v1.9.1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn release_1_6_1_is_applied_in_one_pass_as_far_as_it_is_still_served() {
    release("v1.6.1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_paused_or_killed_goes_on_with_the_same_command() {
    let Some(folder) = rendered() else { return };
    let place = tempfile::tempdir().unwrap();
    let file = unpacked(&folder, "v1.9.1", place.path());
    let cluster = SlowCluster::start(QUICK).await.unwrap();
    let arguments = ["-f", file.to_str().unwrap()];
    for (signal, at) in [("-INT", 100), ("-KILL", 300)] {
        let mut child = command(cluster.kubeconfig(), &arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut applied, mut last) = (0, String::new());
        while let Some(line) = lines.next_line().await.unwrap() {
            applied += usize::from(line.starts_with("applied"));
            if applied == at && line.starts_with("applied") {
                let id = child.id().unwrap().to_string();
                let sent = Command::new("kill")
                    .args([signal, &id])
                    .status()
                    .await
                    .unwrap();
                assert!(sent.success());
            }
            last = line;
        }
        let ended = child.wait().await.unwrap();
        match signal {
            "-INT" => assert!(
                ended.code() == Some(3) && last.starts_with("Paused"),
                "{last}"
            ),
            _ => assert_eq!(ended.code(), None),
        }
    }
    let ours = in_one_pass(&cluster, &file).await;
    assert!(ours.applied < ours.whole);
    is_whole(&cluster, &file).await;
}
