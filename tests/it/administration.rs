//! What an operator changes by the command line: clients, APIs, people, sessions.

use crate::both;
use crate::support::application::Authentication;
use crate::support::jwt::KeyPair;
use crate::support::prelude::*;
use crate::support::process::Printed;
use std::collections::BTreeSet;

const API: &str = "https://api.example";
const OLD: &str = "https://old.example";

async fn reload(server: &TestServer) {
    ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
}

/// What was refused as an argument that cannot be, with a text that says this.
fn refused(printed: &Printed, says: &str) {
    assert!(printed.code == 2 && printed.stderr.contains(says), "{says:?}: {printed:?}");
}

both! {
    /// RFC 8707 §2, security.md R6: an API that is deleted is in no new token and keeps nobody from signing in; a client that names one is
    /// changed like any other.
    async fn an_api_that_is_gone_stops_no_client(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str]| server.ground.command(arguments).await;
        let create = ["resource", "create", OLD, "--name", "Old", "--scope", "old:read=Read it"];
        run(&create).await.done();
        let made = [
            "client", "create", "Old shop", "--id", "rs", "--first-party", "--redirect-uri", "https://rs.example/callback", "--resource", OLD, "--default-resource", OLD,
            "--serves", OLD, "--json",
        ];
        let secret = run(&made).await.done().json()["client_secret"].as_str().unwrap().to_owned();
        reload(&server).await;
        let rs = Application { client_id: "rs".into(), redirect_uri: "https://rs.example/callback".into(), ..Application::of(&server, "shop") };
        let rs = rs.authenticating(Authentication::Basic(secret));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let aud = async |tokens: &Tokens| rs.verified(&tokens.access_token).await.claim("aud").clone();
        let first = rs.sign_in(&mut browser, &alice).await;
        assert_eq!(aud(&first).await, json!([OLD, server.issuer]));

        let named = run(&["resource", "delete", OLD]).await;
        refused(&named, "\n  ostiary client update --remove-resource https://old.example --remove-serves https://old.example rs\n");
        refused(&named, "ostiary resource delete --force https://old.example");

        // As versions before this one did, which asked no client.
        server.database().execute(&format!("DELETE FROM resources WHERE identifier = '{OLD}'")).await;
        reload(&server).await;
        let second = rs.refresh(first.refresh_token()).await.tokens();
        assert_eq!(aud(&second).await, json!(server.issuer));
        let of_old = [("grant_type", "refresh_token"), ("refresh_token", second.refresh_token()), ("resource", OLD)];
        rs.post("/token", &of_old).await.refused(400, "invalid_target");
        let third = rs.sign_in(&mut browser, &alice).await;
        assert_eq!(aud(&third).await, json!(server.issuer));
        let told = run(&["doctor", "client", "rs"]).await.done().stdout;
        assert!(told.contains("names an API that is not there") && told.contains("--remove-resource https://old.example"), "{told}");
        for arguments in [&["--disable"][..], &["--enable"], &["--client-name", "Older shop"]] {
            run(&[&["client", "update", "rs"], arguments].concat()).await.done();
        }
        refused(&run(&["client", "update", "rs", "--add-resource", "https://nope.example"]).await, "create it first");

        run(&create).await.done();
        let deleted = run(&["resource", "delete", "--force", OLD, "--json"]).await.done().json();
        assert_eq!(deleted["clients_changed"], json!(["rs"]));
        let metadata = run(&["client", "show", "rs", "--json"]).await.done().json()["metadata"].take();
        assert_eq!((&metadata["resources"], &metadata["default_resource"], &metadata["serves"]), (&json!([]), &Value::Null, &json!([])));
        let told = "SELECT count(*) FROM events WHERE kind = 'client_changed' AND detail LIKE '%resource_deleted%'";
        assert_eq!(server.database().number(told).await, 1);
        assert_eq!(run(&["resource", "delete", OLD]).await.code, 1);
    }

    /// What has left the configuration is no longer declared: the client is switched off, and both are the command line's to delete.
    async fn what_has_left_the_file_can_be_deleted(db) {
        let mut server = TestServer::with(db).resource("https://extra.example", &["extra:read"]).start().await;
        for (arguments, says) in [
            (&["client", "delete", "partner"][..], "the client partner is declared in the configuration"),
            (&["resource", "delete", "https://extra.example"], "the resource https://extra.example is declared in the configuration"),
        ] {
            refused(&server.ground.command(arguments).await, says);
        }
        let all = server.ground.clients.clone();
        let fewer: Vec<Value> = all.iter().filter(|client| client["client_id"] != "partner").cloned().collect();
        let api = json!({ "identifier": API, "name": "Orders", "scopes": { "orders:read": "See your orders", "orders:write": "Place orders for you" } });
        server.ground.change("clients", toml::Value::try_from(&fewer).unwrap());
        server.ground.change("resources", toml::Value::try_from(vec![api]).unwrap());
        server.restart().await;
        let shown = server.ground.command(&["client", "show", "partner", "--json"]).await.done().json();
        assert_eq!((&shown["enabled"], &shown["declared"]), (&json!(false), &json!(false)));
        server.ground.command(&["client", "update", "partner", "--client-uri", "https://partner.example/"]).await.done();
        server.ground.command(&["client", "delete", "partner"]).await.done();
        server.ground.command(&["resource", "delete", "https://extra.example"]).await.done();
        refused(&server.ground.command(&["client", "update", "shop", "--disable"]).await, "declared");
        server.ground.change("clients", toml::Value::try_from(&all).unwrap());
        server.restart().await;
        let shown = server.ground.command(&["client", "show", "partner", "--json"]).await.done().json();
        assert_eq!((&shown["enabled"], &shown["declared"]), (&json!(true), &json!(true)), "and comes back when it is declared again");
    }

    /// Changes that are made at once are all there afterwards.
    async fn changes_at_once_are_all_kept(db) {
        let server = TestServer::start(db).await;
        server.ground.command(&["client", "create", "App", "--id", "app", "--redirect-uri", "https://app.example/0"]).await.done();
        server.ground.command(&["resource", "create", OLD, "--name", "Old"]).await.done();
        let changes = (1..=5).flat_map(|number| {
            let (uri, scope) = (format!("https://app.example/{number}"), format!("old:{number}=Do {number}"));
            [
                ["client", "update", "app", "--add-redirect-uri", &uri].map(str::to_owned),
                ["resource", "update", OLD, "--add-scope", &scope].map(str::to_owned),
            ]
        });
        let running: Vec<_> = changes
            .map(|arguments| {
                let ground = server.ground.clone();
                tokio::spawn(async move { ground.command(&arguments.each_ref().map(String::as_str)).await.done() })
            })
            .collect();
        for change in running {
            change.await.unwrap();
        }
        let client = server.ground.command(&["client", "show", "app", "--json"]).await.done().json();
        let uris: BTreeSet<&str> = client["metadata"]["redirect_uris"].as_array().unwrap().iter().map(|uri| uri.as_str().unwrap()).collect();
        assert_eq!(uris.len(), 6, "{uris:?}");
        let resource = server.ground.command(&["resource", "show", OLD, "--json"]).await.done().json();
        assert_eq!(resource["scopes"].as_object().unwrap().len(), 5, "{resource}");
    }

    /// RFC 8725 §3.9, security.md T13: no name is a client's and an API's, or the issuer's beside, whoever gave the first.
    async fn one_name_is_one_things(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str]| server.ground.command(arguments).await;
        let client = async |id: &str| run(&["client", "create", "App", "--id", id, "--redirect-uri", "https://app.example/"]).await;
        let resource = async |id: &str| run(&["resource", "create", id, "--name", "A"]).await;
        refused(&client(&server.issuer).await, "is the issuer");
        refused(&client(API).await, "is the identifier of an API");
        refused(&resource(&server.issuer).await, "is the issuer");
        client("https://app.example").await.done();
        refused(&resource("https://app.example").await, "is the client_id of a client");
        resource(OLD).await.done();

        let both = TestServer::with(db).client(Client::confidential("shop").with("client_id", OLD)).resource(OLD, &[]).prepare();
        let printed = both.command(&["config", "check"]).await;
        refused(&printed, "clients[0].client_id: is the identifier of an API");
        refused(&printed, "resources[0].identifier: is the client_id of a client");
        for (key, document) in [
            ("clients", Client::confidential("shop").with("client_id", OLD).0),
            ("resources", json!({ "identifier": "https://app.example", "name": "A" })),
        ] {
            let mut ground = server.ground.replica();
            ground.change(key, toml::Value::try_from(vec![document]).unwrap());
            let printed = ground.command(&["serve"]).await;
            assert!(printed.code == 1 && printed.stderr.contains("would pass for"), "{printed:?}");
        }
    }

    /// RFC 9700 §4.15, security.md B17: no name is a client's and a person's, whoever had it first.
    async fn one_name_is_not_a_clients_and_a_persons(db) {
        let server = TestServer::start(db).await;
        let client = async |id: &str| server.ground.command(&["client", "create", "App", "--id", id, "--redirect-uri", "https://app.example/"]).await;
        client("own").await.done();
        let table = server.ground.write_file("people.csv", "id,email\nshop,a@example.org\nown,b@example.org\nmachine,c@example.org\n");
        let told = "id: it is a client_id here, and a client must not pass for a person (RFC 9700 §4.15); the account gets a new one";
        let done = server.ground.command(&["import", "csv", &table, "--json"]).await.done().json();
        assert_eq!((&done["totals"]["created"], &done["totals"]["missing"]), (&json!(3), &json!({ told: 2 })), "{done}");
        assert_eq!(server.database().texts("SELECT id FROM users WHERE id IN ('shop', 'own', 'machine')").await, ["machine"]);
        let again = server.ground.command(&["import", "csv", &table, "--json"]).await.done().json();
        assert_eq!(again["totals"]["unchanged"], 3, "{again}");
        refused(&client("machine").await, "is the id of a person");

        let declaring = |id: &str| {
            let mut ground = server.ground.replica();
            ground.change("clients", toml::Value::try_from(vec![Client::confidential("shop").with("client_id", id).0]).unwrap());
            ground
        };
        let printed = declaring("machine").command(&["serve"]).await;
        assert!(printed.code == 1 && printed.stderr.contains("machine, which is the id of a person"), "{printed:?}");
        let table = server.ground.write_file("more.csv", "id,email\nlater,d@example.org\n");
        let done = declaring("later").command(&["import", "csv", &table, "--json"]).await.done().json();
        assert_eq!(done["totals"]["missing"], json!({ told: 1 }), "no server has started with it yet: {done}");
    }

    /// RFC 9700 §4.15: neither is it when a client is being made while people come in.
    async fn a_client_that_is_being_made_keeps_its_name_from_a_person(db) {
        let server = TestServer::start(db).await;
        // SQLite has one writer, who is waited for without it.
        let lock = match db {
            Database::Sqlite => "",
            Database::Postgres => "INSERT INTO settings (name, value) VALUES ('clients_lock', '') ON CONFLICT (name) DO UPDATE SET value = ''; ",
        };
        let made = "INSERT INTO clients (client_id, metadata, enabled, declared, created_at, updated_at) \
                    SELECT 'machine', metadata, TRUE, FALSE, created_at, updated_at FROM clients WHERE client_id = 'shop'";
        let held = server.database().hold(&format!("{lock}{made}")).await;
        let (ground, table) = (server.ground.clone(), server.ground.write_file("people.csv", "id,email\nmachine,c@example.org\n"));
        let import = tokio::spawn(async move { ground.command(&["import", "csv", &table, "--json"]).await.done().json() });
        held.is_waited_for().await;
        held.commit().await;
        assert_eq!(import.await.unwrap()["totals"]["created"], 1);
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE id = 'machine'").await, 0);
    }

    /// A scope that stands for nothing is most often mistyped: it is said, once.
    async fn a_scope_that_nothing_knows_is_told(db) {
        let server = TestServer::start(db).await;
        let create = ["client", "create", "App", "--id", "app", "--redirect-uri", "https://app.example/", "--scope", "openid profil"];
        let told = server.ground.command(&create).await;
        assert!(told.code == 0 && told.stderr.contains("no API has the scope profil,"), "{told:?}");
        assert_eq!(server.ground.command(&["client", "update", "app", "--client-uri", "https://app.example/"]).await.stderr, "");
        assert_eq!(server.ground.command(&["client", "update", "app", "--scope", "openid profile"]).await.stderr, "");
    }

    /// What was set can be taken back: an empty text takes a setting away, and keys replace where they are read.
    async fn every_setting_of_a_client_can_be_taken_back(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str]| server.ground.command(&[arguments, &["--json"]].concat()).await;
        let uri = "https://app.example/";
        run(&["client", "create", "App", "--id", "app", "--redirect-uri", uri]).await.done();
        let update = async |arguments: &[&str]| run(&[&["client", "update", "app"], arguments].concat()).await.done().json()["metadata"].take();
        let before = update(&[]).await;
        let with_all = update(&[
            "--first-party", "--native", "--backchannel-logout-uri", uri, "--client-uri", uri, "--policy-uri", uri, "--tos-uri", uri, "--scope", "openid", "--resource", API,
            "--default-resource", API, "--serves", API, "--default-max-age", "60", "--default-acr-values", "2", "--jwks-uri", uri, "--upstream", "none",
            "--post-logout-redirect-uri", uri,
        ])
        .await;
        assert!(with_all["first_party"] == true && with_all["default_max_age"] == 60 && with_all["jwks_uri"] == uri, "{with_all}");
        let file = server.ground.folder.path().join("keys.json");
        std::fs::write(&file, KeyPair::generate().jwks().to_string()).unwrap();
        let with_file = update(&["--jwks-file", file.to_str().unwrap()]).await;
        assert!(with_file["jwks_uri"].is_null() && with_file["jwks"]["keys"].is_array(), "{with_file}");
        let with_uri = update(&["--jwks-uri", uri]).await;
        assert!(with_uri["jwks"].is_null() && with_uri["jwks_uri"] == uri, "{with_uri}");
        let after = update(&[
            "--third-party", "--web", "--backchannel-logout-uri", "", "--client-uri", "", "--policy-uri", "", "--tos-uri", "", "--scope", "", "--resource", "",
            "--default-resource", "", "--serves", "", "--default-max-age", "", "--default-acr-values", "", "--jwks-uri", "", "--upstream", "all",
            "--post-logout-redirect-uri", "",
        ])
        .await;
        assert_eq!(after, before);
        refused(&run(&["client", "update", "app", "--upstream", "nope"]).await, "none of [[upstreams]]");
        update(&["--serves", API]).await;
        assert_eq!(update(&["--remove-serves", API, "--add-serves", API]).await["serves"], json!([API]));
        run(&["resource", "create", OLD, "--name", "Old", "--access-token-lifetime", "60"]).await.done();
        let resource = run(&["resource", "update", OLD, "--access-token-lifetime", ""]).await.done().json();
        assert!(resource.get("access_token_lifetime").is_none(), "{resource}");
    }

    /// The last role and the last group can be taken away, and none has a name that only looks like another's.
    async fn roles_and_groups_are_names(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str]| server.ground.command(&[arguments, &["--json"]].concat()).await;
        let made = run(&["user", "create", "bob@example.org", "--without-password", "--role", "editor", "--group", "two words"]).await.done().json();
        assert_eq!((&made["roles"], &made["groups"]), (&json!(["editor"]), &json!(["two words"])));
        let bare = run(&["user", "update", "bob@example.org", "--role", "", "--group", ""]).await.done().json();
        assert_eq!((&bare["roles"], &bare["groups"]), (&json!([]), &json!([])));
        for odd in [" ", " admin", "admin ", "ad\nmin", "admin\u{a0}"] {
            for option in ["--role", "--group"] {
                refused(&run(&["user", "update", "bob@example.org", option, odd]).await, option);
                refused(&run(&["user", "create", "eve@example.org", "--without-password", option, odd]).await, option);
            }
        }
        refused(&run(&["user", "update", "bob@example.org", "--role", "editor", "--role", ""]).await, "--role");
    }

    /// One command ends everybody's sessions, whatever their ids are, and is written down once.
    async fn everybodys_sessions_end_at_once(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        let (mut hers, mut his) = (alice.signed_in(&server).await, bob.signed_in(&server).await);
        let tokens = shop.sign_in(&mut hers, &alice).await;
        let run = async |arguments: &[&str]| server.ground.command(&[&["session", "end"], arguments].concat()).await;
        let unknown = run(&[alice.email.as_str(), "nope"]).await;
        assert!(unknown.code == 1 && unknown.stderr.contains("no session nope"), "{unknown:?}");
        for both in [&["--everybody", "nope"][..], &[]] {
            assert_eq!(run(both).await.code, 2, "{both:?}");
        }
        assert_eq!(run(&["--everybody", "--json"]).await.done().json()["ended"], 2);
        for browser in [&mut hers, &mut his] {
            browser.open("/account").await;
            assert_eq!(browser.heading(), "Sign in");
        }
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        assert_eq!(run(&["--everybody", "--json"]).await.done().json()["ended"], 0);
        assert_eq!(server.database().number("SELECT count(*) FROM events WHERE kind = 'session_ended'").await, 1);
    }
}

