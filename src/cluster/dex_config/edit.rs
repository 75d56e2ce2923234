//! One change of one entry of `staticPasswords`, as an edit of the text. Pure.
//!
//! Only the bytes of the entry in question are touched; every value that is written is in double quotes, because Dex
//! does not start with a number or a truth value. The result is parsed and compared with what was there before
//! ([`super::verify`]); unless exactly the intended entry changed, and no comment is lost, there is no result.

use std::ops::Range;

use granit_parser::StructureStyle;

use super::layout::{Layout, Node, Refusal, What};
use super::verify;

/// A change of the text. Entries are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit {
    /// One field gets one value; a field that is missing is added.
    Set {
        entry: usize,
        field: String,
        value: String,
    },
    /// The entry goes. Comments on lines of their own stay, wherever they are.
    Remove { entry: usize },
    /// An entry at the end of the list.
    Add { fields: Vec<(String, String)> },
}

/// The text with the change, or why there is none.
pub(crate) fn apply(text: &str, edit: &Edit) -> Result<String, Refusal> {
    let layout = Layout::of(text)?;
    let place = Place {
        text,
        layout: &layout,
    };
    let pieces = match edit {
        Edit::Set {
            entry,
            field,
            value,
        } => place.set(*entry, field, value)?,
        Edit::Remove { entry } => place.remove(*entry)?,
        Edit::Add { fields } => place.add(fields)?,
    };
    let edited = spliced(text, &pieces);
    verify::check(text, &edited, edit)?;
    Ok(edited)
}

/// A range of the old text and what stands there in the new one.
type Piece = (Range<usize>, String);

fn spliced(text: &str, pieces: &[Piece]) -> String {
    let mut edited = String::with_capacity(text.len() + 200);
    let mut from = 0;
    for (range, new) in pieces {
        edited.push_str(&text[from..range.start]);
        edited.push_str(new);
        from = range.end;
    }
    edited.push_str(&text[from..]);
    edited
}

struct Place<'t> {
    text: &'t str,
    layout: &'t Layout,
}

