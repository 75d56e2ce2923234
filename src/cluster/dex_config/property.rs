//! Random edits of every configuration at hand: never a wrong value, never a lost comment, else refused.
//!
//! The oracle here shares nothing with [`super::verify`]: it looks at lines and at parsed values by itself.

use std::collections::BTreeMap;
use std::io::Read as _;

use serde_json::Value;

use super::edit::{Edit, apply};
use super::layout::{Layout, Refusal};

const EDITS: usize = 24_000;

macro_rules! fixtures {
    ($($name:literal),*) => {
        [$(($name, include_str!(concat!("../../../tests/fixtures/dex/", $name, ".yaml")))),*]
    };
}

/// As each release of Kubeflow configures Dex.
const RELEASES: [(&str, &str); 7] = fixtures!(
    "kubeflow-1.6",
    "kubeflow-1.7",
    "kubeflow-1.8",
    "kubeflow-1.9",
    "kubeflow-1.10",
    "kubeflow-1.11",
    "kubeflow-26.03"
);
/// Made to be difficult.
const ODD: [(&str, &str); 17] = fixtures!(
    "many",
    "no-final-newline",
    "tabs-in-comments",
    "block-texts",
    "anchors-elsewhere",
    "anchors-inside",
    "flow-list",
    "empty-list",
    "nothing",
    "null",
    "two-lists",
    "duplicated-fields",
    "odd-layout",
    "two-documents",
    "json",
    "not-entries",
    "unicode-and-tags"
);
const VALUES: [&str; 20] = [
    "12341234",
    "1e3",
    "0123",
    "yes",
    "null",
    "~",
    "",
    " lead and trail ",
    "a: b # c",
    "- x",
    "quo\"te\\",
    "it's",
    "José 日本 €",
    "tab\there",
    "two\nlines",
    "$2y$12$4K/VkmDd1q1Orb3xAt82zu8gk7Ad6ReFR4LCP9UeYE90NLiN9Df72",
    "{a: b}",
    "*alias",
    "%directive",
    "\u{85}\u{2028}\u{7f}",
];
const FIELDS: [&str; 6] = ["email", "hash", "username", "userID", "hashFromEnv", "name"];

/// `SplitMix64`: the same edits at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound).unwrap();
        usize::try_from((mixed ^ (mixed >> 31)) % bound).unwrap()
    }

    fn value(&mut self) -> String {
        VALUES[self.below(VALUES.len())].to_owned()
    }

    fn edit(&mut self, entries: usize) -> Edit {
        let entry = self.below(entries + 1);
        match self.below(5) {
            0 => Edit::Remove { entry },
            1 => {
                let fields = &FIELDS[..=self.below(FIELDS.len())];
                let fields = fields
                    .iter()
                    .map(|field| ((*field).to_owned(), self.value()));
                Edit::Add {
                    fields: fields.collect(),
                }
            }
            _ => Edit::Set {
                entry,
                field: FIELDS[self.below(FIELDS.len())].to_owned(),
                value: self.value(),
            },
        }
    }
}

/// Every text, also with the line ends of Windows.
fn texts() -> Vec<(String, String)> {
    let committed = RELEASES.iter().chain(&ODD);
    let mut all: Vec<(String, String)> = committed
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    all.extend(rendered());
    all.extend(samples());
    let windows: Vec<_> = all
        .iter()
        .map(|(name, text)| (format!("{name}, CRLF"), text.replace('\n', "\r\n")))
        .collect();
    all.extend(windows);
    all
}

