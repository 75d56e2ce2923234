//! Child processes that never outlive the lab.
//!
//! Each child asks the kernel to be killed when its parent dies (`setpriv --pdeathsig`). The
//! kernel means the parent *thread*, and a test's thread ends with the test, so one thread that
//! lives as long as the process starts them all.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Mutex, OnceLock, PoisonError, mpsc},
    thread,
};

use anyhow::{Context, Result, bail};

use crate::{run_directory::RunDirectory, settings};

/// What to start.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    name: String,
    command: Vec<OsString>,
    environment: Vec<(String, String)>,
}

impl Program {
    pub(crate) fn new(name: &str, path: &Path) -> Self {
        Self {
            name: name.into(),
            command: vec![path.into()],
            environment: Vec::new(),
        }
    }

    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.command.push(argument.into());
        self
    }

    /// Adds `--name=value`.
    pub(crate) fn flag(self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        let mut argument = OsString::from(format!("--{name}="));
        argument.push(value);
        self.arg(argument)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Puts another program in front, such as `nsenter`.
    pub(crate) fn under(mut self, wrapper: &[OsString]) -> Self {
        self.command.splice(0..0, wrapper.iter().cloned());
        self
    }
}

/// A running child; dropped means killed.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Mutex<Child>,
    log: PathBuf,
}

impl Process {
    /// Starts a program with its output in `<run>/<name>.log`.
    pub(crate) fn start(program: &Program, run: &RunDirectory) -> Result<Self> {
        let log = run.path().join(format!("{}.log", program.name));
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .with_context(|| format!("opening {}", log.display()))?;
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--"])
            .args(&program.command)
            .env_clear()
            .env("PATH", settings::search_path())
            .env("HOME", run.path())
            .envs(
                program
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .current_dir(run.path())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = spawn(command).with_context(|| {
            format!("starting {} (through setpriv of util-linux)", program.name)
        })?;
        run.record_child(child.id())?;
        Ok(Self {
            name: program.name.clone(),
            child: Mutex::new(child),
            log,
        })
    }

    /// An error with the end of its log when the process has ended.
    pub(crate) fn ensure_running(&self) -> Result<()> {
        let ended = self
            .child
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_wait()?;
        if let Some(status) = ended {
            bail!(
                "{} ended ({status}); the end of {}:\n{}",
                self.name,
                self.log.display(),
                self.log_end()
            );
        }
        Ok(())
    }

    /// How it ended, if it has.
    pub(crate) fn exit_status(&self) -> Result<Option<ExitStatus>> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(child.try_wait()?)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .id()
    }

    pub(crate) fn stop(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // Fails only when it has ended already.
        let _ = child.kill();
        let _ = child.wait();
    }

    /// The last lines it wrote.
    pub(crate) fn log_end(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Order {
    command: Command,
    reply: mpsc::Sender<std::io::Result<Child>>,
}

fn spawn(command: Command) -> Result<Child> {
    static SPAWNER: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        thread::spawn(move || {
            for mut order in orders {
                // The one who asked may have gone; then the child is dropped unused.
                let _ = order.reply.send(order.command.spawn());
            }
        });
        sender
    });
    let (reply, answer) = mpsc::channel();
    spawner
        .send(Order { command, reply })
        .map_err(|_| anyhow::anyhow!("the starting thread ended"))?;
    Ok(answer.recv().context("the starting thread ended")??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_ended_is_reported_with_its_last_words() {
        let run = RunDirectory::create().unwrap();
        let program = Program::new("speaker", Path::new("sh"))
            .arg("-c")
            .arg("echo 'last words'; exit 3");
        let process = Process::start(&program, &run).unwrap();
        process.child.lock().unwrap().wait().unwrap();
        let message = process.ensure_running().unwrap_err().to_string();
        assert!(
            message.contains("exit status: 3") && message.contains("last words"),
            "{message}"
        );
    }
}
