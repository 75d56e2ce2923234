//! May somebody do something? Asked of the API server, answered in its own words.

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec, SubjectAccessReview,
    SubjectAccessReviewSpec, SubjectAccessReviewStatus,
};
use kube::Api;
use kube::api::PostParams;

use super::error::{Attempt, Error};
use super::kinds::{Content, Kind};
use super::{Cluster, client};
use crate::domain::{Actor, ProfileName, ResourceRule, Verdict, Via};

const REVIEW: Kind = Kind {
    kind: "SubjectAccessReview",
    group: "authorization.k8s.io",
    version: "v1",
    plural: "subjectaccessreviews",
    content: Content::Plain,
};

impl Cluster {
    /// One SubjectAccessReview; for a session that acts with the kubeconfig's own rights, a SelfSubjectAccessReview.
    pub async fn may(&self, actor: &Actor, rule: &ResourceRule) -> Result<Verdict, Error> {
        self.judge(actor, attributes(rule)).await
    }

    /// The same about one profile's namespace, whatever namespace the rule names.
    pub async fn may_in(
        &self,
        profile: &ProfileName,
        actor: &Actor,
        rule: &ResourceRule,
    ) -> Result<Verdict, Error> {
        let asked = ResourceAttributes {
            namespace: Some(profile.to_string()),
            ..attributes(rule)
        };
        self.judge(actor, asked).await
    }

    async fn judge(&self, actor: &Actor, asked: ResourceAttributes) -> Result<Verdict, Error> {
        let status = match actor.via {
            Via::Kubeconfig => self.review_self(asked).await,
            Via::Dex | Via::BreakGlass => {
                client::check_impersonation(actor, &actor.groups)?;
                self.review(actor, asked).await
            }
        };
        let attempt = Attempt {
            verb: "create",
            kind: REVIEW,
            namespace: None,
            name: "",
        };
        let status = status
            .map_err(|error| Error::of(&attempt, error))?
            .unwrap_or_default();
        Ok(verdict(status))
    }

    async fn review(
        &self,
        actor: &Actor,
        asked: ResourceAttributes,
    ) -> Result<Option<SubjectAccessReviewStatus>, kube::Error> {
        let mut groups: Vec<String> = actor.groups.iter().map(ToString::to_string).collect();
        groups.push("system:authenticated".to_owned());
        let review = SubjectAccessReview {
            spec: SubjectAccessReviewSpec {
                user: Some(actor.user.to_string()),
                groups: Some(groups),
                resource_attributes: Some(asked),
                ..SubjectAccessReviewSpec::default()
            },
            ..SubjectAccessReview::default()
        };
        let reviews: Api<SubjectAccessReview> = Api::all(self.inner.client.clone());
        Ok(reviews
            .create(&PostParams::default(), &review)
            .await?
            .status)
    }

    async fn review_self(
        &self,
        asked: ResourceAttributes,
    ) -> Result<Option<SubjectAccessReviewStatus>, kube::Error> {
        let review = SelfSubjectAccessReview {
            spec: SelfSubjectAccessReviewSpec {
                resource_attributes: Some(asked),
                ..SelfSubjectAccessReviewSpec::default()
            },
            ..SelfSubjectAccessReview::default()
        };
        let reviews: Api<SelfSubjectAccessReview> = Api::all(self.inner.client.clone());
        Ok(reviews
            .create(&PostParams::default(), &review)
            .await?
            .status)
    }
}

/// Something that somebody else may do or not, in the words of RBAC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    pub user: String,
    pub groups: Vec<String>,
    pub verb: String,
    pub group: String,
    pub resource: String,
    pub subresource: String,
    /// Empty: every object.
    pub name: String,
    /// Empty: every namespace.
    pub namespace: String,
}

impl Cluster {
    /// One SubjectAccessReview about anybody. Asking changes nothing and impersonates nobody.
    pub async fn ask(&self, question: &Question) -> Result<Verdict, Error> {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let mut groups = question.groups.clone();
        groups.push("system:authenticated".to_owned());
        let review = SubjectAccessReview {
            spec: SubjectAccessReviewSpec {
                user: given(&question.user),
                groups: Some(groups),
                resource_attributes: Some(ResourceAttributes {
                    group: given(&question.group),
                    resource: given(&question.resource),
                    subresource: given(&question.subresource),
                    verb: given(&question.verb),
                    name: given(&question.name),
                    namespace: given(&question.namespace),
                    ..ResourceAttributes::default()
                }),
                ..SubjectAccessReviewSpec::default()
            },
            ..SubjectAccessReview::default()
        };
        let attempt = Attempt {
            verb: "create",
            kind: REVIEW,
            namespace: None,
            name: "",
        };
        let reviews: Api<SubjectAccessReview> = Api::all(self.inner.client.clone());
        let answer = reviews.create(&PostParams::default(), &review).await;
        let status = answer.map_err(|error| Error::of(&attempt, error))?.status;
        Ok(verdict(status.unwrap_or_default()))
    }
}

/// `denied` wins over `allowed`, and an evaluation error is no permission.
fn verdict(status: SubjectAccessReviewStatus) -> Verdict {
    let allowed = status.allowed && status.denied != Some(true);
    let reason = status
        .reason
        .filter(|reason| !reason.is_empty())
        .or(status.evaluation_error)
        .unwrap_or_default();
    Verdict { allowed, reason }
}

fn attributes(rule: &ResourceRule) -> ResourceAttributes {
    ResourceAttributes {
        group: Some(rule.group.to_owned()),
        resource: Some(rule.resource.to_owned()),
        verb: Some(rule.verb.to_owned()),
        namespace: rule.namespace.map(ToOwned::to_owned),
        name: rule.name.map(ToOwned::to_owned),
        ..ResourceAttributes::default()
    }
}