/// security.md Z5: a database's password is no argument; the URL comes from a file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_takes_its_passwords_from_files() {
    let server = TestServer::start(Database::Sqlite).await;
    Person::alice().registered(&server).await;
    let from = server.database().url();
    for to in ["postgres://o:hunter2@db.example/app", "postgres://db.example/app?user=o&password=hunter2"] {
        let printed = server.ground.command(&["copy", "--from", &from, "--to", to]).await;
        refused(&printed, "--to-file");
        assert!(!printed.stderr.contains("hunter2"), "{printed:?}");
    }
    let folder = server.ground.folder.path();
    let file = |name: &str, url: String| {
        std::fs::write(folder.join(name), format!("{url}\n")).unwrap();
        folder.join(name).display().to_string()
    };
    let (from, to) = (file("from.url", from), file("to.url", format!("sqlite:{}", folder.join("copy.db").display())));
    let copied = server.ground.command(&["copy", "--from-file", &from, "--to-file", &to]).await.done();
    assert!(copied.stdout.contains("verified"), "{copied:?}");
    assert_eq!(server.ground.command(&["copy", "--from-file", &from]).await.code, 2);
}

/// A look makes nothing, and what cannot be right is told before anything is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_makes_nothing() {
    let ground = TestServer::with(Database::Sqlite).prepare();
    let status = ground.command(&["migrate", "--status"]).await;
    assert!(status.code == 1 && status.stderr.contains("there is no database at"), "{status:?}");
    assert!(!ground.folder.path().join("ostiary.db").exists());
    ground.command(&["migrate"]).await.done();
    ground.command(&["migrate", "--status"]).await.done();
    for url in ["https://spa.example/x?y", "https://spa.example/#y"] {
        refused(&ground.command(&["client", "create", "A", "--for", "spa", "--url", url]).await, "--url");
    }
    let create = ["client", "create", "A", "--for", "nginx", "--url", "https://orders.example:8443", "--resource", OLD, "--json"];
    ground.command(&["resource", "create", OLD, "--name", "Old"]).await.done();
    let paste = ground.command(&create).await.done().json()["paste"].take();
    assert!(paste.as_str().unwrap().contains("host = \"orders.example\"\n"), "{paste}");
}
