//! Quantities in the form Kubernetes' own types write: same family of suffix, no fraction, the
//! largest suffix that is exact.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

const NANO: i128 = 1_000_000_000;
const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

enum Family {
    Decimal,
    Exponent,
    Binary,
}

/// Reads a map of quantities, numbers included, in canonical form.
pub(super) fn canonical_map<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Quantity>, D::Error> {
    let raw = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    Ok(raw
        .into_iter()
        .map(|(name, value)| (name, Quantity(canonical(&text(&value)))))
        .collect())
}

/// The canonical form; what cannot be read or does not fit stays as it is.
fn canonical(text: &str) -> String {
    formatted(text).unwrap_or_else(|| text.to_owned())
}

fn formatted(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (family, multiplier, divisor) = scale(suffix)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let below = 10_i128
        .checked_pow(u32::try_from(fraction.len()).ok()?)?
        .checked_mul(divisor)?;
    let above = digits.checked_mul(NANO)?.checked_mul(multiplier)?;
    // Finer than nano is rounded away from zero; larger than 64 bits is the largest value.
    let nano = (above.div_euclid(below) + i128::from(above.rem_euclid(below) != 0))
        .min(i128::from(i64::MAX) * NANO);
    Some(match family {
        Family::Binary if nano.abs() >= 1024 * NANO => {
            binary(nano.div_euclid(NANO) + i128::from(nano.rem_euclid(NANO) != 0))
        }
        Family::Binary | Family::Decimal => decimal(nano, |exponent| DECIMAL[exponent].to_owned()),
        Family::Exponent => decimal(nano, |exponent| match exponent {
            3 => String::new(),
            less if less < 3 => format!("e-{}", (3 - less) * 3),
            more => format!("e{}", (more - 3) * 3),
        }),
    })
}

/// The suffix's family and its value as a fraction.
fn scale(suffix: &str) -> Option<(Family, i128, i128)> {
    if let Some(power) = BINARY.iter().skip(1).position(|known| *known == suffix) {
        return Some((
            Family::Binary,
            1024_i128.pow(u32::try_from(power).ok()? + 1),
            1,
        ));
    }
    if let Some(power) = DECIMAL.iter().position(|known| *known == suffix) {
        return Some((
            Family::Decimal,
            1000_i128.pow(u32::try_from(power).ok()?),
            NANO,
        ));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    Some(if exponent < 0 {
        (Family::Exponent, 1, power)
    } else {
        (Family::Exponent, power, 1)
    })
}

fn binary(mut value: i128) -> String {
    let mut power = 0;
    while value != 0 && value % 1024 == 0 && power + 1 < BINARY.len() {
        value /= 1024;
        power += 1;
    }
    format!("{value}{}", BINARY[power])
}

fn decimal(mut nano: i128, suffix: impl Fn(usize) -> String) -> String {
    if nano == 0 {
        return "0".into();
    }
    let mut power = 0;
    while nano % 1000 == 0 && power + 1 < DECIMAL.len() {
        nano /= 1000;
        power += 1;
    }
    format!("{nano}{}", suffix(power))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn quantities_get_the_form_kubernetes_gives_them() {
        for (written, expected) in [
            ("1000m", "1"),
            ("1024Mi", "1Gi"),
            ("1000", "1k"),
            ("0.5", "500m"),
            ("1.5Gi", "1536Mi"),
            ("1500", "1500"),
            ("1.25", "1250m"),
            ("1000Mi", "1000Mi"),
            ("1000M", "1G"),
            ("3.0", "3"),
            ("2048Ki", "2Mi"),
            ("1024", "1024"),
            ("0.1m", "100u"),
            ("0.5Ki", "512"),
            ("0Gi", "0"),
            ("1e3", "1e3"),
            ("10Ei", "9223372036854775807"),
            ("1.0001", "1000100u"),
            ("4", "4"),
            ("8Gi", "8Gi"),
        ] {
            assert_eq!(canonical(written), expected, "{written}");
        }
    }
}
