//! Rules between keys. Each fault names the key to change.

use std::path::Path;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::Config;
use super::choice::{MailTransport, SmsProvider, SmtpTls};
use super::fault::Fault;
use super::source::Origin;
use crate::oauth::issuer::is_loopback;

/// Every broken rule. `origin` tells where a key was written. Where the issuer itself is faulty, another one stands in for it and nothing is
/// measured against that; what was written still tells whether a developer's machine is meant.
pub(super) fn check(config: &Config, origin: &dyn Fn(&str) -> Origin, faulty_issuer: Option<&str>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let is_https = faulty_issuer.map_or(config.issuer.is_https(), |text| !names_this_machine(text));
    if is_https {
        safe_under_https(config, &mut faults);
    }
    mail(config, origin, &mut faults);
    sms(config, &mut faults);
    lifetimes(config, &mut faults);
    if faulty_issuer.is_none() {
        rp_id(config, &mut faults);
    }
    related_origins(config, is_https, &mut faults);
    rest(config, &mut faults);
    faults
}

/// Whether `http` would do for what was meant as the issuer, be it a URL or none.
fn names_this_machine(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let address = match text.split_once("://") {
        Some(("http", address)) => address,
        Some(_) => return false,
        None => text.as_str(),
    };
    let host = match address.split_once(']') {
        Some((host, _)) => format!("{host}]"),
        None => address.split([':', '/', '?', '#']).next().unwrap_or_default().to_owned(),
    };
    url::Url::parse(&format!("http://{host}")).is_ok_and(|url| is_loopback(url.host()))
}

/// Settings that are made for a developer's machine must not reach people.
fn safe_under_https(config: &Config, faults: &mut Vec<Fault>) {
    if config.mail.transport == MailTransport::Outbox {
        faults.push(Fault::new("mail.transport", "must be smtp or resend with an https issuer: nobody would get the outbox's mail"));
    }
    if config.master_key.is_none() {
        faults.push(Fault::new(
            "master_key",
            "must be given with an https issuer, by itself or as master_key_file (openssl rand -base64 32)",
        ));
    }
    if config.insecure_cookies {
        faults.push(Fault::new("insecure_cookies", "must be false with an https issuer"));
    }
}

fn mail(config: &Config, origin: &dyn Fn(&str) -> Origin, faults: &mut Vec<Fault>) {
    if config.mail.transport != MailTransport::Outbox && origin("mail.from") == Origin::Default {
        faults.push(Fault::new("mail.from", "must be given unless mail is kept in the outbox"));
    }
    if config.mail.transport == MailTransport::Resend && config.resend.api_key.is_none() {
        faults.push(Fault::new("resend.api_key", "must be given with mail.transport = \"resend\""));
    }
    if config.mail.transport != MailTransport::Smtp {
        return;
    }
    let smtp = &config.smtp;
    if let Some(problem) = smtp.ca_file.as_deref().and_then(|path| unreadable(path).or_else(|| holds_no_certificate(path))) {
        faults.push(Fault::new("smtp.ca_file", problem));
    }
    match smtp.host.as_deref() {
        None => faults.push(Fault::new("smtp.host", "must be given with mail.transport = \"smtp\"")),
        Some(host) if !is_host(host) => faults.push(Fault::new("smtp.host", "must be a host name or address alone; smtp.port is the port")),
        Some(_) => {}
    }
    match (&smtp.username, &smtp.password) {
        (Some(_), None) => faults.push(Fault::new("smtp.password", "must be given with smtp.username")),
        (None, Some(_)) => faults.push(Fault::new("smtp.username", "must be given with smtp.password")),
        _ => {}
    }
    let local = matches!(smtp.host.as_deref(), Some("localhost" | "127.0.0.1" | "::1"));
    if smtp.tls == SmtpTls::None && smtp.password.is_some() && !local {
        faults.push(Fault::new("smtp.tls", "must not be none when a password is sent to another machine"));
    }
}

fn holds_no_certificate(path: &Path) -> Option<String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match certificates {
        Ok(found) if found.is_empty() => Some(format!("{} holds no certificate in PEM form", path.display())),
        Ok(_) => None,
        Err(error) => Some(format!("{}: {error}", path.display())),
    }
}

fn is_host(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok() || (!text.contains(['[', ':']) && url::Host::parse(text).is_ok())
}

