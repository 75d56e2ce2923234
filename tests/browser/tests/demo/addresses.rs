//! An address for every page that the program has, out of its own table of routes: a page that nobody thought of here
//! fails the test.

use lab::demo::Route;

/// Of the owner of a profile, for everybody else a profile that does not exist.
pub(crate) const OWNERS_PAGE: &str = "/kubeflow-admin/mine/{profile}/contributors";

/// Answers to GET that are no pages, or no pages of somebody who is signed in.
const NO_PAGES: [&str; 12] = [
    "/healthz",
    "/readyz",
    "/dex/{*rest}",
    "/kubeflow-admin/static/{file}",
    "/kubeflow-admin/events",
    "/kubeflow-admin/sign-in/begin",
    "/kubeflow-admin/callback",
    "/kubeflow-admin/link",
    "/kubeflow-admin/set-password",
    "/kubeflow-admin/sign-in",
    "/kubeflow-admin/signed-out",
    OWNERS_PAGE,
];

/// What stands in the place of a parameter, all of it in the demo. Operations and entries of the record are made by the
/// test itself.
const VALUES: [(&str, &str); 10] = [
    ("email", "ana@example.com"),
    ("profile", "ml-course"),
    ("component", "dex"),
    ("claim", "kubeflow%2Fkatib-mysql"),
    ("check", "default-class"),
    ("finding", "default-password"),
    ("kind", "rolebindings"),
    ("namespace", "vision-team"),
    ("name", "namespaceAdmin"),
    ("role", "edit"),
];

/// Ids that only exist once something was done.
pub(crate) struct Made {
    pub(crate) operation: String,
    pub(crate) event: String,
}

/// Path of every page, each with what is asked for in it.
pub(crate) fn of(routes: &[Route], made: &Made) -> Vec<String> {
    routes
        .iter()
        .filter(|route| route.method == "GET" && !NO_PAGES.contains(&route.path.as_str()))
        .map(|route| fill(&route.path, made))
        .collect()
}

fn fill(route: &str, made: &Made) -> String {
    let segments = route.split('/').map(|segment| {
        let Some(name) = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            return segment;
        };
        match name {
            "operation" => made.operation.as_str(),
            "event" => made.event.as_str(),
            _ => VALUES
                .iter()
                .find(|(known, _)| *known == name)
                .map_or_else(
                    || panic!("{route} is a page with {{{name}}}, and tests/browser/tests/demo/addresses.rs has no value for that"),
                    |(_, value)| value,
                ),
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A file name for a page.
pub(crate) fn name_of(path: &str) -> String {
    let words = path
        .trim_start_matches("/kubeflow-admin")
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>();
    if words.is_empty() {
        "overview".to_owned()
    } else {
        words.join("-")
    }
}
