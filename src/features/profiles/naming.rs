//! Profiles named in a list, for forms about many of them.

use crate::access::Access;
use crate::domain::ProfileName;
use crate::web::fields::FormErrors;
use crate::web::text_area::words;

/// The profiles that are named, each once. Every name that is none is an error at the field `profiles`.
pub fn named(access: &Access, text: &str, errors: &mut FormErrors) -> Vec<ProfileName> {
    let mut found = Vec::new();
    for word in words(text) {
        let name = ProfileName::from_cluster(word);
        if access.cluster().profile(&name).is_none() {
            errors.add("profiles", format!("There is no profile named {word}"));
        } else if !found.contains(&name) {
            found.push(name);
        }
    }
    if found.is_empty() && errors.at("profiles").is_none() {
        errors.add("profiles", "Enter at least one profile");
    }
    found
}
