//! How a mail leaves: a mail server (SMTP), Resend's HTTP API, or the development outbox.
//!
//! A refusal is final when it is about this mail. When it is about us (a password, a key that is wrong) the operator can mend it, so
//! the mail waits.
//!
//! Specs: RFC 5321 §4.2, RFC 3207 (STARTTLS), RFC 8314 (implicit TLS), RFC 4954 §6 (refusals of a sign-in).

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde_json::{Value, json};
use url::Url;

use super::{MailError, Outbox, Sealed};
use crate::clock::Timestamp;
use crate::config::{Config, MailTransport, SmtpTls};
use crate::outbound::{Outbound, OutboundError};
use crate::secret::Secret;
use crate::storage::with_causes;

/// How long a mail server may take to answer.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);

/// How mail leaves.
pub(super) enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Resend(Resend),
    Outbox(Outbox),
}

/// Resend's HTTP API.
pub(super) struct Resend {
    outbound: Outbound,
    emails: Url,
    api_key: Secret,
}

/// One mail, ready to leave.
pub(super) struct Letter<'a> {
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    pub(super) sealed: &'a Sealed,
    pub(super) message: Message,
    pub(super) from: &'a Mailbox,
    pub(super) sent_at: Timestamp,
}

/// Why a mail was not taken, in words of ours: a server's can repeat the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) for_good: bool,
    pub(super) status: Option<u16>,
    pub(super) reason: &'static str,
}

impl Failure {
    fn described(&self) -> String {
        match self.status {
            Some(status) => format!("{} ({status})", self.reason),
            None => self.reason.to_owned(),
        }
    }

    pub(super) fn for_good(status: Option<u16>, reason: &'static str) -> Self {
        Self { for_good: true, status, reason }
    }

    pub(super) fn later(status: Option<u16>, reason: &'static str) -> Self {
        Self { for_good: false, status, reason }
    }
}

impl Transport {
    pub(super) fn of(config: &Config, outbound: &Outbound) -> Result<Self, MailError> {
        Ok(match config.mail.transport {
            MailTransport::Smtp => Self::Smtp(smtp(config)?),
            MailTransport::Resend => Self::Resend(Resend {
                outbound: outbound.clone(),
                emails: emails_of(&config.resend.base_url),
                api_key: config.resend.api_key.clone().ok_or(MailError::NoApiKey)?,
            }),
            MailTransport::Outbox => Self::Outbox(Outbox::at(&config.data_dir.join("outbox"))),
        })
    }

    /// Whether mail could leave now; sends none.
    ///
    /// # Errors
    /// Why not, for the operator.
    pub(super) async fn check(&self) -> Result<(), String> {
        match self {
            Self::Smtp(smtp) => match smtp.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err("the mail server ends the conversation".to_owned()),
                Err(error) => Err(format!("{}: {}", of_smtp(&error).reason, with_causes(&error))),
            },
            // An empty mail: whose key is right is told what it lacks.
            Self::Resend(resend) => match resend.post(&[], &json!({})).await {
                Err(failure) if !matches!(failure.status, Some(400 | 422)) => Err(failure.described()),
                _ => Ok(()),
            },
            Self::Outbox(_) => Ok(()),
        }
    }

    pub(super) async fn deliver(&self, letter: Letter<'_>) -> Result<(), Failure> {
        match self {
            Self::Smtp(smtp) => smtp.send(letter.message).await.map(|_| ()).map_err(|error| of_smtp(&error)),
            Self::Resend(resend) => resend.deliver(&letter).await,
            Self::Outbox(outbox) => outbox.keep(&letter).await.map_err(|error| {
                tracing::error!(%error, "a mail could not be written to the outbox's folder");
                Failure::later(None, "the outbox's folder cannot be written to")
            }),
        }
    }
}

