//! Amounts as people say them: `12.5` CPU, `1.5 TiB`, `8` GPUs. Exact text stays where it is to be typed.

use crate::domain::Quantity;

const UNITS: [(&str, f64); 5] = [
    ("PiB", 1_125_899_906_842_624.0),
    ("TiB", 1_099_511_627_776.0),
    ("GiB", 1_073_741_824.0),
    ("MiB", 1_048_576.0),
    ("KiB", 1024.0),
];

/// `resource` with or without `requests.`; bytes for memory and storage, else a plain number.
pub fn amount(resource: &str, quantity: Quantity) -> String {
    number(resource, quantity.value())
}

/// The same for a number that was computed, such as an average.
pub fn number(resource: &str, value: f64) -> String {
    let bytes = ["memory", "storage"]
        .iter()
        .any(|unit| resource.ends_with(unit))
        || resource.contains("hugepages-");
    if !bytes {
        return short(value);
    }
    match UNITS.iter().find(|(_, size)| value >= *size) {
        Some((unit, size)) => format!("{} {unit}", short(value / size)),
        None => format!("{} B", short(value)),
    }
}

/// At most two digits after the point, and none that say nothing.
fn short(value: f64) -> String {
    let text = if value >= 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_in_the_unit_that_people_use() {
        for (resource, text, wanted) in [
            ("requests.cpu", "12500m", "12.5"),
            ("cpu", "100", "100"),
            ("memory", "1536Gi", "1.5 TiB"),
            ("requests.storage", "500Gi", "500 GiB"),
            ("memory", "131900Mi", "128.8 GiB"),
            ("nvidia.com/gpu", "8", "8"),
            ("pods", "1k", "1000"),
            ("memory", "0", "0 B"),
        ] {
            assert_eq!(amount(resource, text.parse().unwrap()), wanted, "{text}");
        }
    }
}
