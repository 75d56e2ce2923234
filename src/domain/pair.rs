//! A contributor's two objects as they were found, and everything that can be wrong with them.

use super::{
    Gateway, Passage, PassageFault, ProfileName, Role, Subject, UserName, Written, binding_name,
};

/// The RoleBinding half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingHalf {
    /// Annotations, by which KFAM finds it.
    pub user: Option<String>,
    pub role: Option<String>,
    /// People and groups among the subjects.
    pub subjects: Vec<Subject>,
    /// How many subjects there are, of whatever kind.
    pub count: usize,
    pub cluster_role: String,
    /// When it ends.
    pub until: Option<Written>,
}

/// The AuthorizationPolicy half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyHalf {
    pub user: Option<String>,
    pub role: Option<Role>,
    pub passages: Vec<Passage>,
}

/// Both objects of one name in one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub profile: ProfileName,
    /// Name of both objects.
    pub object: String,
    pub binding: Option<BindingHalf>,
    pub policy: Option<PolicyHalf>,
}

/// How Dex states a person, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stated {
    /// Exactly so.
    As(String),
    /// There is no login; the person may come through a connector.
    NoLogin,
}

/// Something wrong with a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairFinding {
    NoPolicy,
    NoBinding,
    /// More or fewer than one subject: KFAM's listing fails for everybody whose name is annotated so.
    Subjects(usize),
    /// The annotation, which KFAM goes by, and the subject, which RBAC goes by.
    Annotation {
        annotated: String,
        bound: String,
    },
    RoleAnnotation {
        annotated: String,
        bound: String,
    },
    /// The two halves are for different people.
    PolicyUser(String),
    UnknownRole(String),
    Passage(PassageFault),
    /// The Central Dashboard looks for another name and cannot remove it.
    Name(String),
    /// Dex states another spelling.
    Spelling(String),
    NoLogin,
}

/// What puts a pair right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairFix {
    /// Both objects are brought to say the same, under their own name.
    Rewrite {
        user: UserName,
        role: Role,
    },
    /// A new pair under the name that Kubeflow derives, then the old one goes.
    Rename {
        user: UserName,
        role: Role,
    },
    Remove,
}

impl PairFinding {
    pub fn explain(&self, gateway: &Gateway) -> String {
        match self {
            Self::NoPolicy => {
                "The AuthorizationPolicy is missing: notebooks do not open, and the Central Dashboard cannot remove \
                 the other half."
                    .to_owned()
            }
            Self::NoBinding => {
                "The RoleBinding is missing: only the way through Istio was left behind, and the Central Dashboard \
                 cannot remove it."
                    .to_owned()
            }
            Self::Subjects(count) => format!(
                "The RoleBinding has {count} subjects. KFAM expects one and fails whenever it lists this person."
            ),
            Self::Annotation { annotated, bound } => format!(
                "The RoleBinding gives the role to {bound}, but its annotation says {annotated}: the Central Dashboard \
                 shows the profile to {annotated}."
            ),
            Self::RoleAnnotation { annotated, bound } => {
                format!("The annotation says {annotated}, but what is bound is {bound}.")
            }
            Self::PolicyUser(user) => {
                format!("The AuthorizationPolicy is annotated for {user}, the RoleBinding for somebody else.")
            }
            Self::UnknownRole(role) => {
                format!("It binds {role}, which is none of Kubeflow’s three roles.")
            }
            Self::Passage(fault) => {
                format!("The AuthorizationPolicy is wrong. {}", fault.explain(gateway))
            }
            Self::Name(wanted) => format!(
                "Kubeflow would call both objects {wanted}; under this name the Central Dashboard cannot remove them."
            ),
            Self::Spelling(stated) => {
                format!("Dex states this person as {stated}; Kubernetes and Istio compare byte for byte.")
            }
            Self::NoLogin => "Nobody of this name has a login in Dex. That is right for people who come through a \
                              connector; else it is left over from somebody who is gone."
                .to_owned(),
        }
    }

    /// Does the person not get what the pair promises, or somebody else gets it?
    pub fn is_broken(&self) -> bool {
        !matches!(self, Self::NoLogin | Self::Name(_))
    }
}

