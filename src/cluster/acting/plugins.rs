//! Plugins of a Profile, read only.

use super::Acting;
use crate::cluster::error::Error;
use crate::domain::{Plugin, ProfileName};

impl Acting {
    pub async fn plugins(&self, profile: &ProfileName) -> Result<Vec<Plugin>, Error> {
        let found = self.profiles().get(profile.as_str()).await?;
        let plugins = found.data["spec"]["plugins"].as_array();
        Ok(plugins
            .into_iter()
            .flatten()
            .map(|plugin| Plugin {
                kind: plugin["kind"].as_str().unwrap_or_default().to_owned(),
                spec: plugin["spec"].clone(),
            })
            .collect())
    }
}
