//! The text of a release: YAML documents with their line numbers, or everything that is wrong with them.
//!
//! Owns limits against hostile input and the words of complaints. A complaint names line and object and never repeats
//! a value: the text may hold secrets. Pure.

use std::collections::HashMap;

use serde_json::Value;

use super::resolve::manifest_of;
use crate::domain::ObjectRef;

/// As large as a release may be.
pub const LIMIT: usize = 60 * 1024 * 1024;
/// Complaints after which no more are looked for.
const ENOUGH: usize = 50;
/// Objects in one text: thirty times a Kubeflow.
const MOST_OBJECTS: usize = 20_000;
/// Values in one document, and how deep they may nest.
const MOST_VALUES: usize = 4_000_000;
const DEEPEST: usize = 100;
const MOST_ALIASES: usize = 1_000;

/// An object as it shall be. Without `Debug`: it may be a Secret.
#[derive(Clone)]
pub struct Manifest {
    pub object: ObjectRef,
    /// Where its document begins.
    pub line: usize,
    pub body: Value,
}

/// Something that is wrong with the text, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub line: usize,
    /// Such as `Deployment kubeflow/minio`; empty where none can be made out.
    pub object: String,
    pub says: String,
}

impl Wrong {
    pub(super) fn new(line: usize, object: impl Into<String>, says: impl Into<String>) -> Self {
        Self {
            line,
            object: object.into(),
            says: says.into(),
        }
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.object.is_empty() {
            write!(f, "line {}: {}", self.line, self.says)
        } else {
            write!(f, "line {}, {}: {}", self.line, self.object, self.says)
        }
    }
}

/// All objects of the text in its order, lists unfolded; or what is wrong with it, and then nothing of it is used.
pub fn read(bytes: &[u8]) -> Result<Vec<Manifest>, Vec<Wrong>> {
    let text = as_text(bytes).map_err(|wrong| vec![wrong])?;
    let mut found = Found::default();
    for document in documents(&text) {
        found.read(&document);
        if found.wrong.len() >= ENOUGH {
            break;
        }
    }
    found.look_at_the_end(&text);
    if found.manifests.is_empty() && found.wrong.is_empty() {
        found
            .wrong
            .push(Wrong::new(1, "", "there is no object in this text"));
    }
    if found.wrong.is_empty() {
        Ok(found.manifests)
    } else {
        Err(found.wrong)
    }
}

/// UTF-8 with plain line ends: Windows writes them otherwise and means the same.
fn as_text(bytes: &[u8]) -> Result<String, Wrong> {
    if bytes.len() > LIMIT {
        let says = format!("the text is larger than {} MB", LIMIT / 1024 / 1024);
        return Err(Wrong::new(1, "", says));
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(Wrong::new(
            1,
            "",
            "this is compressed: unpack it first (gzip -dc)",
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_at(bytes, error.valid_up_to());
        Wrong::new(line, "", "this is no text in UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n");
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    match text.find(odd) {
        Some(at) => {
            let line = line_at(text.as_bytes(), at);
            Err(Wrong::new(
                line,
                "",
                "there is a control character in this line",
            ))
        }
        None => Ok(text),
    }
}

fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes[..at].split(|byte| *byte == b'\n').count()
}

struct Document<'t> {
    /// Of its first line.
    line: usize,
    text: &'t str,
}

/// A line that begins with `---` begins a document, whatever stands around it.
fn documents(text: &str) -> Vec<Document<'_>> {
    let mut found = Vec::new();
    let (mut start, mut first_line, mut at) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let marks = line.strip_prefix("---");
        if marks.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n'])) {
            found.push(Document {
                line: first_line,
                text: &text[start..at],
            });
            (start, first_line) = (at, index + 1);
        }
        at += line.len();
    }
    found.push(Document {
        line: first_line,
        text: &text[start..],
    });
    found
}

#[derive(Default)]
struct Found {
    manifests: Vec<Manifest>,
    wrong: Vec<Wrong>,
    lines: HashMap<(String, String, Option<String>, String), usize>,
}

impl Found {
    fn read(&mut self, document: &Document<'_>) {
        let content = |line: &str| {
            let line = line.trim();
            !(line.is_empty() || line.starts_with('#') || line == "---" || line == "...")
        };
        if !document.text.lines().any(content) {
            return;
        }
        match serde_saphyr::from_str_with_options::<Value>(document.text, options()) {
            Ok(Value::Null) => {}
            Ok(value) => self.take(document.line, value, Unfolding::Allowed),
            Err(error) => self.wrong.push(complaint(document, &error)),
        }
    }

