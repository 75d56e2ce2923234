//! From the objects of a file to what they declare; or everything in it that would be passed over in silence.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::Fault;
use crate::cli::apply::text_of;
use crate::cli::shell::remark;
use crate::cluster::{OWNER_BINDING, OWNER_POLICY};
use crate::domain::{ProfileName, Quota, Role, UserName};
use crate::features::profiles::declared::{Declared, DeclaredProfile};
use crate::install::stream::{self, Manifest};

/// Fields of a Profile's `spec` that an import sets.
const SPEC: [&str; 2] = ["owner", "resourceQuotaSpec"];

type Shared = (ProfileName, UserName, Role);

/// Reads a file, or standard input.
pub(super) async fn file(path: &Path) -> Result<Declared, Fault> {
    let text = text_of(path)
        .await
        .map_err(|error| Fault::not_begun(format!("{error:#}.")))?;
    let manifests = stream::read(&text).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        Fault::not_begun(lines.join("\n"))
    })?;
    let (declared, halves) =
        declared(&manifests).map_err(|wrong| Fault::not_begun(wrong.join("\n")))?;
    for (profile, user, role) in halves {
        remark(&format!(
            "Mind: of {user} with {role} in {profile} the file has only one of RoleBinding and AuthorizationPolicy; \
             an import makes both."
        ));
    }
    Ok(declared)
}

