//! Questions about access, answered from memory and by SubjectAccessReviews. Nothing here changes anything.

use crate::access::{Access, Chain, ChainFacts, walk};
use crate::cluster::{self, Question};
use crate::domain::{Profile, Stated, Verdict};

/// What the chain asks for a person: verb, group, resource.
const ASKED: [(&str, &str, &str); 3] = [
    ("get", "", "pods"),
    ("create", "kubeflow.org", "notebooks"),
    ("list", "kubeflow.org", "notebooks"),
];

/// Walks the chain of a person into a profile: five requests, whatever the size of the cluster.
pub async fn explain(access: &Access, typed: &str, profile: &Profile) -> Chain {
    let cluster = access.cluster();
    let stated = access.stated(typed.trim());
    let name = match &stated {
        Stated::As(name) => name.clone(),
        Stated::NoLogin => typed.trim().to_ascii_lowercase(),
    };
    let mut asked = Vec::with_capacity(ASKED.len());
    for (verb, group, resource) in ASKED {
        let question = Question {
            user: name.clone(),
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            namespace: profile.name.to_string(),
            ..Question::default()
        };
        let answer = cluster.ask(&question).await;
        asked.push((
            format!("{verb} {resource}"),
            answer.map_err(|error| error.to_string()),
        ));
    }
    let folded = typed.trim().to_ascii_lowercase();
    let people = access.people();
    let logins = people
        .iter()
        .find(|person| person.key == folded)
        .map(|person| person.logins.clone())
        .unwrap_or_default();
    let gateway = cluster.gateway(&profile.name).await;
    let owner = cluster.owner_passages(&profile.name);
    let bound = cluster.bound_owner(&profile.name);
    let reach = access.reach();
    walk(&ChainFacts {
        typed,
        profile,
        logins: &logins,
        password_db: cluster.dex().password_db,
        stated: &stated,
        pairs: &cluster.pairs(&profile.name),
        rights: &reach.rights,
        bound_owner: bound.as_deref(),
        owner_passages: owner.as_ref().map(|(_, passages)| passages.as_slice()),
        gateway: &gateway,
        asked: &asked,
    })
}

/// One SubjectAccessReview.
pub(super) async fn may(access: &Access, question: &Question) -> Result<Verdict, cluster::Error> {
    access.cluster().ask(question).await
}
