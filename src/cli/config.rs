//! `ostiary config check|show|docs`.

use clap::Subcommand;

use super::{Arguments, CliError, print};
use crate::config::config_docs;

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

pub(super) fn run(arguments: &Arguments, command: ConfigCommand) -> Result<(), CliError> {
    match command {
        ConfigCommand::Check => {
            let config = arguments.load()?;
            print(&format!("The configuration of {} is sound.\n", config.issuer))
        }
        ConfigCommand::Show => print(&arguments.load()?.show()),
        ConfigCommand::Docs => print(&config_docs()),
    }
}
