//! Starting and stopping: from the configuration to a listening server.
//!
//! Order at the start: database and migrations, master key check (a wrong one touches nothing else), keys, clients,
//! the address to listen at, declared clients and resources, then requests. A start that cannot listen leaves the clients of the server that
//! does as they are.

use crate::app::App;
use crate::brand::Brand;
use crate::clients::declared::DeclarationError;
use crate::clients::{Clients, declared};
use crate::clock::Clock;
use crate::config::master_key::{MasterKey, MasterKeyError};
use crate::config::{Config, ConfigFaults};
use crate::credentials::passkeys::Passkeys;
use crate::credentials::password::{HashError, PasswordHasher, PasswordPolicy};
use crate::credentials::password_rules::PasswordRules;
use crate::events::{self, About, EventKind};
use crate::grants::policy::SecondFactorPolicy;
use crate::housekeeping::Housekeeping;
use crate::keys::{KeyError, KeyRing, has_master_key, is_right_master_key};
use crate::language::Texts;
use crate::mail::messages::Letterhead;
use crate::mail::{MailGround, Mailer};
use crate::metrics::Metrics;
use crate::outbound::{Outbound, OutboundError};
use crate::places::Places;
use crate::random::Random;
use crate::sealing::Sealing;
use crate::sms::Sms;
use crate::storage::{Storage, StorageError, StorageSettings, migrate};
use crate::upstreams::{self, Upstreams};
use crate::web::client_address::TrustedProxies;
use crate::web::host::{KnownHosts, refuse_unknown_hosts};
use crate::web::page_error;
use crate::web::proof_of_work::ProofOfWork;
use crate::web::rate_limit::RateLimits;
use crate::web::refusals::note_refusals;
use crate::web::request_log::RequestLog;
use crate::{routes, setup};
use actix_web::dev::ServerHandle;
use actix_web::http::header::{STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::{Condition, DefaultHeaders, from_fn};
use actix_web::{HttpServer, web};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// A server that listens.
pub struct Server {
    /// Where it listens, as `http://host:port` with the issuer's path.
    pub base_url: String,
    app: web::Data<App>,
    handle: ServerHandle,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    housekeeping: Housekeeping,
    sweeping: tokio::task::JoinHandle<()>,
}

/// Why a server does not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    #[error(
        "the master key is not the one that this database was made with: restore the right one, or name the old one in previous_master_keys; nothing was touched"
    )]
    WrongMasterKey,
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("passwords: {0}")]
    Passwords(#[from] HashError),
    #[error("the outbound HTTP client: {0}")]
    Outbound(#[from] OutboundError),
    #[error("{0}")]
    Declared(ConfigFaults),
    #[error("mail: {0}")]
    Mail(String),
    #[error("{0}")]
    Other(String),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: String, source: std::io::Error },
}

const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Larger bodies are refused before they are read.
const LARGEST_BODY: usize = 64 * 1024;
/// For what is to be written down when the time of a stop is over.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Opens database, keys and clients: what the server and the command line share.
///
/// Cost: about 8 round trips; on a new installation the migrations and four key pairs.
pub async fn open(config: Config, clock: Clock, random: Random) -> Result<App, StartError> {
    open_for(Use::Service, config, clock, random).await
}

/// The same for a look at what there is: nothing is migrated, made or declared.
pub async fn open_to_look(config: Config, clock: Clock, random: Random) -> Result<App, StartError> {
    declared::parse(&config).map_err(|faults| StartError::Declared(ConfigFaults(faults)))?;
    open_for(Use::Look, config, clock, random).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Service,
    Look,
}

