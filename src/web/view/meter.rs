//! How much of a limit is used.

use crate::domain::{Profile, Quantity, ResourceName};

/// Used against limit.
#[derive(Debug, Clone)]
pub struct Meter {
    pub label: String,
    pub used: String,
    pub limit: String,
    pub percent: u32,
    pub level: &'static str,
    pub text: String,
}

impl Meter {
    pub fn new(name: &ResourceName, used: Option<Quantity>, limit: Quantity) -> Self {
        let label = label_of(name);
        let percent = used
            .and_then(|used| used.percent_of(limit))
            .unwrap_or_default();
        let level = match percent {
            100.. => "full",
            80..100 => "near",
            0..80 => "ok",
        };
        let used = used.map_or_else(|| "unknown".to_owned(), |used| used.to_string());
        Self {
            text: format!("{used} of {limit} {label} used"),
            label,
            used,
            limit: limit.to_string(),
            percent: percent.min(100),
            level,
        }
    }
}

/// `CPU` for `requests.cpu`, `GPU` for `requests.nvidia.com/gpu`, else the name itself.
pub fn label_of(name: &ResourceName) -> String {
    match name.as_str() {
        "cpu" | "requests.cpu" => "CPU".to_owned(),
        "memory" | "requests.memory" => "Memory".to_owned(),
        "requests.nvidia.com/gpu" => "GPU".to_owned(),
        "requests.storage" => "Storage".to_owned(),
        other => other.to_owned(),
    }
}

/// Meters of a profile: what is enforced, or else what was asked for.
pub fn meters(profile: &Profile) -> Vec<Meter> {
    let limits = if profile.quota_use.hard.is_empty() {
        &profile.quota
    } else {
        &profile.quota_use.hard
    };
    limits
        .iter()
        .map(|(name, limit)| Meter::new(name, profile.quota_use.used.get(name), limit))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_reads_as_text_and_survives_a_zero_limit() {
        let name = ResourceName::from_cluster("requests.cpu");
        let meter = Meter::new(&name, "3500m".parse().ok(), "4".parse().unwrap());
        assert_eq!(
            (meter.text.as_str(), meter.level),
            ("3500m of 4 CPU used", "near")
        );
        assert_eq!(Meter::new(&name, None, Quantity::ZERO).level, "ok");
    }
}
