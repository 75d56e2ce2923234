//! Shipped secrets were replaced.

use crate::cluster::snapshot::Digest;
use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "default-secrets",
    title: "Shipped secrets were replaced",
    group: Group::SignIn,
    severity: Severity::Warning,
    stage: Stage::Installed,
    expected: "No Secret holds a value that every Kubeflow ships.",
    why: "The client secret of the sign-in, the key of its cookies and the password of the object store are public in the manifests. Whoever reaches Dex, the gateway or the store can use them: with the cookie key, to forge a session of anybody.",
    repair: "Replace the value in every place that has it, then restart what reads it. The same client secret is needed by Dex and by what signs in at the gateway.",
    run,
};

/// Key and value as shipped, and what they are good for.
const SHIPPED: [(&str, &str, &str); 6] = [
    (
        "OIDC_CLIENT_SECRET",
        "pUBnBOY80SnXgjibTYM9ZWNzY2xreNGQok",
        "the client secret that Dex knows",
    ),
    (
        "CLIENT_SECRET",
        "pUBnBOY80SnXgjibTYM9ZWNzY2xreNGQok",
        "the client secret of the sign-in at the gateway",
    ),
    (
        "client-secret",
        "pUBnBOY80SnXgjibTYM9ZWNzY2xreNGQok",
        "the client secret of the sign-in at the gateway",
    ),
    (
        "cookie-secret",
        "7d16fee92f8d11b8940b081b3f8b8acb",
        "the key that session cookies are encrypted with",
    ),
    ("secretkey", "minio123", "the password of the object store"),
    (
        "MYSQL_ROOT_PASSWORD",
        "test",
        "the password of the database of Katib",
    ),
];

fn run(case: &Case<'_>) -> Outcome {
    let mut findings = Vec::new();
    let mut unseen = None;
    for ((namespace, name), look) in &case.snapshot.secrets {
        let found = look.found(&format!("get secrets {namespace}/{name}"));
        let secret = match found {
            Ok(Some(secret)) => secret,
            Ok(None) => continue,
            Err(gap) => {
                unseen = Some(gap);
                continue;
            }
        };
        for (key, value, purpose) in SHIPPED {
            if secret
                .get(key)
                .is_some_and(|found| *found == Digest::of(value))
            {
                findings.push(CHECK.finding(
                    format!("Secret {namespace}/{name}"),
                    format!("key {key} has the value that is public: {purpose}"),
                ));
            }
        }
    }
    match unseen {
        Some(gap) if findings.is_empty() => Err(gap.into()),
        _ => Ok(findings),
    }
}

#[cfg(test)]
mod tests {
    use crate::cluster::snapshot::{Digest, Look};
    use crate::features::doctor::fixtures::*;

    #[test]
    fn each_shipped_secret_is_found_without_being_said() {
        for (namespace, name, key, value) in [
            (
                "auth",
                "dex-oidc-client",
                "OIDC_CLIENT_SECRET",
                "pUBnBOY80SnXgjibTYM9ZWNzY2xreNGQok",
            ),
            (
                "oauth2-proxy",
                "oauth2-proxy-h1",
                "cookie-secret",
                "7d16fee92f8d11b8940b081b3f8b8acb",
            ),
            (
                "kubeflow",
                "mlpipeline-minio-artifact",
                "secretkey",
                "minio123",
            ),
        ] {
            let world = healthy("1.9.1").but(|s| {
                let key_of = (namespace.to_owned(), name.to_owned());
                let Some(Look::Found(secret)) = s.secrets.get_mut(&key_of) else {
                    panic!()
                };
                secret.insert(key.to_owned(), Digest::of(value));
            });
            let found = world.found();
            assert!(found.contains(&"default-secrets"), "{found:?}");
            assert!(!world.says("default-secrets")[0].contains(value));
        }
    }

    #[test]
    fn whoever_may_not_read_a_secret_is_told_so() {
        let world = healthy("1.9.1").but(|s| {
            s.secrets
                .values_mut()
                .for_each(|look| *look = Look::Forbidden);
        });
        assert!(world.found().is_empty());
        let case = world.snapshot();
        let outcome = (super::CHECK.run)(&crate::features::doctor::check::Case::of(&case));
        assert!(outcome.is_err());
    }
}
