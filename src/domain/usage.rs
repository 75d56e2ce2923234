//! Use over time: what is recorded, in which steps, and what hours of it are called.

use jiff::Timestamp;

use super::Profile;

/// Resources of one profile that are recorded; a quota with more keeps the first ones.
const RECORDED: usize = 8;

/// How long a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// One sample, for five minutes.
    Sample,
    Hour,
    Day,
}

impl Step {
    pub const ALL: [Self; 3] = [Self::Sample, Self::Hour, Self::Day];

    pub fn millis(self) -> i64 {
        match self {
            Self::Sample => 5 * 60_000,
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }

    pub fn of_millis(millis: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.millis() == millis)
    }

    /// When the step began in which a moment lies; days are those of UTC.
    pub fn start_of(self, at: Timestamp) -> Timestamp {
        let millis = at.as_millisecond();
        let start = millis - millis.rem_euclid(self.millis());
        Timestamp::from_millisecond(start).unwrap_or(at)
    }
}

/// What was recorded of one resource of one profile during one step. Amounts are in whole units: CPUs, bytes, GPUs.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageRow {
    pub resource: String,
    pub step: Step,
    pub at: Timestamp,
    /// Sum of the samples.
    pub total: f64,
    pub peak: f64,
    /// The largest limit that was in force.
    pub promised: f64,
    pub samples: u32,
}

/// A row and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub profile: String,
    pub row: UsageRow,
}

/// What a profile used of a resource within some time.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageTotal {
    pub profile: String,
    pub resource: String,
    pub total: f64,
    pub peak: f64,
    pub samples: u32,
}

/// The sum of samples as hours: CPU-hours, GPU-hours, byte-hours.
pub fn hours(total: f64) -> f64 {
    total / 12.0
}

/// What the quota of a profile says is used, as samples. Nothing while the API server has not said.
pub fn samples_of(profile: &Profile, at: Timestamp) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for (name, hard) in profile.quota_use.hard.iter() {
        let Some(resource) = recorded(name.as_str()) else {
            continue;
        };
        let Some(used) = profile.quota_use.used.get(name) else {
            continue;
        };
        // `cpu` and `requests.cpu` are one thing; the smaller limit is the one in force.
        if let Some(known) = samples.iter_mut().find(|one| one.row.resource == resource) {
            known.row.promised = known.row.promised.min(hard.value());
            continue;
        }
        if samples.len() == RECORDED {
            break;
        }
        samples.push(Sample {
            profile: profile.name.to_string(),
            row: UsageRow {
                resource: resource.to_owned(),
                step: Step::Sample,
                at,
                total: used.value(),
                peak: used.value(),
                promised: hard.value(),
                samples: 1,
            },
        });
    }
    samples
}

/// CPU, memory, storage and devices, by what nodes call them. Limits and counts have no hours that anybody asks for.
fn recorded(name: &str) -> Option<&str> {
    match name {
        "cpu" | "memory" => Some(name),
        "requests.cpu" | "requests.memory" | "requests.storage" => name.strip_prefix("requests."),
        _ => name
            .strip_prefix("requests.")
            .filter(|rest| rest.contains('/') && !rest.contains("kubernetes.io/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Health, ProfileName, Quota, QuotaUse, ResourceName};

    fn quota(lines: &[(&str, &str)]) -> Quota {
        let lines = lines.iter();
        lines
            .map(|(name, amount)| (ResourceName::from_cluster(*name), amount.parse().unwrap()))
            .collect()
    }

    #[test]
    fn what_is_recorded_is_what_the_quota_says_is_used() {
        let hard = quota(&[
            ("cpu", "8"),
            ("requests.cpu", "6"),
            ("limits.cpu", "20"),
            ("pods", "5"),
            ("requests.nvidia.com/gpu", "2"),
            ("memory", "1Gi"),
        ]);
        let used = quota(&[
            ("cpu", "1500m"),
            ("requests.cpu", "1500m"),
            ("requests.nvidia.com/gpu", "1"),
        ]);
        let profile = Profile {
            name: ProfileName::from_cluster("ana"),
            owner: None,
            quota: hard.clone(),
            quota_use: QuotaUse { hard, used },
            health: Health::healthy(),
            created_at: None,
            resource_version: String::new(),
            managed_by: None,
        };
        let found = samples_of(&profile, Timestamp::UNIX_EPOCH);
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.row.resource.as_str(), one.row.total, one.row.promised))
            .collect();
        assert_eq!(told, [("cpu", 1.5, 6.0), ("nvidia.com/gpu", 1.0, 2.0)]);
    }

    #[test]
    fn steps_begin_where_the_clock_has_round_numbers() {
        let at: Timestamp = "2026-11-24T03:37:12Z".parse().unwrap();
        let starts = Step::ALL.map(|step| step.start_of(at).to_string());
        assert_eq!(
            starts,
            [
                "2026-11-24T03:35:00Z",
                "2026-11-24T03:00:00Z",
                "2026-11-24T00:00:00Z"
            ]
        );
        assert!((hours(12.0) - 1.0).abs() < f64::EPSILON);
    }
}
