//! Kubernetes quantities: `500m`, `1.5Gi`, `1e3`; compared by value, written as the API server writes them.
//!
//! Source: Kubernetes apimachinery `pkg/api/resource/quantity.go` (v1.34).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const NANO: i128 = 1_000_000_000;

/// The largest value the API server keeps; anything above is cut to it.
const LARGEST: i128 = i64::MAX as i128 * NANO;

/// An amount of something. Equality and order are by value: `1000m` equals `1`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quantity {
    /// Value times 10⁹, rounded up as the API server does.
    nanos: i128,
    family: Family,
}

/// Which suffixes the canonical text uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Decimal,
    Binary,
    Exponent,
}

/// Why a text is not a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    #[error("Enter an amount")]
    Empty,
    #[error(
        "Write an amount as Kubernetes does: 4, 500m, 16Gi, 1.5Ti (no space, no GB, lower-case k, m for thousandths)"
    )]
    Shape,
    #[error("An amount cannot be negative")]
    Negative,
}

const SUFFIXES: [(&str, Family, i128); 14] = [
    ("Ki", Family::Binary, 1 << 10),
    ("Mi", Family::Binary, 1 << 20),
    ("Gi", Family::Binary, 1 << 30),
    ("Ti", Family::Binary, 1 << 40),
    ("Pi", Family::Binary, 1 << 50),
    ("Ei", Family::Binary, 1 << 60),
    ("n", Family::Decimal, -9),
    ("u", Family::Decimal, -6),
    ("m", Family::Decimal, -3),
    ("k", Family::Decimal, 3),
    ("M", Family::Decimal, 6),
    ("G", Family::Decimal, 9),
    ("T", Family::Decimal, 12),
    ("P", Family::Decimal, 15),
];

impl Quantity {
    pub const ZERO: Self = Self {
        nanos: 0,
        family: Family::Decimal,
    };

    /// Whole units, such as a count of pods.
    pub fn whole(count: u32) -> Self {
        Self {
            nanos: i128::from(count) * NANO,
            family: Family::Decimal,
        }
    }

    pub fn is_whole(self) -> bool {
        self.nanos % NANO == 0
    }

    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// `self` of `limit` in per cent, rounded to the nearest; `None` for a limit of zero.
    pub fn percent_of(self, limit: Self) -> Option<u32> {
        if limit.nanos == 0 {
            return None;
        }
        let percent = (self.nanos * 200 / limit.nanos + 1) / 2;
        Some(u32::try_from(percent).unwrap_or(u32::MAX))
    }
}

impl Quantity {
    /// How many times `part` fits in, whole; `None` when it is nothing.
    pub fn times(self, part: Self) -> Option<u64> {
        (part.nanos > 0).then(|| u64::try_from(self.nanos / part.nanos).unwrap_or_default())
    }

    /// What is left; nothing where more is taken away than there is.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            nanos: (self.nanos - other.nanos).max(0),
            family: self.family,
        }
    }

    /// The value for arithmetic in which the last digits do not matter: averages, charts, hours.
    #[expect(
        clippy::cast_precision_loss,
        reason = "15 digits are more than anybody reads of an average"
    )]
    pub fn value(self) -> f64 {
        self.nanos as f64 / NANO as f64
    }

    /// What is above `limit`; nothing when it is not.
    pub fn above(self, limit: Self) -> Option<Self> {
        (self.nanos > limit.nanos).then(|| Self {
            nanos: self.nanos - limit.nanos,
            family: self.family,
        })
    }
}

impl std::ops::Add for Quantity {
    type Output = Self;

    /// Written in the way of the first that is not nothing.
    fn add(self, other: Self) -> Self {
        Self {
            nanos: self.nanos.saturating_add(other.nanos).min(LARGEST),
            family: if self.is_zero() {
                other.family
            } else {
                self.family
            },
        }
    }
}

impl std::iter::Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(QuantityError::Empty);
        }
        if let Some(rest) = text.strip_prefix('-') {
            return rest.parse::<Self>().and(Err(QuantityError::Negative));
        }
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        let digits = unsigned
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(digits);
        let (mantissa, scale) = decimal(number).ok_or(QuantityError::Shape)?;
        let (family, factor, exponent) = suffix_of(suffix).ok_or(QuantityError::Shape)?;
        Ok(Self {
            nanos: nanos(mantissa, factor, exponent - scale),
            family,
        })
    }
}

/// `12.5` as (125, 1): digits without the point, and how many of them follow it.
fn decimal(number: &str) -> Option<(i128, i32)> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || number.len() > 30 {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let scale = i32::try_from(fraction.len()).ok()?;
    digits.parse().ok().map(|mantissa| (mantissa, scale))
}

/// Family, binary factor and decimal exponent of a suffix.
fn suffix_of(suffix: &str) -> Option<(Family, i128, i32)> {
    if suffix.is_empty() {
        return Some((Family::Decimal, 1, 0));
    }
    if suffix == "E" {
        return Some((Family::Decimal, 1, 18));
    }
    if let Some(exponent) = suffix
        .strip_prefix(['e', 'E'])
        .and_then(|text| text.parse::<i32>().ok())
    {
        return (-18..=18)
            .contains(&exponent)
            .then_some((Family::Exponent, 1, exponent));
    }
    let (_, family, value) = SUFFIXES.into_iter().find(|(name, _, _)| *name == suffix)?;
    match family {
        Family::Binary => Some((family, value, 0)),
        Family::Decimal | Family::Exponent => Some((family, 1, i32::try_from(value).ok()?)),
    }
}

