//! The health of a profile, worked out from the objects around it. Pure: facts and the time in, one word out.
//!
//! The Profile's own status is always empty upstream, and the controller stops without a word (domain facts of
//! Kubeflow 1.6 to 26.03). What it should have made is compared with what is there.

use jiff::{SignedDuration, Timestamp};

use super::facts::{Exists, NamespaceFacts, ProfileFacts, QuotaFacts};
use super::kinds::{EDITOR, OWNER_BINDING, OWNER_POLICY, QUOTA_NAME, VIEWER};
use crate::domain::{BindingHalf, Health, HealthVerdict, PolicyHalf};

/// How long the profile controller may take before something missing is called broken.
const SETTLING: SignedDuration = SignedDuration::from_mins(2);

const SEE_LOG: &str = "Look into the log of Deployment profiles-deployment in namespace kubeflow, container manager: it names what it could not do.";

/// What is known of one object.
#[derive(Debug)]
pub(crate) enum Seen<'a, V> {
    /// It could not be looked at; the text says what is missing.
    Unknown(&'a str),
    Absent,
    There(&'a V),
}

// Not derived: a reference can be copied whatever it refers to.
impl<V> Clone for Seen<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Seen<'_, V> {}

impl<V> Seen<'_, V> {
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// Everything that the verdict depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) profile: &'a ProfileFacts,
    pub(crate) namespace: Seen<'a, NamespaceFacts>,
    pub(crate) owner_binding: Seen<'a, BindingHalf>,
    pub(crate) editor_binding: Seen<'a, BindingHalf>,
    pub(crate) viewer_binding: Seen<'a, BindingHalf>,
    pub(crate) editor: Seen<'a, Exists>,
    pub(crate) viewer: Seen<'a, Exists>,
    pub(crate) owner_policy: Seen<'a, PolicyHalf>,
    pub(crate) quota: Seen<'a, QuotaFacts>,
}

/// The verdict. Of several findings the gravest one counts.
pub(crate) fn health(facts: &Facts<'_>, now: Timestamp) -> Health {
    if facts.profile.deleting {
        return terminating(facts);
    }
    let settling = is_settling(facts.profile, now);
    let found = [
        owner(facts),
        namespace(facts, settling),
        made_by_controller(facts, settling),
        quota(facts, settling),
        unknown(facts),
        stale_annotation(facts),
        at_limit(facts),
    ];
    let gravest = found.into_iter().flatten().min_by_key(|h| rank(h.verdict));
    gravest.unwrap_or_else(Health::healthy)
}

fn rank(verdict: HealthVerdict) -> u8 {
    match verdict {
        HealthVerdict::Terminating => 0,
        HealthVerdict::Broken => 1,
        HealthVerdict::Progressing => 2,
        HealthVerdict::Unknown => 3,
        HealthVerdict::Warning => 4,
        HealthVerdict::Healthy => 5,
    }
}

fn is_settling(profile: &ProfileFacts, now: Timestamp) -> bool {
    let last = profile.changed_at.max(profile.created_at);
    last.is_some_and(|last| now.duration_since(last) < SETTLING)
}

#[expect(clippy::unnecessary_wraps, reason = "one of several of the same shape")]
fn broken(reason: impl Into<String>, remedy: impl Into<String>) -> Option<Health> {
    Some(Health::new(HealthVerdict::Broken, reason, remedy))
}

#[expect(clippy::unnecessary_wraps, reason = "one of several of the same shape")]
fn warning(reason: impl Into<String>, remedy: impl Into<String>) -> Option<Health> {
    Some(Health::new(HealthVerdict::Warning, reason, remedy))
}

/// Something the controller still has to make, or should long have made.
#[expect(
    clippy::fn_params_excessive_bools,
    reason = "a finding is either so or not; an enum would say the same twice"
)]
fn missing(what: &str, settling: bool) -> Option<Health> {
    if settling {
        let reason = format!("The profile controller has not made {what} yet.");
        return Some(Health::new(HealthVerdict::Progressing, reason, ""));
    }
    broken(format!("There is no {what}."), SEE_LOG)
}

