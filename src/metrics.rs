//! Metrics for Prometheus.
//!
//! Every server has a recorder of its own that is handed to whoever counts, not the process-wide one of the `metrics` crate: several servers
//! run in one process under test and must not see each other's numbers, and nothing depends on who came first.
//! Labels have few values by construction: words of ours and route patterns, never something that a client wrote.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Key, KeyName, Label, Level, Metadata, Recorder as _, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

const REQUESTS: &str = "ostiary_http_requests_total";
const LATENCY: &str = "ostiary_http_request_duration_seconds";
const TOKENS: &str = "ostiary_tokens_issued_total";
const SIGN_INS: &str = "ostiary_sign_ins_total";
const HASHES_WAITING: &str = "ostiary_password_hashes_waiting";
const HASHES_RUNNING: &str = "ostiary_password_hashes_running";
const HASHES_REFUSED: &str = "ostiary_password_hashes_refused_total";
const POOL_CONNECTIONS: &str = "ostiary_database_connections";
const POOL_WAITING: &str = "ostiary_database_waiting";
const STATEMENTS: &str = "ostiary_database_statements_total";
const COMMITS: &str = "ostiary_database_commits_total";
const MAIL: &str = "ostiary_mail_total";

/// Upper bounds of the latency histogram, in seconds: from an answer out of memory to a password hash in a queue.
const LATENCY_BUCKETS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

static METADATA: Metadata<'static> = Metadata::new("ostiary", Level::INFO, None);

/// The metrics of one server. Clones count into the same.
#[derive(Clone)]
pub struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
}

/// How a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// The person is signed in.
    Success,
    /// Unknown person, wrong password, code or passkey, an answer of a provider that proves nobody.
    Refused,
    /// Too many guesses.
    Throttled,
    /// The right password of an account that is disabled.
    Disabled,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOutcome {
    /// Handed over.
    Sent,
    /// Given up.
    Failed,
    /// Lost: it could not be written down.
    Dropped,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Metrics with nothing counted.
    pub fn new() -> Self {
        let builder = PrometheusBuilder::new();
        // Fails for an empty list of buckets only; the fall-back is a summary instead of a histogram.
        let builder =
            builder.set_buckets_for_metric(Matcher::Full(LATENCY.to_owned()), LATENCY_BUCKETS).unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        describe(&recorder);
        Self { recorder: Arc::new(recorder), handle }
    }

    /// Counts an answered request. `route` is the pattern of the route.
    pub fn request(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let route = Label::new("route", route.to_owned());
        let counted = vec![route.clone(), Label::new("method", method), Label::new("status", status.to_string())];
        self.count(REQUESTS, counted);
        let key = Key::from_parts(LATENCY, vec![route, Label::new("method", method)]);
        self.recorder.register_histogram(&key, &METADATA).record(took.as_secs_f64());
    }

    /// Counts an answer of the token endpoint that issued tokens. `grant_type` is the registered word.
    pub fn tokens_issued(&self, grant_type: &'static str) {
        self.count(TOKENS, vec![Label::new("grant_type", grant_type)]);
    }

    /// Counts the end of a sign-in.
    pub fn sign_in(&self, outcome: SignIn) {
        let word = match outcome {
            SignIn::Success => "success",
            SignIn::Refused => "refused",
            SignIn::Throttled => "throttled",
            SignIn::Disabled => "disabled",
        };
        self.count(SIGN_INS, vec![Label::new("outcome", word)]);
    }

    /// Sets how many password hashes wait and how many are computed.
    pub fn hash_queue(&self, waiting: usize, running: usize) {
        self.gauge(HASHES_WAITING, Vec::new(), waiting);
        self.gauge(HASHES_RUNNING, Vec::new(), running);
    }

    /// Counts a password hash that was refused because the queue was full or the wait too long.
    pub fn hash_refused(&self) {
        self.count(HASHES_REFUSED, Vec::new());
    }

    /// Sets the state of a connection pool: connections in use, idle ones, and callers that wait. `pool` is its name.
    pub fn storage_pool(&self, pool: &'static str, in_use: usize, idle: usize, waiting: usize) {
        let label = || Label::new("pool", pool);
        self.gauge(POOL_CONNECTIONS, vec![label(), Label::new("state", "in_use")], in_use);
        self.gauge(POOL_CONNECTIONS, vec![label(), Label::new("state", "idle")], idle);
        self.gauge(POOL_WAITING, vec![label()], waiting);
    }

    /// Sets how many statements were sent to the database, and how many transactions wrote, since the start.
    pub fn statements(&self, sent: u64, commits: u64) {
        for (name, value) in [(STATEMENTS, sent), (COMMITS, commits)] {
            self.recorder.register_counter(&Key::from_name(name), &METADATA).absolute(value);
        }
    }

    /// Counts what became of a mail. `kind` is the message's name, one of ours.
    pub fn mail(&self, kind: &str, outcome: MailOutcome) {
        let word = match outcome {
            MailOutcome::Sent => "sent",
            MailOutcome::Failed => "failed",
            MailOutcome::Dropped => "dropped",
        };
        self.count(MAIL, vec![Label::new("kind", kind.to_owned()), Label::new("outcome", word)]);
    }

    /// Moves latencies from the list that requests append to into the histogram. Until then each takes memory, so this is called
    /// every few seconds, whether anybody reads the metrics or not.
    pub fn settle(&self) {
        self.handle.run_upkeep();
    }

    /// Everything counted, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.settle();
        self.handle.render()
    }

    fn count(&self, name: &'static str, labels: Vec<Label>) {
        self.recorder.register_counter(&Key::from_parts(name, labels), &METADATA).increment(1);
    }

    fn gauge(&self, name: &'static str, labels: Vec<Label>, value: usize) {
        self.recorder.register_gauge(&Key::from_parts(name, labels), &METADATA).set(value as f64);
    }
}

