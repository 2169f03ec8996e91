//! People: who they are and what is known of them. What they prove themselves with is in `credentials`.
//!
//! Specs: OpenID Connect Core §5.1.

pub mod claims;
pub mod email;
mod store;

use crate::clock::Timestamp;
use crate::storage::columns::{Json, id_newtype};
use crate::storage::schema::users;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

pub use email::Email;
pub use store::{
    count_users, delete_user, exists_with_role, find_user, find_user_by_email, insert_user, list_users, set_enabled, set_roles_and_groups,
    update_profile,
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
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

fn inner<T: Serialize + std::fmt::Debug, S: serde::Serializer>(json: &Json<T>, serializer: S) -> Result<S::Ok, S::Error> {
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
        }
    }

    /// What to call them: their name, else their address.
    pub fn display_name(&self) -> &str {
        self.profile.0.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or_else(|| self.email.as_str())
    }
}
