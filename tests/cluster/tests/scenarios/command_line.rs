//! The commands that administer from a shell: they do what the pages do, with a kubeconfig alone.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::Api;
use lab::{Lab, dashboard, waiting};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::world::world;

/// A machine of one's own: whose kubeconfig, and the folder in which its operations are kept.
struct Machine {
    kubeconfig: PathBuf,
    home: tempfile::TempDir,
    dex: String,
}

impl Machine {
    /// With every right.
    async fn new() -> Self {
        let (lab, _) = world().await;
        Self::with(lab, lab.kubeconfig())
    }

    fn with(lab: &Lab, kubeconfig: &Path) -> Self {
        Self {
            kubeconfig: kubeconfig.to_owned(),
            home: tempfile::tempdir().unwrap(),
            dex: lab.dex_url().to_owned(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(dashboard::program().unwrap());
        command
            .args(arguments)
            .env_remove("RUST_LOG")
            .env("KUBEFLOW_ADMIN_KUBECONFIG", &self.kubeconfig)
            .env("XDG_STATE_HOME", self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn run_with(&self, arguments: &[&str], input: &str) -> Answer {
        let mut child = self.command(arguments).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Whoever does not read it has ended already.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        Answer(child.wait_with_output().await.unwrap())
    }

    async fn run(&self, arguments: &[&str]) -> Answer {
        self.run_with(arguments, "").await
    }

    /// Adds somebody whose password is proved at Dex.
    async fn add(&self, email: &str, more: &[&str]) -> Answer {
        let mut arguments = vec!["user", "add", email, "--yes", "--password-stdin"];
        arguments.extend(["--dex-url", &self.dex, "-o", "json"]);
        arguments.extend(more);
        self.run_with(&arguments, "a-long-enough-password\n").await
    }

    /// With a quota of four CPUs.
    async fn create_profile(&self, name: &str, owner: &str) -> Answer {
        let named = ["profile", "create", name, "--owner", owner];
        let arguments = [&named[..], &["--quota", "cpu=4", "--yes"]].concat();
        self.run(&arguments).await
    }

    async fn let_edit(&self, profile: &str, email: &str) -> Answer {
        let named = ["contributor", "add", profile, email];
        let arguments = [&named[..], &["--role", "edit", "--yes"]].concat();
        self.run(&arguments).await
    }
}

struct Answer(Output);

impl Answer {
    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        assert_eq!(
            self.0.status.code(),
            Some(code),
            "{}\n{}",
            self.out(),
            self.err()
        );
        self
    }

    fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out()).unwrap_or_else(|why| panic!("{why}: {}", self.out()))
    }

    #[track_caller]
    fn says(&self, words: &str) {
        assert!(self.err().contains(words), "{words}: {}", self.err());
    }
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story: each command begins where the last one ended"
)]
async fn a_user_is_added_proved_shown_and_removed_from_a_shell() {
    let machine = Machine::new().await;
    let (_, pages) = world().await;
    let email = "shell-ana@example.com";
    let added = machine
        .add(email, &["--profile", "shell-ana", "--quota", "cpu=4"])
        .await
        .ends_with(0)
        .json();
    assert_eq!(
        (&added["kind"], &added["state"]),
        (&"Operation".into(), &"done".into())
    );
    assert_eq!(added["proved"], true);
    assert_eq!(
        added.get("password"),
        None,
        "it was given, so nobody needs to be told"
    );
    pages
        .signed_in(email, "a-long-enough-password")
        .await
        .unwrap();

    let list = machine
        .run(&["user", "list", "--search", "shell-ana", "-o", "json"])
        .await
        .ends_with(0)
        .json();
    let person = &list["items"][0];
    assert_eq!(person["owns"], serde_json::json!(["shell-ana"]));
    assert_eq!(person["logins"][0]["source"], "password-object");

    let twice = machine.add(email, &[]).await.ends_with(2);
    twice.says("already has a login");
    twice.says("Nothing was changed.");

    let reset = [
        "user",
        "reset-password",
        email,
        "--yes",
        "--password-stdin",
        "--dex-url",
    ];
    machine
        .run_with(
            &[&reset[..], &[&machine.dex]].concat(),
            "another-long-password",
        )
        .await
        .ends_with(0);
    pages
        .signed_in(email, "another-long-password")
        .await
        .unwrap();

    let removed = machine
        .run(&[
            "user",
            "remove",
            email,
            "--delete-profile",
            "shell-ana",
            "--yes",
        ])
        .await
        .ends_with(0);
    assert!(
        removed.out().starts_with("Done: Remove user"),
        "{}",
        removed.out()
    );
    let gone = machine
        .run(&["user", "list", "--search", "shell-ana", "-o", "name"])
        .await;
    assert_eq!(gone.ends_with(0).out(), "");
}

