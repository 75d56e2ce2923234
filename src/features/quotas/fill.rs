//! Filling the quota form from elsewhere: a preset, or the quota of another profile; and keeping presets.

use std::collections::BTreeMap;

use crate::access::Access;
use crate::domain::{ProfileName, Quota};
use crate::web::fields::{Choice, Field, FormErrors, SelectField};
use crate::web::form::Fields;

const LONGEST: usize = 60;
/// More would be no choice any more.
const MOST: usize = 50;

/// For the template.
pub(super) struct FillFields {
    pub preset: Option<SelectField>,
    pub copy_from: Field,
    pub save_as: Field,
}

pub(super) fn fields(presets: &BTreeMap<String, Quota>, errors: &FormErrors) -> FillFields {
    let preset = (!presets.is_empty()).then(|| {
        let options = std::iter::once(Choice::new("", "None", ""))
            .chain(presets.iter().map(|(name, quota)| {
                let lines: Vec<String> = quota
                    .iter()
                    .map(|(resource, amount)| format!("{resource} {amount}"))
                    .collect();
                Choice::new(name, &format!("{name}: {}", lines.join(", ")), "")
            }))
            .collect();
        let mut field = SelectField::new("preset", "Preset", options);
        field.error = errors.at("preset");
        field
    });
    FillFields {
        preset,
        copy_from: Field::text("copy_from", "Or copy from the profile", "", errors),
        save_as: Field::text("save_as", "Keep these limits as a preset named", "", errors),
    }
}

/// The quota to fill the form with, or what is wrong with the choice.
pub(super) fn chosen(
    access: &Access,
    presets: &BTreeMap<String, Quota>,
    sent: &Fields,
    errors: &mut FormErrors,
) -> Option<Quota> {
    let (preset, from) = (sent.get("preset"), sent.get("copy_from"));
    if !from.is_empty() {
        let found = access.cluster().profile(&ProfileName::from_cluster(from));
        if found.is_none() {
            errors.add("copy_from", format!("There is no profile named {from}"));
        }
        return found.map(|profile| profile.quota.clone());
    }
    if preset.is_empty() {
        errors.add(
            "copy_from",
            "Choose a preset or name a profile to copy from",
        );
        return None;
    }
    let found = presets.get(preset).cloned();
    if found.is_none() {
        errors.add("preset", "This preset is gone");
    }
    found
}

/// The name to keep the limits under, if it can be one.
pub(super) fn name(
    presets: &BTreeMap<String, Quota>,
    sent: &Fields,
    errors: &mut FormErrors,
) -> Option<String> {
    let name = sent.get("save_as");
    let why = if name.is_empty() {
        "Enter a name for the preset"
    } else if name.chars().count() > LONGEST || name.chars().any(char::is_control) {
        "At most 60 characters, on one line"
    } else if presets.len() >= MOST && !presets.contains_key(name) {
        "There are 50 presets; forget one first"
    } else {
        return Some(name.to_owned());
    };
    errors.add("save_as", why);
    None
}
