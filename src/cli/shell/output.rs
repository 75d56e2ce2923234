//! Answers on standard output: a table for people, JSON and YAML with stable fields, or names alone.

use std::io::Write as _;

use serde_json::{Value, json};

use super::fault::Fault;
use crate::config::administer::Format;

/// Version of the fields; they are added to, and none changes its meaning within it.
const VERSION: &str = "kubeflow-admin/v1";

/// Things of one kind.
pub(in crate::cli) struct Listing {
    /// Of one of them, such as `User`.
    pub(in crate::cli) kind: &'static str,
    pub(in crate::cli) columns: &'static [&'static str],
    pub(in crate::cli) items: Vec<Item>,
}

/// One thing.
pub(in crate::cli) struct Item {
    /// As `--output name` prints it, after the kind.
    pub(in crate::cli) name: String,
    pub(in crate::cli) cells: Vec<String>,
    pub(in crate::cli) value: Value,
}

impl Listing {
    pub(in crate::cli) fn print(&self, format: Format) -> Result<(), Fault> {
        match format {
            Format::Table => write(&table(self.columns, &self.items)),
            Format::Name => write(&self.names()),
            Format::Json | Format::Yaml => {
                let items: Vec<&Value> = self.items.iter().map(|item| &item.value).collect();
                let kind = format!("{}List", self.kind);
                document(
                    &json!({ "apiVersion": VERSION, "kind": kind, "items": items }),
                    format,
                )
            }
        }
    }

    fn names(&self) -> String {
        let kind = self.kind.to_ascii_lowercase();
        let line = |item: &Item| format!("{kind}/{}\n", shown(&item.name));
        self.items.iter().map(line).collect()
    }
}

impl Item {
    /// The thing alone, with the columns as headings of lines.
    pub(in crate::cli) fn print(
        &self,
        kind: &'static str,
        headings: &[&str],
        format: Format,
    ) -> Result<(), Fault> {
        match format {
            Format::Table => {
                let width = headings.iter().map(|one| one.chars().count()).max();
                let width = width.unwrap_or_default() + 2;
                let lines = headings.iter().zip(&self.cells);
                let lines: Vec<String> = lines
                    .map(|(heading, cell)| format!("{heading:<width$}{}", shown(cell)))
                    .collect();
                write(&(lines.join("\n") + "\n"))
            }
            Format::Name => write(&format!(
                "{}/{}\n",
                kind.to_ascii_lowercase(),
                shown(&self.name)
            )),
            Format::Json | Format::Yaml => {
                let mut value = json!({ "apiVersion": VERSION, "kind": kind });
                if let (Some(whole), Some(fields)) = (value.as_object_mut(), self.value.as_object())
                {
                    whole.extend(fields.clone());
                }
                document(&value, format)
            }
        }
    }
}

fn document(value: &Value, format: Format) -> Result<(), Fault> {
    let text = if format == Format::Yaml {
        serde_saphyr::to_string(value).map_err(Fault::failed)?
    } else {
        format!("{value:#}\n")
    };
    write(&text)
}

/// A closed pipe is the reader's decision.
pub(in crate::cli) fn write(text: &str) -> Result<(), Fault> {
    let mut out = std::io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Fault::failed(
            format!("Standard output cannot be written: {error}."),
        )),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A line beside the answer.
pub(in crate::cli) fn remark(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", shown(text));
}

/// What is in a cluster may hold orders for a terminal.
pub(in crate::cli) fn shown(text: &str) -> String {
    let visible = |c: char| {
        if c.is_control() && c != '\n' {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(visible).collect()
}

fn table(columns: &[&str], items: &[Item]) -> String {
    let mut rows: Vec<Vec<String>> = vec![columns.iter().map(ToString::to_string).collect()];
    rows.extend(items.iter().map(|item| {
        let cells = item.cells.iter();
        cells
            .map(|cell| match shown(&cell.replace('\n', " ")) {
                empty if empty.is_empty() => "-".to_owned(),
                cell => cell,
            })
            .collect()
    }));
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(cells.join("   ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_have_to_be_and_nothing_commands_the_terminal() {
        let item = |cells: &[&str]| Item {
            name: String::new(),
            cells: cells.iter().map(ToString::to_string).collect(),
            value: Value::Null,
        };
        let text = table(
            &["EMAIL", "NAME"],
            &[
                item(&["ana@example.com", "Ana"]),
                item(&["b", "\u{1b}[2Jx"]),
                item(&["c", ""]),
            ],
        );
        assert_eq!(
            text,
            "EMAIL             NAME\nana@example.com   Ana\nb                 \u{fffd}[2Jx\nc                 -\n"
        );
    }
}