impl Pair {
    /// Whom KFAM would name: the one subject, else the annotation.
    pub fn person(&self) -> Option<UserName> {
        let binding = self.binding.as_ref();
        let subject = binding.and_then(|half| match half.subjects.as_slice() {
            [Subject::User(name)] => Some(name.clone()),
            _ => None,
        });
        let annotated = || {
            let user = binding
                .and_then(|half| half.user.as_deref())
                .or_else(|| self.policy.as_ref()?.user.as_deref())?;
            Some(UserName::from_cluster(user))
        };
        subject.or_else(annotated)
    }

    /// The role that is bound, else the one that an annotation claims.
    pub fn role(&self) -> Option<Role> {
        let binding = self.binding.as_ref();
        let bound = binding.and_then(|half| Role::of_cluster_role(&half.cluster_role));
        let annotated =
            || binding.and_then(|half| half.role.as_deref().and_then(|role| role.parse().ok()));
        bound
            .or_else(annotated)
            .or_else(|| self.policy.as_ref()?.role)
    }

    /// Everything wrong with it, gravest first. `stated` tells how Dex states the person.
    pub fn findings(&self, gateway: &Gateway, stated: &Stated) -> Vec<PairFinding> {
        let mut found = Vec::new();
        match (&self.binding, &self.policy) {
            (Some(_), None) => found.push(PairFinding::NoPolicy),
            (None, Some(_)) => found.push(PairFinding::NoBinding),
            (Some(_), Some(_)) | (None, None) => {}
        }
        if let Some(binding) = &self.binding {
            found.extend(of_binding(binding));
        }
        let Some(person) = self.person() else {
            return found;
        };
        match stated {
            Stated::As(stated) if stated != person.as_str() => {
                found.push(PairFinding::Spelling(stated.clone()));
            }
            Stated::As(_) => {}
            Stated::NoLogin => found.push(PairFinding::NoLogin),
        }
        if let Some(policy) = &self.policy {
            found.extend(of_policy(policy, gateway, &person));
        }
        if let Some(role) = self.role() {
            let wanted = binding_name(person.as_str(), role);
            if wanted != self.object {
                found.push(PairFinding::Name(wanted));
            }
        }
        found
    }

    /// What puts it right, given what is wrong with it. A policy whose binding is gone is taken away: somebody took
    /// the role away on purpose. Removing is always possible besides.
    pub fn fix(&self, findings: &[PairFinding]) -> Option<PairFix> {
        let person = self.person()?;
        if findings.contains(&PairFinding::NoBinding) {
            return Some(PairFix::Remove);
        }
        let spelling = findings.iter().find_map(|finding| match finding {
            PairFinding::Spelling(stated) => Some(UserName::from_cluster(stated)),
            PairFinding::NoPolicy
            | PairFinding::NoBinding
            | PairFinding::Subjects(_)
            | PairFinding::Annotation { .. }
            | PairFinding::RoleAnnotation { .. }
            | PairFinding::PolicyUser(_)
            | PairFinding::UnknownRole(_)
            | PairFinding::Passage(_)
            | PairFinding::Name(_)
            | PairFinding::NoLogin => None,
        });
        let user = spelling.unwrap_or(person);
        let role = self.role()?;
        if findings
            .iter()
            .any(|finding| matches!(finding, PairFinding::Name(_)))
        {
            return Some(PairFix::Rename { user, role });
        }
        findings
            .iter()
            .any(PairFinding::is_broken)
            .then_some(PairFix::Rewrite { user, role })
    }
}

fn of_binding(binding: &BindingHalf) -> Vec<PairFinding> {
    let mut found = Vec::new();
    if binding.count != 1 {
        found.push(PairFinding::Subjects(binding.count));
    }
    if let ([Subject::User(bound)], Some(annotated)) = (binding.subjects.as_slice(), &binding.user)
        && bound.as_str() != annotated
    {
        found.push(PairFinding::Annotation {
            annotated: annotated.clone(),
            bound: bound.to_string(),
        });
    }
    match (Role::of_cluster_role(&binding.cluster_role), &binding.role) {
        (None, _) => found.push(PairFinding::UnknownRole(binding.cluster_role.clone())),
        (Some(bound), Some(annotated)) if bound.as_str() != annotated => {
            found.push(PairFinding::RoleAnnotation {
                annotated: annotated.clone(),
                bound: bound.as_str().to_owned(),
            });
        }
        (Some(_), _) => {}
    }
    found
}

