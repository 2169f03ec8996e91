//! Whom an answer is about and what it must hold: hints, the `claims` parameter (OpenID Connect Core §3.1.2 and §5.5).

use crate::both;
use crate::support::people::words;
use crate::support::prelude::*;

both! {
    /// OpenID Connect Core §3.1.2.2: nobody else than the app insists on, by `claims` and by the hint alike.
    async fn the_answer_is_about_nobody_else(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        let of_alice = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let mut browser = bob.signed_in(&server).await;
        let of_bob = shop.sign_in(&mut browser, &bob).await;
        let sub = |tokens: &Tokens| Jwt::decode(tokens.id_token()).text("sub").to_owned();
        let (alices, bobs) = (sub(&of_alice), sub(&of_bob));
        let silent = shop.authorization_request().with("prompt", "none").with("id_token_hint", of_bob.id_token());
        for of_another in [json!({ "value": alices }), json!({ "values": [alices] }), json!({ "value": 1 }), json!({ "values": [[bobs]] })] {
            let request = silent.clone().with("claims", &json!({ "id_token": { "sub": of_another } }).to_string());
            assert_eq!(browser.open(&request.url()).await.landed().error(), "login_required", "{of_another}");
        }
        for of_bob in [json!({ "value": bobs }), json!({ "values": [alices, bobs] }), json!({ "essential": true }), Value::Null] {
            let request = silent.clone().with("claims", &json!({ "id_token": { "sub": of_bob } }).to_string());
            browser.open(&request.url()).await.landed().code();
        }
    }

    /// OpenID Connect Core §5.5.1.1, security.md A23: what is essential is met or refused, whatever type it has.
    async fn an_essential_acr_that_nobody_knows_is_unmet(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        shop.sign_in(&mut browser, &alice).await;
        for acr in [json!({ "values": [2] }), json!({ "value": ["2"] }), json!({ "value": "gold" })] {
            let mut essential = acr.clone();
            essential["essential"] = json!(true);
            let asked = |acr: &Value| shop.authorization_request().with("claims", &json!({ "id_token": { "acr": acr } }).to_string());
            assert_eq!(browser.open(&asked(&essential).url()).await.landed().error(), "unmet_authentication_requirements", "{acr}");
            browser.open(&asked(&acr).url()).await.landed().code();
        }
    }

    /// `acr` and `amr` of an ID token are of one instant: a factor that is proven before the redemption is not what the code was for.
    async fn amr_is_of_the_sign_in_that_the_code_is_for(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        shop.sign_in(&mut browser, &alice).await;
        let request = shop.authorization_request();
        let code = browser.open(&request.url()).await.landed().code().to_owned();
        server.database().execute(r#"UPDATE sessions SET amr = '["pwd","otp","mfa"]', acr = '2'"#).await;
        let id = shop.verified(shop.redeem(&request, &code).await.tokens().id_token()).await;
        assert_eq!((id.claim("amr"), id.text("acr")), (&json!(["pwd"]), "1"));
    }

    /// OpenID Connect Core §3.1.2.1: whom the app hints at is asked to sign in; whoever else is signed in here confirms nothing.
    async fn somebody_else_does_not_confirm_for_whom_the_app_asks(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        let of_alice = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let mut browser = bob.signed_in(&server).await;
        server.advance(Duration::from_secs(1));
        let again = shop.authorization_request().with("prompt", "login");
        for (name, value) in [("login_hint", alice.email.as_str()), ("id_token_hint", of_alice.id_token())] {
            browser.open(&again.clone().with(name, value).url()).await;
            assert_ne!(browser.heading(), "Confirm it’s you", "{name}");
        }
        for hint in [bob.email.as_str(), "bobby"] {
            browser.open(&again.clone().with("login_hint", hint).url()).await;
            assert_eq!(browser.heading(), "Confirm it’s you", "{hint}");
        }
        browser.open(&again.clone().with("login_hint", &alice.email).url()).await;
        alice.fill_sign_in(&mut browser).await;
        assert!(browser.is_signed_in().await && browser.text().contains(&alice.email), "{}", browser.describe());
    }

    /// OpenID Connect Core §5.4: a standard claim that is filled by the operator goes out with its own scope; discovery names each once.
    async fn a_mapped_standard_claim_needs_its_scope(db) {
        let claim = |text: &str| toml::Value::Table(toml::from_str(text).unwrap());
        let mappings = vec![
            claim("name = 'name'\nuser_attribute = 'legal'"),
            claim("name = 'dept'\nuser_attribute = 'dept'"),
            claim("name = 'pay'\nuser_attribute = 'pay'\nscope = 'hr'"),
        ];
        let server = TestServer::with(db).setting("claims", mappings).start().await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        server.database().execute(r#"UPDATE users SET attributes = '{"legal":"Alice Legal","dept":"Sales"}'"#).await;
        for (scope, name) in [("openid", None), ("openid profile", Some("Alice Legal"))] {
            let tokens = shop.sign_in_with(&mut browser, &alice, &shop.authorization_request().with("scope", scope)).await;
            let userinfo = shop.userinfo(&tokens.access_token).await.ok();
            assert_eq!((userinfo["name"].as_str(), userinfo["dept"].as_str()), (name, Some("Sales")), "{scope}: {userinfo}");
        }
        let document = shop.discovery().await;
        for (list, value) in [("claims_supported", "name"), ("claims_supported", "dept"), ("scopes_supported", "hr")] {
            assert_eq!(document[list].as_array().unwrap().iter().filter(|one| *one == value).count(), 1, "{list} {value}");
        }
    }

    /// RFC 8707, OpenID Connect Core §3.1.2.4: an API is on the page, with or without its scopes, in its own words; a scope is one API's.
    async fn an_api_is_on_the_page_in_its_own_words(db) {
        const PAY: &str = "https://pay.example";
        let client = Client::confidential("payapp").with("resources", json!([PAY])).with("redirect_uris", json!(["https://payapp.example/callback"]));
        let server = TestServer::with(db).resource(PAY, &["pay:read"]).client(client).start().await;
        let app = Application::of(&server, "payapp");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        browser.open(&app.authorization_request().with("scope", "openid").url()).await;
        browser.press(words::ALLOW).await.landed();
        browser.open(&app.authorization_request().with("scope", "openid").with("resource", PAY).url()).await;
        assert!(browser.text().contains("on your behalf"), "{}", browser.describe());
        let taken = ["resource", "create", "https://blog.example", "--name", "Blog", "--scope", "pay:read=Read your blog"];
        let refused = server.ground.command(&taken).await;
        assert!(refused.code == 2 && refused.stderr.contains("pay:read is a scope of https://pay.example"), "{refused:?}");
        let own = ["resource", "create", "https://blog.example", "--name", "Blog", "--scope", "blog:read=Read your blog"];
        server.ground.command(&own).await.done();
        let taken = ["resource", "update", "https://blog.example", "--add-scope", "pay:read=Read your blog"];
        assert_eq!(server.ground.command(&taken).await.code, 2);
        server.ground.command(&["resource", "update", "https://blog.example", "--name", "Our blog"]).await.done();
    }

    /// RFC 8707: a start gives no API a scope that another has in the database alone; what has been so for long keeps no server from starting.
    async fn a_declared_api_takes_no_scope_of_another(db) {
        const PAY: &str = "https://pay.example";
        let mut server = TestServer::with(db).resource(PAY, &["pay:read"]).start().await;
        let make = ["resource", "create", "https://blog.example", "--name", "Blog", "--scope", "blog:read=Read your blog"];
        server.ground.command(&make).await.done();
        let declaring = |api: &str, scopes: Value| toml::Value::try_from(json!([{ "identifier": api, "name": "Money", "scopes": scopes }])).unwrap();
        let mut ground = server.ground.replica();
        ground.change("resources", declaring(PAY, json!({ "pay:read": "Read", "blog:read": "Read" })));
        let refused = ground.command(&["serve"]).await;
        let told = "resources[0].scopes: https://pay.example: blog:read is a scope of https://blog.example already";
        assert!(refused.code == 2 && refused.stderr.contains(told), "{refused:?}");

        // An installation of before has two with one scope.
        let twice = "UPDATE resources SET metadata = replace(metadata, 'blog:read', 'pay:read') WHERE identifier = 'https://blog.example'";
        server.database().execute(twice).await;
        server.ground.change("resources", declaring(PAY, json!({ "pay:read": "Read what was paid" })));
        server.restart().await;
        // An API that is called another name leaves its scopes to itself.
        server.database().execute("DELETE FROM resources WHERE identifier = 'https://blog.example'").await;
        server.ground.change("resources", declaring("https://money.example", json!({ "pay:read": "Read what was paid" })));
        server.restart().await;
        assert_eq!(server.database().number("SELECT count(*) FROM resources WHERE declared").await, 1);
    }

    /// OpenID Connect Core §11: `offline_access` is nothing to a client that can have no refresh token; twice the same URI is one.
    async fn what_a_client_cannot_have_is_not_granted(db) {
        let server = TestServer::start(db).await;
        let uri = ["--redirect-uri", "https://nr.example/a", "--redirect-uri", "https://nr.example/a"];
        let create = [&["client", "create", "NR", "--id", "nr", "--public", "--grant-type", "authorization_code"][..], &uri].concat();
        server.ground.command(&create).await.done();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        let client = server.app().clients.directory().client("nr").cloned().unwrap();
        assert_eq!(client.metadata.redirect_uris.len(), 1);
        let allowed = server.app().clients.directory().allowed_scope(&client);
        assert!(allowed.contains("openid") && !allowed.contains("offline_access"), "{allowed}");
    }

    /// Issue 2, section 3: an app whose access ended with a session that went to sleep holds nothing any more.
    async fn an_app_without_live_access_is_not_connected(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let mut other = Browser::new(&server);
        alice.sign_in(&mut other).await;
        other.open("/account/apps").await;
        assert!(other.text().contains("Shop"), "{}", other.describe());
        let eight_days_ago = "UPDATE sessions SET refreshed_at = refreshed_at - 691200000000 WHERE id IN (SELECT session_id FROM grants)";
        server.database().execute(eight_days_ago).await;
        other.open("/account/apps").await;
        assert!(!other.text().contains("Shop"), "{}", other.describe());
    }
}
