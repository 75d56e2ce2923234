//! A plugin of a Profile: what the profile controller does in a cloud for it. Shown, never written.

use serde_json::Value;

/// One of `spec.plugins`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    pub kind: String,
    pub spec: Value,
}

impl Plugin {
    /// What it does, in a sentence or two.
    pub fn in_words(&self) -> String {
        let named = |field: &str| self.spec[field].as_str().filter(|name| !name.is_empty());
        match self.kind.as_str() {
            "WorkloadIdentity" => match named("gcpServiceAccount") {
                Some(account) => format!(
                    "Pods that run as default-editor act as the Google service account {account}. {CLOUD}"
                ),
                None => "It names no gcpServiceAccount.".to_owned(),
            },
            "AwsIamForServiceAccount" => match named("awsIamRole") {
                Some(role) if self.spec["annotateOnly"] == true => format!(
                    "Pods that run as default-editor act as the AWS role {role}. Only the ServiceAccount is annotated: \
                     what the role trusts is set elsewhere."
                ),
                Some(role) => {
                    format!("Pods that run as default-editor act as the AWS role {role}. {CLOUD}")
                }
                None => "It names no awsIamRole.".to_owned(),
            },
            _ => format!(
                "The profile controller does not know this kind and skips it: {}",
                self.spec
            ),
        }
    }
}

/// Said of a plugin that needs the cloud.
const CLOUD: &str = "The profile controller calls the cloud for it: while such a call fails, a deletion of the profile \
                     does not end either.";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words(kind: &str, spec: Value) -> String {
        let kind = kind.to_owned();
        Plugin { kind, spec }.in_words()
    }

    #[test]
    fn what_a_plugin_does_is_told_in_words() {
        let spec = json!({"gcpServiceAccount": "team@project.iam.gserviceaccount.com"});
        assert_eq!(
            words("WorkloadIdentity", spec),
            format!(
                "Pods that run as default-editor act as the Google service account \
                 team@project.iam.gserviceaccount.com. {CLOUD}"
            )
        );
        let role = "arn:aws:iam::1:role/team";
        let acts = format!("Pods that run as default-editor act as the AWS role {role}.");
        assert_eq!(
            words("AwsIamForServiceAccount", json!({"awsIamRole": role})),
            format!("{acts} {CLOUD}")
        );
        let spec = json!({"awsIamRole": role, "annotateOnly": true});
        assert_eq!(
            words("AwsIamForServiceAccount", spec),
            format!(
                "{acts} Only the ServiceAccount is annotated: what the role trusts is set elsewhere."
            )
        );
    }

    #[test]
    fn a_plugin_that_is_unknown_or_says_nothing_is_told_apart() {
        assert_eq!(
            words("Mine", json!({"a": 1})),
            "The profile controller does not know this kind and skips it: {\"a\":1}"
        );
        assert_eq!(
            words("WorkloadIdentity", Value::Null),
            "It names no gcpServiceAccount."
        );
        assert_eq!(
            words("AwsIamForServiceAccount", json!({"awsIamRole": ""})),
            "It names no awsIamRole."
        );
    }
}
