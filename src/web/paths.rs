//! Every path of the program, once. Everything lives under one base, in a browser at port 8080, at a NodePort
//! and behind Kubeflow's gateway alike: so one relative redirect URI and one set of links hold everywhere.

use crate::domain::Dated;

/// The base of all pages. Never under `/dex` or `/oauth2`: the gateway lets those through unauthenticated.
pub const BASE: &str = "/kubeflow-admin";

pub const HOME: &str = "/kubeflow-admin/";
pub const STATIC: &str = "/kubeflow-admin/static/{file}";
pub const HEALTHZ: &str = "/healthz";
pub const READYZ: &str = "/readyz";
pub const DEX: &str = "/dex/{*rest}";

pub const SIGN_IN: &str = "/kubeflow-admin/sign-in";
pub const SIGN_IN_BEGIN: &str = "/kubeflow-admin/sign-in/begin";
pub const CALLBACK: &str = "/kubeflow-admin/callback";
pub const LINK: &str = "/kubeflow-admin/link";
/// Where a link leads by which somebody sets the password of their own login.
pub const SET_PASSWORD: &str = "/kubeflow-admin/set-password";
pub const SIGN_OUT: &str = "/kubeflow-admin/sign-out";
pub const SIGNED_OUT: &str = "/kubeflow-admin/signed-out";
pub const THEME: &str = "/kubeflow-admin/theme";

pub const SEARCH: &str = "/kubeflow-admin/search";
pub const EVENTS: &str = "/kubeflow-admin/events";
/// A kind as its plural, a namespace (`-` for none) and a name.
pub const YAML: &str = "/kubeflow-admin/yaml/{kind}/{namespace}/{name}";

pub const MINE: &str = "/kubeflow-admin/mine";
/// Who else works in a profile of one's own.
pub const MINE_CONTRIBUTORS: &str = "/kubeflow-admin/mine/{profile}/contributors";
pub const MINE_CONTRIBUTOR_REMOVE: &str = "/kubeflow-admin/mine/{profile}/contributors/remove";
pub const CONNECT: &str = "/kubeflow-admin/connect";
pub const ACCOUNT: &str = "/kubeflow-admin/account";
pub const ACCOUNT_SESSION_END: &str = "/kubeflow-admin/account/sessions/{session}/end";
pub const ACCOUNT_SESSIONS_END_OTHERS: &str = "/kubeflow-admin/account/sessions/end-others";
pub const ACCOUNT_PASSWORD: &str = "/kubeflow-admin/account/password";
pub const SESSIONS: &str = "/kubeflow-admin/sessions";
pub const SESSION_END: &str = "/kubeflow-admin/sessions/{session}/end";

pub const USERS: &str = "/kubeflow-admin/users";
pub const USER_NEW: &str = "/kubeflow-admin/users/new";
pub const USERS_IMPORT: &str = "/kubeflow-admin/users/import";
pub const USERS_IMPORT_TEMPLATE: &str = "/kubeflow-admin/users/import/template.csv";
pub const USERS_REMOVE: &str = "/kubeflow-admin/users/remove";
pub const USER: &str = "/kubeflow-admin/users/of/{email}";
pub const USER_RESET: &str = "/kubeflow-admin/users/of/{email}/reset-password";
pub const USER_DISABLE: &str = "/kubeflow-admin/users/of/{email}/disable";
pub const USER_ENABLE: &str = "/kubeflow-admin/users/of/{email}/enable";
pub const USER_END_SESSIONS: &str = "/kubeflow-admin/users/of/{email}/end-sessions";
pub const USER_MIGRATE: &str = "/kubeflow-admin/users/of/{email}/migrate";
pub const USER_FIX: &str = "/kubeflow-admin/users/of/{email}/fix/{finding}";
pub const USERS_MIGRATE: &str = "/kubeflow-admin/users/migrate";
pub const USER_REMOVE: &str = "/kubeflow-admin/users/of/{email}/remove";

