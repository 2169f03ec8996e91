//! Logs, and with the `otlp` feature traces.
//!
//! One line an event, on standard error, readable or as JSON. Every control character inside a line is escaped, so that nothing that a
//! client sends can begin a line of its own or speak to a terminal. Crates below Ostiary log warnings only, unless asked: at finer levels
//! some of them print headers, statements and mail.

use std::io::{self, Write};

use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry};

use crate::config::{Config, LogFormat};

#[cfg(feature = "otlp")]
mod otlp;

/// Why logs could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `log.level` is no filter.
    #[error("log.level {0}")]
    Level(String),
    /// Somebody else has set up logs in this process.
    #[error("logs are set up already")]
    AlreadySet,
    /// The exporter of traces cannot be made.
    #[error("otlp.endpoint: {0}")]
    Exporter(String),
}

/// Keeps the export of traces alive; what has not been sent is sent when it is dropped.
#[must_use = "traces end when this is dropped"]
pub struct Telemetry {
    #[cfg(feature = "otlp")]
    traces: Option<otlp::Traces>,
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        #[cfg(feature = "otlp")]
        if let Some(traces) = self.traces.take() {
            traces.shut_down();
        }
    }
}

/// Sets up logs for the process. Called by the command line once; a server inside a test does without.
///
/// # Errors
/// [`TelemetryError`].
pub fn init(config: &Config) -> Result<Telemetry, TelemetryError> {
    let layers = lines(config.log.format, &config.log.level, io::stderr)?;
    #[cfg(feature = "otlp")]
    {
        let (layer, traces) = otlp::layer(config)?.unzip();
        let registry = Registry::default().with(layers).with(layer);
        registry.try_init().map_err(|_| TelemetryError::AlreadySet)?;
        Ok(Telemetry { traces })
    }
    #[cfg(not(feature = "otlp"))]
    {
        Registry::default().with(layers).try_init().map_err(|_| TelemetryError::AlreadySet)?;
        Ok(Telemetry {})
    }
}

/// Whether a text can be `log.level`.
///
/// # Errors
/// What it must be.
pub fn check_level(level: &str) -> Result<(), String> {
    filter(level).map(drop)
}

fn filter(level: &str) -> Result<EnvFilter, String> {
    let problem = || "must be error, warn, info, debug or trace, or directives such as ostiary=debug,actix_server=info".to_owned();
    // They write down as an error whatever a stranger sends: the one, byte by byte, in place of an authenticator's answer (we log the
    // refusal), the other where it cannot be read as HTTP at all, as with an address over 64 KiB.
    const QUIET: &str = "webauthn_rs_core=off,actix_http::h1::dispatcher=off";
    let directives = match level {
        "error" => format!("error,{QUIET}"),
        "warn" | "info" | "debug" | "trace" => format!("warn,{QUIET},ostiary={level}"),
        directives if directives.contains('=') => directives.to_owned(),
        _ => return Err(problem()),
    };
    EnvFilter::try_new(directives).map_err(|_| problem())
}

fn lines<W>(format: LogFormat, level: &str, writer: W) -> Result<Box<dyn Layer<Registry> + Send + Sync>, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = filter(level).map_err(TelemetryError::Level)?;
    let layer = fmt::layer().with_writer(Escaped(writer)).with_ansi(false);
    Ok(match format {
        LogFormat::Pretty => layer.with_filter(filter).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_current_span(true).with_span_list(false).with_filter(filter).boxed(),
    })
}

/// A writer that escapes control characters. The formatter hands over each event in one piece, ended by a line feed.
struct Escaped<W>(W);

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for Escaped<W> {
    type Writer = EscapedLine<W::Writer>;
    fn make_writer(&'w self) -> Self::Writer {
        EscapedLine(self.0.make_writer())
    }
}

struct EscapedLine<W>(W);

impl<W: Write> Write for EscapedLine<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(escaped(bytes).as_bytes())?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Whether a terminal, or whatever else shows a line, does what the character says in place of showing it: controls, separators of lines
/// and paragraphs, and the controls of writing direction.
pub fn commands(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (line, end) = match text.strip_suffix('\n') {
        Some(line) => (line, "\n"),
        None => (text.as_ref(), ""),
    };
    let mut safe = String::with_capacity(text.len());
    for character in line.chars() {
        match character {
            c if commands(c) => {
                safe.extend(c.escape_default());
            }
            c => safe.push(c),
        }
    }
    safe.push_str(end);
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, level: &str, write: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = Registry::default().with(lines(format, level, move || writer.clone()).unwrap());
        tracing::subscriber::with_default(subscriber, write);
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_client_cannot_begin_a_line_of_its_own() {
        let evil = "x\n2026-01-01 INFO ostiary: signed in\r\u{1b}[2J\u{2028}y";
        for format in [LogFormat::Pretty, LogFormat::Json] {
            let text = logged(format, "info", || {
                tracing::info!(target: "ostiary::test", user = %evil, "refused {evil}");
            });
            assert_eq!(text.matches('\n').count(), 1, "{text}");
            assert!(text.ends_with('\n') && !text.contains(['\r', '\u{1b}', '\u{2028}']), "{text:?}");
        }
    }

    #[test]
    fn json_lines_are_json() {
        let text = logged(LogFormat::Json, "info", || tracing::info!(target: "ostiary::test", code = "a\tb", "hello"));
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["message"], &line["code"], &line["level"]), (&"hello".into(), &"a\tb".into(), &"INFO".into()));
    }

    #[test]
    fn the_level_is_that_of_ostiary_and_crates_below_warn_only() {
        let write = || {
            tracing::debug!(target: "ostiary::test", "ours");
            tracing::debug!(target: "lettre", "AUTH PLAIN secret");
            tracing::warn!(target: "lettre", "theirs");
            tracing::error!(target: "webauthn_rs_core::internals", "secret bytes of a stranger");
        };
        let text = logged(LogFormat::Pretty, "debug", write);
        assert!(text.contains("ours") && text.contains("theirs") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn levels() {
        for level in ["error", "info", "ostiary=debug,actix_server=info", "warn,ostiary=trace"] {
            assert_eq!(check_level(level), Ok(()), "{level}");
        }
        for level in ["", "loud", "INFO!", "ostiary=loud", "=,="] {
            assert!(check_level(level).is_err(), "{level}");
        }
    }
}
