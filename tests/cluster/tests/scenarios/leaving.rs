//! Off-boarding: a checklist made from the cluster, one operation, and a receipt; killed in the middle it is finished.

use lab::Lab;
use lab::browser::{Browser, Page};
use lab::dashboard::{run_operation, undo_operation, wait_for_operation};
use lab::killable::Killable;
use lab::proxy::Moment;
use lab::stand_in::kfam::Binding;

use crate::bulk::profiles;
use crate::reach::eventually;
use crate::world::{ADMIN, PASSWORD, add_user, admin, make_admin, world};

const PATH: &str = "/kubeflow-admin/users/off-board";

/// What a browser would send: everything that is on the page, with these fields changed.
fn as_shown(page: &Page, changed: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = page
        .values("user")
        .into_iter()
        .map(|user| ("user".to_owned(), user))
        .collect();
    fields.extend(page.filled_in());
    for (name, value) in changed {
        fields.retain(|(other, _)| other != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

async fn send(browser: &mut Browser, page: &Page, changed: &[(&str, &str)]) -> Page {
    let fields = as_shown(page, changed);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.submit(page, PATH, &fields).await.unwrap()
}

async fn checklist(browser: &mut Browser, people: &[&str]) -> Page {
    let query: Vec<String> = people.iter().map(|one| format!("user={one}")).collect();
    let page = browser.get(&format!("{PATH}?{}", query.join("&"))).await;
    let page = page.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    page
}

async fn owner(lab: &Lab, profile: &str) -> Option<String> {
    let found = profiles(lab).get_opt(profile).await.unwrap()?;
    let owner = found.data["spec"]["owner"]["name"].as_str();
    owner.map(str::to_owned)
}

async fn contribute(lab: &Lab, host: &str, person: &str, profile: &str) {
    let pair = Binding::new(person, profile, "edit");
    lab.kfam().create_binding(host, &pair).await.unwrap();
}

async fn contributors(lab: &Lab, profile: &str) -> Vec<String> {
    let listed = lab.kfam().list_bindings(None, Some(profile), None).await;
    let mut people: Vec<String> = listed
        .unwrap()
        .into_iter()
        .map(|binding| binding.user)
        .collect();
    people.sort();
    people
}

#[tokio::test]
async fn sec_23_somebody_who_leaves_is_off_boarded_line_by_line_with_a_receipt() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    let person = "leaver@example.com";
    let password = somebody_with_everything(lab, &mut browser, person).await;
    let mut theirs = dashboard.signed_in(person, &password).await.unwrap();

    let page = checklist(&mut browser, &[person, "nobody@example.com"]).await;
    for text in [
        "nobody@example.com is not there any more",
        "Login leaver@example.com",
        "Profile leaver-attic",
        "edit in profile leaver-host",
        "Administrator by ClusterRoleBinding test-leaver",
    ] {
        page.expect_text(text).unwrap();
    }
    wrong_heirs_are_named_and_what_was_chosen_is_kept(&mut browser, &page).await;
    let changed = [
        ("decide:profile:leaver-work", "hand-over"),
        ("to:profile:leaver-work", "leaver-heir@example.com"),
    ];
    let plan = send(&mut browser, &page, &changed).await;
    plan.expect_text("Profile leaver-attic is kept on purpose")
        .unwrap();
    plan.expect_text("Delete the login leaver@example.com from Dex")
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());

    dashboard.signed_in(person, &password).await.unwrap_err();
    let ended = theirs.get_once("/kubeflow-admin/account").await.unwrap();
    assert_eq!(ended.status, 303, "their session lives on");
    let heir = Some("leaver-heir@example.com".to_owned());
    assert_eq!(owner(lab, "leaver-work").await, heir);
    assert_eq!(owner(lab, "leaver-attic").await.as_deref(), Some(person));
    let left = contributors(lab, "leaver-host").await;
    assert!(!left.contains(&person.to_owned()), "{left:?}");
    let listed = browser
        .get("/kubeflow-admin/administrators?q=leaver@example.com")
        .await
        .unwrap();
    listed.expect_text("No administrator matches").unwrap();

    let receipt = browser
        .get(&format!("{}/off-boarding", done.path))
        .await
        .unwrap();
    for text in [
        "Complete",
        "Kept on purpose",
        "Hand over to leaver-heir@example.com",
        "Login leaver@example.com is gone from Dex",
    ] {
        receipt.expect_text(text).unwrap();
    }
}

/// A login, two profiles, a part in another's, and rights of an administrator; gives the password.
async fn somebody_with_everything(lab: &Lab, browser: &mut Browser, person: &str) -> String {
    let password = add_user(browser, person, "leaver-work").await;
    add_user(browser, "leaver-heir@example.com", "leaver-host").await;
    contribute(lab, "leaver-heir@example.com", person, "leaver-host").await;
    lab.apply_yaml(&second_profile("leaver-attic", person))
        .await
        .unwrap();
    make_rights(lab, person).await;
    let detail = "/kubeflow-admin/users/of/leaver@example.com";
    eventually(browser, detail, "leaver-host").await;
    eventually(browser, detail, "leaver-attic").await;
    password
}

/// Each refusal is at its line, keeps the rest, and changes nothing.
async fn wrong_heirs_are_named_and_what_was_chosen_is_kept(browser: &mut Browser, page: &Page) {
    for (typed, why) in [
        ("", "leaver-work"),
        ("not an address", "leaver-work"),
        ("stranger@example.com", "has no login in Dex"),
        ("leaver@example.com", "leaves as well"),
    ] {
        let changed = [
            ("decide:profile:leaver-work", "hand-over"),
            ("to:profile:leaver-work", typed),
            ("decide:part:leaver-host:edit:leaver@example.com", "keep"),
        ];
        let refused = send(browser, page, &changed).await;
        assert_eq!(refused.status, 422, "{typed}");
        refused.expect_text(why).unwrap();
        let kept = refused.filled_in();
        for wanted in changed {
            let wanted = (wanted.0.to_owned(), wanted.1.to_owned());
            assert!(kept.contains(&wanted), "{wanted:?} of {kept:?}");
        }
    }
    let gone = [("decide:profile:leaver-work", "delete"), ("confirm", "yes")];
    let refused = send(browser, page, &gone).await;
    assert_eq!(refused.status, 422);
    refused
        .expect_text("Type “leaver@example.com” to confirm")
        .unwrap();
    // A line that the form did not have is not decided behind anybody’s back.
    let old = [("user", "leaver@example.com")];
    let refused = browser.submit(page, PATH, &old).await.unwrap();
    assert_eq!(refused.status, 422);
    refused
        .expect_text("was not on the page that you saw")
        .unwrap();
}

#[tokio::test]
async fn an_off_boarding_without_a_deletion_is_undone() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "returner@example.com", "returner").await;
    add_user(&mut browser, "returner-host@example.com", "returner-host").await;
    let person = "returner@example.com";
    contribute(lab, "returner-host@example.com", person, "returner-host").await;
    let detail = "/kubeflow-admin/users/of/returner@example.com";
    eventually(&mut browser, detail, "returner-host").await;
    let page = checklist(&mut browser, &[person]).await;
    let changed = [
        (
            "decide:part:returner-host:edit:returner@example.com",
            "hand-over",
        ),
        (
            "to:part:returner-host:edit:returner@example.com",
            "returner-host@example.com",
        ),
    ];
    let refused = send(&mut browser, &page, &changed).await;
    refused
        .expect_text("returner-host@example.com owns this profile already")
        .unwrap();
    let plan = send(&mut browser, &page, &[]).await;
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    undo_operation(&mut browser, &done).await.unwrap();
    let back = contributors(lab, "returner-host").await;
    assert!(back.contains(&person.to_owned()), "{back:?}");
    eventually(&mut browser, detail, "Password object").await;
    let receipt = browser
        .get(&format!("{}/off-boarding", done.path))
        .await
        .unwrap();
    receipt.expect_text("Taken back").unwrap();
}

