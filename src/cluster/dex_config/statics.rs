//! What was asked about static logins, turned into edits of the text and of the Secret behind `hashFromEnv`. Pure.

use std::collections::BTreeMap;

use super::edit::{Edit, apply};
use super::layout::{Layout, Node, Refusal, What};
use crate::domain::{Change, StaticEdit};

/// Stands for passwords in everything that is shown.
const OLD: &str = "(the old password)";
const NEW: &str = "(a new password)";

/// What is written where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Performed {
    pub(crate) config: String,
    /// bcrypt texts by the environment variable that `hashFromEnv` names.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) changes: Vec<Change>,
}

/// A static login as Dex uses it, with its hash.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StaticLogin {
    pub(crate) email: String,
    pub(crate) username: String,
    pub(crate) user_id: String,
    pub(crate) hash: HashPlace,
}

/// Where the hash is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum HashPlace {
    Inline(String),
    Environment(String),
    Nowhere,
}

/// Does everything that was asked; all of it, or nothing. `placeholder` stands for hashes that are not made yet.
pub(crate) fn perform(
    config: &str,
    edits: &[StaticEdit],
    placeholder: &str,
) -> Result<Performed, Refusal> {
    let mut done = Performed {
        config: config.to_owned(),
        ..Performed::default()
    };
    for edit in edits {
        done.one(edit, placeholder)?;
    }
    Ok(done)
}

/// The entry of this login that Dex uses: the last one.
pub(crate) fn find(config: &str, login: &str) -> Result<StaticLogin, Refusal> {
    let layout = Layout::of(config)?;
    let entries = layout.entries()?;
    let index = *places(entries, login)?.last().ok_or(Refusal::NoEntry)?;
    let entry = &entries[index];
    let value = |name| text_of(entry, name).map(|text| text.unwrap_or_default().to_owned());
    Ok(StaticLogin {
        email: value("email")?,
        username: value("username")?,
        user_id: value("userID")?,
        hash: hash_place(entry)?,
    })
}

/// Takes back what was done to `before` in a text that somebody else has changed since: only where every entry in
/// question is still as it was left.
pub(crate) fn take_back(
    before: &str,
    current: &str,
    edits: &[StaticEdit],
) -> Result<String, Refusal> {
    let mut text = current.to_owned();
    for edit in edits.iter().rev() {
        text = take_back_one(before, &text, edit)?;
    }
    Ok(text)
}

impl Performed {
    fn one(&mut self, edit: &StaticEdit, placeholder: &str) -> Result<(), Refusal> {
        let layout = Layout::of(&self.config)?;
        let entries = layout.entries()?;
        let login = edit.login().as_str();
        let indices = places(entries, login)?;
        let used = match (indices.last(), edit) {
            (Some(used), _) => *used,
            // Absent is as good as removed.
            (None, StaticEdit::Remove { .. } | StaticEdit::RemoveHidden { .. }) => return Ok(()),
            (None, _) => return Err(Refusal::NoEntry),
        };
        match edit {
            StaticEdit::SetHash { hash, .. } => {
                let hash = hash.as_deref().unwrap_or(placeholder).to_owned();
                match hash_place(&entries[used])? {
                    HashPlace::Environment(name) => {
                        self.note(&format!("{name} of {login}"), Some(OLD), Some(NEW));
                        self.environment.insert(name, hash);
                        Ok(())
                    }
                    HashPlace::Inline(_) | HashPlace::Nowhere => {
                        self.note(&format!("{login}: hash"), Some(OLD), Some(NEW));
                        self.set(used, "hash", hash)
                    }
                }
            }
            StaticEdit::SetUserId { user_id, .. } => {
                let old = text_of(&entries[used], "userID")?.map(str::to_owned);
                self.note(
                    &format!("{login}: userID"),
                    old.as_deref(),
                    Some(user_id.as_str()),
                );
                self.set(used, "userID", user_id.clone())
            }
            StaticEdit::LowerCase { .. } => {
                let old = text_of(&entries[used], "email")?.unwrap_or_default();
                let (old, new) = (old.to_owned(), old.to_ascii_lowercase());
                self.note(&format!("{login}: email"), Some(&old), Some(&new));
                self.set(used, "email", new)
            }
            StaticEdit::Remove { .. } => self.remove(&indices, login),
            StaticEdit::RemoveHidden { .. } => self.remove(&indices[..indices.len() - 1], login),
        }
    }

