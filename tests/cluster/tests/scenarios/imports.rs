//! Many people from one list: checked before, done once, resumed after anything, handed over once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kube::Api;
use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams};
use lab::Lab;
use lab::browser::{Browser, Page};
use lab::dashboard::{run_operation, start_operation, undo_operation, wait_for_operation};
use lab::killable::Killable;
use lab::proxy::Moment;

use crate::world::{ADMIN, PASSWORD, add_user, admin, world};

const IMPORT: &str = "/kubeflow-admin/users/import";

fn objects(lab: &Lab, group: &str, kind: &str) -> Api<DynamicObject> {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
    match group {
        "dex.coreos.com" => Api::namespaced_with(lab.client(), "auth", &kind),
        _ => Api::all_with(lab.client(), &kind),
    }
}

/// The logins of addresses that begin like this.
async fn logins(lab: &Lab, prefix: &str) -> Vec<String> {
    let all = objects(lab, "dex.coreos.com", "Password");
    let all = all.list(&ListParams::default()).await.unwrap();
    let emails = all.iter().filter_map(|one| one.data["email"].as_str());
    emails
        .filter(|email| email.starts_with(prefix))
        .map(ToOwned::to_owned)
        .collect()
}

async fn send(browser: &mut Browser, people: &str, more: &[(&str, &str)]) -> Page {
    let form = browser.get(IMPORT).await.unwrap();
    assert_eq!(form.status, 200, "{}", form.text());
    let mut fields = vec![("people", people)];
    fields.extend_from_slice(more);
    browser.submit(&form, IMPORT, &fields).await.unwrap()
}

/// E-mail and password of every slip.
fn slips(sheet: &Page) -> BTreeMap<String, String> {
    let between = |text: &str, from: &str| {
        let rest = text.split_once(from).unwrap().1;
        let rest = rest.split_once('>').unwrap().1;
        rest.split_once('<').unwrap().0.to_owned()
    };
    let parts = sheet.body.split("class=\"ka-secret\"").skip(1);
    parts
        .map(|slip| (between(slip, "<strong"), between(slip, "data-password")))
        .collect()
}

async fn sheet_of(browser: &mut Browser, ended: &Page) -> BTreeMap<String, String> {
    let path = format!("{}/sheet", ended.path);
    let sheet = browser.submit(ended, &path, &[]).await.unwrap();
    assert_eq!(sheet.status, 200, "{}", sheet.text());
    slips(&sheet)
}

fn crowd(prefix: &str, count: usize) -> String {
    (0..count).fold(String::new(), |text, number| {
        text + &format!("{prefix}{number}@example.com\r\n")
    })
}

