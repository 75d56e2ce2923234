//! Sentences of the toolkit itself.

use crate::cluster::WatchState;
use crate::domain::Manager;

/// On every page of the demo.
pub const DEMO: &str = "This is a demo: the cluster is in the memory of this program, its people are invented, and all of it is gone when the program ends.";
/// The same of a demo that is kept in a folder.
pub const DEMO_KEPT: &str = "This is a demo: the cluster is in the memory of this program and its people are invented. What you change is there again after a restart, until the demo is started with --reset.";

pub const PLAIN_HTTP: &str = "This connection is plain HTTP: passwords and this session can be read on the way. Prefer kubectl port-forward or the gateway with TLS.";
pub const BREAK_GLASS: &str = "You are signed in with a one-time link, without Dex. Every change is made and recorded as kubeflow-admin:break-glass.";

/// What ending sessions cannot reach.
pub const GATEWAY_SESSIONS: &str = "Sessions here and refresh tokens at Dex end at once. A session at Kubeflow’s gateway lives on for up to 24 hours, and so does an ID token that was given out: to cut access now, take away profiles and contributions.";
pub const DISABLED: &str = "The hash of the password moves to an annotation of the Password object, and one that fits no password takes its place. Enable brings it back. What runs keeps running.";
pub const LINK_OFFERED: &str = "When it is done, you make the link and hand it over. It works once, and the password is then written in your name, if you still may. Dex cannot ask for another password at the next sign-in; this is what comes closest.";

pub const OWNER_NEEDS_NO_ROLE: &str = "The owner of a profile needs no further role in it";

/// For an owner whom Kubernetes does not let change contributors, as Kubeflow ships.
pub const ASK_FOR_CONTRIBUTORS: &str = "Kubeflow’s role for owners, kubeflow-admin, may write RoleBindings but no AuthorizationPolicies. Ask an administrator to apply the component owners-manage-contributors of this dashboard, or to add people for you. An owner can also add and remove people with the role edit in Kubeflow’s own dashboard, under Manage Contributors: it does so with its own rights.";

pub const NOT_TEMPORARY: &str =
    "Commit the change where it is kept and discard this plan, or tick this box";
pub const COMMIT_REMOVAL: &str =
    "Take this object out of the repository as well; else it comes back.";

/// What to do with a patch so that it stays.
pub fn commit(manager: Manager) -> &'static str {
    match manager {
        Manager::ArgoCd | Manager::Flux => "Commit this patch, or write it into the object’s file:",
        Manager::Helm => "Have the chart, by its values or a post-renderer, say this:",
        Manager::Juju => "Have the charm, by its configuration, say this where it can:",
    }
}

/// Why a list has nothing, and the next step.
pub fn unavailable(state: &WatchState) -> String {
    match state {
        WatchState::Starting => "It is still being loaded.".to_owned(),
        WatchState::Ready => String::new(),
        WatchState::Behind { why, .. } => why.clone(),
        WatchState::Forbidden { verb, resource } => {
            format!(
                "The dashboard itself may not {verb} {resource}. Was deploy/base applied as it is?"
            )
        }
        WatchState::Missing { crd } => {
            format!(
                "The cluster does not know {crd}: that part of Kubeflow is not installed, or never started."
            )
        }
    }
}

/// The record keeps constants such as `login.created`; people read words. Unknown ones, from a newer version, stay.
pub fn action(constant: &str) -> &str {
    match constant {
        "login.created" => "Login created",
        "login.deleted" => "Login removed",
        "login.password-set" => "Password set",
        "login.password-shown" => "Password shown",
        "login.proved" | "dex.proved" => "Sign-in proved",
        "login.user-id-set" => "User ID set",
        "login.disabled" => "Login disabled",
        "login.enabled" => "Login enabled",
        "login.link-offered" => "Link to set a password offered",
        "login.link-made" => "Link to set a password made",
        "login.password-changed" => "Password changed by its owner",
        "login.password-chosen" => "Password set by its owner",
        "login.copied" => "Login copied to a Password object",
        "dex.configured" => "Configuration of Dex changed",
        "dex.restarted" => "Dex started anew",
        "import.logins" => "Logins of a list created",
        "import.profiles" => "Profiles of a list created",
        "import.contributors" => "People of a list let into profiles",
        "import.sheet-shown" => "Hand-over sheet shown",
        "import.stopped" => "Stopped",
        "release.begun" => "Release begun",
        "release.deleted" => "Deleted for a release",
        "release.wave-applied" => "Wave of a release applied",
        "release.object-refused" => "Object of a release refused",
        "release.applied" => "Release applied",
        "release.paused" => "Release paused",
        "profile.created" => "Created",
        "profile.deleted" => "Deleted",
        "quota.set" => "Quota set",
        "contributor.added" => "Contributor added",
        "contributor.removed" => "Contributor removed",
        "contributor.dated" => "Contributor with a date",
        "contributor.ended" => "Contributor ended on the date",
        "freeze.ended" => "Thawed on the date",
        "date.not-applied" => "Not ended on the date",
        "installation.repaired" => "Repaired",
        "session.opened" => "Signed in",
        "session.closed" => "Signed out",
        "session.ended" => "Session ended",
        "access.viewed-as" => "Looked at as",
        "access.exported" => "Access exported",
        "preset.saved" => "Preset of a quota kept",
        "preset.forgotten" => "Preset of a quota forgotten",
        "profile.owner-set" => "Owner set",
        "namespace.owner-set" => "Owner written on the namespace",
        "profile.owner-annotated" => "Owner shown in the Central Dashboard",
        "profile.frozen" => "Frozen",
        "profile.thawed" => "Thawed",
        "contributor.mended" => "Contributor repaired",
        "contributor.remains-removed" => "Remains of a contributor removed",
        "container-defaults.set" => "Container defaults set",
        "administrator.added" => "Administrator added",
        "administrator.removed" => "Administrator removed",
        "off-boarding.decided" => "Off-boarding decided",
        other => other,
    }
}
