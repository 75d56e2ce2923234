//! Objects as YAML: read as the person who looks, of a few kinds, without secrets.

use crate::world::{add_user, admin, admin_named, world};

#[tokio::test]
async fn sec_16_yaml_of_a_login_withholds_its_hash() {
    let mut browser = admin().await;
    add_user(&mut browser, "open-book@example.com", "open-book").await;
    let person = browser
        .get("/kubeflow-admin/users/of/open-book@example.com")
        .await
        .unwrap();
    let at = person.body.find("/kubeflow-admin/yaml/passwords/").unwrap();
    let path: String = person.body[at..]
        .chars()
        .take_while(|c| *c != '"')
        .collect();
    let yaml = browser.get(&path).await.unwrap();
    assert_eq!(yaml.status, 200, "{}", yaml.text());
    yaml.expect_text("email: open-book@example.com").unwrap();
    yaml.expect_text("hash: (withheld)").unwrap();
    // The beginning of a bcrypt hash, in base64.
    assert!(!yaml.body.contains("JDJ"), "{}", yaml.text());
}

#[tokio::test]
async fn every_object_of_a_profile_is_read_as_the_person_who_looks() {
    let (lab, dashboard) = world().await;
    let reader = "yaml-reader@example.com";
    let mut browser = admin_named(reader).await;
    let password = add_user(&mut browser, "glass@example.com", "glass").await;
    add_user(&mut browser, "brick@example.com", "brick").await;
    for (path, text) in [
        ("profiles/-/glass", "kind: Profile"),
        ("namespaces/-/glass", "kind: Namespace"),
        (
            "resourcequotas/glass/kf-resource-quota",
            "kind: ResourceQuota",
        ),
        ("rolebindings/glass/namespaceAdmin", "kind: RoleBinding"),
        (
            "authorizationpolicies/glass/ns-owner-access-istio",
            "kind: AuthorizationPolicy",
        ),
    ] {
        let path = format!("/kubeflow-admin/yaml/{path}");
        let page = browser.get(&path).await.unwrap();
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        page.expect_text(text).unwrap();
        assert!(!page.body.contains("managedFields"), "{path}");
    }
    lab.audit_entry(|entry| {
        entry.resource == "namespaces"
            && entry.verb == "get"
            && entry.name == "glass"
            && entry.impersonated_user.as_deref() == Some(reader)
    })
    .await
    .unwrap();
    let mut owner = dashboard
        .signed_in("glass@example.com", &password)
        .await
        .unwrap();
    let other = "/kubeflow-admin/yaml/rolebindings/brick/namespaceAdmin";
    let refused = owner.get(other).await.unwrap();
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(!refused.body.contains("brick@example.com"));
}

#[tokio::test]
async fn other_kinds_and_crooked_names_are_not_shown_to_anybody() {
    let mut browser = admin().await;
    for path in [
        "secrets/auth/dex-passwords",
        "oauth2clients/auth/x",
        "configmaps/auth/dex",
        "passwords/default/x",
        "profiles/auth/x",
        "rolebindings/-/x",
        "rolebindings/auth/..%2F..%2Fsecrets",
        "namespaces/-/..",
    ] {
        let page = browser
            .get(&format!("/kubeflow-admin/yaml/{path}"))
            .await
            .unwrap();
        assert_eq!(page.status, 404, "{path}: {}", page.text());
    }
}
