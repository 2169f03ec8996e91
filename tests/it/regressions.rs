//! One test for each fault that was found, named for the rule that was broken.

use crate::both;
use crate::support::mailbox::Mailbox;
use crate::support::prelude::*;
use crate::support::process::Printed;
use crate::support::setup::{Ground, MASTER_KEY};
use base64::Engine as _;
use std::process::Stdio;

fn other_master_key() -> String {
    base64::engine::general_purpose::STANDARD.encode(b"another master key for the tests")
}

/// A command with these master keys: the one to write with, and one that is read.
async fn under(ground: &Ground, current: &str, previous: &[&str], arguments: &[&str]) -> Printed {
    let mut ground = ground.replica();
    ground.change("master_key", current);
    ground.change("previous_master_keys", previous.to_vec());
    ground.command(arguments).await
}

/// The link that the server prints at its start, a moment after it answers.
async fn setup_link(server: &ServerProcess) -> String {
    let log = server.logged("/setup?ticket=").await;
    log.lines().map(str::trim).find(|line| line.contains("/setup?ticket=")).unwrap().to_owned()
}

async fn open_setup(server: &ServerProcess, link: &str, person: &Person) -> Browser {
    let mut browser = Browser::of_process(server);
    browser.open(link).await;
    browser.fill("Email address", &person.email);
    browser.fill("Your name", &person.name);
    browser.fill("Password", &person.password);
    browser
}

/// The command that a developer's error page advises, run by a shell as somebody pastes it.
async fn paste(server: &TestServer, page: &str) -> Printed {
    let command = page.split("ostiary client update ").nth(1).unwrap_or_else(|| panic!("no command is advised: {page}"));
    run_as_pasted(server, &format!("client update {}", command.split(" Reference ").next().unwrap())).await
}

/// What follows `ostiary`, run by a shell.
async fn run_as_pasted(server: &TestServer, command: &str) -> Printed {
    let script = format!(
        "ostiary() {{ '{}' --config '{}' \"$@\"; }}; ostiary {command}",
        env!("CARGO_BIN_EXE_ostiary"),
        server.ground.file.display()
    );
    let mut shell = tokio::process::Command::new("sh");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OSTIARY_")) {
        shell.env_remove(name);
    }
    let output = shell.arg("-c").arg(&script).current_dir(server.ground.folder.path()).stdin(Stdio::null()).output().await.unwrap();
    ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
    Printed {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: format!("{script}\n{}", String::from_utf8_lossy(&output.stderr)),
    }
}