async fn open_for(purpose: Use, config: Config, clock: Clock, random: Random) -> Result<App, StartError> {
    let upstreams = upstreams::declared::parse(&config).map_err(|faults| StartError::Declared(ConfigFaults(faults)))?;
    let storage = Storage::open(&storage_settings(&config)).await?;
    // The key is checked before the first write, and the migrations are one; only a new database has nothing to check.
    let is_new = migrate::is_new(&storage).await?;
    // Asked before the key's file is looked for: of first starts at once the other may be making both.
    let sealed = !is_new && has_master_key(&storage).await?;
    let sealing = Arc::new(Sealing::new(&MasterKey::load(&config, sealed)?, &config.previous_master_keys, random.clone()));
    if !is_new && !is_right_master_key(&storage, &sealing).await? {
        return Err(StartError::WrongMasterKey);
    }
    if purpose == Use::Service {
        migrate::run(&storage).await?;
    }
    if is_new && !is_right_master_key(&storage, &sealing).await? {
        return Err(StartError::WrongMasterKey);
    }
    let now = clock.now();
    let keys = match purpose {
        Use::Service => KeyRing::open(&storage, &sealing, &random, now).await?,
        Use::Look => KeyRing::as_stored(&storage, &sealing, now).await?,
    };
    let (sessions, tokens, key_policy, token_endpoint) = App::policies(&config);
    let passwords = PasswordHasher::new(
        PasswordPolicy {
            memory: config.password.argon2_memory_kib,
            iterations: config.password.argon2_iterations,
            parallelism: config.password.argon2_parallelism,
            permits: config.password.hash_permits,
            queue: config.password.hash_queue,
            longest_wait: config.password.hash_wait,
        },
        random.clone(),
    )?;
    let metrics = Metrics::new();
    let texts = Texts::load(config.brand.texts.as_deref()).map_err(|error| StartError::Other(format!("brand.texts: {error}")))?;
    let places = Places::open(config.places.database.as_deref()).map_err(|error| StartError::Other(format!("places.database: {error}")))?;
    let outbound = Outbound::new(config.is_development())?;
    let mail = MailGround {
        storage: storage.clone(),
        sealing: sealing.clone(),
        clock: clock.clone(),
        metrics: metrics.clone(),
        outbound: outbound.clone(),
    };
    let app = App {
        password_rules: PasswordRules::new(&config, outbound.clone()),
        mailer: Mailer::new(&config, mail).map_err(|error| StartError::Mail(error.to_string()))?,
        letters: Letterhead::new(&config, texts.clone()).map_err(|faults| StartError::Declared(ConfigFaults(faults)))?,
        sms: Sms::of(&config.sms),
        outbound,
        texts,
        second_factor: SecondFactorPolicy { required: config.second_factor.required, groups: config.second_factor.required_groups.clone() },
        brand: Brand::of(&config).map_err(|error| StartError::Other(format!("brand.logo: {error}")))?,
        clients: Clients::new(&config.claims),
        passkeys: Passkeys::new(&config).map_err(|error| StartError::Other(format!("passkeys.rp_id: {error}")))?,
        upstreams: Upstreams::new(upstreams),
        config,
        storage,
        clock,
        random,
        sealing,
        keys,
        passwords,
        places,
        metrics,
        sessions,
        tokens,
        key_policy,
        token_endpoint,
    };
    app.clients.reload(&app.storage).await?;
    Ok(app)
}

/// The settings of the database that the configuration names.
pub fn storage_settings(config: &Config) -> StorageSettings {
    StorageSettings {
        url: config.database.url.expose(),
        schema: config.database.schema.clone(),
        max_connections: usize::try_from(config.database.max_connections).unwrap_or(16),
        connect_timeout: config.database.connect_timeout,
        statement_timeout: config.database.statement_timeout,
        sqlite_synchronous_full: config.database.sqlite_synchronous == crate::config::SqliteSynchronous::Full,
    }
}

async fn declare(app: &App) -> Result<(), StartError> {
    let declared = declared::parse(&app.config).map_err(|faults| StartError::Declared(ConfigFaults(faults)))?;
    let changes = declared::apply(&app.storage, &app.clients, &declared, &app.sealing, &app.random, app.now()).await;
    let changes = changes.map_err(|error| match error {
        DeclarationError::Faults(faults) => StartError::Declared(faults),
        DeclarationError::Storage(StorageError::Settings(why)) => StartError::Other(why),
        DeclarationError::Storage(other) => other.into(),
    })?;
    let by_file = |about: About| about.with("by", "configuration");
    let clients = changes.clients.iter().map(|id| by_file(About::client(id)));
    let withdrawn = changes.withdrawn.iter().map(|id| by_file(About::client(id)).with("withdrawn", true));
    let resources = changes.resources.iter().map(|id| by_file(About::default().with("resource", id.as_str())));
    let noted: Vec<(EventKind, About)> = clients
        .chain(withdrawn)
        .map(|about| (EventKind::ClientChanged, about))
        .chain(resources.map(|about| (EventKind::ResourceChanged, about)))
        .collect();
    if noted.is_empty() {
        return Ok(());
    }
    app.storage
        .transaction(async |connection| {
            for (kind, about) in &noted {
                events::record(connection, app, *kind, about).await?;
            }
            Ok::<_, StorageError>(())
        })
        .await?;
    Ok(app.clients.reload(&app.storage).await?)
}

