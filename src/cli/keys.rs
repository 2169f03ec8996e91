//! `ostiary keys …`.

use super::output::{Output, Table};
use super::{CliError, Opened};
use crate::clients;
use crate::credentials::totp::reseal_totp_secrets;
use crate::events::{self, About, EventKind};
use crate::housekeeping::publish_next_keys;
use crate::keys::{self, Revoked};
use crate::mail::reseal_mail;
use crate::sealing::Purpose;
use crate::upstreams::reseal_tokens;
use clap::Subcommand;
use serde_json::json;

/// Signing keys and the master key.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List signing keys with their state
    List,
    /// Publish the next signing keys now; they sign after keys.publish_ahead
    Rotate,
    /// Take a leaked key away at once: its tokens no longer verify; if it signs, a new key does from now on; if it was to sign next, another is
    /// published in its place
    Revoke { kid: String },
    /// Seal everything in the database under the current master key; then drop the old one from previous_master_keys
    RotateMaster,
}

pub(super) async fn run(opened: &Opened, command: KeysCommand) -> Result<Output, CliError> {
    let app = &opened.app;
    let now = app.now();
    match command {
        KeysCommand::List => {
            let found = keys::list(&app.storage, now).await?;
            let mut table = Table::new(["kid", "algorithm", "state", "signs from"]);
            for key in &found {
                table.row([&key.kid, key.algorithm.as_str(), key.state, &key.active_at.to_string()]);
            }
            let documents: Vec<_> = found
                .iter()
                .map(|key| json!({ "kid": key.kid, "algorithm": key.algorithm, "state": key.state, "created_at": key.created_at.to_string(), "active_at": key.active_at.to_string(), "expires_at": key.expires_at.map(|at| at.to_string()) }))
                .collect();
            Ok(Output::new(table.to_string(), json!(documents)))
        }
        KeysCommand::Rotate => {
            let made = publish_next_keys(app, true).await?;
            let text = if made.is_empty() {
                "The next keys are published already; nothing to do.".to_owned()
            } else {
                format!("Published {}; they sign from {} on.", made.join(", "), now + app.key_policy.publish_ahead)
            };
            Ok(Output::new(text, json!({ "published": made })))
        }
        KeysCommand::Revoke { kid } => {
            let text = match keys::revoke(&app.storage, &app.sealing, &app.random, &app.key_policy, &kid, now).await? {
                Revoked::Unknown => return Err(CliError::not_found(format!("no key {kid}; see: ostiary keys list"))),
                Revoked::Replaced => format!("Revoked {kid}; a new key signs from now on."),
                Revoked::ReplacedNext => {
                    format!("Revoked {kid}, which had signed nothing yet; another is published in its place, and what signs now goes on.")
                }
                Revoked::Retired => format!("Revoked {kid}; it signed nothing any more."),
            };
            let about = About::default().with("kids", kid.as_str());
            events::record(&mut app.storage.write().await?, app, EventKind::KeyRevoked, &about).await?;
            Ok(Output::new(text, json!({ "revoked": kid })))
        }
        KeysCommand::RotateMaster => {
            let mut resealed = keys::reseal(&app.storage, &app.sealing).await?;
            let sealed = clients::list_sealed_secrets(&mut app.storage.read().await?).await?;
            for (id, text) in sealed.iter().filter(|(_, text)| !app.sealing.is_current(text)) {
                let secret: String = app
                    .sealing
                    .open(Purpose::ClientSecret, text)
                    .ok_or_else(|| CliError::usage(format!("client secret {id} opens with none of the master keys")))?;
                let sealed = app.sealing.seal(Purpose::ClientSecret, &secret).map_err(|error| CliError::usage(error.to_string()))?;
                clients::update_sealed_secret(&mut app.storage.write().await?, id, &sealed).await?;
                resealed += 1;
            }
            let failed = |error: &dyn std::fmt::Display| CliError::usage(error.to_string());
            resealed += reseal_totp_secrets(&app.storage, &app.sealing).await.map_err(|error| failed(&error))?;
            resealed += reseal_tokens(&app.storage, &app.sealing).await?;
            resealed += reseal_mail(&app.storage, &app.sealing).await?;
            keys::move_master_key_check(&app.storage, &app.sealing).await?;
            let mut connection = app.storage.write().await?;
            events::record(&mut connection, app, EventKind::MasterKeyRotated, &About::default().with("resealed", resealed)).await?;
            let text = format!(
                "{resealed} secrets are sealed anew. Refresh tokens sealed under the old key need it until they have been used or ended."
            );
            Ok(Output::new(text, json!({ "resealed": resealed })))
        }
    }
}
