//! How values are written into columns and read back: times, JSON, text, patterns.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Error;

pub(super) fn text(row: &AnyRow, column: &str) -> Result<String, Error> {
    Ok(row.try_get::<String, _>(column)?)
}

pub(super) fn maybe_text(row: &AnyRow, column: &str) -> Result<Option<String>, Error> {
    Ok(row.try_get::<Option<String>, _>(column)?)
}

pub(super) fn time(row: &AnyRow, column: &str) -> Result<Timestamp, Error> {
    let millis: i64 = row.try_get(column)?;
    Timestamp::from_millisecond(millis)
        .map_err(|_| Error::Corrupt(format!("column {column} holds no time")))
}

pub(super) fn maybe_time(row: &AnyRow, column: &str) -> Result<Option<Timestamp>, Error> {
    let millis: Option<i64> = row.try_get(column)?;
    let at = millis.map(Timestamp::from_millisecond).transpose();
    at.map_err(|_| Error::Corrupt(format!("column {column} holds no time")))
}

pub(super) fn json<T: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<T, Error> {
    from_json(&text(row, column)?, column)
}

/// The text itself stays out of the error: a body may hold what nobody should read in a log.
pub(super) fn from_json<T: DeserializeOwned>(text: &str, column: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| {
        let (line, place) = (error.line(), error.column());
        Error::Corrupt(format!(
            "column {column} does not decode (line {line}, column {place})"
        ))
    })
}

pub(super) fn total(row: &AnyRow) -> Result<u64, Error> {
    let total: i64 = row.try_get("total")?;
    Ok(total.unsigned_abs())
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Error::Corrupt("a value has no JSON form".to_owned()))
}

pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// `PostgreSQL` cannot store NUL in text, and what a client typed may hold one.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Pattern of LIKE for “contains”; with an empty text it matches everything.
pub(super) fn containing(text: &str) -> String {
    format!("%{}%", escaped(text))
}

pub(super) fn starting(text: &str) -> String {
    format!("{}%", escaped(text))
}

/// The statements say `ESCAPE '!'`; a backslash would mean different things on the two engines.
fn escaped(text: &str) -> String {
    clean(text)
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_")
}

pub(super) fn version(row: &AnyRow) -> Result<i64, Error> {
    Ok(row.try_get("version")?)
}
