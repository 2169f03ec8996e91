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
    /// OpenID Connect Core §3.1.2.4: what is allowed on two pages at once is all remembered.
    async fn two_consents_at_once_add_up(db) {
        let server = TestServer::start(db).await;
        Person::alice().registered(&server).await;
        let user = ostiary::users::UserId::new(server.database().text("SELECT id FROM users").await);
        let client = ostiary::clients::ClientId::new("partner");
        let (storage, now) = (&server.app().storage, server.app().now());
        let allow = async |connection: &mut ostiary::storage::Connection, scope: &str| {
            let scope = ostiary::oauth::scope::Scope::parse(scope).unwrap();
            ostiary::grants::record_consent(connection, &user, &client, &scope, &[], now).await
        };
        let (written, is_written) = tokio::sync::oneshot::channel();
        let first = storage.transaction(async |connection| {
            allow(connection, "openid email").await?;
            written.send(()).unwrap();
            // On SQLite the second has not begun: there is one writer.
            if db == Database::Postgres {
                server.database().a_row_is_waited_for("consents").await;
            }
            Ok::<_, ostiary::storage::StorageError>(())
        });
        let second = async {
            is_written.await.unwrap();
            storage.transaction(async |connection| allow(connection, "openid profile").await).await
        };
        let (first, second) = tokio::join!(first, second);
        first.and(second).unwrap();
        let scope = server.database().text("SELECT scope FROM consents").await;
        assert!(["openid", "email", "profile"].iter().all(|token| scope.split(' ').any(|stored| stored == *token)), "{scope}");
    }

    /// security.md A1, A2, A3, A16, C10: nothing but the registered characters is ever redirected to.
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
            "https://shop.example/callback/..;/x", "https://shop.example/callback%20", "https://shop.example/callback ", " https://shop.example/callback", "https://shop.example/callback\u{0}",
            "https://shop.example/callback\u{0}.evil.test", "https://sh%6fp.example/callback", "https://sh\u{43e}p.example/callback", "https://shop.example/call\nback", "HTTPS://shop.example/callback",
            "https://SHOP.example/callback", "https://user@shop.example/callback", "https://shop.example:443/callback", "https:shop.example/callback", "https:/shop.example/callback", "shop.example/callback",
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
        for name in ["client_id", "redirect_uri", "state"] {
            is_error_page(&mut browser, &shop.authorization_request().and_again(name, "x").and_again("scope", "x").url()).await;
        }
        // RFC 6749 §4.1.2.1: where it is clear where to, the application is told.
        for name in ["response_type", "scope", "code_challenge", "unheard_of"] {
            let request = shop.authorization_request().and_again(name, "x").and_again(name, "y");
            let landed = browser.open(&request.url()).await.landed();
            shop.check(&request, &landed);
            assert_eq!((landed.error(), landed.param("error_description").contains(name)), ("invalid_request", true), "{landed:?}");
        }
        for tail in ["&state=%ff", "&x=%zz", "&x=%", "&client_id%00=b", "&x=%C0%AF"] {
            is_error_page(&mut browser, &format!("{}{tail}", shop.authorization_request().without("state").url())).await;
        }
        is_error_page(&mut browser, &shop.authorization_request().with("state", &"s".repeat(40_000)).url()).await;
    }

    /// security.md A7, A13, A14, A19, A21, A23, A24, A26: mistakes reach the validated target with state and iss (A15).
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

    /// security.md A16, A17, A43, RFC 9700 §4.11.2: whoever is not signed in and follows a faulty link is sent to its client's registered URI at most,
    /// with words of ours alone. (Clients here are registered by the operator, who vouches for their URIs.)
    async fn a_faulty_link_leads_to_its_client_at_most(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let mut stranger = Browser::new(&server);
        for (name, value, error) in [("scope", "evil://x", "invalid_scope"), ("response_type", "https://evil.example/", "unsupported_response_type"), ("max_age", "https://evil.example/", "invalid_request"), ("prompt", "none", "login_required")] {
            let request = partner.authorization_request().with(name, value);
            let landed = stranger.open(&request.url()).await.landed();
            partner.check(&request, &landed);
            assert_eq!((landed.error(), landed.url.as_str()), (error, "https://partner.example/callback"));
            let mut names: Vec<_> = landed.params.keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["error", "error_description", "iss", "state"]);
            assert!(!landed.param("error_description").contains("evil"), "{landed:?}");
            assert!(landed.param("error_description").contains(" Request id: "), "{landed:?}");
            assert_eq!(landed.address.fragment(), None);
        }
        // A request without a fault begins with a page, whoever sent the link.
        assert!(stranger.open(&partner.authorization_request().url()).await.is_page());
        assert_eq!(stranger.heading(), "Sign in");
        assert_eq!(server.database().number("SELECT COUNT(*) FROM grants").await, 0);
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

    /// The request travels in an address: what it says a thousand times is kept once, and the person gets the page.
    async fn what_is_repeated_in_a_list_is_kept_once(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        for (list, value) in [("acr_values", "1 2 phr"), ("scope", "openid email profile"), ("prompt", "login consent"), ("ui_locales", "de en")] {
            let request = shop.authorization_request().with(list, &vec![value; 10_000 / value.len()].join(" "));
            browser.open(&request.url()).await;
            assert_eq!(browser.status(), 200, "{list}: {}", browser.describe());
            assert!(browser.page().url.as_str().len() < 2000, "{list}: {}", browser.page().url);
        }
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

    /// security.md S2, A42, RFC 8252 §8.6: a posted request is on its way for a minute, is good for nothing else, and counts as made when
    /// a browser brings it: kept until the person has allowed the app, it does not pass for a request of after.
    async fn a_posted_request_is_made_when_a_browser_brings_it(db) {
        let native = Client::public("app").with("application_type", "native").redirect_uri("http://127.0.0.1/cb");
        let server = TestServer::with(db).client(native).start().await;
        let app = Application::of(&server, "app");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = app.authorization_request().with("redirect_uri", "http://127.0.0.1:51234/cb");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.parameters).finish();
        let in_address = app.post_raw(&format!("/authorize?{body}"), &[], String::new()).await;
        assert!(in_address.header("location").contains("/authorize/resume?ticket="), "{in_address:?}");
        let posted = app.post_raw("/authorize", &[], body).await;
        let kept = posted.header("location").to_owned();
        server.advance(Duration::from_secs(5));
        alice.authorize(&mut browser, &request).await;
        server.advance(Duration::from_secs(5));
        browser.open(&kept).await;
        assert!(browser.page().has_button("Allow"), "{}", browser.describe());
        let ticket = kept.split_once("ticket=").unwrap().1;
        for path in ["/login", "/signup", "/consent", "/verify"] {
            browser.open(&format!("{path}?ticket={ticket}")).await;
            assert_eq!(browser.heading(), "This page has expired", "{path}");
        }
        server.advance(Duration::from_secs(50));
        browser.open(&kept).await;
        assert_eq!(browser.heading(), "This page has expired");
    }
}

