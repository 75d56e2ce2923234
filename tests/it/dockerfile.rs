//! The Dockerfile against the project: what it builds, from what, and what the pod expects of it. It cannot be built
//! where there is no container engine; the lab's node runs the image that its last stage describes.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Instructions with continued lines put together, by stage.
fn stages() -> Vec<Vec<String>> {
    let text = read("Dockerfile").replace("\\\n", " ");
    let mut stages = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with("FROM ") {
            stages.push(Vec::new());
        }
        stages.last_mut().unwrap().push(line.to_owned());
    }
    stages
}

fn instruction<'a>(stage: &'a [String], word: &str) -> &'a str {
    let mut found = stage
        .iter()
        .filter_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    let one = found.next().unwrap_or_else(|| panic!("no {word}"));
    assert_eq!(found.next(), None, "more than one {word}");
    one
}

/// `rust-version = "1.94"` becomes (1, 94).
fn version(text: &str) -> (u32, u32) {
    let (major, minor) = text.split_once('.').unwrap();
    let digits: String = minor.chars().take_while(char::is_ascii_digit).collect();
    (major.parse().unwrap(), digits.parse().unwrap())
}

#[test]
fn the_compiler_is_named_exactly_and_new_enough() {
    let stages = stages();
    assert_eq!(stages.len(), 3);
    let from = instruction(&stages[1], "FROM");
    let tag = from.strip_prefix("rust:").unwrap();
    assert!(tag.ends_with("-bookworm AS build"), "{from}");
    let manifest = read("Cargo.toml");
    let line = manifest
        .lines()
        .find(|line| line.starts_with("rust-version"));
    let wanted = version(line.unwrap().split('"').nth(1).unwrap());
    assert!(version(tag) >= wanted, "{tag} is older than {wanted:?}");
    assert!(instruction(&stages[0], "FROM").starts_with("node:"));
}

#[test]
fn every_member_of_the_workspace_has_its_manifest_in_the_layer_of_dependencies() {
    let manifest = read("Cargo.toml");
    let members = manifest.lines().find(|line| line.starts_with("members"));
    let build = stages().remove(1);
    for member in members.unwrap().split('"').skip(1).step_by(2) {
        let wanted = if member == "." {
            "COPY Cargo.toml Cargo.lock ./".to_owned()
        } else {
            format!("COPY {member}/Cargo.toml {member}/Cargo.toml")
        };
        assert!(build.contains(&wanted), "{wanted}");
    }
}

/// Targets that a manifest names must be there when Cargo reads it, be they empty.
#[test]
fn every_named_target_has_a_file_in_the_layer_of_dependencies() {
    let build = stages().remove(1);
    let made = build.iter().find(|line| line.contains("mkdir -p")).unwrap();
    for (folder, manifest) in [
        ("", read("Cargo.toml")),
        ("tests/cluster/", read("tests/cluster/Cargo.toml")),
        ("tests/browser/", read("tests/browser/Cargo.toml")),
    ] {
        for path in manifest
            .lines()
            .filter_map(|line| line.strip_prefix("path = \""))
        {
            let file = format!("{folder}{}", path.trim_end_matches('"'));
            assert!(made.contains(&file), "{file} is not made by: {made}");
        }
    }
}

/// Everything that `include_str!`, `include_bytes!`, `migrate!` and askama read, and nothing that they do not.
#[test]
fn what_the_build_reads_is_copied() {
    let stages = stages();
    for folder in ["migrations", "templates", "src"] {
        assert!(
            stages[1].contains(&format!("COPY {folder} {folder}")),
            "{folder}"
        );
    }
    assert!(stages[1].contains(&"COPY --from=assets /src/static static".to_owned()));
    for file in ["package.json", "package-lock.json", "static/build.mjs"] {
        assert!(root().join(file).exists(), "{file}");
        assert!(
            stages[0].iter().any(|line| line.contains(file)),
            "{file} is not used"
        );
    }
    let script = read("static/build.mjs");
    if script.contains("templates") {
        assert!(
            stages[0].contains(&"COPY templates templates".to_owned()),
            "the styles are made for what the templates use"
        );
    }
}

#[test]
fn both_builds_are_locked_static_and_of_the_release() {
    let build = stages().remove(1);
    let env = instruction(&build, "ENV");
    assert!(env.contains("target-feature=+crt-static"), "{env}");
    let builds: Vec<&String> = build
        .iter()
        .filter(|line| line.contains("cargo build"))
        .collect();
    assert_eq!(builds.len(), 2);
    for line in builds {
        assert!(
            line.contains("cargo build --locked --release --bin kubeflow-admin"),
            "{line}"
        );
    }
}

#[test]
fn the_image_says_what_it_is_runs_as_nobody_and_fits_the_pod() {
    let image = stages().pop().unwrap();
    assert_eq!(instruction(&image, "FROM"), "scratch");
    assert_eq!(instruction(&image, "USER"), "65532:65532");
    assert_eq!(instruction(&image, "ENTRYPOINT"), r#"["/kubeflow-admin"]"#);
    assert_eq!(instruction(&image, "CMD"), r#"["serve"]"#);
    assert_eq!(instruction(&image, "EXPOSE"), "8080");
    let health = instruction(&image, "HEALTHCHECK");
    assert!(
        health.ends_with(r#"CMD ["/kubeflow-admin", "health"]"#),
        "{health}"
    );
    let labels = instruction(&image, "LABEL");
    for label in ["title", "description", "licenses", "version"] {
        let label = format!("org.opencontainers.image.{label}=");
        assert!(labels.contains(&label), "{label}");
    }
    let version = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(labels.contains(&version), "{version} is not in {labels}");
    let deployment = read("deploy/base/deployment.yaml");
    for same in ["runAsUser: 65532", "containerPort: 8080", "args: [serve]"] {
        assert!(deployment.contains(same), "{same}");
    }
    let volume = "/var/lib/kubeflow-admin";
    assert!(deployment.contains(&format!("mountPath: {volume}")));
    assert!(image.contains(&format!(
        "COPY --from=build --chown=65532:65532 /out/data {volume}"
    )));
}

#[test]
fn what_is_not_for_the_image_is_not_sent_to_the_builder() {
    let ignored = read(".dockerignore");
    for folder in ["target", "node_modules", "static/dist", ".git"] {
        assert!(
            ignored
                .lines()
                .any(|line| Path::new(line) == Path::new(folder)),
            "{folder}"
        );
    }
}

#[test]
fn nothing_that_is_copied_is_kept_from_the_build() {
    let ignored = read(".dockerignore");
    for stage in stages() {
        for copied in stage.iter().filter_map(|line| line.strip_prefix("COPY ")) {
            let mut sources: Vec<&str> = copied.split_whitespace().collect();
            sources.pop();
            if sources
                .first()
                .is_some_and(|first| first.starts_with("--from"))
            {
                continue;
            }
            for source in sources {
                let hidden = ignored
                    .lines()
                    .find(|line| source == *line || source.starts_with(&format!("{line}/")));
                assert_eq!(hidden, None, "{source}");
            }
        }
    }
}
