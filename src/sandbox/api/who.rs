//! Who asks: by token, and in whose name.

use std::collections::BTreeMap;

use http::{HeaderMap, header};

use super::status::Refusal;

/// A user as RBAC sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) user: String,
    pub(crate) groups: Vec<String>,
}

/// `system:serviceaccount:namespace:name`
pub(crate) const ACCOUNT: &str = "system:serviceaccount:";

impl Who {
    /// The administrator that every API server has.
    pub(crate) fn master(name: &str) -> Self {
        Self {
            user: name.to_owned(),
            groups: vec![
                "system:masters".to_owned(),
                "system:authenticated".to_owned(),
            ],
        }
    }

    pub(crate) fn account(namespace: &str, name: &str) -> Self {
        Self {
            user: format!("{ACCOUNT}{namespace}:{name}"),
            groups: vec![
                "system:serviceaccounts".to_owned(),
                format!("system:serviceaccounts:{namespace}"),
                "system:authenticated".to_owned(),
            ],
        }
    }

    pub(crate) fn is_master(&self) -> bool {
        self.groups.iter().any(|group| group == "system:masters")
    }

    /// The name under which writes are noted when the request names no field manager.
    pub(crate) fn manager_of(user_agent: &str) -> String {
        let name = user_agent.split('/').next().unwrap_or_default();
        if name.is_empty() {
            "unknown".to_owned()
        } else {
            name.to_owned()
        }
    }
}

/// Tokens that are good.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    known: BTreeMap<String, Who>,
}

impl Tokens {
    pub(crate) fn issue(&mut self, token: String, who: Who) {
        self.known.insert(token, who);
    }

    /// The one behind the `Authorization` header.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> Result<Who, Refusal> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        token
            .and_then(|token| self.known.get(token))
            .cloned()
            .ok_or_else(|| Refusal::new(401, "Unauthorized", "Unauthorized"))
    }
}

/// In whose name a request is made, if it says so.
pub(crate) fn impersonated(headers: &HeaderMap) -> Option<Who> {
    let user = headers.get("impersonate-user")?.to_str().ok()?.to_owned();
    let mut groups: Vec<String> = headers
        .get_all("impersonate-group")
        .iter()
        .filter_map(|group| group.to_str().ok())
        .map(str::to_owned)
        .collect();
    if let Some(account) = user.strip_prefix(ACCOUNT)
        && groups.is_empty()
    {
        let namespace = account.split(':').next().unwrap_or_default();
        groups = Who::account(namespace, "").groups;
    }
    if user != "system:anonymous" && !groups.iter().any(|group| group == "system:authenticated") {
        groups.push("system:authenticated".to_owned());
    }
    Some(Who { user, groups })
}
