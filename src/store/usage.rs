//! Usage over time: samples every five minutes, after two days one row an hour, after sixty days one a day.
//!
//! A row is a sum of samples and how many there were, so that putting rows together loses no hour of anything and a
//! time without samples stays one. At most 588 + 1,416 + 342 rows are kept of one resource of one profile, about 300 KB
//! with their index.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::row::{clean, millis, text, time};
use super::{Error, Statement, Store};
use crate::domain::{ProfileName, Sample, UsageRow, UsageStep as Step, UsageTotal};

/// Samples are kept one by one for this long.
const SAMPLES: SignedDuration = SignedDuration::from_hours(48);
/// Hours are kept for this long.
const HOURS: SignedDuration = SignedDuration::from_hours(24 * 60);
/// Days are kept for this long.
const DAYS: SignedDuration = SignedDuration::from_hours(24 * 400);

impl Store {
    /// Has somebody, this replica or another, taken the samples of this moment?
    pub async fn usage_is_sampled(&self, at: Timestamp) -> Result<bool, Error> {
        let statement = sqlx::query(include_str!("sql/usage_is_sampled.sql"))
            .bind(Step::Sample.millis())
            .bind(millis(at));
        Ok(self.total(statement).await? > 0)
    }

    /// All rows or none. A row that is there already stays as it is.
    pub async fn usage_append(&self, samples: &[Sample]) -> Result<(), Error> {
        self.all_or_none(samples.iter().map(append)).await
    }

    /// Puts old rows together and forgets the oldest.
    pub async fn usage_compact(&self, now: Timestamp) -> Result<(), Error> {
        self.usage_merge((Step::Sample, Step::Hour), now - SAMPLES)
            .await?;
        self.usage_merge((Step::Hour, Step::Day), now - HOURS)
            .await?;
        let statement = sqlx::query(include_str!("sql/usage_delete_before.sql"))
            .bind(Step::Day.millis())
            .bind(millis(now - DAYS));
        self.change(statement).await.map(drop)
    }

    /// Only whole ones of the wider step, so that nothing comes to them later.
    async fn usage_merge(&self, (from, to): (Step, Step), before: Timestamp) -> Result<(), Error> {
        let before = millis(to.start_of(before));
        let merge = sqlx::query(include_str!("sql/usage_merge.sql"))
            .bind(to.millis())
            .bind(from.millis())
            .bind(before);
        let delete = sqlx::query(include_str!("sql/usage_delete_before.sql"))
            .bind(from.millis())
            .bind(before);
        self.all_or_none([merge, delete]).await
    }

    /// What was recorded of a profile, by resource and time.
    pub async fn usage_of(
        &self,
        profile: &ProfileName,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<UsageRow>, Error> {
        let statement = sqlx::query(include_str!("sql/usage_of.sql"))
            .bind(clean(profile.as_str()))
            .bind(millis(from))
            .bind(millis(to));
        self.rows(statement).await?.iter().map(usage_row).collect()
    }

    /// Sums of all profiles, those that are gone included.
    pub async fn usage_totals(
        &self,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<UsageTotal>, Error> {
        let statement = sqlx::query(include_str!("sql/usage_totals.sql"))
            .bind(millis(from))
            .bind(millis(to));
        let rows = self.rows(statement).await?;
        let total = |row: &AnyRow| {
            Ok(UsageTotal {
                profile: text(row, "profile")?,
                resource: text(row, "resource")?,
                total: row.try_get("amount")?,
                peak: row.try_get("peak")?,
                samples: count(row)?,
            })
        };
        rows.iter().map(total).collect()
    }
}

fn append(sample: &Sample) -> Statement {
    sqlx::query(include_str!("sql/usage_append.sql"))
        .bind(clean(&sample.profile))
        .bind(clean(&sample.row.resource))
        .bind(sample.row.step.millis())
        .bind(millis(sample.row.at))
        .bind(sample.row.total)
        .bind(sample.row.peak)
        .bind(sample.row.promised)
        .bind(i64::from(sample.row.samples))
}

fn usage_row(row: &AnyRow) -> Result<UsageRow, Error> {
    let step: i64 = row.try_get("step")?;
    Ok(UsageRow {
        resource: text(row, "resource")?,
        step: Step::of_millis(step)
            .ok_or_else(|| Error::Corrupt("column step holds no known step".to_owned()))?,
        at: time(row, "at")?,
        total: row.try_get("total")?,
        peak: row.try_get("peak")?,
        promised: row.try_get("promised")?,
        samples: count(row)?,
    })
}

fn count(row: &AnyRow) -> Result<u32, Error> {
    let samples: i64 = row.try_get("samples")?;
    Ok(u32::try_from(samples).unwrap_or(u32::MAX))
}