fn of_policy(policy: &PolicyHalf, gateway: &Gateway, person: &UserName) -> Vec<PairFinding> {
    let mut found = Vec::new();
    if let Some(user) = policy
        .user
        .as_deref()
        .filter(|user| *user != person.as_str())
    {
        found.push(PairFinding::PolicyUser(user.to_owned()));
    }
    let fault = gateway.fault(&policy.passages, person.as_str());
    found.extend(fault.map(PairFinding::Passage));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{GATEWAY_PRINCIPAL, PIPELINES_PRINCIPAL, USER_HEADER};

    const ANA: &str = "ana@example.com";

    fn pair() -> Pair {
        Pair {
            profile: ProfileName::from_cluster("team"),
            object: binding_name(ANA, Role::Edit),
            binding: Some(BindingHalf {
                user: Some(ANA.to_owned()),
                role: Some("edit".to_owned()),
                subjects: vec![Subject::User(UserName::from_cluster(ANA))],
                count: 1,
                cluster_role: "kubeflow-edit".to_owned(),
                until: None,
            }),
            policy: Some(PolicyHalf {
                user: Some(ANA.to_owned()),
                role: Some(Role::Edit),
                passages: vec![Passage {
                    header: USER_HEADER.into(),
                    values: vec![ANA.to_owned()],
                    principals: vec![GATEWAY_PRINCIPAL.into(), PIPELINES_PRINCIPAL.into()],
                }],
            }),
        }
    }

    fn judged(pair: &Pair) -> (Vec<PairFinding>, Option<PairFix>) {
        let found = pair.findings(&Gateway::shipped(), &Stated::As(ANA.to_owned()));
        let fix = pair.fix(&found);
        (found, fix)
    }

    fn rewrite() -> PairFix {
        PairFix::Rewrite {
            user: UserName::from_cluster(ANA),
            role: Role::Edit,
        }
    }

    #[test]
    fn a_pair_as_kfam_writes_it_is_right() {
        assert_eq!(judged(&pair()), (Vec::new(), None));
    }

    #[test]
    fn half_a_pair_is_completed_and_a_policy_left_behind_is_removed() {
        let mut half = pair();
        half.policy = None;
        assert_eq!(
            judged(&half),
            (vec![PairFinding::NoPolicy], Some(rewrite()))
        );
        let mut stale = pair();
        stale.binding = None;
        assert_eq!(
            judged(&stale),
            (vec![PairFinding::NoBinding], Some(PairFix::Remove))
        );
    }

    #[test]
    fn an_annotation_that_names_somebody_else_is_found() {
        let mut wrong = pair();
        if let Some(binding) = &mut wrong.binding {
            binding.user = Some("bob@example.com".to_owned());
        }
        let (found, fix) = judged(&wrong);
        assert_eq!(
            found,
            [PairFinding::Annotation {
                annotated: "bob@example.com".to_owned(),
                bound: ANA.to_owned()
            }]
        );
        assert_eq!(fix, Some(rewrite()));
    }

    #[test]
    fn several_subjects_and_a_policy_without_principals_are_found() {
        let mut wrong = pair();
        if let Some(binding) = &mut wrong.binding {
            binding
                .subjects
                .push(Subject::User(UserName::from_cluster("bob@example.com")));
            binding.count = 2;
        }
        if let Some(policy) = &mut wrong.policy {
            policy.passages[0].principals.clear();
        }
        let (found, fix) = judged(&wrong);
        assert_eq!(
            found,
            [
                PairFinding::Subjects(2),
                PairFinding::Passage(PassageFault::NoPrincipals)
            ]
        );
        assert_eq!(fix, Some(rewrite()));
    }

    #[test]
    fn a_name_that_kubeflow_does_not_derive_is_replaced() {
        let mut odd = pair();
        odd.object = "ana-edit".to_owned();
        let (found, fix) = judged(&odd);
        assert_eq!(found, [PairFinding::Name(binding_name(ANA, Role::Edit))]);
        assert_eq!(
            fix,
            Some(PairFix::Rename {
                user: UserName::from_cluster(ANA),
                role: Role::Edit
            })
        );
    }

    #[test]
    fn another_spelling_is_rewritten_to_the_one_that_dex_states() {
        let shouting = pair();
        let found = shouting.findings(
            &Gateway::shipped(),
            &Stated::As("Ana@Example.com".to_owned()),
        );
        assert_eq!(
            found[0],
            PairFinding::Spelling("Ana@Example.com".to_owned())
        );
        let fix = shouting.fix(&found);
        assert!(
            matches!(&fix, Some(PairFix::Rewrite { user, .. }) if user.as_str() == "Ana@Example.com"),
            "{fix:?}"
        );
    }
}
