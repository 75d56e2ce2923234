//! What ends at a date: the thing, the steps that give and end it, and who asked for the end.
//!
//! The date is on the object, for everybody to see. Who asked is with us, because no object may say as whom we act. An
//! end is only brought about for a date that somebody asked for here; see decision 53.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Actor, OperationId, ProfileName, Role, Until, UserName, Written};

/// A thing that may have a date at which it ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "thing", rename_all = "kebab-case")]
pub enum Dated {
    /// What somebody may do in a profile.
    Contributor {
        profile: ProfileName,
        user: UserName,
        role: Role,
    },
    /// That no new pod starts in a profile.
    Freeze { profile: ProfileName },
}

impl Dated {
    /// One text per thing, under which it is stored.
    pub fn key(&self) -> String {
        match self {
            Self::Contributor {
                profile,
                user,
                role,
            } => format!("contributor {profile} {role} {user}"),
            Self::Freeze { profile } => format!("freeze {profile}"),
        }
    }

    /// As the subject of an operation.
    pub fn subject(&self) -> String {
        match self {
            Self::Contributor { profile, user, .. } => format!("{user} in {profile}"),
            Self::Freeze { profile } => format!("freeze of {profile}"),
        }
    }

    pub fn profile(&self) -> &ProfileName {
        match self {
            Self::Contributor { profile, .. } | Self::Freeze { profile } => profile,
        }
    }
}

/// One idempotent step; part of [`super::Step`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "dated", rename_all = "kebab-case")]
pub enum DatedStep {
    /// A contributor with exactly this date, or with none; one that is there already gets it.
    LetIn {
        profile: ProfileName,
        user: UserName,
        role: Role,
        until: Option<Until>,
    },
    /// The thing ends, if this is still its date.
    End { thing: Dated, due: Until },
}

impl DatedStep {
    /// What it does, for the plan and for progress.
    pub fn describe(&self) -> String {
        match self {
            Self::LetIn {
                profile,
                user,
                role,
                until: Some(until),
            } => {
                let until = until.in_words();
                format!("Let {user} {role} in {profile} until {until}")
            }
            Self::LetIn {
                profile,
                user,
                role,
                until: None,
            } => format!("Let {user} {role} in {profile} without an end"),
            Self::End {
                thing:
                    Dated::Contributor {
                        profile,
                        user,
                        role,
                    },
                due,
            } => {
                let due = due.in_words();
                format!("Take {role} in {profile} from {user}: it ended on {due}")
            }
            Self::End {
                thing: Dated::Freeze { profile },
                due,
            } => {
                let due = due.in_words();
                format!("Let new pods start in {profile} again: the freeze ended on {due}")
            }
        }
    }

    /// The constant of the activity record.
    pub fn action(&self) -> &'static str {
        match self {
            Self::LetIn { .. } => "contributor.dated",
            Self::End {
                thing: Dated::Contributor { .. },
                ..
            } => "contributor.ended",
            Self::End {
                thing: Dated::Freeze { .. },
                ..
            } => "freeze.ended",
        }
    }

    pub fn subject(&self) -> String {
        match self {
            Self::LetIn { profile, user, .. }
            | Self::End {
                thing: Dated::Contributor { profile, user, .. },
                ..
            } => format!("{user} in profile {profile}"),
            Self::End {
                thing: Dated::Freeze { profile },
                ..
            } => format!("profile {profile}"),
        }
    }
}

/// A thing with the date that is written on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    pub thing: Dated,
    pub until: Written,
}

/// Who asked that a thing ends at a date, and how far that has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndRequest {
    pub thing: Dated,
    pub until: Until,
    /// As whom the end is brought about.
    pub actor: Actor,
    /// The operation that brings it about.
    #[serde(default)]
    pub operation: Option<OperationId>,
    /// Why it did not come about, and what to do.
    #[serde(default)]
    pub trouble: String,
}

/// How it stands with the end of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndState {
    /// The date is to come.
    Ahead,
    /// The date has passed and the end is being brought about.
    Due,
    /// The date is to come, or has passed, but nothing will happen then by itself.
    Stuck(String),
}

