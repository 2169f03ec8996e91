//! `ostiary doctor`, `ostiary doctor client` and `ostiary client create --for`: issue 4, section 5.

use crate::both;
use crate::support::database::until;
use crate::support::listener::Listener;
use crate::support::prelude::*;
use crate::support::process::Printed;
use crate::support::setup::{MASTER_KEY, redirect_uri_of};

const API: &str = "https://api.example";

/// What doctor found in a place: its verdict, and what it found there.
fn found(printed: &Printed, place: &str) -> Vec<(String, String)> {
    let document = printed.json();
    let findings = document["findings"].as_array().unwrap().iter().filter(|finding| finding["place"] == place);
    findings.map(|finding| (finding["verdict"].as_str().unwrap().to_owned(), finding["found"].as_str().unwrap().to_owned())).collect()
}

/// The newest refusal of a client; they are written down once a second, and when a server stops.
async fn newest_refusal(server: &TestServer, client_id: &str) -> Value {
    ostiary::housekeeping::write_refusals(server.app()).await.unwrap();
    let document = server.ground.command(&["doctor", "client", client_id, "--json"]).await.done().json();
    document["refusals"][0].clone()
}

both! {
    /// A server that is well: each place is looked at, through the issuer's URL.
    async fn an_installation_that_is_well_is_told_so(db) {
        let server = ServerProcess::start(db).await;
        let printed = server.command(&["doctor", "--json"]).await.done();
        for place in ["configuration", "database", "master key", "signing keys", "issuer", "clock", "proxy", "mail"] {
            let findings = found(&printed, place);
            assert!(!findings.is_empty() && findings.iter().all(|(verdict, _)| verdict == "ok"), "{place}: {}", printed.stdout);
        }
        assert_eq!(printed.json()["well"], true);
    }

    /// What is wrong is found where it is, with exit code 1, and nothing is changed.
    async fn what_is_wrong_is_found_where_it_is(db) {
        let mut server = ServerProcess::start(db).await;
        let with = async |key: &str, value: Value| {
            let mut ground = server.ground.replica();
            ground.change(key, toml::Value::try_from(value).unwrap());
            ground.command(&["doctor", "--json"]).await
        };
        let other_issuer = with("issuer", json!(format!("http://127.0.0.1:{}", server.ground.port))).await;
        assert_eq!((other_issuer.code, found(&other_issuer, "issuer")[0].0.as_str()), (1, "ill"), "{}", other_issuer.stdout);
        let other_key = with("master_key", json!("b3RoZXIgbWFzdGVyIGtleSBmb3IgdGhlIHRlc3RzISE=")).await;
        assert_eq!(found(&other_key, "start")[0].0, "ill", "{}", other_key.stdout);
        assert!(found(&other_key, "start")[0].1.contains("master key") && !other_key.stdout.contains(MASTER_KEY));
        let silent = json!({ "transport": "smtp", "from": "id@example.com" });
        let mut ground = server.ground.replica();
        ground.change("mail", toml::Value::try_from(silent).unwrap());
        ground.change("smtp", toml::Value::try_from(json!({ "host": "localhost", "port": 9, "tls": "none" })).unwrap());
        let no_mail = ground.command(&["doctor", "--json"]).await;
        assert_eq!(found(&no_mail, "mail")[0].0, "ill", "{}{}", no_mail.stdout, no_mail.stderr);
        server.terminate().await;
        let gone = server.command(&["doctor", "--json"]).await;
        assert_eq!((gone.code, found(&gone, "issuer")[0].0.as_str()), (1, "ill"), "{}", gone.stdout);
        assert!(found(&gone, "database").iter().all(|(verdict, _)| verdict == "ok"));
    }

    /// docs/operations.md, "Is it well?": a look changes and makes nothing, and what a command's own file declares is declared by a server's
    /// start alone.
    async fn no_command_declares_what_its_file_says(db) {
        let server = ServerProcess::start(db).await;
        let database = &server.ground.database;
        let enabled = async || database.texts("SELECT client_id FROM clients WHERE enabled").await.len();
        let (before, rows) = (enabled().await, database.row_counts().await);
        assert!(before > 1);
        let mut elsewhere = server.ground.replica();
        let folder = server.ground.folder.path().join("elsewhere");
        elsewhere.forget("clients");
        elsewhere.change("data_dir", folder.display().to_string());
        for words in [&["doctor"][..], &["doctor", "client", "shop"], &["client", "list"]] {
            elsewhere.command(words).await;
            assert_eq!((enabled().await, database.row_counts().await), (before, rows.clone()), "{words:?}");
            assert!(!folder.exists(), "{words:?}");
        }
    }

    /// security.md A31, RFC 8693 §4.4: addresses that are never called, and rules that name nobody and nothing, each with its client.
    async fn what_a_client_is_registered_with_and_never_works_is_told(db) {
        let rule = |of: &str, scope: &str| json!([{ "subject_client": of, "resources": [API], "scope": scope }]);
        let service = |id: &str, rules: Value| {
            Client::service(id)
                .with("grant_types", json!(["urn:ietf:params:oauth:grant-type:token-exchange"]))
                .with("resources", json!([API]))
                .with("token_exchange", rules)
        };
        let server = TestServer::with(db)
            .resource(API, &["orders:read"])
            .client(Client::confidential("main").with("may_act", "nobody"))
            .client(service("right", rule("main", "orders:read email")))
            .client(service("wrong", rule("mian", "orders:read orders:raed")))
            .start_process()
            .await;
        let inner = "https://10.0.0.1/x";
        let told = ["client", "create", "T", "--id", "told", "--redirect-uri", "https://a.example/cb", "--backchannel-logout-uri", inner];
        server.command(&told).await.done();
        let keys = ["client", "create", "K", "--id", "keys", "--grant-type", "client_credentials", "--auth-method", "private_key_jwt"];
        server.command(&[&keys[..], &["--resource", API, "--jwks-uri", inner]].concat()).await.done();
        let printed = server.command(&["doctor", "--json"]).await;
        let said = found(&printed, "clients");
        let is_told =
            |verdict: &str, words: &[&str]| said.iter().any(|(is, text)| is == verdict && words.iter().all(|word| text.contains(word)));
        assert_eq!((printed.code, said.len()), (1, 5), "{}", printed.stdout);
        assert!(is_told("ill", &["told", "backchannel_logout_uri", inner]) && is_told("ill", &["keys", "jwks_uri", inner]), "{said:?}");
        assert!(is_told("unwise", &["main", "may_act", "nobody"]) && is_told("unwise", &["wrong", "mian", "not there"]), "{said:?}");
        assert!(is_told("unwise", &["wrong", "orders:raed"]), "{said:?}");
    }

    /// How a request looks on arrival is told to who holds the master key, and to nobody else.
    async fn strangers_learn_nothing_from_the_doctors_endpoint(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        for query in ["", "?ticket=", "?ticket=x", "?ticket=a&ticket=b"] {
            assert_eq!(shop.get(&format!("/health/request{query}"), &[]).await.status, 404, "{query}");
        }
    }

    /// Each refusal is told by its request id with what to change, and without a secret.
    async fn a_developer_reads_why_a_client_was_refused(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let unknown = format!("{}/", redirect_uri_of("shop"));
        let mut browser = Browser::new(&server);

        browser.open(&shop.authorization_request().with("redirect_uri", &unknown).url()).await;
        let refusal = newest_refusal(&server, "shop").await;
        assert_eq!((refusal["endpoint"].as_str(), refusal["sent"].as_str()), (Some("GET /authorize"), Some(unknown.as_str())));
        assert!(browser.describe().contains(refusal["request_id"].as_str().unwrap()), "the page has the same id");

        server.advance(Duration::from_secs(1));
        browser.open(&shop.authorization_request().without("code_challenge").without("code_challenge_method").url()).await;
        let refusal = newest_refusal(&server, "shop").await;
        assert_eq!(refusal["error"], "invalid_request");
        assert!(refusal["description"].as_str().unwrap().contains("code_challenge"), "{refusal}");

        server.advance(Duration::from_secs(1));
        let body = "grant_type=authorization_code&code=planted-code&client_id=shop&client_secret=planted-secret";
        let reply = shop.post_raw("/token", &[], body).await;
        let refusal = newest_refusal(&server, "shop").await;
        assert_eq!((refusal["error"].as_str(), refusal["cause"].as_str()), (Some("invalid_client"), Some("wrong secret")));
        assert_eq!(refusal["request_id"], reply.header("x-request-id"));
        let advice = refusal["advice"].as_str().unwrap();
        assert!(advice.contains("client_secret") && !advice.contains("rotate-secret"), "it is declared: {advice}");

        server.advance(Duration::from_secs(1));
        shop.post("/token", &[("grant_type", "password"), ("username", "a"), ("password", "planted-password")]).await;
        assert_eq!(newest_refusal(&server, "shop").await["error"], "unsupported_grant_type");

        let all = server.ground.command(&["doctor", "client", "shop"]).await.done().stdout;
        assert!(!all.contains("planted"), "{all}");
        let nobody = server.ground.command(&["doctor", "client", "nobody"]).await;
        assert_eq!(nobody.code, 1);
    }

    /// RFC 7521 §4.2: an assertion names its client by itself. The advice is about what is wrong, not about the way.
    async fn a_wrong_assertion_is_told_to_its_client(db) {
        let server = TestServer::with(db).client(Client::service("job").with("token_endpoint_auth_method", "client_secret_jwt").with("client_secret", "x".repeat(40))).start().await;
        let job = Application::of(&server, "job");
        let claims = json!({ "iss": "job", "sub": "job", "aud": "https://elsewhere.example", "jti": "one", "exp": server.now() + 60 });
        let assertion = crate::support::jwt::sign_with_secret(&"x".repeat(40), &claims);
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let body = format!("grant_type=client_credentials&client_assertion={assertion}&client_assertion_type={kind}");
        job.post_raw("/token", &[], body).await.refused(401, "invalid_client");
        let refusal = newest_refusal(&server, "job").await;
        assert!(refusal["cause"].as_str().unwrap().contains("aud"), "{refusal}");
        assert!(refusal["advice"].as_str().unwrap().starts_with("The way is the right one"), "{refusal}");

        server.advance(Duration::from_secs(1));
        let claims = json!({ "iss": "job", "sub": "job", "aud": server.issuer, "jti": "two", "exp": server.now() + 60 });
        let assertion = crate::support::jwt::sign_with_secret(&"x".repeat(40), &claims);
        let body = format!("grant_type=client_credentials&scope=openid&client_assertion={assertion}&client_assertion_type={kind}");
        job.post_raw("/token", &[], body).await.refused(400, "invalid_scope");
        let refusal = newest_refusal(&server, "job").await;
        assert!(refusal["advice"].as_str().unwrap().contains("acts for nobody"), "{refusal}");
    }

    /// What a query held is not kept, and the advice is not about what stands in its place.
    async fn a_redirect_uri_with_a_query_is_advised_about_as_it_was_sent(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let make = ["client", "create", "Wiki", "--id", "wiki", "--redirect-uri", "https://wiki.example/cb", "--json"];
        server.ground.command(&make).await.done();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        let advice = async |client_id: &str, uri: &str| {
            server.advance(Duration::from_secs(1));
            reqwest::get(shop.authorization_request().with("client_id", client_id).with("redirect_uri", uri).url()).await.unwrap();
            let refusal = newest_refusal(&server, client_id).await;
            assert!(!refusal.to_string().contains("acme"), "{refusal}");
            refusal["advice"].as_str().unwrap().to_owned()
        };
        let told = "register the one that it sends, with its own values in the place of …: ostiary client update --add-redirect-uri URI wiki";
        assert_eq!(advice("wiki", "https://elsewhere.test/?tenant=acme&x=acme").await, format!("R{}", &told[1..]));
        let near = format!("Change the application to send the one that is registered: https://wiki.example/cb\n    Or {told}");
        assert_eq!(advice("wiki", "https://wiki.example/cb?t=acme").await, near);
        assert!(advice("wiki", "http://wiki.example/cb?t=acme").await.contains("cannot be registered: it must use https"));
        assert!(advice("wiki", "https://wiki.example/cb#acme").await.contains("cannot be registered: it must not have a fragment"));
        let declared = advice("shop", "https://elsewhere.test/?tenant=acme").await;
        assert!(declared.contains("its own values") && declared.contains("redirect_uris of shop in the configuration"), "{declared}");
    }

    /// RP-Initiated Logout §3: where people would not be sent after signing out is told as where they would not be sent after signing in.
    async fn a_developer_reads_why_a_sign_out_led_nowhere(db) {
        let server = TestServer::start(db).await;
        let make = ["client", "create", "Wiki", "--id", "wiki", "--redirect-uri", "https://wiki.example/cb"];
        let after = ["--post-logout-redirect-uri", "https://wiki.example/"];
        server.ground.command(&[&make[..], &after[..]].concat()).await.done();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        let sent = "https://wiki.example/bye";
        let url = url::Url::parse_with_params(&server.at("/logout"), [("client_id", "wiki"), ("post_logout_redirect_uri", sent)]).unwrap();
        assert_eq!(reqwest::get(url).await.unwrap().status().as_u16(), 400);
        let refusal = newest_refusal(&server, "wiki").await;
        assert_eq!((refusal["endpoint"].as_str(), refusal["sent"].as_str()), (Some("GET /logout"), Some(sent)));
        let advice = refusal["advice"].as_str().unwrap();
        assert!(advice.contains("the one that is registered: https://wiki.example/\n"), "{advice}");
        assert!(advice.ends_with(&format!("ostiary client update --add-post-logout-redirect-uri {sent} wiki")), "{advice}");
        let lines = server.ground.command(&["doctor", "client", "wiki"]).await.done().stdout;
        assert!(lines.contains("  have  https://wiki.example/\n") && !lines.contains("  have  https://wiki.example/cb\n"), "{lines}");
    }

    /// Back-Channel Logout §2.5: which sign-outs did not arrive, and why, is told to the client's developer with what to change, and to the
    /// operator until they have arrived.
    async fn a_developer_reads_why_a_sign_out_did_not_arrive(db) {
        let (busy, lost) = (Listener::answering("503 Service Unavailable").await, Listener::answering("404 Not Found").await);
        let told = |id: &str, uri: &str| Client::confidential(id).first_party().with("backchannel_logout_uri", uri);
        let gone = "http://127.0.0.1:9/told";
        let server =
            TestServer::with(db).client(told("shop", &busy.uri)).client(told("wiki", &lost.uri)).client(told("gone", gone)).start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for id in ["shop", "wiki", "gone"] {
            Application::of(&server, id).sign_in(&mut browser, &alice).await;
        }
        browser.open("/logout").await;
        browser.press("Sign out").await;
        let tried = async || server.database().number("SELECT count(*) FROM logout_failures").await == 3;
        until("each was tried", tried).await;

        let told_of = async |id: &str| server.ground.command(&["doctor", "client", id, "--json"]).await.done().json()["logouts"].clone();
        let shop = told_of("shop").await;
        assert_eq!((&shop["waiting"], &shop["failures"][0]["given_up"]), (&json!(1), &json!(0)), "{shop}");
        assert_eq!(shop["failures"][0]["why"], "it answered with status 503");
        let wiki = told_of("wiki").await;
        assert_eq!((&wiki["waiting"], &wiki["failures"][0]["given_up"]), (&json!(0), &json!(1)), "{wiki}");
        let advice = wiki["failures"][0]["advice"].as_str().unwrap();
        assert!(advice.contains(&lost.uri) && advice.contains("backchannel_logout_uri of wiki in [[clients]]"), "{advice}");
        assert!(told_of("gone").await["failures"][0]["why"].as_str().unwrap().starts_with("it could not be reached: "));
        let lines = server.ground.command(&["doctor", "client", "wiki"]).await.done().stdout;
        assert!(lines.contains("it answered with status 404\n  given up for 1 sessions since "), "{lines}");
        let said = async || found(&server.ground.command(&["doctor", "--json"]).await, "clients");
        let is_told = |said: &[(String, String)], id: &str| said.iter().any(|(verdict, text)| verdict == "unwise" && text.starts_with(id));
        let before = said().await;
        assert!(["shop", "wiki", "gone"].iter().all(|id| is_told(&before, id)), "{before:?}");

        *busy.status.lock().unwrap() = "200 OK";
        server.advance(Duration::from_secs(31));
        ostiary::backchannel_logout::deliver_due(server.app()).await.unwrap();
        let left = async || server.database().number("SELECT count(*) FROM logout_deliveries WHERE client_id = 'shop'").await;
        until("the shop was told", async || left().await == 0).await;
        assert!(!is_told(&said().await, "shop"), "it has arrived");
        server.database().execute("DELETE FROM logout_deliveries").await;
        server.advance(Duration::from_secs(8 * 86_400));
        ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
        assert_eq!(server.database().number("SELECT count(*) FROM logout_failures").await, 0);
    }

    /// RFC 6749 §5.2, RFC 8707 §2: what was refused is named, with the API that owns it and a command that adds it and keeps the rest.
    async fn a_developer_reads_which_scope_or_api_was_refused(db) {
        const JOBS: &str = "https://jobs.example";
        let server = TestServer::with(db).resource(JOBS, &["jobs:read"]).resource("https://other.example", &["other:write"]).start().await;
        let make = ["client", "create", "Job", "--id", "job", "--grant-type", "client_credentials", "--resource", JOBS, "--json"];
        let made = server.ground.command(&make).await.done().json();
        let secret = made["client_secret"].as_str().unwrap();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        let ask = async |name: &str, value: &str| {
            server.advance(Duration::from_secs(1));
            let form = [("grant_type", "client_credentials"), (name, value), ("client_id", "job"), ("client_secret", secret)];
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            let status = Application::of(&server, "shop").post_raw("/token", &[], &body).await.status;
            (status, newest_refusal(&server, "job").await)
        };
        let (status, refusal) = ask("scope", "jobs:read other:write").await;
        assert_eq!((status, refusal["error"].as_str(), refusal["sent"].as_str()), (400, Some("invalid_scope"), Some("jobs:read other:write")));
        let add = "ostiary client update --add-resource https://other.example job";
        assert_eq!(refusal["advice"], format!("other:write is of https://other.example. Let the client ask for it: {add}"));
        assert!(ask("scope", "nobodys").await.1["advice"].as_str().unwrap().contains("No API has the scope nobodys."));
        let (_, refusal) = ask("resource", "https://other.example").await;
        assert_eq!((refusal["error"].as_str(), refusal["sent"].as_str()), (Some("invalid_target"), Some("https://other.example")));
        assert_eq!(refusal["advice"], format!("Let the client ask for this API: {add}"));
        assert!(ask("resource", "https://jobs.example/").await.1["advice"].as_str().unwrap().ends_with("registered: https://jobs.example"));
        let lines = server.ground.command(&["doctor", "client", "job"]).await.done().stdout;
        assert!(lines.contains("  have  https://jobs.example\n") && !lines.contains(secret), "{lines}");

        server.ground.command(&add.split(' ').skip(1).collect::<Vec<_>>()).await.done();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        let kept = server.ground.command(&["client", "show", "job", "--json"]).await.done().json();
        assert_eq!(kept["metadata"]["resources"], json!([JOBS, "https://other.example"]));
        assert_eq!(ask("scope", "jobs:read other:write").await.0, 200);
        server.ground.command(&["client", "update", "job", "--remove-resource", JOBS]).await.done();
        assert_eq!(server.ground.command(&["client", "update", "job", "--remove-resource", JOBS]).await.code, 2);

        server.advance(Duration::from_secs(1));
        let exchange = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=x&subject_token_type=urn:ietf:params:oauth:token-type:access_token";
        Application::of(&server, "shop").post_raw("/token", &[], &format!("{exchange}&client_id=job&client_secret={secret}")).await;
        let refusal = newest_refusal(&server, "job").await;
        assert!(refusal["error"] == "unauthorized_client" && refusal["advice"].as_str().unwrap().contains("token_exchange"), "{refusal}");
    }

    /// Anybody can name a client: however many requests come, a bounded number is kept, and none of clients that do not exist.
    async fn refusals_are_bounded(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        for _ in 0..3 {
            for _ in 0..30 {
                shop.post_raw("/token", &[], "grant_type=refresh_token&client_id=shop&client_secret=x").await;
                shop.post_raw("/token", &[], "grant_type=refresh_token&client_id=ghost&client_secret=x").await;
            }
            ostiary::housekeeping::write_refusals(server.app()).await.unwrap();
        }
        let kept = server.database().number("SELECT COUNT(*) FROM refusals").await;
        assert!((1..=20).contains(&kept), "{kept}");
        server.advance(Duration::from_secs(8 * 86_400));
        ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
        assert_eq!(server.database().number("SELECT COUNT(*) FROM refusals").await, 0);
    }

    /// Every kind of client is made with settings that work, and its recipe has what a library needs.
    async fn a_kind_of_client_comes_with_lines_to_paste(db) {
        let server = TestServer::start(db).await;
        for (kind, public, redirects) in [
            ("nextjs", false, true),
            ("web", false, true),
            ("payload", false, true),
            ("spa", true, true),
            ("native", true, true),
            ("express", false, false),
            ("machine", false, false),
            ("nginx", false, false),
        ] {
            let made = server.ground.command(&["client", "create", kind, "--for", kind, "--resource", API, "--json"]).await.done().json();
            let paste = made["paste"].as_str().unwrap();
            assert!(paste.contains(server.issuer.as_str()), "{kind}: {paste}");
            assert_eq!(made["client_secret"].is_null(), public, "{kind}");
            assert_eq!(made["metadata"]["redirect_uris"].as_array().is_some_and(|uris| !uris.is_empty()), redirects, "{kind}");
            if let Some(secret) = made["client_secret"].as_str() {
                assert!(paste.contains(secret) && paste.contains(made["client_id"].as_str().unwrap()), "{kind}: {paste}");
            }
        }
        let elsewhere = ["client", "create", "A", "--for", "web", "--url", "https://shop.example/", "--json"];
        let made = server.ground.command(&elsewhere).await.done().json();
        assert_eq!(made["metadata"]["redirect_uris"], json!(["https://shop.example/callback"]));
        let without_api = server.ground.command(&["client", "create", "B", "--for", "machine"]).await;
        assert!(without_api.code == 2 && without_api.stderr.contains("ostiary resource create"), "{}", without_api.stderr);
    }

    /// What a machine's recipe says works as it stands, whatever the client is called (RFC 6749 §2.3.1).
    async fn the_recipe_of_a_machine_works_when_pasted(db) {
        let server = TestServer::start(db).await;
        for id in ["job", "urn:company:job", "a+b%3A'c"] {
            let create = |kind| ["client", "create", "Job", "--id", id, "--for", kind, "--resource", API, "--json"];
            let made = server.ground.command(&create("machine")).await.done().json();
            ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
            let paste = made["paste"].as_str().unwrap();
            let command = paste[paste.find("curl").unwrap()..].split("\n\n").next().unwrap();
            let output = tokio::process::Command::new("sh").arg("-c").arg(command.replacen("curl", "curl -s", 1)).output().await.unwrap();
            let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{command}\n{output:?}"));
            assert_eq!(answer["scope"], "orders:read orders:write", "{id}: {answer}");

            server.ground.command(&["client", "delete", id]).await.done();
            let made = server.ground.command(&create("nginx")).await.done().json();
            ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
            let paste = made["paste"].as_str().unwrap();
            let command = paste[paste.find("TOKEN=").unwrap()..].split("\ncurl -i").next().unwrap();
            let output = tokio::process::Command::new("sh").arg("-c").arg(format!("{command}\necho \"$TOKEN\"")).output().await.unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout).split('.').count(), 3, "{id}: {command}\n{output:?}");
            server.ground.command(&["client", "delete", id]).await.done();
        }
    }
}

