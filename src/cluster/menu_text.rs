//! Editing of the Central Dashboard's menu as text: JSON that people wrote and laid out by hand.
//!
//! Pure. Every edit is compared with the same edit on the parsed values, so that nothing but the entry can change.

use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::menu::MenuEntry;

/// Why a text was not edited.
#[derive(Debug, thiserror::Error)]
pub enum MenuTextError {
    #[error("it is no JSON that the Central Dashboard could read ({0})")]
    Unreadable(#[from] serde_json::Error),
    #[error("the edit would have changed more than the entry")]
    Surprise,
}

#[derive(Deserialize)]
struct Links<'a> {
    #[serde(borrow, rename = "menuLinks")]
    menu: &'a RawValue,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(default)]
    link: String,
    /// Of a section.
    #[serde(borrow, default)]
    items: Option<&'a RawValue>,
}

/// A list of entries and where each lies in the text.
struct List {
    place: Range<usize>,
    items: Vec<(Range<usize>, String)>,
}

/// The text with the entry in it; `None` if nothing has to change.
pub(crate) fn with(text: &str, entry: &MenuEntry) -> Result<Option<String>, MenuTextError> {
    let lists = lists(text)?;
    let wanted =
        json!({"type": "item", "link": entry.link, "text": entry.text, "icon": entry.icon});
    let there = lists.iter().flat_map(|list| &list.items);
    let edited = match there.clone().find(|(_, link)| *link == entry.link) {
        Some((place, _)) => {
            let old: Map<String, Value> = serde_json::from_str(&text[place.clone()])?;
            let mut new = old.clone();
            new.extend(wanted.as_object().cloned().unwrap_or_default());
            if new == old {
                return Ok(None);
            }
            replaced(text, place.clone(), &Value::from(new).to_string())
        }
        None => appended(text, &lists[0], &written(entry)),
    };
    let mut expected: Value = serde_json::from_str(text)?;
    let missing = there.filter(|(_, link)| *link == entry.link).count() == 0;
    if missing && let Some(items) = expected["menuLinks"].as_array_mut() {
        items.push(wanted.clone());
    } else {
        first_with(&mut expected["menuLinks"], &entry.link, &wanted);
    }
    checked(edited, &expected)
}

/// The text without any entry of this link; `None` if there is none.
pub(crate) fn without(text: &str, link: &str) -> Result<Option<String>, MenuTextError> {
    let mut edited = text.to_owned();
    let mut found = false;
    while let Some((list, index)) = position(&edited, link)? {
        found = true;
        edited = cut(&edited, &list, index);
    }
    if !found {
        return Ok(None);
    }
    let mut expected: Value = serde_json::from_str(text)?;
    drop_all(&mut expected["menuLinks"], link);
    checked(edited, &expected)
}

/// The top of the menu first, then what is in its sections.
fn lists(text: &str) -> Result<Vec<List>, MenuTextError> {
    let links: Links<'_> = serde_json::from_str(text)?;
    let mut waiting = vec![links.menu];
    let mut lists = Vec::new();
    let mut next = 0;
    while let Some(raw) = waiting.get(next).copied() {
        next += 1;
        let mut list = List {
            place: place(text, raw),
            items: Vec::new(),
        };
        for item in serde_json::from_str::<Vec<&RawValue>>(raw.get())? {
            let read: Item<'_> = serde_json::from_str(item.get())?;
            list.items.push((place(text, item), read.link));
            waiting.extend(read.items);
        }
        lists.push(list);
    }
    Ok(lists)
}

/// Where a part that was borrowed from the text begins and ends in it.
fn place(text: &str, part: &RawValue) -> Range<usize> {
    let start = part.get().as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.get().len()
}

fn position(text: &str, link: &str) -> Result<Option<(List, usize)>, MenuTextError> {
    let found = lists(text)?.into_iter().find_map(|list| {
        let index = list.items.iter().position(|(_, other)| other == link)?;
        Some((list, index))
    });
    Ok(found)
}

/// In the order in which the shipped entries are written.
fn written(entry: &MenuEntry) -> String {
    format!(
        r#"{{"type": "item", "link": {}, "text": {}, "icon": {}}}"#,
        json!(entry.link),
        json!(entry.text),
        json!(entry.icon)
    )
}

fn replaced(text: &str, place: Range<usize>, by: &str) -> String {
    format!("{}{by}{}", &text[..place.start], &text[place.end..])
}

/// After the last entry, with whatever stands between the others.
fn appended(text: &str, list: &List, item: &str) -> String {
    let between = match list.items.as_slice() {
        [] => return replaced(text, list.place.clone(), &format!("[{item}]")),
        [(only, _)] => format!(",{}", &text[list.place.start + 1..only.start]),
        [.., (before, _), (end, _)] => text[before.end..end.start].to_owned(),
    };
    let end = list.items[list.items.len() - 1].0.end;
    replaced(text, end..end, &format!("{between}{item}"))
}