fn terminating(facts: &Facts<'_>) -> Health {
    let annotated = match facts.namespace {
        Seen::There(namespace) => namespace.owner.as_deref(),
        Seen::Absent | Seen::Unknown(_) => None,
    };
    let owner = facts.profile.owner.as_ref().map(|o| o.name.as_str());
    let remedy = match (annotated, owner) {
        (Some(annotated), Some(owner)) if annotated != owner => format!(
            "It will hang: the namespace annotation owner says {annotated}, the profile says {owner}. Set the annotation to {owner}."
        ),
        _ => String::new(),
    };
    Health::new(HealthVerdict::Terminating, "It is being deleted.", remedy)
}

fn owner(facts: &Facts<'_>) -> Option<Health> {
    match &facts.profile.owner {
        None => broken(
            "The profile has no owner, so the controller cannot bind anybody to it.",
            "Set spec.owner of the Profile.",
        ),
        Some(owner) if owner.kind != "User" => warning(
            format!(
                "The owner is a {}: its members get rights in Kubernetes, but Istio keeps them out of notebooks.",
                owner.kind
            ),
            "Make a person the owner and add the others as contributors.",
        ),
        Some(owner) => misspelt(owner.name.as_str()),
    }
}

/// Dex states the lower-case address of a Password object, and everything downstream compares byte for byte. (A static
/// login is stated as it is written, so a mixed-case owner may still match one.)
fn misspelt(owner: &str) -> Option<Health> {
    let stated = owner.to_lowercase();
    if stated == owner {
        return None;
    }
    warning(
        format!(
            "Its owner is written {owner}. Who signs in as {stated} is somebody else to Kubernetes and Istio."
        ),
        format!(
            "Set spec.owner.name of the Profile to {stated}, and the annotation owner of its namespace with it."
        ),
    )
}

#[expect(
    clippy::fn_params_excessive_bools,
    reason = "a finding is either so or not; an enum would say the same twice"
)]
fn namespace(facts: &Facts<'_>, settling: bool) -> Option<Health> {
    let owner = facts.profile.owner.as_ref()?;
    match facts.namespace {
        Seen::Unknown(_) => None,
        Seen::Absent
            if facts
                .profile
                .name
                .as_str()
                .parse::<crate::domain::ProfileName>()
                .is_err() =>
        {
            broken(
                "Its name cannot name a namespace, so it will never get one.",
                "Delete it and create it again under a name of lower-case letters, digits and -.",
            )
        }
        Seen::Absent => missing("namespace", settling),
        Seen::There(namespace) if namespace.terminating => broken(
            "Its namespace is being deleted although the profile is not; the controller will make an empty one.",
            "Wait until the namespace is gone; contributors have to be added again.",
        ),
        Seen::There(namespace) => match namespace.owner.as_deref() {
            Some(annotated) if annotated == owner.name.as_str() => None,
            annotated => broken(
                format!(
                    "The namespace annotation owner says {}, the profile says {}: the controller has stopped working on this profile without a word.",
                    annotated.unwrap_or("nothing"),
                    owner.name
                ),
                format!(
                    "Set the annotation owner of namespace {} to {}.",
                    facts.profile.name, owner.name
                ),
            ),
        },
    }
}

/// Bindings, accounts and policy, in the order in which the controller makes them.
#[expect(
    clippy::fn_params_excessive_bools,
    reason = "a finding is either so or not; an enum would say the same twice"
)]
fn made_by_controller(facts: &Facts<'_>, settling: bool) -> Option<Health> {
    let owner = facts.profile.owner.as_ref()?;
    let absent = [
        (
            facts.owner_policy.is_absent(),
            "AuthorizationPolicy",
            OWNER_POLICY,
        ),
        (facts.editor.is_absent(), "ServiceAccount", EDITOR),
        (facts.editor_binding.is_absent(), "RoleBinding", EDITOR),
        (facts.viewer.is_absent(), "ServiceAccount", VIEWER),
        (facts.viewer_binding.is_absent(), "RoleBinding", VIEWER),
        (
            facts.owner_binding.is_absent(),
            "RoleBinding",
            OWNER_BINDING,
        ),
    ];
    if let Some((_, kind, name)) = absent.into_iter().find(|(absent, _, _)| *absent) {
        return missing(&format!("{kind} {name}"), settling);
    }
    let Seen::There(binding) = facts.owner_binding else {
        return None;
    };
    let bound = binding.subject().map(crate::domain::Subject::name);
    if bound == Some(owner.name.as_str()) {
        return None;
    }
    if settling {
        return missing(
            &format!("RoleBinding {OWNER_BINDING} for {}", owner.name),
            settling,
        );
    }
    broken(
        format!(
            "RoleBinding {OWNER_BINDING} is for {}, not for the owner {}.",
            bound.unwrap_or("nobody, or several"),
            owner.name
        ),
        SEE_LOG,
    )
}