    fn set(&mut self, entry: usize, field: &str, value: String) -> Result<(), Refusal> {
        let field = field.to_owned();
        let edit = Edit::Set {
            entry,
            field,
            value,
        };
        self.config = apply(&self.config, &edit)?;
        Ok(())
    }

    fn remove(&mut self, indices: &[usize], login: &str) -> Result<(), Refusal> {
        for entry in indices.iter().rev() {
            self.config = apply(&self.config, &Edit::Remove { entry: *entry })?;
            self.note(login, Some("an entry"), None);
        }
        Ok(())
    }

    fn note(&mut self, what: &str, before: Option<&str>, after: Option<&str>) {
        self.changes.push(Change {
            field: format!("staticPasswords: {what}"),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        });
    }
}

fn take_back_one(before: &str, current: &str, edit: &StaticEdit) -> Result<String, Refusal> {
    let (old, now) = (Layout::of(before)?, Layout::of(current)?);
    let (old, now) = (old.entries()?, now.entries()?);
    let login = edit.login().as_str();
    let (old_places, now_places) = (places(old, login)?, places(now, login)?);
    let set = |field: &str, ours: Option<&str>| {
        let (was, is) = (old_places.last(), now_places.last());
        let (was, is) = was.zip(is).ok_or(Refusal::ChangedSince)?;
        if ours.is_some() && text_of(&now[*is], field)? != ours {
            return Err(Refusal::ChangedSince);
        }
        let value = text_of(&old[*was], field)?.unwrap_or_default().to_owned();
        let (entry, field) = (*is, field.to_owned());
        apply(
            current,
            &Edit::Set {
                entry,
                field,
                value,
            },
        )
    };
    match edit {
        StaticEdit::SetHash { hash, .. } => match old_places.last().map(|at| hash_place(&old[*at]))
        {
            // The Secret is put back by whoever keeps it.
            Some(Ok(HashPlace::Environment(_))) => Ok(current.to_owned()),
            Some(Ok(HashPlace::Inline(_))) => set("hash", hash.as_deref()),
            Some(Ok(HashPlace::Nowhere)) | None => Err(Refusal::ChangedSince),
            Some(Err(refusal)) => Err(refusal),
        },
        StaticEdit::SetUserId { user_id, .. } => set("userID", Some(user_id)),
        StaticEdit::LowerCase { login } => set("email", Some(&login.folded())),
        StaticEdit::Remove { .. } if now_places.is_empty() => {
            let mut text = current.to_owned();
            for place in &old_places {
                let fields = plain_fields(&old[*place])?;
                text = apply(&text, &Edit::Add { fields })?;
            }
            Ok(text)
        }
        // Dex used none of the hidden entries; the one that it uses is still there.
        StaticEdit::RemoveHidden { .. } if !now_places.is_empty() => Ok(current.to_owned()),
        StaticEdit::Remove { .. } | StaticEdit::RemoveHidden { .. } => Err(Refusal::ChangedSince),
    }
}

/// Where this login is in the list; case does not count.
fn places(entries: &[Node], login: &str) -> Result<Vec<usize>, Refusal> {
    let mut found = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        if text_of(entry, "email")?.is_some_and(|email| email.eq_ignore_ascii_case(login)) {
            found.push(index);
        }
    }
    Ok(found)
}

fn text_of<'n>(entry: &'n Node, name: &str) -> Result<Option<&'n str>, Refusal> {
    let field = entry.field(name)?;
    Ok(field.and_then(|(_, value)| value.text()))
}

fn hash_place(entry: &Node) -> Result<HashPlace, Refusal> {
    let filled = |name| text_of(entry, name).map(|text| text.filter(|text| !text.is_empty()));
    Ok(match (filled("hash")?, filled("hashFromEnv")?) {
        (Some(hash), _) => HashPlace::Inline(hash.to_owned()),
        (None, Some(name)) => HashPlace::Environment(name.to_owned()),
        (None, None) => HashPlace::Nowhere,
    })
}

fn plain_fields(entry: &Node) -> Result<Vec<(String, String)>, Refusal> {
    let What::Map(_, pairs) = &entry.what else {
        return Err(Refusal::NotPlain);
    };
    let plain = pairs.iter().map(|(key, value)| {
        let pair = key.text().zip(value.text());
        pair.map(|(key, value)| (key.to_owned(), value.to_owned()))
            .ok_or(Refusal::NotPlain)
    });
    plain.collect()
}
