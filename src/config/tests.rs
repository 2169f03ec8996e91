use std::io::Write as _;

use super::*;

fn from_environment(variables: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
    Config::load(None, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn from_file(toml: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(toml.as_bytes()).unwrap();
    Config::load(Some(file.path()), variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn faulty_keys(result: Result<Config, ConfigFaults>) -> Vec<String> {
    let mut keys: Vec<String> = result.unwrap_err().0.into_iter().map(|fault| fault.key).collect();
    keys.sort();
    keys
}

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn production() -> Vec<(&'static str, &'static str)> {
    vec![
        ("OSTIARY_ISSUER", "https://id.example.com"),
        ("OSTIARY_MASTER_KEY", KEY),
        ("OSTIARY_MAIL_TRANSPORT", "smtp"),
        ("OSTIARY_MAIL_FROM", "Id <id@example.com>"),
        ("OSTIARY_SMTP_HOST", "mail.example.com"),
    ]
}

#[test]
fn nothing_at_all_is_a_configuration() {
    let config = from_environment(&[("PATH", "/bin")]).unwrap();
    assert_eq!(config.issuer.as_str(), DEFAULT_ISSUER);
    assert_eq!(config.listen.to_string(), "127.0.0.1:3004");
    assert_eq!(config.database.url.expose(), "sqlite:./data/ostiary.db");
    assert_eq!(config.tokens.access_token_lifetime.as_secs(), 300);
    assert!(config.is_development() && !config.secure_cookies() && config.master_key.is_none());
}

#[test]
fn defaults_follow_from_other_keys() {
    let config = from_environment(&[("OSTIARY_ISSUER", "http://localhost:4000"), ("OSTIARY_DATA_DIR", "/srv/id/")]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:4000");
    assert_eq!(config.database.url.expose(), "sqlite:/srv/id/ostiary.db");
    assert_eq!(from_environment(&production()).unwrap().listen.to_string(), "127.0.0.1:3004");
}

#[test]
fn the_environment_wins_over_the_file() {
    let toml = "workers = 3\n[log]\nlevel = \"warn\"\n[rate_limit.sign_in]\nburst = 7\n";
    let config = from_file(toml, &[("OSTIARY_WORKERS", "5"), ("OSTIARY_LOG_LEVEL", "")]).unwrap();
    assert_eq!((config.workers, config.log.level.as_str(), config.rate_limit.sign_in_burst), (5, "warn", 7));
}

#[test]
fn every_key_can_be_written_in_both_ways() {
    let mut seen = std::collections::BTreeSet::new();
    for key in Config::keys() {
        assert!(seen.insert(key.name), "{} is declared twice", key.name);
        let (toml, variable) = (format!("{} = \"\\u0001\"", key.name), key.variable());
        for result in [from_file(&toml, &[]), from_environment(&[(&variable, "\u{1}")])] {
            let faults = result.map_or_else(|faults| faults.to_string(), |_| String::new());
            assert!(!faults.contains("not known"), "{}: {faults}", key.name);
        }
    }
}

#[test]
fn lists_are_arrays_or_separated_by_commas() {
    let networks = |config: Config| config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>();
    let expected = ["10.0.0.0/8", "::1/128"];
    assert_eq!(networks(from_file("trusted_proxies = [\"10.0.0.0/8\", \"::1\"]", &[]).unwrap()), expected);
    assert_eq!(networks(from_environment(&[("OSTIARY_TRUSTED_PROXIES", "10.0.0.0/8, ::1")]).unwrap()), expected);
}

#[test]
fn clients_and_claims_are_tables_or_json() {
    let toml = "[[clients]]\nclient_id = \"a\"\nredirect_uris = [\"https://a.example\"]\n[[claims]]\nname = \"dept\"\nuser_attribute = \"department\"\n";
    let config = from_file(toml, &[]).unwrap();
    assert_eq!(config.declared_clients[0]["redirect_uris"][0], "https://a.example");
    assert_eq!(config.claims[0].user_attribute, "department");
    let config = from_environment(&[("OSTIARY_CLIENTS", r#"[{"client_id":"a"},{"client_id":"b"}]"#)]).unwrap();
    assert_eq!(config.declared_clients.len(), 2);
    assert_eq!(faulty_keys(from_environment(&[("OSTIARY_CLIENTS", "a,b")])), ["clients"]);
}

/// A group of a directory may have a comma in its name; whoever is in it needs a second factor all the same.
#[test]
fn an_item_of_a_list_in_the_file_may_have_a_comma() {
    let toml = "[second_factor]\nrequired_groups = [\"Research, Berlin\", \"staff\"]\n[smtp]\n";
    let config = from_file(toml, &[]).unwrap();
    assert_eq!(config.second_factor.required_groups, ["Research, Berlin", "staff"]);
    assert_eq!(from_file(&config.show(), &[]).unwrap().second_factor.required_groups, ["Research, Berlin", "staff"]);
    let one = from_file("second_factor.required_groups = [\"Research, Berlin\"]", &[]).unwrap();
    assert_eq!(one.second_factor.required_groups, ["Research, Berlin"]);
    assert!(from_file("second_factor.required_groups = []", &[]).unwrap().second_factor.required_groups.is_empty());
    let variable = from_environment(&[("OSTIARY_SECOND_FACTOR_REQUIRED_GROUPS", "a, b")]).unwrap();
    assert_eq!(variable.second_factor.required_groups, ["a", "b"]);
    assert_eq!(faulty_keys(from_file("second_factor.required_groups = [\"a\\u001Fb\"]", &[])), ["second_factor.required_groups"]);
    assert_eq!(faulty_keys(from_file("brand.name = [\"a\", \"b\"]", &[])), ["brand.name"]);
}

#[test]
fn all_faults_are_listed_at_once() {
    let toml = "isuer = \"x\"\nworkers = 0\n[tokens]\naccess_token_lifetime = \"5 minutes\"\n[smtp]\nport = 70000\n[nonsense]\na = 1\n";
    let result = from_file(toml, &[("OSTIARY_BRAND_COLOR", "red"), ("OSTIARY_BRAND_COLOUR", "#123456")]);
    let keys = faulty_keys(result);
    assert_eq!(
        keys,
        ["OSTIARY_BRAND_COLOUR", "brand.color", "isuer", "nonsense.a", "smtp.port", "tokens.access_token_lifetime", "workers"]
    );
}

#[test]
fn every_faulty_item_of_a_list_is_told() {
    for (toml, told) in [
        ("trusted_proxies = [\"10.0.0.0/40\", \"10.0.0.0/8\", \"proxy\"]", ["10.0.0.0/40", "proxy"]),
        ("allowed_hosts = [\"*.example\", \"id.example\", \"https://id.example\"]", ["*.example", "https://id.example"]),
        ("claims = [{ name = \"sub\", user_attribute = \"a\" }, { name = \"\", user_attribute = \"b\" }]", ["sub", "needs a name"]),
    ] {
        let faults = from_file(toml, &[]).unwrap_err();
        assert_eq!(faults.0.len(), 1, "{faults}");
        assert!(told.iter().all(|told| faults.to_string().contains(told)), "{faults}");
    }
}

#[test]
fn unknown_names_get_a_suggestion() {
    let faults = from_file("isuer = \"x\"", &[("OSTIARY_SMTP_HOTS", "x")]).unwrap_err().to_string();
    assert!(faults.contains("isuer: is not known; did you mean issuer?"), "{faults}");
    assert!(faults.contains("OSTIARY_SMTP_HOTS: is not known; did you mean OSTIARY_SMTP_HOST?"), "{faults}");
}

#[test]
fn variables_of_kubernetes_are_let_be() {
    let variables = [
        ("OSTIARY_SERVICE_HOST", "10.0.0.1"),
        ("OSTIARY_PORT", "tcp://10.0.0.1:80"),
        ("OSTIARY_PORT_80_TCP", "x"),
        ("OSTIARY_DB_SERVICE_HOST", "10.0.0.2"),
        ("OSTIARY_DB_SERVICE_PORT_PG", "5432"),
        ("OSTIARY_DB_PORT", "tcp://10.0.0.2:5432"),
        ("OSTIARY_DB_PORT_5432_TCP_PROTO", "tcp"),
        ("OSTIARY_CONFIG", "f"),
    ];
    from_environment(&variables).unwrap();
    assert_eq!(faulty_keys(from_environment(&[("OSTIARY_SMPT_PORT", "25")])).len(), 1, "a slip of the pen is none of them");
}

#[test]
fn an_https_issuer_refuses_the_settings_of_a_developer() {
    from_environment(&production()).unwrap();
    let keys = faulty_keys(from_environment(&[("OSTIARY_ISSUER", "https://id.example.com"), ("OSTIARY_INSECURE_COOKIES", "true")]));
    assert_eq!(keys, ["insecure_cookies", "mail.transport", "master_key"]);
    let keys = faulty_keys(from_environment(&[("OSTIARY_ISSUER", "https://id.example.com/?a=b"), ("OSTIARY_INSECURE_COOKIES", "true")]));
    assert_eq!(
        keys,
        ["insecure_cookies", "issuer", "mail.transport", "master_key"],
        "all at once, though the issuer has a fault of its own"
    );
    assert!(from_environment(&production()).unwrap().secure_cookies());
}

/// An issuer that is wrong hides nothing that has to be changed for the right one, unless a developer's machine is meant.
#[test]
fn a_faulty_issuer_hides_no_other_fault() {
    for meant in ["https://id.example.com/?a=b", "http://id.example.com", "id.example.com", "//id.example.com", "HTTPS://id.example.com/"] {
        let keys = faulty_keys(from_environment(&[("OSTIARY_ISSUER", meant), ("OSTIARY_INSECURE_COOKIES", "true")]));
        assert_eq!(keys, ["insecure_cookies", "issuer", "mail.transport", "master_key"], "{meant}");
    }
    for meant in ["http://localhost:3004/", "localhost:3004", "http://127.0.0.1:99999", "http://[::1]:3004/?a", "HTTP://LOCALHOST:3004/"] {
        assert_eq!(faulty_keys(from_environment(&[("OSTIARY_ISSUER", meant)])), ["issuer"], "{meant}");
    }
    let with = |issuer, origins| from_environment(&[("OSTIARY_ISSUER", issuer), ("OSTIARY_PASSKEYS_RELATED_ORIGINS", origins)]);
    assert_eq!(faulty_keys(with("http://localhost:3004/", "https://app.example/path")), ["issuer", "passkeys.related_origins"]);
    let keys = faulty_keys(with("https://id.example.com/", "http://app.example"));
    assert_eq!(keys, ["issuer", "mail.transport", "master_key", "passkeys.related_origins"]);
    assert!(with("http://localhost:3004", "http://app.localhost:3000").is_ok());
}

#[test]
fn what_is_written_wrongly_is_not_told_to_be_missing() {
    let issuer = ("OSTIARY_ISSUER", "https://id.example.com");
    let smtp = [("OSTIARY_MAIL_TRANSPORT", "smtp"), ("OSTIARY_MAIL_FROM", "a@id.example.com"), ("OSTIARY_SMTP_HOST", "mail.example.com")];
    for (variable, value, key) in
        [("OSTIARY_MASTER_KEY", "short", "master_key"), ("OSTIARY_MASTER_KEY_FILE", "/nonexistent", "master_key_file")]
    {
        assert_eq!(faulty_keys(from_environment(&[&smtp[..], &[issuer, (variable, value)]].concat())), [key]);
    }
}

#[test]
fn mail_needs_its_server() {
    assert_eq!(faulty_keys(from_environment(&[("OSTIARY_MAIL_TRANSPORT", "smtp")])), ["mail.from", "smtp.host"]);
    let with = |extra: &[(&'static str, &'static str)]| from_environment(&[production(), extra.to_vec()].concat());
    assert_eq!(faulty_keys(with(&[("OSTIARY_SMTP_USERNAME", "u")])), ["smtp.password"]);
    assert_eq!(
        faulty_keys(with(&[("OSTIARY_SMTP_USERNAME", "u"), ("OSTIARY_SMTP_PASSWORD", "p"), ("OSTIARY_SMTP_TLS", "none")])),
        ["smtp.tls"]
    );
}

#[test]
fn lifetimes_fit_together() {
    for (variable, value, key) in [
        ("OSTIARY_SESSIONS_IDLE_LIFETIME", "31d", "sessions.idle_lifetime"),
        ("OSTIARY_SESSIONS_REFRESH_INTERVAL", "8d", "sessions.refresh_interval"),
        // Whoever comes back within the lifetime would find the session ended, since its use was not written down.
        ("OSTIARY_SESSIONS_REFRESH_INTERVAL", "7d", "sessions.refresh_interval"),
        ("OSTIARY_SESSIONS_REFRESH_INTERVAL", "85h", "sessions.refresh_interval"),
        ("OSTIARY_TOKENS_REFRESH_TOKEN_IDLE_LIFETIME", "91d", "tokens.refresh_token_idle_lifetime"),
        ("OSTIARY_DATABASE_SCHEMA", "public; drop", "database.schema"),
        ("OSTIARY_BRAND_LOGO", "/nonexistent.svg", "brand.logo"),
        ("OSTIARY_LOG_LEVEL", "loud,=", "log.level"),
    ] {
        assert_eq!(faulty_keys(from_environment(&[(variable, value)])), [key]);
    }
    from_environment(&[("OSTIARY_SESSIONS_REFRESH_INTERVAL", "84h")]).unwrap();
    let short = from_environment(&[("OSTIARY_SESSIONS_IDLE_LIFETIME", "1h")]).unwrap();
    assert_eq!(short.sessions.refresh_interval.as_secs(), 1800, "one key is enough for short sessions");
}

/// What the check lets through is what the server starts with.
#[test]
fn a_logo_is_checked_by_reading_it() {
    let folder = tempfile::tempdir().unwrap();
    let logo = |name: &str, length: usize| {
        let path = folder.path().join(name);
        std::fs::write(&path, vec![b' '; length]).unwrap();
        from_environment(&[("OSTIARY_BRAND_LOGO", path.to_str().unwrap())])
    };
    for name in ["Logo.PNG", "logo.png", "logo.Svg"] {
        crate::brand::Brand::of(&logo(name, 9).unwrap()).unwrap();
    }
    for (name, length) in [("logo.jpg", 9), ("logo", 9), ("large.svg", 256 * 1024 + 1)] {
        assert_eq!(faulty_keys(logo(name, length)), ["brand.logo"], "{name}");
    }
    std::fs::create_dir(folder.path().join("folder.svg")).unwrap();
    let folder = folder.path().join("folder.svg");
    assert_eq!(faulty_keys(from_environment(&[("OSTIARY_BRAND_LOGO", folder.to_str().unwrap())])), ["brand.logo"]);
}

#[test]
fn secrets_come_from_files_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, format!("{KEY}\n")).unwrap();
    let path = path.to_str().unwrap();
    let expected = MasterKey::parse(KEY).unwrap();
    for config in [from_environment(&[("OSTIARY_MASTER_KEY_FILE", path)]), from_file(&format!("master_key_file = {path:?}"), &[])] {
        assert_eq!(config.unwrap().master_key.unwrap().as_bytes(), expected.as_bytes());
    }
    assert_eq!(faulty_keys(from_environment(&[("OSTIARY_MASTER_KEY_FILE", path), ("OSTIARY_MASTER_KEY", KEY)])), ["master_key"]);
    assert_eq!(faulty_keys(from_environment(&[("OSTIARY_MASTER_KEY_FILE", "/nonexistent")])), ["master_key_file"]);
    assert_eq!(faulty_keys(from_environment(&[("OSTIARY_ISSUER_FILE", path)])), ["OSTIARY_ISSUER_FILE"]);
    // A mount that holds nothing is a mistake: the secret was meant to be given.
    let empty = folder.path().join("empty");
    for text in ["", "\n", " \r\n"] {
        std::fs::write(&empty, text).unwrap();
        for (variable, key) in [("OSTIARY_SMTP_PASSWORD_FILE", "smtp.password_file"), ("OSTIARY_MASTER_KEY_FILE", "master_key_file")] {
            assert_eq!(faulty_keys(from_environment(&[(variable, empty.to_str().unwrap())])), [key], "{text:?}");
        }
    }
    // The environment wins, so what the file points to need not be there.
    assert!(from_file("master_key_file = \"/nonexistent\"", &[("OSTIARY_MASTER_KEY", KEY)]).unwrap().master_key.is_some());
}

#[test]
fn every_secret_may_come_from_a_file() {
    type Read = fn(&Config) -> Option<String>;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let secrets: [(&str, &str, Read); 6] = [
        ("master_key", KEY, |config| config.master_key.as_ref().map(|key| key.to_text().to_string() + "=")),
        ("previous_master_keys", KEY, |config| config.previous_master_keys.first().map(|key| key.to_text().to_string() + "=")),
        ("database.url", "postgres://u:hunter2@db/app", |config| Some(config.database.url.expose())),
        ("smtp.password", "hunter2", |config| config.smtp.password.as_ref().map(|secret| secret.expose().clone())),
        ("resend.api_key", "re_hunter2", |config| config.resend.api_key.as_ref().map(|secret| secret.expose().clone())),
        ("sms.auth_token", "hunter2", |config| config.sms.auth_token.as_ref().map(|secret| secret.expose().clone())),
    ];
    let every: Vec<&str> = Config::keys().iter().filter(|key| key.secret).map(|key| key.name).collect();
    assert_eq!(every.len(), secrets.len(), "{every:?}");
    for (key, secret, read) in secrets {
        std::fs::write(&path, format!("{secret}\n")).unwrap();
        let variable = format!("OSTIARY_{}_FILE", key.to_ascii_uppercase().replace('.', "_"));
        for config in [from_file(&format!("{key}_file = {path:?}"), &[]), from_environment(&[(&variable, path.to_str().unwrap())])] {
            let config = config.unwrap();
            assert_eq!(read(&config).as_deref(), Some(secret), "{key}");
            let printed = format!("{}{config:?}", config.show());
            assert!(!printed.contains("hunter2") && !printed.contains(KEY), "{key}: {printed}");
        }
    }
}

#[test]
fn no_secret_is_shown_printed_or_repeated_in_a_fault() {
    let secret = "hunter2hunter2";
    let database = format!("postgres://u:{secret}@db/x");
    let config = from_environment(&[
        ("OSTIARY_SMTP_PASSWORD", secret),
        ("OSTIARY_MASTER_KEY", KEY),
        ("OSTIARY_PREVIOUS_MASTER_KEYS", KEY),
        ("OSTIARY_DATABASE_URL", &database),
        ("OSTIARY_RESEND_API_KEY", secret),
        ("OSTIARY_SMS_AUTH_TOKEN", secret),
        ("OSTIARY_CLIENTS", r#"[{"client_secret":"hunter2hunter2"}]"#),
        ("OSTIARY_UPSTREAMS", r#"[{"client_secret":"hunter2hunter2"}]"#),
    ]);
    let config = config.unwrap();
    let printed = format!("{}{config:?}", config.show());
    assert!(!printed.contains(secret) && !printed.contains(KEY), "{printed}");

    let faults = from_environment(&[("OSTIARY_MASTER_KEY", secret), ("OSTIARY_DATABASE_URL", &format!("mysql://u:{secret}@db"))]);
    assert!(!faults.unwrap_err().to_string().contains(secret));
    let faults = from_file(&format!("log.level = \"info\"\nmaster_key = \"{secret}\" oops\n"), &[]).unwrap_err().to_string();
    assert!(!faults.contains(secret) && faults.contains(":2: is not TOML"), "{faults}");
}

#[test]
fn what_is_shown_can_be_read_again() {
    let config = from_environment(&[("OSTIARY_BRAND_NAME", "A \"B\" \\ é"), ("OSTIARY_TRUSTED_PROXIES", "10.0.0.0/8")]).unwrap();
    let again = from_file(&config.show(), &[]).unwrap();
    assert_eq!(again.show(), config.show());
    assert_eq!(again.brand.name, "A \"B\" \\ é");
}

/// Run with `UPDATE_DOCS=1` to write the page anew.
#[test]
fn the_reference_page_is_the_output_of_config_docs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, config_docs()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), config_docs(), "run: ostiary config docs > docs/configuration.md");
}

// security.md K1: caches keep the key set for five minutes by our headers, some longer.
#[test]
fn a_key_is_published_for_longer_than_caches_keep_the_set() {
    assert_eq!(faulty_keys(from_environment(&[("OSTIARY_KEYS_PUBLISH_AHEAD", "5m")])), ["keys.publish_ahead"]);
    assert_eq!(from_environment(&[("OSTIARY_KEYS_PUBLISH_AHEAD", "10m")]).unwrap().keys.publish_ahead.as_secs(), 600);
}
