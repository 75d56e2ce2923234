//! What came of looking: everything there is, or why not. “None” and “not allowed to look” are never the same.

/// What came of listing one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen<T> {
    /// The resource as RBAC names it, such as `poddefaults.kubeflow.org`.
    pub kind: String,
    pub state: State<T>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State<T> {
    All(Vec<T>),
    /// The cluster does not know the kind.
    Absent,
    /// The person who asks may not list it.
    Forbidden,
    Unreadable(String),
}

/// Why something could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// The part of Kubeflow that brings it is not installed.
    Absent(String),
    /// Needs the right to do this, such as `list pods`.
    Forbidden(String),
    Unreadable {
        what: String,
        why: String,
    },
}

impl<T> Seen<T> {
    /// Everything there is, or why that is not known.
    pub fn all(&self) -> Result<&[T], Gap> {
        match &self.state {
            State::All(items) => Ok(items),
            State::Absent => Err(Gap::Absent(self.kind.clone())),
            State::Forbidden => Err(Gap::Forbidden(format!("list {}", self.kind))),
            State::Unreadable(why) => Err(Gap::Unreadable {
                what: self.kind.clone(),
                why: why.clone(),
            }),
        }
    }

    /// The same, where a cluster without the kind simply has none of them.
    pub fn all_or_none(&self) -> Result<&[T], Gap> {
        match self.all() {
            Err(Gap::Absent(_)) => Ok(&[]),
            other => other,
        }
    }

    /// Whatever could be seen, for what is only an addition to something else.
    pub fn visible(&self) -> &[T] {
        self.all().unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn items_mut(&mut self) -> &mut Vec<T> {
        match &mut self.state {
            State::All(items) => items,
            State::Absent | State::Forbidden | State::Unreadable(_) => {
                panic!("{} was not seen", self.kind)
            }
        }
    }
}

/// What came of getting one object by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look<T> {
    Found(T),
    Missing,
    Forbidden,
    Unreadable(String),
}

impl<T> Look<T> {
    /// The object, `None` when there is none, or why that is not known. `what` is such as `get secrets auth/dex`.
    pub fn found(&self, what: &str) -> Result<Option<&T>, Gap> {
        match self {
            Self::Found(value) => Ok(Some(value)),
            Self::Missing => Ok(None),
            Self::Forbidden => Err(Gap::Forbidden(what.to_owned())),
            Self::Unreadable(why) => Err(Gap::Unreadable {
                what: what.to_owned(),
                why: why.clone(),
            }),
        }
    }
}
