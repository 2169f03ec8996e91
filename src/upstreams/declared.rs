//! Reads `[[upstreams]]`: the one check that `config check` and the start share.

use super::kind::{TENANT, UpstreamKind};
use super::{Upstream, UpstreamCredentials};
use crate::config::{Config, Fault, Place};
use crate::keys::jose;
use crate::oauth::issuer::is_loopback;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use url::Url;

/// What can be in a profile (OpenID Connect Core §5.1) and may come from elsewhere; addresses go another way.
pub(super) const PROFILE_CLAIMS: [&str; 13] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
];

/// A provider as it is written, without its secrets.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawUpstream {
    id: String,
    kind: String,
    name: Option<String>,
    issuer: Option<String>,
    tenant: Option<String>,
    client_id: String,
    team_id: Option<String>,
    key_id: Option<String>,
    scopes: Option<Vec<String>>,
    claims: BTreeMap<String, String>,
    attributes: BTreeMap<String, String>,
    allowed_domains: Vec<String>,
    enabled: Option<bool>,
    sign_up: Option<bool>,
    keep_tokens: bool,
    trust_email: Option<bool>,
    trust_amr: bool,
}

/// Errors: every fault of every document, by key.
pub fn parse(config: &Config) -> Result<Vec<Upstream>, Vec<Fault>> {
    let (mut upstreams, mut faults) = (Vec::<Upstream>::new(), Vec::new());
    for (index, document) in config.declared_upstreams.iter().enumerate() {
        let mut place = Place { list: "upstreams", index, faults: &mut faults };
        let Some(upstream) = parse_upstream(document, config.is_development(), &mut place) else { continue };
        if upstreams.iter().any(|known| known.id == upstream.id) {
            place.fault("id", format!("{} is declared twice", upstream.id));
        }
        upstreams.push(upstream);
    }
    if faults.is_empty() { Ok(upstreams) } else { Err(faults) }
}

fn parse_upstream(document: &Value, development: bool, place: &mut Place<'_>) -> Option<Upstream> {
    let mut members = document.as_object().cloned().unwrap_or_default();
    let secret = place.secret(&mut members, "client_secret", 1);
    let private_key = place.secret(&mut members, "private_key", 1);
    let raw: RawUpstream = place.read(members, &json!({ "id": "", "kind": "", "client_id": "" }))?;
    let kind = UpstreamKind::parse(&raw.kind);
    if kind.is_none() {
        let known: Vec<_> = UpstreamKind::ALL.iter().map(|kind| kind.as_str()).collect();
        place.fault("kind", format!("must be one of {}", known.join(", ")));
    }
    let plain_id = (1..=40).contains(&raw.id.len()) && raw.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !plain_id || ["all", "none"].contains(&raw.id.as_str()) {
        place.fault("id", "must be 1 to 40 of a-z, 0-9 and -, and not all or none; it is part of the redirect URI and never changes");
    }
    if raw.client_id.trim().is_empty() || raw.client_id.len() > 500 {
        place.fault("client_id", "must be the client id that the provider gave you");
    }
    let kind = kind?;
    let name = raw.name.clone().or_else(|| kind.name().map(str::to_owned));
    if !name.as_ref().is_some_and(|name| (1..=40).contains(&name.trim().chars().count()) && !name.chars().any(char::is_control)) {
        place.fault("name", "must be what people call the provider, in 1 to 40 characters");
    }
    let (issuer, discovery) = parse_issuer(&raw, kind, development, place)?;
    let credentials = match kind {
        UpstreamKind::Apple => apple_credentials(&raw, secret.is_some(), private_key, place)?,
        _ => {
            for (member, given) in
                [("private_key", private_key.is_some()), ("team_id", raw.team_id.is_some()), ("key_id", raw.key_id.is_some())]
            {
                if given {
                    place.fault(member, "is for kind = \"apple\" only");
                }
            }
            match (secret, kind) {
                (Some(secret), _) => UpstreamCredentials::Secret(secret),
                (None, UpstreamKind::OpenIdConnect) => UpstreamCredentials::None,
                (None, _) => {
                    place.fault("client_secret", "must be given, by itself or as client_secret_file");
                    return None;
                }
            }
        }
    };
    let allowed_domains = raw.allowed_domains.iter().map(|domain| parse_domain(domain, place)).collect();
    for claim in raw
        .claims
        .keys()
        .filter(|claim| !PROFILE_CLAIMS.contains(&claim.as_str()) && !["email", "email_verified"].contains(&claim.as_str()))
    {
        place.fault(&format!("claims.{claim}"), "is no claim of the profile that can be filled; use attributes for your own");
    }
    let scopes = raw.scopes.unwrap_or_else(|| kind.scopes().iter().map(ToString::to_string).collect());
    if scopes.iter().any(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
        place.fault("scopes", "must be a list of single scopes");
    }
    if kind != UpstreamKind::GitHub && !scopes.iter().any(|scope| scope == "openid") {
        place.fault("scopes", "must contain openid");
    }
    Some(Upstream {
        id: raw.id,
        kind,
        name: name.unwrap_or_default(),
        issuer,
        discovery,
        client_id: raw.client_id,
        credentials,
        scopes,
        claims: raw.claims,
        attributes: raw.attributes,
        allowed_domains,
        enabled: raw.enabled.unwrap_or(true),
        sign_up: raw.sign_up.unwrap_or(true),
        keep_tokens: raw.keep_tokens,
        trust_email: raw.trust_email.unwrap_or(kind.trusts_email()),
        trust_amr: raw.trust_amr,
    })
}

