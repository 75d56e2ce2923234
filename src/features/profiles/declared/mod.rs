//! Profiles and contributors as a file declares them, compared with what is there.
//!
//! Owner, quota and contributors are what is declared; nothing else of a profile is touched. Who is not in the file
//! stays, unless that is asked for, and no profile is ever deleted because it is not in a file.

mod compare;
pub mod operations;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{ProfileName, Quota, Role, UserName};

pub use compare::{Difference, Prune, compare};

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    pub profiles: BTreeMap<ProfileName, DeclaredProfile>,
    pub contributors: BTreeSet<(ProfileName, UserName, Role)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredProfile {
    pub owner: UserName,
    pub quota: Quota,
}