#[expect(
    clippy::fn_params_excessive_bools,
    reason = "a finding is either so or not; an enum would say the same twice"
)]
fn quota(facts: &Facts<'_>, settling: bool) -> Option<Health> {
    let wanted = &facts.profile.quota;
    match facts.quota {
        Seen::Unknown(_) => None,
        Seen::Absent if wanted.is_empty() => None,
        Seen::Absent => missing(
            &format!("ResourceQuota {QUOTA_NAME}: the quota is not in force"),
            settling,
        ),
        Seen::There(quota) if quota.wanted == *wanted => None,
        Seen::There(_) if settling => Some(Health::new(
            HealthVerdict::Progressing,
            "The new quota is not in force yet.",
            "",
        )),
        Seen::There(_) if wanted.is_empty() => warning(
            format!(
                "The profile asks for no quota, but ResourceQuota {QUOTA_NAME} is still in force."
            ),
            format!(
                "Kubeflow 1.6 never removes it: delete {QUOTA_NAME} in namespace {}.",
                facts.profile.name
            ),
        ),
        Seen::There(_) => broken(
            format!("ResourceQuota {QUOTA_NAME} differs from what the profile asks for."),
            SEE_LOG,
        ),
    }
}

fn unknown(facts: &Facts<'_>) -> Option<Health> {
    fn why<'a, V>(seen: &Seen<'a, V>) -> Option<&'a str> {
        match seen {
            Seen::Unknown(why) => Some(why),
            Seen::Absent | Seen::There(_) => None,
        }
    }
    let reason = why(&facts.namespace)
        .or_else(|| why(&facts.owner_binding))
        .or_else(|| why(&facts.owner_policy))
        .or_else(|| why(&facts.editor))
        .or_else(|| why(&facts.viewer))
        .or_else(|| why(&facts.quota))?;
    Some(Health::new(HealthVerdict::Unknown, reason, ""))
}

/// After a change of owner the controller leaves the annotations, and KFAM goes by them.
fn stale_annotation(facts: &Facts<'_>) -> Option<Health> {
    let owner = facts.profile.owner.as_ref()?.name.as_str();
    let binding = match facts.owner_binding {
        Seen::There(binding) => binding.user.as_deref(),
        Seen::Absent | Seen::Unknown(_) => None,
    };
    let policy = match facts.owner_policy {
        Seen::There(policy) => policy.user.as_deref(),
        Seen::Absent | Seen::Unknown(_) => None,
    };
    let stale = |name: Option<&str>| name.is_some_and(|name| name != owner);
    let (object, name) = if stale(binding) {
        (format!("RoleBinding {OWNER_BINDING}"), binding)
    } else if stale(policy) {
        (format!("AuthorizationPolicy {OWNER_POLICY}"), policy)
    } else {
        return None;
    };
    warning(
        format!(
            "The annotation user of {object} still says {}: the Central Dashboard shows this profile to them and not to {owner}.",
            name.unwrap_or_default()
        ),
        format!("Set the annotation user to {owner}."),
    )
}

