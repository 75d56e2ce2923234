//! Versions as far as they can be compared: numbers between dots, and nothing else.

use std::cmp::Ordering;
use std::fmt;

/// The leading numbers of a tag: `v1.34.4-gke.1` is 1.34.4, `26.03` is 26.3, and `1.10.2` comes after `1.9.1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(Vec<u64>);

impl Version {
    /// `None` for what carries no order, such as `latest`, `v1-855e096` or an empty tag.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('v');
        let end = text.find(['-', '+', '_']).unwrap_or(text.len());
        let parts: Option<Vec<u64>> = text[..end]
            .split('.')
            .map(|part| part.parse().ok())
            .collect();
        parts.filter(|parts| parts.len() > 1).map(Self)
    }

    /// Major and minor.
    pub(crate) fn minor(&self) -> (u64, u64) {
        (
            self.0.first().copied().unwrap_or_default(),
            self.0.get(1).copied().unwrap_or_default(),
        )
    }

    /// Compares as many numbers as `line` has: 1.10.2 is within 1.10.
    fn against_line(&self, line: &Self) -> Ordering {
        let length = line.0.len().min(self.0.len());
        self.0[..length].cmp(&line.0[..length])
    }

    /// Is it of this line or later? `line` is one of our own tables.
    pub(crate) fn is_since(&self, line: &str) -> bool {
        Self::parse(line).is_some_and(|line| self.against_line(&line) != Ordering::Less)
    }

    /// Is it of this line or earlier?
    pub(crate) fn is_until(&self, line: &str) -> bool {
        Self::parse(line).is_some_and(|line| self.against_line(&line) != Ordering::Greater)
    }

    /// Strictly before a full version.
    pub(crate) fn is_before(&self, other: &str) -> bool {
        Self::parse(other).is_some_and(|other| *self < other)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let version = |text: &str| Version::parse(text).unwrap();
        assert!(version("1.9.1") < version("v1.10.0"));
        assert!(version("1.11.0") < version("26.03"));
        assert!(version("1.10.2").is_until("1.10") && version("1.10.2").is_since("1.10"));
        assert!(version("1.10.2").is_since("1.10.2") && !version("1.10.1").is_since("1.10.2"));
        assert!(!version("1.11.0").is_until("1.10"));
        assert_eq!(version("v1.29.4-gke.1043002").minor(), (1, 29));
        for odd in ["latest", "v1-855e096", "", "28c59ef", "8"] {
            assert_eq!(Version::parse(odd), None, "{odd}");
        }
    }
}
