//! Names that stand in tokens: the issuer's, those of clients and those of APIs. `aud` names a client in an ID token and an API in an
//! access token: were one name both, a token for the one would pass for a token for the other.
//!
//! Specs: RFC 8725 §3.9 and §3.12, RFC 9068 §4 and §5.

use crate::oauth::issuer::Issuer;

/// Why a name cannot be given to a client or an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameTaken {
    #[error("is the issuer, which tokens name for itself")]
    Issuer,
    #[error("is the client_id of a client: a token for the one would pass for a token for the other")]
    Client,
    #[error("is the identifier of an API: a token for the one would pass for a token for the other")]
    Resource,
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