fn cut(text: &str, list: &List, index: usize) -> String {
    let of = |index: usize| list.items[index].0.clone();
    let gone = match (index, list.items.len()) {
        (0, 1) => list.place.start + 1..list.place.end - 1,
        (0, _) => of(0).start..of(1).start,
        _ => of(index - 1).end..of(index).end,
    };
    replaced(text, gone, "")
}

fn checked(edited: String, expected: &Value) -> Result<Option<String>, MenuTextError> {
    let got: Value = serde_json::from_str(&edited)?;
    if got == *expected {
        Ok(Some(edited))
    } else {
        Err(MenuTextError::Surprise)
    }
}

/// Sets the fields of the first entry with this link, top before sections.
fn first_with(menu: &mut Value, link: &str, fields: &Value) {
    let mut items: Vec<&mut Value> = menu.as_array_mut().into_iter().flatten().collect();
    while !items.is_empty() {
        let mut inner = Vec::new();
        for item in items {
            if item["link"] == link {
                for (key, value) in fields.as_object().into_iter().flatten() {
                    item[key] = value.clone();
                }
                return;
            }
            let nested = item.get_mut("items").and_then(Value::as_array_mut);
            inner.extend(nested.into_iter().flatten());
        }
        items = inner;
    }
}

fn drop_all(list: &mut Value, link: &str) {
    let Some(items) = list.as_array_mut() else {
        return;
    };
    items.retain(|item| item["link"] != link);
    for nested in items.iter_mut().filter_map(|item| item.get_mut("items")) {
        drop_all(nested, link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = r#"{
      "menuLinks": [
        {"type": "item", "link": "/jupyter/", "text": "Notebooks", "icon": "book"},
        {
          "type": "section", "text": "Pipelines", "icon": "kubeflow:pipeline-centered",
          "items": [ {"type": "item", "link": "/pipeline/#/runs", "text": "Runs"} ]
        }
      ],
      "externalLinks": [ ],
      "quickLinks": [{"text": "Ünï \"quoted\"", "desc": "x", "link": "/jupyter/new?namespace={ns}"}]
    }"#;

    fn entry() -> MenuEntry {
        MenuEntry {
            link: "/kubeflow-admin/".to_owned(),
            text: "Administration".to_owned(),
            icon: "supervisor-account".to_owned(),
        }
    }

    #[test]
    fn the_entry_is_added_once_and_removing_it_gives_back_every_byte() {
        let added = with(SHIPPED, &entry()).unwrap().unwrap();
        let line = "      },\n        {\"type\": \"item\", \"link\": \"/kubeflow-admin/\", ";
        assert!(added.contains(line.trim_start()), "{added}");
        assert_eq!(with(&added, &entry()).unwrap(), None);
        let removed = without(&added, "/kubeflow-admin/").unwrap();
        assert_eq!(removed.as_deref(), Some(SHIPPED));
        assert_eq!(without(SHIPPED, "/kubeflow-admin/").unwrap(), None);
    }

    #[test]
    fn an_entry_that_somebody_moved_into_a_section_stays_there() {
        let moved = SHIPPED.replace("/pipeline/#/runs", "/kubeflow-admin/");
        let renamed = with(&moved, &entry()).unwrap().unwrap();
        assert_eq!(renamed.matches("/kubeflow-admin/").count(), 1, "{renamed}");
        assert!(renamed.contains("\"text\":\"Administration\""), "{renamed}");
        let removed = without(&renamed, "/kubeflow-admin/").unwrap().unwrap();
        assert!(removed.contains("\"items\": []"), "{removed}");
    }

    #[test]
    fn an_empty_menu_and_a_menu_in_one_line_get_it_too() {
        for text in [
            r#"{"menuLinks":[]}"#,
            r#"{"menuLinks": [ ], "x": 1}"#,
            r#"{"menuLinks":[{"link":"/a/"}]}"#,
            r#"{"menuLinks":[{"link":"/a/"},{"link":"/b/"}]}"#,
        ] {
            let added = with(text, &entry()).unwrap().unwrap();
            let removed = without(&added, "/kubeflow-admin/").unwrap().unwrap();
            let (before, after): (Value, Value) = (
                serde_json::from_str(text).unwrap(),
                serde_json::from_str(&removed).unwrap(),
            );
            assert_eq!(before, after, "{added}");
        }
    }

    #[test]
    fn what_the_central_dashboard_cannot_read_is_left_alone() {
        for text in [
            "",
            "{",
            r#"{"menuLinks": {}}"#,
            r#"{"links": []}"#,
            r#"{"menuLinks": [], "menuLinks": []}"#,
            r#"{"menuLinks": [] // comment
            }"#,
        ] {
            assert!(with(text, &entry()).is_err(), "{text}");
            assert!(without(text, "/kubeflow-admin/").is_err(), "{text}");
        }
    }
}
