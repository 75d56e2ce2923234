//! Aggregated APIs answer.

use crate::cluster::snapshot::condition;
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "api-service",
    title: "Aggregated APIs answer",
    group: Group::Cluster,
    severity: Severity::Error,
    stage: Stage::Both,
    expected: "Every API that another server answers for is available.",
    why: "While one of them is away, no namespace can be deleted (Kubernetes cannot tell what is in it), and kubectl becomes slow.",
    repair: "Mend the Service behind it, or delete the APIService if its server is gone for good.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let all = case.snapshot.api_services.all()?;
    let broken = all.iter().filter_map(|one| {
        let (namespace, name) = one.service.as_ref()?;
        let available = condition(&one.conditions, "Available")?;
        (available.status != "True").then(|| {
            CHECK
                .finding(
                    format!("APIService {}", one.meta.name),
                    format!("{namespace}/{name}, which answers for it, does not"),
                )
                .seen(
                    "the API server says",
                    format!("{}: {}", available.reason, available.message),
                )
                .command(format!("kubectl get apiservice {}", one.meta.name))
        })
    });
    Ok(broken.collect())
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::ApiService;
    use crate::features::doctor::fixtures::*;

    #[test]
    fn an_api_that_nobody_answers_for_is_found() {
        healthy("1.9.1")
            .but(|s| {
                let born = s.taken_at;
                s.api_services.items_mut().push(ApiService {
                    meta: meta("", "v1beta1.metrics.k8s.io", born),
                    service: Some(("kube-system".to_owned(), "metrics-server".to_owned())),
                    conditions: vec![is("Available", "False")],
                });
            })
            .has_only("api-service");
    }
}
