//! Texts that people really give, and what becomes of the cluster: nothing, unless the text is good.

use std::fmt::Write as _;

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::json;

use crate::world::{apply, cluster};

fn map(name: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: default\ndata:\n  key: {value}\n"
    )
}

async fn value(name: &str) -> Option<String> {
    let maps: Api<ConfigMap> = Api::namespaced(cluster().await.client().unwrap(), "default");
    let found = maps.get_opt(name).await.unwrap();
    found.map(|one| one.data.unwrap()["key"].clone())
}

#[tokio::test]
async fn bad_input_is_named_with_line_and_object_and_nothing_is_applied() {
    let good = map("never", "a");
    let cases = [
        ("tabs", map("bad", "b").replace("  key", "\tkey"), "line 15, ConfigMap default/bad: a tab stands"),
        ("twice", good.clone(), "line 8, ConfigMap default/never: this object is there twice, first at line 1"),
        ("unknown", map("bad", "b").replace("v1", "example.org/v1"), "knows the kind example.org/v1 ConfigMap"),
        ("cut", map("bad", "b").trim_end().to_owned(), "it seems to be cut"),
        ("lost", map("bad", "b").replace("default", "nowhere"), "there is no namespace nowhere"),
        ("refused", map("Bad_Name", "b"), "refused    ConfigMap default/Bad_Name (line 8)"),
        ("removed", "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: old, namespace: default}\n".to_owned(), "gone since Kubernetes 1.25"),
    ];
    for (name, bad, expected) in cases {
        let (code, said) = apply(cluster().await, &format!("{good}---\n{bad}"), &[]).await;
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(
            said.contains(expected) && said.contains("nothing was applied"),
            "{name}: {said}"
        );
        assert_eq!(value("never").await, None, "{name}");
    }
}

#[tokio::test]
async fn a_list_with_windows_line_ends_is_applied_once_and_then_unchanged() {
    let item = |name: &str| {
        format!(
            "- apiVersion: v1\n  kind: ConfigMap\n  metadata: {{name: {name}, namespace: default}}\n  data: {{key: a}}\n"
        )
    };
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}{}",
        item("first"),
        item("second")
    )
    .replace('\n', "\r\n");
    let (code, said) = apply(cluster().await, &list, &["--dry-run"]).await;
    assert_eq!((code, value("first").await), (Some(0), None), "{said}");
    let (code, said) = apply(cluster().await, &list, &[]).await;
    assert_eq!(
        (code, value("second").await.as_deref()),
        (Some(0), Some("a")),
        "{said}"
    );
    let (code, said) = apply(cluster().await, &list, &[]).await;
    assert!(
        code == Some(0) && said.contains("0 applied, 2 were as wanted"),
        "{said}"
    );
}

#[tokio::test]
async fn a_large_list_is_refused_or_read_and_never_fells_the_program() {
    let mut text = "apiVersion: v1\nkind: List\nitems:\n".to_owned();
    let filler = "x".repeat(1000);
    let mut number = 0;
    while text.len() < 61 * 1024 * 1024 {
        number += 1;
        writeln!(text, "- apiVersion: v1\n  kind: ConfigMap\n  metadata: {{name: large-{number}, namespace: default}}\n  data: {{key: {filler}}}").unwrap();
    }
    let (code, said) = apply(cluster().await, &text, &[]).await;
    assert!(
        code == Some(2) && said.contains("larger than 60 MB"),
        "{said}"
    );
    text.truncate(59 * 1024 * 1024);
    let (code, said) = apply(cluster().await, &text, &[]).await;
    assert!(
        code == Some(2) && said.contains("nothing was applied"),
        "{said}"
    );
    assert_eq!(value("large-1").await, None);
}

#[tokio::test]
async fn sec_35_a_text_with_another_digest_is_not_applied() {
    let text = map("digested", "a");
    let (code, said) = apply(cluster().await, &text, &["--sha256", &"0".repeat(64)]).await;
    assert!(code == Some(2) && said.contains("its SHA-256 is"), "{said}");
    assert_eq!(value("digested").await, None);
}

#[tokio::test]
async fn fields_of_others_are_named_with_their_owner_and_taken_over_only_when_asked() {
    let maps: Api<ConfigMap> = Api::namespaced(cluster().await.client().unwrap(), "default");
    let theirs = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owned"}, "data": {"key": "theirs"}});
    let params = PatchParams::apply("somebody");
    maps.patch("owned", &params, &Patch::Apply(theirs))
        .await
        .unwrap();
    let wanted = map("owned", "ours");
    for arguments in [&[][..], &["--take-over", "another"]] {
        let (code, said) = apply(cluster().await, &wanted, arguments).await;
        assert!(
            code == Some(2) && said.contains(".data.key (somebody)"),
            "{said}"
        );
        assert_eq!(value("owned").await.as_deref(), Some("theirs"));
    }
    let (code, said) = apply(cluster().await, &wanted, &["--take-over", "somebody"]).await;
    assert_eq!(
        (code, value("owned").await.as_deref()),
        (Some(0), Some("ours")),
        "{said}"
    );
}

#[tokio::test]
async fn sec_17_a_secret_that_is_refused_is_named_and_never_shown() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: canary\n  namespace: default\ndata:\n  key: canary-value-not-base64!\n";
    for text in [
        text.to_owned(),
        text.replace("  key:", "\tkey:"),
        text.replace("data:", "data: canary-value: x"),
    ] {
        let (code, said) = apply(cluster().await, &text, &[]).await;
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains("Secret default/canary") && !said.contains("canary-value"),
            "{said}"
        );
    }
    let secrets: Api<Secret> = Api::namespaced(cluster().await.client().unwrap(), "default");
    assert!(secrets.get_opt("canary").await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_to_be_deleted_goes_first_and_nothing_else_does() {
    let namespaces: Api<Namespace> = Api::all(cluster().await.client().unwrap());
    let maps: Api<ConfigMap> = Api::namespaced(cluster().await.client().unwrap(), "default");
    for name in ["doomed", "spared"] {
        let object = serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
        maps.create(&PostParams::default(), &object).await.unwrap();
    }
    let text = map("after-deletion", "a");
    let arguments = ["--delete", "v1/ConfigMap/default/doomed"];
    let (code, said) = apply(
        cluster().await,
        &text,
        &[&arguments[..], &["--dry-run"]].concat(),
    )
    .await;
    assert!(
        code == Some(0) && said.contains("delete     ConfigMap default/doomed"),
        "{said}"
    );
    assert!(maps.get_opt("doomed").await.unwrap().is_some());
    let (code, said) = apply(cluster().await, &text, &arguments).await;
    assert!(
        code == Some(0) && said.contains("deleted    ConfigMap default/doomed"),
        "{said}"
    );
    assert!(maps.get_opt("doomed").await.unwrap().is_none());
    assert!(maps.get_opt("spared").await.unwrap().is_some());
    assert!(namespaces.get_opt("default").await.unwrap().is_some());
}