    fn take(&mut self, line: usize, mut value: Value, unfolding: Unfolding) {
        let is_list = value["kind"]
            .as_str()
            .is_some_and(|kind| kind.ends_with("List"))
            && value["items"].is_array();
        if is_list && unfolding == Unfolding::Allowed {
            if let Value::Array(items) = value["items"].take() {
                for item in items {
                    self.take(line, item, Unfolding::Refused);
                }
            }
            return;
        }
        match manifest_of(line, value) {
            Ok(manifest) => self.keep(manifest),
            Err(wrong) if self.wrong.len() < ENOUGH => self.wrong.push(wrong),
            Err(_) => {}
        }
    }

    fn keep(&mut self, manifest: Manifest) {
        let object = &manifest.object;
        let key = (
            object.group.clone(),
            object.kind.clone(),
            object.namespace.clone(),
            object.name.clone(),
        );
        if let Some(first) = self.lines.insert(key, manifest.line) {
            let says =
                format!("this object is there twice, first at line {first}: leave one of them");
            self.wrong
                .push(Wrong::new(manifest.line, object.to_string(), says));
            return;
        }
        if self.manifests.len() == MOST_OBJECTS {
            let says = format!(
                "there are more than {MOST_OBJECTS} objects; this program reads no more at once"
            );
            self.wrong.push(Wrong::new(manifest.line, "", says));
            return;
        }
        self.manifests.push(manifest);
    }

    /// `kustomize build` ends its last line. A text that does not was cut on its way, and half an object may well be
    /// a valid one.
    fn look_at_the_end(&mut self, text: &str) {
        let last = text.trim_end_matches([' ', '\n']);
        let cut = if text.is_empty() || !text.ends_with('\n') {
            "the text ends in the middle of a line: it seems to be cut. If it is whole, end its last line"
        } else if last.ends_with(':') {
            "the text ends with a field without a value: it seems to be cut"
        } else {
            return;
        };
        let line = line_at(text.as_bytes(), last.len());
        let object = self.manifests.last().map(|one| one.object.to_string());
        let open = documents(text)
            .pop()
            .map(|last| guess(last.text))
            .unwrap_or_default();
        let object = if open.is_empty() {
            object.unwrap_or_default()
        } else {
            open
        };
        self.wrong.push(Wrong::new(line, object, cut));
    }
}

/// A list in a list is no object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unfolding {
    Allowed,
    Refused,
}

/// As kubectl reads: `yes` and `0644` mean what they meant in YAML 1.1.
fn options() -> serde_saphyr::Options {
    let mut options = serde_saphyr::Options::default();
    options.legacy_octal_numbers = true;
    options.with_snippet = false;
    options.alias_limits.max_total_replayed_events = MOST_VALUES;
    if let Some(budget) = &mut options.budget {
        budget.max_events = 2 * MOST_VALUES;
        budget.max_nodes = MOST_VALUES;
        budget.max_depth = DEEPEST;
        budget.max_aliases = MOST_ALIASES;
        budget.max_anchors = MOST_ALIASES;
        budget.max_total_scalar_bytes = LIMIT;
    }
    options
}

/// Not in the parser's own words, which repeat parts of the text.
fn complaint(document: &Document<'_>, error: &serde_saphyr::Error) -> Wrong {
    use serde_saphyr::Error as Yaml;
    let error = error.without_snippet();
    let within = error
        .location()
        .map_or(1, |place| usize::try_from(place.line()).unwrap_or(1));
    let within = within.max(1);
    let tab = |line: &str| line.trim_start_matches(' ').starts_with('\t');
    let around = document
        .text
        .lines()
        .enumerate()
        .skip(within.saturating_sub(2))
        .take(2);
    let tabbed = around.into_iter().find(|(_, line)| tab(line));
    let (within, says) = match (error, tabbed) {
        (_, Some((at, _))) => (at + 1, "a tab stands where YAML wants spaces"),
        (Yaml::DuplicateMappingKey { .. }, None) => (within, "the same field is there twice"),
        (Yaml::Budget { .. } | Yaml::AliasReplayLimitExceeded { .. }, None) => (
            within,
            "this document has more, or deeper, values than this program reads; split it",
        ),
        (Yaml::Eof { .. }, None) => (
            within,
            "the text ends in the middle of something: it seems to be cut",
        ),
        _ => (within, "this is no valid YAML"),
    };
    Wrong::new(document.line + within - 1, guess(document.text), says)
}

/// Which object a text that cannot be read seems to be, by its plainest lines.
fn guess(text: &str) -> String {
    let plain = |prefix: &str| {
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(prefix))?.trim();
        crate::domain::is_object_name(value).then(|| value.to_owned())
    };
    match (plain("kind:"), plain("  namespace:"), plain("  name:")) {
        (Some(kind), Some(namespace), Some(name)) => format!("{kind} {namespace}/{name}"),
        (Some(kind), None, Some(name)) => format!("{kind} {name}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
