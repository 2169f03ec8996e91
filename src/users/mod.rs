//! People: who they are and what is known of them. What they prove themselves with is in `credentials`.
//!
//! Specs: OpenID Connect Core §5.1.

pub mod claims;
pub mod email;
mod first_administrator;
mod imported;
mod store;

use crate::clock::Timestamp;
use crate::storage::columns::{Json, id_newtype};
use crate::storage::schema::users;
use diesel::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

pub use email::Email;
pub use first_administrator::{become_first_administrator, is_last_first_administrator, last_first_administrator};
pub use imported::{
    ImportedFrom, insert_imported_users, list_deleted_imports, list_imported_among, list_imported_users, list_imports_of,
    note_deleted_import, update_imported_user,
};
pub(crate) use store::holding;
pub use store::{
    ask_for_deletion, claim_for_deletion, claim_unproven, count_users, cut_off, delete_user, exists_with_role, find_user,
    find_user_by_email, hold_account, insert_user, insert_users, keep_user, list_due_for_deletion, list_users, list_users_among, lock_user,
    note_lockdown, set_attributes, set_email, set_enabled, set_roles_and_groups, take_over, touch_user, update_profile, update_user,
};

id_newtype! {
    /// Names a person; `sub` in every token.
    pub struct UserId;
}

/// The role that makes an administrator.
pub const ADMINISTRATOR: &str = "ostiary:admin";

/// A person with an account.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = users)]
pub struct User {
    pub id: UserId,
    pub email: Email,
    pub email_verified: bool,
    pub enabled: bool,
    /// Standard claims by name (OpenID Connect Core §5.1), as the person wrote them.
    #[serde(serialize_with = "inner")]
    pub profile: Json<Map<String, Value>>,
    /// The operator's own attributes, which claim mappings read.
    #[serde(serialize_with = "inner")]
    pub attributes: Json<Map<String, Value>>,
    #[diesel(column_name = user_groups)]
    #[serde(serialize_with = "inner")]
    pub groups: Json<Vec<String>>,
    #[serde(serialize_with = "inner")]
    pub roles: Json<Vec<String>>,
    #[serde(serialize_with = "in_words")]
    pub created_at: Timestamp,
    #[serde(serialize_with = "in_words")]
    pub updated_at: Timestamp,
    /// Whether the number in the profile was proven.
    pub phone_number_verified: bool,
    /// When the account ends, once its person has asked for it.
    #[serde(serialize_with = "perhaps_in_words")]
    pub deletion_due_at: Option<Timestamp>,
    /// When everything that opened the account was last cut off, by a lockdown (which gave the column its name), a new password, an
    /// operator: what was begun before does not go on.
    #[serde(serialize_with = "perhaps_in_words")]
    #[diesel(column_name = locked_down_at)]
    pub cut_off_at: Option<Timestamp>,
    /// The tag of the language that the account was made in: of letters, as long as the profile names none. No claim, since nobody chose it:
    /// pages go on to speak the browser's.
    pub sign_up_language: Option<String>,
}

/// RFC 3339, for whoever reads the command line's JSON.
fn in_words<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn perhaps_in_words<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_string()).serialize(serializer)
}

fn inner<T: Serialize + std::fmt::Debug, S: Serializer>(json: &Json<T>, serializer: S) -> Result<S::Ok, S::Error> {
    json.0.serialize(serializer)
}

impl User {
    /// A new, enabled person with nothing but an address and perhaps a name.
    pub fn new(id: UserId, email: Email, name: Option<&str>, now: Timestamp) -> Self {
        let profile = name.map(|name| ("name".to_owned(), Value::from(name))).into_iter().collect();
        Self {
            id,
            email,
            email_verified: false,
            enabled: true,
            profile: Json(profile),
            attributes: Json::default(),
            groups: Json::default(),
            roles: Json::default(),
            created_at: now,
            updated_at: now,
            phone_number_verified: false,
            deletion_due_at: None,
            cut_off_at: None,
            sign_up_language: None,
        }
    }

    /// What to call them: their name, else their address.
    pub fn display_name(&self) -> &str {
        self.profile.0.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or_else(|| self.email.as_str())
    }
}
