//! Settings of the installation: a name and a text each.

use super::row::{clean, text};
use super::{Error, Store};

impl Store {
    pub async fn setting_get(&self, name: &str) -> Result<Option<String>, Error> {
        let statement = sqlx::query(include_str!("sql/settings_get.sql")).bind(clean(name));
        let row = self.row(statement).await?;
        row.as_ref().map(|row| text(row, "value")).transpose()
    }

    /// Makes a new value of the one that is there. When another program was faster, it is made again, of what that one
    /// has left: no change of anybody is lost.
    pub async fn setting_change(
        &self,
        name: &str,
        new: impl Fn(Option<&str>) -> Result<String, Error>,
    ) -> Result<(), Error> {
        loop {
            let before = self.setting_get(name).await?;
            let after = new(before.as_deref())?;
            if self.swap(name, before, &after).await? == Swapped::Yes {
                return Ok(());
            }
        }
    }

    async fn swap(
        &self,
        name: &str,
        before: Option<String>,
        after: &str,
    ) -> Result<Swapped, Error> {
        let statement = match before {
            Some(before) => sqlx::query(include_str!("sql/settings_replace.sql"))
                .bind(clean(name))
                .bind(clean(after))
                .bind(before),
            None => sqlx::query(include_str!("sql/settings_insert.sql"))
                .bind(clean(name))
                .bind(clean(after)),
        };
        Ok(match self.change(statement).await? {
            0 => Swapped::No,
            _ => Swapped::Yes,
        })
    }
}

/// Was the value still the one that was read?
#[derive(PartialEq, Eq)]
enum Swapped {
    Yes,
    No,
}