both! {
    /// security.md K4: a start or a command with two keys does not decide which is right; `rotate-master` does.
    async fn only_rotate_master_moves_the_master_key_check(db) {
        let server = TestServer::start(db).await;
        let other = other_master_key();
        let other = other.as_str();
        let list = ["keys", "list"];
        let check = async || server.database().texts("SELECT value FROM settings WHERE name = 'master_key_check'").await;
        let before = check().await;
        assert_eq!(before.len(), 1);
        // The new key is tried and taken back.
        under(&server.ground, other, &[MASTER_KEY], &list).await.done();
        assert_eq!(check().await, before);
        under(&server.ground, MASTER_KEY, &[], &list).await.done();
        // Rotated: a straggler with the order of before changes nothing.
        under(&server.ground, other, &[MASTER_KEY], &["keys", "rotate-master"]).await.done();
        let rotated = check().await;
        assert_ne!(rotated, before);
        under(&server.ground, MASTER_KEY, &[other], &list).await.done();
        under(&server.ground, other, &[], &list).await.done();
        assert_eq!(under(&server.ground, MASTER_KEY, &[], &list).await.code, 1, "the old key alone opens nothing any more");
        assert_eq!(check().await, rotated);
        // And back.
        under(&server.ground, MASTER_KEY, &[other], &["keys", "rotate-master"]).await.done();
        under(&server.ground, MASTER_KEY, &[], &list).await.done();
        assert_eq!(under(&server.ground, other, &[], &list).await.code, 1);
        assert_eq!(server.database().number("SELECT COUNT(*) FROM events WHERE kind = 'master_key_rotated'").await, 2);
    }

    /// Review: `/setup` took any name; it is like that of anybody who signs up.
    async fn the_first_administrator_is_named_like_anybody(db) {
        let server = ServerProcess::start(db).await;
        let (link, alice) = (setup_link(&server).await, Person::alice());
        for name in ["Al\nice", &"x".repeat(101)] {
            let mut browser = open_setup(&server, &link, &alice).await;
            browser.fill("Your name", name);
            browser.press("Create administrator").await;
            assert!(browser.error().contains("100"), "{}", browser.describe());
        }
        assert_eq!(server.ground.database.number("SELECT COUNT(*) FROM users").await, 0);
        let mut browser = open_setup(&server, &link, &alice).await;
        browser.press("Create administrator").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
    }

    /// security.md S2, OWASP ASVS 6.3.5: whoever was signed in with that browser is not any more, and the browser is no new one to the first
    /// administrator.
    async fn the_first_administrator_takes_the_place_of_whoever_was_signed_in(db) {
        let server = ServerProcess::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut browser = Browser::of_process(&server);
        bob.sign_up(&mut browser).await;
        let mut earlier = browser.clone();
        browser.open(&setup_link(&server).await).await;
        browser.fill("Email address", &alice.email);
        browser.fill("Your name", &alice.name);
        browser.fill("Password", &alice.password);
        browser.press("Create administrator").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        assert_eq!(server.ground.database.number("SELECT COUNT(*) FROM sessions").await, 1);
        earlier.open("/account").await;
        assert_eq!(earlier.heading(), "Sign in", "{}", earlier.describe());
        browser.open("/logout").await;
        browser.press("Sign out").await;
        alice.sign_in(&mut browser).await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        let mails = Mailbox::of_process(&server).all().await;
        assert!(!mails.iter().any(|mail| mail.subject.starts_with("New sign-in")), "{mails:?}");
    }

    /// security.md L10, OWASP ASVS 6.3.2: a setup link works exactly as long as there is no administrator, and never again after one was made with another.
    async fn setup_links_work_while_there_is_no_administrator(db) {
        let mut server = ServerProcess::start(db).await;
        let (alice, bob, carol) = (Person::alice(), Person::bob(), Person::new("Carol Calm"));
        let administrators = async |server: &ServerProcess| server.ground.database.number("SELECT COUNT(*) FROM users WHERE roles LIKE '%ostiary:admin%'").await;
        let unused = setup_link(&server).await;
        server.restart().await;
        let link = setup_link(&server).await;
        let (mut one, mut two) = (open_setup(&server, &link, &alice).await, open_setup(&server, &unused, &bob).await);
        tokio::join!(one.press("Create administrator"), two.press("Create administrator"));
        assert_eq!(administrators(&server).await, 1, "two links at once make one administrator");
        let mut headings = [one.heading(), two.heading()];
        headings.sort();
        assert_eq!(headings, ["Setup is already done", "Your account"]);
        let done = if one.heading() == "Your account" { &two } else { &one };
        assert_eq!(done.page().all(".button:not(.quiet)"), ["Sign in"], "{}", done.describe());
        server.restart().await;
        let made = server.ground.database.texts("SELECT email FROM users").await;
        server.command(&["user", "delete", &made[0]]).await.done();
        assert!(!server.logged("started").await.contains("/setup?ticket="), "nothing is printed that cannot work");
        server.restart().await;
        let again = setup_link(&server).await;
        for old in [&link, &unused] {
            let mut browser = Browser::of_process(&server);
            browser.open(old).await;
            assert_eq!(browser.heading(), "This link has expired", "{}", browser.describe());
            assert_eq!(browser.page().all(".button.quiet"), ["Sign in"], "the new link is the way on");
        }
        // A form that was open before does not work either.
        let mut late = open_setup(&server, &again, &bob).await;
        let mut carols = open_setup(&server, &again, &carol).await;
        carols.press("Create administrator").await;
        assert_eq!(carols.heading(), "Your account", "{}", carols.describe());
        late.press("Create administrator").await;
        assert_eq!(late.heading(), "Setup is already done");
        assert_eq!(administrators(&server).await, 1);
        // An administrator made by command counts as much as one made by a link.
        server.command(&["user", "delete", &carol.email]).await.done();
        server.restart().await;
        let mut bobs = open_setup(&server, &setup_link(&server).await, &bob).await;
        server.command(&["user", "create", "dan@example.org", "--role", "ostiary:admin", "--without-password"]).await.done();
        bobs.press("Create administrator").await;
        assert_eq!(bobs.heading(), "Setup is already done");
        assert_eq!(administrators(&server).await, 1);
    }

    /// OpenID Connect Core §5.4, §5.5: `profile` alone tells nobody the address.
    async fn the_address_is_not_told_as_a_user_name(db) {
        let server = TestServer::start(db).await;
        let (shop, partner) = (Application::of(&server, "shop"), Application::of(&server, "partner"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let mut told = async |app: &Application, scope: &str, claims: &str| {
            let mut request = app.authorization_request().with("scope", scope);
            if !claims.is_empty() {
                request = request.with("claims", claims);
            }
            let tokens = app.sign_in_with(&mut browser, &alice, &request).await;
            let userinfo = app.userinfo(&tokens.access_token).await.ok();
            (Jwt::decode(tokens.id_token()).claims.clone(), userinfo)
        };
        for claims in ["", r#"{"userinfo":{"preferred_username":null},"id_token":{"preferred_username":null}}"#] {
            let (id_token, userinfo) = told(&partner, "openid profile", claims).await;
            for document in [&id_token, &userinfo] {
                assert!(!document.to_string().contains(&alice.email), "{document}");
                // Clients that need some user name get one that is nothing new to them.
                assert_eq!(document["preferred_username"], document["sub"]);
            }
        }
        for (app, scope) in [(&partner, "openid profile email"), (&shop, "openid profile")] {
            let (id_token, userinfo) = told(app, scope, "").await;
            assert_eq!((&id_token["preferred_username"], &userinfo["preferred_username"]), (&json!(alice.email), &json!(alice.email)), "{scope}");
        }
        let (_, userinfo) = told(&partner, "openid", r#"{"userinfo":{"preferred_username":null,"email":null}}"#).await;
        assert_eq!(userinfo["preferred_username"], json!(alice.email), "both were asked for by name and consented to");
        server.database().execute(r#"UPDATE users SET profile = '{"preferred_username":"allie"}'"#).await;
        let (_, userinfo) = told(&partner, "openid profile", "").await;
        assert_eq!(userinfo["preferred_username"], "allie");
    }

    /// Redirect URIs change one by one; what is not named stays.
    async fn redirect_uris_are_added_and_removed_one_by_one(db) {
        let server = TestServer::start(db).await;
        let (a, b, out) = ("https://app.example/a", "https://app.example/b", "https://app.example/out");
        server.ground.command(&["client", "create", "App", "--id", "app", "--redirect-uri", a, "--post-logout-redirect-uri", out]).await.done();
        let update = async |arguments: &[&str]| server.ground.command(&[&["client", "update", "app", "--json"], arguments].concat()).await;
        for _ in 0..2 {
            let document = update(&["--add-redirect-uri", b, "--add-post-logout-redirect-uri", b]).await.done().json();
            assert_eq!(document["metadata"]["redirect_uris"], json!([a, b]));
            assert_eq!(document["metadata"]["post_logout_redirect_uris"], json!([out, b]));
        }
        let document = update(&["--remove-redirect-uri", a, "--add-redirect-uri", out, "--remove-post-logout-redirect-uri", out]).await.done().json();
        assert_eq!(document["metadata"]["redirect_uris"], json!([b, out]));
        assert_eq!(document["metadata"]["post_logout_redirect_uris"], json!([b]));
        for (arguments, words) in [
            (&["--remove-redirect-uri", a][..], "https://app.example/b"),
            (&["--remove-redirect-uri", b, "--remove-redirect-uri", out], "redirect_uris must name at least one URI"),
            (&["--add-redirect-uri", "javascript:x"], "redirect_uris"),
            (&["--add-redirect-uri", a, "--redirect-uri", a], "cannot be used with"),
        ] {
            let refused = update(arguments).await;
            assert_eq!(refused.code, 2, "{arguments:?}");
            assert!(refused.stderr.contains(words), "{arguments:?}: {}", refused.stderr);
        }
        assert_eq!(server.ground.command(&["client", "show", "app", "--json"]).await.done().json()["metadata"]["redirect_uris"], json!([b, out]));
    }

    /// The developer's error page: what it advises can be pasted, does what it says, and keeps what is registered.
    async fn the_error_pages_advice_is_right_to_paste(db) {
        let server = TestServer::start(db).await;
        let (id, good) = ("it's-$(touch${IFS}owned)", "https://app.example/good");
        server.ground.command(&["client", "create", "App", "--id", id, "--redirect-uri", good]).await.done();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        let app = Application { client_id: id.to_owned(), redirect_uri: good.to_owned(), ..Application::of(&server, "shop") };
        let wanted = "https://app.example/it's?a=$(touch${IFS}owned)&b=`touch${IFS}owned`;touch${IFS}owned#".trim_end_matches('#');
        let mut browser = Browser::new(&server);
        browser.open(&app.authorization_request().with("redirect_uri", wanted).url()).await;
        assert_eq!(browser.status(), 400);
        paste(&server, &browser.text()).await.done();
        for uri in [wanted, good] {
            browser.open(&app.authorization_request().with("redirect_uri", uri).url()).await;
            assert_eq!(browser.heading(), "Sign in", "{uri}: {}", browser.describe());
        }
        let logout = url::Url::parse_with_params(&server.at("/logout"), [("client_id", id), ("post_logout_redirect_uri", wanted)]).unwrap();
        browser.open(logout.as_str()).await;
        assert_eq!(browser.status(), 400, "{}", browser.describe());
        paste(&server, &browser.text()).await.done();
        browser.open(logout.as_str()).await.landed();
        assert!(!server.ground.folder.path().join("owned").exists(), "the shell ran what a stranger wrote");

        // Near: it is the application that is to change, most likely.
        let near = format!("{good}/");
        browser.open(&app.authorization_request().with("redirect_uri", &near).url()).await;
        let text = browser.text();
        let send = format!("Change the application to send the one that is registered:{good}Or register the one that it sends:ostiary client update");
        assert!(text.contains(&send), "{text}");
        assert_eq!(browser.page().all(".details pre").len(), 2, "what is to be copied stands apart");

        // An unknown client is told as it was sent, beside the one that it is like, with a command that makes it.
        let unknown = Application { client_id: "shopp".to_owned(), ..Application::of(&server, "shop") };
        browser.open(&unknown.authorization_request().with("redirect_uri", "https://new.example/it's").url()).await;
        let text = browser.text();
        assert!(text.contains("Sentshopp Registeredshop What to changeChange the application to send the one that is registered:shop"), "{text}");
        let command = text.split("Or register an application:ostiary ").nth(1).unwrap().split("All that there are:").next().unwrap();
        run_as_pasted(&server, command).await.done();
        browser.open(&unknown.authorization_request().with("redirect_uri", "https://new.example/it's").url()).await;
        assert_eq!(browser.heading(), "Sign in", "{}", browser.describe());

        // What no command can do is not advised.
        browser.open(&app.authorization_request().with("redirect_uri", "javascript:alert(1)").url()).await;
        assert!(browser.text().contains("cannot be registered") && !browser.text().contains("ostiary client update"), "{}", browser.text());
        let declared = Application::of(&server, "shop");
        browser.open(&declared.authorization_request().with("redirect_uri", wanted).url()).await;
        assert!(browser.text().contains("configuration") && !browser.text().contains("ostiary client update"), "{}", browser.text());
    }

    /// A client that begins to need a secret gets one; one that needs none cannot be given one, and keeps none.
    async fn a_client_gets_a_secret_exactly_when_it_needs_one(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str]| {
            let printed = server.ground.command(arguments).await;
            ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
            printed
        };
        let made = run(&["client", "create", "App", "--id", "app", "--public", "--redirect-uri", "https://app.example/", "--json"]).await.done().json();
        assert_eq!(made["client_secret"], Value::Null);
        let refused = run(&["client", "rotate-secret", "app"]).await;
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("--confidential"), "says the way: {}", refused.stderr);

        let turned = run(&["client", "update", "app", "--confidential", "--json"]).await.done().json();
        let secret = turned["client_secret"].as_str().unwrap_or_else(|| panic!("no secret: {turned}")).to_owned();
        assert_eq!(turned["metadata"]["token_endpoint_auth_method"], Value::Null);
        let app = Application { client_id: "app".into(), ..Application::of(&server, "shop") };
        let with = |secret: &str| app.clone().authenticating(crate::support::application::Authentication::Basic(secret.to_owned()));
        with(&secret).post("/revoke", &[("token", "x")]).await.ok_empty();
        let again = run(&["client", "update", "app", "--confidential", "--first-party", "--json"]).await.done().json();
        assert_eq!(again["client_secret"], Value::Null, "it has one");
        with(&secret).post("/revoke", &[("token", "x")]).await.ok_empty();

        // client_secret_jwt is checked with the secret itself, which is not kept for other methods.
        let jwt = run(&["client", "update", "app", "--auth-method", "client_secret_jwt", "--json"]).await.done().json();
        assert!(jwt["client_secret"].is_string(), "{jwt}");
        run(&["client", "update", "app", "--public"]).await.done();
        run(&["client", "update", "app", "--confidential"]).await.done();
        // The commands have the system's clock, this server its own.
        server.advance(Duration::from_secs(60));
        with(&secret).post("/revoke", &[("token", "x")]).await.refused(401, "invalid_client");
        for arguments in [&["--public", "--confidential"][..], &["--public", "--auth-method", "client_secret_basic"]] {
            assert_eq!(run(&[&["client", "update", "app"], arguments].concat()).await.code, 2, "{arguments:?}");
        }
    }

    /// What begins with a dash reads as an option: no new client is called so, and those that are can be named after `--`.
    async fn ids_that_begin_with_a_dash_are_refused_and_can_be_named(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str]| server.ground.command(arguments).await;
        let refused = run(&["client", "create", "App", "--id=-app", "--public", "--redirect-uri", "https://app.example/"]).await;
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("must not begin with -"), "{}", refused.stderr);
        run(&["client", "create", "--id", "app", "--public", "--redirect-uri", "https://app.example/", "--", "-App"]).await.done();
        server.database().execute("UPDATE clients SET client_id = '-app' WHERE client_id = 'app'").await;
        run(&["client", "show", "--", "-app"]).await.done();
        run(&["client", "update", "--confidential", "--", "-app"]).await.done();
        run(&["client", "rotate-secret", "--", "-app"]).await.done();
        run(&["client", "delete", "--json", "--", "-app"]).await.done().json();
        let declared = TestServer::with(db).client(Client::public("spa")).client(Client::public("spa").with("client_id", "-spa")).prepare();
        assert_eq!(declared.command(&["config", "check"]).await.code, 2);
    }
}