#[tokio::test]
async fn a_list_is_checked_line_by_line_and_nothing_happens_while_a_line_is_wrong() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "checked-old@example.com", "checked-old").await;
    let list = "\u{feff}Name;E-mail;Profile\r\n\"Lovelace; Ada\";checked-ada@example.com;\r\n\
                Bo;checked-old@example.com;\r\nCy;CHECKED-ADA@example.com;\r\n\
                Di;checked-di@example.com;checked-old\r\nEd;no address;\r\n";
    let fields = [("with_profile", "yes"), ("pattern", "ml-{user}")];
    let refused = send(&mut browser, list, &fields).await;
    assert_eq!(refused.status, 422);
    for words in [
        "4 lines have problems",
        "1 person could be added",
        "checked-old@example.com has a login already",
        "checked-ada@example.com is in line 2 already",
        "A profile named checked-old exists already",
        "An e-mail address has one @",
    ] {
        refused.expect_text(words).unwrap();
    }
    assert!(
        refused.body.contains("Lovelace; Ada"),
        "what was typed stays"
    );
    assert_eq!(logins(lab, "checked-a").await, Vec::<String>::new());

    let wrong = [
        ("with_profile", "yes"),
        ("pattern", "class"),
        ("quota:cpu", "two"),
        ("shared_profile", "nowhere"),
        ("shared_role", "edit"),
    ];
    let refused = send(&mut browser, "checked-x@example.com", &wrong).await;
    assert_eq!(refused.status, 422);
    for words in [
        "A pattern has {user} in it",
        "There is no profile named nowhere",
    ] {
        refused.expect_text(words).unwrap();
    }

    let skip = [
        ("with_profile", "yes"),
        ("pattern", "ml-{user}"),
        ("skip", "yes"),
    ];
    let plan = send(&mut browser, list, &skip).await;
    plan.expect_text("Create 1 login in Dex").unwrap();
    let template = browser
        .get(&format!("{IMPORT}/template.csv"))
        .await
        .unwrap();
    assert!(template.body.starts_with("email,name,profile\r\n"));
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story from the list to the sheet"
)]
async fn a_pasted_list_becomes_people_who_can_work_and_the_sheet_is_shown_once() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    add_user(&mut browser, "class-host@example.com", "class-host").await;
    let fields = [
        ("with_profile", "yes"),
        ("pattern", "c-{user}"),
        ("quota:cpu", "2"),
        ("quota:memory", "4Gi"),
        ("shared_profile", "class-host"),
        ("shared_role", "view"),
    ];
    let plan = send(&mut browser, &crowd("pupil", 5), &fields).await;
    for words in [
        "Create 5 logins in Dex",
        "Create 5 profiles",
        "view in class-host",
    ] {
        plan.expect_text(words).unwrap();
    }
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let sheet = sheet_of(&mut browser, &done).await;
    assert_eq!(sheet.len(), 5);
    for (email, password) in &sheet {
        let mut person = dashboard.signed_in(email, password).await.unwrap();
        let mine = person.get("/kubeflow-admin/mine").await.unwrap();
        mine.expect_text("class-host").unwrap();
        mine.expect_text("c-pupil").unwrap();
    }
    assert_eq!(sheet_of(&mut browser, &done).await.len(), 0, "shown once");

    let rows = browser.get(&format!("{}/rows", done.path)).await.unwrap();
    rows.expect_text("5 of 5 people are there; 0 failed.")
        .unwrap();
    let result = browser
        .get(&format!("{}/result.csv", done.path))
        .await
        .unwrap();
    assert!(
        result
            .body
            .contains("pupil3@example.com,pupil3,c-pupil3,done,")
    );
    let profile = objects(lab, "kubeflow.org", "Profile")
        .get("c-pupil3")
        .await
        .unwrap();
    assert_eq!(
        profile.data["spec"]["resourceQuotaSpec"]["hard"]["cpu"],
        "2"
    );

    undo_operation(&mut browser, &done).await.unwrap();
    assert_eq!(logins(lab, "pupil").await, Vec::<String>::new());
    let bindings = ApiResource::from_gvk(&GroupVersionKind::gvk(
        "rbac.authorization.k8s.io",
        "v1",
        "RoleBinding",
    ));
    let bindings: Api<DynamicObject> = Api::namespaced_with(lab.client(), "class-host", &bindings);
    let left = bindings.list(&ListParams::default()).await.unwrap();
    assert!(
        left.iter()
            .all(|one| !one.metadata.name.as_ref().unwrap().contains("pupil"))
    );
}

#[tokio::test]
async fn a_row_that_fails_holds_up_nobody_and_is_tried_again_without_new_passwords_for_others() {
    let (lab, dashboard) = world().await;
    let mut browser = admin().await;
    let plan = send(&mut browser, &crowd("rowfail", 4), &[]).await;
    lab.add_password("rowfail2@example.com", "somebody-elses")
        .await
        .unwrap();
    let failed = run_operation(&mut browser, &plan).await.unwrap();
    failed.expect_text("1 of 4 people failed").unwrap();
    let rows = browser
        .get(&format!("{}/rows?state=failed", failed.path))
        .await
        .unwrap();
    rows.expect_text("This e-mail has a login already").unwrap();
    let first = sheet_of(&mut browser, &failed).await;
    assert_eq!(first.len(), 3);

    let passwords = objects(lab, "dex.coreos.com", "Password");
    let all = passwords.list(&ListParams::default()).await.unwrap();
    let other = all
        .iter()
        .find(|one| one.data["email"] == "rowfail2@example.com")
        .unwrap();
    let name = other.metadata.name.as_ref().unwrap();
    passwords
        .delete(name, &DeleteParams::default())
        .await
        .unwrap();
    let path = format!("{}/resume", failed.path);
    let resumed = browser.submit(&failed, &path, &[]).await.unwrap();
    let done = wait_for_operation(&mut browser, resumed.path)
        .await
        .unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let second = sheet_of(&mut browser, &done).await;
    assert_eq!(second.keys().collect::<Vec<_>>(), ["rowfail2@example.com"]);
    for (email, password) in first.iter().chain(&second) {
        dashboard.signed_in(email, password).await.unwrap();
    }
}

