//! The profile controller's loop: one Profile after the other, step after step; an error in
//! one step stops the rest and is tried again later.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use k8s_openapi::api::{
    core::v1::{Namespace, ResourceQuota, ServiceAccount},
    rbac::v1::RoleBinding,
};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, DynamicObject, PostParams},
    runtime::{Config, Controller, controller::Action, watcher},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Delay,
    objects::{self, OWNER},
    profile::Profile,
};

const FIELD_MANAGER: &str = "profile-controller";
const FINALIZER: &str = "profile-finalizer";

/// The real one waits up to 1000 s between tries; nobody wants to in a test.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

struct Context {
    client: Client,
    delay: Delay,
    /// Tries in a row that failed, by Profile.
    failures: Mutex<HashMap<String, u32>>,
}

/// A step that did not succeed. Nobody reads it in the cluster: the status stays empty.
#[derive(Debug)]
struct Failure {
    step: &'static str,
    cause: kube::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.step, self.cause)
    }
}

impl std::error::Error for Failure {}

trait InStep<T> {
    fn in_step(self, step: &'static str) -> Result<T, Failure>;
}

impl<T> InStep<T> for Result<T, kube::Error> {
    fn in_step(self, step: &'static str) -> Result<T, Failure> {
        self.map_err(|cause| Failure { step, cause })
    }
}

/// Watches Profiles, and what belongs to them except quotas, for as long as it is polled.
pub async fn run(client: Client, delay: Delay) {
    let everything = watcher::Config::default;
    let policies = objects::policy_resource();
    let context = Arc::new(Context {
        client: client.clone(),
        delay,
        failures: Mutex::default(),
    });
    Controller::new(Api::<Profile>::all(client.clone()), everything())
        .owns(Api::<Namespace>::all(client.clone()), everything())
        .owns(Api::<ServiceAccount>::all(client.clone()), everything())
        .owns(Api::<RoleBinding>::all(client.clone()), everything())
        .owns_with(
            Api::<DynamicObject>::all_with(client, &policies),
            policies,
            everything(),
        )
        // The real controller works on one Profile at a time.
        .with_config(Config::default().concurrency(1))
        .run(
            reconcile,
            |profile, failure, context| pause(&profile, failure, &context),
            context,
        )
        .for_each(|_| std::future::ready(()))
        .await;
}

fn pause(profile: &Profile, failure: &Failure, context: &Context) -> Action {
    let mut failures = context
        .failures
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let count = failures.entry(profile.name_any()).or_default();
    *count += 1;
    tracing::debug!(profile = %profile.name_any(), %failure, count, "the stand-in tries again later");
    let pause = Duration::from_millis(5).saturating_mul(2_u32.saturating_pow(*count));
    Action::requeue(pause.min(LONGEST_PAUSE))
}

async fn reconcile(seen: Arc<Profile>, context: Arc<Context>) -> Result<Action, Failure> {
    tokio::time::sleep(context.delay.get()).await;
    let name = seen.name_any();
    let profiles: Api<Profile> = Api::all(context.client.clone());
    let Some(profile) = profiles
        .get_opt(&name)
        .await
        .in_step("reading the Profile")?
    else {
        return Ok(Action::await_change());
    };
    if ensure_namespace(&context.client, &profile).await? == Ownership::Ours {
        ensure_contents(&context.client, &profile).await?;
        finish(&profiles, profile).await?;
    } else {
        // It notes a condition, but with an update of the main resource, which drops it.
        profiles
            .replace(&name, &parameters(), &profile)
            .await
            .in_step("noting that the namespace is taken")?;
    }
    context
        .failures
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&name);
    Ok(Action::await_change())
}

#[derive(PartialEq)]
enum Ownership {
    Ours,
    /// The annotation names somebody else, or nobody.
    SomebodyElses,
}

/// Steps 1 and 2.
async fn ensure_namespace(client: &Client, profile: &Profile) -> Result<Ownership, Failure> {
    let step = "the namespace";
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let Some(mut found) = namespaces
        .get_opt(&profile.name_any())
        .await
        .in_step(step)?
    else {
        namespaces
            .create(&parameters(), &objects::namespace(profile))
            .await
            .in_step(step)?;
        return Ok(Ownership::Ours);
    };
    if found.annotations().get(OWNER) != Some(&profile.spec.owner.name) {
        return Ok(Ownership::SomebodyElses);
    }
    let before = found.labels().clone();
    for (key, value) in objects::LABELS {
        found
            .labels_mut()
            .entry(key.into())
            .or_insert_with(|| value.into());
    }
    if *found.labels() != before {
        namespaces
            .replace(&profile.name_any(), &parameters(), &found)
            .await
            .in_step("the namespace's labels")?;
    }
    Ok(Ownership::Ours)
}

