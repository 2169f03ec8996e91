//! People of a Supabase project that never was: as a dump, and as tables of a database of the tests.

use super::database::{connect, postgres_url};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// `bcrypt.hashpw(b"correct horse battery", b"$2b$04$N9qo8uLOickgx2ZMRZoMye")`, as GoTrue writes it.
pub const HASH: &str = "$2a$04$N9qo8uLOickgx2ZMRZoMye9COBKsOPKEJDHJoe/BuRouJin6Qswhq";
pub const PASSWORD: &str = "correct horse battery";

/// What is odd about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Deleted,
    Anonymous,
    Banned,
    /// Came by single sign-on and has the address of the next one.
    SsoDuplicate,
    WithGoogle,
    WithTotp,
    PhoneOnly,
    Unconfirmed,
    Editor,
    /// Writes roles into what people may write themselves, and an operator's role is `ostiary:admin`.
    Pretender,
    WithoutPassword,
    UnknownHash,
}

const KINDS: [Kind; 20] = [
    Kind::SsoDuplicate,
    Kind::Plain,
    Kind::Deleted,
    Kind::Anonymous,
    Kind::Banned,
    Kind::WithGoogle,
    Kind::WithTotp,
    Kind::PhoneOnly,
    Kind::Unconfirmed,
    Kind::Editor,
    Kind::Pretender,
    Kind::WithoutPassword,
    Kind::UnknownHash,
    Kind::Plain,
    Kind::WithGoogle,
    Kind::WithGoogle,
    Kind::Plain,
    Kind::Plain,
    Kind::Plain,
    Kind::Plain,
];

/// The n-th of a project with everything in it.
pub fn kind(n: usize) -> Kind {
    KINDS[n % KINDS.len()]
}

pub fn id(n: usize) -> String {
    format!("5ba5e000-0000-4000-8000-{n:012x}")
}

pub fn email(n: usize) -> String {
    format!("person{n}@example.org")
}

struct Rows {
    users: String,
    identities: String,
    factors: String,
}

const USER_COLUMNS: &str = "instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at, phone, phone_confirmed_at, banned_until, is_sso_user, deleted_at, is_anonymous";
const IDENTITY_COLUMNS: &str = "provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, id";
const FACTOR_COLUMNS: &str = "id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret";

