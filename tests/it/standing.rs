//! One policy on every way (security.md T16): each reason to refuse, tried on each way to a token and to what a token opens.

use crate::both;
use crate::support::application::Authentication;
use crate::support::prelude::*;
use crate::support::setup::secret_of;

const API: &str = "https://api.example";
const STOCK: &str = "https://stock.example";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Everything that a person and an app hold before something ends.
struct Held {
    person: Person,
    browser: Browser,
    app: Application,
    api: Application,
    request: AuthorizationRequest,
    code: String,
    online: Tokens,
    offline: Tokens,
}

/// The ways, in the order in which [`Held::open_ways`] tries and tells them.
const WAYS: [&str; 13] = [
    "code",
    "refresh",
    "refresh offline",
    "introspect",
    "introspect offline",
    "exchange",
    "exchange offline",
    "introspect refresh token",
    "userinfo",
    "userinfo offline",
    "authorize",
    "account",
    "client_credentials",
];

impl Held {
    async fn of(server: &TestServer, app: &str) -> Self {
        let person = Person::new(&format!("P-{app} Doe"));
        let mut browser = person.signed_in(server).await;
        let (app, api) = (Application::of(server, app), Application::of(server, "api"));
        let scope = |scope: &str| app.authorization_request().with("scope", scope);
        let online = app.sign_in_with(&mut browser, &person, &scope("openid email orders:read")).await;
        let offline = app.sign_in_with(&mut browser, &person, &scope("openid email orders:read offline_access")).await;
        let request = scope("openid email");
        let code = person.authorize(&mut browser, &request).await.code().to_owned();
        Self { person, browser, app, api, request, code, online, offline }
    }

    /// The ways that are still open.
    async fn open_ways(&mut self) -> Vec<&'static str> {
        let Self { app, api, online, offline, .. } = self;
        let mut open = Vec::new();
        // Introspection first: the token of the generation before is not active.
        let by_api = async |token: &str| api.is_active(token).await;
        let introspected = (by_api(&online.access_token).await, by_api(&offline.access_token).await);
        let exchanged = (exchange(api, &online.access_token).await, exchange(api, &offline.access_token).await);
        let own = app.post("/introspect", &[("token", offline.refresh_token())]).await;
        let (info, info_offline) = (app.userinfo(&online.access_token).await, app.userinfo(&offline.access_token).await);
        let silent = self.browser.open(&app.authorization_request().with("scope", "openid email").with("prompt", "none").url()).await;
        let authorized = matches!(&silent, Arrival::Landed(landed) if landed.params.contains_key("code"));
        self.browser.open("/account").await;
        let account = self.browser.heading() == "Your account";
        let redeemed = app.redeem(&self.request, &self.code).await;
        let refreshed = app.refresh(online.refresh_token()).await;
        let refreshed_offline = app.refresh(offline.refresh_token()).await;
        let machine = app.client_credentials(&[]).await;
        for reply in [&own, &info, &info_offline, &redeemed, &refreshed, &refreshed_offline, &machine, &exchanged.0, &exchanged.1] {
            assert!(reply.status == 200 || [400, 401].contains(&reply.status), "a refusal is no fault: {reply:?}");
        }
        let own_is_active = own.status == 200 && own.json()["active"] == true;
        for (way, is_open) in WAYS.into_iter().zip([
            redeemed.status == 200,
            refreshed.status == 200,
            refreshed_offline.status == 200,
            introspected.0,
            introspected.1,
            exchanged.0.status == 200,
            exchanged.1.status == 200,
            own_is_active,
            info.status == 200,
            info_offline.status == 200,
            authorized,
            account,
            machine.status == 200,
        ]) {
            if is_open {
                open.push(way);
            }
        }
        open
    }
}