fn smtp(config: &Config) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    let smtp = &config.smtp;
    let host = smtp.host.clone().ok_or(MailError::NoHost)?;
    let mut tls = TlsParameters::builder(host.clone());
    if let Some(path) = &smtp.ca_file {
        // Beside the public ones: a relay of one's own may have moved to a certificate of either.
        tls = tls.add_root_certificate(Certificate::from_pem(&std::fs::read(path)?)?);
    }
    let (tls, port) = match smtp.tls {
        SmtpTls::Starttls => (Tls::Required(tls.build()?), 587),
        SmtpTls::Implicit => (Tls::Wrapper(tls.build()?), 465),
        SmtpTls::None => (Tls::None, 25),
    };
    // "Dangerous" is only that it begins without TLS; the line above decides that.
    let mut builder =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).tls(tls).port(smtp.port.unwrap_or(port)).timeout(Some(SMTP_TIMEOUT));
    if let (Some(username), Some(password)) = (&smtp.username, &smtp.password) {
        builder = builder.credentials(Credentials::new(username.clone(), password.expose().clone()));
    }
    Ok(builder.build())
}

fn of_smtp(error: &lettre::transport::smtp::Error) -> Failure {
    let status = error.status().map(u16::from);
    let reason = match error {
        // RFC 4954 §6: a sign-in is needed, wrong, too weak, or needs encryption.
        _ if matches!(status, Some(530 | 534 | 535 | 538)) => return Failure::later(status, "the mail server does not accept the sign-in"),
        error if error.is_permanent() => return Failure::for_good(status, "refused by the mail server"),
        error if error.is_transient() => "put off by the mail server",
        error if error.is_timeout() => "the mail server did not answer in time",
        error if is_about_tls(error) => "no TLS with the mail server (name, certificate or version)",
        error if error.is_client() => "the mail server lacks what smtp.tls or the sign-in needs",
        error if error.is_response() => "the mail server's answer makes no sense",
        _ => "the mail server cannot be reached",
    };
    Failure::later(status, reason)
}

/// A handshake that fails is, to lettre, a connection that fails: what rustls said is further down.
fn is_about_tls(error: &lettre::transport::smtp::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if error.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        cause = error.source();
    }
    error.is_tls()
}

/// `POST /emails` below the base, whether it ends in a slash or not.
fn emails_of(base: &Url) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/emails", base.path().trim_end_matches('/')));
    url
}

impl Resend {
    async fn deliver(&self, letter: &Letter<'_>) -> Result<(), Failure> {
        let Letter { id, sealed, from, .. } = letter;
        let body = json!({
            "from": from.to_string(),
            "to": [sealed.to],
            "subject": sealed.subject,
            "text": sealed.text,
            "html": sealed.html,
            "headers": { "Auto-Submitted": "auto-generated" },
        });
        self.post(&[("idempotency-key", id)], &body).await
    }

    async fn post(&self, headers: &[(&str, &str)], body: &Value) -> Result<(), Failure> {
        let authorization = format!("Bearer {}", self.api_key.expose());
        let headers = [&[("authorization", authorization.as_str())], headers].concat();
        match self.outbound.post_json(self.emails.as_str(), &headers, body).await {
            Ok(status @ 200..=299) => {
                tracing::debug!(status, "Resend has taken a mail");
                Ok(())
            }
            Ok(status) => Err(of_status(status)),
            Err(OutboundError::Forbidden) => Err(Failure::later(None, "resend.base_url leads to an address that must not be called")),
            Err(_) => Err(Failure::later(None, "Resend cannot be reached")),
        }
    }
}

fn of_status(status: u16) -> Failure {
    let later = |reason| Failure::later(Some(status), reason);
    match status {
        401 | 403 => later("Resend does not accept the key or the sender"),
        408 | 409 | 425 | 429 => later("put off by Resend"),
        400..=499 => Failure::for_good(Some(status), "refused by Resend"),
        _ => later("Resend has trouble of its own"),
    }
}
