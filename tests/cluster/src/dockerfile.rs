//! Our image without a container engine: what the last stage of `Dockerfile` says, with a program built here.
//!
//! Reads exactly the instructions that stage has; any other is an error, so that the Dockerfile cannot grow something
//! that is never tried on the lab's node.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::image::Image;

/// Where the build stage leaves what the image is made of.
const PROGRAM: &str = "/out/kubeflow-admin";
const DATA: &str = "/out/data";

/// The image of the Dockerfile with this program in it, and with its libraries if it was not linked statically.
pub async fn image(program: &Path, name: &str) -> Result<Image> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../Dockerfile");
    let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    built(&text, program, name)?.libraries_of(program).await
}

fn built(text: &str, program: &Path, name: &str) -> Result<Image> {
    let mut image = Image::empty(name);
    for line in last_stage(text)? {
        let (word, rest) = line.split_once(' ').context("half an instruction")?;
        image = match word {
            "LABEL" => pairs(rest)?
                .into_iter()
                .fold(image, |image, (name, value)| image.label(name, value)),
            "ENV" => pairs(rest)?
                .into_iter()
                .fold(image, |image, (name, value)| image.env(name, value)),
            "COPY" => copied(image, rest, program)?,
            "USER" => image.user(rest),
            "ENTRYPOINT" => image.entrypoint(&serde_json::from_str::<Vec<&str>>(rest)?),
            "CMD" => image.command(&serde_json::from_str::<Vec<&str>>(rest)?),
            // Kubernetes has its own words for both.
            "EXPOSE" | "HEALTHCHECK" => image,
            _ => bail!("the lab cannot make an image with {line}"),
        };
    }
    Ok(image)
}

/// The instructions after the last FROM, which must start from nothing; continued lines put together.
fn last_stage(text: &str) -> Result<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim);
    let instructions: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let last = instructions
        .iter()
        .rposition(|line| line.starts_with("FROM "))
        .context("no stage")?;
    ensure!(
        instructions[last] == "FROM scratch",
        "the last stage does not start from scratch"
    );
    Ok(instructions[last + 1..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect())
}

fn copied(image: Image, rest: &str, program: &Path) -> Result<Image> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let flag = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
    ensure!(
        flag("--from=") == Some("build"),
        "COPY {rest} is not from the build"
    );
    let owner = flag("--chown=").map_or("0", |owner| owner.split(':').next().unwrap_or(owner));
    match words.as_slice() {
        [.., PROGRAM, to] => Ok(image.file(to, program, 0o755)),
        [.., DATA, to] => Ok(image.directory_of(to, 0o755, owner.parse()?)),
        _ => bail!("the lab does not know what COPY {rest} brings"),
    }
}

/// `name="value" other=value`.
fn pairs(rest: &str) -> Result<Vec<(&str, &str)>> {
    let mut found = Vec::new();
    let mut rest = rest.trim();
    while !rest.is_empty() {
        let (name, value) = rest.split_once('=').context("a name without a value")?;
        let (value, left) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').context("an open quote")?,
            None => value.split_once(' ').unwrap_or((value, "")),
        };
        found.push((name, value));
        rest = left.trim_start();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_dockerfile_of_the_project_makes_an_image() {
        let program = std::env::current_exe().unwrap();
        let image = image(&program, "kubeflow-admin:lab").await.unwrap();
        assert_eq!(image.name(), "docker.io/library/kubeflow-admin:lab");
    }

    #[test]
    fn what_the_lab_cannot_make_is_refused() {
        let program = Path::new("/bin/true");
        for text in [
            "FROM debian\nUSER 1",
            "FROM scratch\nRUN true",
            "FROM scratch\nCOPY --from=build /etc /etc",
            "FROM scratch\nCOPY README.md /",
            "FROM scratch\nLABEL a",
        ] {
            assert!(built(text, program, "x:1").is_err(), "{text}");
        }
    }
}
