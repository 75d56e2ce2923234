//! chromedriver as a child process.

use std::{
    net::TcpListener,
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

/// A running chromedriver. Dropped, it and every browser it started are killed.
pub struct Driver {
    child: Child,
    port: u16,
}

/// Debian's packages `chromium` and `chromium-driver`.
pub const PROGRAMS: [&str; 2] = ["/usr/bin/chromium", "/usr/bin/chromedriver"];

/// What this machine lacks for a browser; empty when one can be started.
pub fn obstacles() -> Vec<&'static str> {
    let missing = |path: &&str| !std::path::Path::new(path).exists();
    PROGRAMS.into_iter().filter(missing).collect()
}

impl Driver {
    pub async fn start() -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(PROGRAMS[1])
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: Chromium's many processes end with it.
            .process_group(0)
            .spawn()
            .context("starting chromedriver")?;
        let driver = Self { child, port };
        for _ in 0..100 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
            {
                return Ok(driver);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("chromedriver does not answer on port {port}")
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        // Gone already is fine.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}
