//! The pages of `/account`.

use crate::language::{Argument, Language, Text, time_zones};
use crate::oauth::claims::Claims;
use crate::web::page::{Layout, Moment, Permission, Person};
pub use crate::web::problems::{CurrentPasswordProblem, PasswordProblem};
use crate::web::problems::{form_errors, password_hint};
use crate::web::whereabouts::Whereabouts;
use askama::Template;
use serde_json::Value;

/// Characters of a field of the profile.
pub const LONGEST: usize = 250;
/// How a phone number is written; it stays in one piece at the end of a line.
pub const PHONE_NUMBER: &str = "+49\u{a0}30\u{a0}901820";

/// The overview.
#[derive(Template)]
#[template(path = "account/overview.html")]
pub struct AccountPage {
    pub layout: Layout,
    pub person: Person,
    /// It was to be deleted, and just now was kept.
    pub kept: bool,
    /// The address is not proven yet.
    pub remind_of_email: bool,
    pub since: Moment,
    pub has_password: bool,
    /// `None`: not since the account was made.
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
    pub middle_name: String,
    pub family_name: String,
    pub nickname: String,
    pub phone_number: String,
    pub profile: String,
    pub website: String,
    pub picture: String,
    pub birthdate: String,
    pub gender: String,
    pub locale: String,
    pub zoneinfo: String,
    pub formatted: String,
    pub street_address: String,
    pub locality: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
}

impl Profile {
    pub fn of(claims: &Claims) -> Self {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        let address = claims.get("address").and_then(Value::as_object);
        let of_address = |name: &str| address.and_then(|address| address.get(name)).and_then(Value::as_str).unwrap_or("").to_owned();
        Self {
            name: text("name"),
            preferred_username: text("preferred_username"),
            given_name: text("given_name"),
            middle_name: text("middle_name"),
            family_name: text("family_name"),
            nickname: text("nickname"),
            phone_number: text("phone_number"),
            profile: text("profile"),
            website: text("website"),
            picture: text("picture"),
            birthdate: text("birthdate"),
            gender: text("gender"),
            locale: text("locale"),
            zoneinfo: text("zoneinfo"),
            formatted: of_address("formatted"),
            street_address: of_address("street_address"),
            locality: of_address("locality"),
            region: of_address("region"),
            postal_code: of_address("postal_code"),
            country: of_address("country"),
        }
    }
}

/// What is wrong with a field of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileProblem {
    TooLong,
    /// A user name that is an e-mail address, and not their own.
    AnothersAddress,
    NotAUrl,
    NotAPhoneNumber,
    NotADate,
    NotALanguage,
    NotATimeZone,
}

impl ProfileProblem {
    pub fn text(&self) -> Text {
        match self {
            Self::TooLong => Text::new("account-too-long").with("maximum", LONGEST),
            Self::AnothersAddress => Text::new("account-anothers-address"),
            Self::NotAUrl => Text::new("account-not-a-url"),
            Self::NotAPhoneNumber => Text::new("account-not-a-phone").with("example", PHONE_NUMBER),
            Self::NotADate => Text::new("account-not-a-date"),
            Self::NotALanguage => Text::new("account-not-a-language"),
            Self::NotATimeZone => Text::new("account-not-a-time-zone"),
        }
    }
}

form_errors!(
    /// What is wrong with the form.
    ProfileErrors {
        name: ProfileProblem,
        preferred_username: ProfileProblem,
        given_name: ProfileProblem,
        middle_name: ProfileProblem,
        family_name: ProfileProblem,
        nickname: ProfileProblem,
        phone_number: ProfileProblem,
        profile: ProfileProblem,
        website: ProfileProblem,
        picture: ProfileProblem,
        birthdate: ProfileProblem,
        gender: ProfileProblem,
        locale: ProfileProblem,
        zoneinfo: ProfileProblem,
        formatted: ProfileProblem,
        street_address: ProfileProblem,
        locality: ProfileProblem,
        region: ProfileProblem,
        postal_code: ProfileProblem,
        country: ProfileProblem,
    }
);

impl ProfilePage {
    fn phone_hint(&self) -> String {
        self.layout.with("account-phone-hint", "example", PHONE_NUMBER)
    }

    /// The languages that the pages speak, to choose from.
    fn languages(&self) -> [Language; 6] {
        Language::ALL
    }

    /// A language that the pages do not speak, or one of a region: it came with an import or from another form, and stays.
    fn other_language(&self) -> Option<&str> {
        let locale = self.profile.locale.as_str();
        (!locale.is_empty() && Language::ALL.iter().all(|language| language.tag() != locale)).then_some(locale)
    }

    fn time_zones(&self) -> Vec<&'static str> {
        time_zones()
    }
}

impl ProfileErrors {
    /// Puts a problem beside the field of this claim.
    pub fn set(&mut self, claim: &str, problem: ProfileProblem) {
        let field = match claim {
            "name" => &mut self.name,
            "preferred_username" => &mut self.preferred_username,
            "given_name" => &mut self.given_name,
            "middle_name" => &mut self.middle_name,
            "family_name" => &mut self.family_name,
            "nickname" => &mut self.nickname,
            "phone_number" => &mut self.phone_number,
            "profile" => &mut self.profile,
            "website" => &mut self.website,
            "picture" => &mut self.picture,
            "birthdate" => &mut self.birthdate,
            "gender" => &mut self.gender,
            "locale" => &mut self.locale,
            "zoneinfo" => &mut self.zoneinfo,
            "formatted" => &mut self.formatted,
            "street_address" => &mut self.street_address,
            "locality" => &mut self.locality,
            "region" => &mut self.region,
            "postal_code" => &mut self.postal_code,
            "country" => &mut self.country,
            _ => return,
        };
        *field = Some(problem);
    }
}

/// What was done just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordDone {
    Changed,
    Added,
}

impl PasswordDone {
    pub fn text(self) -> Text {
        Text::new(match self {
            Self::Changed => "account-password-done",
            Self::Added => "account-password-added",
        })
    }
}

/// Change the password, or choose one where there is none.
#[derive(Template)]
#[template(path = "account/password.html")]
pub struct PasswordPage {
    pub layout: Layout,
    pub csrf: String,
    pub email: String,
    pub errors: PasswordErrors,
    /// Whether there is one.
    pub exists: bool,
    pub done: Option<PasswordDone>,
    pub minimum_length: usize,
}

impl PasswordPage {
    fn title(&self) -> String {
        self.layout.title(if self.exists { "common-password" } else { "security-password-add" }, !self.errors.is_empty())
    }

    fn password_hint(&self) -> String {
        self.layout.say(password_hint(self.minimum_length))
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
    /// The browser and its device, in words.
    pub name: Text,
    pub seen: Option<Whereabouts>,
    pub signed_in: Moment,
    pub last_active: Moment,
    pub current: bool,
}

impl SessionLine {
    pub fn address(&self) -> Argument {
        self.seen.as_ref().map_or_else(|| Text::new("account-session-address").into(), |seen| Argument::from(seen.address.as_str()))
    }

    /// Tells this session's button from the others.
    pub fn whole(&self) -> Text {
        Text::new("account-session-end-which").with("session", self.name.clone()).with("address", self.address())
    }
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