fn rows(count: usize, kind: impl Fn(usize) -> Kind) -> Rows {
    let mut rows = Rows { users: String::new(), identities: String::new(), factors: String::new() };
    for n in 0..count {
        let (kind, id) = (kind(n), id(n));
        let is = |other| kind == other;
        let null = "\\N";
        let email = match kind {
            Kind::Anonymous | Kind::PhoneOnly => null.to_owned(),
            Kind::SsoDuplicate => email(n + 1),
            // As people write them.
            _ => email(n).replace("person", "Person"),
        };
        let password = match kind {
            Kind::WithoutPassword | Kind::SsoDuplicate | Kind::Anonymous => null,
            Kind::UnknownHash => "plainly-unknown",
            _ => HASH,
        };
        let app = match kind {
            Kind::Editor => r#"{"provider": "email", "providers": ["email"], "roles": ["editor"], "groups": ["staff"]}"#,
            Kind::Pretender => r#"{"provider": "email", "role": "ostiary:admin"}"#,
            _ => r#"{"provider": "email", "providers": ["email"]}"#,
        };
        let user = match kind {
            Kind::Pretender => r#"{"full_name": "Pretender", "roles": ["king"], "avatar_url": "javascript:alert(1)"}"#.to_owned(),
            _ => format!(r#"{{"full_name": "Person \\"{n}\\" Ü"}}"#),
        };
        let confirmed = if is(Kind::Unconfirmed) || is(Kind::Anonymous) { null } else { "2024-02-01 10:00:00+00" };
        let phone = if is(Kind::PhoneOnly) { format!("49309{n:06}") } else { null.to_owned() };
        let banned = if is(Kind::Banned) { "2999-01-01 00:00:00+00" } else { null };
        let (sso, deleted, anonymous) =
            (flag(is(Kind::SsoDuplicate)), if is(Kind::Deleted) { "2024-03-01 00:00:00+00" } else { null }, flag(is(Kind::Anonymous)));
        let at = "2024-01-01 10:00:00.123456+00";
        writeln!(rows.users, "00000000-0000-0000-0000-000000000000\t{id}\tauthenticated\tauthenticated\t{email}\t{password}\t{confirmed}\t{app}\t{user}\t{at}\t{at}\t{phone}\t{null}\t{banned}\t{sso}\t{deleted}\t{anonymous}").unwrap();
        let mut identity = |subject: &str, provider: &str, tail: usize| {
            let data = format!(r#"{{"sub": "{subject}", "email": "{email}", "roles": ["king"]}}"#);
            writeln!(
                rows.identities,
                "{subject}\t{id}\t{data}\t{provider}\t{at}\t{at}\t{at}\t5ba5e000-0000-4000-9000-{:012x}",
                n * 2 + tail
            )
            .unwrap();
        };
        match kind {
            Kind::SsoDuplicate => identity("saml-subject", "sso:6f1f2f7d-2268-4104-a8fb-f4e305deb22a", 0),
            Kind::Anonymous | Kind::PhoneOnly => {}
            _ => identity(&id, "email", 0),
        }
        if is(Kind::WithGoogle) {
            identity(&format!("1170000{n}"), "google", 1);
        }
        if is(Kind::WithTotp) {
            for (tail, status, secret) in [(1, "verified", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), (2, "unverified", "KRSXG5CTMVRXEZLU")] {
                writeln!(rows.factors, "5ba5e000-0000-4000-a{tail}00-{n:012x}\t{id}\tPhone\ttotp\t{status}\t{at}\t{at}\t{secret}").unwrap();
            }
        }
    }
    rows
}

fn flag(holds: bool) -> &'static str {
    if holds { "t" } else { "f" }
}

/// A dump as `pg_dump --data-only` writes it: linked tables before users, and other tables around them.
pub fn dump(folder: &Path, count: usize, kind: impl Fn(usize) -> Kind) -> PathBuf {
    let Rows { users, identities, factors } = rows(count, kind);
    let mut text = String::from("--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n\n");
    let comment = "COPY auth.users (id) FROM stdin;";
    for (table, columns, rows) in [
        ("auth.audit_log_entries", "instance_id, payload", format!("1\t{comment}\n{comment}\n")),
        ("auth.identities", IDENTITY_COLUMNS, identities),
        ("auth.mfa_factors", FACTOR_COLUMNS, factors),
        ("auth.users", USER_COLUMNS, users),
        ("public.users", "id, name", "1\tnot one of them\n".to_owned()),
    ] {
        write!(text, "COPY {table} ({}) FROM stdin;\n{rows}\\.\n\n\n", columns.replace(" role,", " \"role\",")).unwrap();
    }
    text.push_str("--\n-- PostgreSQL database dump complete\n--\n");
    let path = folder.join(format!("dump-{count}.sql"));
    std::fs::write(&path, text).unwrap();
    path
}

/// The same tables in a schema of the tests' database; returns the connection.
pub async fn tables(schema: &str, count: usize, kind: impl Fn(usize) -> Kind) -> tokio_postgres::Client {
    let client = connect(&postgres_url(), schema).await;
    client
        .batch_execute(&format!(
            "CREATE SCHEMA \"{schema}\";
             CREATE TABLE users (instance_id uuid, id uuid PRIMARY KEY, aud text, role text, email text, encrypted_password text, email_confirmed_at timestamptz,
               raw_app_meta_data jsonb, raw_user_meta_data jsonb, created_at timestamptz, updated_at timestamptz, phone text, phone_confirmed_at timestamptz,
               banned_until timestamptz, is_sso_user boolean NOT NULL, deleted_at timestamptz, is_anonymous boolean NOT NULL);
             CREATE TABLE identities (provider_id text, user_id uuid REFERENCES users, identity_data jsonb, provider text, last_sign_in_at timestamptz,
               created_at timestamptz, updated_at timestamptz, id uuid PRIMARY KEY);
             CREATE TABLE mfa_factors (id uuid PRIMARY KEY, user_id uuid REFERENCES users, friendly_name text, factor_type text, status text,
               created_at timestamptz, updated_at timestamptz, secret text);"
        ))
        .await
        .unwrap();
    let Rows { users, identities, factors } = rows(count, kind);
    for (table, columns, rows) in
        [("users", USER_COLUMNS, users), ("identities", IDENTITY_COLUMNS, identities), ("mfa_factors", FACTOR_COLUMNS, factors)]
    {
        for row in rows.lines() {
            let values: Vec<String> = row.split('\t').map(value).collect();
            client.batch_execute(&format!("INSERT INTO {table} ({columns}) VALUES ({})", values.join(", "))).await.unwrap();
        }
    }
    client
}

fn value(field: &str) -> String {
    if field == "\\N" { "NULL".to_owned() } else { format!("'{}'", field.replace("\\\\", "\\").replace('\'', "''")) }
}
