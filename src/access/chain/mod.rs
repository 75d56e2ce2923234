//! Why somebody cannot get into a profile: the links of the chain from sign-in to a running notebook, looked at in
//! order until one is broken. Pure: facts in, links with a verdict, a reason and what puts it right out.

mod links;

use std::sync::Arc;

use links::Seen;

use super::reach::Right;
use crate::cluster::PasswordDb;
use crate::domain::{Gateway, Login, Pair, Passage, Profile, Role, Stated, Verdict};

/// A link of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    Spelling,
    Login,
    Profile,
    Binding,
    Policy,
    Gateway,
    Role,
    Quota,
}

impl Link {
    const ALL: [Self; 8] = [
        Self::Spelling,
        Self::Login,
        Self::Profile,
        Self::Binding,
        Self::Policy,
        Self::Gateway,
        Self::Role,
        Self::Quota,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Spelling => "The e-mail is spelled as Dex states it",
            Self::Login => "There is a login that works",
            Self::Profile => "The profile is in order",
            Self::Binding => "A RoleBinding gives a role",
            Self::Policy => "An AuthorizationPolicy opens the way through Istio",
            Self::Gateway => "The policy goes by what the gateway sends",
            Self::Role => "The role holds the rights",
            Self::Quota => "The quota leaves room",
        }
    }
}

/// What was seen of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Good,
    Broken,
    /// It does not stand in the way for certain.
    Unclear,
    /// An earlier link is broken.
    NotReached,
}

/// What puts a link right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainFix {
    AddLogin(String),
    ResetPassword(String),
    /// Both halves of a contributor, whichever is missing.
    AddContributor {
        user: String,
        role: Role,
    },
    /// The two objects of this name brought to say the same.
    MendPair {
        object: String,
    },
    /// The whole procedure, with this owner.
    SetOwner {
        owner: String,
    },
    SeeProfile,
    EditQuota,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainStep {
    pub link: Link,
    pub sight: Sight,
    pub reason: String,
    pub fix: Option<ChainFix>,
}

/// The chain of one person into one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The name that everything is compared with.
    pub name: String,
    pub steps: Vec<ChainStep>,
}

impl Chain {
    pub fn broken(&self) -> Option<&ChainStep> {
        self.steps.iter().find(|step| step.sight == Sight::Broken)
    }
}

/// Everything that the chain depends on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub typed: &'a str,
    pub profile: &'a Profile,
    /// Logins of this address, however it is written.
    pub logins: &'a [Arc<Login>],
    pub password_db: PasswordDb,
    pub stated: &'a Stated,
    /// Contributors of the profile, object by object.
    pub pairs: &'a [Pair],
    /// Rights of anybody in this profile and everywhere.
    pub rights: &'a [Right],
    /// Whom the binding of the owner names.
    pub bound_owner: Option<&'a str>,
    /// The ways in of the owner's policy.
    pub owner_passages: Option<&'a [Passage]>,
    pub gateway: &'a Gateway,
    /// What the API server answered for this person: what was asked, and the verdict or why there is none.
    pub asked: &'a [(String, Result<Verdict, String>)],
}

/// What somebody is in the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way<'a> {
    Owner,
    Contributor(&'a Pair),
    /// By RBAC alone.
    Other(&'a Right),
    Nothing,
}

/// Walks the chain and stops at the first broken link.
pub fn walk(facts: &Facts<'_>) -> Chain {
    let name = facts.name();
    let mut steps: Vec<ChainStep> = Vec::with_capacity(Link::ALL.len());
    let mut stopped = None;
    for link in Link::ALL {
        let seen = match stopped {
            Some(_) => Seen {
                sight: Sight::NotReached,
                reason: String::new(),
                fix: None,
            },
            None => facts.look(link, &name),
        };
        if seen.sight == Sight::Broken {
            stopped = Some(link);
        }
        steps.push(ChainStep {
            link,
            sight: seen.sight,
            reason: seen.reason,
            fix: seen.fix,
        });
    }
    Chain { name, steps }
}

#[cfg(test)]
mod tests;
