//! From where something was done, as pages about sessions, devices and activity show it.

use crate::app::App;
use crate::web::client_address::ClientAddress;
use crate::web::speak::language_of;
use actix_web::HttpRequest;

#[derive(Debug, Clone)]
pub struct Whereabouts {
    pub address: String,
    /// Roughly where that is, where the operator has a database of places.
    pub place: Option<String>,
    /// The address is of the network that the reader is in now.
    pub near: bool,
}

impl Whereabouts {
    /// Of an address that was written down.
    pub fn of(app: &App, http: &HttpRequest, address: &str) -> Self {
        Self {
            address: address.to_owned(),
            place: app.places.name(&app.texts, language_of(http), address),
            near: ClientAddress::of(http).is_near(address),
        }
    }
}
