//! Several lines to type, and the words in them.

use super::fields::FormErrors;

/// For `ui/area.html`.
#[derive(Debug, Clone)]
pub struct TextArea {
    pub id: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub value: String,
    pub error: Option<String>,
}

impl TextArea {
    pub fn new(id: &'static str, label: &'static str, value: &str, errors: &FormErrors) -> Self {
        Self {
            id,
            label,
            hint: "One a line, or with commas",
            value: value.to_owned(),
            error: errors.at(id),
        }
    }
}

/// Words that stand on lines of their own or between commas.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == ',' || c == ';')
        .filter(|word| !word.is_empty())
}