pub const PROFILES: &str = "/kubeflow-admin/profiles";
pub const PROFILE_NEW: &str = "/kubeflow-admin/profiles/new";
pub const PROFILES_DELETE: &str = "/kubeflow-admin/profiles/delete";
pub const PROFILES_QUOTA: &str = "/kubeflow-admin/profiles/quota";
pub const PROFILE: &str = "/kubeflow-admin/profiles/of/{profile}";
pub const PROFILE_DELETE: &str = "/kubeflow-admin/profiles/of/{profile}/delete";
pub const QUOTA: &str = "/kubeflow-admin/profiles/of/{profile}/quota";
pub const PROFILE_USAGE: &str = "/kubeflow-admin/profiles/of/{profile}/usage";
pub const CONTRIBUTORS: &str = "/kubeflow-admin/profiles/of/{profile}/contributors";
pub const CONTRIBUTOR_REMOVE: &str = "/kubeflow-admin/profiles/of/{profile}/contributors/remove";
/// Until when; the person and the role are in the query.
pub const CONTRIBUTOR_DATE: &str = "/kubeflow-admin/profiles/of/{profile}/contributors/date";
pub const PAIR_MEND: &str = "/kubeflow-admin/profiles/of/{profile}/contributors/mend";
pub const PAIR_REMOVE: &str = "/kubeflow-admin/profiles/of/{profile}/contributors/remove-remains";
pub const PROFILE_OWNER: &str = "/kubeflow-admin/profiles/of/{profile}/owner";
/// A deletion that hangs goes on.
pub const PROFILE_UNSTICK: &str = "/kubeflow-admin/profiles/of/{profile}/unstick";
pub const PROFILE_FREEZE: &str = "/kubeflow-admin/profiles/of/{profile}/freeze";
pub const PROFILE_THAW: &str = "/kubeflow-admin/profiles/of/{profile}/thaw";

pub const ACCESS: &str = "/kubeflow-admin/access";
pub const ACCESS_EXPORT: &str = "/kubeflow-admin/access/export.csv";
pub const ACCESS_WHY: &str = "/kubeflow-admin/access/why";
pub const ACCESS_AS: &str = "/kubeflow-admin/access/as";
/// Everything that ends at a date.
pub const ACCESS_DATES: &str = "/kubeflow-admin/access/dates";
pub const ACCESS_MAY: &str = "/kubeflow-admin/access/may";

/// Many people in many profiles.
pub const SHARE: &str = "/kubeflow-admin/access/share";

pub const ADMINISTRATORS: &str = "/kubeflow-admin/administrators";
pub const ADMINISTRATOR_NEW: &str = "/kubeflow-admin/administrators/new";
pub const ADMINISTRATOR_REMOVE: &str = "/kubeflow-admin/administrators/remove";

/// People who leave: the checklist, and what was done about it.
pub const LEAVING: &str = "/kubeflow-admin/users/off-board";
pub const LEAVING_RECEIPT: &str = "/kubeflow-admin/operations/{operation}/off-boarding";

pub const CAPACITY: &str = "/kubeflow-admin/capacity";
pub const USAGE: &str = "/kubeflow-admin/capacity/usage";
pub const USAGE_CSV: &str = "/kubeflow-admin/capacity/usage.csv";

pub const INSTALLATION: &str = "/kubeflow-admin/installation";
pub const STORAGE: &str = "/kubeflow-admin/installation/storage";
pub const CLAIM_GROW: &str = "/kubeflow-admin/installation/storage/of/{claim}/grow";
pub const RELEASE_NEW: &str = "/kubeflow-admin/installation/apply";
pub const COMPONENT: &str = "/kubeflow-admin/installation/of/{component}";
pub const CHECKS: &str = "/kubeflow-admin/checks";
pub const CHECK: &str = "/kubeflow-admin/checks/of/{check}";
pub const CHECKS_AGAIN: &str = "/kubeflow-admin/checks/again";
/// A real sign-in, with a login that is made for it.
pub const PROBE_SIGN_IN: &str = "/kubeflow-admin/checks/try-sign-in";
pub const REPAIR: &str = "/kubeflow-admin/checks/repair";