/// One check for `config check` and `serve`: every fault of every declared client and resource, with those of the other keys, by key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn config_check_refuses_what_serve_refuses() {
    let bad = TestServer::with(Database::Sqlite)
        .client(Client::confidential("shop").without("client_secret").with("redirect_uris", json!(["javascript:x"])))
        .client(Client::public("spa").with("client_secret", "a secret that it cannot have"))
        .client(Client::public("spa"))
        .client(Client::public("typo").with("redirect_uri", "https://typo.example/").with("first_party", "yes").with("client_name", ""))
        .client(Client::public("0190a2b4-7c1e-7000-8000-000000000000"))
        .client(Client::confidential("short").with("client_secret", "short"))
        .resource_document(
            json!({ "identifier": "https://api.example", "name": "", "scopes": { "openid": "x", "mute": "" }, "access_token_lifetime": 5 }),
        )
        .resource_document(json!({ "identifier": "not a uri", "name": "X", "nmae": "Y" }))
        .resource_document(json!({ "identifier": "https://api.example", "name": "Twice" }))
        .setting("tokens.access_token_lifetime", "soon")
        .prepare();
    let mut answers = Vec::new();
    for command in [&["config", "check"][..], &["serve"], &["client", "list"], &["config", "show"]] {
        let refused = bad.command(command).await;
        assert_eq!(refused.code, 2, "{command:?} {refused:?}");
        answers.push(refused.stderr);
    }
    for key in [
        "tokens.access_token_lifetime:",
        "clients[0].client_secret:",
        "clients[0].redirect_uris:",
        "clients[1].client_secret:",
        "clients[2].client_id:",
        "clients[3].redirect_uri:",
        "clients[3].first_party:",
        "clients[3].client_name:",
        "clients[4].client_id:",
        "clients[5].client_secret:",
        "resources[0].name:",
        "resources[0].scopes: openid is a standard scope",
        "resources[0].scopes: mute needs 1 to 200 characters of words",
        "resources[0].access_token_lifetime:",
        "resources[1].identifier:",
        "resources[1].nmae:",
        "resources[2].identifier:",
    ] {
        assert!(answers[0].contains(&format!("  {key}")), "{key} is missing in {}", answers[0]);
    }
    assert!(!answers[0].contains("a secret that it cannot have"));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    TestServer::with(Database::Sqlite).prepare().command(&["config", "check"]).await.done();
}