/// The value in billionths, rounded up, cut at what an `int64` holds.
fn nanos(mantissa: i128, factor: i128, exponent: i32) -> i128 {
    let Some(scaled) = mantissa.checked_mul(factor) else {
        return LARGEST;
    };
    let power = exponent + 9;
    let ten = 10_i128.checked_pow(power.unsigned_abs());
    let value = match ten {
        Some(ten) if power >= 0 => scaled.checked_mul(ten).unwrap_or(LARGEST),
        Some(ten) => (scaled + ten - 1) / ten,
        None if power >= 0 && scaled > 0 => LARGEST,
        None => i128::from(scaled > 0),
    };
    value.min(LARGEST)
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        let whole = self.nanos / NANO;
        if self.family == Family::Binary && self.is_whole() && whole >= 1024 {
            return write_binary(f, whole);
        }
        let (mut mantissa, mut exponent) = (self.nanos, -9);
        while mantissa % 1000 == 0 && exponent < 18 {
            mantissa /= 1000;
            exponent += 3;
        }
        if self.family == Family::Exponent && exponent != 0 {
            return write!(f, "{mantissa}e{exponent}");
        }
        let suffix = match exponent {
            -9 => "n",
            -6 => "u",
            -3 => "m",
            3 => "k",
            6 => "M",
            9 => "G",
            12 => "T",
            15 => "P",
            18 => "E",
            _ => "",
        };
        write!(f, "{mantissa}{suffix}")
    }
}

fn write_binary(f: &mut fmt::Formatter<'_>, whole: i128) -> fmt::Result {
    let (mut value, mut step) = (whole, 0);
    let names = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    while value % 1024 == 0 && step < names.len() - 1 {
        value /= 1024;
        step += 1;
    }
    write!(f, "{value}{}", names[step])
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl TryFrom<String> for Quantity {
    type Error = QuantityError;

    fn try_from(text: String) -> Result<Self, QuantityError> {
        text.parse()
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        quantity.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(text: &str) -> String {
        text.parse::<Quantity>()
            .map_or_else(|e| format!("{e:?}"), |q| q.to_string())
    }

    #[test]
    fn the_canonical_form_is_that_of_the_api_server() {
        for (text, wanted) in [
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
            (".5", "500m"),
        ] {
            assert_eq!(canonical(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_people_mistype_is_refused() {
        for text in [
            "1K", "5g", "5GB", "1 Gi", "2e2Gi", "1_000", "0x10", "Gi", ".", "1..2", "1e99", "four",
        ] {
            assert_eq!(
                text.parse::<Quantity>(),
                Err(QuantityError::Shape),
                "{text}"
            );
        }
        assert_eq!("".parse::<Quantity>(), Err(QuantityError::Empty));
        assert_eq!("-1".parse::<Quantity>(), Err(QuantityError::Negative));
    }

    #[test]
    fn equal_values_are_equal_however_they_are_written() {
        assert_eq!("1000m".parse::<Quantity>(), "1".parse());
        assert_eq!("1Gi".parse::<Quantity>(), "1024Mi".parse());
        assert!("1Gi".parse::<Quantity>().unwrap() > "1G".parse().unwrap());
    }

    #[test]
    fn parts_are_counted_whole() {
        let (four, part): (Quantity, Quantity) = ("4".parse().unwrap(), "1500m".parse().unwrap());
        assert_eq!(four.times(part), Some(2));
        assert_eq!(four.times(Quantity::ZERO), None);
        assert_eq!(
            four.above(part).map(|q| q.to_string()).as_deref(),
            Some("2500m")
        );
        assert_eq!(part.above(four), None);
    }

    #[test]
    fn a_sum_is_written_like_what_was_added() {
        let sum = |amounts: &[&str]| {
            let amounts = amounts.iter().map(|text| text.parse::<Quantity>().unwrap());
            amounts.sum::<Quantity>().to_string()
        };
        assert_eq!(sum(&[]), "0");
        assert_eq!(sum(&["1Gi", "512Mi"]), "1536Mi");
        assert_eq!(sum(&["512Mi", "1536Mi"]), "2Gi");
        assert_eq!(sum(&["500m", "1500m"]), "2");
    }

    #[test]
    fn a_difference_ends_at_nothing() {
        let amount = |text: &str| text.parse::<Quantity>().unwrap();
        assert_eq!(amount("2Gi").minus(amount("512Mi")).to_string(), "1536Mi");
        assert_eq!(amount("1").minus(amount("1500m")), Quantity::ZERO);
    }

    #[test]
    fn values_are_in_whole_units() {
        for (text, value) in [("1500m", 1.5), ("1Gi", 1_073_741_824.0), ("0", 0.0)] {
            let amount: Quantity = text.parse().unwrap();
            assert!((amount.value() - value).abs() < 1e-9, "{text}");
        }
    }

    #[test]
    fn percentages_survive_a_zero_limit() {
        let three: Quantity = "3".parse().unwrap();
        assert_eq!(three.percent_of("4".parse().unwrap()), Some(75));
        assert_eq!(three.percent_of(Quantity::ZERO), None);
    }

    proptest! {
        #[test]
        fn reading_the_canonical_form_again_changes_nothing(number in 0_u64..1 << 50, fraction in 0_u32..1000, suffix in "n|u|m||k|M|G|Ki|Mi|Gi") {
            let text = format!("{number}.{fraction:03}{suffix}");
            let once: Quantity = text.parse().unwrap();
            let twice: Quantity = once.to_string().parse().unwrap();
            prop_assert_eq!(once, twice);
            prop_assert_eq!(once.to_string(), twice.to_string());
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Quantity>();
        }
    }
}
