//! Fields of a form with what was typed and what is wrong with it.

/// One line of the error summary, and the words at the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

/// What is wrong with a form, in the order of its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors(pub Vec<FieldError>);

impl FormErrors {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the caller has no further use for it"
    )]
    pub fn add(&mut self, field: &str, message: impl ToString) {
        self.0.push(FieldError {
            field: field.to_owned(),
            message: message.to_string(),
        });
    }

    /// The value, or `None` with the error noted at the field.
    pub fn take<T, E: ToString>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result
            .map_err(|error| self.add(field, error.to_string()))
            .ok()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn at(&self, field: &str) -> Option<String> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.clone())
    }
}

/// A line of text to type.
#[derive(Debug, Clone)]
pub struct Field {
    pub id: String,
    pub name: String,
    pub label: String,
    pub value: String,
    pub hint: Option<String>,
    pub error: Option<String>,
    pub kind: &'static str,
    pub autocomplete: &'static str,
    pub required: bool,
    /// `short` for a few characters, else empty.
    pub size: &'static str,
}

impl Field {
    pub fn text(name: &str, label: &str, value: &str, errors: &FormErrors) -> Self {
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            label: label.to_owned(),
            value: value.to_owned(),
            hint: None,
            error: errors.at(name),
            kind: "text",
            autocomplete: "off",
            required: false,
            size: "",
        }
    }

    /// Never carries back what was typed. `autocomplete` tells password managers which one it is.
    pub fn password(
        name: &str,
        label: &str,
        autocomplete: &'static str,
        errors: &FormErrors,
    ) -> Self {
        Self {
            kind: "password",
            autocomplete,
            required: true,
            ..Self::text(name, label, "", errors)
        }
    }

    #[must_use]
    pub fn hint(mut self, text: &str) -> Self {
        self.hint = Some(text.to_owned());
        self
    }

    /// Many lines; shown by `f::lines`.
    #[must_use]
    pub fn lines(mut self) -> Self {
        self.kind = "lines";
        self
    }

    /// Where several fields share a name, each has its own id, which errors point at.
    #[must_use]
    pub fn with_id(mut self, id: String, errors: &FormErrors) -> Self {
        self.error = errors.at(&id);
        self.id = id;
        self
    }

    #[must_use]
    pub fn short(mut self) -> Self {
        self.size = "short";
        self
    }
}

/// One thing to choose.
#[derive(Debug, Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: Option<String>,
    pub selected: bool,
}

impl Choice {
    pub fn new(value: &str, label: &str, chosen: &str) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
            hint: None,
            selected: value == chosen,
        }
    }
}

/// One of several.
#[derive(Debug, Clone)]
pub struct SelectField {
    pub id: String,
    pub name: String,
    pub label: String,
    pub hint: Option<String>,
    pub error: Option<String>,
    pub options: Vec<Choice>,
}

impl SelectField {
    pub fn new(name: &str, label: &str, options: Vec<Choice>) -> Self {
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            label: label.to_owned(),
            hint: None,
            error: None,
            options,
        }
    }

    /// Where several fields share a name, each has its own id, which errors point at.
    #[must_use]
    pub fn with_id(mut self, id: String, error: Option<String>) -> Self {
        self.error = error;
        self.id = id;
        self
    }
}

/// Yes or no.
#[derive(Debug, Clone)]
pub struct CheckField {
    pub id: String,
    pub name: String,
    pub value: String,
    pub label: String,
    pub hint: Option<String>,
    pub error: Option<String>,
    pub checked: bool,
}

impl CheckField {
    /// Sends `yes` when it is ticked.
    #[expect(
        clippy::fn_params_excessive_bools,
        reason = "a finding is either so or not; an enum would say the same twice"
    )]
    pub fn new(name: &str, label: &str, checked: bool) -> Self {
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            value: "yes".to_owned(),
            label: label.to_owned(),
            hint: None,
            error: None,
            checked,
        }
    }

    #[must_use]
    pub fn hint(mut self, text: &str) -> Self {
        self.hint = Some(text.to_owned());
        self
    }

    /// One of several with the same name, told apart by what they send.
    #[must_use]
    pub fn sending(mut self, value: &str) -> Self {
        self.id = format!("{}-{value}", self.name);
        value.clone_into(&mut self.value);
        self
    }
}
