use std::fmt::Write as _;

use super::*;

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n  namespace: default\ndata:\n  key: value\n";

fn complaints(text: &str) -> Vec<String> {
    match read(text.as_bytes()) {
        Ok(found) => panic!("{} objects were read", found.len()),
        Err(wrong) => wrong.iter().map(ToString::to_string).collect(),
    }
}

fn names(text: &str) -> Vec<(usize, String)> {
    let found = read(text.as_bytes()).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    found
        .iter()
        .map(|one| (one.line, one.object.to_string()))
        .collect()
}

#[test]
fn documents_keep_their_lines_and_lists_are_unfolded() {
    let list = "--- # a list\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: b}\n";
    let text = format!("# first\n---\n{MAP}---\n# nothing\n{list}---\n");
    let expected = [
        (2, "ConfigMap default/one".to_owned()),
        (12, "Namespace a".to_owned()),
        (12, "Namespace b".to_owned()),
    ];
    assert_eq!(names(&text), expected);
}

#[test]
fn windows_line_ends_mean_the_same() {
    let plain = read(MAP.as_bytes()).unwrap_or_default();
    let windows = read(MAP.replace('\n', "\r\n").as_bytes()).unwrap_or_default();
    assert_eq!(plain[0].body, windows[0].body);
}

#[test]
fn values_are_read_as_kubectl_reads_them() {
    let text = MAP.replace("key: value", "mode: 0644\n  on: \"yes\"");
    let found = read(text.as_bytes()).unwrap_or_default();
    assert_eq!(
        found[0].body["data"],
        serde_json::json!({"mode": 420, "on": "yes"})
    );
}

#[test]
fn a_tab_is_named_with_line_and_object() {
    let text = format!("---\n{}", MAP.replace("  key", "\tkey"));
    let expected = "line 8, ConfigMap default/one: a tab stands where YAML wants spaces";
    assert_eq!(complaints(&text), [expected]);
}

#[test]
fn an_object_that_is_there_twice_is_named_with_both_lines() {
    let expected = "line 8, ConfigMap default/one: this object is there twice, first at line 1: leave one of them";
    assert_eq!(complaints(&format!("{MAP}---\n{MAP}")), [expected]);
}

#[test]
fn a_text_that_was_cut_is_refused_wherever_the_cut_is_seen() {
    for (cut, line) in [(MAP.len() - 3, 7), (MAP.len() - 12, 6)] {
        let found = complaints(&MAP[..cut]);
        assert!(
            found
                .iter()
                .any(|one| one.starts_with(&format!("line {line}, ConfigMap default/one"))),
            "{found:?}"
        );
    }
    let quoted = MAP.replace("value", "\"val");
    assert!(complaints(&quoted)[0].contains("ConfigMap default/one"));
}

#[test]
fn what_is_no_object_is_refused_by_line() {
    let cases = [
        (
            "just words\n",
            "line 1: this is no Kubernetes object: it has no fields",
        ),
        (
            "kind: ConfigMap\nmetadata: {name: a}\n",
            "line 1: there is no apiVersion",
        ),
        (
            "apiVersion: v1\nmetadata: {name: a}\n",
            "line 1: there is no kind",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {}\n",
            "line 1, Pod: there is no metadata.name",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: ../a}\n",
            "line 1, Pod: metadata.name is no name that Kubernetes takes",
        ),
        (
            "",
            "line 1: the text ends in the middle of a line: it seems to be cut. If it is whole, end its last line",
        ),
        ("# nothing\n", "line 1: there is no object in this text"),
    ];
    for (text, expected) in cases {
        assert_eq!(complaints(text), [expected], "{text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let first = |bytes: &[u8]| match read(bytes) {
        Ok(_) => panic!("read"),
        Err(wrong) => wrong[0].to_string(),
    };
    assert_eq!(first(b"a: b\n\xff\n"), "line 2: this is no text in UTF-8");
    assert_eq!(
        first(&[0x1f, 0x8b, 8, 0]),
        "line 1: this is compressed: unpack it first (gzip -dc)"
    );
    assert_eq!(
        first(b"a: b\n\n\0\n"),
        "line 3: there is a control character in this line"
    );
    assert_eq!(
        first(&vec![b'\n'; LIMIT + 1]),
        "line 1: the text is larger than 60 MB"
    );
}

#[test]
fn a_complaint_never_repeats_a_value() {
    let secret =
        "apiVersion: v1\ndata:\n  password: hunter2: hunter2\nkind: Secret\nmetadata:\n  name: s\n";
    for text in [
        secret.to_owned(),
        secret.replace(": hunter2\n", "\n  password: hunter2\n"),
        secret.replace("hunter2: ", "\"hunter2"),
    ] {
        let found = complaints(&text).join("\n");
        assert!(!found.contains("hunter2"), "{found}");
        assert!(found.contains("Secret s"), "{found}");
    }
}

#[test]
fn an_alias_bomb_is_refused_and_not_unfolded() {
    let mut text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let before = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{before}]").unwrap();
    }
    assert_eq!(complaints(&text).len(), 1);
}

#[test]
fn many_complaints_are_enough_at_some_point() {
    let text = "---\nkind: X\n".repeat(500);
    assert_eq!(complaints(&text).len(), ENOUGH);
}
