//! Who asked that something ends at a date. The date itself is on the object; a row counts only while both agree.

use jiff::Timestamp;

use super::row::{clean, json, millis, to_json};
use super::{Error, Store};
use crate::domain::{Dated, EndRequest, Until};

impl Store {
    /// The last one who asked is the one who asked.
    pub async fn end_request_put(&self, request: &EndRequest) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/end_requests_put.sql"))
            .bind(clean(&request.thing.key()))
            .bind(millis(request.until.at()))
            .bind(to_json(request)?);
        self.change(statement).await.map(drop)
    }

    pub async fn end_request_find(&self, thing: &Dated) -> Result<Option<EndRequest>, Error> {
        let statement =
            sqlx::query(include_str!("sql/end_requests_find.sql")).bind(clean(&thing.key()));
        let row = self.row(statement).await?;
        row.as_ref().map(|row| json(row, "body")).transpose()
    }

    pub async fn end_requests(&self) -> Result<Vec<EndRequest>, Error> {
        let rows = self
            .rows(sqlx::query(include_str!("sql/end_requests_all.sql")))
            .await?;
        rows.iter().map(|row| json(row, "body")).collect()
    }

    /// The request for this very date, for the one replica that is the first to claim it; it is nobody else's before
    /// `until`.
    pub async fn end_request_claim(
        &self,
        (thing, date): (&Dated, Until),
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<EndRequest>, Error> {
        let statement = sqlx::query(include_str!("sql/end_requests_claim.sql"))
            .bind(clean(&thing.key()))
            .bind(millis(date.at()))
            .bind(millis(now))
            .bind(millis(until));
        let row = self.row(statement).await?;
        row.as_ref().map(|row| json(row, "body")).transpose()
    }

    /// Notes how far it has come, if the request is still the same, and when to look at it again.
    pub async fn end_request_note(
        &self,
        request: &EndRequest,
        again: Timestamp,
    ) -> Result<(), Error> {
        let statement = sqlx::query(include_str!("sql/end_requests_note.sql"))
            .bind(clean(&request.thing.key()))
            .bind(millis(request.until.at()))
            .bind(millis(again))
            .bind(to_json(request)?);
        self.change(statement).await.map(drop)
    }

    pub async fn end_request_forget(&self, thing: &Dated) -> Result<(), Error> {
        let statement =
            sqlx::query(include_str!("sql/end_requests_delete.sql")).bind(clean(&thing.key()));
        self.change(statement).await.map(drop)
    }

    /// Those of dates long past, whose things went in another way.
    pub async fn end_requests_trim(&self, before: Timestamp) -> Result<u64, Error> {
        let statement = sqlx::query(include_str!("sql/end_requests_trim.sql")).bind(millis(before));
        self.change(statement).await
    }
}
