//! The dashboard as a process of its own against a lab: started, killed and started again like a pod.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    browser::{Browser, Page},
    http_client, ports,
    processes::{Process, Program},
    run_directory::RunDirectory,
    running::Lab,
    waiting,
};
use anyhow::{Context, Result, bail, ensure};

/// What `deploy/base` puts into a cluster that an API server alone can take.
const DEPLOY: [&str; 4] = [
    "namespace.yaml",
    "service-account.yaml",
    "rbac.yaml",
    "operator-roles.yaml",
];

/// How a dashboard is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Database address; a SQLite file of its own by default.
    pub database: Option<String>,
    /// Kubeconfig to use instead of that of our `ServiceAccount`.
    pub kubeconfig: Option<PathBuf>,
    /// More environment, such as `KUBEFLOW_ADMIN_GROUPS`.
    pub environment: Vec<(String, String)>,
}

/// A running dashboard; killed when dropped.
pub struct Dashboard {
    process: Option<Process>,
    run: RunDirectory,
    port: u16,
    environment: Vec<(String, String)>,
    database: String,
}

impl Dashboard {
    /// With the rights of its own `ServiceAccount`, as `deploy/base` grants them.
    pub async fn start(lab: &Lab) -> Result<Self> {
        Self::start_with(lab, Options::default()).await
    }

    pub async fn start_with(lab: &Lab, options: Options) -> Result<Self> {
        deploy(lab).await?;
        let run = RunDirectory::create()?;
        let kubeconfig = match options.kubeconfig {
            Some(path) => path,
            None => {
                lab.service_account_kubeconfig("kubeflow-admin", "kubeflow-admin")
                    .await?
            }
        };
        let port = match options
            .environment
            .iter()
            .find(|(name, _)| name == "KUBEFLOW_ADMIN_LISTEN")
        {
            Some((_, address)) => address.parse::<std::net::SocketAddr>()?.port(),
            None => ports::free()?,
        };
        let database = options.database.unwrap_or_else(|| {
            format!("sqlite:{}", run.path().join("kubeflow-admin.db").display())
        });
        let mut environment = vec![
            (
                "KUBEFLOW_ADMIN_LISTEN".to_owned(),
                format!("127.0.0.1:{port}"),
            ),
            (
                "KUBEFLOW_ADMIN_KUBECONFIG".to_owned(),
                kubeconfig.display().to_string(),
            ),
            ("KUBEFLOW_ADMIN_ACT_AS".to_owned(), "person".to_owned()),
            (
                "KUBEFLOW_ADMIN_DEX_URL".to_owned(),
                lab.dex_url().to_owned(),
            ),
            ("DATABASE_URL".to_owned(), database.clone()),
        ];
        for (name, value) in options.environment {
            environment.retain(|(other, _)| *other != name);
            environment.push((name, value));
        }
        let mut dashboard = Self {
            process: None,
            run,
            port,
            environment,
            database,
        };
        dashboard.start_again().await?;
        Ok(dashboard)
    }

    /// Starts the program with the same settings and waits until it is ready.
    pub async fn start_again(&mut self) -> Result<()> {
        self.launch()?;
        let url = format!("{}/readyz", self.origin());
        let ready = waiting::until("a ready dashboard", Duration::from_secs(30), || async {
            let answer = http_client::get(&url).await;
            Ok(answer
                .ok()
                .filter(|answer| answer.status() == 200)
                .map(|_| ()))
        });
        ready.await.with_context(|| self.log_text())
    }

    /// Starts the program and does not wait.
    pub fn launch(&mut self) -> Result<()> {
        self.process = None;
        let mut program = Program::new("kubeflow-admin", &program()?).arg("serve");
        for (name, value) in &self.environment {
            program = program.env(name, value);
        }
        self.process = Some(Process::start(&program, &self.run)?);
        Ok(())
    }

    /// As `kill -9` does it.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Waits until it has ended by itself.
    pub async fn wait_until_ended(&self) -> Result<std::process::ExitStatus> {
        let process = self.process.as_ref().context("it was not started")?;
        waiting::until(
            "the end of the dashboard",
            Duration::from_secs(30),
            || async { process.exit_status() },
        )
        .await
        .with_context(|| self.log_text())
    }

