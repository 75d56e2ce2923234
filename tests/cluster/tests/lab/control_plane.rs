//! The API server is the real one: version, roles, impersonation, audit.

use k8s_openapi::api::{
    authorization::v1::{ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec},
    core::v1::{ConfigMap, Namespace},
};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
};
use lab::{Lab, settings::Server};

#[tokio::test]
async fn the_api_server_answers_with_the_chosen_version() {
    let lab = Lab::shared().await;
    let version = lab.client().apiserver_version().await.unwrap();
    match Server::chosen().unwrap() {
        Server::Kubernetes(release) => assert_eq!(version.git_version, release.git_version()),
        Server::Sandbox => assert!(version.git_version.contains("sandbox"), "{version:?}"),
    }
}

#[tokio::test]
async fn the_audit_log_shows_in_whose_name_a_write_was_made() {
    let lab = Lab::shared().await;
    let admin = lab
        .client_as("admin@example.com", &["system:authenticated"])
        .await
        .unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(admin, "default");
    let map = ConfigMap {
        metadata: named("written-for-somebody"),
        ..ConfigMap::default()
    };
    maps.create(&PostParams::default(), &map).await.unwrap();

    let entry = lab
        .audit_entry(|entry| entry.verb == "create" && entry.name == "written-for-somebody")
        .await
        .unwrap();
    assert_eq!(entry.resource, "configmaps");
    assert_eq!(entry.namespace, "default");
    assert_eq!(entry.user, "lab-administrator");
    assert_eq!(
        entry.impersonated_user.as_deref(),
        Some("admin@example.com")
    );
    assert_eq!(entry.impersonated_groups, ["system:authenticated"]);
    assert_eq!(entry.code, 201);
}

#[tokio::test]
async fn somebody_without_a_role_may_not_write_and_the_log_says_so() {
    let lab = Lab::shared().await;
    let nobody = lab
        .client_as("nobody@example.com", &["system:authenticated"])
        .await
        .unwrap();
    let namespaces: Api<Namespace> = Api::all(nobody);
    let namespace = Namespace {
        metadata: named("not-allowed"),
        ..Namespace::default()
    };
    let refusal = namespaces
        .create(&PostParams::default(), &namespace)
        .await
        .unwrap_err();
    assert!(matches!(refusal, kube::Error::Api(status) if status.code == 403));
    assert!(
        Api::<Namespace>::all(lab.client())
            .get_opt("not-allowed")
            .await
            .unwrap()
            .is_none()
    );
    let entry =
        lab.audit_entry(|entry| entry.impersonated_user.as_deref() == Some("nobody@example.com"));
    let entry = entry.await.unwrap();
    assert_eq!(
        (entry.code, entry.resource.as_str(), entry.verb.as_str()),
        (403, "namespaces", "create")
    );
}

#[tokio::test]
async fn only_the_administrator_passes_the_review_for_everything() {
    let lab = Lab::shared().await;
    assert!(may_do_everything(lab.client(), "admin@example.com").await);
    assert!(!may_do_everything(lab.client(), "user@example.com").await);
}

#[tokio::test]
async fn a_service_account_kubeconfig_is_that_service_account() {
    let lab = Lab::shared().await;
    let path = lab.service_account_kubeconfig("auth", "dex").await.unwrap();
    let kubeconfig = Kubeconfig::read_from(path).unwrap();
    let options = KubeConfigOptions::default();
    let configuration = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .unwrap();
    let client = Client::try_from(configuration).unwrap();
    let refusal = Api::<Namespace>::all(client)
        .get("default")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refusal.contains("system:serviceaccount:auth:dex"),
        "{refusal}"
    );
}

async fn may_do_everything(client: Client, user: &str) -> bool {
    let all = Some("*".to_owned());
    let attributes = ResourceAttributes {
        verb: all.clone(),
        group: all.clone(),
        resource: all,
        ..ResourceAttributes::default()
    };
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: Some(user.to_owned()),
            groups: Some(vec!["system:authenticated".to_owned()]),
            resource_attributes: Some(attributes),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let reviews: Api<SubjectAccessReview> = Api::all(client);
    let answer = reviews
        .create(&PostParams::default(), &review)
        .await
        .unwrap();
    answer.status.unwrap().allowed
}

fn named(name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.into()),
        ..ObjectMeta::default()
    }
}

#[tokio::test]
async fn the_api_server_can_be_away_for_a_while() {
    let lab = Lab::control_plane().await.unwrap();
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, namespace: default}\ndata: {key: one}\n";
    lab.apply_yaml(map).await.unwrap();
    lab.stop_api_server().await.unwrap();
    assert!(lab.client().apiserver_version().await.is_err());
    lab.start_api_server().await.unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(lab.client(), "default");
    assert_eq!(maps.get("kept").await.unwrap().data.unwrap()["key"], "one");
    lab.apply_yaml(&map.replace("one", "two")).await.unwrap();
    assert_eq!(maps.get("kept").await.unwrap().data.unwrap()["key"], "two");
}
