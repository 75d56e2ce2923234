//! Notebooks, as far as they say when somebody last worked in them.

use jiff::Timestamp;
use kube::api::DynamicObject;

use super::item::{Item, Meta};
use crate::cluster::kinds::{Kind, NOTEBOOK};

const LAST_ACTIVITY: &str = "notebooks.kubeflow.org/last-activity";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notebook {
    pub meta: Meta,
    /// Written by the notebook controller where culling is on; nobody knows otherwise.
    pub last_activity: Option<Timestamp>,
}

impl Item for Notebook {
    const KIND: Kind = NOTEBOOK;

    fn of(object: &DynamicObject) -> Option<Self> {
        let meta = Meta::of(object)?;
        Some(Self {
            last_activity: meta
                .annotation(LAST_ACTIVITY)
                .and_then(|text| text.parse().ok()),
            meta,
        })
    }
}