/// The API exchanges a token that it was sent for one of its own (RFC 8693).
async fn exchange(api: &Application, token: &str) -> Reply {
    let subject =
        [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")];
    api.post("/token", &[&subject[..], &[("resource", API)]].concat()).await
}

/// First-party apps that may use every grant type, one for each reason, and an API that goes on for people with what it gets.
fn setup(db: Database, reasons: &[&str]) -> Setup {
    let rules: Vec<_> = reasons.iter().map(|app| json!({ "subject_client": app, "resources": [API], "scope": "orders:read" })).collect();
    let api = Client::service("api").with("serves", json!([API])).with("resources", json!([API])).with("token_exchange", rules);
    let api = api.with("grant_types", json!([EXCHANGE, "client_credentials"]));
    let setup = TestServer::with(db).resource(API, &["orders:read"]).client(api);
    reasons.iter().fold(setup, |setup, reason| {
        let app = Client::confidential(reason).first_party().with("resources", json!([API]));
        setup.client(app.with("grant_types", json!(["authorization_code", "refresh_token", "client_credentials"])))
    })
}

async fn reload(server: &TestServer) {
    server.app().clients.reload(&server.app().storage).await.unwrap();
}

async fn without_grant_type(server: &TestServer, client_id: &str, grant_type: &str) {
    with_metadata(server, client_id, |metadata| metadata["grant_types"].as_array_mut().unwrap().retain(|known| known != grant_type)).await;
}

/// Changes a client's metadata as a command would, and lets the server read it.
async fn with_metadata(server: &TestServer, client_id: &str, change: impl FnOnce(&mut Value)) {
    let before = server.database().texts(&format!("SELECT metadata FROM clients WHERE client_id = '{client_id}'")).await.remove(0);
    let mut metadata: Value = serde_json::from_str(&before).unwrap();
    change(&mut metadata);
    let metadata = metadata.to_string().replace('\'', "''");
    server.database().execute(&format!("UPDATE clients SET metadata = '{metadata}' WHERE client_id = '{client_id}'")).await;
    reload(server).await;
}

both! {
    /// security.md T16, C7, R6, R8, I2, I7: every grant type and everything that honours a token, by every reason to refuse.
    async fn every_reason_to_refuse_holds_on_every_way(db) {
        let reasons = [
            "nothing", "user-disabled", "user-deleted", "user-leaving", "password-set", "sessions-ended", "signed-out", "app-removed", "grant-revoked", "client-disabled",
            "client-deleted", "no-code-grant", "no-refresh-grant", "no-machine-grant", "expired",
        ];
        let server = setup(db, &reasons).start().await;
        let run = async |arguments: &[&str]| server.ground.command(arguments).await.done();
        for reason in reasons {
            let mut held = Held::of(&server, reason).await;
            let email = held.person.email.clone();
            let machine_only = vec!["client_credentials"];
            let offline_only = ["refresh offline", "introspect offline", "exchange offline", "introspect refresh token", "userinfo offline", "client_credentials"].to_vec();
            let expected: Vec<&str> = match reason {
                "nothing" => WAYS.to_vec(),
                "user-disabled" => {
                    run(&["user", "disable", &email]).await;
                    machine_only
                }
                "user-deleted" => {
                    run(&["user", "delete", &email]).await;
                    machine_only
                }
                "user-leaving" => {
                    // Nothing was ended: the rule alone refuses.
                    server.database().execute(&format!("UPDATE users SET deletion_due_at = 9000000000000000 WHERE email = '{email}'")).await;
                    machine_only
                }
                "password-set" => {
                    // The operator's answer to a stolen password: everything of before ends.
                    set_password(&server, &email, "a password of the operator's").await;
                    machine_only
                }
                "sessions-ended" => {
                    run(&["session", "end", &email]).await;
                    offline_only
                }
                "signed-out" => {
                    held.browser.open("/logout").await;
                    held.browser.press("Sign out").await;
                    offline_only
                }
                "app-removed" => {
                    held.browser.open("/account/apps").await;
                    held.browser.press("Remove").await;
                    // A first-party app needs no consent: a sign-in that was under way, and the next, go on.
                    vec!["code", "authorize", "account", "client_credentials"]
                }
                "grant-revoked" => {
                    held.app.revoke(held.offline.refresh_token()).await;
                    let mut all = WAYS.to_vec();
                    all.retain(|way| !way.contains("offline") && *way != "introspect refresh token");
                    all
                }
                "client-disabled" => {
                    server.database().execute(&format!("UPDATE clients SET enabled = FALSE WHERE client_id = '{reason}'")).await;
                    reload(&server).await;
                    vec!["account"]
                }
                "client-deleted" => {
                    server.database().execute(&format!("DELETE FROM clients WHERE client_id = '{reason}'")).await;
                    reload(&server).await;
                    vec!["account"]
                }
                "no-code-grant" => {
                    without_grant_type(&server, reason, "authorization_code").await;
                    vec!["account", "client_credentials"]
                }
                "no-refresh-grant" => {
                    without_grant_type(&server, reason, "refresh_token").await;
                    let mut all = WAYS.to_vec();
                    all.retain(|way| !way.contains("refresh"));
                    all
                }
                "no-machine-grant" => {
                    without_grant_type(&server, reason, "client_credentials").await;
                    let mut all = WAYS.to_vec();
                    all.retain(|way| *way != "client_credentials");
                    all
                }
                _ => {
                    server.advance(Duration::from_secs(91 * 86_400));
                    machine_only
                }
            };
            assert_eq!(held.open_ways().await, expected, "{reason}");
        }
    }

    /// security.md R8: a scope that an API gives up is in no token from then on, also of a client that is registered for it by name; nor is one
    /// of an API that is deleted.
    async fn what_an_api_gives_up_is_in_no_new_token(db) {
        let scope = "openid orders:read orders:admin stock:read offline_access";
        let server = TestServer::with(db)
            .client(Client::confidential("shop").first_party().with("resources", json!([API, STOCK])).with("scope", scope))
            .start()
            .await;
        let run = async |arguments: &[&str]| {
            server.ground.command(arguments).await.done();
            for topic in [ostiary::storage::Topic::Resources, ostiary::storage::Topic::Clients] {
                ostiary::housekeeping::reload(server.app(), topic).await.unwrap();
            }
        };
        run(&["resource", "create", API, "--name", "Orders", "--scope", "orders:read=See your orders", "--scope", "orders:admin=Change all orders"]).await;
        run(&["resource", "create", STOCK, "--name", "Stock", "--scope", "stock:read=See the stock"]).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let shop = Application::of(&server, "shop");
        let request = shop.authorization_request().with("scope", scope);
        let tokens = shop.sign_in_with(&mut browser, &alice, &request).await;
        assert!(tokens.scope().contains("orders:admin") && tokens.scope().contains("stock:read"), "{}", tokens.scope());
        let code = alice.authorize(&mut browser, &request).await.code().to_owned();
        run(&["resource", "update", API, "--remove-scope", "orders:admin"]).await;
        with_metadata(&server, "shop", |metadata| metadata["resources"] = json!([API])).await;
        run(&["resource", "delete", STOCK]).await;
        let left = "openid orders:read offline_access";
        assert_eq!(shop.refresh(tokens.refresh_token()).await.tokens().scope(), left);
        assert_eq!(shop.redeem(&request, &code).await.tokens().scope(), left);
        assert_eq!(shop.sign_in_with(&mut browser, &alice, &request).await.scope(), left);
        let only = shop.authorization_request().with("scope", "orders:admin");
        assert_eq!(browser.open(&only.url()).await.landed().error(), "invalid_scope");
    }

    /// RFC 6749 §5.1: an answer without a scope would say that all of it was given; where nothing is left of it, that is told.
    async fn a_token_with_nothing_left_in_it_is_refused(db) {
        let server = TestServer::with(db)
            .resource(API, &["orders:read"])
            .resource(STOCK, &["stock:read"])
            .client(Client::confidential("shop").first_party().with("resources", json!([API, STOCK])))
            .start()
            .await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let shop = Application::of(&server, "shop");
        let request = shop.authorization_request().with("scope", "orders:read").with("resource", API).and_again("resource", STOCK);
        let landed = browser.open(&request.url()).await.landed();
        let redeem = async |resource: &str| {
            let form = [
                ("grant_type", "authorization_code"), ("code", landed.code()), ("redirect_uri", request.parameter("redirect_uri").unwrap()),
                ("code_verifier", request.verifier.as_str()), ("resource", resource),
            ];
            shop.post("/token", &form).await
        };
        let other = shop.authorization_request().with("scope", "orders:read").with("resource", STOCK);
        assert_eq!(browser.open(&other.url()).await.landed().error(), "invalid_scope");
        redeem(STOCK).await.refused(400, "invalid_scope");
        // It was not used up by that.
        let tokens = redeem(API).await.tokens();
        let refresh = async |token: &str, resource: &str| {
            shop.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", token), ("resource", resource)]).await
        };
        refresh(tokens.refresh_token(), STOCK).await.refused(400, "invalid_scope");
        let tokens = refresh(tokens.refresh_token(), API).await.tokens();
        assert_eq!(tokens.scope(), "orders:read");
        with_metadata(&server, "shop", |metadata| metadata["resources"] = json!([STOCK])).await;
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_scope");
    }

    /// A client that is switched off loses its tokens for good, as `--help` says: most often it was robbed.
    async fn what_a_client_had_is_not_back_when_it_is_switched_on_again(db) {
        let server = TestServer::start(db).await;
        let (shop, alice) = (Application::of(&server, "shop"), Person::alice());
        let create = ["client", "create", "App", "--id", "app", "--redirect-uri", "https://app.example/cb", "--public", "--first-party"];
        server.ground.command(&create).await.done();
        let switched = async |how: &str| {
            server.ground.command(&["client", "update", "app", how]).await.done();
            ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        };
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        let mut app = Application::of(&server, "spa");
        (app.client_id, app.redirect_uri) = ("app".into(), "https://app.example/cb".into());
        let mut browser = alice.signed_in(&server).await;
        let (tokens, others) = (app.sign_in(&mut browser, &alice).await, shop.sign_in(&mut browser, &alice).await);
        switched("--disable").await;
        app.refresh(tokens.refresh_token()).await.refused(401, "invalid_client");
        switched("--enable").await;
        app.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        assert_ne!(app.userinfo(&tokens.access_token).await.status, 200);
        app.sign_in(&mut browser, &alice).await;
        shop.refresh(others.refresh_token()).await.tokens();
    }

    /// security.md R6, R8: what the operator takes from an app is in no token from then on, of a code or of a refresh token of before.
    async fn what_is_taken_from_an_app_is_in_no_new_token(db) {
        let server = TestServer::with(db)
            .resource(API, &["orders:read"])
            .client(Client::confidential("shop").first_party().with("resources", json!([API])))
            .client(Client::confidential("partner").with("resources", json!([API])))
            .start()
            .await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for id in ["shop", "partner"] {
            let app = Application::of(&server, id);
            let request = app.authorization_request().with("scope", "openid email orders:read offline_access");
            let tokens = app.sign_in_with(&mut browser, &alice, &request).await;
            let code = alice.authorize(&mut browser, &request).await.code().to_owned();
            with_metadata(&server, id, |metadata| metadata["resources"] = json!([])).await;
            for reply in [app.redeem(&request, &code).await, app.refresh(tokens.refresh_token()).await] {
                let tokens = reply.tokens();
                assert_eq!(tokens.scope(), "openid email offline_access", "{id}");
                assert_eq!(app.verified(&tokens.access_token).await.claim("aud"), &json!(server.issuer), "{id}");
                let of_api = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token()), ("resource", API)];
                app.post("/token", &of_api).await.refused(400, "invalid_target");
            }
            let request = app.authorization_request().with("scope", "openid email offline_access");
            let tokens = app.sign_in_with(&mut browser, &alice, &request).await;
            let code = alice.authorize(&mut browser, &request).await.code().to_owned();
            with_metadata(&server, id, |metadata| metadata["scope"] = json!("openid")).await;
            let redeemed = app.redeem(&request, &code).await.tokens();
            assert_eq!(redeemed.scope(), "openid");
            // Only the operator's own apps get refresh tokens without offline_access.
            assert_eq!(redeemed.refresh_token.is_some(), id == "shop");
            assert_eq!(app.is_active(tokens.refresh_token()).await, id == "shop");
            let refreshed = app.refresh(tokens.refresh_token()).await;
            if id == "shop" {
                assert_eq!(refreshed.tokens().scope(), "openid");
            } else {
                refreshed.refused(400, "invalid_grant");
            }
        }
    }

    /// security.md R8: nor does userinfo tell it, or introspection promise it, whatever a token of before holds.
    async fn what_is_taken_from_an_app_is_told_to_it_no_more(db) {
        let server = TestServer::with(db).client(Client::confidential("shop").first_party()).start().await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let claims = r#"{"userinfo":{"phone_number":null,"email":null}}"#;
        let request = shop.authorization_request().with("scope", "openid email").with("claims", claims);
        let tokens = shop.sign_in_with(&mut browser, &alice, &request).await;
        assert_eq!(shop.userinfo(&tokens.access_token).await.ok()["email"], alice.email.as_str());
        with_metadata(&server, "shop", |metadata| metadata["scope"] = json!("openid profile")).await;
        let told = shop.userinfo(&tokens.access_token).await.ok();
        assert_eq!((told.get("email"), told.get("sub").is_some()), (None, true), "{told}");
        assert_eq!(shop.introspect(tokens.refresh_token()).await["scope"], "openid");
    }

    /// security.md C7, R6: a consent that is taken back ends codes, tokens and silent sign-ins of an app that needs one.
    async fn a_consent_taken_back_is_gone_on_every_way(db) {
        let server = TestServer::with(db)
            .resource(API, &["orders:read"])
            .client(Client::service("api").with("serves", json!([API])))
            .client(Client::confidential("partner").with("resources", json!([API])))
            .start()
            .await;
        let (alice, partner, api) = (Person::alice(), Application::of(&server, "partner"), Application::of(&server, "api"));
        let mut browser = alice.signed_in(&server).await;
        let request = partner.authorization_request().with("scope", "openid orders:read offline_access");
        let tokens = partner.sign_in_with(&mut browser, &alice, &request).await;
        let later = partner.authorization_request().with("scope", "openid");
        let code = alice.authorize(&mut browser, &later).await.code().to_owned();
        assert!(api.is_active(&tokens.access_token).await);
        browser.open("/account/apps").await;
        browser.press("Remove").await;
        partner.redeem(&later, &code).await.refused(400, "invalid_grant");
        partner.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        assert!(!api.is_active(&tokens.access_token).await && !partner.is_active(tokens.refresh_token()).await);
        assert_eq!(partner.userinfo(&tokens.access_token).await.status, 401);
        assert_eq!(browser.open(&later.with("prompt", "none").url()).await.landed().error(), "consent_required");
    }

    /// security.md T4, T12: a secret ends when its time has come, on every endpoint that a client proves itself at.
    async fn a_secret_of_before_ends_on_every_endpoint(db) {
        let server = TestServer::start(db).await;
        let made = server.ground.command(&["client", "create", "Job", "--id", "job", "--grant-type", "client_credentials", "--json"]).await.done().json();
        let mut job = Application::of(&server, "worker").authenticating(Authentication::Basic(made["client_secret"].as_str().unwrap().to_owned()));
        job.client_id = "job".into();
        let rotated = server.ground.command(&["client", "rotate-secret", "job", "--keep-old-for", "3600", "--json"]).await.done().json();
        reload(&server).await;
        let fresh = job.clone().authenticating(Authentication::Post(rotated["client_secret"].as_str().unwrap().to_owned()));
        let token = job.client_credentials(&[]).await.tokens().access_token;
        fresh.client_credentials(&[]).await.tokens();
        // The command used the system's clock.
        server.advance(Duration::from_secs(3600 + 60));
        for (path, parameters) in [("/token", ("grant_type", "client_credentials")), ("/introspect", ("token", token.as_str())), ("/revoke", ("token", token.as_str()))] {
            job.post(path, &[parameters]).await.refused(401, "invalid_client");
            assert_eq!(fresh.post(path, &[parameters]).await.status, 200, "{path}");
        }
        let worker = Application::of(&server, "worker");
        assert!(worker.clone().authenticating(Authentication::Basic(secret_of("shop"))).client_credentials(&[]).await.status == 401, "another client's secret");
    }
}

/// `ostiary user set-password`, which reads the password from its standard input.
async fn set_password(server: &TestServer, email: &str, password: &str) {
    server.ground.command_with_input(&["user", "set-password", email], password).await.done();
}
