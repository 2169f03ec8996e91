//! `ostiary serve`.

use super::{Arguments, CliError};
use crate::{server, telemetry};

pub(super) async fn run(arguments: &Arguments) -> Result<(), CliError> {
    let config = arguments.load()?;
    let telemetry = telemetry::init(&config).map_err(|error| CliError::Failed(error.to_string()))?;
    let served = server::serve(config).await;
    drop(telemetry);
    Ok(served?)
}
