//! Names that stand in tokens: the issuer's, those of clients and those of APIs. `aud` names a client in an ID token and an API in an
//! access token: were one name both, a token for the one would pass for a token for the other. `sub` names a person, and a client in the
//! tokens that it gets for itself: were one name both, the client would pass for the person.
//!
//! Specs: RFC 8725 §3.9 and §3.12, RFC 9068 §4 and §5, RFC 9700 §4.15.

use super::{ClientId, Resource};
use crate::oauth::issuer::Issuer;
use crate::storage::{Connection, StorageError};
use crate::users::{self, UserId};

/// Why a name cannot be given to a client or an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameTaken {
    #[error("is the issuer, which tokens name for itself")]
    Issuer,
    #[error("is the client_id of a client: a token for the one would pass for a token for the other")]
    Client,
    #[error("is the identifier of an API: a token for the one would pass for a token for the other")]
    Resource,
    #[error("is the id of a person, for whom this client would pass (RFC 9700 §4.15): choose another client_id")]
    Person,
}

/// Whether a client may be called so, beside its form. `resources`: the identifiers of all APIs.
pub fn check_client_id<'a>(client_id: &str, issuer: &Issuer, resources: impl IntoIterator<Item = &'a str>) -> Result<(), NameTaken> {
    if client_id == issuer.as_str() {
        return Err(NameTaken::Issuer);
    }
    if resources.into_iter().any(|known| known == client_id) { Err(NameTaken::Resource) } else { Ok(()) }
}

/// Whether an API may be called so. `clients`: the ids of all clients.
pub fn check_identifier<'a>(identifier: &str, issuer: &Issuer, clients: impl IntoIterator<Item = &'a str>) -> Result<(), NameTaken> {
    if identifier == issuer.as_str() {
        return Err(NameTaken::Issuer);
    }
    if clients.into_iter().any(|known| known == identifier) { Err(NameTaken::Client) } else { Ok(()) }
}

/// A scope that another API knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{scope} is a scope of {owner} already: who allows it could not tell which of the two they open; give each a name of its own")]
pub struct ScopeTaken {
    scope: String,
    owner: String,
}

/// Whether the scopes of an API are its own. `before`: those that it had, which are not looked at.
pub fn check_scopes<'a>(resource: &Resource, before: &[&str], others: impl IntoIterator<Item = &'a Resource>) -> Result<(), ScopeTaken> {
    for other in others.into_iter().filter(|other| other.identifier != resource.identifier) {
        if let Some(scope) = resource.scope_names().find(|scope| !before.contains(scope) && other.scopes.contains_key(*scope)) {
            return Err(ScopeTaken { scope: scope.to_owned(), owner: other.identifier.to_string() });
        }
    }
    Ok(())
}

/// The first of these names for new clients that is the id of a person: an import keeps ids as they were elsewhere.
///
/// Cost: 1 round trip, none without names.
pub async fn find_person_called(connection: &mut Connection, client_ids: &[&ClientId]) -> Result<Option<UserId>, StorageError> {
    let ids: Vec<UserId> = client_ids.iter().map(|id| UserId::new(id.as_str())).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let people = users::list_users_among(connection, &ids, &[]).await?;
    Ok(people.into_iter().next().map(|user| user.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_one_things() {
        let issuer = Issuer::parse("https://id.example").unwrap();
        let (api, app) = ("https://api.example", "https://app.example");
        assert_eq!(check_client_id(app, &issuer, [api]), Ok(()));
        assert_eq!(check_client_id(api, &issuer, [api]), Err(NameTaken::Resource));
        assert_eq!(check_client_id("https://id.example", &issuer, [api]), Err(NameTaken::Issuer));
        assert_eq!(check_identifier(api, &issuer, [app]), Ok(()));
        assert_eq!(check_identifier(app, &issuer, [app]), Err(NameTaken::Client));
        assert_eq!(check_identifier("https://id.example", &issuer, [app]), Err(NameTaken::Issuer));
    }
}
