//! Static logins become Password objects, and stay the same people.

use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use lab::dex::object_name;

use crate::world::{
    FROM_ENVIRONMENT, SHIPPED, assert_state, configuration, restarts, with_entries, world,
};

/// A password that the program cannot know, at the lowest cost that Dex accepts.
const OWN: &str = "own-password-of-bob";

#[tokio::test]
async fn all_static_logins_are_migrated_with_one_restart_and_stay_who_they_are() {
    let hash = bcrypt::hash(OWN, 10).unwrap();
    let entries = format!(
        "{FROM_ENVIRONMENT}- email: bob@example.com\n  hash: {hash}\n  username: Bob\n  userID: \"bob-1\"\n"
    );
    let mut world = world(&with_entries(&entries)).await;
    world.person("bob@example.com", "Static entry").await;
    world.person("user@example.com", "Static entry").await;
    let list = world.admin.get("/kubeflow-admin/users").await.unwrap();
    list.expect_text("Migrate 2 static logins").unwrap();
    let path = "/kubeflow-admin/users/migrate";
    let plan = world.admin.submit(&list, path, &[]).await.unwrap();
    plan.expect_text("(the same password)").unwrap();
    plan.expect_text("nobody can turn a hash back into the password")
        .unwrap();
    let before = restarts(world.lab).await;
    let done = world.run(&plan).await;
    assert_state(&done, "done");
    assert_eq!(restarts(world.lab).await, before + 1);
    done.expect_text("with the old password, as the same subject Cg4xNTg0MTE4NTY0MTc4NBIFbG9jYWw")
        .unwrap();
    done.expect_text("A sign-in could not be tried").unwrap();
    assert!(world.signs_in("user@example.com", SHIPPED).await);
    assert!(world.signs_in("bob@example.com", OWN).await);
    assert_eq!(configuration(world.lab).await, with_entries(""));

    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("dex.coreos.com", "v1", "Password"));
    let passwords: Api<DynamicObject> = Api::namespaced_with(world.lab.client(), "auth", &kind);
    let bob = passwords
        .get(&object_name("bob@example.com"))
        .await
        .unwrap();
    assert_eq!(
        (&bob.data["userID"], &bob.data["username"]),
        (&"bob-1".into(), &"Bob".into())
    );

    let undone = world.go_on(&done, "undo").await;
    assert_state(&undone, "undone");
    assert_eq!(configuration(world.lab).await, with_entries(&entries));
    assert!(
        passwords
            .get_opt(&object_name("bob@example.com"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(world.signs_in("bob@example.com", OWN).await);
}

#[tokio::test]
async fn a_login_that_another_one_hides_is_not_migrated_by_guess() {
    let mut world = world(&with_entries(FROM_ENVIRONMENT)).await;
    world
        .lab
        .add_password("user@example.com", "another-password")
        .await
        .unwrap();
    let page = world.person("user@example.com", "Two logins").await;
    page.expect_text("Migrate to a Password object: There are two logins")
        .unwrap();
    let plan = world.plan(&page, "fix/duplicate").await;
    let done = world.run(&plan).await;
    assert_state(&done, "done");
    assert!(world.signs_in("user@example.com", SHIPPED).await);
    let page = world.person("user@example.com", "E-mail").await;
    let plan = world.plan(&page, "migrate").await;
    let done = world.run(&plan).await;
    assert_state(&done, "done");
    assert!(world.signs_in("user@example.com", SHIPPED).await);
    let undone = world.go_on(&done, "undo").await;
    assert_state(&undone, "undone");
}
