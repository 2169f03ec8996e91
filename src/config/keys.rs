//! The key table: every key of the configuration, once. Fields, parsing, environment variables, `config show` and the reference page all
//! follow from these lines.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use url::Url;

use super::choice::{Claims, DatabaseUrl, Documents, Listen, LogFormat, MailTransport, SmtpTls, SqliteSynchronous};
use super::color::Color;
use super::master_key::MasterKey;
use super::table::{Key, Preset, Reader, settings};
use super::value::Setting;
use crate::oauth::issuer::Issuer;
use crate::secret::Secret;

settings! {
    /// The whole configuration, checked. Made by [`Config::load`] only.
    Config in "" {
        /// The URL under which clients and people reach this server, exactly as it stands in tokens. `https`, except on localhost.
        issuer: Issuer = ["http://localhost:3004"];
        /// Where to listen. A reverse proxy ends TLS in front of it.
        listen: Listen = [derived "127.0.0.1 and the port of an http issuer, else 127.0.0.1:3004"];
        /// Threads that answer requests.
        workers: usize = [derived "the number of cores"] from "1" to "1024";
        /// The folder of the embedded database, the master key file and the mail outbox. Relative to the working directory.
        data_dir: PathBuf = ["./data"];
        /// The key under which signing keys, secrets and tickets are sealed. Needed with an https issuer; else made at the first start in `master.key` in the data folder.
        master_key: Option<MasterKey> = [none];
        /// Master keys of before, the newest first: still read, no longer written with.
        previous_master_keys: Vec<MasterKey> = [none];
        /// Reverse proxies whose `X-Forwarded-For` is believed.
        trusted_proxies: Vec<IpNet> = [none];
        /// Lets cookies travel without `Secure` and `__Host-`. Follows from an http issuer by itself; refused with an https one.
        insecure_cookies: bool = ["false"];
        /// How long requests in flight may still take after a stop was asked for.
        shutdown_grace: Duration = ["20s"] from "0s" to "10m";
        /// Claims that are filled from attributes of users: `name`, `user_attribute` and, if they shall need one, `scope`.
        claims: Claims = [none];
        /// Clients that exist at each start as they are written here.
        declared_clients as "clients": Documents = [none];
        /// Resources (APIs) that exist at each start as they are written here.
        declared_resources as "resources": Documents = [none];
        groups {
            /// The database.
            database: Database;
            /// How the pages look.
            brand: Brand;
            /// Mail.
            mail: Mail;
            /// The mail server.
            smtp: Smtp;
            /// Sessions of browsers.
            sessions: Sessions;
            /// Passwords and their hashing.
            password: Password;
            /// Making accounts.
            sign_up: SignUp;
            /// Lifetimes of what is issued.
            tokens: Tokens;
            /// Signing keys.
            keys: Keys;
            /// Limits on requests.
            rate_limit: RateLimit;
            /// Logs.
            log: Log;
            /// Metrics.
            metrics: Metrics;
            /// Traces.
            otlp: Otlp;
        }
    }
}

settings! {
    /// The database.
    Database in "database." {
        /// The database: a file for the embedded SQLite, or PostgreSQL 15 or newer with libpq's `sslmode` and `sslrootcert` in the query.
        url: DatabaseUrl = [derived "sqlite:, ostiary.db in the data folder"];
        /// The schema of the tables in PostgreSQL; made when missing.
        schema: String = ["ostiary"];
        /// Connections that one process opens at most.
        max_connections: u32 = ["16"] from "1" to "1000";
        /// How long a request waits for a connection before it is answered with 503.
        connect_timeout: Duration = ["5s"] from "100ms" to "1m";
        /// How long one statement may take in PostgreSQL.
        statement_timeout: Duration = ["10s"] from "100ms" to "10m";
        /// Whether SQLite waits until a commit is on the disk (`full`), or may lose the last ones with the power (`normal`).
        sqlite_synchronous: SqliteSynchronous = ["full"];
    }
}

settings! {
    /// How the pages look.
    Brand in "brand." {
        /// The name that people see.
        name: String = ["Ostiary"];
        /// A logo, an SVG or PNG file.
        logo: Option<PathBuf> = [none];
        /// The colour of buttons and links. Shades that are too faint to read are made stronger.
        color: Color = ["#1f4f8f"];
        /// Where people get help.
        support_url: Option<Url> = [none];
        /// The terms of service.
        terms_url: Option<Url> = [none];
        /// The privacy statement.
        privacy_url: Option<Url> = [none];
    }
}

settings! {
    /// Mail.
    Mail in "mail." {
        /// How mail leaves: through a mail server, or kept in an outbox for the developer to read (http issuers only).
        transport: MailTransport = ["outbox"];
        /// The sender of mail. To be given with `mail.transport = "smtp"`.
        from: Mailbox = [derived "ostiary@ and the issuer's host"];
    }
}

settings! {
    /// The mail server.
    Smtp in "smtp." {
        /// The name of the mail server.
        host: Option<String> = [none];
        /// Its port. Without one: 587 with STARTTLS, 465 with implicit TLS, 25 without TLS.
        port: Option<u16> = [none] from "1" to "65535";
        /// How the way there is encrypted.
        tls: SmtpTls = ["starttls"];
        /// The user name at the mail server.
        username: Option<String> = [none];
        /// The password at the mail server.
        password: Option<Secret> = [none];
    }
}