/// Exactly this address with this browser's cookies, nothing followed: the answer itself.
async fn direct(server: &TestServer, browser: &Browser, path: &str) -> Reply {
    let http = &Application::of(server, "shop").http;
    let cookies = browser.cookies.header("/").unwrap_or_default();
    Reply::of(http.get(server.at(path)).header("cookie", cookies)).await
}

/// Sends the form of the open page, with these fields put in, and follows nothing.
async fn direct_post(server: &TestServer, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Reply {
    let http = &Application::of(server, "shop").http;
    let cookies = browser.cookies.header("/").unwrap_or_default();
    let held: Vec<(&str, String)> = ["csrf", "ticket"].into_iter().filter_map(|name| Some((name, browser.page().value(name)?))).collect();
    let fields: Vec<(&str, &str)> = held.iter().map(|(name, value)| (*name, value.as_str())).chain(fields.iter().copied()).collect();
    Reply::of(http.post(server.at(path)).header("cookie", cookies).header("sec-fetch-site", "same-origin").form(&fields)).await
}

/// What every page that people see must carry.
fn is_protected(page: &crate::support::page::Page, onward: Option<&str>) {
    let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let policy = header("content-security-policy");
    let form_action = onward.map_or("'self'".to_owned(), |source| format!("'self' {source}"));
    for directive in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        &format!("form-action {form_action}"),
    ] {
        assert!(policy.split("; ").any(|found| found == directive), "{}: {directive} in {policy}", page.url);
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("content-language", "en"),
    ] {
        assert_eq!(header(name), value, "{}: {name}", page.url);
    }
    for marker in [" onclick", " onload", " onerror", "<style", " style=", "javascript:"] {
        assert!(!page.html.contains(marker), "{}: {marker}", page.url);
    }
    for script in page.html.split("<script").skip(1) {
        assert!(script.starts_with(" src=\"/"), "{}: an inline or foreign script", page.url);
    }
}

