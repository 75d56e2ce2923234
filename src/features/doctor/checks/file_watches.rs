//! Nodes allow enough file watches.

use crate::domain::{Finding, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "file-watches",
    title: "Nodes allow enough file watches",
    group: Group::Cluster,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "No pod fails because its node allows too few inotify watches or open files.",
    why: "Many components watch files. With the defaults of some systems (fs.inotify.max_user_instances = 128) the later ones fail with “too many open files” once Kubeflow is complete; kind and laptops are the usual case.",
    repair: "Raise fs.inotify.max_user_instances and fs.inotify.max_user_watches on every node, lastingly in /etc/sysctl.d. Upstream recommends 2280 and 1255360.",
    run,
};

const SIGNS: [&str; 4] = [
    "too many open files",
    "inotify",
    "fsnotify",
    "user limit on total number of",
];

fn run(case: &Case<'_>) -> Outcome {
    let sign = |text: &str| {
        let text = text.to_lowercase();
        SIGNS.iter().any(|sign| text.contains(sign))
    };
    let mut findings = Vec::new();
    for pod in case.snapshot.pods.all()? {
        let said = pod.containers.iter().find_map(|one| {
            let exit = one.last_exit.as_ref().map(|exit| exit.message.clone());
            let waits = one.waiting.as_ref().map(|(_, message)| message.clone());
            exit.into_iter().chain(waits).find(|text| sign(text))
        });
        if let Some(said) = said {
            findings.push(finding(&pod.meta.path(), &said, &pod.node));
        }
    }
    for event in case
        .snapshot
        .events
        .visible()
        .iter()
        .filter(|one| sign(&one.message))
    {
        let name = format!("{}/{}", event.namespace, event.object.1);
        findings.push(finding(&name, &event.message, ""));
    }
    Ok(findings)
}

fn finding(pod: &str, said: &str, node: &str) -> Finding {
    let finding = CHECK
        .finding(
            format!("Pod {pod}"),
            "its node gives out no more file watches",
        )
        .seen("it says", said.trim())
        .command(
            "sysctl -w fs.inotify.max_user_instances=2280 fs.inotify.max_user_watches=1255360",
        );
    if node.is_empty() {
        finding
    } else {
        finding.seen("node", node)
    }
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::Exit;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_pod_that_got_no_file_watch_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let exit = Exit {
                    reason: "Error".to_owned(),
                    code: 1,
                    message: "failed to create fsnotify watcher: too many open files".to_owned(),
                    at: None,
                };
                s.pods.items_mut()[0].containers[0].last_exit = Some(exit);
            })
            .has_only("file-watches");
    }
}