#[tokio::test]
async fn what_nobody_agreed_to_and_what_cannot_be_proved_changes_nothing() {
    let machine = Machine::new().await;
    let add = ["user", "add", "shell-never@example.com", "--no-profile"];
    let given = "a-long-enough-password";

    let unproved = [&add[..], &["--yes", "--password-stdin"]].concat();
    machine
        .run_with(&unproved, given)
        .await
        .ends_with(2)
        .says("port-forward service/dex");
    let unasked = [&add[..], &["--no-proof", "--password-stdin"]].concat();
    machine
        .run_with(&unasked, given)
        .await
        .ends_with(2)
        .says("--yes");
    let weak = [&add[..], &["--yes", "--no-proof", "--password-stdin"]].concat();
    machine
        .run_with(&weak, "short")
        .await
        .ends_with(2)
        .says("at least 12 characters");
    let looked = machine
        .run(&[&add[..], &["--dry-run"]].concat())
        .await
        .ends_with(0);
    assert!(
        looked
            .out()
            .contains("1. Create the login shell-never@example.com"),
        "{}",
        looked.out()
    );

    let list = machine
        .run(&["user", "list", "--search", "shell-never", "-o", "name"])
        .await;
    assert_eq!(list.ends_with(0).out(), "");
    let plans = machine.run(&["operation", "list", "-o", "name"]).await;
    assert_eq!(plans.ends_with(0).out(), "", "no plan is left behind");
}

#[tokio::test]
async fn sec_43_a_generated_password_never_goes_into_a_pipe() {
    let machine = Machine::new().await;
    let email = "shell-piped@example.com";
    let add = ["user", "add", email, "--no-profile", "--no-proof", "--yes"];
    let refused = machine.run(&add).await.ends_with(2);
    refused.says("--password-stdin");
    assert_eq!(refused.out(), "");
    let list = ["user", "list", "--search", "shell-piped", "-o", "name"];
    assert_eq!(machine.run(&list).await.ends_with(0).out(), "");
}

#[tokio::test]
async fn without_a_proof_the_receipt_says_so() {
    let machine = Machine::new().await;
    let add = [
        "user",
        "add",
        "shell-unproved@example.com",
        "--no-profile",
        "--yes",
        "--no-proof",
        "--password-stdin",
    ];
    let done = machine
        .run_with(&add, "a-long-enough-password")
        .await
        .ends_with(0);
    assert!(done.out().contains("Not proved"), "{}", done.out());
}

#[tokio::test]
async fn rights_are_what_the_api_server_says() {
    let (lab, _) = world().await;
    let nobody = lab
        .service_account_kubeconfig("default", "default")
        .await
        .unwrap();
    let machine = Machine::with(lab, &nobody);
    machine
        .run(&["user", "list"])
        .await
        .ends_with(4)
        .says("Kubernetes does not allow it");
    let admin = Machine::new().await;
    let reader = ["--as", "reader@example.com"];
    admin
        .run(&[&["profile", "list"][..], &reader].concat())
        .await
        .ends_with(0);
    let create = [
        "profile",
        "create",
        "shell-refused",
        "--owner",
        "x@example.com",
        "--yes",
    ];
    let refused = admin
        .run(&[&create[..], &reader].concat())
        .await
        .ends_with(4);
    refused.says("Nothing was changed.");
    admin
        .run(&["profile", "show", "shell-refused"])
        .await
        .ends_with(2);
}