fn sms(config: &Config, faults: &mut Vec<Fault>) {
    let sms = &config.sms;
    let needed: &[(&str, bool)] = match sms.provider {
        SmsProvider::None => return,
        SmsProvider::TwilioVerify => &[("sms.service_sid", sms.service_sid.is_some())],
        SmsProvider::TwilioMessages => &[("sms.from", sms.from.is_some())],
    };
    let always = [("sms.account_sid", sms.account_sid.is_some()), ("sms.auth_token", sms.auth_token.is_some())];
    for (key, _) in needed.iter().chain(&always).filter(|(_, there)| !there) {
        faults.push(Fault::new(*key, "must be given with this sms.provider"));
    }
    let codes = |code: &String| {
        code.strip_prefix('+').is_some_and(|digits| (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    if sms.countries.is_empty() || !sms.countries.iter().all(codes) {
        faults.push(Fault::new("sms.countries", "must list the calling codes that messages may go to, as in +49"));
    }
}

fn lifetimes(config: &Config, faults: &mut Vec<Fault>) {
    let (sessions, tokens, keys) = (&config.sessions, &config.tokens, &config.keys);
    let mut at_most = |key: &str, value: Duration, limit_key: &str, limit: Duration| {
        if value > limit {
            faults.push(Fault::new(key, format!("must not be longer than {limit_key}")));
        }
    };
    at_most("sessions.idle_lifetime", sessions.idle_lifetime, "sessions.absolute_lifetime", sessions.absolute_lifetime);
    // A use within the interval is not written down: with a longer one, sessions of people who come back in time would end.
    at_most("sessions.refresh_interval", sessions.refresh_interval, "half of sessions.idle_lifetime", sessions.idle_lifetime / 2);
    let (idle, absolute) = (tokens.refresh_token_idle_lifetime, tokens.refresh_token_absolute_lifetime);
    at_most("tokens.refresh_token_idle_lifetime", idle, "tokens.refresh_token_absolute_lifetime", absolute);
    at_most("tokens.refresh_token_grace", tokens.refresh_token_grace, "tokens.refresh_token_idle_lifetime", idle);
    at_most("keys.publish_ahead", keys.publish_ahead, "keys.rotation_interval", keys.rotation_interval);
}

/// Web Authentication §5.1.2: browsers take an RP ID that is the host, or a registrable domain above it.
fn rp_id(config: &Config, faults: &mut Vec<Fault>) {
    let host = config.issuer.host();
    let rp_id = &config.passkeys.rp_id;
    let above = host.strip_suffix(rp_id.as_str()).is_some_and(|rest| rest.ends_with('.'));
    let is_domain = rp_id.contains('.') && host.parse::<std::net::IpAddr>().is_err();
    if rp_id != host && !(above && is_domain) {
        faults.push(Fault::new("passkeys.rp_id", format!("must be {host} or a domain above it")));
    }
}

/// Web Authentication §5.11: related origins are origins.
fn related_origins(config: &Config, is_https: bool, faults: &mut Vec<Fault>) {
    for origin in &config.passkeys.related_origins {
        let bare = origin.path() == "/" && origin.query().is_none() && origin.fragment().is_none() && origin.domain().is_some();
        if !bare || (origin.scheme() != "https" && is_https) {
            faults.push(Fault::new("passkeys.related_origins", format!("{origin} must be an https origin without a path")));
        }
    }
}

fn rest(config: &Config, faults: &mut Vec<Fault>) {
    faults.extend(super::protected::faults(&config.protected));
    // RFC 9106 §3.1: at least 8 KiB for each lane.
    if config.password.argon2_memory_kib < 8 * config.password.argon2_parallelism {
        faults.push(Fault::new("password.argon2_memory_kib", "must be at least 8 times password.argon2_parallelism"));
    }
    let schema = &config.database.schema;
    let plain = schema.len() <= 63
        && schema.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && schema.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !plain || schema.starts_with("pg_") || schema == "information_schema" {
        faults.push(Fault::new("database.schema", "must be lower-case letters, digits and _, at most 63, and no schema of the system"));
    }
    if let Err(problem) = crate::brand::read_logo(config.brand.logo.as_deref()) {
        faults.push(Fault::new("brand.logo", problem));
    }
    if let Err(problem) = crate::places::Places::open(config.places.database.as_deref()) {
        faults.push(Fault::new("places.database", problem.to_string()));
    }
    if let Err(problem) = crate::telemetry::check_level(&config.log.level) {
        faults.push(Fault::new("log.level", problem));
    }
    if config.otlp.endpoint.is_some() && !cfg!(feature = "otlp") {
        faults.push(Fault::new("otlp.endpoint", "needs a build with the otlp feature (cargo build --features otlp)"));
    }
}

fn unreadable(path: &Path) -> Option<String> {
    std::fs::File::open(path).err().map(|error| format!("cannot read {}: {error}", path.display()))
}
