//! A pasted list as lines of e-mail, name and profile: separated by commas, semicolons or tabs, quoted or not, with a
//! heading or without, as spreadsheets and people write it. Knows nothing of the cluster.

/// One line, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// Where in the text, counted from 1.
    pub number: u64,
    pub email: String,
    pub name: String,
    pub profile: String,
}

/// More people than this are two lists.
pub(super) const MOST: usize = 5000;

/// Why a list cannot be read as one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TableError {
    #[error("Paste at least one line")]
    Empty,
    #[error("At most {MOST} people fit in one list; this one has {0}. Split it")]
    TooMany(usize),
    #[error("The heading has no column “email”. Call one so, or leave the heading out")]
    NoEmailColumn,
    #[error("This cannot be read as a list: {0}")]
    Unreadable(String),
}

/// Where the columns are.
struct Columns {
    email: usize,
    name: Option<usize>,
    profile: Option<usize>,
}

pub(crate) fn read(text: &str) -> Result<Vec<Line>, TableError> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut place = Place::default();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(separator(&text))
        .from_reader(text.as_bytes());
    let mut columns: Option<Columns> = None;
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| TableError::Unreadable(error.to_string()))?;
        place.go_to(&text, &record);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let Some(columns) = &columns else {
            let (found, is_heading) = Columns::of(&record)?;
            if !is_heading {
                lines.push(found.line(&record, place.line));
            }
            columns = Some(found);
            continue;
        };
        lines.push(columns.line(&record, place.line));
    }
    match lines.len() {
        0 => Err(TableError::Empty),
        count if count > MOST => Err(TableError::TooMany(count)),
        _ => Ok(lines),
    }
}

/// Whatever the first line has most of, outside of quotes.
fn separator(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in first.unwrap_or_default().bytes() {
        if byte == b'"' {
            quoted = !quoted;
        }
        for (separator, count) in &mut counts {
            *count += usize::from(byte == *separator && !quoted);
        }
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(separator, _)| separator)
}

/// Where in the text a record begins. The reader counts empty lines before a record as part of it.
struct Place {
    byte: usize,
    line: u64,
}

impl Default for Place {
    fn default() -> Self {
        Self { byte: 0, line: 1 }
    }
}

impl Place {
    fn go_to(&mut self, text: &str, record: &csv::StringRecord) {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(text.len());
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        let to = start + rest.iter().take_while(|byte| **byte == b'\n').count();
        let passed = text.as_bytes().get(self.byte..to).unwrap_or_default();
        self.line += passed
            .iter()
            .map(|byte| u64::from(*byte == b'\n'))
            .sum::<u64>();
        self.byte = to;
    }
}

impl Columns {
    /// A first line that names the column “email” is a heading.
    fn of(first: &csv::StringRecord) -> Result<(Self, bool), TableError> {
        let at = |names: &[&str]| {
            first
                .iter()
                .position(|cell| names.contains(&cell.to_lowercase().as_str()))
        };
        let email = at(&["email", "e-mail", "mail", "email address", "e-mail address"]);
        let (name, profile) = (
            at(&["name", "username", "full name"]),
            at(&["profile", "namespace"]),
        );
        match email {
            Some(email) => Ok((
                Self {
                    email,
                    name,
                    profile,
                },
                true,
            )),
            None if name.is_some() || profile.is_some() => Err(TableError::NoEmailColumn),
            None => Ok((
                Self {
                    email: 0,
                    name: Some(1),
                    profile: Some(2),
                },
                false,
            )),
        }
    }

    fn line(&self, record: &csv::StringRecord, number: u64) -> Line {
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        Line {
            number,
            email: cell(self.email),
            name: self.name.map(cell).unwrap_or_default(),
            profile: self.profile.map(cell).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<[String; 3]> {
        let lines = read(text).unwrap();
        lines
            .into_iter()
            .map(|line| [line.email, line.name, line.profile])
            .collect()
    }

    #[test]
    fn bare_lines_are_addresses() {
        assert_eq!(
            cells("a@x.io\r\n\r\nb@x.io\r\n"),
            [["a@x.io", "", ""], ["b@x.io", "", ""]]
        );
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        let text = "\u{feff}Name;E-Mail;Profile\r\n\"Lovelace; Ada\";ada@x.io;ada\r\n\"O\"\"Neil\";o@x.io;\r\n";
        assert_eq!(
            cells(text),
            [
                ["ada@x.io", "Lovelace; Ada", "ada"],
                ["o@x.io", "O\"Neil", ""]
            ]
        );
        assert_eq!(cells("a@x.io\tAda\n"), [["a@x.io", "Ada", ""]]);
        assert_eq!(cells("\"Ada, L\",x\n"), [["Ada, L", "x", ""]]);
    }

    #[test]
    fn line_numbers_are_those_of_the_text() {
        let lines = read("email\r\n\r\na@x.io\r\nb@x.io").unwrap();
        let numbers: Vec<u64> = lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [3, 4]);
    }

    #[test]
    fn a_list_without_people_or_with_too_many_is_refused() {
        assert_eq!(read(" \r\n"), Err(TableError::Empty));
        assert_eq!(read("email,name\n"), Err(TableError::Empty));
        assert_eq!(read("name,profile\nx,y"), Err(TableError::NoEmailColumn));
        let many = "a@x.io\n".repeat(MOST + 1);
        assert_eq!(read(&many), Err(TableError::TooMany(MOST + 1)));
    }
}