both! {
    /// security.md A4, RFC 6749 §3.1.2.3 and §4.1.3: the only registered URI may be left out; one of two may not.
    async fn the_only_registered_uri_may_be_left_out(db) {
        let two = Client::public("two").with("redirect_uris", json!(["https://two.example/a", "https://two.example/b"]));
        let server = TestServer::with(db).client(Client::confidential("shop").first_party()).client(two).start().await;
        let (shop, two) = (Application::of(&server, "shop"), Application::of(&server, "two"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request().without("redirect_uri");
        let landed = alice.authorize(&mut browser, &request).await;
        shop.check(&request, &landed);
        let redeem = async |fields: &[(&str, &str)]| {
            shop.post("/token", &[&[("grant_type", "authorization_code"), ("code", landed.code()), ("code_verifier", &request.verifier)], fields].concat()).await
        };
        redeem(&[("redirect_uri", "https://evil.example/")]).await.refused(400, "invalid_grant");
        redeem(&[]).await.tokens();
        is_error_page(&mut browser, &two.authorization_request().without("redirect_uri").url()).await;
        let second = two.authorization_request().with("redirect_uri", "https://two.example/b");
        let landed = alice.authorize(&mut browser, &second).await;
        assert_eq!(landed.url, "https://two.example/b");
        // security.md A8
        let other = second.clone().with("redirect_uri", "https://two.example/a");
        two.redeem(&other, landed.code()).await.refused(400, "invalid_grant");
        two.redeem(&second, landed.code()).await.tokens();
    }

    /// security.md A42, RFC 8252 §8.6: a name of the operator's own is no proof of a program on somebody's device.
    async fn a_first_party_program_on_a_device_is_asked_about(db) {
        let native = |id: &str, uri: &str| Client::public(id).first_party().with("application_type", "native").redirect_uri(uri);
        let server = TestServer::with(db)
            .client(native("app", "http://127.0.0.1/cb"))
            .client(native("claimed", "https://claimed.example/cb"))
            .client(Client::public("spa").first_party().redirect_uri("http://localhost:5173/cb"))
            .start()
            .await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let app = Application::of(&server, "app");
        for _ in 0..2 {
            let request = app.authorization_request().with("redirect_uri", "http://127.0.0.1:51234/cb");
            browser.open(&request.url()).await;
            assert!(browser.page().has_button("Allow"), "{}", browser.describe());
            let landed = browser.press("Allow").await.landed();
            let tokens = app.redeem(&request, landed.code()).await.tokens();
            app.refresh(tokens.refresh_token()).await.tokens();
            server.advance(Duration::from_secs(1));
        }
        // Nobody else gets what is sent to an https address; and a page is no program.
        for id in ["claimed", "spa"] {
            browser.open(&Application::of(&server, id).authorization_request().with("prompt", "none").url()).await.landed().code();
        }
    }

    /// security.md A6, A42, RFC 8252 §7.1 and §8.6: a scheme of an app's own, to the letter; anybody can claim it, so people are asked each time.
    async fn a_private_use_scheme_is_compared_to_the_letter(db) {
        let native = Client::public("app").with("application_type", "native").redirect_uri("com.example.app:/cb");
        let server = TestServer::with(db).client(native).start().await;
        let app = Application::of(&server, "app");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = app.authorization_request();
        browser.open(&request.url()).await;
        assert!(browser.text().contains("an app on this device"), "{}", browser.describe());
        is_protected(browser.page(), Some("com.example.app:"));
        let landed = browser.press("Allow").await.landed();
        assert!(landed.address.as_str().starts_with("com.example.app:/cb?"), "{landed:?}");
        app.redeem(&request, landed.code()).await.tokens();
        server.advance(Duration::from_secs(1));
        assert_eq!(browser.open(&app.authorization_request().with("prompt", "none").url()).await.landed().error(), "consent_required");
        for uri in ["com.example.app://x/cb", "com.example.app:/cb/", "com.example.app:/cb2", "com.example.app:cb", "com.example.app:///cb", "COM.example.app:/cb", "com.example.app2:/cb"] {
            is_error_page(&mut browser, &app.authorization_request().with("redirect_uri", uri).url()).await;
        }
    }

    /// security.md A12, A15, A38, RFC 9207 §2, Form Post Response Mode §2: every answer in every mode has state and iss, and nothing that was not sent.
    async fn every_answer_in_every_mode_has_state_and_iss(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        assert_eq!(partner.discovery().await["issuer"], server.issuer);
        for mode in [None, Some("query"), Some("form_post")] {
            let request = |state: &str| mode.iter().fold(partner.authorization_request().with("state", state), |request, mode| request.with("response_mode", mode));
            let method = if mode == Some("form_post") { "POST" } else { "GET" };
            for (request, error) in [
                (request("<b>\"'&").with("prompt", "none").with("scope", "openid orders:read"), "consent_required"),
                (request("a").with("scope", "nothing"), "invalid_scope"),
                (request("a").with("max_age", "x"), "invalid_request"),
            ] {
                let arrival = browser.open(&request.url()).await;
                let landed = if arrival.is_page() { is_protected(browser.page(), Some("https://partner.example")); browser.press("Continue").await.landed() } else { arrival.landed() };
                partner.check(&request, &landed);
                assert_eq!((landed.error(), landed.method.as_str()), (error, method));
                let mut names: Vec<&str> = landed.params.keys().map(String::as_str).collect();
                names.sort_unstable();
                assert_eq!(names, ["error", "error_description", "iss", "state"]);
            }
            for (decision, name) in [("Don’t allow", "error"), ("Allow", "code")] {
                server.advance(Duration::from_secs(1));
                let request = request("<b>\"'&").with("prompt", "consent");
                browser.open(&request.url()).await;
                let arrival = browser.press(decision).await;
                let landed = if arrival.is_page() {
                    let html = &browser.page().html;
                    assert!(!html.contains("<b>") && html.contains("action=\"https://partner.example/callback\""), "{html}");
                    is_protected(browser.page(), Some("https://partner.example"));
                    assert!(browser.page().value("csrf").is_none(), "our own token does not go to the client");
                    browser.press("Continue").await.landed()
                } else { arrival.landed() };
                partner.check(&request, &landed);
                assert_eq!((landed.params.contains_key(name), landed.method.as_str()), (true, method), "{landed:?}");
            }
        }
    }

    /// RFC 6749 §3.1, OpenID Connect Core §3.1.2.1: what is unknown, optional or empty is passed over.
    async fn unknown_and_empty_parameters_are_passed_over(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for (name, value) in [
            ("foo", "bar"), ("redirect_uri[]", "https://evil.example/"), ("client_id[]", "partner"), ("Client_Id", "partner"), ("display", "hologram"), ("ui_locales", "tlh en"), ("claims_locales", "x"),
            ("acr_values", "<b> gold"), ("login_hint", "x"), ("id_token_hint", "x"), ("request", ""), ("prompt", ""), ("max_age", ""), ("response_mode", ""), ("dpop_jkt", "x"), ("ticket", "x"), ("show", "choose"), ("error", "x"),
        ] {
            let request = shop.authorization_request().with(name, value);
            let landed = browser.open(&request.url()).await.landed();
            shop.check(&request, &landed);
            assert_eq!(landed.params.len(), 3, "{name}: {landed:?}");
            shop.redeem(&request, landed.code()).await.tokens();
        }
        let unknown_mode = shop.authorization_request().with("response_mode", "carrier_pigeon");
        let landed = browser.open(&unknown_mode.url()).await.landed();
        shop.check(&unknown_mode, &landed);
        assert_eq!((landed.error(), landed.method.as_str()), ("invalid_request", "GET"));
    }

    /// security.md A10: query and body of a POST are one request.
    async fn a_parameter_in_query_and_body_is_repeated(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let mut browser = Browser::new(&server);
        let request = shop.authorization_request();
        let query: String = request.url().split('?').nth(1).unwrap().to_owned();
        let address = format!("/authorize?{query}&foo=1");
        for (name, value) in [("redirect_uri", "https://evil.example/"), ("client_id", "shop"), ("state", "x")] {
            assert!(browser.post(&address, &[(name, value)], false).await.is_page(), "{name}");
            assert_eq!((browser.status(), browser.heading().as_str()), (400, "This sign-in link is broken"), "{name}");
        }
        let landed = browser.post(&address, &[("foo", "")], false).await.landed();
        shop.check(&request, &landed);
        assert_eq!(landed.error(), "invalid_request");
    }

    /// Issue 2, section 4: what a developer can cause says which parameter it is and what to change.
    async fn a_refusal_says_what_to_change(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let mut browser = Browser::new(&server);
        for (name, value, says) in [
            ("claims", r#"{"id_token":{"auth_time":{"essential":"true"}}}"#, "auth_time of id_token is neither null nor an object"),
            ("claims", r#"{"userinfo":null}"#, "userinfo is not an object"),
            ("max_age", "99999999999999999999", "not more than 19"),
            ("resource", "api", "not an absolute URI"),
            ("resource", "https://api.example#x", "without a fragment"),
            ("resource", "https://nobody.example", "add it to its resources"),
            ("scope", "nonsense", "add it to its scope"),
        ] {
            let landed = browser.open(&shop.authorization_request().with(name, value).url()).await.landed();
            assert!(landed.param("error_description").contains(says), "{name}={value}: {landed:?}");
        }
    }

    /// security.md A19, RFC 7636 §4.3, RFC 9700 §2.1.1: PKCE with S256 for every client that could lose a code.
    async fn pkce_is_required_and_plain_refused(db) {
        let lax = Client::confidential("lax").first_party().with("require_pkce", false);
        let server = TestServer::with(db).client(lax).client(Client::public("spa")).start().await;
        let (lax, spa) = (Application::of(&server, "lax"), Application::of(&server, "spa"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let bare = |app: &Application| app.authorization_request().without("code_challenge").without("code_challenge_method");
        assert_eq!(browser.open(&bare(&spa).url()).await.landed().error(), "invalid_request");
        // RFC 9700 §2.1.1: a verifier for a code without a challenge is a downgrade.
        let landed = browser.open(&bare(&lax).url()).await.landed();
        lax.redeem(&bare(&lax), landed.code()).await.refused(400, "invalid_grant");
        lax.post("/token", &[("grant_type", "authorization_code"), ("code", landed.code()), ("redirect_uri", &lax.redirect_uri)]).await.tokens();
        for app in [&lax, &spa] {
            let base = app.authorization_request();
            let challenge = base.parameter("code_challenge").unwrap().to_owned();
            for request in [
                base.clone().with("code_challenge_method", "plain"), base.clone().without("code_challenge_method"), base.clone().with("code_challenge_method", "s256"), base.clone().without("code_challenge"),
                base.clone().with("code_challenge", &challenge[1..]), base.clone().with("code_challenge", &format!("{challenge}A")), base.clone().with("code_challenge", &format!("{}=", &challenge[1..])),
                base.clone().with("code_challenge", &format!("{}+", &challenge[1..])), base.clone().with("code_challenge", &format!("{}é", &challenge[2..])), base.with("code_challenge", &"v".repeat(128)),
            ] {
                let landed = browser.open(&request.url()).await.landed();
                assert_eq!(landed.error(), "invalid_request", "{request:?}");
            }
        }
    }

    /// security.md A21: numbers at their ends.
    async fn max_age_is_a_number_of_seconds(db) {
        let strict = Client::confidential("strict").first_party().with("default_max_age", 60);
        let server = TestServer::with(db).client(Client::confidential("shop").first_party()).client(strict).start().await;
        let (shop, strict) = (Application::of(&server, "shop"), Application::of(&server, "strict"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        server.advance(Duration::from_secs(100));
        let silent = |app: &Application, value: &str| app.authorization_request().with("prompt", "none").with("max_age", value).url();
        for value in ["100", "9223372036854775807", "9223372036854775808", "18446744073709551615"] {
            browser.open(&silent(&shop, value)).await.landed().code();
        }
        for value in ["0", "99"] {
            assert_eq!(browser.open(&silent(&shop, value)).await.landed().error(), "login_required", "{value}");
        }
        for value in ["18446744073709551616", "1e3", "1.0", "0x10", "-0", "+5", " 1", "١"] {
            assert_eq!(browser.open(&silent(&shop, value)).await.landed().error(), "invalid_request", "{value}");
        }
        // OpenID Connect Registration §2: default_max_age, which the request may replace.
        assert_eq!(browser.open(&silent(&strict, "")).await.landed().error(), "login_required");
        browser.open(&silent(&strict, "1000")).await.landed().code();
    }

    /// security.md A21: neither an old sign-in nor the flow's own way back satisfies prompt=login.
    async fn prompt_login_cannot_be_stepped_over(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        server.advance(Duration::from_secs(5));
        let request = shop.authorization_request().with("prompt", "login");
        browser.open(&request.url()).await;
        let ticket = browser.page().value("ticket").unwrap();
        let mut impatient = browser.clone();
        for path in ["/authorize/resume", "/consent"] {
            assert!(impatient.open(&format!("{path}?ticket={ticket}")).await.is_page(), "{path}");
            assert_eq!(impatient.heading(), "Confirm it’s you", "{path}");
        }
        assert!(impatient.post("/consent", &[("csrf", &browser.page().value("csrf").unwrap()), ("ticket", &ticket), ("decision", "allow")], true).await.is_page());
        assert_eq!(impatient.heading(), "Confirm it’s you");
        assert_eq!(server.database().number("SELECT COUNT(*) FROM consents").await, 0);
        let form = browser.clone();
        browser.fill("Password", "not her password");
        browser.press("Continue").await;
        assert_eq!(browser.heading(), "Confirm it’s you", "{}", browser.describe());
        let landed = alice.fill_sign_in(&mut browser).await.landed();
        shop.redeem(&request, landed.code()).await.tokens();
        // Back, and the same form once more: its token was for the session's secret of before.
        let mut again = browser.clone();
        let fields = [("csrf", form.page().value("csrf").unwrap()), ("ticket", ticket.clone()), ("email", alice.email.clone()), ("password", alice.password.clone())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        again.post("/login", &fields, true).await;
        assert_eq!(again.status(), 403);
        // A later request is newer than that sign-in.
        server.advance(Duration::from_secs(1));
        assert!(browser.open(&shop.authorization_request().with("prompt", "login").url()).await.is_page());
    }

    /// security.md A22, OpenID Connect Core §3.1.2.1: a hint that is proven is heeded, another is as none.
    async fn id_token_hint_is_heeded_when_it_is_ours(db) {
        let server = TestServer::start(db).await;
        let (shop, partner) = (Application::of(&server, "shop"), Application::of(&server, "partner"));
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut bobs = bob.signed_in(&server).await;
        let of_bob = shop.sign_in(&mut bobs, &bob).await;
        let partners_of_bob = partner.sign_in(&mut bobs, &bob).await;
        let mut browser = alice.signed_in(&server).await;
        let silent = |hint: &str| shop.authorization_request().with("prompt", "none").with("id_token_hint", hint);
        let parts: Vec<&str> = of_bob.id_token().split('.').collect();
        let foreign = crate::support::jwt::KeyPair::generate().sign(&json!({ "iss": server.issuer, "aud": "shop", "sub": Jwt::decode(of_bob.id_token()).text("sub"), "exp": server.now() + 60, "iat": server.now() }));
        for hint in [
            &format!("eyJhbGciOiJub25lIn0.{}.", parts[1]), &format!("{}.{}.", parts[0], parts[1]), &foreign, &of_bob.access_token, "", "a.b.c",
        ] {
            browser.open(&silent(hint).url()).await.landed().code();
        }
        assert_eq!(browser.open(&silent(partners_of_bob.id_token()).url()).await.landed().error(), "login_required", "whichever app got it");
        server.advance(Duration::from_secs(3600 * 24));
        assert_eq!(browser.open(&silent(of_bob.id_token()).url()).await.landed().error(), "login_required", "expired, yet ours");
        // Without prompt=none the person meant is asked to sign in; somebody else's sign-in is no answer.
        let request = shop.authorization_request().with("id_token_hint", of_bob.id_token());
        browser.open(&request.url()).await;
        assert!(browser.heading().starts_with("Sign in") && !browser.text().contains(&alice.email), "{}", browser.describe());
        let mut wrong = browser.clone();
        let landed = alice.fill_sign_in(&mut wrong).await.landed();
        shop.check(&request, &landed);
        assert_eq!(landed.error(), "login_required");
        browser = wrong;
        server.advance(Duration::from_secs(1));
        browser.open(&request.url()).await;
        let landed = bob.fill_sign_in(&mut browser).await.landed();
        let his = shop.verified(shop.redeem(&request, landed.code()).await.tokens().id_token()).await;
        assert_eq!(his.claim("sub"), Jwt::decode(of_bob.id_token()).claim("sub"));
    }

    /// security.md A23, OpenID Connect Core §5.5: the claims parameter is read within bounds, and what is essential is met or refused.
    async fn the_claims_parameter_is_read_within_bounds(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut bobs = bob.signed_in(&server).await;
        let sub_of_bob = shop.verified(shop.sign_in(&mut bobs, &bob).await.id_token()).await.text("sub").to_owned();
        let mut browser = alice.signed_in(&server).await;
        let own = shop.verified(shop.sign_in(&mut browser, &alice).await.id_token()).await;
        let sub = |value: &str| json!({ "id_token": { "sub": { "value": value } } }).to_string();
        let deep = format!("{{\"userinfo\":{{\"x\":{}1{}}}}}", "[".repeat(4000), "]".repeat(4000));
        let acr = |value: &str, essential: bool| json!({ "id_token": { "acr": { "essential": essential, "values": [value] } } }).to_string();
        let reached = own.text("acr").to_owned();
        for (claims, expected) in [
            (sub(&sub_of_bob), "login_required"), (sub(own.text("sub")), ""), (sub("nobody"), "login_required"), (deep, "invalid_request"), ("[]".into(), "invalid_request"), ("\"x\"".into(), "invalid_request"),
            ("{\"id_token\":1}".into(), "invalid_request"), (acr("gold", true), "unmet_authentication_requirements"), (acr("gold", false), ""), (acr(&reached, true), ""),
            (json!({ "userinfo": { "x": { "value": "y".repeat(5000) } } }).to_string(), "invalid_request"),
            ("{\"userinfo\":{\"unheard_of\":null,\"email\":{\"essential\":true}}}".into(), ""), ("{\"unheard_of\":{}}".into(), ""),
        ] {
            let request = shop.authorization_request().with("prompt", "none").with("claims", &claims);
            let landed = browser.open(&request.url()).await.landed();
            shop.check(&request, &landed);
            assert_eq!(landed.error(), expected, "{}", &claims[..claims.len().min(100)]);
        }
        let huge = json!({ "userinfo": { "x": "y".repeat(1 << 15) } }).to_string();
        is_error_page(&mut browser, &shop.authorization_request().with("claims", &huge).url()).await;
    }

    /// security.md A24, RFC 6749 §3.3: scope is narrowed to what the client may have, and says so.
    async fn scope_is_narrowed_to_what_the_client_may_have(db) {
        let small = Client::confidential("small").with("scope", "openid email");
        let server = TestServer::with(db).client(small).start().await;
        let small = Application::of(&server, "small");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = small.authorization_request().with("scope", "openid openid email profile offline_access admin");
        browser.open(&request.url()).await;
        assert!(!browser.text().contains("profile") && !browser.text().contains("Keep access"), "{}", browser.text());
        let landed = browser.press("Allow").await.landed();
        let tokens = small.redeem(&request, landed.code()).await.tokens();
        assert_eq!(tokens.scope(), "openid email");
        assert!(tokens.refresh_token.is_none(), "offline_access was not granted");
        for scope in ["openid\temail", "openid \"", "openid \\", "openid é", "op\u{7f}enid"] {
            let request = small.authorization_request().with("scope", scope);
            assert_eq!(browser.open(&request.url()).await.landed().error(), "invalid_scope", "{scope:?}");
        }
    }

    /// security.md A18, A41: what a client or a link says is text on our pages.
    async fn what_others_write_is_shown_as_text(db) {
        let name = "<img src=x onerror=alert(1)>\"'&";
        let evil = Client::public("evil").with("client_name", name);
        let server = TestServer::with(db).client(evil).start().await;
        let evil = Application::of(&server, "evil");
        let alice = Person { name: "<script>alert(2)</script>".into(), ..Person::alice() };
        let mut browser = Browser::new(&server);
        let hint = "\"><script>alert(3)</script>";
        let request = evil.authorization_request().with("login_hint", hint).with("ui_locales", "<u>").with("acr_values", "<u>");
        browser.open(&request.url()).await;
        let mut pages = vec![browser.page().clone()];
        assert_eq!(browser.page().attribute("#email", "value").as_deref(), Some(hint));
        browser.follow("Create an account").await;
        pages.push(browser.page().clone());
        alice.fill_sign_up(&mut browser).await;
        assert!(browser.page().has_button("Allow"), "{}", browser.describe());
        pages.push(browser.page().clone());
        browser.open(&request.clone().with("prompt", "select_account").url()).await;
        browser.open(&evil.authorization_request().with("response_mode", "form_post").with("scope", "<u>").url()).await;
        pages.push(browser.page().clone());
        browser.open("/logout?client_id=evil").await;
        pages.push(browser.page().clone());
        browser.open(&request.clone().with("redirect_uri", "https://x/<u>").url()).await;
        pages.push(browser.page().clone());
        for page in &pages {
            for raw in ["<img src=x", "<script>alert", "<u>"] {
                assert!(!page.html.contains(raw), "{}: {}", page.url, page.html);
            }
        }
        assert!(pages[2].text().contains(name) && pages[2].text().contains(&alice.name), "{}", pages[2].text());
    }

    /// security.md A29, A38, A44: each page of a flow is protected, each step is a 303.
    async fn each_page_is_protected_and_each_step_a_303(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = Browser::new(&server);
        let client = Some("https:");
        let request = partner.authorization_request();
        let path = request.url().replace(&server.issuer, "");
        assert_eq!(direct(&server, &browser, &path).await.status, 303);
        browser.open(&request.url()).await;
        is_protected(browser.page(), client);
        assert!(!browser.page().html.contains(&request.verifier) && !browser.page().url.as_str().contains("state="), "the request travels sealed");
        browser.follow("Create an account").await;
        is_protected(browser.page(), client);
        let posted = direct_post(&server, &browser, "/signup", &[("email", &alice.email), ("name", "A"), ("password", &alice.password)]).await;
        assert_eq!((posted.status, posted.header("cache-control")), (303, "no-store"));
        browser.cookies.keep(&posted.headers);
        browser.open(posted.header("location")).await;
        assert!(browser.page().has_button("Allow"), "{}", browser.describe());
        is_protected(browser.page(), client);
        let posted = direct_post(&server, &browser, "/consent", &[("decision", "allow")]).await;
        assert_eq!(posted.status, 303);
        let answer = direct(&server, &browser, posted.header("location")).await;
        assert_eq!((answer.status, answer.header("cache-control"), answer.header("referrer-policy")), (303, "no-store", "no-referrer"));
        assert!(answer.header("location").starts_with("https://partner.example/callback?code="), "{answer:?}");
        let denied = direct_post(&server, &browser, "/consent", &[("decision", "deny")]).await;
        assert!(denied.status == 303 && denied.header("location").contains("error=access_denied"), "{denied:?}");
        server.advance(Duration::from_secs(1));
        browser.open(&partner.authorization_request().with("prompt", "select_account").url()).await;
        is_protected(browser.page(), client);
        assert_eq!(direct_post(&server, &browser, "/login", &[("choice", "continue")]).await.status, 303);
        browser.open(&partner.authorization_request().with("prompt", "login").url()).await;
        is_protected(browser.page(), client);
        let posted = direct_post(&server, &browser, "/login", &[("email", &alice.email), ("password", &alice.password)]).await;
        assert_eq!(posted.status, 303);
        browser.cookies.keep(&posted.headers);
        for path in ["/account", "/account/profile", "/account/password", "/account/sessions", "/account/apps", "/logout", "/nope", "/authorize"] {
            browser.open(path).await;
            is_protected(browser.page(), None);
        }
        browser.open("/logout").await;
        let out = direct_post(&server, &browser, "/logout", &[("decision", "sign_out")]).await;
        assert!(out.status == 200 && out.header("cache-control") == "no-store", "{out:?}");
        let fields: Vec<(&str, &str)> = request.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(Reply::of(partner.http.post(server.at("/authorize")).form(&fields)).await.status, 303);
    }

    /// security.md A39, A45: no step can be left out, sent empty, or sent from elsewhere.
    async fn no_step_can_be_left_out(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        browser.open(&partner.authorization_request().url()).await;
        let (ticket, csrf) = (browser.page().value("ticket").unwrap(), browser.page().value("csrf").unwrap());
        for path in ["/consent", "/authorize/resume"] {
            let mut eager = browser.clone();
            assert!(eager.open(&format!("{path}?ticket={ticket}")).await.is_page());
            assert_eq!(eager.heading(), "Sign in", "{path}");
            let mut other = Browser::new(&server);
            other.open(&format!("{path}?ticket={ticket}")).await;
            assert_eq!((other.status(), other.heading().as_str()), (400, "This page has expired"), "{path} in another browser");
        }
        let mut eager = browser.clone();
        assert!(eager.post("/consent", &[("csrf", &csrf), ("ticket", &ticket), ("decision", "allow")], true).await.is_page());
        assert_eq!(eager.heading(), "Sign in", "nobody is there to consent");
        for path in ["/login", "/signup", "/consent"] {
            browser.clone().post(path, &[], true).await;
            for (fields, same_origin, heading) in [
                (vec![], true, "Please try that again"),
                (vec![("ticket", ticket.as_str()), ("decision", "allow")], true, "Please try that again"),
                (vec![("csrf", "x"), ("ticket", ticket.as_str())], true, "Please try that again"),
                (vec![("csrf", csrf.as_str()), ("ticket", ticket.as_str()), ("email", alice.email.as_str()), ("password", alice.password.as_str())], false, "Please try that again"),
            ] {
                let mut sender = browser.clone();
                sender.post(path, &fields, same_origin).await;
                assert_eq!((sender.status(), sender.heading().as_str()), (403, heading), "{path} {fields:?}");
                assert!(sender.cookie("ostiary_session").is_none());
            }
        }
        // Login CSRF: the attacker's own valid pair of cookie and token is worth nothing in the victim's browser.
        let mut attacker = Browser::new(&server);
        attacker.open("/login").await;
        let stolen = attacker.page().value("csrf").unwrap();
        browser.post("/login", &[("csrf", &stolen), ("email", &alice.email), ("password", &alice.password)], true).await;
        assert_eq!(browser.status(), 403);
        assert_eq!(server.database().number("SELECT COUNT(*) FROM consents").await, 0);
    }

    /// security.md S10, A45: a ticket that was altered, cut, or made for something else opens nothing.
    async fn altered_tickets_open_nothing(db) {
        let server = TestServer::start(db).await;
        let (partner, shop) = (Application::of(&server, "partner"), Application::of(&server, "shop"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let code = alice.authorize(&mut browser, &request).await.code().to_owned();
        let [logout_ticket, ticket, csrf] = browser.tickets(&partner.authorization_request()).await;
        let mut bad = vec![code, logout_ticket, csrf.clone(), String::new(), "x".into(), ticket[1..].to_owned(), ticket[..ticket.len() - 1].to_owned(), format!("{ticket}A"), format!("{ticket}=")];
        for at in (0..ticket.len()).step_by(ticket.len() / 12) {
            let mut bytes = ticket.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            bad.push(String::from_utf8(bytes).unwrap());
        }
        for text in &bad {
            for path in ["/authorize/resume", "/consent"] {
                browser.open(&format!("{path}?ticket={text}")).await;
                assert_eq!((browser.status(), browser.heading().as_str()), (400, "This page has expired"), "{path} {text}");
            }
            browser.post("/consent", &[("csrf", &csrf), ("ticket", text), ("decision", "allow")], true).await;
            assert_eq!(browser.status(), 400, "{text}");
        }
        assert_eq!(server.database().number("SELECT COUNT(*) FROM consents").await, 0);
        browser.open(&format!("/consent?ticket={ticket}")).await;
        browser.press("Allow").await.landed().code();
    }

    /// security.md A40: two tabs with two apps stay apart, and edited fields count for nothing.
    async fn two_tabs_stay_apart(db) {
        let server = TestServer::start(db).await;
        let (partner, spa) = (Application::of(&server, "partner"), Application::of(&server, "spa"));
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        let (first, second) = (partner.authorization_request().with("scope", "openid email"), spa.authorization_request().with("scope", "openid profile"));
        browser.open(&first.url()).await;
        let mut tab = browser.clone();
        tab.open(&second.url()).await;
        assert!(browser.text().contains("Partner") && tab.text().contains("Spa"));
        alice.fill_sign_in(&mut browser).await;
        assert!(browser.text().contains("Partner"), "{}", browser.describe());
        // The other tab shares the cookies; its sign-in form is out of date, its ticket is not.
        let ticket = tab.page().value("ticket").unwrap();
        tab.cookies = browser.cookies.clone();
        tab.open(&format!("/authorize/resume?ticket={ticket}")).await;
        assert!(tab.text().contains("Spa") && tab.page().has_button("Allow"), "{}", tab.describe());
        for name in ["scope", "client_id", "redirect_uri", "user_id"] {
            tab.forge(name, "openid profile email orders:write");
        }
        let landed = tab.press("Allow").await.landed();
        spa.check(&second, &landed);
        assert_eq!(spa.redeem(&second, landed.code()).await.tokens().scope(), "openid profile");
        assert_eq!(server.database().texts("SELECT client_id FROM consents").await, ["spa"]);
        let scope = server.database().texts("SELECT scope FROM consents").await.remove(0);
        assert!(!scope.contains("email") && !scope.contains("orders"), "{scope}");
        let landed = browser.press("Allow").await.landed();
        partner.check(&first, &landed);
        partner.redeem(&first, landed.code()).await.tokens();
    }

    /// security.md A40: the decision is of the person who saw the page.
    async fn consent_is_of_the_person_who_saw_the_page(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let (alice, bob) = (Person::alice(), Person::bob());
        bob.registered(&server).await;
        let mut browser = alice.signed_in(&server).await;
        browser.open(&partner.authorization_request().url()).await;
        let mut tab = browser.clone();
        tab.open("/logout").await;
        tab.press("Sign out").await;
        // Nobody is signed in: the open page is no decision.
        let mut page = browser.clone();
        page.cookies = tab.cookies.clone();
        page.press("Allow").await;
        assert_eq!(page.status(), 403);
        bob.sign_in(&mut tab).await;
        browser.cookies = tab.cookies.clone();
        browser.press("Allow").await;
        assert_eq!(browser.status(), 403, "{}", browser.describe());
        assert_eq!(server.database().number("SELECT COUNT(*) FROM consents").await, 0);
    }

    /// OpenID Connect Core §3.1.2.4, §5.5, RFC 8707 §2: asked again for more, never for less; what was denied is not remembered.
    async fn consent_is_asked_for_more_and_not_for_less(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let asks = |scope: &str| partner.authorization_request().with("scope", scope);
        for _ in 0..2 {
            assert!(browser.open(&asks("openid email").url()).await.is_page());
            assert_eq!(browser.press("Don’t allow").await.landed().error(), "access_denied");
        }
        browser.open(&asks("openid email offline_access").url()).await;
        assert!(browser.text().contains("Keep access when you are away"));
        browser.press("Allow").await.landed();
        server.advance(Duration::from_secs(1));
        for scope in ["openid", "openid email", "email openid offline_access"] {
            browser.open(&asks(scope).url()).await.landed().code();
        }
        assert!(browser.open(&asks("openid").with("claims", r#"{"userinfo":{"phone_number":null}}"#).url()).await.is_page());
        assert!(browser.text().contains("See your phone number"), "{}", browser.text());
        assert!(browser.open(&asks("openid").with("resource", "https://api.example").url()).await.is_page(), "an API that was not named before");
        assert!(browser.open(&asks("openid").with("prompt", "consent").url()).await.is_page());
        browser.press("Allow").await.landed().code();
        // Taken back in the account: asked again, and dead what was issued.
        let tokens = partner.sign_in_with(&mut browser, &alice, &asks("openid email offline_access")).await;
        browser.open("/account/apps").await;
        browser.press("Remove").await;
        partner.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        assert!(browser.open(&asks("openid").url()).await.is_page());
    }

    /// OpenID Connect Core §3.1.2.1: select_account lets choose; the choice holds for that session only.
    async fn the_choice_of_an_account_holds_for_that_session(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        bob.registered(&server).await;
        let mut browser = alice.signed_in(&server).await;
        server.advance(Duration::from_secs(1));
        let request = shop.authorization_request().with("prompt", "select_account");
        browser.open(&request.url()).await;
        assert!(browser.text().contains(&alice.email));
        assert_eq!(browser.clone().open(&shop.authorization_request().with("prompt", "none select_account").url()).await.landed().error(), "invalid_request");
        browser.press("Use another account").await;
        assert_eq!(browser.page().attribute("#email", "value").as_deref(), Some(""), "not the account that was turned down");
        let landed = bob.fill_sign_in(&mut browser).await.landed();
        let id_token = shop.verified(shop.redeem(&request, landed.code()).await.tokens().id_token()).await;
        assert_eq!(id_token.text("email"), bob.email);
        // Alone the page shows nothing; a stranger who is asked to choose signs in.
        let mut stranger = Browser::new(&server);
        stranger.open(&request.url()).await;
        assert_eq!(stranger.heading(), "Sign in");
        alice.fill_sign_in(&mut stranger).await.landed().code();
    }

    /// Initiating User Registration via OpenID Connect §4: create makes a new account even where one is signed in; closed, people sign in.
    async fn prompt_create_makes_a_new_account(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut browser = alice.signed_in(&server).await;
        server.advance(Duration::from_secs(1));
        let request = shop.authorization_request().with("prompt", "create");
        browser.open(&request.url()).await;
        assert_eq!(browser.heading(), "Create your account");
        let landed = bob.fill_sign_up(&mut browser).await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        assert_eq!(shop.userinfo(&tokens.access_token).await.ok()["email"], bob.email);
        let closed = TestServer::with(db).setting("sign_up.enabled", false).start().await;
        let mut browser = Browser::new(&closed);
        browser.open(&Application::of(&closed, "shop").authorization_request().with("prompt", "create").url()).await;
        assert_eq!(browser.heading(), "Sign in");
        browser.open("/signup").await;
        assert_eq!(browser.status(), 403);
    }

    /// security.md A9, C7: deleted, or without its URI, while the person reads the page: nobody is sent there.
    async fn a_client_that_changed_meanwhile_is_looked_at_anew(db) {
        let server = TestServer::start(db).await;
        let (partner, shop) = (Application::of(&server, "partner"), Application::of(&server, "shop"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let code = alice.authorize(&mut browser, &request).await.code().to_owned();
        browser.open(&partner.authorization_request().url()).await;
        let mut elsewhere = browser.clone();
        let reload = async || server.app().clients.reload(&server.app().storage).await.unwrap();
        server.database().execute("UPDATE clients SET metadata = REPLACE(metadata, 'https://partner.example/callback', 'https://partner.example/moved')").await;
        reload().await;
        for button in ["Allow", "Don’t allow"] {
            assert!(elsewhere.clone().press(button).await.is_page());
        }
        server.database().execute("UPDATE clients SET metadata = REPLACE(metadata, 'https://partner.example/moved', 'https://partner.example/callback')").await;
        reload().await;
        let mut connection = server.app().storage.write().await.unwrap();
        for id in ["partner", "shop"] {
            ostiary::clients::delete_client(&mut connection, &ostiary::clients::ClientId::new(id)).await.unwrap();
        }
        drop(connection);
        reload().await;
        for button in ["Allow", "Don’t allow"] {
            assert!(elsewhere.press(button).await.is_page());
            assert_eq!((elsewhere.status(), elsewhere.heading().as_str()), (400, "This sign-in link is broken"));
            elsewhere = browser.clone();
        }
        shop.redeem(&request, &code).await.refused(401, "invalid_client");
        assert_eq!(server.database().number("SELECT COUNT(*) FROM consents").await, 0);
    }
}
