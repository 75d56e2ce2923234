//! Many people in many profiles at once: one list of each, one role, one operation to review.

use askama::Template;
use axum::response::Response;

use super::operations::plan_many;
use crate::access::Access;
use crate::clock::Clock;
use crate::domain::{Email, Role};
use crate::features::profiles::naming::named;
use crate::web::fields::{Choice, Field, FieldError, FormErrors, SelectField};
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::text_area::{TextArea, words};
use crate::web::{page, paths, until};

/// More would be a plan that nobody reads, tried for minutes.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "contributors/share.html")]
struct SharePage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    people: TextArea,
    profiles: TextArea,
    role: SelectField,
    until: Field,
}

pub(super) async fn form(_: Access, frame: Frame) -> Result<Response, Problem> {
    page::ok(&share_page(
        frame,
        ("", "", "edit", ""),
        FormErrors::default(),
    ))
}

pub(super) async fn share(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let typed = (
        fields.get("people"),
        fields.get("profiles"),
        fields.get("role"),
        fields.get("until"),
    );
    let mut errors = FormErrors::default();
    let people = people(typed.0, &mut errors);
    let profiles = named(&access, typed.1, &mut errors);
    let role = errors.take("role", typed.2.parse::<Role>());
    if people.len() * profiles.len() > MOST {
        errors.add(
            "people",
            format!(
                "At most {MOST} at once; these are {}",
                people.len() * profiles.len()
            ),
        );
    }
    let until = until::typed(typed.3, Clock.now(), &mut errors);
    let Some((role, until)) = role.zip(until).filter(|_| errors.is_empty()) else {
        return page::invalid(&share_page(frame, typed, errors));
    };
    match plan_many(&access, &people, &profiles, (role, until)).await {
        Ok(Some(operation)) => {
            let review = paths::fill(paths::OPERATION, &operation.id.to_string());
            Ok(page::see_other(&review))
        }
        Ok(None) => {
            errors.add(
                "people",
                "All of them have this role in all of these profiles already",
            );
            page::invalid(&share_page(frame, typed, errors))
        }
        Err(error) => page::failed(error, |errors| share_page(frame, typed, errors)),
    }
}

fn people(text: &str, errors: &mut FormErrors) -> Vec<Email> {
    let mut found = Vec::new();
    for word in words(text) {
        match word.parse::<Email>() {
            Ok(email) if found.contains(&email) => {}
            Ok(email) => found.push(email),
            Err(why) => errors.add("people", format!("{word}: {why}")),
        }
    }
    if found.is_empty() && errors.at("people").is_none() {
        errors.add("people", "Enter at least one e-mail");
    }
    found
}

fn share_page(
    frame: Frame,
    (people, profiles, role, until): (&str, &str, &str, &str),
    errors: FormErrors,
) -> SharePage {
    let options = Role::ALL
        .into_iter()
        .map(|one| Choice::new(one.as_str(), one.as_str(), role))
        .collect();
    let mut select = SelectField::new("role", "Role", options);
    select.error = errors.at("role");
    select.hint = Some("view opens running notebooks too: Istio does not know roles".to_owned());
    SharePage {
        frame: frame.titled("Share profiles"),
        action: paths::SHARE,
        people: TextArea::new("people", "People, by e-mail", people, &errors),
        profiles: TextArea::new("profiles", "Profiles", profiles, &errors),
        role: select,
        until: until::field(until, &errors),
        errors: errors.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_by_line_or_comma_once_each_and_wrong_ones_are_named() {
        let mut errors = FormErrors::default();
        let found = people(
            "ana@example.com, Bob@example.com\nana@example.com;x",
            &mut errors,
        );
        let names: Vec<&str> = found.iter().map(Email::as_str).collect();
        assert_eq!(names, ["ana@example.com", "bob@example.com"]);
        assert!(errors.0[0].message.starts_with("x: "), "{errors:?}");
    }
}
