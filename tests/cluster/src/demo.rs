//! `kubeflow-admin demo` as a process of its own: neither a cluster nor root is needed.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{
    browser::{Browser, Page},
    dashboard::program,
    processes::{Process, Program},
    run_directory::RunDirectory,
    waiting,
};

/// A running demo; killed when dropped.
pub struct Demo {
    _process: Process,
    run: RunDirectory,
    /// `http://127.0.0.1:port`.
    pub origin: String,
    /// Path and query of the link that it prints.
    pub link: String,
}

/// A route, as the program says at its start what it has.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: String,
    pub path: String,
}

impl Demo {
    /// Starts it on a free port and reads what it prints.
    pub async fn start() -> Result<Self> {
        Self::start_with(&[]).await
    }

    /// With more arguments, such as `--world`.
    pub async fn start_with(arguments: &[&str]) -> Result<Self> {
        let run = RunDirectory::create()?;
        let mut program = Program::new("demo", &program()?)
            .arg("demo")
            .flag("listen", "127.0.0.1:0")
            .env("RUST_LOG", "info,kubeflow_admin=debug");
        for argument in arguments {
            program = program.arg(*argument);
        }
        let process = Process::start(&program, &run)?;
        let printed = waiting::until("the demo's link", Duration::from_mins(2), || async {
            process.ensure_running()?;
            let text = log(&run);
            let mut lines = text.lines().map(str::trim);
            let link = lines.find(|line| line.starts_with("http://localhost:"));
            Ok(link.map(ToOwned::to_owned))
        });
        let printed = printed.await?;
        let (base, link) = printed
            .find("/kubeflow-admin")
            .map(|at| printed.split_at(at))
            .context("a link without a path")?;
        Ok(Self {
            _process: process,
            run,
            origin: base.replace("localhost", "127.0.0.1"),
            link: link.to_owned(),
        })
    }

    /// Every route that it has, as it logs them.
    pub fn routes(&self) -> Vec<Route> {
        let text = log(&self.run);
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines
            .filter(|line| line["message"] == "route.mounted")
            .map(|line| Route {
                method: line["method"].as_str().unwrap_or_default().to_owned(),
                path: line["path"].as_str().unwrap_or_default().to_owned(),
            })
            .collect()
    }

    /// A browser that the printed link has let in, and where it leads.
    pub async fn by_link(&self) -> Result<(Browser, Page)> {
        let mut browser = Browser::new(&self.origin);
        let page = browser.get(&self.link).await?;
        let token = page
            .input("token")
            .context("the link's page has no token")?;
        let fields = [("token", token.as_str())];
        let home = browser
            .submit(&page, "/kubeflow-admin/link", &fields)
            .await?;
        Ok((browser, home))
    }
}

fn log(run: &RunDirectory) -> String {
    std::fs::read_to_string(run.path().join("demo.log")).unwrap_or_default()
}
