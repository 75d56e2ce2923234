//! A small, believable Kubeflow: some people, their profiles, what they use, and a few things that are not right.

use std::time::Duration;

use anyhow::Result;

use crate::running::Lab;
use crate::waiting;

/// The password of everybody here.
pub const PASSWORD: &str = "demo-password";

const LOGINS: [&str; 9] = [
    "admin", "ana", "ben", "chloe", "daniel", "emil", "farah", "grace", "hugo",
];

/// Profiles. `Daniel@…` is written as Dex will never state it; `ivan` has no login.
const PROFILES: &str = r"
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: ana}, spec: {owner: {kind: User, name: ana@example.com}, resourceQuotaSpec: {hard: {cpu: '8', memory: 32Gi, requests.nvidia.com/gpu: '1'}}}}
---
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: vision-team}, spec: {owner: {kind: User, name: ben@example.com}, resourceQuotaSpec: {hard: {cpu: '32', memory: 128Gi, requests.nvidia.com/gpu: '4', requests.storage: 2Ti}}}}
---
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: forecasting}, spec: {owner: {kind: User, name: chloe@example.com}, resourceQuotaSpec: {hard: {cpu: '16', memory: 64Gi}}}}
---
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: ml-course}, spec: {owner: {kind: User, name: Daniel@example.com}}}
---
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: speech}, spec: {owner: {kind: User, name: grace@example.com}, resourceQuotaSpec: {hard: {cpu: '12', memory: 48Gi, requests.nvidia.com/gpu: '2'}}}}
---
{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {name: thesis-ivan}, spec: {owner: {kind: User, name: ivan@example.com}, resourceQuotaSpec: {hard: {cpu: '4', memory: 16Gi}}}}
";

/// Who else works where: one as KFAM writes it, half a pair, a policy that outlived its person, a group by RBAC alone.
const CONTRIBUTORS: &str = r#"
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: user-ana-example-com-clusterrole-edit, namespace: vision-team, annotations: {user: ana@example.com, role: edit}}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-edit}, subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ana@example.com}]}
---
{apiVersion: security.istio.io/v1beta1, kind: AuthorizationPolicy, metadata: {name: user-ana-example-com-clusterrole-edit, namespace: vision-team, annotations: {user: ana@example.com, role: edit}}, spec: {rules: [{from: [{source: {principals: [cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account, cluster.local/ns/kubeflow/sa/ml-pipeline-ui]}}], when: [{key: "request.headers[kubeflow-userid]", values: [ana@example.com]}]}]}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: user-emil-example-com-clusterrole-view, namespace: vision-team, annotations: {user: emil@example.com, role: view}}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-view}, subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: emil@example.com}]}
---
{apiVersion: security.istio.io/v1beta1, kind: AuthorizationPolicy, metadata: {name: user-zoe-example-com-clusterrole-edit, namespace: forecasting, annotations: {user: zoe@example.com, role: edit}}, spec: {rules: [{when: [{key: "request.headers[kubeflow-userid]", values: [zoe@example.com]}]}]}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: auditors-may-look, namespace: speech}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-view}, subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: auditors}]}
"#;

/// Namespace, CPU, memory and GPUs of one pod that counts against the quota.
const PODS: [(&str, &str, &str, &str); 6] = [
    ("ana", "2", "8Gi", "0"),
    ("vision-team", "8", "32Gi", "2"),
    ("vision-team", "8", "32Gi", "2"),
    ("forecasting", "14", "30Gi", "0"),
    ("speech", "4", "16Gi", "1"),
    ("thesis-ivan", "1", "4Gi", "0"),
];

/// Adds them all and waits until the quotas count what is used.
pub async fn move_in(lab: &Lab) -> Result<()> {
    for person in LOGINS {
        lab.add_password(&format!("{person}@example.com"), PASSWORD)
            .await?;
    }
    lab.apply_yaml(PROFILES).await?;
    waiting::until(
        "namespaces that take contributors",
        Duration::from_secs(30),
        || async { Ok(lab.apply_yaml(CONTRIBUTORS).await.ok()) },
    )
    .await?;
    for (number, pod) in PODS.iter().enumerate() {
        let manifest = pod_manifest(number, *pod);
        waiting::until(
            "a namespace that takes pods",
            Duration::from_secs(30),
            || async { Ok(lab.apply_yaml(&manifest).await.ok()) },
        )
        .await?;
    }
    Ok(())
}

fn pod_manifest(number: usize, (namespace, cpu, memory, gpus): (&str, &str, &str, &str)) -> String {
    let resources = format!("{{cpu: '{cpu}', memory: {memory}, nvidia.com/gpu: '{gpus}'}}");
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: notebook-{number}, namespace: {namespace}}}, \
         spec: {{containers: [{{name: notebook, image: example.com/notebook:1, \
         resources: {{requests: {resources}, limits: {resources}}}}}]}}}}"
    )
}
