//! What Kubernetes says when a quota keeps a pod from starting, in words.
//!
//! Kubernetes v1.34 `plugin/pkg/admission/resourcequota/controller.go`: `exceeded quota: NAME, requested: …, used: …,
//! limited: …`, and `failed quota: NAME: must specify …`.

/// Something that did not start because of a quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The object whose pod it was, such as `ReplicaSet train-abc`.
    pub what: String,
    pub why: String,
}

/// Reads an event's message; `None` when it is about something else.
pub fn refusal(what: &str, message: &str) -> Option<Refusal> {
    let why = exceeded(message).or_else(|| unstated(message))?;
    Some(Refusal {
        what: what.to_owned(),
        why,
    })
}

fn exceeded(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("exceeded quota: ")?;
    let (quota, rest) = rest.split_once(", requested: ")?;
    let (requested, rest) = rest.split_once(", used: ")?;
    let (used, limited) = rest.split_once(", limited: ")?;
    let limited = limited.trim_end();
    if quota == "kubeflow-admin-freeze" {
        return Some("The profile is frozen: no new pod starts in it.".to_owned());
    }
    Some(format!(
        "It asked for {}; in use are {} of {}. Raise the quota, or stop something.",
        plain(requested),
        plain(used),
        plain(limited)
    ))
}

fn unstated(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("failed quota: ")?;
    let (_, lines) = rest.split_once("must specify ")?;
    Some(format!(
        "It does not state {}, which the quota counts. Give containers defaults with the quota.",
        lines.trim_end().replace(',', ", ")
    ))
}

/// `cpu=1,memory=2Gi` as `cpu 1, memory 2Gi`.
fn plain(amounts: &str) -> String {
    amounts.replace('=', " ").replace(',', ", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_from_other_events_and_in_words() {
        let why = |message: &str| refusal("Job train", message).map(|refusal| refusal.why);
        assert_eq!(
            why(
                "Error creating: pods \"train-1\" is forbidden: exceeded quota: kf-resource-quota, requested: cpu=2,memory=4Gi, used: cpu=7,memory=8Gi, limited: cpu=8,memory=16Gi"
            )
            .as_deref(),
            Some(
                "It asked for cpu 2, memory 4Gi; in use are cpu 7, memory 8Gi of cpu 8, memory 16Gi. Raise the quota, or stop something."
            )
        );
        assert_eq!(
            why(
                "Error creating: pods \"x\" is forbidden: failed quota: kf-resource-quota: must specify cpu for: c,memory for: c"
            )
            .as_deref(),
            Some(
                "It does not state cpu for: c, memory for: c, which the quota counts. Give containers defaults with the quota."
            )
        );
        assert_eq!(why("Back-off restarting failed container"), None);
    }
}