/// What is between the quotes of a recipe's JavaScript or command stays there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_apostrophe_does_not_break_the_lines_to_paste() {
    let server = TestServer::start(Database::Sqlite).await;
    let create = |kind| ["client", "create", "A", "--for", kind, "--url", "https://shop.example/o'neil", "--resource", API, "--json"];
    let made = server.ground.command(&create("spa")).await.done().json();
    let paste = made["paste"].as_str().unwrap();
    assert!(paste.contains(r"redirect_uri: 'https://shop.example/o\'neil/callback',"), "{paste}");
    assert!(paste.contains(r"post_logout_redirect_uri: 'https://shop.example/o\'neil/',"), "{paste}");
    let made = server.ground.command(&create("nginx")).await.done().json();
    assert!(made["paste"].as_str().unwrap().contains(r"'https://shop.example/o'\''neil/'"), "{made}");
}

/// Where the sent URI differs from the registered one is marked, for the eyes of a client's developer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_developer_sees_where_a_uri_differs() {
    let server = TestServer::start(Database::Sqlite).await;
    let shop = Application::of(&server, "shop");
    let sent = format!("{}/x", redirect_uri_of("shop"));
    let page = reqwest::get(shop.authorization_request().with("redirect_uri", &sent).url()).await.unwrap();
    let html = page.text().await.unwrap();
    assert!(html.contains("<mark>/x</mark>"), "{html}");
}
