//! `kubeflow-admin demo`, as a stranger meets it: started, signed in by its link, and used.

#![expect(
    clippy::unwrap_used,
    reason = "what a test asks for and does not get fails it"
)]

use std::process::Stdio;
use std::time::Duration;

use lab::browser::{Browser, Page};
use lab::dashboard::{program, run_operation};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A running demo; killed when dropped.
struct Demo {
    _process: Child,
    origin: String,
    link: String,
}

impl Demo {
    /// Starts it on a free port and reads what it prints.
    async fn start() -> Self {
        let mut process = Command::new(program().unwrap())
            .args(["demo", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let link = tokio::time::timeout(Duration::from_mins(1), async {
            loop {
                let line = lines.next_line().await.unwrap();
                let line = line.unwrap_or_else(|| panic!("the demo ended"));
                if line.trim().starts_with("http://localhost:") {
                    return line.trim().to_owned();
                }
            }
        })
        .await
        .unwrap();
        // What it prints later is read and dropped, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let (base, path) = link.split_at(link.find("/kubeflow-admin").unwrap());
        Self {
            _process: process,
            origin: base.replace("localhost", "127.0.0.1"),
            link: path.to_owned(),
        }
    }

    async fn by_link(&self) -> (Browser, Page) {
        let mut browser = Browser::new(&self.origin);
        let page = browser.get(&self.link).await.unwrap();
        let token = page.input("token").unwrap();
        let fields = [("token", token.as_str())];
        let home = browser
            .submit(&page, "/kubeflow-admin/link", &fields)
            .await
            .unwrap();
        (browser, home)
    }
}

#[tokio::test]
async fn the_printed_link_leads_an_administrator_into_a_kubeflow_that_says_it_is_a_demo() {
    let demo = Demo::start().await;
    let (mut browser, home) = demo.by_link().await;
    for wanted in ["This is a demo", "admin@example.com", "Needs attention"] {
        home.expect_text(wanted).unwrap();
    }
    // Three things that are not right, where an administrator looks for them.
    for (path, wanted) in [
        (
            "/kubeflow-admin/users?finding=default-password",
            "user@example.com",
        ),
        (
            "/kubeflow-admin/profiles/of/ml-course",
            "Its owner is written Daniel@example.com",
        ),
        (
            "/kubeflow-admin/profiles/of/forecasting",
            "amir@example.com",
        ),
    ] {
        let page = browser.get(path).await.unwrap();
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        page.expect_text("This is a demo").unwrap();
        page.expect_text(wanted).unwrap();
    }
}

#[tokio::test]
async fn somebody_added_in_the_demo_signs_in_with_the_password_of_the_receipt() {
    let demo = Demo::start().await;
    let (mut browser, _) = demo.by_link().await;
    let path = "/kubeflow-admin/users/new";
    let form = browser.get(path).await.unwrap();
    let fields = [
        ("email", "newcomer@example.com"),
        ("with_profile", "yes"),
        ("profile", "newcomer"),
        ("quota_name", "cpu"),
        ("quota_amount", "2"),
    ];
    let plan = browser.submit(&form, path, &fields).await.unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let receipt = format!("{}/receipt", done.path);
    let receipt = browser.submit(&done, &receipt, &[]).await.unwrap();
    let (_, rest) = receipt.body.split_once("data-password").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    let password = rest.split('<').next().unwrap().trim();

    let mut newcomer = Browser::new(&demo.origin);
    let mine = newcomer
        .sign_in("/kubeflow-admin/mine", "newcomer@example.com", password)
        .await
        .unwrap();
    assert_eq!(mine.path, "/kubeflow-admin/mine", "{}", mine.text());
    mine.expect_text("newcomer").unwrap();
    let users = newcomer.get("/kubeflow-admin/users").await.unwrap();
    assert_eq!(users.status, 403);
}

#[tokio::test]
async fn a_fault_that_the_checks_find_is_mended_and_what_waited_for_it_comes_up() {
    let demo = Demo::start().await;
    let (mut browser, _) = demo.by_link().await;
    let checks = browser.get("/kubeflow-admin/checks").await.unwrap();
    checks.expect_text("StorageClass standard").unwrap();
    checks.expect_text("katib-mysql").unwrap();
    let fields = [("repair", "make-default-class standard")];
    let plan = browser
        .submit(&checks, "/kubeflow-admin/checks/repair", &fields)
        .await
        .unwrap();
    let done = run_operation(&mut browser, &plan).await.unwrap();
    assert!(done.body.contains("data-state=\"done\""), "{}", done.text());
    let again = [("to", "checks")];
    for _ in 0..50 {
        let page = browser
            .submit(&checks, "/kubeflow-admin/checks/again", &again)
            .await
            .unwrap();
        if !page.body.contains("katib-mysql") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("katib-mysql still waits for its volume");
}
