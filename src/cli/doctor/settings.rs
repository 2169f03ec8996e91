//! Settings that are sound, each by itself, and still unwise. What is unsafe under https is refused at the start.

use super::Finding;
use crate::config::{Config, EmailVerification};
use std::os::unix::fs::PermissionsExt as _;

pub(super) fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut unwise = |found: &str, advice: &str| findings.push(Finding::unwise("settings", found, advice));
    if !config.issuer.is_https() {
        if !config.listen.is_loopback() {
            unwise(
                &format!("the issuer is http, and {} is open to the network", config.listen),
                "everybody there can read the development outbox and the links in it: listen on 127.0.0.1, or use an https issuer",
            );
        }
    } else {
        if !config.rate_limit.enabled {
            unwise("rate_limit is off", "set rate_limit.enabled = true, unless a gateway limits by address");
        }
        if config.sign_up.enabled && config.sign_up.email_verification == EmailVerification::Reminder {
            unwise("people sign in with addresses that nobody has proven", "set sign_up.email_verification = \"before_sign_in\"");
        }
        if config.trusted_proxies.is_empty() {
            unwise("trusted_proxies is empty", "name what speaks TLS in front; else its address is everybody's");
        }
        if config.database.url.expose().starts_with("sqlite:") {
            unwise("the database is SQLite", "fine for one process; with replicas use PostgreSQL (ostiary copy)");
        }
    }
    let key = config.data_dir.join("master.key");
    if let Ok(metadata) = std::fs::metadata(&key)
        && metadata.permissions().mode() & 0o077 != 0
    {
        findings.push(Finding::ill("settings", format!("others may read {}", key.display()), format!("chmod 600 {}", key.display())));
    }
    findings
}