#[expect(
    clippy::disallowed_methods,
    reason = "where data for tests lies is no setting of the program"
)]
fn folder(variable: &str, what: &str) -> Vec<std::path::PathBuf> {
    let Ok(folder) = std::env::var(variable) else {
        eprintln!("left out: {what}; set {variable} to the folder that has them");
        return Vec::new();
    };
    let entries = std::fs::read_dir(&folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// `ConfigMap` `dex` of whole releases as `kustomize build` renders them, compressed.
fn rendered() -> Vec<(String, String)> {
    let files = folder("KUBEFLOW_ADMIN_RENDERED", "rendered releases of Kubeflow");
    let rendered = files
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "gz"))
        .map(|path| {
            let mut text = String::new();
            let file = std::fs::File::open(path).unwrap();
            flate2::read::GzDecoder::new(file)
                .read_to_string(&mut text)
                .unwrap();
            (path.display().to_string(), dex_of(&text))
        });
    rendered.collect()
}

fn dex_of(stream: &str) -> String {
    let document = stream.split("\n---").find(|document| {
        document.contains("kind: ConfigMap") && document.contains("\n  name: dex\n")
    });
    let value: Value = serde_saphyr::from_str(document.unwrap()).unwrap();
    value["data"]["config.yaml"].as_str().unwrap().to_owned()
}

fn samples() -> Vec<(String, String)> {
    let files = folder("KUBEFLOW_ADMIN_DEX_SAMPLES", "sample configurations of Dex");
    let samples = files
        .iter()
        .filter(|path| path.is_file() && path.to_string_lossy().contains(".yaml"))
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            (path.display().to_string(), text)
        });
    samples.collect()
}

/// The entries by value; their names as this very text writes them.
fn entries(root: &serde_json::Map<String, Value>) -> (String, Vec<Value>) {
    let key = root
        .keys()
        .find(|key| key.eq_ignore_ascii_case("staticPasswords"))
        .unwrap();
    let list = root[key].as_array().cloned().unwrap_or_default();
    (key.clone(), list)
}

/// The values as they must be after the edit.
fn expected(before: &str, edit: &Edit) -> Value {
    let mut root = super::read(before).unwrap();
    let (key, mut list) = entries(&root);
    match edit {
        Edit::Remove { entry } => drop(list.remove(*entry)),
        Edit::Add { fields } => {
            let fields: BTreeMap<_, _> = fields.iter().cloned().collect();
            list.push(serde_json::to_value(fields).unwrap());
        }
        Edit::Set {
            entry,
            field,
            value,
        } => {
            let fields = list[*entry].as_object_mut().unwrap();
            let name = fields.keys().find(|name| name.eq_ignore_ascii_case(field));
            let name = name.cloned().unwrap_or_else(|| field.clone());
            fields.insert(name, Value::String(value.clone()));
        }
    }
    let list = if list.is_empty() {
        Value::Null
    } else {
        Value::Array(list)
    };
    root.insert(key, list);
    Value::Object(root)
}

/// How many lines at the start and at the end are the same, byte for byte.
fn common(before: &[&str], after: &[&str]) -> (usize, usize) {
    let most = before.len().min(after.len());
    let start = (0..most).take_while(|at| before[*at] == after[*at]).count();
    let end = (0..most - start)
        .take_while(|at| before[before.len() - 1 - at] == after[after.len() - 1 - at])
        .count();
    (start, end)
}

fn check(name: &str, before: &str, after: &str, edit: &Edit) {
    let context = || format!("{name}: {edit:?}\n--- before\n{before}\n--- after\n{after}");
    let found = Value::Object(super::read(after).unwrap_or_else(|| panic!("{}", context())));
    assert_eq!(found, expected(before, edit), "{}", context());
    let (old, new): (Vec<&str>, Vec<&str>) = (
        before.split_inclusive('\n').collect(),
        after.split_inclusive('\n').collect(),
    );
    let (start, end) = common(&old, &new);
    let (gone, come) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    match edit {
        Edit::Set { .. } => {
            let old_lines = gone.len();
            assert!(come.len() <= old_lines + 1, "{}", context());
        }
        // Nothing but whole lines went, and no comment that has a line of its own.
        Edit::Remove { .. } => {
            let mut rest = old.iter();
            assert!(
                new.iter().all(|line| rest.any(|other| other == line)),
                "{}",
                context()
            );
        }
        Edit::Add { .. } => assert!(gone.len() <= 1, "{}", context()),
    }
    let layout = |text: &str| {
        let comments = Layout::of(text).unwrap().comments.into_iter();
        comments
            .filter(|comment| !matches!(edit, Edit::Remove { .. }) || !comment.beside_content)
            .map(|comment| text[comment.range].to_owned())
            .collect::<Vec<_>>()
    };
    let (mut kept, wanted) = (layout(after).into_iter(), layout(before));
    assert!(
        wanted
            .iter()
            .all(|comment| kept.any(|other| other == *comment)),
        "{}",
        context()
    );
    if before.contains("\r\n") {
        assert!(!after.replace("\r\n", "").contains('\n'), "{}", context());
    }
}

