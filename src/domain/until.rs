//! The moment at which something ends, as people type it and as it is written on objects.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// An end. A date without a time is the end of that day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Until(Timestamp);

impl Until {
    pub fn at(self) -> Timestamp {
        self.0
    }

    /// What was typed for something that shall end: a moment that is still to come.
    pub fn to_come(text: &str, now: Timestamp) -> Result<Self, UntilError> {
        let until: Self = text.parse()?;
        if until.is_past(now) {
            return Err(UntilError::Past);
        }
        Ok(until)
    }

    pub fn is_past(self, now: Timestamp) -> bool {
        self.0 <= now
    }

    /// As people read it: `31 Mar 2027, 23:59 UTC`.
    pub fn in_words(self) -> String {
        let zoned = self.0.to_zoned(TimeZone::UTC);
        zoned.strftime("%-d %b %Y, %H:%M UTC").to_string()
    }

    /// The form that a date field of a browser takes; `None` when the end is within a day.
    pub fn as_date(self) -> Option<String> {
        let date = self.0.to_zoned(TimeZone::UTC).date();
        (end_of(date) == Ok(self)).then(|| date.to_string())
    }
}

fn end_of(date: Date) -> Result<Until, UntilError> {
    let last = date.at(23, 59, 59, 0).to_zoned(TimeZone::UTC);
    last.map(|zoned| Until(zoned.timestamp()))
        .map_err(|_| UntilError::NoDate)
}

/// What is typed is no end that can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UntilError {
    #[error("Enter a date such as 2027-03-31, or a moment such as 2027-03-31T18:00:00Z")]
    NoDate,
    #[error("This date has passed. Choose today or a later day, or none")]
    Past,
}

impl FromStr for Until {
    type Err = UntilError;

    fn from_str(text: &str) -> Result<Self, UntilError> {
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self(at));
        }
        let is_date = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if !is_date {
            return Err(UntilError::NoDate);
        }
        end_of(text.parse().map_err(|_| UntilError::NoDate)?)
    }
}

/// As annotations hold it.
impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An end as it was found on an object, which anybody may have written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Written {
    At(Until),
    Unreadable(String),
}

impl Written {
    pub fn of(text: &str) -> Self {
        text.parse()
            .map_or_else(|_| Self::Unreadable(text.to_owned()), Self::At)
    }

    pub fn until(&self) -> Option<Until> {
        match self {
            Self::At(until) => Some(*until),
            Self::Unreadable(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_without_a_time_is_the_end_of_that_day_in_utc() {
        let until: Until = "2027-03-31".parse().unwrap();
        assert_eq!(until.to_string(), "2027-03-31T23:59:59Z");
        assert_eq!(until.in_words(), "31 Mar 2027, 23:59 UTC");
        assert_eq!(until.as_date().as_deref(), Some("2027-03-31"));
        assert_eq!(Written::of(&until.to_string()), Written::At(until));
    }

    #[test]
    fn an_end_that_has_passed_is_told_apart_from_no_date() {
        let now = "2027-03-31T12:00:00Z".parse().unwrap();
        let today = "2027-03-31".parse();
        assert_eq!(Until::to_come("2027-03-31", now), today);
        for (text, why) in [
            ("2027-03-30", UntilError::Past),
            ("2027-03-31T12:00:00Z", UntilError::Past),
            ("soon", UntilError::NoDate),
        ] {
            assert_eq!(Until::to_come(text, now), Err(why), "{text}");
        }
    }

    #[test]
    fn a_moment_is_kept_and_has_no_form_as_a_date() {
        let until: Until = "2027-03-31T18:00:00+02:00".parse().unwrap();
        assert_eq!(until.to_string(), "2027-03-31T16:00:00Z");
        assert_eq!(until.as_date(), None);
    }

    #[test]
    fn what_is_no_date_is_told_apart_from_none() {
        for text in [
            "soon",
            "31.03.2027",
            "2027-02-30",
            "2027-3-1",
            "20270331",
            "2027-03-31T18:00",
        ] {
            assert_eq!(text.parse::<Until>(), Err(UntilError::NoDate), "{text}");
            assert_eq!(Written::of(text), Written::Unreadable(text.to_owned()));
        }
    }
}
