//! One person's browser.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::cdp::Cdp;
use thirtyfour::{By, ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver, WebElement};

use crate::driver::Driver;

const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
];
const PATIENCE: Duration = Duration::from_mins(1);

/// More than any page has places for the focus.
const MANY: usize = 150;
/// Gives name and trouble of the focus: it must be on something, on the screen, with a ring, and not behind anything.
const FOCUS: &str = include_str!("focus.js");

/// Where the focus is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Focus {
    /// What a reader would call it.
    pub name: String,
    pub id: String,
    /// Why it cannot be seen; empty when it can.
    pub trouble: String,
}

/// Whether the browser runs the scripts of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// A window with cookies of its own.
pub struct Window {
    pub(crate) driver: WebDriver,
    pub(crate) tools: Cdp,
    origin: String,
    _data: TempDir,
}

impl Window {
    /// `origin` is `http://host:port`; addresses are below it.
    pub async fn open(driver: &Driver, origin: &str, scripts: Scripts) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg(&format!("--user-data-dir={}", data.path().display()))?;
        wanted.set_browser_log_level(thirtyfour::LoggingPrefsLogLevel::All)?;
        wanted.set_logging_prefs("performance", thirtyfour::LoggingPrefsLogLevel::All)?;
        let driver = WebDriver::new(&driver.url(), wanted)
            .await
            .context("opening Chromium")?;
        let tools = driver.cdp();
        let window = Self {
            driver,
            tools,
            origin: origin.to_owned(),
            _data: data,
        };
        // What the browser asks for by itself before it is told where to go is not a page's doing.
        window.driver.goto("about:blank").await?;
        window.requests().await?;
        if scripts == Scripts::Off {
            window
                .tools
                .send_raw(
                    "Emulation.setScriptExecutionDisabled",
                    json!({"value": true}),
                )
                .await?;
        }
        Ok(window)
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.driver.quit().await?)
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub async fn go(&self, path: &str) -> Result<()> {
        Ok(self.driver.goto(format!("{}{path}", self.origin)).await?)
    }

    /// Path and query in the address bar; fails on another host.
    pub async fn path(&self) -> Result<String> {
        let url = self.driver.current_url().await?;
        let origin = url.origin().ascii_serialization();
        if origin != self.origin {
            bail!("at {url}, which is not {}", self.origin);
        }
        Ok(url.as_str()[origin.len()..].to_owned())
    }

    /// The readable text of the page.
    pub async fn text(&self) -> Result<String> {
        Ok(self.find("body").await?.text().await?)
    }

    pub async fn find(&self, css: &str) -> Result<WebElement> {
        let found = self.driver.find(By::Css(css)).await;
        found.with_context(|| format!("looking for {css}"))
    }

    pub async fn has(&self, css: &str) -> Result<bool> {
        Ok(!self.driver.find_all(By::Css(css)).await?.is_empty())
    }

    pub async fn count(&self, css: &str) -> Result<usize> {
        Ok(self.driver.find_all(By::Css(css)).await?.len())
    }

    /// An attribute as the document has it; empty where there is none.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<String> {
        Ok(self.find(css).await?.attr(name).await?.unwrap_or_default())
    }

    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let field = self.find(css).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// What the page says of itself: the one element with the focus, by what it says or is called.
    pub async fn focus(&self) -> Result<Focus> {
        let seen = self.driver.execute(FOCUS, vec![]).await?;
        Ok(seen.convert()?)
    }

    /// Presses Tab until the focus is where it is wanted; on the way it must always be seen.
    pub async fn tab_to(&self, css: &str) -> Result<()> {
        let mut passed = Vec::new();
        while passed.len() < MANY {
            self.type_on("\u{E004}").await?;
            let focus = self.focus().await?;
            if !focus.trouble.is_empty() {
                bail!(
                    "after {passed:?}: the focus on “{}” {}",
                    focus.name,
                    focus.trouble
                );
            }
            let is_there = self
                .driver
                .execute(
                    "return document.activeElement.matches(arguments[0]);",
                    vec![json!(css)],
                )
                .await?;
            if is_there.convert()? {
                return Ok(());
            }
            passed.push(focus.name);
        }
        bail!("Tab does not lead to {css}: {passed:?}")
    }

    /// Addresses that were asked for since the last time somebody asked this.
    pub(crate) async fn requests(&self) -> Result<Vec<String>> {
        let log = self.driver.handle().get_log("performance").await?;
        let events = log.iter().filter_map(|entry| {
            let event: serde_json::Value = serde_json::from_str(&entry.message).ok()?;
            let event = &event["message"];
            let is_request = event["method"] == "Network.requestWillBeSent";
            let url = event["params"]["request"]["url"].as_str()?;
            // The browser's own pages ask it for their parts.
            (is_request && !url.starts_with("chrome:")).then(|| url.to_owned())
        });
        Ok(events.collect())
    }

    /// As wide as a desk, so that nothing is folded away.
    pub async fn widen(&self) -> Result<()> {
        Ok(self.driver.set_window_rect(0, 0, 1280, 900).await?)
    }

    /// Keys, pressed while no field has the focus.
    pub async fn type_anywhere(&self, keys: &str) -> Result<()> {
        Ok(self.find("body").await?.send_keys(keys).await?)
    }

    /// Keys, pressed wherever the focus is.
    pub async fn type_on(&self, keys: &str) -> Result<()> {
        Ok(self.driver.active_element().await?.send_keys(keys).await?)
    }

    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        element.scroll_into_view().await?;
        element
            .click()
            .await
            .with_context(|| format!("clicking {css}"))
    }

    /// Clicks the link or button that says exactly this.
    pub async fn press(&self, label: &str) -> Result<()> {
        let path = format!("//*[self::a or self::button][normalize-space(.)='{label}']");
        for element in self.driver.find_all(By::XPath(path)).await? {
            if element.is_displayed().await? {
                element.scroll_into_view().await?;
                return element
                    .click()
                    .await
                    .with_context(|| format!("pressing {label}"));
            }
        }
        bail!(
            "nothing says “{label}” on {}: {}",
            self.path().await?,
            self.text().await?
        )
    }

    /// Waits until the page says this; reloads nothing.
    pub async fn wait_for_text(&self, wanted: &str) -> Result<()> {
        self.wait(|text, _| text.contains(wanted))
            .await
            .with_context(|| format!("waiting for “{wanted}”"))
    }

    /// Waits until there is such an element.
    pub async fn wait_for(&self, css: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !self.has(css).await? {
            if tokio::time::Instant::now() > deadline {
                bail!("no {css} on {}: {}", self.path().await?, self.text().await?);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    pub async fn wait_for_path(&self, wanted: &str) -> Result<()> {
        self.wait(|_, path| path.starts_with(wanted))
            .await
            .with_context(|| format!("waiting for {wanted}"))
    }

    async fn wait(&self, enough: impl Fn(&str, &str) -> bool) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            // Between two pages there may be no body.
            let seen = (self.text().await.unwrap_or_default(), self.path().await?);
            if enough(&seen.0, &seen.1) {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                bail!("{} still says: {}", seen.1, seen.0);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
