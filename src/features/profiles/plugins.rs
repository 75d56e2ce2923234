//! Plugins of a profile, for its page.

use crate::access::Access;
use crate::domain::ProfileName;
use crate::web::view::Fact;

/// A line for each; or why they are not known.
pub(super) async fn facts(access: &Access, name: &ProfileName) -> Vec<Fact> {
    let found = match access.cluster().acting_as(access.actor()) {
        Ok(acting) => acting.plugins(name).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(plugins) => plugins
            .iter()
            .map(|plugin| Fact::new(&format!("Plugin {}", plugin.kind), plugin.in_words()))
            .collect(),
        Err(error) => vec![Fact::new("Plugins", format!("not known: {error}"))],
    }
}
