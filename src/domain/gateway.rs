//! How this release of Kubeflow lets people through Istio: by which header, from which sources.

use std::borrow::Cow;

/// As Kubeflow has named it in every release; sites change it in `profiles-config`.
pub const USER_HEADER: &str = "kubeflow-userid";
pub const GATEWAY_PRINCIPAL: &str =
    "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account";
pub const PIPELINES_PRINCIPAL: &str = "cluster.local/ns/kubeflow/sa/ml-pipeline-ui";

/// A text of which most copies are one of a few: those take no memory.
pub type Text = Cow<'static, str>;

/// A rule of an AuthorizationPolicy that lets somebody pass by a request header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Name of the header, without `request.headers[…]`.
    pub header: Text,
    pub values: Vec<String>,
    /// Where the request must come from; empty: from anywhere.
    pub principals: Vec<Text>,
}

/// Where the knowledge about the gateway is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewaySource {
    /// The ConfigMap that the Deployment `profiles-deployment` refers to.
    ProfilesConfig,
    /// The policy that the profile controller wrote for the owner.
    OwnerPolicy,
    /// What Kubeflow 1.8 and later ship.
    Shipped,
}

impl GatewaySource {
    pub fn describe(self) -> &'static str {
        match self {
            Self::ProfilesConfig => "as profiles-config in namespace kubeflow says",
            Self::OwnerPolicy => "as the profile controller wrote it for the owner",
            Self::Shipped => "as Kubeflow ships it since 1.8",
        }
    }
}

/// What a policy for a person has to say in this installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    pub header: String,
    /// Stands before the e-mail in the header; empty in every shipped release.
    pub prefix: String,
    /// Empty up to Kubeflow 1.7, whose policies name no source.
    pub principals: Vec<String>,
    pub source: GatewaySource,
}

/// What is wrong with a way through Istio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassageFault {
    /// No rule goes by a header at all.
    NoRule,
    Header(String),
    /// It lets in somebody else.
    Value(String),
    /// Any pod that reaches the namespace may forge the header.
    NoPrincipals,
    /// The gateway is not among the sources, so nobody comes through.
    Principals(Vec<String>),
}

impl PassageFault {
    pub fn explain(&self, gateway: &Gateway) -> String {
        match self {
            Self::NoRule => "It has no rule that goes by the user header.".to_owned(),
            Self::Header(found) => format!(
                "It goes by the header {found}; here people are told by {}.",
                gateway.header
            ),
            Self::Value(found) => format!("It lets in {found} instead."),
            Self::NoPrincipals => format!(
                "It names no source (a policy from before Kubeflow 1.8): any pod that reaches the namespace can \
                 pretend to be this person by setting {}.",
                gateway.header
            ),
            Self::Principals(found) => format!(
                "It admits requests from {}; here they come from {}.",
                found.join(", "),
                gateway.principals.join(", ")
            ),
        }
    }
}

impl Gateway {
    pub fn shipped() -> Self {
        Self {
            header: USER_HEADER.to_owned(),
            prefix: String::new(),
            principals: vec![GATEWAY_PRINCIPAL.to_owned(), PIPELINES_PRINCIPAL.to_owned()],
            source: GatewaySource::Shipped,
        }
    }

    /// As the owner's own policy shows it, if it lets the owner in by a header.
    pub fn of_owner(passages: &[Passage], owner: &str) -> Option<Self> {
        let passage = passages.first()?;
        let value = passage.values.first()?;
        Some(Self {
            header: passage.header.to_string(),
            prefix: value.strip_suffix(owner).unwrap_or_default().to_owned(),
            principals: passage.principals.iter().map(ToString::to_string).collect(),
            source: GatewaySource::OwnerPolicy,
        })
    }

    /// The value of the header for a person.
    pub fn value(&self, person: &str) -> String {
        format!("{}{person}", self.prefix)
    }

    /// Why this person does not get through, or gets through in a way that is not safe.
    pub fn fault(&self, passages: &[Passage], person: &str) -> Option<PassageFault> {
        let Some(passage) = passages.first() else {
            return Some(PassageFault::NoRule);
        };
        if !passage.header.eq_ignore_ascii_case(&self.header) {
            return Some(PassageFault::Header(passage.header.to_string()));
        }
        let wanted = self.value(person);
        if !passage.values.contains(&wanted) {
            return Some(PassageFault::Value(passage.values.join(", ")));
        }
        let missing = |principal: &String| {
            !passage
                .principals
                .iter()
                .any(|found| found.as_ref() == principal.as_str())
        };
        match passage.principals.as_slice() {
            [] if self.principals.is_empty() => None,
            [] => Some(PassageFault::NoPrincipals),
            found if self.principals.iter().any(missing) => Some(PassageFault::Principals(
                found.iter().map(ToString::to_string).collect(),
            )),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(value: &str, principals: &[&'static str]) -> Passage {
        Passage {
            header: USER_HEADER.into(),
            values: vec![value.to_owned()],
            principals: principals.iter().map(|one| Text::from(*one)).collect(),
        }
    }

    #[test]
    fn a_policy_of_this_release_has_no_fault_and_each_deviation_is_named() {
        let gateway = Gateway::shipped();
        let both = [GATEWAY_PRINCIPAL, PIPELINES_PRINCIPAL];
        let ana = "ana@example.com";
        assert_eq!(gateway.fault(&[passage(ana, &both)], ana), None);
        assert_eq!(gateway.fault(&[], ana), Some(PassageFault::NoRule));
        assert_eq!(
            gateway.fault(&[passage(ana, &[])], ana),
            Some(PassageFault::NoPrincipals)
        );
        assert_eq!(
            gateway.fault(&[passage("Ana@example.com", &both)], ana),
            Some(PassageFault::Value("Ana@example.com".to_owned()))
        );
        assert_eq!(
            gateway.fault(&[passage(ana, &["cluster.local/ns/x/sa/y"])], ana),
            Some(PassageFault::Principals(vec![
                "cluster.local/ns/x/sa/y".to_owned()
            ]))
        );
        let mut other = passage(ana, &both);
        other.header = "x-goog-authenticated-user-email".into();
        assert!(matches!(
            gateway.fault(&[other], ana),
            Some(PassageFault::Header(_))
        ));
    }

    #[test]
    fn an_old_release_without_principals_is_known_by_the_owner_s_policy() {
        let old = [Passage {
            header: "x-user".into(),
            values: vec!["accounts:bo@example.com".to_owned()],
            principals: Vec::new(),
        }];
        let gateway = Gateway::of_owner(&old, "bo@example.com").unwrap();
        assert_eq!(gateway.value("ana@example.com"), "accounts:ana@example.com");
        let ana = Passage {
            values: vec!["accounts:ana@example.com".to_owned()],
            ..old[0].clone()
        };
        assert_eq!(gateway.fault(&[ana], "ana@example.com"), None);
    }
}
