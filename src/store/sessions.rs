//! Signed-in browsers. Expired rows are found until they are swept: who asks compares `expires_at`.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::row::{clean, containing, json, millis, text, time, to_json};
use super::{Error, Store};
use crate::domain::{Session, SessionId, TokenHash, UserName};

impl Store {
    pub async fn session_insert(&self, session: &Session) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/sessions_insert.sql"))
            .bind(session.id.as_str().to_owned())
            .bind(session.token.as_str().to_owned())
            .bind(clean(session.actor.user.as_str()))
            .bind(clean(&session.actor.user.folded()))
            .bind(to_json(&session.actor)?)
            .bind(millis(session.created_at))
            .bind(millis(session.authenticated_at))
            .bind(millis(session.last_seen_at))
            .bind(millis(session.expires_at))
            .bind(clean(&session.address))
            .bind(clean(&session.user_agent));
        self.change(statement).await.map(drop)
    }

    pub async fn session_find(&self, token: &TokenHash) -> Result<Option<Session>, Error> {
        let statement =
            sqlx::query(include_str!("sql/sessions_find.sql")).bind(token.as_str().to_owned());
        self.row(statement).await?.as_ref().map(session).transpose()
    }

    /// Never goes backwards, and never brings a deleted session back.
    pub async fn session_touch(&self, id: &SessionId, last_seen: Timestamp) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/sessions_touch.sql"))
            .bind(clean(id.as_str()))
            .bind(millis(last_seen));
        self.change(statement).await.map(drop)
    }

    /// How many were deleted: one or none.
    pub async fn session_delete(&self, id: &SessionId) -> Result<u64, Error> {
        let statement =
            sqlx::query(include_str!("sql/sessions_delete.sql")).bind(clean(id.as_str()));
        self.change(statement).await
    }

    /// All sessions of a person, in whatever case the name was written.
    pub async fn sessions_delete_of(&self, user: &UserName) -> Result<u64, Error> {
        let statement =
            sqlx::query(include_str!("sql/sessions_delete_of.sql")).bind(clean(&user.folded()));
        self.change(statement).await
    }

    /// Most recently used first.
    pub async fn sessions_of(&self, user: &UserName) -> Result<Vec<Session>, Error> {
        let statement =
            sqlx::query(include_str!("sql/sessions_of.sql")).bind(clean(&user.folded()));
        self.rows(statement).await?.iter().map(session).collect()
    }

    /// A page of sessions whose user or address contains `search`, and how many there are in all.
    pub async fn sessions_page(
        &self,
        search: &str,
        limit: u32,
        offset: u32,
    ) -> Result<(Vec<Session>, u64), Error> {
        let page = sqlx::query(include_str!("sql/sessions_page.sql"))
            .bind(containing(search))
            .bind(i64::from(limit))
            .bind(i64::from(offset));
        let count = sqlx::query(include_str!("sql/sessions_count.sql")).bind(containing(search));
        let rows = self.rows(page).await?;
        let sessions = rows.iter().map(session).collect::<Result<_, _>>()?;
        Ok((sessions, self.total(count).await?))
    }

    /// How many have not expired and were used after `idle_since`.
    pub async fn sessions_alive(
        &self,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<u64, Error> {
        let statement = sqlx::query(include_str!("sql/sessions_alive.sql"))
            .bind(millis(now))
            .bind(millis(idle_since));
        self.total(statement).await
    }

    pub async fn session_delete_expired(&self, now: Timestamp) -> Result<u64, Error> {
        let statement =
            sqlx::query(include_str!("sql/sessions_delete_expired.sql")).bind(millis(now));
        self.change(statement).await
    }
}

fn session(row: &AnyRow) -> Result<Session, Error> {
    Ok(Session {
        id: SessionId::new(text(row, "id")?),
        token: TokenHash::from_hex(text(row, "token")?),
        actor: json(row, "actor")?,
        created_at: time(row, "created_at")?,
        authenticated_at: time(row, "authenticated_at")?,
        last_seen_at: time(row, "last_seen_at")?,
        expires_at: time(row, "expires_at")?,
        address: text(row, "address")?,
        user_agent: text(row, "user_agent")?,
    })
}