/// Steps 3 to 6. Of an object that exists, only what grants something is put right; its
/// annotations are never touched again.
async fn ensure_contents(client: &Client, profile: &Profile) -> Result<(), Failure> {
    let namespace = profile.name_any();
    let policies = Api::namespaced_with(client.clone(), &namespace, &objects::policy_resource());
    ensure(&policies, objects::owner_policy(profile), |object| {
        &mut object.data["spec"]
    })
    .await
    .in_step("the policy of the owner")?;
    for (account, role) in [
        ("default-editor", "kubeflow-edit"),
        ("default-viewer", "kubeflow-view"),
    ] {
        let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), &namespace);
        if accounts
            .get_opt(account)
            .await
            .in_step("a ServiceAccount")?
            .is_none()
        {
            let wanted = objects::service_account(profile, account);
            accounts
                .create(&parameters(), &wanted)
                .await
                .in_step("a ServiceAccount")?;
        }
        ensure_binding(client, objects::account_binding(profile, account, role)).await?;
    }
    ensure_binding(client, objects::owner_binding(profile)).await?;
    ensure_quota(client, profile).await
}

async fn ensure_binding(client: &Client, wanted: RoleBinding) -> Result<(), Failure> {
    let namespace = wanted.namespace().unwrap_or_default();
    let bindings: Api<RoleBinding> = Api::namespaced(client.clone(), &namespace);
    let step = "a RoleBinding";
    let Some(mut found) = bindings.get_opt(&wanted.name_any()).await.in_step(step)? else {
        bindings
            .create(&parameters(), &wanted)
            .await
            .in_step(step)?;
        return Ok(());
    };
    // `roleRef` cannot be changed; the API server then refuses, as it does for the real one.
    let changed = found.role_ref != wanted.role_ref || !same_subjects(&found, &wanted);
    if changed {
        (found.role_ref, found.subjects) = (wanted.role_ref, wanted.subjects);
        bindings
            .replace(&found.name_any(), &parameters(), &found)
            .await
            .in_step(step)?;
    }
    Ok(())
}

/// The API server fills in the group of a subject that names none.
fn same_subjects(one: &RoleBinding, other: &RoleBinding) -> bool {
    let key = |binding: &RoleBinding| -> Vec<(String, String, Option<String>)> {
        let subjects = binding.subjects.iter().flatten();
        subjects
            .map(|subject| {
                (
                    subject.kind.clone(),
                    subject.name.clone(),
                    subject.namespace.clone(),
                )
            })
            .collect()
    };
    key(one) == key(other)
}

async fn ensure_quota(client: &Client, profile: &Profile) -> Result<(), Failure> {
    let quotas: Api<ResourceQuota> = Api::namespaced(client.clone(), &profile.name_any());
    let wanted = objects::quota(profile);
    if !profile.spec.resource_quota_spec.hard.is_empty() {
        return ensure(&quotas, wanted, |quota| &mut quota.spec)
            .await
            .in_step("the quota");
    }
    match quotas
        .delete(&wanted.name_any(), &DeleteParams::default())
        .await
    {
        Err(problem) if !is_not_found(&problem) => Err(problem).in_step("removing the quota"),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Creates an object, or gives the existing one the wanted part.
async fn ensure<K, T>(
    api: &Api<K>,
    mut wanted: K,
    part: impl Fn(&mut K) -> &mut T,
) -> Result<(), kube::Error>
where
    K: Resource + Clone + DeserializeOwned + Serialize + std::fmt::Debug,
    T: PartialEq + Clone,
{
    let Some(mut found) = api.get_opt(&wanted.name_any()).await? else {
        api.create(&parameters(), &wanted).await?;
        return Ok(());
    };
    if *part(&mut found) != *part(&mut wanted) {
        part(&mut found).clone_from(part(&mut wanted));
        api.replace(&wanted.name_any(), &parameters(), &found)
            .await?;
    }
    Ok(())
}

/// Step 7: the whole Profile is written back on every pass, then the finalizer comes or goes.
async fn finish(profiles: &Api<Profile>, profile: Profile) -> Result<(), Failure> {
    let name = profile.name_any();
    let mut current = profiles
        .replace(&name, &parameters(), &profile)
        .await
        .in_step("writing the Profile back")?;
    let has_finalizer = current
        .finalizers()
        .iter()
        .any(|finalizer| finalizer == FINALIZER);
    match (current.meta().deletion_timestamp.is_some(), has_finalizer) {
        (false, false) => current.finalizers_mut().push(FINALIZER.into()),
        (true, true) => current
            .finalizers_mut()
            .retain(|finalizer| finalizer != FINALIZER),
        (false, true) | (true, false) => return Ok(()),
    }
    profiles
        .replace(&name, &parameters(), &current)
        .await
        .in_step("the finalizer")?;
    Ok(())
}

fn is_not_found(problem: &kube::Error) -> bool {
    matches!(problem, kube::Error::Api(status) if status.code == 404)
}

fn parameters() -> PostParams {
    PostParams {
        field_manager: Some(FIELD_MANAGER.into()),
        dry_run: false,
    }
}
