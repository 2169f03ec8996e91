//! A server in the test's own process: own database, a clock that the test moves, repeatable randomness.

use super::database::{Database, OwnDatabase};
use super::setup::{Ground, Setup};
use actix_web::web::Data;
use ostiary::Server;
use ostiary::app::App;
use ostiary::clock::Clock;
use ostiary::config::Config;
use ostiary::random::Random;
use std::time::Duration;

/// Runs until it is dropped.
pub struct TestServer {
    /// What tokens say; also where the first server of an installation listens.
    pub issuer: String,
    /// Where this server listens: `http://localhost:PORT`. Differs from the issuer for a replica.
    pub url: String,
    pub ground: Ground,
    pub clock: Clock,
    server: Option<Server>,
    starts: u64,
}

impl TestServer {
    /// The standard server: see [`Setup::prepare`] for its clients.
    pub async fn start(database: Database) -> Self {
        Setup::on(database).start().await
    }

    /// A server with more configuration: `TestServer::with(db).setting(…).client(…).start()`.
    pub fn with(database: Database) -> Setup {
        Setup::on(database)
    }

    /// A server on a ground that exists, with a clock of its own that begins now.
    pub async fn on(ground: Ground) -> Self {
        Self::launch(ground, Clock::manual(Clock::System.now()), 1).await
    }

    async fn launch(ground: Ground, clock: Clock, starts: u64) -> Self {
        let config =
            Config::load(Some(&ground.file), std::iter::empty()).unwrap_or_else(|faults| panic!("the test's configuration: {faults}"));
        let random = Random::seeded(u64::from(ground.port) << 16 | starts);
        let server =
            Server::start(config, clock.clone(), random).await.unwrap_or_else(|error| panic!("the server does not start: {error}"));
        let url = format!("http://localhost:{}", ground.port);
        Self { issuer: ground.issuer.clone(), url, ground, clock, server: Some(server), starts }
    }

    /// Moves time, for this server and its replicas.
    pub fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// Sets the clock back, as a host whose time was wrong does.
    pub fn set_back(&self, span: Duration) {
        let Clock::Manual(at) = &self.clock else { panic!("the system's clock is nobody's to move") };
        at.fetch_sub(i64::try_from(span.as_micros()).unwrap(), std::sync::atomic::Ordering::SeqCst);
    }

    /// Seconds since 1970, as tokens carry them.
    pub fn now(&self) -> i64 {
        self.clock.now().unix_seconds()
    }

    /// A path as a URL of this server.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub fn app(&self) -> &Data<App> {
        self.server.as_ref().unwrap().app()
    }

    /// The database, from outside the server.
    pub fn database(&self) -> &OwnDatabase {
        &self.ground.database
    }

    /// A second server on the same database, with the same clock.
    pub async fn replica(&self) -> Self {
        Self::launch(self.ground.replica(), self.clock.clone(), self.starts + 1).await
    }

    /// A second server on the same database, whose clock is so many seconds ahead (or behind), and is moved by itself.
    pub async fn replica_ahead(&self, seconds: i64) -> Self {
        let now = self.clock.now().unix_microseconds() + seconds * 1_000_000;
        let clock = Clock::manual(ostiary::clock::Timestamp::from_unix_microseconds(now));
        Self::launch(self.ground.replica(), clock, self.starts + 1).await
    }

    /// Stops it; [`TestServer::restart`] starts it again.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Stops it and starts it again on the same port, as `ground` says by now.
    pub async fn restart(&mut self) {
        self.stop().await;
        *self = Self::launch(self.ground.clone(), self.clock.clone(), self.starts + 1).await;
    }
}

impl Setup {
    /// Starts a server in this process.
    pub async fn start(self) -> TestServer {
        let clock = if self.system_clock { Clock::System } else { Clock::manual(Clock::System.now()) };
        TestServer::launch(self.prepare(), clock, 0).await
    }

    /// Whether the server starts, and if not, why. For configurations that must be refused.
    pub async fn try_start(self) -> Result<(), String> {
        let ground = self.prepare();
        let config = Config::load(Some(&ground.file), std::iter::empty()).map_err(|faults| faults.to_string())?;
        let server = Server::start(config, Clock::System, Random::System).await.map_err(|error| error.to_string())?;
        server.stop().await;
        Ok(())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let Some(server) = self.server.take() else { return };
        let stop = async {
            let _ = tokio::time::timeout(Duration::from_secs(5), server.stop()).await;
        };
        // Its threads and connections are many tests' worth otherwise.
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(stop));
    }
}