impl Place<'_> {
    fn entry(&self, index: usize) -> Result<&Node, Refusal> {
        self.layout.entries()?.get(index).ok_or(Refusal::NoEntry)
    }

    fn set(&self, index: usize, field: &str, value: &str) -> Result<Vec<Piece>, Refusal> {
        let entry = self.entry(index)?;
        let Some((key, old)) = entry.field(field)? else {
            return self.add_field(entry, field, value);
        };
        match &old.what {
            What::Text(_) if !old.block_text => Ok(vec![(old.range(), quoted(value))]),
            What::Nothing if !old.range().is_empty() => Ok(vec![(old.range(), quoted(value))]),
            What::Nothing => {
                let colon = self.text[key.end..].find(|c| c != ' ');
                let colon = colon.map(|offset| key.end + offset);
                let at = colon
                    .filter(|at| self.text[*at..].starts_with(':'))
                    .ok_or(Refusal::OddLayout)?;
                Ok(vec![(at + 1..at + 1, format!(" {}", quoted(value)))])
            }
            What::Text(_) | What::List(..) | What::Map(..) | What::Alias => {
                Err(Refusal::NotOneLine(field.to_owned()))
            }
        }
    }

    /// Beside the first field that is a text on one line.
    fn add_field(&self, entry: &Node, field: &str, value: &str) -> Result<Vec<Piece>, Refusal> {
        let What::Map(style, pairs) = &entry.what else {
            return Err(Refusal::NotEntries);
        };
        let (key, value_before) = pairs
            .iter()
            .find(|(key, value)| {
                value.text().is_some()
                    && !value.block_text
                    && self.is_one_line(key.start..value.end)
            })
            .ok_or(Refusal::OddLayout)?;
        if *style == StructureStyle::Flow {
            let at = value_before.end;
            return Ok(vec![(at..at, format!(", {field}: {}", quoted(value)))]);
        }
        let column = self.column(key.start, &[' ', '-'])?;
        let at = self.end_of_line(value_before.end)?;
        let indent = " ".repeat(column);
        let line = format!("{}{indent}{field}: {}", self.line_break(), quoted(value));
        Ok(vec![(at..at, line)])
    }

    fn remove(&self, index: usize) -> Result<Vec<Piece>, Refusal> {
        let entry = self.entry(index)?;
        self.block_list()?;
        if entry.block_text {
            return Err(Refusal::NotOneLine("of this entry".to_owned()));
        }
        self.dash(entry)?;
        let start = self.line_start(entry.start);
        let last = self.end_of_line(entry.end)?;
        let end = self.text[last..]
            .find('\n')
            .map_or(self.text.len(), |offset| last + offset + 1);
        // Comments on lines of their own are somebody's words, and stay.
        let mut pieces = Vec::new();
        let mut from = start;
        for comment in &self.layout.comments {
            if !comment.beside_content && (start..end).contains(&comment.range.start) {
                let line = self.line_start(comment.range.start);
                let next = self.text[comment.range.end..]
                    .find('\n')
                    .map_or(self.text.len(), |offset| comment.range.end + offset + 1);
                pieces.push((from..line, String::new()));
                from = next;
            }
        }
        pieces.push((from..end, String::new()));
        Ok(pieces)
    }

    fn add(&self, fields: &[(String, String)]) -> Result<Vec<Piece>, Refusal> {
        let (key, value) = self.layout.list()?;
        let entries = self.layout.entries()?;
        let Some(last) = entries.last() else {
            return self.add_first(key, value, fields);
        };
        self.block_list()?;
        if last.block_text {
            return Err(Refusal::OddLayout);
        }
        let column = self.dash(last)?;
        let at = self.end_of_line(last.end)?;
        Ok(vec![(at..at, self.lines(column, fields))])
    }

    /// The first entry of a list that is empty: `[]`, `null`, or nothing at all.
    fn add_first(
        &self,
        key: &Node,
        value: &Node,
        fields: &[(String, String)],
    ) -> Result<Vec<Piece>, Refusal> {
        let written = Some(value.range()).filter(|range| !range.is_empty());
        let after = written.as_ref().map_or(key.end, |range| range.end);
        if !self.is_one_line(key.start..after) {
            return Err(Refusal::OddLayout);
        }
        let at = self.end_of_line(after)?;
        let column = self.column(key.start, &[' '])?;
        let mut pieces = Vec::new();
        pieces.extend(written.map(|range| (range, String::new())));
        pieces.push((at..at, self.lines(column, fields)));
        Ok(pieces)
    }

    /// An entry as lines, each with the line break in front.
    fn lines(&self, column: usize, fields: &[(String, String)]) -> String {
        let mut text = String::new();
        for (place, (field, value)) in fields.iter().enumerate() {
            text.push_str(self.line_break());
            text.push_str(&" ".repeat(column));
            text.push_str(if place == 0 { "- " } else { "  " });
            text.extend([field, ": ", &quoted(value)]);
        }
        text
    }

    fn block_list(&self) -> Result<(), Refusal> {
        match self.layout.list()?.1.what {
            What::List(StructureStyle::Block, _) => Ok(()),
            What::List(StructureStyle::Flow, _) => Err(Refusal::FlowList),
            What::Nothing | What::Text(_) | What::Map(..) | What::Alias => Err(Refusal::NoEntry),
        }
    }

    /// The column of the dash in front of an entry, which stands on the entry's own line.
    fn dash(&self, entry: &Node) -> Result<usize, Refusal> {
        let start = self.line_start(entry.start);
        let lead = self.text[start..entry.start].trim_end_matches(' ');
        let indent = lead.strip_suffix('-').ok_or(Refusal::OddLayout)?;
        if indent.contains('\t') {
            return Err(Refusal::Tabs);
        }
        if indent.trim_matches(' ').is_empty() {
            Ok(indent.len())
        } else {
            Err(Refusal::OddLayout)
        }
    }

    /// The column of `at`, when nothing but these characters stands before it.
    fn column(&self, at: usize, allowed: &[char]) -> Result<usize, Refusal> {
        let lead = &self.text[self.line_start(at)..at];
        if lead.contains('\t') {
            Err(Refusal::Tabs)
        } else if lead.trim_matches(allowed).is_empty() {
            Ok(lead.len())
        } else {
            Err(Refusal::OddLayout)
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |found| found + 1)
    }

    /// Where the line of `at` ends, when nothing but a comment follows. A colon may: that of a field without value.
    fn end_of_line(&self, at: usize) -> Result<usize, Refusal> {
        let rest = self.text[at..].split('\n').next().unwrap_or_default();
        let line = rest.strip_suffix('\r').unwrap_or(rest);
        let after = line.trim_start_matches(' ');
        let after = after.strip_prefix(':').unwrap_or(after);
        let after = after.trim_start_matches([' ', '\t']);
        if after.is_empty() || after.starts_with('#') {
            Ok(at + line.len())
        } else {
            Err(Refusal::OddLayout)
        }
    }

    fn is_one_line(&self, range: Range<usize>) -> bool {
        !self.text[range].contains('\n')
    }

    /// As the first line of the text ends.
    fn line_break(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            Some(_) | None => "\n",
        }
    }
}

/// In double quotes, as every YAML reader takes it for a text. Letters of any language stay readable.
fn quoted(value: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => {
                text.push('\\');
                text.push(c);
            }
            ' '..='~' => text.push(c),
            c if c.is_alphabetic() => text.push(c),
            c => {
                let _ = write!(text, "\\U{:08X}", u32::from(c));
            }
        }
    }
    text.push('"');
    text
}