#[tokio::test]
async fn nobody_off_boards_themselves() {
    let mut browser = crate::world::admin_named("own-exit@example.com").await;
    let page = browser
        .get(&format!("{PATH}?user=own-exit@example.com"))
        .await
        .unwrap();
    page.expect_text("own-exit@example.com is you").unwrap();
    let account = browser.get("/kubeflow-admin/account").await.unwrap();
    let fields = [("user", "own-exit@example.com")];
    let refused = browser.submit(&account, PATH, &fields).await.unwrap();
    assert_eq!(refused.status, 422);
    refused.expect_text("Nobody is left to off-board").unwrap();
}

#[tokio::test]
async fn three_people_who_leave_are_off_boarded_though_the_program_is_killed_again_and_again() {
    let (lab, _) = world().await;
    let mut world = Killable::start(lab, ADMIN, PASSWORD).await.unwrap();
    make_admin(lab, "trio-maker@example.com").await;
    let mut admin = world
        .dashboard
        .signed_in("trio-maker@example.com", PASSWORD)
        .await
        .unwrap();
    add_user(&mut admin, "trio-heir@example.com", "trio-heir").await;
    for (round, number) in [3, 11, 21, 34].into_iter().enumerate() {
        let tag = format!("trio{round}");
        let people = ["a", "b", "c"].map(|one| format!("{tag}{one}@example.com"));
        for (person, one) in people.iter().zip(["a", "b", "c"]) {
            add_user(&mut admin, person, &format!("{tag}{one}")).await;
            contribute(lab, "trio-heir@example.com", person, "trio-heir").await;
        }
        let detail = format!("/kubeflow-admin/users/of/{}", people[2]);
        eventually(&mut world.browser, &detail, "trio-heir").await;
        let plan = plan_trio(&mut world.browser, &people, &tag).await;
        let moment = if round % 2 == 0 {
            Moment::BeforeRequest
        } else {
            Moment::BeforeAnswer
        };
        let killed = world.killed_at(&plan, number, moment).await.unwrap();
        assert!(killed, "it ended before request {number}");
        world.dashboard.start_again().await.unwrap();
        let path = plan.path.clone();
        let done = wait_for_operation(&mut world.browser, path).await.unwrap();
        assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
        everything_is_gone_but_what_was_kept(lab, &people, &tag).await;
        let receipt = format!("{}/off-boarding", plan.path);
        let receipt = world.browser.get(&receipt).await.unwrap();
        receipt.expect_text("Complete").unwrap();
        assert!(
            !receipt.text().contains("Not done yet"),
            "{}",
            receipt.text()
        );
    }
}

