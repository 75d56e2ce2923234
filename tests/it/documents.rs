//! `docs/` against the program: every setting, every problem code and every metric is there, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _};
use kubeflow_admin::config::Arguments;

type Names = BTreeSet<String>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn document(name: &str) -> String {
    let path = root().join("docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn source(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&source(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
    text
}

/// Words that begin with `prefix` and go on with `more`.
fn words(text: &str, prefix: &str, more: fn(char) -> bool) -> Names {
    text.match_indices(prefix)
        .map(|(at, _)| text[at..].chars().take_while(|c| more(*c)).collect())
        .collect()
}

/// What stands in backticks in the first column of a table's rows.
fn first_column(text: &str) -> Names {
    text.lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| {
            line.split('|')
                .nth(1)
                .unwrap()
                .split('`')
                .skip(1)
                .step_by(2)
        })
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn every_problem_code_has_its_line_in_troubleshooting() {
    let is_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    let mut used = words(&source(&root().join("src")), "\"KA-", |c| {
        c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-' || c == '"'
    });
    used = used
        .iter()
        .map(|code| code.trim_matches('"').to_owned())
        .collect();
    let table: String = document("troubleshooting.md")
        .lines()
        .filter(|line| line.starts_with("| KA-"))
        .map(|line| line.split('|').nth(1).unwrap())
        .collect::<Vec<_>>()
        .join("\n");
    assert_eq!(words(&table, "KA-", is_code), used);
}

/// Flags and variables of all commands, written as `--flag` and `VARIABLE`.
fn settings(command: &Command, found: &mut Names) {
    for argument in command.get_arguments() {
        if let Some(long) = argument.get_long()
            && !["help", "version"].contains(&long)
        {
            found.insert(format!("--{long}"));
        }
        if let Some(variable) = argument.get_env() {
            found.insert(variable.to_string_lossy().into_owned());
        }
    }
    for inner in command.get_subcommands() {
        settings(inner, found);
    }
}

#[test]
fn every_setting_is_described_and_no_other() {
    let mut wanted = Names::new();
    settings(&Arguments::command(), &mut wanted);
    wanted.insert("RUST_LOG".to_owned());
    assert_eq!(first_column(&document("configuration.md")), wanted);
}

#[test]
fn defaults_are_described_as_they_are() {
    let text = document("configuration.md");
    let mut commands = vec![Arguments::command()];
    while let Some(command) = commands.pop() {
        for argument in command.get_arguments() {
            let (Some(long), [default, ..]) = (argument.get_long(), argument.get_default_values())
            else {
                continue;
            };
            let default = default.to_string_lossy();
            let flag = format!("`--{long}`");
            let described = text
                .lines()
                .any(|line| line.contains(&flag) && line.contains(&format!("| `{default}` |")));
            assert!(described, "{flag} has the default {default}");
        }
        commands.extend(command.get_subcommands().cloned());
    }
}

#[test]
fn every_metric_is_described_and_no_other() {
    let code = source(&root().join("src/metrics"));
    let registered: Names = code
        .split("registry.register")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1))
        .map(|name| format!("kubeflow_admin_{name}"))
        .collect();
    assert!(registered.len() > 8, "{registered:?}");
    let described: Names = first_column(&document("metrics.md"))
        .iter()
        .map(|name| {
            let plain = name.strip_suffix("_total").unwrap_or(name);
            let plain = plain.strip_suffix("_info").unwrap_or(plain);
            plain.strip_suffix("_seconds").unwrap_or(plain).to_owned()
        })
        .collect();
    assert_eq!(described, registered);
}
