//! Settings of the installation: a name and a text each.

use super::row::{clean, text};
use super::{Error, Store};

impl Store {
    pub async fn setting_get(&self, name: &str) -> Result<Option<String>, Error> {
        let statement = sqlx::query(include_str!("sql/settings_get.sql")).bind(clean(name));
        let row = self.row(statement).await?;
        row.as_ref().map(|row| text(row, "value")).transpose()
    }

    pub async fn setting_set(&self, name: &str, value: &str) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/settings_set.sql"))
            .bind(clean(name))
            .bind(clean(value));
        self.change(statement).await.map(drop)
    }
}