/// One profile is handed over, one deleted, one kept.
async fn plan_trio(browser: &mut Browser, people: &[String; 3], tag: &str) -> Page {
    let chosen: Vec<&str> = people.iter().map(String::as_str).collect();
    let page = checklist(browser, &chosen).await;
    let names = ["a", "b"].map(|one| format!("decide:profile:{tag}{one}"));
    let to = format!("to:profile:{tag}a");
    let changed = [
        (names[0].as_str(), "hand-over"),
        (to.as_str(), "trio-heir@example.com"),
        (names[1].as_str(), "delete"),
        ("confirm", "off-board 3 users"),
    ];
    let plan = send(browser, &page, &changed).await;
    plan.expect_text("This cannot be undone").unwrap();
    plan
}

async fn everything_is_gone_but_what_was_kept(lab: &Lab, people: &[String; 3], tag: &str) {
    let heir = Some("trio-heir@example.com".to_owned());
    assert_eq!(owner(lab, &format!("{tag}a")).await, heir);
    assert_eq!(owner(lab, &format!("{tag}b")).await, None);
    let kept = owner(lab, &format!("{tag}c")).await;
    assert_eq!(kept.as_ref(), Some(&people[2]));
    let left = contributors(lab, "trio-heir").await;
    for person in people {
        assert!(!left.contains(person), "{left:?}");
    }
}

fn second_profile(name: &str, owner: &str) -> String {
    format!(
        "{{apiVersion: kubeflow.org/v1, kind: Profile, metadata: {{name: {name}}}, \
         spec: {{owner: {{kind: User, name: {owner}}}}}}}"
    )
}

/// A binding that names somebody else as well.
async fn make_rights(lab: &Lab, person: &str) {
    lab.apply_yaml(&format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{name: test-leaver}}, \
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeflow-admin-operator}}, \
         subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: {person}}}, \
         {{apiGroup: rbac.authorization.k8s.io, kind: User, name: stays-behind@example.com}}]}}"
    ))
    .await
    .unwrap();
}
