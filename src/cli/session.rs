//! `ostiary session …`.

use super::output::{Output, Table};
use super::user::find;
use super::{CliError, Opened};
use crate::events::{self, About, EventKind};
use crate::grants::EndReason;
use crate::sessions::{self, SessionId};
use clap::Subcommand;
use serde_json::json;

/// Browser sessions.
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// List the sessions of a person, by address or id
    List { user: String },
    /// End one session of a person, or all of them, or everybody's; tokens that live by it end too
    End {
        #[arg(required_unless_present = "everybody")]
        user: Option<String>,
        /// The session's id; absent: all
        session: Option<String>,
        /// Every session that there is, as after a restored backup
        #[arg(long, conflicts_with_all = ["user", "session"])]
        everybody: bool,
    },
}

pub(super) async fn run(opened: &Opened, command: SessionCommand) -> Result<Output, CliError> {
    let app = &opened.app;
    let now = app.now();
    match command {
        SessionCommand::List { user } => {
            let user = find(opened, &user).await?.id;
            let found = sessions::list_sessions(&mut app.storage.read().await?, &user, &app.sessions, now).await?;
            let mut table = Table::new(["id", "signed in", "last used", "address"]);
            for session in &found {
                let address = session.address.as_deref().unwrap_or("");
                table.row([session.id.as_str(), &session.authenticated_at.to_string(), &session.refreshed_at.to_string(), address]);
            }
            let documents: Vec<_> = found
                .iter()
                .map(|session| json!({ "id": session.id, "authenticated_at": session.authenticated_at.to_string(), "refreshed_at": session.refreshed_at.to_string(), "expires_at": session.expires_at.to_string(), "address": session.address, "user_agent": session.user_agent }))
                .collect();
            Ok(Output::new(table.to_string(), json!(documents)))
        }
        SessionCommand::End { user: None, .. } => end_everybodys(opened).await,
        SessionCommand::End { user: Some(named), session, .. } => {
            let user = find(opened, &named).await?.id;
            let ended = opened
                .transaction(async |connection| {
                    let ended = match &session {
                        Some(id) => usize::from(
                            sessions::end_session(connection, &user, &SessionId::new(id.as_str()), EndReason::ByOperator, now).await?,
                        ),
                        None => sessions::end_sessions_of(connection, &user, None, EndReason::ByOperator, now).await?,
                    };
                    if ended > 0 {
                        let about = About::user(&user).with("by", "operator").with("ended", ended);
                        events::record(connection, app, EventKind::SessionEnded, &about).await?;
                    }
                    Ok(ended)
                })
                .await?;
            match session {
                Some(id) if ended == 0 => {
                    Err(CliError::not_found(format!("no session {id} of {named}; see: ostiary session list {named}")))
                }
                _ => Ok(ended_now(ended)),
            }
        }
    }
}

/// Sessions that one transaction ends: few enough that nobody waits long for it.
const BATCH: i64 = 200;

/// What is to be done is written down with the first of them: a command that is cut short has said what it was about.
async fn end_everybodys(opened: &Opened) -> Result<Output, CliError> {
    let app = &opened.app;
    let now = app.now();
    let mut ended = 0;
    loop {
        let batch = opened
            .transaction(async |connection| {
                let batch = sessions::end_some_sessions(connection, BATCH, EndReason::ByOperator, now).await?;
                if ended == 0 && batch.is_some_and(|batch| batch > 0) {
                    let about = About::default().with("by", "operator").with("whose", "everybody");
                    events::record(connection, app, EventKind::SessionEnded, &about).await?;
                }
                Ok(batch)
            })
            .await?;
        match batch {
            Some(batch) => ended += batch,
            None => return Ok(ended_now(ended)),
        }
    }
}

fn ended_now(ended: usize) -> Output {
    Output::new(format!("{ended} ended."), json!({ "ended": ended }))
}
