//! The field for an end, and how an end is told.

use jiff::Timestamp;

use super::fields::{Field, FormErrors};
use super::view::When;
use crate::domain::{Until, Written};

/// Name of the field in every form.
const UNTIL: &str = "until";

/// What was typed: an end, or none. `None` with an error at the field when it is no date, or one that has passed.
pub fn typed(text: &str, now: Timestamp, errors: &mut FormErrors) -> Option<Option<Until>> {
    if text.is_empty() {
        return Some(None);
    }
    errors.take(UNTIL, Until::to_come(text, now)).map(Some)
}

/// A date field; a line of text for an end within a day, which a date field cannot hold.
pub fn field(value: &str, errors: &FormErrors) -> Field {
    let mut field = Field::text(UNTIL, "Until", value, errors)
        .hint("Ends by itself at the end of this day in UTC. Empty: no end");
    if value.is_empty()
        || value
            .parse::<Until>()
            .is_ok_and(|until| until.as_date().is_some())
    {
        field.kind = "date";
    }
    field
}

/// What the field holds for an end that is there.
pub fn value(until: Option<&Written>) -> String {
    match until {
        Some(Written::At(until)) => until.as_date().unwrap_or_else(|| until.to_string()),
        Some(Written::Unreadable(text)) => text.clone(),
        None => String::new(),
    }
}

/// `until 31 Mar 2027, 23:59 UTC`; empty when there is no end.
pub fn words(until: Option<&Written>) -> String {
    match until {
        Some(Written::At(until)) => format!("until {}", until.in_words()),
        Some(Written::Unreadable(text)) => format!("until “{text}”, which is no date"),
        None => String::new(),
    }
}

/// `in 3 days`, `2 hours ago`.
pub fn distance(until: Until, now: Timestamp) -> String {
    let seconds = until.at().duration_since(now).as_secs();
    let count = |number: i64, unit: &str| {
        let plural = if number == 1 { "" } else { "s" };
        format!("in {number} {unit}{plural}")
    };
    match seconds {
        ..=0 => When::new(until.at(), now).text,
        1..=59 => count(seconds, "second"),
        60..=3599 => count(seconds / 60, "minute"),
        3600..=86_399 => count(seconds / 3600, "hour"),
        86_400..=5_183_999 => count(seconds / 86_400, "day"),
        5_184_000.. => count(seconds / 2_592_000, "month"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2027-03-31T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn today_is_accepted_and_yesterday_is_refused_at_the_field() {
        let mut errors = FormErrors::default();
        let today = typed("2027-03-31", now(), &mut errors);
        assert_eq!(today, Some("2027-03-31".parse().ok()));
        assert_eq!(typed("", now(), &mut errors), Some(None));
        assert!(errors.is_empty());
        for bad in ["2027-03-30", "soon"] {
            let mut errors = FormErrors::default();
            assert_eq!(typed(bad, now(), &mut errors), None);
            assert!(errors.at("until").is_some(), "{bad}");
        }
    }

    #[test]
    fn an_end_is_told_exactly_and_as_a_distance() {
        let until: Until = "2027-04-03".parse().unwrap();
        assert_eq!(
            words(Some(&Written::At(until))),
            "until 3 Apr 2027, 23:59 UTC"
        );
        assert_eq!(distance(until, now()), "in 3 days");
        assert_eq!(
            distance("2027-03-31T11:00:00Z".parse().unwrap(), now()),
            "1 hour ago"
        );
    }

    #[test]
    fn an_end_within_a_day_is_kept_as_text() {
        let errors = FormErrors::default();
        let moment = Written::of("2027-03-31T18:00:00Z");
        assert_eq!(field(&value(Some(&moment)), &errors).kind, "text");
        assert_eq!(field("2027-03-31", &errors).kind, "date");
    }
}