#[test]
fn random_edits_change_exactly_what_was_asked_or_nothing() {
    let texts = texts();
    let mut dice = Dice(20_261_124);
    let (mut applied, mut refused) = (0, BTreeMap::<String, usize>::new());
    let mut round = 0;
    while applied < EDITS {
        let (name, text) = &texts[round % texts.len()];
        round += 1;
        let mut current = text.clone();
        for _ in 0..8 {
            let there = Layout::of(&current).and_then(|layout| Ok(layout.entries()?.len()));
            let edit = dice.edit(there.unwrap_or_default());
            match apply(&current, &edit) {
                Ok(edited) => {
                    check(name, &current, &edited, &edit);
                    current = edited;
                    applied += 1;
                }
                Err(Refusal::Unproved) => panic!("{name}: {edit:?} was not proved\n{current}"),
                Err(refusal) => *refused.entry(refusal.to_string()).or_default() += 1,
            }
        }
    }
    eprintln!("{applied} edits applied; refused: {refused:#?}");
    assert!(refused.len() > 8, "{refused:?}");
}

#[test]
fn what_kubeflow_ships_is_never_refused() {
    let shipped = RELEASES
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .chain(rendered());
    for (name, text) in shipped {
        for field in FIELDS {
            let edit = Edit::Set {
                entry: 0,
                field: field.to_owned(),
                value: "x".to_owned(),
            };
            let edited = apply(&text, &edit).unwrap_or_else(|why| panic!("{name}: {why}"));
            check(&name, &text, &edited, &edit);
        }
        let gone = apply(&text, &Edit::Remove { entry: 0 }).unwrap();
        let fields = vec![("email".to_owned(), "new@example.com".to_owned())];
        apply(&gone, &Edit::Add { fields }).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

#[test]
fn what_cannot_be_edited_safely_is_refused_with_the_reason() {
    let set = || Edit::Set {
        entry: 0,
        field: "hash".to_owned(),
        value: "x".to_owned(),
    };
    let of = |name: &str| ODD.iter().find(|(other, _)| *other == name).unwrap().1;
    for (name, edit, reason) in [
        ("anchors-inside", set(), Refusal::Indirect),
        ("two-lists", set(), Refusal::SeveralLists),
        ("two-documents", set(), Refusal::SeveralDocuments),
        ("json", set(), Refusal::NotBlockStyle),
        ("not-entries", set(), Refusal::NotEntries),
        ("nothing", set(), Refusal::NoEntry),
        ("flow-list", Edit::Remove { entry: 0 }, Refusal::FlowList),
        ("odd-layout", Edit::Remove { entry: 0 }, Refusal::OddLayout),
        (
            "duplicated-fields",
            set(),
            Refusal::SeveralFields("hash".into()),
        ),
    ] {
        assert_eq!(apply(of(name), &edit), Err(reason), "{name}");
    }
    assert_eq!(
        apply("issuer: x\nstaticPasswords:\n- email: a\u{2028}b\n", &set()),
        Err(Refusal::OddCharacters)
    );
    assert_eq!(apply("staticPasswords: [", &set()), Err(Refusal::NotYaml));
}