fn describe(recorder: &PrometheusRecorder) {
    let counter = |name: &'static str, text: &'static str| recorder.describe_counter(KeyName::from_const_str(name), None, text.into());
    let gauge = |name: &'static str, text: &'static str| recorder.describe_gauge(KeyName::from_const_str(name), None, text.into());
    counter(REQUESTS, "Answered requests by route, method and status; 499: the client went away.");
    recorder.describe_histogram(KeyName::from_const_str(LATENCY), Some(Unit::Seconds), "Time to the head of the answer.".into());
    counter(TOKENS, "Answers of the token endpoint that issued tokens, by grant type.");
    counter(SIGN_INS, "Sign-ins by outcome.");
    gauge(HASHES_WAITING, "Password hashes that wait for a permit.");
    gauge(HASHES_RUNNING, "Password hashes that are computed.");
    counter(HASHES_REFUSED, "Password hashes refused because too many waited.");
    gauge(POOL_CONNECTIONS, "Database connections by pool and state.");
    gauge(POOL_WAITING, "Callers that wait for a database connection, by pool.");
    counter(STATEMENTS, "Statements sent to the database, those that begin and end transactions too.");
    counter(COMMITS, "Transactions that wrote to the database; a single statement that writes is one.");
    counter(MAIL, "Mails by kind and outcome.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_rendered() {
        let metrics = Metrics::new();
        metrics.request("/token", "POST", 200, Duration::from_millis(3));
        metrics.tokens_issued("refresh_token");
        metrics.tokens_issued("refresh_token");
        metrics.sign_in(SignIn::Throttled);
        metrics.hash_queue(3, 2);
        metrics.hash_refused();
        metrics.storage_pool("read", 1, 4, 0);
        metrics.statements(7, 2);
        metrics.statements(9, 3);
        metrics.mail("welcome", MailOutcome::Failed);
        let text = metrics.render();
        for line in [
            r#"ostiary_http_request_duration_seconds_bucket{route="/token",method="POST",le="0.0025"} 0"#,
            r#"ostiary_http_request_duration_seconds_bucket{route="/token",method="POST",le="0.005"} 1"#,
            r#"ostiary_tokens_issued_total{grant_type="refresh_token"} 2"#,
            r#"ostiary_sign_ins_total{outcome="throttled"} 1"#,
            "ostiary_password_hashes_waiting 3",
            "ostiary_password_hashes_running 2",
            "ostiary_password_hashes_refused_total 1",
            r#"ostiary_database_connections{pool="read",state="idle"} 4"#,
            "ostiary_database_statements_total 9",
            "ostiary_database_commits_total 3",
            r#"ostiary_mail_total{kind="welcome",outcome="failed"} 1"#,
            "# TYPE ostiary_sign_ins_total counter",
            "# HELP ostiary_sign_ins_total",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn servers_in_one_process_do_not_see_each_other() {
        let (one, two) = (Metrics::new(), Metrics::new());
        one.clone().hash_refused();
        assert!(one.render().contains("ostiary_password_hashes_refused_total 1"));
        assert!(!two.render().contains("ostiary_password_hashes_refused_total"));
    }
}
