//! The proof of an edit: the text before and the text after are parsed, and may differ in the intended entry only.

use serde_json::{Map, Value};

use super::edit::Edit;
use super::layout::{Layout, Refusal};

/// Refuses unless `after` says what `before` said with exactly this change, and no comment that stands on a line of
/// its own is lost.
pub(super) fn check(before: &str, after: &str, edit: &Edit) -> Result<(), Refusal> {
    let mut expected = super::read(before).ok_or(Refusal::NotYaml)?;
    let found = super::read(after).ok_or(Refusal::Unproved)?;
    change(&mut expected, edit).ok_or(Refusal::Unproved)?;
    if expected != found {
        return Err(Refusal::Unproved);
    }
    let (old, new) = (comments(before)?, comments(after)?);
    let kept = old
        .iter()
        .filter(|(beside, _)| matches!(edit, Edit::Set { .. } | Edit::Add { .. }) || !beside);
    if contains_in_order(&new, kept) {
        Ok(())
    } else {
        Err(Refusal::Unproved)
    }
}

/// The change on the values instead of the text.
fn change(root: &mut Map<String, Value>, edit: &Edit) -> Option<()> {
    let key = name_in(root, "staticPasswords")?;
    let list = root.get_mut(&key)?;
    if list.is_null() {
        *list = Value::Array(Vec::new());
    }
    let entries = list.as_array_mut()?;
    match edit {
        Edit::Set {
            entry,
            field,
            value,
        } => {
            let entry = entries.get_mut(*entry)?.as_object_mut()?;
            let name = name_in(entry, field).unwrap_or_else(|| field.clone());
            entry.insert(name, Value::String(value.clone()));
        }
        Edit::Remove { entry } => {
            if *entry >= entries.len() {
                return None;
            }
            entries.remove(*entry);
        }
        Edit::Add { fields } => {
            let fields = fields.iter();
            let entry = fields.map(|(name, value)| (name.clone(), Value::String(value.clone())));
            entries.push(Value::Object(entry.collect()));
        }
    }
    if entries.is_empty() {
        // No line is left: to Dex the same as an empty list.
        *list = Value::Null;
    }
    Some(())
}

fn name_in(map: &Map<String, Value>, name: &str) -> Option<String> {
    let mut names = map.keys().filter(|key| key.eq_ignore_ascii_case(name));
    let first = names.next().cloned();
    first.filter(|_| names.next().is_none())
}

type Comments = Vec<(bool, String)>;

fn comments(text: &str) -> Result<Comments, Refusal> {
    let layout = Layout::of(text)?;
    let comments = layout.comments.into_iter();
    Ok(comments
        .map(|comment| (comment.beside_content, text[comment.range].to_owned()))
        .collect())
}

fn contains_in_order<'c>(all: &Comments, wanted: impl Iterator<Item = &'c (bool, String)>) -> bool {
    let mut rest = all.iter();
    for (_, text) in wanted {
        if !rest.any(|(_, found)| found == text) {
            return false;
        }
    }
    true
}
