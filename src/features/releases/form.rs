//! The form for a release as sent.

use crate::domain::ObjectRef;
use crate::operation::ReleaseChoices;
use crate::web::fields::FormErrors;
use crate::web::form::Fields;

#[derive(Debug, Clone, Default)]
pub(super) struct ReleaseForm {
    /// One object a line.
    pub delete: String,
    pub leave_out: bool,
    /// The plan whose text is used again; empty for none.
    pub again: String,
}

impl ReleaseForm {
    pub(super) fn sent(fields: &Fields) -> Self {
        Self {
            delete: fields.get("delete").to_owned(),
            leave_out: fields.is_checked("leave_out"),
            again: fields.get("again").to_owned(),
        }
    }

    pub(super) fn choices(&self, errors: &mut FormErrors) -> ReleaseChoices {
        let lines = self.delete.lines().map(str::trim);
        let parsed: Result<Vec<ObjectRef>, String> = lines
            .filter(|line| !line.is_empty())
            .map(str::parse)
            .collect();
        ReleaseChoices {
            delete: errors.take("delete", parsed).unwrap_or_default(),
            leave_out: self.leave_out,
        }
    }
}