impl Server {
    /// Starts and listens. Port 0 takes a free one.
    pub async fn start(config: Config, clock: Clock, random: Random) -> Result<Self, StartError> {
        let app = web::Data::new(open(config, clock, random).await?);
        let config = &app.config;
        let proxies = TrustedProxies::new(&config.trusted_proxies);
        let limits = RateLimits::new(&config.rate_limit, &proxies).map_err(|_| StartError::Other("rate_limit: a limit is zero".into()))?;
        let sweeping = limits.start_sweeping();
        let (workers, grace, request_timeout) = (config.workers, config.shutdown_grace, config.request_timeout);
        let hosts = KnownHosts::new(config);
        let address = (config.listen.host.clone(), config.listen.port);
        let https = app.issuer().is_https();
        let shared = app.clone();
        let proof_of_work = web::Data::new(ProofOfWork::new(&config.proof_of_work));
        app.storage.share_among(workers)?;
        let server = HttpServer::new(move || {
            let app = shared.clone();
            if let Err(error) = app.storage.enter_worker() {
                tracing::warn!(%error, "this worker shares its database connections with others");
            }
            let limits = limits.clone();
            let hosts = hosts.clone();
            actix_web::App::new()
                .app_data(app.clone())
                .app_data(proof_of_work.clone())
                .app_data(web::PayloadConfig::new(LARGEST_BODY))
                .configure(move |service| routes::register(service, &app, &limits))
                .default_service(web::to(routes::not_found))
                .wrap(from_fn(page_error::show))
                .wrap(from_fn(note_refusals))
                .wrap(from_fn(move |request, next| refuse_unknown_hosts(hosts.clone(), request, next)))
                .wrap(Condition::new(https, DefaultHeaders::new().add((STRICT_TRANSPORT_SECURITY, "max-age=31536000"))))
                .wrap(DefaultHeaders::new().add((X_CONTENT_TYPE_OPTIONS, "nosniff")))
                .wrap(RequestLog::new(shared.metrics.clone(), proxies.clone()))
        })
        .workers(workers)
        .client_request_timeout(request_timeout)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(grace.as_secs() + u64::from(grace.subsec_nanos() > 0))
        .disable_signals()
        .bind(&address)
        .map_err(|source| StartError::Listen { address: format!("{}:{}", address.0, address.1), source })?;
        declare(&app).await?;
        let port = server.addrs().first().map_or(address.1, std::net::SocketAddr::port);
        let base_url = format!("http://localhost:{port}{}", app.issuer().path());
        let server = server.run();
        let handle = server.handle();
        let serving = tokio::spawn(server);
        Ok(Self { base_url, handle, serving, housekeeping: Housekeeping::start(app.clone()), sweeping, app })
    }

    pub fn app(&self) -> &web::Data<App> {
        &self.app
    }

    /// Stops accepting, finishes what is in flight within `shutdown_grace`, and in the two seconds after it what was to be written down.
    pub async fn stop(self) {
        let until = Instant::now() + self.app.config.shutdown_grace;
        self.handle.stop(true).await;
        let left = until.saturating_duration_since(Instant::now());
        self.app.mailer.stop(left.max(LAST_WORDS)).await;
        self.housekeeping.stop().await;
        let _ = tokio::time::timeout(LAST_WORDS, crate::housekeeping::write_refusals(&self.app)).await;
        self.sweeping.abort();
        let _ = self.serving.await;
    }

    /// Serves until SIGTERM or SIGINT.
    pub async fn run_until(self, mut signals: StopSignals) {
        signals.received().await;
        tracing::info!("stopping: no new connections, requests in flight are finished");
        self.stop().await;
    }
}

/// The signals that ask for a stop. Installed before the server listens: whoever sees it answer may stop it in order.
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    pub fn install() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// `ostiary serve`.
pub async fn serve(config: Config) -> Result<(), StartError> {
    let mut signals = StopSignals::install().map_err(|error| StartError::Other(error.to_string()))?;
    // A start may have to wait: for another's migrations, for a database that does not answer. What it has not committed, the database
    // takes back.
    let server = tokio::select! {
        server = Server::start(config, Clock::System, Random::System) => server?,
        () = signals.received() => {
            tracing::info!("stopping: the start is given up");
            return Ok(());
        }
    };
    announce(&server).await?;
    server.run_until(signals).await;
    Ok(())
}

/// Tells the operator where things are: on standard output, for people. That nobody reads it (`ostiary | head -3`) is no reason not to
/// serve.
async fn announce(server: &Server) -> Result<(), StorageError> {
    use crate::paths;
    use std::io::Write as _;
    let app = server.app();
    let mut text = format!(
        "Ostiary is ready.\n\n  issuer      {}\n  discovery   {}\n  database    {}\n",
        app.issuer(),
        app.url(paths::DISCOVERY),
        app.storage.describe()
    );
    if app.config.mail.transport == crate::config::MailTransport::Outbox {
        text.push_str(&format!("  mail        {} (development outbox: nothing is sent)\n", app.url(paths::OUTBOX)));
        if !app.config.listen.is_loopback() {
            let listen = &app.config.listen;
            tracing::warn!(%listen, "everybody in the network can read the development outbox and the links in it");
        }
    }
    if let Some(link) = setup::first_administrator_link(app).await? {
        text.push_str(&format!("\nMake the first administrator account; the link works once, for 24 hours:\n\n  {link}\n"));
    }
    let _ = writeln!(std::io::stdout(), "{text}");
    tracing::info!(issuer = %app.issuer(), version = env!("CARGO_PKG_VERSION"), "started");
    Ok(())
}
