//! The authorization endpoint: what is sent where, what is asked of the person, and what cannot be got around.

use crate::both;
use crate::support::prelude::*;

/// A page with this status, and no redirect.
async fn is_error_page(browser: &mut Browser, url: &str) {
    let arrival = browser.open(url).await;
    assert!(arrival.is_page(), "{url}");
    assert_eq!(browser.status(), 400, "{url}: {}", browser.describe());
    assert_eq!(browser.heading(), "This sign-in link is broken", "{url}");
}

both! {
    /// security.md A1, A2, A3, A16: nothing but the registered characters is ever redirected to.
    async fn only_the_registered_uri_is_redirected_to(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for uri in [
            "https://shop.example/callback/..", "https://shop.example/callback/../evil", "https://shop.example/callback%2f..%2f",
            "https://shop.example//callback", "https://shop.example/callback?x=1", "https://shop.example/callback#f",
            "https://shop.example/callback/", "https://shop.example/CALLBACK", "https://shop.example./callback",
            "https://shop.example.evil.test/callback", "https://shop.example@evil.test/callback", "https://evil.test\\@shop.example/callback",
            "https://shopXexample/callback", "http://shop.example/callback", "https://shop.example:444/callback",
            "https://xn--shp-tna.example/callback", "https://shop.example/call\tback", "javascript:alert(1)", "//evil.test",
            &format!("https://shop.example/{}", "a".repeat(8000)),
        ] {
            is_error_page(&mut browser, &shop.authorization_request().with("redirect_uri", uri).url()).await;
            // With any other mistake too: an error never goes to a URI that was not validated.
            is_error_page(&mut browser, &shop.authorization_request().with("redirect_uri", uri).with("response_type", "token").url()).await;
        }
        is_error_page(&mut browser, &shop.authorization_request().with("client_id", "nobody").url()).await;
        is_error_page(&mut browser, &shop.authorization_request().without("client_id").url()).await;
    }

    /// security.md A5, RFC 8252 §7.3.
    async fn a_native_app_may_choose_its_loopback_port(db) {
        let native = Client::public("app").with("application_type", "native").redirect_uri("http://127.0.0.1/cb");
        let server = TestServer::with(db).client(native).start().await;
        let app = Application::of(&server, "app");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = app.authorization_request().with("redirect_uri", "http://127.0.0.1:51234/cb");
        let landed = alice.authorize(&mut browser, &request).await;
        app.redeem(&request, landed.code()).await.tokens();
        for uri in ["http://127.0.0.1:51234/other", "http://localhost:51234/cb", "http://127.0.0.2:1/cb", "https://127.0.0.1:5/cb", "http://[::1]:5/cb"] {
            is_error_page(&mut browser, &app.authorization_request().with("redirect_uri", uri).url()).await;
        }
        server.advance(Duration::from_secs(1));
        let request = app.authorization_request().with("redirect_uri", "http://127.0.0.1:51234/cb");
        // security.md A42: anybody could pose as this app, so a remembered consent does not count.
        browser.open(&request.url()).await;
        assert!(browser.page().has_button("Allow"), "{}", browser.describe());
    }

    /// security.md A10, A11, RFC 6749 §3.1.
    async fn repeated_and_broken_parameters_are_refused(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let mut browser = Browser::new(&server);
        for name in ["client_id", "redirect_uri", "state", "response_type", "scope", "code_challenge"] {
            is_error_page(&mut browser, &shop.authorization_request().and_again(name, "x").url()).await;
        }
        for tail in ["&state=%ff", "&x=%zz", "&x=%", "&client_id%00=b", "&x=%C0%AF"] {
            is_error_page(&mut browser, &format!("{}{tail}", shop.authorization_request().without("state").url())).await;
        }
        is_error_page(&mut browser, &shop.authorization_request().with("state", &"s".repeat(40_000)).url()).await;
    }

    /// security.md A13, A14, A19, A21, A23, A24: mistakes reach the validated target with state and iss (A15).
    async fn other_mistakes_are_sent_to_the_client(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let base = || shop.authorization_request();
        for (request, error) in [
            (base().without("response_type"), "invalid_request"),
            (base().with("response_type", "token"), "unsupported_response_type"),
            (base().with("response_type", "id_token code"), "unsupported_response_type"),
            (base().with("response_mode", "fragment"), "invalid_request"),
            (base().without("code_challenge").without("code_challenge_method"), "invalid_request"),
            (base().with("code_challenge_method", "plain"), "invalid_request"),
            (base().without("code_challenge_method"), "invalid_request"),
            (base().with("code_challenge", "short"), "invalid_request"),
            (base().with("prompt", "none login"), "invalid_request"),
            (base().with("prompt", "dance"), "invalid_request"),
            (base().with("max_age", "-1"), "invalid_request"),
            (base().with("max_age", "NaN"), "invalid_request"),
            (base().with("claims", "{"), "invalid_request"),
            (base().with("scope", "nothing-known"), "invalid_scope"),
            (base().with("scope", "openid \u{1}"), "invalid_scope"),
            (base().with("resource", "https://foreign.example"), "invalid_target"),
            (base().with("request", "eyJ"), "request_not_supported"),
            (base().with("request_uri", "https://shop.example/r"), "request_uri_not_supported"),
        ] {
            let landed = browser.open(&request.url()).await.landed();
            shop.check(&request, &landed);
            assert_eq!(landed.error(), error, "{request:?}");
            assert!(!landed.params.contains_key("code"));
        }
    }

    /// security.md A12: state comes back to the letter.
    async fn state_comes_back_as_it_was_sent(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for state in ["\"'<script>&=+ %20", "🚪é", &"s".repeat(4096)] {
            for mode in ["query", "form_post"] {
                let request = shop.authorization_request().with("state", state).with("response_mode", mode);
                let landed = alice.authorize(&mut browser, &request).await;
                shop.check(&request, &landed);
                shop.redeem(&request, landed.code()).await.tokens();
            }
        }
        let broken = shop.authorization_request().with("state", "a\r\nb: c");
        let landed = browser.open(&broken.url()).await.landed();
        assert_eq!((landed.error(), landed.params.contains_key("state")), ("invalid_request", false));
        let without = shop.authorization_request().without("state").without("nonce").with("access_type", "offline");
        let landed = alice.authorize(&mut browser, &without).await;
        assert!(!landed.params.contains_key("state"));
    }

    /// security.md A20, A22, OpenID Connect Core §3.1.2.6.
    async fn prompt_none_never_shows_a_page(db) {
        let server = TestServer::start(db).await;
        let (shop, partner) = (Application::of(&server, "shop"), Application::of(&server, "partner"));
        let alice = Person::alice();
        let mut nobody = Browser::new(&server);
        let silent = |app: &Application| app.authorization_request().with("prompt", "none");
        assert_eq!(nobody.open(&silent(&shop).url()).await.landed().error(), "login_required");
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        assert_eq!(browser.open(&silent(&partner).url()).await.landed().error(), "consent_required");
        server.advance(Duration::from_secs(10));
        assert_eq!(browser.open(&silent(&shop).with("max_age", "5").url()).await.landed().error(), "login_required");
        browser.open(&silent(&shop).with("max_age", "60").url()).await.landed().code();
        browser.open(&silent(&shop).with("id_token_hint", tokens.id_token()).url()).await.landed().code();
        let mut bob = Person::bob().signed_in(&server).await;
        assert_eq!(bob.open(&silent(&shop).with("id_token_hint", tokens.id_token()).url()).await.landed().error(), "login_required");
        let essential = r#"{"id_token":{"acr":{"essential":true,"values":["gold"]}}}"#;
        let landed = browser.open(&silent(&shop).with("claims", essential).url()).await.landed();
        assert_eq!(landed.error(), "unmet_authentication_requirements");
    }

    /// security.md A21, OpenID Connect Core §3.1.2.1: a new proof, newer than the request.
    async fn prompt_login_and_max_age_ask_again(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let before = shop.verified(shop.sign_in(&mut browser, &alice).await.id_token()).await;
        for (name, value) in [("prompt", "login"), ("max_age", "1"), ("max_age", "0")] {
            server.advance(Duration::from_secs(5));
            let request = shop.authorization_request().with(name, value);
            browser.open(&request.url()).await;
            assert_eq!(browser.heading(), "Confirm it’s you", "{name}={value}: {}", browser.describe());
            let landed = alice.fill_sign_in(&mut browser).await.landed();
            let after = shop.verified(shop.redeem(&request, landed.code()).await.tokens().id_token()).await;
            assert_eq!(after.number("auth_time"), server.now());
            assert_eq!(after.claim("sid"), before.claim("sid"), "the same session goes on");
        }
        let lazy = shop.authorization_request().with("max_age", "10000");
        let after = shop.verified(shop.sign_in_with(&mut browser, &alice, &lazy).await.id_token()).await;
        assert_eq!(after.number("auth_time"), server.now());
    }

    /// OpenID Connect Core §3.1.2.1 and Initiating User Registration §4.
    async fn prompt_select_account_and_create_show_their_pages(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        server.advance(Duration::from_secs(1));
        browser.open(&shop.authorization_request().with("prompt", "select_account").url()).await;
        assert_eq!(browser.heading(), "Choose an account");
        browser.press("Continue as").await.landed().code();
        browser.open(&shop.authorization_request().with("prompt", "select_account").url()).await;
        browser.press("Use another account").await;
        assert_eq!(browser.heading(), "Sign in");
        let mut new = Browser::new(&server);
        new.open(&shop.authorization_request().with("prompt", "create").with("login_hint", "bob@example.org").url()).await;
        assert_eq!(new.heading(), "Create your account");
        Person::bob().fill_sign_up(&mut new).await.landed().code();
    }

    /// security.md A40, OpenID Connect Core §3.1.2.4: consent is for what was shown, and remembered.
    async fn consent_is_for_what_was_shown(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let small = partner.authorization_request().with("scope", "openid email");
        browser.open(&small.url()).await;
        assert!(browser.text().contains("See your email address"));
        assert!(!browser.text().contains("See your orders"));
        let landed = browser.press("Don’t allow").await.landed();
        partner.check(&small, &landed);
        assert_eq!(landed.error(), "access_denied");
        partner.sign_in_with(&mut browser, &alice, &small).await;
        browser.open(&small.url()).await.landed().code();
        browser.open(&partner.authorization_request().with("scope", "openid email orders:read").url()).await;
        assert!(browser.text().contains("See your orders"), "more is asked for again");
        browser.open(&small.with("prompt", "consent").url()).await;
        assert!(browser.page().has_button("Allow"), "prompt=consent");
    }

    /// security.md A39, A45: forms of other sites, other browsers and other sessions do nothing.
    async fn forms_are_bound_to_the_browser_and_its_session(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        browser.open(&partner.authorization_request().url()).await;
        let csrf = browser.page().value("csrf").unwrap();
        let ticket = browser.page().value("ticket").unwrap();
        let fields = |csrf: &str| vec![("csrf".to_owned(), csrf.to_owned()), ("ticket".to_owned(), ticket.clone()), ("decision".to_owned(), "allow".to_owned())];
        let post = |browser: &mut Browser, csrf: &str| {
            let fields = fields(csrf);
            let mut other = std::mem::replace(browser, Browser::new(&server));
            async move {
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                other.post("/consent", &fields, true).await;
                other
            }
        };
        let mut stranger = Person::bob().signed_in(&server).await;
        stranger = post(&mut stranger, &csrf).await;
        assert_eq!(stranger.status(), 403);
        let own = { stranger.open("/account/profile").await; stranger.page().value("csrf").unwrap() };
        stranger = post(&mut stranger, &own).await;
        assert_eq!(stranger.heading(), "This page has expired", "the ticket is another browser's");
        browser = post(&mut browser, "").await;
        assert_eq!(browser.status(), 403);
        let _ = browser;
        assert_eq!(server.database().number("SELECT COUNT(*) FROM consents").await, 0);
    }

    /// Anonymous traffic writes nothing but counters of guesses (design.md, decision 4).
    async fn anonymous_traffic_writes_nothing(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let before = server.database().row_counts().await;
        let mut browser = Browser::new(&server);
        for _ in 0..3 {
            browser.open(&shop.authorization_request().url()).await;
            browser.open("/signup").await;
            browser.open("/account").await;
            shop.get("/jwks", &[]).await;
            shop.redeem(&shop.authorization_request(), "nonsense").await;
        }
        assert_eq!(server.database().row_counts().await, before);
        Person::alice().sign_in(&mut browser).await;
        let changed: Vec<_> = server.database().row_counts().await.into_iter().zip(before).filter(|(now, then)| now != then).collect();
        assert!(changed.iter().all(|((table, _), _)| table == "failed_guesses"), "{changed:?}");
    }

    /// security.md A38, A44, A25.
    async fn pages_and_redirects_carry_their_protections(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        for path in ["/login", "/signup", "/nope", "/authorize", "/logout"] {
            let page = partner.get(path, &[]).await;
            let policy = page.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}");
            for (name, value) in [("x-frame-options", "DENY"), ("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"), ("cache-control", "no-store")] {
                assert_eq!(page.header(name), value, "{path}");
            }
            assert!(!page.header("x-request-id").is_empty());
        }
        let request = partner.authorization_request();
        let path = request.url().replace(&server.issuer, "");
        let answer = partner.get(&path, &[("origin", "https://partner.example")]).await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("access-control-allow-origin"), "", "no CORS on /authorize");
        assert_eq!(partner.http.put(server.at("/authorize")).send().await.unwrap().status(), 405);
        assert_eq!(partner.http.head(server.at(&path)).send().await.unwrap().status(), 405);
    }

    /// security.md A9: a client that is switched off while the person is on a page.
    async fn a_client_that_is_gone_meanwhile_gets_nothing(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        browser.open(&partner.authorization_request().url()).await;
        server.database().execute("UPDATE clients SET enabled = FALSE").await;
        server.app().clients.reload(&server.app().storage).await.unwrap();
        assert!(alice.fill_sign_in(&mut browser).await.is_page());
        assert_eq!(browser.heading(), "This sign-in link is broken");
    }

    /// The ticket lives for an hour; then the person is told to begin again.
    async fn a_page_left_open_for_too_long_expires(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        browser.open(&partner.authorization_request().url()).await;
        server.advance(Duration::from_secs(3600));
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.heading(), "This page has expired");
    }

    /// OpenID Connect Core §3.1.2.1: the request may be posted.
    async fn a_request_may_be_posted(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let fields: Vec<(&str, &str)> = request.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let landed = browser.post("/authorize", &fields, false).await.landed();
        shop.check(&request, &landed);
        shop.redeem(&request, landed.code()).await.tokens();
    }
}