settings! {
    /// Sessions of browsers.
    Sessions in "sessions." {
        /// How long a session lives without use.
        idle_lifetime: Duration = ["7d"] from "1m" to "3650d";
        /// How long a session lives at most.
        absolute_lifetime: Duration = ["30d"] from "1m" to "3650d";
        /// How often the use of a session is written down.
        refresh_interval: Duration = ["1d"] from "1s" to "365d";
    }
}

settings! {
    /// Passwords and their hashing.
    Password in "password." {
        /// Characters that a new password has at least.
        minimum_length: usize = ["8"] from "8" to "128";
        /// Memory of one argon2id hash, in KiB.
        argon2_memory_kib: u32 = ["19456"] from "8" to "4194304";
        /// Passes of argon2id.
        argon2_iterations: u32 = ["2"] from "1" to "100";
        /// Lanes of argon2id.
        argon2_parallelism: u32 = ["1"] from "1" to "16";
        /// Hashes that are computed at once; each keeps a buffer of `password.argon2_memory_kib`.
        hash_permits: usize = [derived "the number of cores"] from "1" to "1024";
        /// Hashes that may wait; past it the answer is 503.
        hash_queue: usize = ["64"] from "0" to "100000";
        /// How long a hash may wait before the answer is 503.
        hash_wait: Duration = ["5s"] from "1ms" to "1m";
    }
}

settings! {
    /// Lifetimes of what is issued.
    Tokens in "tokens." {
        /// How long an access token is good.
        access_token_lifetime: Duration = ["5m"] from "1s" to "1d";
        /// How long an ID token is good.
        id_token_lifetime: Duration = ["5m"] from "1s" to "1d";
        /// How long an authorization code may be redeemed.
        authorization_code_lifetime: Duration = ["60s"] from "1s" to "10m";
        /// How long a refresh token lives without use.
        refresh_token_idle_lifetime: Duration = ["30d"] from "1m" to "3650d";
        /// How long a grant can be refreshed at most.
        refresh_token_absolute_lifetime: Duration = ["90d"] from "1m" to "3650d";
        /// How long the refresh token of before still gets an answer, for responses that were lost.
        refresh_token_grace: Duration = ["30s"] from "0s" to "10m";
        /// How long a person may take from the app's request to the end of sign-in and consent.
        authorization_request_lifetime: Duration = ["1h"] from "1m" to "1d";
    }
}

settings! {
    /// Signing keys.
    Keys in "keys." {
        /// How long a signing key signs.
        rotation_interval: Duration = ["90d"] from "1h" to "3650d";
        /// How long the next key is published before it signs.
        publish_ahead: Duration = ["1d"] from "1m" to "30d";
    }
}

settings! {
    /// Limits on requests of one client address (IPv6: one /64), by kind of endpoint. Counted by each process for itself.
    RateLimit in "rate_limit." {
        /// Whether requests are limited.
        enabled: bool = ["true"];
        /// Pages: requests a minute that are allowed in the long run.
        pages_per_minute as "rate_limit.pages.per_minute": u32 = ["120"] from "1" to "1000000";
        /// Pages: requests at once.
        pages_burst as "rate_limit.pages.burst": u32 = ["60"] from "1" to "1000000";
        /// Sign-in, sign-up and password forms: requests a minute that are allowed in the long run.
        sign_in_per_minute as "rate_limit.sign_in.per_minute": u32 = ["20"] from "1" to "1000000";
        /// Sign-in, sign-up and password forms: requests at once.
        sign_in_burst as "rate_limit.sign_in.burst": u32 = ["10"] from "1" to "1000000";
        /// Token, revocation and introspection: requests a minute that are allowed in the long run. An app's server sends all its users' requests from one address.
        token_per_minute as "rate_limit.token.per_minute": u32 = ["6000"] from "1" to "1000000";
        /// Token, revocation and introspection: requests at once.
        token_burst as "rate_limit.token.burst": u32 = ["600"] from "1" to "1000000";
        /// Userinfo, discovery and keys: requests a minute that are allowed in the long run.
        read_per_minute as "rate_limit.read.per_minute": u32 = ["12000"] from "1" to "1000000";
        /// Userinfo, discovery and keys: requests at once.
        read_burst as "rate_limit.read.burst": u32 = ["1200"] from "1" to "1000000";
    }
}

settings! {
    /// Logs.
    Log in "log." {
        /// How log lines look.
        format: LogFormat = ["pretty"];
        /// `error`, `warn`, `info`, `debug` or `trace` for Ostiary itself (crates below it: warnings), or filter directives such as `ostiary=debug,actix_server=info`.
        level: String = ["info"];
    }
}

settings! {
    /// Making accounts.
    SignUp in "sign_up." {
        /// Whether people may make accounts themselves.
        enabled: bool = ["true"];
    }
}

settings! {
    /// Metrics.
    Metrics in "metrics." {
        /// Whether `/metrics` is served.
        enabled: bool = ["true"];
    }
}

settings! {
    /// Traces.
    Otlp in "otlp." {
        /// Where to send traces by OTLP over HTTP, as in `http://localhost:4318/v1/traces`. Needs a build with the `otlp` feature.
        endpoint: Option<Url> = [none];
    }
}