    pub fn set_environment(&mut self, name: &str, value: &str) {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Process id of the running program.
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn database(&self) -> &str {
        &self.database
    }

    /// Everything the program has printed.
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(self.run.path().join("kubeflow-admin.log")).unwrap_or_default()
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.origin())
    }

    /// A browser in which this person is signed in.
    pub async fn signed_in(&self, email: &str, password: &str) -> Result<Browser> {
        let mut browser = self.browser();
        let page = browser
            .sign_in("/kubeflow-admin/account", email, password)
            .await?;
        if page.status != 200 || !page.path.starts_with("/kubeflow-admin/account") {
            bail!(
                "{email} is not signed in: {} {} {}",
                page.status,
                page.path,
                page.text()
            );
        }
        Ok(browser)
    }

    /// The path and query of a fresh one-time link, as the command line prints it.
    pub async fn sign_in_link(&self) -> Result<String> {
        let output = tokio::process::Command::new(program()?)
            .arg("sign-in-link")
            .env("DATABASE_URL", &self.database)
            .output()
            .await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let link = text
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        let link = link.with_context(|| {
            format!(
                "no link: {text} {}",
                String::from_utf8_lossy(&output.stderr)
            )
        })?;
        Ok(link
            .strip_prefix("http://localhost:8080")
            .unwrap_or(link)
            .to_owned())
    }

    /// A browser that came in by a one-time link.
    pub async fn broken_glass(&self) -> Result<Browser> {
        let mut browser = self.browser();
        let link = self.sign_in_link().await?;
        let page = browser.get(&link).await?;
        let token = page.input("token").with_context(|| page.text())?;
        let page = browser
            .submit(&page, "/kubeflow-admin/link", &[("token", &token)])
            .await?;
        if page.status != 200 {
            bail!("the link does not sign in: {} {}", page.status, page.text());
        }
        Ok(browser)
    }
}

/// Reviews, starts and waits for an operation whose plan is on the page; ends at its last page.
pub async fn run_operation(browser: &mut Browser, plan: &Page) -> Result<Page> {
    let started = start_operation(browser, plan).await?;
    wait_for_operation(browser, started.path).await
}

pub async fn start_operation(browser: &mut Browser, plan: &Page) -> Result<Page> {
    if plan.status != 200 || !plan.path.starts_with("/kubeflow-admin/operations/") {
        bail!("no plan but {} {}: {}", plan.status, plan.path, plan.text());
    }
    let path = format!("{}/start", plan.path);
    let managers = plan.values("take_over");
    let ticked: Vec<(&str, &str)> = managers
        .iter()
        .map(|manager| ("take_over", manager.as_str()))
        .collect();
    browser.submit(plan, &path, &ticked).await
}

/// Loads a page until it says this; what the page shows follows the cluster within seconds.
pub async fn until_it_says(browser: &mut Browser, path: &str, wanted: &str) -> Result<Page> {
    for _ in 0..100 {
        let page = browser.get(path).await?;
        if page.text().contains(wanted) {
            return Ok(page);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let page = browser.get(path).await?;
    bail!("{path} never says {wanted:?}: {}", page.text())
}

/// Loads an operation's page until nothing is going on any more.
pub async fn wait_for_operation(browser: &mut Browser, path: String) -> Result<Page> {
    for _ in 0..600 {
        let page = browser.get(&path).await?;
        if page.status != 200 {
            bail!("{} {}: {}", page.status, page.path, page.text());
        }
        if ["done", "failed", "undone"]
            .iter()
            .any(|state| page.body.contains(&format!("data-state=\"{state}\"")))
        {
            return Ok(page);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the operation at {path} does not end")
}

/// Takes a finished operation back; ends at its last page.
pub async fn undo_operation(browser: &mut Browser, done: &Page) -> Result<Page> {
    let undoing = browser
        .submit(done, &format!("{}/undo", done.path), &[])
        .await?;
    let end = wait_for_operation(browser, undoing.path).await?;
    ensure!(end.body.contains("data-state=\"undone\""), "{}", end.text());
    Ok(end)
}

/// Fetches the password of a finished operation, which is possible once.
pub async fn password_of(browser: &mut Browser, done: &Page) -> Result<String> {
    let path = format!("{}/receipt", done.path);
    let receipt = browser.submit(done, &path, &[]).await?;
    ensure!(receipt.status == 200, "{}", receipt.text());
    let shown = receipt.body.split_once("data-password");
    let shown = shown.and_then(|(_, rest)| rest.split_once('>')?.1.split_once('<'));
    let (password, _) = shown.with_context(|| format!("no password: {}", receipt.text()))?;
    Ok(password.trim().to_owned())
}

async fn deploy(lab: &Lab) -> Result<()> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/base");
    for file in DEPLOY {
        let path = base.join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
        lab.apply_yaml(&text)
            .await
            .with_context(|| format!("applying {file}"))?;
    }
    Ok(())
}

/// The program beside the test binary, built by the same `cargo test --workspace`.
pub fn program() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let beside = own.parent().context("a program without a folder")?;
    // Tests lie in `deps`, one below the programs that Cargo builds.
    let folder = if beside.ends_with("deps") {
        beside
            .parent()
            .context("a test binary without a target folder")?
    } else {
        beside
    };
    let program = folder.join("kubeflow-admin");
    if program.exists() {
        Ok(program)
    } else {
        bail!(
            "{} is not there: run `cargo build --bin kubeflow-admin` first",
            program.display()
        )
    }
}