#[tokio::test]
async fn a_killed_command_goes_on_where_it_was() {
    let machine = Machine::new().await;
    let email = "shell-killed@example.com";
    let add = [
        "user",
        "add",
        email,
        "--profile",
        "shell-killed",
        "--yes",
        "--password-stdin",
        "--dex-url",
        &machine.dex,
    ];
    let mut child = machine.command(&add).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"a-long-enough-password").await.unwrap();
    drop(stdin);
    let id = waiting::until("a running operation", Duration::from_secs(30), || async {
        let list = machine
            .run(&["operation", "list", "-o", "json"])
            .await
            .json();
        let first = &list["items"][0];
        let begun = first["state"] == "running" && first["steps"][0]["state"] != "waiting";
        Ok(begun.then(|| first["id"].as_str().unwrap_or_default().to_owned()))
    })
    .await
    .unwrap();
    child.kill().await.unwrap();

    let resume = [
        "operation",
        "resume",
        &id,
        "--yes",
        "--password-stdin",
        "--dex-url",
        &machine.dex,
    ];
    let resumed = machine
        .run_with(&resume, "yet-another-password")
        .await
        .ends_with(0);
    assert!(
        resumed.out().starts_with("Done: Add user"),
        "{}",
        resumed.out()
    );
    let (_, pages) = world().await;
    pages
        .signed_in(email, "yet-another-password")
        .await
        .unwrap();

    machine
        .run(&["operation", "undo", &id, "--yes"])
        .await
        .ends_with(0);
    let gone = machine
        .run(&["user", "list", "--search", "shell-killed", "-o", "name"])
        .await;
    assert_eq!(gone.ends_with(0).out(), "");
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story: each command begins where the last one ended"
)]
async fn profiles_contributors_and_quotas_are_changed_and_explained_from_a_shell() {
    let machine = Machine::new().await;
    let (lab, _) = world().await;
    let (owner, other) = ("shell-owner@example.com", "shell-guest@example.com");
    for email in [owner, other] {
        machine.add(email, &["--no-profile"]).await.ends_with(0);
    }
    machine
        .create_profile("shell-team", owner)
        .await
        .ends_with(0);

    let why = ["access", "why", other, "shell-team", "-o", "json"];
    machine
        .run(&why)
        .await
        .ends_with(1)
        .says("cannot work in shell-team");
    machine.let_edit("shell-team", other).await.ends_with(0);
    let again = machine.let_edit("shell-team", other).await.ends_with(0);
    assert!(again.out().contains("Nothing to do"), "{}", again.out());
    let bindings: Api<RoleBinding> = Api::namespaced(lab.client(), "shell-team");
    bindings
        .get("user-shell-guest-example-com-clusterrole-edit")
        .await
        .unwrap();
    let chain = machine.run(&why).await.json();
    assert!(
        chain["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|link| link["state"] != "broken"),
        "{chain}"
    );
    let matrix = machine
        .run(&["access", "matrix", "--person", other, "-o", "json"])
        .await;
    let rights = matrix.ends_with(0).json();
    assert_eq!(rights["items"][0]["role"], "edit");

    let set = ["quota", "set", "shell-team", "memory=8Gi", "cpu=", "--yes"];
    machine.run(&set).await.ends_with(0);
    let quota = machine
        .run(&["quota", "show", "shell-team", "-o", "json"])
        .await
        .json();
    let lines = quota["items"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "{quota}");
    assert_eq!(
        (&lines[0]["resource"], &lines[0]["inForce"]),
        (&"memory".into(), &"8Gi".into())
    );
    let wrong = machine
        .run(&["quota", "set", "shell-team", "nvidia.com/gpu=1", "--yes"])
        .await;
    wrong.ends_with(2).says("requests.nvidia.com/gpu");

    machine
        .run(&[
            "profile",
            "freeze",
            "shell-team",
            "--reason",
            "on leave",
            "--yes",
        ])
        .await
        .ends_with(0);
    machine
        .run(&["profile", "thaw", "shell-team", "--yes"])
        .await
        .ends_with(0);
    let transfer = [
        "profile",
        "transfer",
        "shell-team",
        "--to",
        other,
        "--keep",
        "view",
        "--yes",
    ];
    machine.run(&transfer).await.ends_with(0);
    let shown = machine
        .run(&["profile", "show", "shell-team", "-o", "yaml"])
        .await
        .ends_with(0);
    assert!(
        shown.out().contains(&format!("owner: {other}")),
        "{}",
        shown.out()
    );
    machine
        .run(&["contributor", "remove", "shell-team", owner, "--yes"])
        .await
        .ends_with(0);
    machine
        .run(&["profile", "delete", "shell-team", "--yes"])
        .await
        .ends_with(0);
    machine
        .run(&["profile", "show", "shell-team"])
        .await
        .ends_with(2)
        .says("profile list");
}

#[tokio::test]
async fn what_flux_keeps_is_changed_from_a_shell_only_when_flux_is_named() {
    let machine = Machine::new().await;
    let (profile, owner) = ("shell-in-git", "shell-in-git@example.com");
    machine.add(owner, &["--no-profile"]).await.ends_with(0);
    machine.create_profile(profile, owner).await.ends_with(0);
    crate::git::keep_in_git(profile, owner).await;
    let set = ["quota", "set", profile, "cpu=9", "--yes"];
    let refused = machine.run(&set).await.ends_with(2);
    refused.says("Profile shell-in-git is kept by Flux");
    refused.says("kind: Profile");
    refused.says("--temporary flux");
    assert_eq!(crate::git::cpu_of(profile).await, "4");
    let meant = [&set[..], &["--temporary", "flux"]].concat();
    machine.run(&meant).await.ends_with(0);
    assert_eq!(crate::git::cpu_of(profile).await, "9");
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story: each command begins where the last one ended"
)]
async fn what_is_exported_is_no_difference_and_comes_back_by_an_import() {
    let machine = Machine::new().await;
    let (lab, _) = world().await;
    let (owner, other) = ("shell-keeper@example.com", "shell-helper@example.com");
    machine
        .create_profile("shell-kept", owner)
        .await
        .ends_with(0);
    machine.let_edit("shell-kept", other).await.ends_with(0);

    let export = ["export", "--profile", "shell-kept"];
    let text = machine.run(&export).await.ends_with(0).out();
    for server_field in [
        "uid:",
        "resourceVersion",
        "managedFields",
        "status:",
        "hash",
    ] {
        assert!(!text.contains(server_field), "{server_field}: {text}");
    }
    assert_eq!(machine.run(&export).await.out(), text, "it is stable");
    let file = machine.home.path().join("kept.yaml");
    std::fs::write(&file, &text).unwrap();
    let file = file.to_str().unwrap();
    machine.run(&["diff", "-f", file]).await.ends_with(0);

    for arguments in [
        &["quota", "set", "shell-kept", "cpu=8", "pods=9", "--yes"][..],
        &["contributor", "remove", "shell-kept", other, "--yes"],
        &[
            "contributor",
            "add",
            "shell-kept",
            "shell-extra@example.com",
            "--role",
            "view",
            "--yes",
        ],
    ] {
        machine.run(arguments).await.ends_with(0);
    }
    let diff = machine.run(&["diff", "-f", file, "-o", "json"]).await;
    let found = diff.ends_with(1).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 3, "{found}");
    let import = ["import", "-f", file, "--yes"];
    machine.run(&import).await.ends_with(0);
    machine.run(&["diff", "-f", file]).await.ends_with(0);
    let surplus = machine.run(&["diff", "-f", file, "--prune"]).await;
    assert!(
        surplus.ends_with(1).out().contains("shell-extra"),
        "nobody is taken out unasked"
    );
    machine
        .run(&[&import[..], &["--prune"]].concat())
        .await
        .ends_with(0);
    machine
        .run(&["diff", "-f", file, "--prune"])
        .await
        .ends_with(0);

    machine
        .run(&["profile", "delete", "shell-kept", "--yes"])
        .await
        .ends_with(0);
    machine.run(&import).await.ends_with(0);
    machine.run(&["diff", "-f", file]).await.ends_with(0);
    machine
        .run(&["profile", "delete", "shell-kept", "--yes"])
        .await
        .ends_with(0);
    lab.apply_yaml(&text)
        .await
        .expect("the text applies where there is nothing of it");
    machine.run(&["diff", "-f", file]).await.ends_with(0);
}

