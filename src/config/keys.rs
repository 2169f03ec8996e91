//! The key table: every key of the configuration, once. Fields, parsing, environment variables, `config show` and the reference page all
//! follow from these lines.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use url::Url;

use super::choice::{
    AllowedHost, Claims, Documents, EmailVerification, Listen, LogFormat, MailTransport, SmsProvider, SmtpTls, SqliteSynchronous,
};
use super::color::Color;
use super::database_url::DatabaseUrl;
use super::master_key::MasterKey;
use super::protected::Protected;
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
        /// Names under which this server is reached besides the issuer's host, without ports, such as `ostiary` for token calls inside a network. Requests for any other host are answered with 421, but for `/health`, `/health/ready` and `/metrics`. With an http issuer every loopback name is allowed, too.
        allowed_hosts: Vec<AllowedHost> = [none];
        /// How long the head of a request, and then its body, may take to arrive.
        request_timeout: Duration = ["10s"] from "1s" to "5m";
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
        /// Providers that people may sign in with, such as Google: see docs/sign-in-with-others.md.
        declared_upstreams as "upstreams": Documents = [none];
        /// Places behind a gateway that asks `/auth/verify`: `host`, `path`, `resource`, `scope`, `groups`, `browser`; without
        /// `browser = true` a place needs a `resource`.
        protected: Protected = [none];
        groups {
            /// The database.
            database: Database;
            /// How the pages look.
            brand: Brand;
            /// Where addresses are.
            places: Places;
            /// Mail.
            mail: Mail;
            /// The mail server.
            smtp: Smtp;
            /// Resend's HTTP API.
            resend: Resend;
            /// Sessions of browsers.
            sessions: Sessions;
            /// Passwords and their hashing.
            password: Password;
            /// Second factors.
            second_factor: SecondFactor;
            /// Codes by text message.
            sms: Sms;
            /// Passkeys and security keys.
            passkeys: Passkeys;
            /// Making accounts.
            sign_up: SignUp;
            /// Signing in.
            login: Login;
            /// Accounts as a whole.
            accounts: Accounts;
            /// Lifetimes of what is issued.
            tokens: Tokens;
            /// Signing keys.
            keys: Keys;
            /// Limits on requests.
            rate_limit: RateLimit;
            /// Proofs of work under attack.
            proof_of_work: ProofOfWork;
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
    /// Where addresses are: shown beside them on the pages about sessions, devices and activity, and in notices of a new device.
    Places in "places." {
        /// A database of cities or countries in MaxMind's format (GeoLite2, GeoIP2, DB-IP). Held in memory, read again within a minute when the file has changed.
        database: Option<PathBuf> = [none];
    }
}

settings! {
    /// How the pages look.
    Brand in "brand." {
        /// The name that people see.
        name: String = ["Ostiary"];
        /// A logo, an SVG or PNG file.
        logo: Option<PathBuf> = [none];
        /// A folder with texts in place of the built-in ones: a folder a language, as in `de/ours.ftl` (Fluent).
        texts: Option<PathBuf> = [none];
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
        /// How mail leaves: through a mail server, through Resend's HTTP API, or kept in an outbox for the developer to read (http issuers only).
        transport: MailTransport = ["outbox"];
        /// The sender of mail. To be given unless mail is kept in the outbox.
        from: Mailbox = [derived "ostiary@ and the issuer's host"];
        /// A folder with templates in place of the built-in ones: `letter.html` and `letter.txt` for every letter, `welcome.html` for one kind; see docs/mail.md.
        templates: Option<PathBuf> = [none];
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
        /// Certificates (PEM) that a relay of one's own is signed by, beside the public ones.
        ca_file: Option<PathBuf> = [none];
    }
}

settings! {
    /// Resend's HTTP API.
    Resend in "resend." {
        /// The API key. To be given with `mail.transport = "resend"`.
        api_key: Option<Secret> = [none];
        /// Where the API is.
        base_url: Url = ["https://api.resend.com"];
    }
}

settings! {
    /// Sessions of browsers.
    Sessions in "sessions." {
        /// How long a session lives without use.
        idle_lifetime: Duration = ["7d"] from "1m" to "3650d";
        /// How long a session lives at most.
        absolute_lifetime: Duration = ["30d"] from "1m" to "3650d";
        /// How often the use of a session is written down. At most half of `sessions.idle_lifetime`.
        refresh_interval: Duration = [derived "1d, or half of the idle lifetime when that is shorter"] from "1s" to "365d";
    }
}