fn at_limit(facts: &Facts<'_>) -> Option<Health> {
    let Seen::There(quota) = facts.quota else {
        return None;
    };
    let full = quota.in_force.full();
    if full.is_empty() {
        return None;
    }
    warning(
        format!("It is at its limit: {}.", full.join(", ")),
        "Raise the quota, or stop something in the profile.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Owner, ProfileName, Quota, QuotaUse, UserName};

    const CREATED: Timestamp = Timestamp::UNIX_EPOCH;

    /// A profile in which all is well, with everything around it, to be broken by a test.
    struct World {
        profile: ProfileFacts,
        namespace: NamespaceFacts,
        owner: BindingHalf,
        quota: QuotaFacts,
    }

    fn binding(user: &str) -> BindingHalf {
        BindingHalf {
            user: Some(user.to_owned()),
            role: Some("admin".to_owned()),
            subjects: vec![crate::domain::Subject::User(UserName::from_cluster(user))],
            count: 1,
            cluster_role: "kubeflow-admin".to_owned(),
            until: None,
        }
    }

    fn one_cpu(amount: &str) -> Quota {
        [Quota::line("cpu", amount).unwrap()].into_iter().collect()
    }

    fn well() -> World {
        World {
            profile: ProfileFacts {
                name: ProfileName::from_cluster("ana"),
                owner: Some(Owner {
                    kind: "User".to_owned(),
                    name: UserName::from_cluster("ana@example.com"),
                }),
                quota: one_cpu("4"),
                created_at: Some(CREATED),
                changed_at: Some(CREATED),
                deleting: false,
                resource_version: "1".to_owned(),
                managed_by: None,
            },
            namespace: NamespaceFacts {
                owner: Some("ana@example.com".to_owned()),
                terminating: false,
            },
            owner: binding("ana@example.com"),
            quota: QuotaFacts {
                wanted: one_cpu("4"),
                in_force: QuotaUse {
                    hard: one_cpu("4"),
                    used: one_cpu("1"),
                },
            },
        }
    }

    fn judged(
        world: &World,
        change: impl for<'a> FnOnce(&mut Facts<'a>),
        now: Timestamp,
    ) -> HealthVerdict {
        let account = binding("x");
        let policy = PolicyHalf {
            user: Some("ana@example.com".to_owned()),
            role: None,
            passages: Vec::new(),
        };
        let mut facts = Facts {
            profile: &world.profile,
            namespace: Seen::There(&world.namespace),
            owner_binding: Seen::There(&world.owner),
            editor_binding: Seen::There(&account),
            viewer_binding: Seen::There(&account),
            editor: Seen::There(&Exists),
            viewer: Seen::There(&Exists),
            owner_policy: Seen::There(&policy),
            quota: Seen::There(&world.quota),
        };
        change(&mut facts);
        let health = health(&facts, now);
        assert_eq!(
            health.verdict == HealthVerdict::Healthy,
            health.reason.is_empty(),
            "{health:?}"
        );
        health.verdict
    }

    fn later() -> Timestamp {
        CREATED + jiff::SignedDuration::from_hours(1)
    }

    #[test]
    fn a_whole_profile_is_healthy() {
        assert_eq!(judged(&well(), |_| {}, later()), HealthVerdict::Healthy);
    }

    #[test]
    fn what_is_missing_is_on_its_way_at_first_and_broken_later() {
        for change in [
            |facts: &mut Facts<'_>| facts.namespace = Seen::Absent,
            |facts: &mut Facts<'_>| facts.owner_binding = Seen::Absent,
            |facts: &mut Facts<'_>| facts.editor = Seen::Absent,
            |facts: &mut Facts<'_>| facts.owner_policy = Seen::Absent,
            |facts: &mut Facts<'_>| facts.quota = Seen::Absent,
        ] {
            assert_eq!(judged(&well(), change, CREATED), HealthVerdict::Progressing);
            assert_eq!(judged(&well(), change, later()), HealthVerdict::Broken);
        }
    }

    #[test]
    fn a_namespace_of_another_owner_stops_everything_silently() {
        let mut world = well();
        world.namespace.owner = Some("bob@example.com".to_owned());
        assert_eq!(judged(&world, |_| {}, later()), HealthVerdict::Broken);
    }

    #[test]
    fn an_owner_in_upper_case_is_a_warning_even_when_everything_agrees_with_it() {
        let mut world = well();
        world.profile.owner.as_mut().unwrap().name = UserName::from_cluster("Ana@example.com");
        world.namespace.owner = Some("Ana@example.com".to_owned());
        world.owner = binding("Ana@example.com");
        assert_eq!(judged(&world, |_| {}, later()), HealthVerdict::Warning);
    }

    #[test]
    fn what_cannot_be_seen_is_unknown() {
        let change = |facts: &mut Facts<'_>| facts.quota = Seen::Unknown("we may not look");
        assert_eq!(judged(&well(), change, later()), HealthVerdict::Unknown);
    }

    #[test]
    fn a_used_up_quota_is_a_warning_and_deletion_is_terminating() {
        let mut world = well();
        world.quota.in_force.used = one_cpu("4");
        assert_eq!(judged(&world, |_| {}, later()), HealthVerdict::Warning);
        world.profile.deleting = true;
        assert_eq!(judged(&world, |_| {}, later()), HealthVerdict::Terminating);
    }
}
