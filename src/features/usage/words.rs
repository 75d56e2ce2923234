//! What resources and their hours are called. Pure.

use crate::domain::ResourceName;
use crate::domain::usage::hours;
use crate::web::view::label_of;

const GIB: f64 = 1_073_741_824.0;

/// `CPU`, `Memory`, `GPU`, or the device's own name.
pub(super) fn label(resource: &str) -> String {
    let known = label_of(&ResourceName::from_cluster(format!("requests.{resource}")));
    match known.strip_prefix("requests.") {
        Some(bare) => bare.to_owned(),
        None => known,
    }
}

pub(super) fn is_bytes(resource: &str) -> bool {
    ["memory", "storage"].contains(&resource)
}

/// The unit in which a month of it is told.
pub(super) fn unit(resource: &str) -> String {
    if is_bytes(resource) {
        format!("{} GiB-months", label(resource))
    } else {
        format!("{}-hours", label(resource))
    }
}

/// A sum of samples in that unit; `month` is how many samples a whole month has.
pub(super) fn amount(resource: &str, total: f64, month: u32) -> f64 {
    if is_bytes(resource) {
        total / GIB / f64::from(month)
    } else {
        hours(total)
    }
}

/// The same for a span that is no month: GiB-hours.
pub(super) fn in_hours(resource: &str, total: f64) -> String {
    if is_bytes(resource) {
        format!("{:.1} GiB-hours", hours(total) / GIB)
    } else {
        format!("{:.1} {}-hours", hours(total), label(resource))
    }
}

/// CPU, memory, storage, then devices.
pub(super) fn rank(resource: &str) -> (usize, String) {
    let known = ["cpu", "memory", "storage"];
    let place = known.iter().position(|one| *one == resource);
    (place.unwrap_or(known.len()), resource.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_months_have_their_names() {
        assert_eq!(unit("nvidia.com/gpu"), "GPU-hours");
        assert_eq!(unit("memory"), "Memory GiB-months");
        assert_eq!(unit("amd.com/gpu"), "amd.com/gpu-hours");
        // Two GPUs for an hour are 24 samples' sum; 3 GiB for half of a month of 100 samples.
        assert!((amount("nvidia.com/gpu", 24.0, 100) - 2.0).abs() < 1e-9);
        assert!((amount("memory", 3.0 * GIB * 50.0, 100) - 1.5).abs() < 1e-9);
        assert_eq!(in_hours("storage", GIB * 24.0), "2.0 GiB-hours");
    }
}