/// The issuer as it stands in tokens (for many tenants with [`TENANT`] in it), and where its metadata is.
fn parse_issuer(raw: &RawUpstream, kind: UpstreamKind, development: bool, place: &mut Place<'_>) -> Option<(String, String)> {
    let Some(written) = raw.issuer.as_deref().or(kind.issuer()) else {
        place.fault("issuer", "must be given: the URL below which the provider serves /.well-known/openid-configuration");
        return None;
    };
    let (issuer, discovery) = match kind {
        UpstreamKind::Microsoft => {
            let tenant = raw.tenant.as_deref().unwrap_or("common");
            match tenant {
                "common" | "organizations" => {}
                // The tenant of everybody with a personal account; tokens name it by its number.
                "consumers" => {
                    return Some((written.replace(TENANT, "9188040d-6c67-4b5a-b112-36a304b66dad"), written.replace(TENANT, tenant)));
                }
                tenant if is_tenant(tenant) => return Some((written.replace(TENANT, tenant), written.replace(TENANT, tenant))),
                _ => {
                    place.fault("tenant", "must be common, organizations, consumers or a tenant's id (8-4-4-4-12 hexadecimal digits)");
                    return None;
                }
            }
            (written.to_owned(), written.replace(TENANT, tenant))
        }
        _ => {
            if raw.tenant.is_some() {
                place.fault("tenant", "is for kind = \"microsoft\" only");
            }
            (written.to_owned(), written.to_owned())
        }
    };
    let url = Url::parse(&discovery).ok();
    let secure = url.as_ref().is_some_and(|url| url.scheme() == "https");
    // Written down by the operator of a development installation: no document can lead there by itself.
    let on_this_machine = development && url.as_ref().is_some_and(|url| url.scheme() == "http" && is_loopback(url.host()));
    let plain = url.as_ref().is_some_and(|url| url.query().is_none() && url.fragment().is_none() && url.username().is_empty());
    if !(plain && (secure || on_this_machine)) {
        place.fault("issuer", "must be an https URL without query (http only for localhost, and only below an http issuer of your own)");
        return None;
    }
    Some((issuer, discovery))
}