pub const OPERATIONS: &str = "/kubeflow-admin/operations";
pub const OPERATION: &str = "/kubeflow-admin/operations/{operation}";
pub const OPERATION_START: &str = "/kubeflow-admin/operations/{operation}/start";
pub const OPERATION_RESUME: &str = "/kubeflow-admin/operations/{operation}/resume";
pub const OPERATION_UNDO: &str = "/kubeflow-admin/operations/{operation}/undo";
pub const OPERATION_DISCARD: &str = "/kubeflow-admin/operations/{operation}/discard";
pub const OPERATION_RECEIPT: &str = "/kubeflow-admin/operations/{operation}/receipt";

pub const RELEASE_OBJECTS: &str = "/kubeflow-admin/operations/{operation}/objects";
/// The same text once more, for what is stored nowhere.
pub const RELEASE_TEXT: &str = "/kubeflow-admin/operations/{operation}/text";

pub const IMPORT_ROWS: &str = "/kubeflow-admin/operations/{operation}/rows";
pub const IMPORT_RESULT: &str = "/kubeflow-admin/operations/{operation}/result.csv";
pub const IMPORT_STOP: &str = "/kubeflow-admin/operations/{operation}/stop";
pub const IMPORT_SHEET: &str = "/kubeflow-admin/operations/{operation}/sheet";

pub const ACTIVITY: &str = "/kubeflow-admin/activity";
pub const ACTIVITY_LINE: &str = "/kubeflow-admin/activity/{event}";

/// `template` with its one `{…}` replaced by `value`, percent-encoded.
pub fn fill(template: &str, value: &str) -> String {
    let (before, rest) = template.split_once('{').unwrap_or((template, ""));
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    format!("{before}{}{after}", encode(value))
}

/// The page of one object as YAML; `namespace` is empty for kinds that have none.
pub fn yaml(resource: &str, namespace: &str, name: &str) -> String {
    let namespace = if namespace.is_empty() { "-" } else { namespace };
    [resource, namespace, name]
        .iter()
        .fold(YAML.to_owned(), |path, part| fill(&path, part))
}

/// The form in which the date of a thing is changed.
pub fn date_of(thing: &Dated) -> String {
    match thing {
        Dated::Contributor {
            profile,
            user,
            role,
        } => format!(
            "{}?user={}&role={role}",
            fill(CONTRIBUTOR_DATE, profile.as_str()),
            encode(user.as_str())
        ),
        Dated::Freeze { profile } => fill(PROFILE_FREEZE, profile.as_str()),
    }
}

/// Percent-encodes everything but letters, digits and `-._~@+`, which are safe in a path segment.
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
            out
        })
}

/// A place to go on to after sign-in, if it is one of ours; everything else leads home (SEC-32).
pub fn safe_next(next: &str) -> &str {
    let local = next.starts_with("/kubeflow-admin/")
        && !next.contains(['\\', '\r', '\n', '\t'])
        && !next.contains("//");
    let ends_the_session =
        next.starts_with(SIGN_OUT) || next.starts_with(SIGN_IN) || next.starts_with(CALLBACK);
    if local
        && !ends_the_session
        && next.len() <= 2000
        && next.chars().all(|c| c.is_ascii_graphic())
    {
        next
    } else {
        HOME
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_filled_and_encoded() {
        assert_eq!(
            fill(USER, "o'neil+ml@x.io"),
            "/kubeflow-admin/users/of/o%27neil%2Bml@x.io"
        );
        assert_eq!(
            fill(QUOTA, "a/b"),
            "/kubeflow-admin/profiles/of/a%2Fb/quota"
        );
        assert_eq!(
            yaml("profiles", "", "{x}"),
            "/kubeflow-admin/yaml/profiles/-/%7Bx%7D"
        );
    }

    #[test]
    fn sec_32_only_local_paths_survive_as_next() {
        for good in [
            "/kubeflow-admin/users?q=ana&page=2",
            "/kubeflow-admin/profiles/of/ana",
        ] {
            assert_eq!(safe_next(good), good);
        }
        for bad in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/kubeflow-admin/\\evil",
            "/dex/auth",
            "/kubeflow-admin//evil.example",
            "/kubeflow-admin/%0d\r\nx",
            "/kubeflow-admin/sign-out",
            "/kubeflow-adminx/",
            "/kubeflow-admin/a b",
        ] {
            assert_eq!(safe_next(bad), HOME, "{bad}");
        }
    }
}