settings! {
    /// Passwords and their hashing.
    Password in "password." {
        /// Characters that a new password has at least.
        minimum_length: usize = ["8"] from "8" to "128";
        /// How hard a new password must be to guess, from 0 (anything) to 4 (zxcvbn's scale; 2 is about a hundred million guesses).
        minimum_strength: u32 = ["2"] from "0" to "4";
        /// An endpoint that knows passwords from break-ins, asked by the first five characters of the SHA-1 digest, which are appended: `https://api.pwnedpasswords.com/range/`. Without one, the built-in list of common passwords must do.
        breach_range_url: Option<Url> = [none];
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
    /// Passkeys and security keys.
    Passkeys in "passkeys." {
        /// The name that passkeys are made for: the issuer's host, or a domain above it that is yours alone. Changing it makes every passkey useless.
        rp_id: String = [derived "the issuer's host"];
        /// Other origins whose pages may use these passkeys, as in `https://example.de`; told to browsers at `/.well-known/webauthn`.
        related_origins: Vec<Url> = [none];
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
        /// How long the next key is published before it signs: longer than anybody keeps the key set in a cache.
        publish_ahead: Duration = ["1d"] from "10m" to "30d";
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
    /// Proofs of work: asked of browsers that send sign-in forms, only past these thresholds, invisible to people.
    ProofOfWork in "proof_of_work." {
        /// Whether a flood of forms is ever answered with a puzzle.
        enabled: bool = ["true"];
        /// Zero bits that a solution must begin with; each one more doubles the work.
        difficulty: u32 = ["16"] from "4" to "28";
        /// Forms a minute from one address (IPv6: one /64) before it must bring proofs.
        per_address_per_minute: u32 = ["10"] from "1" to "1000000";
        /// Forms a minute from all addresses before everybody must bring proofs.
        per_minute: u32 = ["300"] from "1" to "1000000";
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
    /// Second factors.
    SecondFactor in "second_factor." {
        /// Whether everybody needs a second factor. Who has none is asked to add one at the next sign-in.
        required: bool = ["false"];
        /// Groups whose members need a second factor.
        required_groups: Vec<String> = [none];
    }
}

settings! {
    /// Codes by text message.
    Sms in "sms." {
        /// Who sends text messages: nobody, or Twilio (or what speaks as it does) by its Verify or its Messages interface.
        provider: SmsProvider = ["none"];
        /// Where the provider is, without a path. Without one: Twilio.
        base_url: Option<Url> = [none];
        /// The account at the provider, or an API key of it.
        account_sid: Option<String> = [none];
        /// The secret that goes with `sms.account_sid`.
        auth_token: Option<Secret> = [none];
        /// The Verify service. To be given with `twilio_verify`.
        service_sid: Option<String> = [none];
        /// The sender's number or name. To be given with `twilio_messages`.
        from: Option<String> = [none];
        /// Calling codes that messages may go to, as in `+49`: no message goes anywhere else.
        countries: Vec<String> = [none];
        /// Whether text messages may be the only second factor of an account. They can be read by others (SIM swap), so without this they come beside an app or a passkey only.
        sole_factor: bool = ["false"];
    }
}

settings! {
    /// Making accounts.
    SignUp in "sign_up." {
        /// Whether people may make accounts themselves.
        enabled: bool = ["true"];
        /// When the address must be proven: before the account exists (`before_sign_in`), before an app gets a token (`before_token`), or not at all, with a reminder on the account's page (`reminder`).
        email_verification: EmailVerification = ["before_sign_in"];
    }
}

settings! {
    /// Signing in.
    Login in "login." {
        /// Whether people may sign in with a code or link that is mailed to them, without their password.
        email: bool = ["false"];
    }
}

settings! {
    /// Accounts as a whole.
    Accounts in "accounts." {
        /// How long somebody who deletes their account can change their mind. Apps lose their access at once; afterwards everything about the person is deleted.
        deletion_grace: Duration = ["7d"] from "1d" to "365d";
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
