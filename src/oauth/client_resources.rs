//! The APIs that a client's metadata names: what it may ask tokens for, its default, what it serves, what it may exchange for.

use super::client_metadata::{ClientMetadata, ExchangeRule, RawClientMetadata};
use super::resource::ResourceIndicator;

impl RawClientMetadata {
    /// Takes an API out of what the client may ask tokens for, and with it what hangs on that: the default and the rules of exchange.
    pub fn remove_resource(&mut self, resource: &ResourceIndicator) {
        take_out(resource, &mut self.resources, &mut self.default_resource, &mut self.token_exchange);
    }
}

impl ClientMetadata {
    /// Every API that it names, some more than once.
    pub fn named_resources(&self) -> impl Iterator<Item = &ResourceIndicator> {
        let of_rules = self.token_exchange.iter().flat_map(|rule| &rule.resources);
        self.resources.iter().chain(&self.default_resource).chain(&self.serves).chain(of_rules)
    }

    /// Takes an API out that is no more.
    pub fn forget_resource(&mut self, resource: &ResourceIndicator) {
        take_out(resource, &mut self.resources, &mut self.default_resource, &mut self.token_exchange);
        self.serves.retain(|known| known != resource);
    }
}

fn take_out(
    resource: &ResourceIndicator,
    resources: &mut Vec<ResourceIndicator>,
    default: &mut Option<ResourceIndicator>,
    rules: &mut Vec<ExchangeRule>,
) {
    resources.retain(|known| known != resource);
    if default.as_ref() == Some(resource) {
        *default = None;
    }
    for rule in rules.iter_mut() {
        rule.resources.retain(|known| known != resource);
    }
    rules.retain(|rule| !rule.resources.is_empty());
}
