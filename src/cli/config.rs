//! `ostiary config check|show|docs`.

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use super::{Arguments, CliError, print};
use crate::config::{config_docs, config_docs_json};

/// What to do with the configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum ConfigCommand {
    /// List all faults at once and exit with 2, or say that there is none
    Check,
    /// Print what holds, without secrets
    Show,
    /// Print the reference page: every key, default, unit and meaning
    Docs,
}

pub(super) fn run(arguments: &Arguments, command: ConfigCommand) -> Result<Output, CliError> {
    match command {
        ConfigCommand::Check => match arguments.load() {
            Ok(config) => {
                let text = format!("The configuration of {} is sound.", config.issuer);
                Ok(Output::new(text, json!({ "sound": true, "issuer": config.issuer.as_str(), "faults": [] })))
            }
            Err(CliError::Config(faults)) if arguments.json => {
                let list: Vec<_> = faults.0.iter().map(|fault| json!({ "key": fault.key, "problem": fault.problem })).collect();
                print(&format!("{:#}\n", json!({ "sound": false, "faults": list })))?;
                Err(CliError::Config(faults))
            }
            Err(error) => Err(error),
        },
        ConfigCommand::Show => {
            let text = arguments.load()?.show();
            let table: toml::Table = toml::from_str(&text).map_err(|error| CliError::Failed(error.message().to_owned()))?;
            let json = serde_json::to_value(&table).map_err(|error| CliError::Failed(error.to_string()))?;
            Ok(Output::new(text, json))
        }
        ConfigCommand::Docs => Ok(Output::new(config_docs(), config_docs_json())),
    }
}