#[tokio::test]
async fn a_list_can_be_stopped_and_resumed() {
    let (lab, _) = world().await;
    let mut browser = admin().await;
    let plan = send(&mut browser, &crowd("halt", 60), &[]).await;
    let started = start_operation(&mut browser, &plan).await.unwrap();
    let path = format!("{}/stop", plan.path);
    browser.submit(&started, &path, &[]).await.unwrap();
    let stopped = wait_for_operation(&mut browser, plan.path.clone())
        .await
        .unwrap();
    stopped.expect_text("Stopped as asked").unwrap();
    let so_far = logins(lab, "halt").await.len();
    assert!(so_far < 60, "{so_far}");
    let path = format!("{}/resume", plan.path);
    browser.submit(&stopped, &path, &[]).await.unwrap();
    let done = wait_for_operation(&mut browser, plan.path.clone())
        .await
        .unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    assert_eq!(sheet_of(&mut browser, &done).await.len(), 60);
}

async fn killed(prefix: &str, number: u32, moment: Moment) {
    let (lab, _) = world().await;
    let mut world = Killable::start(lab, ADMIN, PASSWORD).await.unwrap();
    let fields = [("with_profile", "yes"), ("pattern", "{user}")];
    let plan = send(&mut world.browser, &crowd(prefix, 6), &fields).await;
    let killed = world.killed_at(&plan, number, moment).await;
    assert!(killed.unwrap(), "it ended before that");
    world.dashboard.start_again().await.unwrap();
    let ended = wait_for_operation(&mut world.browser, plan.path.clone()).await;
    let ended = ended.unwrap_or_else(|why| panic!("{why:#}\n{}", world.dashboard.log_text()));
    assert!(
        ended.body.contains("data-state=\"done\""),
        "{}",
        ended.text()
    );
    assert_eq!(
        logins(lab, prefix).await.len(),
        6,
        "none lost, none doubled"
    );
    let sheet = sheet_of(&mut world.browser, &ended).await;
    assert_eq!(sheet.len(), 6);
    for (email, password) in &sheet {
        world.dashboard.signed_in(email, password).await.unwrap();
    }
    let activity = format!(
        "/kubeflow-admin/activity?operation={}",
        ended.last_segment()
    );
    let lines = world.browser.get(&activity).await.unwrap().text();
    assert_eq!(lines.matches("Login created").count(), 6, "{lines}");
}

#[tokio::test]
async fn killed_while_logins_are_made_a_list_is_finished_once() {
    killed("killa", 7, Moment::BeforeAnswer).await;
    killed("killb", 4, Moment::BeforeRequest).await;
}

#[tokio::test]
async fn killed_while_profiles_are_made_a_list_is_finished_once() {
    killed("killc", 17, Moment::BeforeAnswer).await;
}

/// `cargo test … -- --ignored --nocapture five_hundred`.
#[expect(
    clippy::print_stdout,
    reason = "a measurement is read by whoever runs it"
)]
#[tokio::test]
#[ignore = "a measurement; takes minutes"]
async fn five_hundred_people_take_little_longer_than_hashing_their_passwords() {
    const PEOPLE: usize = 500;
    let (lab, _) = world().await;
    let mut browser = admin().await;
    let cores = std::thread::available_parallelism().unwrap().get();
    let plan = send(&mut browser, &crowd("many", PEOPLE), &[]).await;
    let began = Instant::now();
    start_operation(&mut browser, &plan).await.unwrap();
    let ended = loop {
        if let Ok(ended) = wait_for_operation(&mut browser, plan.path.clone()).await {
            break ended;
        }
    };
    let took = began.elapsed();
    assert!(
        ended.body.contains("data-state=\"done\""),
        "{}",
        ended.text()
    );
    assert_eq!(logins(lab, "many").await.len(), PEOPLE);
    let began = Instant::now();
    let threads: Vec<_> = (0..cores)
        .map(|_| {
            std::thread::spawn(|| {
                for _ in 0..10 {
                    bcrypt::hash("correct-horse-battery", 12).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let hashing = began.elapsed() * u32::try_from(PEOPLE / (10 * cores)).unwrap();
    println!("{PEOPLE} people: {took:?}; hashing alone on {cores} cores: {hashing:?}");
    assert!(took < hashing.mul_f64(1.3) + Duration::from_secs(30));
}
