//! The link to us in the menu of Kubeflow's Central Dashboard: one entry in a JSON text in somebody else's ConfigMap.
//!
//! Read, edited as text, tried, written under the version that was read, and read back. Everything that is not our
//! entry stays byte for byte; a text that cannot be read is refused and not mended.

use serde_json::json;

use super::kinds::CONFIG_MAP;
use super::menu_text::{self, MenuTextError};
use super::objects::{Mode, Objects};
use super::{Cluster, Error};

/// Key of the ConfigMap that holds the menu.
const LINKS: &str = "links";

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuEntry {
    /// Where it leads; what tells entries apart.
    pub link: String,
    pub text: String,
    pub icon: String,
}

/// Which menu.
#[derive(Debug, Clone, Copy)]
pub struct Menu<'a> {
    pub namespace: &'a str,
    pub config_map: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuChange {
    Written,
    /// It was like that before.
    Nothing,
}

/// Why the menu is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MenuError {
    #[error(transparent)]
    Cluster(#[from] Error),
    #[error("ConfigMap {0} has no key “links”: it is not the Central Dashboard’s")]
    NoLinks(String),
    #[error("the menu in ConfigMap {0} was left alone: {1}")]
    Text(String, MenuTextError),
    #[error("ConfigMap {0} does not hold what was written; somebody else changed it at once")]
    NotKept(String),
}

impl Cluster {
    /// Adds the entry, or makes the one with the same link like it.
    pub async fn add_to_menu(
        &self,
        menu: Menu<'_>,
        entry: &MenuEntry,
    ) -> Result<MenuChange, MenuError> {
        self.edit_menu(menu, |text| menu_text::with(text, entry))
            .await
    }

    /// Removes every entry with this link.
    pub async fn remove_from_menu(
        &self,
        menu: Menu<'_>,
        link: &str,
    ) -> Result<MenuChange, MenuError> {
        self.edit_menu(menu, |text| menu_text::without(text, link))
            .await
    }

    async fn edit_menu(
        &self,
        menu: Menu<'_>,
        edit: impl Fn(&str) -> Result<Option<String>, MenuTextError>,
    ) -> Result<MenuChange, MenuError> {
        let name = menu.config_map;
        let maps = Objects::within(&self.inner.client, CONFIG_MAP, menu.namespace);
        let found = maps.get(name).await?;
        let text = found.data["data"][LINKS].as_str();
        let text = text.ok_or_else(|| MenuError::NoLinks(name.to_owned()))?;
        let edited = edit(text).map_err(|why| MenuError::Text(name.to_owned(), why))?;
        let Some(edited) = edited else {
            return Ok(MenuChange::Nothing);
        };
        let fields = json!({
            "metadata": { "resourceVersion": found.metadata.resource_version },
            "data": { LINKS: edited },
        });
        maps.merge(name, &fields, Mode::DryRun).await?;
        maps.merge(name, &fields, Mode::Apply).await?;
        let kept = maps.get(name).await?;
        if kept.data["data"][LINKS].as_str() == Some(&edited) {
            Ok(MenuChange::Written)
        } else {
            Err(MenuError::NotKept(name.to_owned()))
        }
    }
}