/// Whether a text is the id of a Microsoft tenant.
pub(super) fn is_tenant(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

fn apple_credentials(
    raw: &RawUpstream,
    has_secret: bool,
    private_key: Option<crate::secret::Secret>,
    place: &mut Place<'_>,
) -> Option<UpstreamCredentials> {
    if has_secret {
        place.fault("client_secret", "must not be given for apple: it is made from private_key for each request");
    }
    let mut needed = |member: &str, value: &Option<String>| {
        if value.as_ref().is_none_or(|value| value.trim().is_empty()) {
            place.fault(member, "must be given for apple");
        }
        value.clone()
    };
    let (team_id, key_id) = (needed("team_id", &raw.team_id), needed("key_id", &raw.key_id));
    let Some(private_key) = private_key else {
        place.fault("private_key", "must be given for apple, by itself or as private_key_file: the .p8 file");
        return None;
    };
    if jose::sign_with_pem(&private_key, "check", &Map::new()).is_err() {
        place.fault("private_key", "must be a P-256 private key in PEM: the .p8 file as Apple gave it");
        return None;
    }
    Some(UpstreamCredentials::Apple { team_id: team_id?, key_id: key_id?, private_key })
}

fn parse_domain(domain: &str, place: &mut Place<'_>) -> String {
    match url::Host::parse(domain) {
        Ok(url::Host::Domain(name)) if name.contains('.') => name,
        _ => {
            place.fault("allowed_domains", format!("{domain:?} is not a domain such as example.com"));
            String::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(document: &Value, development: bool) -> Vec<String> {
        let mut faults = Vec::new();
        let _ = parse_upstream(document, development, &mut Place { list: "upstreams", index: 0, faults: &mut faults });
        faults.into_iter().map(|fault| fault.key.replace("upstreams[0].", "")).collect()
    }

    #[test]
    fn a_ready_provider_needs_an_id_and_its_credentials() {
        let google = json!({ "id": "google", "kind": "google", "client_id": "c", "client_secret": "s" });
        assert_eq!(faults(&google, false), Vec::<String>::new());
        let mut broken = google.clone();
        for (member, value) in [
            ("id", json!("Google!")),
            ("secret", json!("s")),
            ("allowed_domains", json!(["@x"])),
            ("claims", json!({ "sub": "x" })),
            ("scopes", json!(["email"])),
        ] {
            broken[member] = value;
        }
        let mut told = faults(&broken, false);
        told.sort();
        assert_eq!(told, ["allowed_domains", "claims.sub", "id", "scopes", "secret"]);
        assert_eq!(faults(&json!({}), false), ["id", "kind", "client_id", "kind", "id", "client_id"]);
    }

    #[test]
    fn http_is_for_this_machine_and_development() {
        let at = |issuer: &str| json!({ "id": "x", "kind": "oidc", "name": "X", "client_id": "c", "issuer": issuer });
        assert_eq!(faults(&at("http://localhost:1234"), true), Vec::<String>::new());
        assert_eq!(faults(&at("http://localhost:1234"), false), ["issuer"]);
        for issuer in ["http://idp.example", "http://10.0.0.1", "ftp://localhost", "nonsense", "https://idp.example?x=1"] {
            assert_eq!(faults(&at(issuer), true), ["issuer"], "{issuer}");
        }
        assert_eq!(faults(&json!({ "id": "x", "kind": "oidc", "name": "X", "client_id": "c" }), true), ["issuer"]);
    }

    // CVE-2026-31813: which issuers a configuration for many tenants means
    #[test]
    fn a_tenant_is_a_word_of_microsofts_or_an_id() {
        let at = |tenant: &str| json!({ "id": "ms", "kind": "microsoft", "client_id": "c", "client_secret": "s", "tenant": tenant });
        let read = |tenant: &str| {
            let mut faults = Vec::new();
            let upstream = parse_upstream(&at(tenant), false, &mut Place { list: "upstreams", index: 0, faults: &mut faults });
            upstream.map(|upstream| (upstream.issuer, upstream.discovery))
        };
        let id = "11111111-2222-3333-4444-55555555aaaa";
        let own = format!("https://login.microsoftonline.com/{id}/v2.0");
        assert_eq!(read(id), Some((own.clone(), own)));
        let (issuer, discovery) = read("common").unwrap();
        assert_eq!((issuer.contains(TENANT), discovery.as_str()), (true, "https://login.microsoftonline.com/common/v2.0"));
        for tenant in ["example.com", "", "../x", "11111111-2222-3333-4444-55555555AAAA"] {
            assert_eq!(read(tenant), None, "{tenant}");
        }
    }

    #[test]
    fn apple_signs_its_secret_with_a_key() {
        let apple = json!({ "id": "apple", "kind": "apple", "client_id": "c", "client_secret": "s", "private_key": "nonsense" });
        assert_eq!(faults(&apple, false), ["client_secret", "team_id", "key_id", "private_key"]);
    }
}
