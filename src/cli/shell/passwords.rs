//! Passwords in and out: one that was given on standard input, or a generated one that is shown once, on a terminal.

use std::fs::File;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::fault::Fault;
use super::output::write;
use crate::config::administer::Password;
use crate::domain::{Email, ImportRow, PlainPassword, ProfileName};
use crate::web::csv::Csv;

/// A password is at most 72 bytes long; this is enough to say that a longer one is too long.
const LONGEST: u64 = 4096;

/// Where the password of an operation comes from, and where it is shown.
pub(in crate::cli) enum Chosen {
    Given(PlainPassword),
    Generated,
    /// Many, generated.
    Sheet(Sheet),
}

/// Where many passwords go.
pub(in crate::cli) enum Sheet {
    Terminal,
    File(File, PathBuf),
}

impl Chosen {
    /// Before anything happens: a generated password must have a place where somebody sees it.
    pub(in crate::cli) fn of(options: &Password, email: &Email) -> Result<Self, Fault> {
        if options.password_stdin {
            return read(email).map(Self::Given);
        }
        if std::io::stdout().is_terminal() {
            Ok(Self::Generated)
        } else {
            Err(Fault::not_begun(
                "A generated password is shown once, on a terminal, and this is none. Give one with --password-stdin.",
            ))
        }
    }

    /// Nothing came of it: no empty file stays behind.
    pub(super) fn withdraw(self) {
        if let Self::Sheet(Sheet::File(_, path)) = self {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Sheet {
    /// A new file for its owner alone; without one, a terminal.
    pub(in crate::cli) fn to(file: Option<&Path>) -> Result<Self, Fault> {
        let Some(path) = file else {
            return if std::io::stdout().is_terminal() {
                Ok(Self::Terminal)
            } else {
                Err(Fault::not_begun(
                    "Passwords are shown once, on a terminal, and this is none. Name a new file for them with --passwords.",
                ))
            };
        };
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| {
            Fault::not_begun(format!(
                "The file {} cannot be made: {error}.",
                path.display()
            ))
        })?;
        Ok(Self::File(file, path.to_owned()))
    }

    /// As a spreadsheet takes it.
    pub(super) fn hand_over(self, people: &[(ImportRow, PlainPassword)]) -> Result<(), Fault> {
        let mut csv = Csv::with_header(&["email", "name", "profile", "password"]);
        for (row, password) in people {
            let profile = row.profile.as_ref().map_or("", ProfileName::as_str);
            csv.line(&[
                row.email.as_str(),
                &row.username,
                profile,
                password.expose(),
            ]);
        }
        match self {
            Self::Terminal => write(csv.text()),
            Self::File(mut file, _) => file
                .write_all(csv.text().as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|error| {
                    Fault::failed(format!("The passwords could not be written: {error}."))
                }),
        }
    }
}

/// The first line, without its end.
fn read(email: &Email) -> Result<PlainPassword, Fault> {
    let mut text = String::new();
    let mut input = std::io::stdin().lock().take(LONGEST);
    input
        .read_to_string(&mut text)
        .map_err(|error| Fault::not_begun(format!("Standard input cannot be read: {error}.")))?;
    let line = text.lines().next().unwrap_or_default();
    PlainPassword::chosen(line.to_owned(), email).map_err(Fault::not_begun)
}
