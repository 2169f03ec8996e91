//! The pages of `/account`.

use crate::oauth::claims::Claims;
use crate::web::page::{Layout, Moment, Permission, Person};
pub use crate::web::problems::{CurrentPasswordProblem, PasswordProblem};
use crate::web::problems::{form_errors, password_hint};
use askama::Template;
use serde_json::Value;
use std::fmt;

/// The overview.
#[derive(Template)]
#[template(path = "account/overview.html")]
pub struct AccountPage {
    pub layout: Layout,
    pub person: Person,
    pub since: Moment,
    pub password_changed: Option<Moment>,
    pub sessions: usize,
    pub apps: usize,
}

/// What a person says about themselves.
#[derive(Template)]
#[template(path = "account/profile.html")]
pub struct ProfilePage {
    pub layout: Layout,
    pub csrf: String,
    pub email: String,
    pub profile: Profile,
    pub errors: ProfileErrors,
    pub saved: bool,
}

/// The fields of the profile; empty for what was not said.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    pub name: String,
    pub preferred_username: String,
    pub given_name: String,
    pub family_name: String,
    pub nickname: String,
    pub phone_number: String,
    pub website: String,
    pub picture: String,
    pub birthdate: String,
    pub gender: String,
    pub locale: String,
    pub zoneinfo: String,
}

impl Profile {
    pub fn of(claims: &Claims) -> Self {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        Self {
            name: text("name"),
            preferred_username: text("preferred_username"),
            given_name: text("given_name"),
            family_name: text("family_name"),
            nickname: text("nickname"),
            phone_number: text("phone_number"),
            website: text("website"),
            picture: text("picture"),
            birthdate: text("birthdate"),
            gender: text("gender"),
            locale: text("locale"),
            zoneinfo: text("zoneinfo"),
        }
    }
}

/// What is wrong with a field of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileProblem {
    TooLong,
    NotAUrl,
    NotAPhoneNumber,
    NotADate,
    NotALanguage,
    NotATimeZone,
}

impl fmt::Display for ProfileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "This is too long. Use at most 250 characters.",
            Self::NotAUrl => "Enter a full web address, such as https://example.com.",
            Self::NotAPhoneNumber => "Enter the phone number with its country code, such as +49 30 901820.",
            Self::NotADate => "Enter a date, such as 1990-12-31.",
            Self::NotALanguage => "Enter a language, such as en or de-CH.",
            Self::NotATimeZone => "Enter a time zone, such as Europe/Berlin.",
        })
    }
}

form_errors!(
    /// What is wrong with the form.
    ProfileErrors {
        name: ProfileProblem,
        preferred_username: ProfileProblem,
        given_name: ProfileProblem,
        family_name: ProfileProblem,
        nickname: ProfileProblem,
        phone_number: ProfileProblem,
        website: ProfileProblem,
        picture: ProfileProblem,
        birthdate: ProfileProblem,
        gender: ProfileProblem,
        locale: ProfileProblem,
        zoneinfo: ProfileProblem,
    }
);

impl ProfileErrors {
    /// Puts a problem beside the field of this claim.
    pub fn set(&mut self, claim: &str, problem: ProfileProblem) {
        let field = match claim {
            "name" => &mut self.name,
            "preferred_username" => &mut self.preferred_username,
            "given_name" => &mut self.given_name,
            "family_name" => &mut self.family_name,
            "nickname" => &mut self.nickname,
            "phone_number" => &mut self.phone_number,
            "website" => &mut self.website,
            "picture" => &mut self.picture,
            "birthdate" => &mut self.birthdate,
            "gender" => &mut self.gender,
            "locale" => &mut self.locale,
            "zoneinfo" => &mut self.zoneinfo,
            _ => return,
        };
        *field = Some(problem);
    }
}

/// Change the password.
#[derive(Template)]
#[template(path = "account/password.html")]
pub struct PasswordPage {
    pub layout: Layout,
    pub csrf: String,
    pub email: String,
    pub errors: PasswordErrors,
    pub changed: bool,
    pub minimum_length: usize,
}

impl PasswordPage {
    fn password_hint(&self) -> String {
        password_hint(self.minimum_length)
    }
}

form_errors!(
    /// What is wrong with the form.
    PasswordErrors { current_password: CurrentPasswordProblem, new_password: PasswordProblem }
);

/// Where a person is signed in.
#[derive(Template)]
#[template(path = "account/sessions.html")]
pub struct SessionsPage {
    pub layout: Layout,
    pub csrf: String,
    pub sessions: Vec<SessionLine>,
    pub ended: Option<Ended>,
}

pub struct SessionLine {
    pub id: String,
    pub browser: String,
    pub device: String,
    pub address: String,
    pub signed_in: Moment,
    pub last_active: Moment,
    pub current: bool,
}

/// What was ended just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    One,
    Others,
}

/// Applications with access.
#[derive(Template)]
#[template(path = "account/apps.html")]
pub struct AppsPage {
    pub layout: Layout,
    pub csrf: String,
    pub apps: Vec<AppLine>,
    /// The name of the application whose access was taken back just now.
    pub removed: Option<String>,
}

pub struct AppLine {
    pub client_id: String,
    pub name: String,
    pub permissions: Vec<Permission>,
    pub since: Moment,
    pub last_used: Option<Moment>,
}
