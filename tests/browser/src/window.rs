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

    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let field = self.find(css).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
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