/// An end is brought about within seconds. One that takes longer is told, whatever the reason.
const SOON: SignedDuration = SignedDuration::from_mins(5);

impl Ending {
    /// `request` is what is stored about this thing, if anything.
    pub fn state(&self, request: Option<&EndRequest>, now: Timestamp) -> EndState {
        let until = match &self.until {
            Written::At(until) => *until,
            Written::Unreadable(text) => {
                return EndState::Stuck(format!(
                    "The annotation says “{text}”, which is no date. Set the date anew."
                ));
            }
        };
        let Some(request) = request.filter(|request| request.until == until) else {
            return EndState::Stuck(
                "Nobody asked for this date here, so there is nobody to act as. Set the date, or take it away, and it \
                 is yours."
                    .to_owned(),
            );
        };
        if !request.trouble.is_empty() {
            return EndState::Stuck(request.trouble.clone());
        }
        if !until.is_past(now) {
            return EndState::Ahead;
        }
        if now.duration_since(until.at()) > SOON {
            return EndState::Stuck(
                "It has not come about yet. The log of this program says why: look for date.not-applied.".to_owned(),
            );
        }
        EndState::Due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(text: &str) -> Until {
        text.parse().unwrap()
    }

    fn ending(text: &str) -> Ending {
        Ending {
            thing: Dated::Freeze {
                profile: ProfileName::from_cluster("team"),
            },
            until: Written::of(text),
        }
    }

    fn request(date: &str, trouble: &str) -> EndRequest {
        EndRequest {
            thing: ending(date).thing,
            until: until(date),
            actor: Actor::person(UserName::from_cluster("ana@example.com"), Vec::new()),
            operation: None,
            trouble: trouble.to_owned(),
        }
    }

    fn state(found: &str, asked: Option<&EndRequest>, now: &str) -> EndState {
        ending(found).state(asked, now.parse().unwrap())
    }

    #[test]
    fn a_date_that_somebody_asked_for_is_ahead_then_due() {
        let request = request("2027-03-31", "");
        let asked = Some(&request);
        assert_eq!(
            state("2027-03-31", asked, "2027-03-31T23:59:58Z"),
            EndState::Ahead
        );
        assert_eq!(
            state("2027-03-31", asked, "2027-03-31T23:59:59Z"),
            EndState::Due
        );
        assert!(matches!(
            state("2027-03-31", asked, "2027-04-01T01:00:00Z"),
            EndState::Stuck(why) if why.contains("not come about yet")
        ));
    }

    #[test]
    fn a_date_that_nobody_asked_for_here_is_nobodys_to_act_on() {
        let other = request("2027-04-30", "");
        for asked in [None, Some(&other)] {
            assert!(matches!(
                state("2027-03-31", asked, "2027-04-01T00:00:00Z"),
                EndState::Stuck(why) if why.contains("nobody to act as")
            ));
        }
    }

    #[test]
    fn what_stood_in_the_way_is_told_and_so_is_what_is_no_date() {
        let refused = request("2027-03-31", "Ana may not.");
        assert_eq!(
            state("2027-03-31", Some(&refused), "2027-04-01T00:00:00Z"),
            EndState::Stuck("Ana may not.".to_owned())
        );
        assert!(matches!(
            state("soon", None, "2027-04-01T00:00:00Z"),
            EndState::Stuck(why) if why.contains("“soon”")
        ));
    }

    #[test]
    fn every_thing_has_a_key_of_its_own() {
        let contributor = |user: &str, role| Dated::Contributor {
            profile: ProfileName::from_cluster("team"),
            user: UserName::from_cluster(user),
            role,
        };
        let keys = [
            contributor("ana@example.com", Role::Edit).key(),
            contributor("ana@example.com", Role::View).key(),
            contributor("bob@example.com", Role::Edit).key(),
            ending("2027-03-31").thing.key(),
        ];
        let different: std::collections::BTreeSet<&String> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }
}
