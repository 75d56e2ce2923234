//! The layers of the program, held up by reading every `use crate::…` and comparing with the table of
//! `docs/architecture.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which rooms a room may use. A room is the first folder or file under `src/`; `features` is looked at more closely.
const MAY_USE: [(&str, &[&str]); 19] = [
    ("domain", &[]),
    ("clock", &["domain"]),
    ("config", &[]),
    ("telemetry", &[]),
    ("cluster", &["domain"]),
    ("store", &["domain"]),
    // Amounts are amounts on both sides of the API; the scenarios compare with a real one.
    ("sandbox", &["domain"]),
    ("identity", &["domain", "clock"]),
    ("install", &["domain", "cluster"]),
    (
        "operation",
        &["domain", "clock", "cluster", "store", "install"],
    ),
    (
        "access",
        &[
            "domain",
            "clock",
            "cluster",
            "store",
            "identity",
            "operation",
        ],
    ),
    (
        "web",
        &[
            "domain",
            "clock",
            "config",
            "cluster",
            "store",
            "identity",
            "operation",
            "access",
        ],
    ),
    (
        "features",
        &[
            "domain",
            "clock",
            "cluster",
            "identity",
            "install",
            "operation",
            "access",
            "web",
            "features",
            "store",
        ],
    ),
    (
        "jobs",
        &[
            "domain",
            "clock",
            "cluster",
            "store",
            "identity",
            "operation",
            "access",
        ],
    ),
    (
        "metrics",
        &["domain", "clock", "cluster", "store", "operation", "access"],
    ),
    ("router", &["web", "features"]),
    (
        "cli",
        &[
            "clock",
            "cluster",
            "config",
            "domain",
            "features",
            "identity",
            "install",
            "operation",
            "access",
            "jobs",
            "metrics",
            "router",
            "sandbox",
            "store",
            "web",
        ],
    ),
    ("lib", &[]),
    ("main", &["cli", "config", "telemetry"]),
];

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Path below `src/` and text of every source file.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&root, &mut files);
    files
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (name, text)
        })
        .collect()
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// What follows `crate::` in each place of the file, braces opened: `crate::{a::b, c}` gives `a::b` and `c`.
fn uses(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let list = list.split('}').next().unwrap();
            found.extend(
                list.split(',')
                    .map(|item| item.trim().to_owned())
                    .filter(|item| !item.is_empty()),
            );
        } else {
            found.push(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':')
                    .collect(),
            );
        }
    }
    found
}

#[test]
fn every_room_uses_only_what_it_may() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let from = room(&file);
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == from) else {
            wrong.push(format!("{file}: the room `{from}` is not in the table"));
            continue;
        };
        for used in uses(&text) {
            let to = used.split(':').next().unwrap();
            if to != from && !allowed.contains(&to) {
                wrong.push(format!("{file} uses crate::{used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn operations_of_a_feature_know_nothing_of_the_web() {
    for (file, text) in sources() {
        if file.starts_with("features/") && file.ends_with("operations.rs") {
            let web = uses(&text)
                .into_iter()
                .find(|used| used.starts_with("web") || used.starts_with("store"));
            assert_eq!(web, None, "{file}");
        }
    }
}

#[test]
fn pages_of_one_feature_are_not_used_by_another() {
    for (file, text) in sources() {
        let Some(feature) = file
            .strip_prefix("features/")
            .map(|rest| rest.split('/').next().unwrap())
        else {
            continue;
        };
        for used in uses(&text)
            .iter()
            .filter(|used| used.starts_with("features::"))
        {
            let parts: Vec<&str> = used.split("::").collect();
            let other = parts.get(1).copied().unwrap_or_default();
            let inner = parts.get(2).copied().unwrap_or_default();
            assert!(
                other == feature || !["pages", "form_pages", "actions"].contains(&inner),
                "{file} uses crate::{used}: only forms and operations are shared"
            );
        }
    }
}

#[test]
fn only_the_cluster_room_speaks_kubernetes_and_only_the_store_speaks_sql() {
    for (file, text) in sources() {
        let speaks = |name: &str| {
            text.contains(&format!("use {name}::")) || text.contains(&format!(" {name}::"))
        };
        if !["cluster", "sandbox"].contains(&room(&file)) {
            assert!(
                !speaks("kube") && !speaks("k8s_openapi"),
                "{file} speaks Kubernetes"
            );
        }
        if room(&file) != "store" {
            assert!(!speaks("sqlx"), "{file} speaks SQL");
        }
        if [
            "domain",
            "cluster",
            "store",
            "operation",
            "access",
            "identity",
        ]
        .contains(&room(&file))
        {
            assert!(!speaks("axum"), "{file} knows axum");
        }
    }
}

#[test]
fn files_stay_readable() {
    for (file, text) in sources() {
        let lines = text.split("#[cfg(test)]").next().unwrap().lines().count();
        assert!(
            lines <= 400,
            "{file} has {lines} lines without its tests: split it by role"
        );
    }
}

#[test]
fn templates_mark_nothing_as_safe() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for forbidden in [
                "|safe", "| safe", "style=", "onclick=", "<script>", "crate::", "http://",
                "https://",
            ] {
                assert!(
                    !text.contains(forbidden),
                    "{} contains {forbidden}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn docs_security_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests/it", "tests/cluster/tests"] {
        source_files(&root.join(folder), &mut files);
    }
    let code: String = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let table = std::fs::read_to_string(root.join("docs/security.md")).unwrap();
    let named: Vec<&str> = table
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.starts_with("sec_"))
        .collect();
    assert!(named.len() > 30);
    for name in named {
        assert!(code.contains(&format!("fn {name}(")), "{name} is not there");
    }
    for at in code
        .match_indices("\nasync fn sec_")
        .chain(code.match_indices("\n    fn sec_"))
    {
        let name = &code[at.0..][at.1.len() - "sec_".len()..];
        let name = &name[..name.find('(').unwrap()];
        assert!(
            table.contains(&format!("`{name}`")),
            "{name} is not in docs/security.md"
        );
    }
}
