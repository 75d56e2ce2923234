//! One directory per run, and the cleaning up after runs that were killed.
//!
//! A run writes down who it is (process id and start time, which together are never reused) and
//! which processes it started. The next run removes what belongs to nobody any more; a run that
//! is still alive is left alone.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use crate::settings;

const OWNER: &str = "owner";
const CHILDREN: &str = "children";
const UNDO: &str = "undo";

/// The directory of a running lab.
#[derive(Debug)]
pub(crate) struct RunDirectory {
    path: PathBuf,
}

impl RunDirectory {
    /// Removes leftovers of dead runs, then makes a directory of its own.
    pub(crate) fn create() -> Result<Self> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        remove_leftovers()?;
        let own = std::process::id();
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = runs()?.join(format!("{own}-{number}"));
        // A directory with our process id that survived `remove_leftovers` is an old run of
        // this very process; one of a dead process with the same id was removed above.
        fs::create_dir_all(&path).with_context(|| format!("creating {}", path.display()))?;
        let identity = Identity::of(own).context("this process is not listed in /proc")?;
        fs::write(path.join(OWNER), identity.to_line())?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a directory inside this one.
    pub(crate) fn subdirectory(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).with_context(|| format!("creating {}", path.display()))?;
        Ok(path)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }

    /// A name nobody else has on this machine.
    pub(crate) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Notes a shell command that removes something from the machine. Noted before the thing is
    /// made, so that no moment is missed; run after the run's processes have been ended.
    pub(crate) fn record_undo(&self, command: &str) -> Result<()> {
        self.append(UNDO, &format!("{}\n", command.replace('\n', " ")))
    }

    fn append(&self, name: &str, line: &str) -> Result<()> {
        let path = self.path.join(name);
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(file.write_all(line.as_bytes())?)
    }

    /// Notes a process that must not outlive this run.
    pub(crate) fn record_child(&self, pid: u32) -> Result<()> {
        if let Some(identity) = Identity::of(pid) {
            self.append(CHILDREN, &identity.to_line())?;
        }
        Ok(())
    }
}

impl Drop for RunDirectory {
    fn drop(&mut self) {
        // After a failed test the logs are wanted; the next start removes them.
        if !std::thread::panicking() {
            remove_run(&self.path);
        }
    }
}

/// A process that cannot be confused with a later one of the same number.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    pid: u32,
    /// Clock ticks after boot.
    started: u64,
}

impl Identity {
    fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the name in parentheses and may contain anything.
        let after_name = stat.rsplit_once(')')?.1;
        let mut fields = after_name.split_whitespace();
        let state = fields.next()?;
        let started = fields.nth(18)?.parse().ok()?;
        (state != "Z").then_some(Self { pid, started })
    }

    fn parse(line: &str) -> Option<Self> {
        let (pid, started) = line.trim().split_once(' ')?;
        Some(Self {
            pid: pid.parse().ok()?,
            started: started.parse().ok()?,
        })
    }

    fn to_line(&self) -> String {
        format!("{} {}\n", self.pid, self.started)
    }

    fn is_alive(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }
}

/// Ends what dead runs left behind and removes their directories. Gives their names.
pub fn remove_leftovers() -> Result<Vec<String>> {
    let mut removed = Vec::new();
    for entry in fs::read_dir(runs()?)? {
        let path = entry?.path();
        let owner = fs::read_to_string(path.join(OWNER))
            .ok()
            .and_then(|text| Identity::parse(&text));
        // Without the file, another process is making the directory just now, or was killed
        // while making it; an old one is safe to remove.
        let alive = owner.map_or_else(|| is_recent(&path), |identity| identity.is_alive());
        if !alive {
            remove_run(&path);
            removed.extend(
                path.file_name()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
    }
    Ok(removed)
}

/// Ends the processes of a run and removes its directory, as far as possible.
fn remove_run(path: &Path) {
    let children = fs::read_to_string(path.join(CHILDREN)).unwrap_or_default();
    for child in children
        .lines()
        .filter_map(Identity::parse)
        .filter(Identity::is_alive)
    {
        end(child.pid);
    }
    let undo = fs::read_to_string(path.join(UNDO)).unwrap_or_default();
    for command in undo.lines().rev() {
        shell(command);
    }
    // Once more when something that was just killed still wrote.
    let removed = fs::remove_dir_all(path).or_else(|_| {
        thread::sleep(Duration::from_millis(500));
        fs::remove_dir_all(path)
    });
    if let Err(problem) = removed {
        tracing::warn!(%problem, path = %path.display(), "a run directory could not be removed");
    }
}

/// Through the shell, because the lab's own code may not make system calls.
fn end(pid: u32) {
    shell(&format!("kill -KILL {pid}"));
}

/// Runs a command of the cleaning up; what it finds gone already is no problem.
fn shell(command: &str) {
    let outcome = Command::new("sh")
        .args(["-c", command])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if let Err(problem) = outcome {
        tracing::warn!(%problem, command, "a command of the cleaning up did not start");
    }
}

fn is_recent(path: &Path) -> bool {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|modified| modified.elapsed().ok())
        .is_some_and(|age| age.as_secs() < 60)
}

fn runs() -> Result<PathBuf> {
    let path = settings::cache_directory()?.join("runs");
    fs::create_dir_all(&path).with_context(|| format!("creating {}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_itself_and_not_a_namesake() {
        let own = Identity::of(std::process::id()).unwrap();
        assert!(own.is_alive());
        assert_eq!(Identity::parse(&own.to_line()).as_ref(), Some(&own));
        let namesake = Identity {
            started: own.started + 1,
            ..own
        };
        assert!(!namesake.is_alive());
    }
}
