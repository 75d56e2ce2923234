//! Search over everything, as far as the person may see it.

use lab::dashboard::run_operation;

use crate::world::{PASSWORD, add_user, admin, plan_user, world};

#[tokio::test]
async fn one_word_finds_people_profiles_and_operations() {
    let mut browser = admin().await;
    let plan = plan_user(&mut browser, "needle@example.com", "needle-home").await;
    run_operation(&mut browser, &plan).await.unwrap();
    let found = browser
        .get("/kubeflow-admin/search?q=NEEDLE")
        .await
        .unwrap();
    for link in [
        "/kubeflow-admin/users/of/needle@example.com",
        "/kubeflow-admin/profiles/of/needle-home",
        plan.path.as_str(),
    ] {
        assert!(
            found.body.contains(&format!("href=\"{link}\"")),
            "{link}: {}",
            found.text()
        );
    }
    let by_id = format!("/kubeflow-admin/search?q={}", plan.last_segment());
    let by_id = browser.get(&by_id).await.unwrap();
    by_id.expect_text("Add user needle@example.com").unwrap();

    let many = browser
        .get("/kubeflow-admin/search?q=example.com")
        .await
        .unwrap();
    assert!(
        many.body
            .contains("href=\"/kubeflow-admin/users?q=example.com\""),
        "no way to all of them: {}",
        many.text()
    );
}

#[tokio::test]
async fn a_plain_user_finds_only_their_own_profiles() {
    let (_, dashboard) = world().await;
    let mut browser = admin().await;
    let password = add_user(&mut browser, "seeker@example.com", "seeker").await;
    add_user(&mut browser, "seeker-too@example.com", "seeker-too").await;
    let mut seeker = dashboard
        .signed_in("seeker@example.com", &password)
        .await
        .unwrap();
    let found = seeker.get("/kubeflow-admin/search?q=seeker").await.unwrap();
    found.expect_text("My profiles 1 found").unwrap();
    assert!(
        !found.body.contains("seeker-too"),
        "finds what is somebody else's: {}",
        found.text()
    );
}

#[tokio::test]
async fn what_finds_nothing_says_so_and_what_is_typed_is_text() {
    let (_, dashboard) = world().await;
    let mut plain = dashboard
        .signed_in("plain@example.com", PASSWORD)
        .await
        .unwrap();
    let empty = plain.get("/kubeflow-admin/search").await.unwrap();
    empty.expect_text("Type a part of an e-mail").unwrap();
    let nothing = plain
        .get("/kubeflow-admin/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
        .await
        .unwrap();
    nothing.expect_text("Nothing found").unwrap();
    assert!(!nothing.body.contains("<script>alert"));
}