#[tokio::test]
async fn a_class_is_added_from_a_list_and_its_passwords_go_to_a_file_of_ones_own() {
    let machine = Machine::new().await;
    let (_, pages) = world().await;
    let list = machine.home.path().join("class.csv");
    std::fs::write(
        &list,
        "shell-one@example.com,One\nshell-two@example.com,Two\nnobody\n",
    )
    .unwrap();
    let passwords = machine.home.path().join("passwords.csv");
    let import = [
        "user",
        "import",
        "-f",
        list.to_str().unwrap(),
        "--no-profile",
        "--yes",
        "--dex-url",
        &machine.dex,
        "--passwords",
        passwords.to_str().unwrap(),
    ];
    let refused = machine.run(&import).await.ends_with(2);
    refused.says("line 3, nobody");
    assert!(!passwords.exists(), "nothing is made for nothing");
    machine
        .run(&[&import[..], &["--skip"]].concat())
        .await
        .ends_with(0);
    let text = std::fs::read_to_string(&passwords).unwrap();
    let first = text.lines().nth(1).unwrap();
    let cells: Vec<&str> = first
        .split(',')
        .map(|cell| cell.trim_matches('"'))
        .collect();
    assert_eq!(cells[0], "shell-one@example.com");
    pages.signed_in(cells[0], cells[3]).await.unwrap();
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&passwords.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}
