//! Usage over time: what is put together, that nothing is lost by it, and that it ends.

use jiff::{SignedDuration, Timestamp};
use kubeflow_admin::domain::{ProfileName, Sample, UsageRow, UsageStep};

use super::{Place, both};

both!(
    samples_are_put_together_and_no_hour_is_lost,
    a_sample_is_taken_once_and_a_gap_stays_a_gap,
    rows_of_a_resource_are_bounded,
);

fn midnight() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

fn minutes(count: i64) -> Timestamp {
    midnight() + SignedDuration::from_mins(count)
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

fn sample(profile: &str, at: Timestamp, used: f64) -> Sample {
    Sample {
        profile: profile.to_owned(),
        row: UsageRow {
            resource: "cpu".to_owned(),
            step: UsageStep::Sample,
            at,
            total: used,
            peak: used,
            promised: 8.0,
            samples: 1,
        },
    }
}

fn everything() -> (Timestamp, Timestamp) {
    (Timestamp::UNIX_EPOCH, midnight() + days(4000))
}

fn ana() -> ProfileName {
    ProfileName::from_cluster("ana")
}

/// Half an hour is missing at noon.
async fn samples_are_put_together_and_no_hour_is_lost(place: &Place) {
    let store = place.open().await;
    let taken = (0..576).filter(|number| !(144..150).contains(number));
    let mut samples: Vec<Sample> = Vec::new();
    for number in taken {
        let used = f64::from(u8::try_from(number % 4).unwrap());
        samples.push(sample("ana", minutes(i64::from(number) * 5), used));
    }
    store.usage_append(&samples).await.unwrap();
    let sum: f64 = samples.iter().map(|one| one.row.total).sum();
    // Two days and half an hour later the first half hour is old, but not a whole hour.
    for (passed, rows) in [
        (days(2) + SignedDuration::from_mins(30), 570),
        (days(4), 48),
        (days(63), 2),
    ] {
        store.usage_compact(midnight() + passed).await.unwrap();
        let kept = store.usage_of(&ana(), everything()).await.unwrap();
        assert_eq!(kept.len(), rows, "{passed:?}");
        let total: f64 = kept.iter().map(|row| row.total).sum();
        assert!((total - sum).abs() < 1e-6, "{total} of {sum}");
        assert_eq!(kept.iter().map(|row| row.samples).sum::<u32>(), 570);
        assert!(kept.iter().all(|row| row.peak <= 3.0));
    }
    let totals = store.usage_totals(everything()).await.unwrap();
    assert_eq!((totals.len(), totals[0].samples), (1, 570));
    assert!((totals[0].total - sum).abs() < 1e-6 && (totals[0].peak - 3.0).abs() < 1e-9);
    let first = store.usage_totals((midnight(), midnight() + days(1))).await;
    assert_eq!(first.unwrap()[0].samples, 282);
}

async fn a_sample_is_taken_once_and_a_gap_stays_a_gap(place: &Place) {
    let store = place.open().await;
    for used in [1.0, 5.0] {
        let both = [
            sample("ana", minutes(0), used),
            sample("bob", minutes(0), 1.0),
        ];
        store.usage_append(&both).await.unwrap();
    }
    store
        .usage_append(&[sample("ana", minutes(15), 2.0)])
        .await
        .unwrap();
    assert_eq!(store.usage_is_sampled(minutes(0)).await, Ok(true));
    assert_eq!(store.usage_is_sampled(minutes(5)).await, Ok(false));
    let kept = store.usage_of(&ana(), everything()).await.unwrap();
    let told: Vec<_> = kept.iter().map(|row| (row.at, row.total)).collect();
    assert_eq!(told, [(minutes(0), 1.0), (minutes(15), 2.0)]);
}

/// One sample an hour for 500 days, put together as the job does it.
async fn rows_of_a_resource_are_bounded(place: &Place) {
    let store = place.open().await;
    for day in 0..500 {
        let samples: Vec<Sample> = (0..24)
            .map(|hour| sample("ana", minutes((day * 24 + hour) * 60), 1.0))
            .collect();
        store.usage_append(&samples).await.unwrap();
        store
            .usage_compact(minutes((day * 24 + 23) * 60))
            .await
            .unwrap();
    }
    let kept = store.usage_of(&ana(), everything()).await.unwrap();
    let count = |step| kept.iter().filter(|row| row.step == step).count();
    assert!(
        count(UsageStep::Sample) <= 49,
        "{}",
        count(UsageStep::Sample)
    );
    assert!(
        count(UsageStep::Hour) <= 59 * 24,
        "{}",
        count(UsageStep::Hour)
    );
    assert!(count(UsageStep::Day) <= 342, "{}", count(UsageStep::Day));
    let oldest = kept.iter().map(|row| row.at).min().unwrap();
    assert!(oldest >= midnight() + days(98), "{oldest}");
}
