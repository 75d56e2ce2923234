//! What is looked at on every page.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use serde::Deserialize;
use serde_json::json;

use crate::window::Window;

const WIDTHS: [u32; 2] = [1280, 400];
const SCHEMES: [&str; 2] = ["light", "dark"];
/// Each width and each scheme once: what axe-core finds does not depend on how they are paired.
const JUDGED: [(u32, &str); 2] = [(WIDTHS[0], SCHEMES[0]), (WIDTHS[1], SCHEMES[1])];
/// How axe-core grades what it finds; the lower two are advice.
const SERIOUS: [&str; 2] = ["serious", "critical"];

/// A folder of screenshots, one for each page, width and colour scheme, and the rules every page keeps.
pub struct Album {
    folder: PathBuf,
    axe: String,
}

#[derive(Debug, Deserialize)]
struct Violation {
    id: String,
    impact: Option<String>,
    help: String,
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    html: String,
}

impl Album {
    /// `axe` is the file `axe.min.js` of the npm package axe-core.
    pub fn new(folder: &Path, axe: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let axe = std::fs::read_to_string(axe).with_context(|| format!("{}", axe.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
            axe,
        })
    }

    /// Takes the page as it stands in all four looks, and fails where it breaks a rule in one of them.
    pub async fn page(&self, window: &Window, name: &str) -> Result<()> {
        ensure_named(window)
            .await
            .with_context(|| name.to_owned())?;
        for width in WIDTHS {
            for scheme in SCHEMES {
                self.look(window, name, width, scheme)
                    .await
                    .with_context(|| format!("{name} at {width} px, {scheme}"))?;
            }
        }
        dress(window, WIDTHS[0], SCHEMES[0]).await?;
        ensure_quiet(window).await.with_context(|| name.to_owned())
    }

    async fn look(&self, window: &Window, name: &str, width: u32, scheme: &str) -> Result<()> {
        dress(window, width, scheme).await?;
        self.shoot(window, &format!("{name}-{width}-{scheme}"))
            .await?;
        ensure_fits(window, width).await?;
        if JUDGED.contains(&(width, scheme)) {
            self.ensure_accessible(window).await?;
        }
        Ok(())
    }

    async fn shoot(&self, window: &Window, name: &str) -> Result<()> {
        let shot = window
            .tools
            .send_raw(
                "Page.captureScreenshot",
                json!({"format": "png", "captureBeyondViewport": true}),
            )
            .await?;
        let data = shot["data"].as_str().context("no picture")?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(data)?;
        Ok(std::fs::write(
            self.folder.join(format!("{name}.png")),
            bytes,
        )?)
    }

    /// axe-core, WCAG 2.2 A and AA.
    async fn ensure_accessible(&self, window: &Window) -> Result<()> {
        let run = "const done = arguments[arguments.length - 1];\
                   axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', \
                   'wcag21aa', 'wcag22aa', 'best-practice']})\
                   .then((found) => done(found.violations), (problem) => done(String(problem)));";
        window.driver.execute(&self.axe, vec![]).await?;
        let found: Vec<Violation> = window.driver.execute_async(run, vec![]).await?.convert()?;
        let grave: Vec<String> = found
            .iter()
            .filter(|one| {
                one.impact
                    .as_deref()
                    .is_some_and(|impact| SERIOUS.contains(&impact))
            })
            .map(|one| {
                let places: Vec<&str> = one.nodes.iter().map(|node| node.html.as_str()).collect();
                format!("{}: {} {places:?}", one.id, one.help)
            })
            .collect();
        ensure!(grave.is_empty(), "axe-core: {}", grave.join("\n"));
        Ok(())
    }
}

async fn dress(window: &Window, width: u32, scheme: &str) -> Result<()> {
    let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
    // Without motion, or the picture shows a button halfway from one colour to the other.
    let media = json!({"features": [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]});
    window
        .tools
        .send_raw("Emulation.setDeviceMetricsOverride", size)
        .await?;
    window
        .tools
        .send_raw("Emulation.setEmulatedMedia", media)
        .await?;
    Ok(())
}

async fn ensure_fits(window: &Window, width: u32) -> Result<()> {
    let measured = window
        .driver
        .execute("return document.documentElement.scrollWidth;", vec![])
        .await?;
    let needed: u32 = measured.convert()?;
    ensure!(needed <= width, "the page is {needed} px wide");
    Ok(())
}

/// One heading that says what the page is, and a title that says it in the list of windows.
async fn ensure_named(window: &Window) -> Result<()> {
    let count = "return document.querySelectorAll('h1').length;";
    let headings: u32 = window.driver.execute(count, vec![]).await?.convert()?;
    ensure!(headings == 1, "{headings} headings of the first level");
    let title = window.driver.title().await?;
    ensure!(title.contains("kubeflow-admin"), "its title is “{title}”");
    Ok(())
}

/// Nothing from another host, nothing in the console.
async fn ensure_quiet(window: &Window) -> Result<()> {
    let asked = window.requests().await?;
    let is_ours = |url: &&String| url.starts_with(window.origin()) || url.starts_with("data:");
    let elsewhere: Vec<&String> = asked.iter().filter(|url| !is_ours(url)).collect();
    ensure!(elsewhere.is_empty(), "asks another host: {elsewhere:?}");
    let mut complaints = window.driver.handle().browser_log().await?;
    // Dex's own pages are not ours to judge, advice is not an error, and a refusal is a page like any other.
    complaints.retain(|one| {
        ["SEVERE", "WARNING"].contains(&one.level.as_str())
            && !one.message.contains("/dex/auth")
            && !one
                .message
                .contains("the server responded with a status of 4")
    });
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}
