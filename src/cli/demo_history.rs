//! Two weeks of usage for the demo, and who set the dates in it: invented like everything there, so that charts, reports
//! and lists have something to show.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::domain::{Actor, EndRequest, Profile, Sample, UsageStep, UserName, usage};
use crate::sandbox::seed;
use crate::store::{self, Store};

const HOURS: i64 = 14 * 24;
/// Samples in an hour.
const SAMPLES: u32 = 12;
/// For so many hours nothing was recorded, as when a dashboard is not running.
const GAP: std::ops::Range<i64> = 130..137;
/// Rows that are written together.
const AT_ONCE: usize = 100;
/// Until the profiles of the demo have their quotas.
const PATIENCE: Duration = Duration::from_secs(3);

/// A few rows at a time, so that pages and operations have their turn at the database in between.
pub(super) async fn invent(cluster: Cluster, store: Store) {
    tokio::time::sleep(PATIENCE).await;
    let now = Clock.now();
    for (number, profile) in cluster.profiles().items.iter().enumerate() {
        let samples = weeks_of(profile, i64::try_from(number).unwrap_or(0), now);
        for some in samples.chunks(AT_ONCE) {
            if let Err(error) = store.usage_append(some).await {
                tracing::warn!(%error, "demo.history-not-invented");
                return;
            }
        }
    }
    if let Err(error) = ask_for_dates(&cluster, &store).await {
        tracing::warn!(%error, "demo.history-not-invented");
        return;
    }
    tracing::info!("demo.history-invented");
}

/// As if the administrator had set every date that is there.
async fn ask_for_dates(cluster: &Cluster, store: &Store) -> Result<(), store::Error> {
    let administrator = UserName::from_cluster(seed::ADMINISTRATOR);
    for ending in cluster.endings().items.iter() {
        if let Some(until) = ending.until.until() {
            let request = EndRequest {
                thing: ending.thing.clone(),
                until,
                actor: Actor::person(administrator.clone(), Vec::new()),
                operation: None,
                trouble: String::new(),
            };
            store.end_request_put(&request).await?;
        }
    }
    Ok(())
}

fn weeks_of(profile: &Profile, number: i64, now: Timestamp) -> Vec<Sample> {
    let this_hour = UsageStep::Hour.start_of(now);
    let today = usage::samples_of(profile, this_hour);
    (1..=HOURS)
        .filter(|ago| !GAP.contains(ago))
        .flat_map(|ago| {
            let at = this_hour - SignedDuration::from_hours(ago);
            let busy = share(at, number);
            today.iter().map(move |sample| hour_of(sample, at, busy))
        })
        .collect()
}

/// Less at night and at weekends, each profile in its own way; storage only grows.
fn share(at: Timestamp, number: i64) -> f64 {
    let hour = at.as_second().div_euclid(3600);
    let (of_day, day) = (hour.rem_euclid(24), hour.div_euclid(24));
    let at_work = (8 + number % 3..19 + number % 4).contains(&of_day);
    let weekend = [2, 3].contains(&day.rem_euclid(7));
    match (at_work, weekend) {
        (true, false) if (day + number).rem_euclid(5) == 0 => 0.5,
        (true, false) => 1.0,
        (_, true) if number % 4 == 0 => 0.75,
        (false, false) if (day + number).rem_euclid(3) == 0 => 0.5,
        _ => 0.0,
    }
}

fn hour_of(sample: &Sample, at: Timestamp, busy: f64) -> Sample {
    let mut sample = sample.clone();
    let row = &mut sample.row;
    let counted = row.resource.contains('/');
    let used = if row.resource == "storage" {
        row.peak
    } else if counted {
        (row.peak * busy).floor()
    } else {
        row.peak * busy
    };
    row.step = UsageStep::Hour;
    row.at = at;
    row.peak = used;
    row.samples = SAMPLES;
    row.total = used * f64::from(SAMPLES);
    sample
}