/// What is declared, and of whom only one half is there.
fn declared(manifests: &[Manifest]) -> Result<(Declared, Vec<Shared>), Vec<String>> {
    let mut found = Declared::default();
    let mut policies: BTreeSet<Shared> = BTreeSet::new();
    let mut wrong = Vec::new();
    for manifest in manifests {
        if let Err(why) = take(manifest, &mut found, &mut policies) {
            wrong.push(format!(
                "line {}, {}: {why}.",
                manifest.line, manifest.object
            ));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let halves: Vec<Shared> = policies
        .symmetric_difference(&found.contributors)
        .cloned()
        .collect();
    found.contributors.extend(policies);
    Ok((found, halves))
}

fn take(
    manifest: &Manifest,
    found: &mut Declared,
    policies: &mut BTreeSet<Shared>,
) -> Result<(), String> {
    let object = &manifest.object;
    match (object.group.as_str(), object.kind.as_str()) {
        ("kubeflow.org", "Profile") => {
            let (name, profile) = profile(manifest)?;
            found.profiles.insert(name, profile);
            Ok(())
        }
        ("rbac.authorization.k8s.io", "RoleBinding") if object.name != OWNER_BINDING => {
            found.contributors.insert(contributor(manifest)?);
            Ok(())
        }
        ("security.istio.io", "AuthorizationPolicy") if object.name != OWNER_POLICY => {
            policies.insert(contributor(manifest)?);
            Ok(())
        }
        // The profile controller makes it.
        ("", "Namespace") => Ok(()),
        ("dex.coreos.com", "Password") => Err(
            "logins are not imported; kubectl apply --server-side takes this document as it is"
                .to_owned(),
        ),
        _ => Err(
            "only profiles and their contributors are imported; take it out, or use kubectl apply"
                .to_owned(),
        ),
    }
}

fn profile(manifest: &Manifest) -> Result<(ProfileName, DeclaredProfile), String> {
    let name: ProfileName = manifest
        .object
        .name
        .parse()
        .map_err(|why| format!("{why}"))?;
    let spec = &manifest.body["spec"];
    let unknown = spec
        .as_object()
        .into_iter()
        .flatten()
        .find(|(field, value)| {
            let empty = value.as_array().is_some_and(Vec::is_empty)
                || value.as_object().is_some_and(serde_json::Map::is_empty)
                || value.is_null();
            !SPEC.contains(&field.as_str()) && !empty
        });
    if let Some((field, _)) = unknown {
        return Err(format!(
            "spec.{field} is not set by an import; take it out, or use kubectl apply"
        ));
    }
    let owner = &spec["owner"];
    match (owner["kind"].as_str(), owner["name"].as_str()) {
        (Some("User") | None, Some(owner)) => {
            UserName::from_claim(owner).map_err(|why| format!("spec.owner.name: {why}"))?;
            let quota = quota(&spec["resourceQuotaSpec"])?;
            let owner = UserName::from_cluster(owner);
            Ok((name, DeclaredProfile { owner, quota }))
        }
        (Some(kind), Some(_)) => Err(format!(
            "spec.owner.kind is {kind}; only a User works in all of Kubeflow"
        )),
        (_, None) => Err("it has no spec.owner.name".to_owned()),
    }
}

fn quota(spec: &Value) -> Result<Quota, String> {
    let fields = spec.as_object().into_iter().flatten();
    if let Some((field, _)) = fields.clone().find(|(field, _)| *field != "hard") {
        return Err(format!(
            "spec.resourceQuotaSpec.{field} is not set by an import"
        ));
    }
    let lines = spec["hard"].as_object().into_iter().flatten();
    lines
        .map(|(name, amount)| {
            let amount = match amount {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(format!("the amount of {name} is no amount"));
                }
            };
            Quota::line(name, &amount).map_err(|why| format!("{name}: {why}"))
        })
        .collect()
}

/// Both objects of a contributor carry the same two annotations.
fn contributor(manifest: &Manifest) -> Result<Shared, String> {
    let annotations = &manifest.body["metadata"]["annotations"];
    let (Some(user), Some(role)) = (annotations["user"].as_str(), annotations["role"].as_str())
    else {
        return Err("it is no contributor's: it has no annotations user and role".to_owned());
    };
    let Some(namespace) = &manifest.object.namespace else {
        return Err("it names no namespace".to_owned());
    };
    UserName::from_claim(user).map_err(|why| format!("annotation user: {why}"))?;
    Ok((
        ProfileName::from_cluster(namespace.clone()),
        UserName::from_cluster(user),
        role.parse()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r"
apiVersion: v1
kind: Namespace
metadata: {name: ana}
---
apiVersion: kubeflow.org/v1
kind: Profile
metadata: {name: ana}
spec:
  owner: {kind: User, name: ana@example.com}
  plugins: []
  resourceQuotaSpec: {hard: {cpu: 4, memory: 8Gi}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: user-bob, namespace: ana, annotations: {user: bob@example.com, role: edit}}
---
apiVersion: security.istio.io/v1beta1
kind: AuthorizationPolicy
metadata: {name: user-bob, namespace: ana, annotations: {user: bob@example.com, role: edit}}
";

    fn read(text: &str) -> Result<(Declared, Vec<Shared>), Vec<String>> {
        let manifests = stream::read(text.as_bytes());
        declared(&manifests.unwrap_or_default())
    }

    #[test]
    fn owner_quota_and_contributors_are_read_and_the_namespace_is_passed_over() {
        let (found, halves) = read(GOOD).unwrap();
        assert_eq!(halves, []);
        let ana = ProfileName::from_cluster("ana");
        assert_eq!(
            found.profiles[&ana].owner,
            UserName::from_cluster("ana@example.com")
        );
        assert_eq!(found.profiles[&ana].quota.iter().count(), 2);
        let bob = UserName::from_cluster("bob@example.com");
        assert_eq!(
            found.contributors.into_iter().collect::<Vec<_>>(),
            [(ana, bob, Role::Edit)]
        );
    }

    #[test]
    fn nothing_in_a_file_is_passed_over_in_silence() {
        for (from, to, says) in [
            ("plugins: []", "plugins: [{kind: X}]", "spec.plugins"),
            ("kind: User", "kind: Group", "spec.owner.kind is Group"),
            ("cpu: 4", "nvidia.com/gpu: 1", "requests.nvidia.com/gpu"),
            ("cpu: 4", "cpu: [4]", "no amount"),
            (
                "metadata: {name: ana}\nspec",
                "metadata: {name: kube-x}\nspec",
                "another",
            ),
            (
                "kind: AuthorizationPolicy",
                "kind: Gateway",
                "only profiles",
            ),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let wrong = read(&GOOD.replace(from, to)).unwrap_err();
            assert!(
                wrong.iter().any(|line| line.contains(says)),
                "{says}: {wrong:?}"
            );
        }
    }

    #[test]
    fn half_a_contributor_is_declared_and_told_of() {
        let text = GOOD
            .split("---\napiVersion: security")
            .next()
            .unwrap_or_default();
        let (found, halves) = read(text).unwrap();
        assert_eq!(found.contributors.len(), 1);
        assert_eq!(halves.len(), 1);
    }
}
