//! What a person types to add or remove somebody, and what is wrong with it.

use super::operations::{NewUser, Removal, contributions_of};
use super::secret_form::SecretForm;
use crate::access::{Access, Person};
use crate::domain::{Email, ProfileName, Role};
use crate::features::quotas::form::QuotaForm;
use crate::web::fields::FormErrors;
use crate::web::form::Fields;

/// “Add user” as typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewUserForm {
    pub email: String,
    pub username: String,
    pub with_profile: bool,
    pub profile: String,
    pub quota: QuotaForm,
    pub shared: Vec<SharedRow>,
    pub secret: SecretForm,
}

/// One row “may also use this profile”.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedRow {
    pub index: usize,
    pub profile: String,
    pub role: String,
    pub error: Option<String>,
}

impl SharedRow {
    /// Profiles and roles as they were typed.
    pub(crate) fn numbered<'t>(typed: impl IntoIterator<Item = (&'t str, &'t str)>) -> Vec<Self> {
        let rows = typed.into_iter().enumerate();
        rows.map(|(index, (profile, role))| Self {
            index,
            profile: profile.to_owned(),
            role: role.to_owned(),
            error: None,
        })
        .collect()
    }
}

impl NewUserForm {
    /// An empty form; an address may come with the link that led here.
    pub(super) fn empty(email: &str) -> Self {
        let profile = email
            .parse()
            .map(|email| ProfileName::suggested_for(&email).to_string())
            .unwrap_or_default();
        let mut form = Self {
            email: email.to_owned(),
            with_profile: true,
            profile,
            quota: QuotaForm::of(&crate::domain::Quota::default()),
            ..Self::default()
        };
        form.add_row();
        form
    }

    pub(super) fn sent(fields: &Fields) -> Self {
        let shared = fields
            .all("shared_profile")
            .zip(fields.all("shared_role"))
            .take(50);
        let mut form = Self {
            email: fields.get("email").to_owned(),
            username: fields.get("username").to_owned(),
            with_profile: fields.is_checked("with_profile"),
            profile: fields.get("profile").to_owned(),
            quota: QuotaForm::sent(fields),
            secret: SecretForm::sent(fields),
            shared: SharedRow::numbered(shared),
        };
        if form.shared.is_empty() || fields.get("more") == "contribution" {
            form.add_row();
        }
        form
    }

    fn add_row(&mut self) {
        let index = self.shared.len();
        self.shared.push(SharedRow {
            index,
            role: Role::Edit.to_string(),
            ..SharedRow::default()
        });
    }

    /// The new user, or what is wrong at which field. Everything that memory knows is checked here; the API server's
    /// dry run has the last word.
    pub(crate) fn parse(&mut self, access: &Access) -> Result<NewUser, FormErrors> {
        let mut errors = FormErrors::default();
        let email = errors.take("email", self.email.parse::<Email>());
        if let Some(email) = &email {
            self.check_is_new(access, email, &mut errors);
        }
        if self.username.chars().count() > 100 || self.username.chars().any(char::is_control) {
            errors.add("username", "A name is at most 100 characters long");
        }
        let profile = self
            .with_profile
            .then(|| self.parse_profile(access, email.as_ref(), &mut errors))
            .flatten();
        let contributions = self.parse_shared(access, &mut errors);
        let secret = self.secret.parse(&mut errors);
        match email {
            Some(email) if errors.is_empty() => {
                let username = if self.username.is_empty() {
                    email.local_part().to_owned()
                } else {
                    self.username.clone()
                };
                Ok(NewUser {
                    email,
                    username,
                    profile,
                    contributions,
                    secret,
                })
            }
            _ => Err(errors),
        }
    }

    #[expect(
        clippy::unused_self,
        reason = "a method reads better beside its siblings"
    )]
    fn check_is_new(&self, access: &Access, email: &Email, errors: &mut FormErrors) {
        let people = access.people();
        let Ok(found) = people.binary_search_by(|person| person.key.as_str().cmp(email.as_str()))
        else {
            return;
        };
        let Some(login) = people[found].logins.first() else {
            return;
        };
        if login.email.as_str() == email.as_str() {
            errors.add("email", format!("{email} already has a login"));
        } else {
            let message = format!(
                "{email} already has a login, written {}: Dex does not tell upper and lower case apart",
                login.email
            );
            errors.add("email", message);
        }
    }

    fn parse_profile(
        &mut self,
        access: &Access,
        email: Option<&Email>,
        errors: &mut FormErrors,
    ) -> Option<(ProfileName, crate::domain::Quota)> {
        let quota = self.quota.parse(errors);
        if self.profile.is_empty() {
            // Without an address nothing can be suggested; that one error is enough.
            self.profile = ProfileName::suggested_for(email?).to_string();
        }
        let name = errors.take("profile", self.profile.parse::<ProfileName>());
        if let Some(name) = &name
            && access.cluster().profile(name).is_some()
        {
            errors.add("profile", format!("A profile named {name} exists already"));
        }
        Some((name?, quota))
    }

    fn parse_shared(
        &mut self,
        access: &Access,
        errors: &mut FormErrors,
    ) -> Vec<(ProfileName, Role)> {
        let mut found = Vec::new();
        for row in self.shared.iter_mut().filter(|row| !row.profile.is_empty()) {
            let name = ProfileName::from_cluster(row.profile.clone());
            let problem = match row.role.parse::<Role>() {
                Err(why) => Some(why.to_owned()),
                Ok(_) if access.cluster().profile(&name).is_none() => {
                    Some(format!("There is no profile named {name}"))
                }
                Ok(_) if found.iter().any(|(other, _)| *other == name) => {
                    Some(format!("{name} is there twice"))
                }
                Ok(role) => {
                    found.push((name, role));
                    None
                }
            };
            if let Some(message) = problem {
                errors.add(&format!("shared-{}", row.index), &message);
                row.error = Some(message);
            }
        }
        found
    }
}

/// “Remove user” as typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct RemoveForm {
    pub with_contributions: bool,
    /// Owned profiles that go too.
    pub profiles: Vec<String>,
    /// Typed by the person when profiles go too.
    pub confirm: String,
}

impl RemoveForm {
    pub(super) fn fresh() -> Self {
        Self {
            with_contributions: true,
            ..Self::default()
        }
    }

    pub(super) fn sent(fields: &Fields) -> Self {
        Self {
            with_contributions: fields.is_checked("with_contributions"),
            profiles: fields.all("profile").map(ToOwned::to_owned).collect(),
            confirm: fields.get("confirm").to_owned(),
        }
    }

    pub(crate) fn parse(&self, access: &Access, person: &Person) -> Result<Removal, FormErrors> {
        let mut errors = FormErrors::default();
        if access.actor().user == person.name {
            errors.add(
                "",
                "You cannot remove yourself: somebody must stay who can sign in",
            );
        }
        // Only profiles that this person owns, whatever the form says.
        let profiles: Vec<ProfileName> = person
            .owns
            .iter()
            .filter(|name| self.profiles.iter().any(|sent| sent == name.as_str()))
            .cloned()
            .collect();
        if !profiles.is_empty() && self.confirm != person.key {
            let message = format!(
                "Type {} to confirm that profiles are deleted with everything in them",
                person.key
            );
            errors.add("confirm", message);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let contributions = if self.with_contributions {
            contributions_of(access, person)
        } else {
            Vec::new()
        };
        Ok(Removal {
            contributions,
            profiles,
        })
    }
}
