//! Sign in with others: the flow, what a provider may lie about, whose identity it is, connecting and removing.

use crate::both;
use crate::support::authenticator::give;
use crate::support::mailbox::Mailbox;
use crate::support::passkey;
use crate::support::prelude::*;
use crate::support::upstream::{FakeUpstream, SECRET, Signature};

const FRIEDA: &str = "frieda@far.example";

async fn start(db: Database) -> (FakeUpstream, TestServer) {
    let fake = FakeUpstream::start("far").await;
    fake.knows("frieda-1", FRIEDA);
    let server = TestServer::with(db).upstream(fake.document()).start().await;
    (fake, server)
}

/// Signs up by a provider: there, back, and the page that asks.
async fn sign_up(fake: &FakeUpstream, server: &TestServer) -> Browser {
    let mut browser = fake.visit(server).await;
    assert_eq!(browser.path(), "/signup/with", "{}", browser.describe());
    browser.press("Create account").await;
    assert_eq!(browser.path(), "/account", "{}", browser.describe());
    browser
}

fn has_session(browser: &Browser) -> bool {
    browser.cookie("ostiary_session").is_some_and(|cookie| !cookie.value.is_empty())
}

/// Nobody comes in: a page says so, and there is neither a session nor a link.
async fn refused(browser: &Browser, server: &TestServer, what: &str) {
    assert!(browser.status() >= 400, "{what}: {}", browser.describe());
    assert!(!has_session(browser), "{what}");
    assert_eq!(links(server).await, 0, "{what}");
}

async fn links(server: &TestServer) -> i64 {
    server.database().number("SELECT count(*) FROM linked_identities").await
}

async fn users(server: &TestServer) -> i64 {
    server.database().number("SELECT count(*) FROM users").await
}

both! {
    /// OpenID Connect Core §3.1: somebody new signs up on the way to an app; the second time they are simply let in.
    async fn somebody_new_signs_up_and_comes_back(db) {
        let (fake, server) = start(db).await;
        let partner = Application::of(&server, "partner");
        let request = partner.authorization_request();
        let mut browser = Browser::new(&server);
        browser.open(&request.url()).await;
        fake.sign_in(&mut browser).await;
        assert!(browser.text().contains("to continue to Partner"), "{}", browser.describe());
        assert_eq!((browser.page().value("email"), browser.page().value("name")), (Some(FRIEDA.into()), Some("Frieda Far".into())));
        browser.press("Create account").await;
        let landed = browser.press("Allow").await.landed();
        let tokens = partner.redeem(&request, landed.code()).await.tokens();
        let id_token = partner.verified(tokens.id_token()).await;
        assert_eq!((id_token.text("email"), id_token.claim("email_verified")), (FRIEDA, &json!(true)));
        assert_eq!(id_token.claim("amr"), &json!(["fed"]));

        let browser = fake.visit(&server).await;
        assert_eq!((browser.path(), has_session(&browser)), ("/account", true), "{}", browser.describe());
        assert_eq!((users(&server).await, links(&server).await), (1, 1));
        let asked = &fake.asked("/token")[0];
        assert!(asked.authorization.starts_with("Basic ") && asked.form["code_verifier"].len() == 43, "{asked:?}");
    }

    /// Issue 3, section 4: a link into the account survives the way to the provider and back.
    async fn a_link_into_the_account_is_followed_after_a_sign_in_elsewhere(db) {
        let (fake, server) = start(db).await;
        sign_up(&fake, &server).await;
        let mut browser = Browser::new(&server);
        browser.open("/account/security").await;
        fake.sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
    }

    /// security.md U1: an answer counts once, in the browser that asked for it, from the provider that was asked.
    async fn an_answer_is_of_this_browser_this_provider_and_this_request(db) {
        let (fake, other) = (FakeUpstream::start("far").await, FakeUpstream::start("other").await);
        fake.knows("frieda-1", FRIEDA);
        let server = TestServer::with(db).upstream(fake.document()).upstream(other.document()).start().await;
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let landed = fake.leave(&mut browser).await;
        for name in ["response_type", "client_id", "scope", "nonce", "code_challenge"] {
            assert!(!landed.param(name).is_empty());
        }
        assert_eq!(landed.param("code_challenge_method"), "S256");
        let callback = fake.approve(&landed);
        let with = |change: &dyn Fn(&mut Vec<(String, String)>)| {
            let mut url = url::Url::parse(&callback).unwrap();
            let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            change(&mut pairs);
            url.query_pairs_mut().clear().extend_pairs(pairs);
            url.to_string()
        };
        for (what, address) in [
            ("no state", with(&|pairs| pairs.retain(|(name, _)| name != "state"))),
            ("no code", with(&|pairs| pairs.retain(|(name, _)| name != "code"))),
            ("foreign state", with(&|pairs| pairs.iter_mut().filter(|(name, _)| name == "state").for_each(|(_, value)| *value = "x".repeat(200)))),
            ("foreign iss", with(&|pairs| pairs.push(("iss".into(), other.issuer.clone())))),
            ("two states", format!("{callback}&state=x")),
            ("another provider's callback", callback.replace("/far/callback", "/other/callback")),
            ("an unknown provider's callback", callback.replace("/far/callback", "/nobody/callback")),
        ] {
            browser.open(&address).await;
            refused(&browser, &server, what).await;
        }
        let mut thief = Browser::new(&server);
        thief.open("/login").await;
        thief.open(&callback).await;
        refused(&thief, &server, "another browser").await;
        assert_eq!(other.asked("/token").len(), 0, "no code goes to a provider that did not make it");
        // What failed has used nothing up.
        browser.open(&callback).await;
        browser.press("Create account").await;
        assert!(has_session(&browser), "{}", browser.describe());
        browser.open(&callback).await;
        assert!(browser.status() >= 400, "used up: {}", browser.describe());
        // Too late.
        let mut late = Browser::new(&server);
        late.open("/login").await;
        let landed = fake.leave(&mut late).await;
        server.advance(Duration::from_secs(601));
        late.open(&fake.approve(&landed)).await;
        assert!(late.status() >= 400 && !has_session(&late), "{}", late.describe());
    }

    /// security.md U1: an error is answered with words of our own.
    async fn an_error_of_the_provider_is_not_repeated(db) {
        let (fake, server) = start(db).await;
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let landed = fake.leave(&mut browser).await;
        let state = landed.param("state");
        let address = url::Url::parse_with_params(
            landed.param("redirect_uri"),
            [("state", state), ("error", "<script>alert(1)</script>"), ("error_description", "call 555-0100 <b>now</b>")],
        );
        browser.open(address.unwrap().as_str()).await;
        refused(&browser, &server, "an error").await;
        assert!(!browser.page().html.contains("alert(1)") && !browser.text().contains("555"), "{}", browser.describe());
        browser.open(&format!("{}?state={state}&error=access_denied", landed.param("redirect_uri"))).await;
        assert!(browser.text().contains("was cancelled"), "{}", browser.describe());
        browser.follow("Back to sign-in").await;
        assert_eq!(browser.path(), "/login");
    }

    /// security.md T15, U1, U2: each lie in the ID token is found, and the honest token beside them is taken.
    async fn a_token_that_lies_lets_nobody_in(db) {
        let (fake, server) = start(db).await;
        let now = server.now();
        let public_key = fake.key_text();
        let lies: Vec<(&str, Vec<(&str, Value)>, Signature)> = vec![
            ("no nonce", vec![("nonce", Value::Null)], Signature::Right),
            ("another nonce", vec![("nonce", json!("x"))], Signature::Right),
            ("another aud", vec![("aud", json!("somebody-else"))], Signature::Right),
            ("aud with others", vec![("aud", json!(["ostiary", "somebody-else"]))], Signature::Right),
            ("another azp", vec![("azp", json!("somebody-else"))], Signature::Right),
            ("no aud", vec![("aud", Value::Null)], Signature::Right),
            ("another iss", vec![("iss", json!("https://evil.example"))], Signature::Right),
            ("iss with a slash", vec![("iss", json!(format!("{}/", fake.issuer)))], Signature::Right),
            ("no iss", vec![("iss", Value::Null)], Signature::Right),
            ("expired", vec![("exp", json!(now - 1))], Signature::Right),
            ("no exp", vec![("exp", Value::Null)], Signature::Right),
            ("from the future", vec![("iat", json!(now + 3600))], Signature::Right),
            ("another token's at_hash", vec![("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))], Signature::Right),
            ("no sub", vec![("sub", Value::Null)], Signature::Right),
            ("an empty sub", vec![("sub", json!(""))], Signature::Right),
            ("a huge sub", vec![("sub", json!("s".repeat(300)))], Signature::Right),
            ("alg none", vec![], Signature::None),
            ("HS256 with our secret", vec![], Signature::Hs256(SECRET.into())),
            ("HS256 with the public key", vec![], Signature::Hs256(public_key)),
            ("an unknown kid", vec![], Signature::UnknownKid),
            ("another key under this kid", vec![], Signature::WrongKey),
        ];
        for (what, claims, signature) in lies {
            fake.knows("frieda-1", FRIEDA);
            claims.into_iter().for_each(|(name, value)| fake.claim(name, value));
            fake.says(|script| script.signature = signature);
            let browser = fake.visit(&server).await;
            refused(&browser, &server, what).await;
        }
        fake.knows("frieda-1", FRIEDA);
        fake.says(|script| script.signature = Signature::Right);
        sign_up(&fake, &server).await;
    }

    /// security.md U2, A37: unknown keys do not make us ask for ever, and a rotation is picked up half a minute later.
    async fn a_flood_of_unknown_keys_is_not_looked_up_and_a_rotation_is(db) {
        let (fake, server) = start(db).await;
        sign_up(&fake, &server).await;
        fake.says(|script| script.signature = Signature::UnknownKid);
        for _ in 0..5 {
            fake.visit(&server).await;
        }
        assert_eq!((fake.asked("/jwks").len(), fake.asked("/.well-known/openid-configuration").len()), (1, 1));
        fake.says(|script| script.signature = Signature::Right);
        fake.rotate_keys();
        server.advance(Duration::from_secs(31));
        assert!(has_session(&fake.visit(&server).await));
        assert_eq!(fake.asked("/jwks").len(), 2);
    }

    /// security.md U2 (CVE-2026-31813): for many tenants the issuer is the configured one with the token's own tenant, to the letter.
    async fn the_issuer_of_many_tenants_is_checked_by_the_tokens_tenant(db) {
        const TENANT: &str = "11111111-2222-3333-4444-55555555aaaa";
        let fake = FakeUpstream::start("many").await;
        let template = format!("{}/{{tenantid}}/v2.0", fake.issuer);
        fake.says(|script| {
            script.metadata.insert("issuer".into(), json!(template));
        });
        let mut document = fake.document();
        document["kind"] = json!("microsoft");
        document["issuer"] = json!(template);
        let server = TestServer::with(db).upstream(document).start().await;
        let of = |tenant: &str| format!("{}/{tenant}/v2.0", fake.issuer);
        let other = "99999999-2222-3333-4444-55555555aaaa";
        for (what, tid, iss) in [
            ("another tenant's iss", json!(TENANT), of(other)),
            ("the template itself", json!(TENANT), template.clone()),
            ("the word common", json!("common"), of("common")),
            ("no tid", Value::Null, of(TENANT)),
            ("a tid that leads elsewhere", json!("../evil"), of("../evil")),
            ("a prefix", json!(TENANT), format!("{}.evil.example", of(TENANT))),
            ("another case", json!(TENANT.to_uppercase()), of(&TENANT.to_uppercase())),
        ] {
            fake.knows("frieda-1", FRIEDA);
            fake.claim("tid", tid);
            fake.claim("iss", iss);
            refused(&fake.visit(&server).await, &server, what).await;
        }
        fake.knows("frieda-1", FRIEDA);
        fake.claim("tid", TENANT);
        fake.claim("iss", of(TENANT));
        sign_up(&fake, &server).await;
        assert_eq!(fake.asked("/common/v2.0/.well-known/openid-configuration").len(), 1);
    }

    /// RFC 9207 §2.4: a provider that says it sends `iss` sends it, and the right one.
    async fn a_provider_that_sends_its_issuer_always_does(db) {
        let (fake, server) = start(db).await;
        fake.says(|script| {
            script.metadata.insert("authorization_response_iss_parameter_supported".into(), json!(true));
        });
        refused(&fake.visit(&server).await, &server, "no iss").await;
        fake.says(|script| script.iss = Some("https://evil.example".into()));
        refused(&fake.visit(&server).await, &server, "another iss").await;
        assert_eq!(fake.asked("/token").len(), 0, "found before the code goes anywhere");
        let issuer = fake.issuer.clone();
        fake.says(|script| script.iss = Some(issuer));
        sign_up(&fake, &server).await;
    }

    /// Discovery §4.3, security.md A34: metadata of another issuer, or that leads elsewhere, is not followed.
    async fn metadata_of_another_issuer_is_not_followed(db) {
        for (name, value) in [("issuer", json!("https://evil.example")), ("issuer", Value::Null), ("token_endpoint", json!("http://10.0.0.1/token")), ("jwks_uri", json!("file:///etc/passwd"))] {
            let (fake, server) = start(db).await;
            fake.says(|script| {
                script.metadata.insert(name.into(), value);
            });
            let mut browser = Browser::new(&server);
            browser.open("/login").await;
            if let Arrival::Landed(landed) = browser.press(&fake.button()).await {
                browser.open(&fake.approve(&landed)).await;
            }
            refused(&browser, &server, name).await;
        }
    }

    /// security.md U3: an address alone links nothing, whoever vouches for it.
    async fn an_account_is_connected_by_its_owner_only(db) {
        let (fake, server) = start(db).await;
        let alice = Person::alice();
        alice.registered(&server).await;
        server.database().execute("UPDATE users SET email_verified = TRUE").await;
        fake.knows("frieda-1", &alice.email);
        let mut browser = fake.visit(&server).await;
        assert_eq!((browser.path(), has_session(&browser)), ("/login/connect", false), "{}", browser.describe());
        assert!(!browser.page().has_button("Connect"));
        // What the page does not offer is not done either.
        let arrival = browser.page().value("arrival").unwrap();
        let csrf = browser.page().value("csrf").unwrap();
        browser.post("/login/connect", &[("csrf", &csrf), ("arrival", &arrival), ("choice", "connect")], true).await;
        assert_eq!((browser.path(), links(&server).await), ("/login/connect", 0));
        browser.follow("Sign in to connect it").await;
        alice.fill_sign_in(&mut browser).await;
        assert_eq!((browser.heading().as_str(), links(&server).await), ("Connect Far?", 0), "{}", browser.describe());
        browser.press("Connect").await;
        assert_eq!((browser.path(), links(&server).await), ("/account", 1), "{}", browser.describe());
        assert!(has_session(&fake.visit(&server).await));
        let mails = Mailbox::of(&server).all().await;
        assert!(mails.iter().any(|mail| mail.to.contains(&alice.email) && mail.subject.contains("Far")), "{mails:?}");
        assert!(server.database().everything().await.contains("identity_linked"));
    }

    /// Issue 3 §2, security.md U3: what connects asks for a proof of the last ten minutes, on the way to the provider and at the question.
    async fn a_stale_proof_connects_nothing(db) {
        let (fake, server) = start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        server.database().execute("UPDATE users SET email_verified = TRUE").await;
        browser.open("/account/security").await;
        server.advance(Duration::from_secs(601));
        assert!(browser.press("Connect Far").await.is_page());
        assert_eq!((browser.path(), browser.heading().as_str()), ("/login", "Confirm it’s you"));
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
        browser.press("Connect Far").await.landed();

        // Whoever comes from the provider with a session of long ago.
        fake.knows("frieda-1", &alice.email);
        server.advance(Duration::from_secs(601));
        for (claim, of_server) in [("iat", 2), ("auth_time", 2), ("exp", 300)] {
            fake.claim(claim, server.now() + of_server);
        }
        fake.sign_in_again(&mut browser, &server).await;
        assert_eq!((browser.path(), browser.page().has_button("Connect")), ("/login/connect", false), "{}", browser.describe());
        let (arrival, csrf) = (browser.page().value("arrival").unwrap(), browser.page().value("csrf").unwrap());
        browser.post("/login/connect", &[("csrf", &csrf), ("arrival", &arrival), ("choice", "connect")], true).await;
        assert_eq!((browser.path(), links(&server).await), ("/login/connect", 0), "{}", browser.describe());
        browser.follow("Sign in to connect it").await;
        alice.fill_sign_in(&mut browser).await;
        browser.press("Connect").await.landed().code();
        assert_eq!(links(&server).await, 1);
    }

    /// Initiating User Registration via OpenID Connect §4: whoever makes an account by a provider where they signed in long ago has made it.
    async fn an_account_that_a_provider_begins_is_a_new_one(db) {
        let (fake, server) = start(db).await;
        let shop = Application::of(&server, "shop");
        fake.knows("frieda-1", "frieda@example.org");
        for prompt in ["create", "select_account"] {
            let long_ago = server.now() - 3600;
            fake.claim("auth_time", long_ago);
            let request = shop.authorization_request().with("prompt", prompt);
            let mut browser = Browser::new(&server);
            browser.open(&request.url()).await;
            let mut step = fake.sign_in(&mut browser).await;
            if step.is_page() {
                assert_eq!(prompt, "create", "{}", browser.describe());
                step = browser.press("Create account").await;
            }
            let tokens = shop.redeem(&request, step.landed().code()).await.tokens();
            assert_eq!(shop.verified(tokens.id_token()).await.claim("auth_time"), &json!(long_ago));
        }
    }

    /// OpenID Connect Core §2 (`auth_time`), §3.1.2.1; security.md M7: an old session at the provider is no fresh proof, also in a browser in
    /// which nobody is signed in here. The account asks anew, and an application is told the truth.
    async fn an_old_session_at_the_provider_is_no_fresh_proof(db) {
        let (fake, server) = start(db).await;
        sign_up(&fake, &server).await;
        let long_ago = server.now() - 3600;
        fake.claim("auth_time", long_ago);
        let mut browser = fake.visit(&server).await;
        assert_eq!(browser.path(), "/account", "{}", browser.describe());
        browser.open("/account/delete").await;
        assert_eq!((browser.path(), browser.heading().as_str()), ("/login", "Confirm it’s you"));
        let landed = fake.leave(&mut browser).await;
        assert_eq!((landed.param("prompt"), landed.param("max_age")), ("login", "0"));
        browser.open(&fake.approve(&landed)).await;
        assert!(browser.status() >= 400, "the provider answers with its old session: {}", browser.describe());
        browser.open("/account/delete").await;
        let landed = fake.leave(&mut browser).await;
        fake.claim("auth_time", server.now());
        browser.open(&fake.approve(&landed)).await;
        assert_eq!(browser.path(), "/account/delete", "{}", browser.describe());

        let shop = Application::of(&server, "shop");
        fake.claim("auth_time", long_ago);
        let request = shop.authorization_request();
        let mut browser = Browser::new(&server);
        browser.open(&request.url()).await;
        let landed = fake.sign_in(&mut browser).await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        assert_eq!(shop.verified(tokens.id_token()).await.claim("auth_time"), &json!(long_ago));
        // What the application asks for is asked of the provider, and where it does not listen, once more.
        let request = shop.authorization_request().with("max_age", "60");
        let mut browser = Browser::new(&server);
        browser.open(&request.url()).await;
        let landed = fake.leave(&mut browser).await;
        assert_eq!((landed.params.get("prompt"), landed.param("max_age")), (None, "60"));
        browser.open(&fake.approve(&landed)).await;
        assert_eq!(browser.path(), "/login", "{}", browser.describe());
        let landed = fake.leave(&mut browser).await;
        assert_eq!((landed.param("prompt"), landed.param("max_age")), ("login", "0"));
        fake.claim("auth_time", server.now());
        browser.open(&fake.approve(&landed)).await.landed().code();
        let mut browser = Browser::new(&server);
        browser.open(&shop.authorization_request().with("prompt", "login").url()).await;
        assert_eq!(fake.leave(&mut browser).await.param("prompt"), "login");
    }

    /// security.md O6, U3: where a second factor is demanded, a session of the password alone connects nothing, also what it had begun.
    async fn a_session_that_lacks_a_demanded_factor_connects_nothing(db) {
        let (fake, mut server) = start(db).await;
        let alice = Person::alice();
        let mut owner = alice.signed_in(&server).await;
        let mut phone = passkey::Authenticator::phone(&server);
        phone.add_to(&mut owner, "Phone").await;
        server.database().execute("UPDATE users SET email_verified = TRUE").await;
        fake.knows("frieda-1", &alice.email);
        let mut thief = Browser::new(&server);
        alice.sign_in(&mut thief).await;
        thief.open("/account/security").await;
        let begun = thief.press("Connect Far").await.landed();
        fake.sign_in_again(&mut thief, &server).await;
        assert_eq!(thief.path(), "/login/connect", "{}", thief.describe());
        let mut asked = thief.clone();
        let arrival = thief.page().value("arrival").unwrap();
        server.ground.change("second_factor.required", true);
        server.restart().await;

        thief.open(&format!("/login/connect?arrival={arrival}")).await;
        assert_eq!(thief.path(), "/login/factor/key", "the question: {}", thief.describe());
        asked.press("Connect").await;
        assert_eq!((asked.path(), links(&server).await), ("/login/factor/key", 0), "the answer: {}", asked.describe());
        thief.open(&fake.approve(&begun)).await;
        assert_eq!((thief.path(), links(&server).await), ("/login/factor/key", 0), "back from there: {}", thief.describe());
        thief.open("/login?show=other").await;
        let csrf = thief.page().value("csrf").unwrap();
        thief.post("/login/with/far", &[("csrf", &csrf), ("errand", "link")], true).await;
        assert_eq!((thief.path(), links(&server).await), ("/login/factor/key", 0), "on the way there: {}", thief.describe());
        // With it the question is asked again, and answered.
        phone.sign_in(&mut asked).await;
        assert_eq!(asked.path(), "/login/connect", "{}", asked.describe());
        asked.press("Connect").await;
        assert_eq!(links(&server).await, 1, "{}", asked.describe());
    }

    /// security.md U3: only the literal `true` counts, and only for the address beside it.
    async fn an_address_is_proven_by_the_literal_true_beside_it(db) {
        let (fake, server) = start(db).await;
        for (number, verified) in [Value::Null, json!(false), json!("true"), json!(1), json!({})].into_iter().enumerate() {
            let email = format!("person{number}@far.example");
            fake.knows(&format!("sub-{number}"), &email);
            fake.claim("email_verified", verified.clone());
            let mut browser = fake.visit(&server).await;
            if browser.status() == 200 {
                browser.press("Create account").await;
            }
            assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, 0, "{verified}");
        }
        assert!(users(&server).await >= 3, "an address that is not proven is no reason to let nobody in");
        // The ID token vouches for no address, userinfo names one and does not vouch for it.
        fake.knows("mixed", FRIEDA);
        fake.claim("email", Value::Null);
        fake.says(|script| script.userinfo = [("sub".into(), json!("mixed")), ("email".into(), json!("mixed@far.example"))].into_iter().collect());
        fake.visit(&server).await.press("Create account").await;
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, 0);
        // Userinfo about somebody else.
        fake.says(|script| {
            script.userinfo.insert("sub".into(), json!("another"));
        });
        let browser = fake.visit(&server).await;
        assert!(browser.status() >= 400, "{}", browser.describe());
    }

    /// security.md U3: a provider whose word does not count proves no address, whatever it says.
    async fn a_provider_that_is_not_trusted_proves_no_address(db) {
        let fake = FakeUpstream::start("far").await;
        fake.knows("frieda-1", FRIEDA);
        let mut document = fake.document();
        document.as_object_mut().unwrap().remove("trust_email");
        let server = TestServer::with(db).upstream(document).start().await;
        sign_up(&fake, &server).await;
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, 0);
    }

    /// security.md U4: the question whether to connect is of one browser, one account and one identity, and is asked once.
    async fn the_question_to_connect_is_bound_and_used_up(db) {
        let (fake, server) = start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        alice.registered(&server).await;
        let mut bobs = bob.signed_in(&server).await;
        fake.knows("frieda-1", &alice.email);
        fake.claim("email_verified", false);
        let mut browser = fake.visit(&server).await;
        let arrival = browser.page().value("arrival").unwrap();
        let address = format!("/login/connect?arrival={arrival}");
        bobs.open(&address).await;
        assert_eq!(bobs.status(), 400, "another browser");
        // Another person in the same browser.
        bob.sign_in(&mut browser).await;
        browser.open(&address).await;
        assert!(!browser.page().has_button("Connect"), "{}", browser.describe());
        // Cancelled is cancelled.
        browser.press("Don’t connect").await;
        let mut owner = browser.clone();
        owner.open("/logout").await;
        owner.press("Sign out").await;
        alice.sign_in(&mut owner).await;
        owner.open(&address).await;
        if owner.page().has_button("Connect") {
            owner.press("Connect").await;
        }
        assert_eq!(links(&server).await, 0, "{}", owner.describe());
        // Used is used.
        fake.sign_in_again(&mut owner, &server).await;
        assert_eq!(owner.heading(), "Connect Far?", "{}", owner.describe());
        let arrival = owner.page().value("arrival").unwrap();
        owner.press("Connect").await;
        assert_eq!(links(&server).await, 1);
        server.database().execute("DELETE FROM linked_identities").await;
        owner.open(&format!("/login/connect?arrival={arrival}")).await;
        owner.press("Connect").await;
        assert_eq!((owner.status(), links(&server).await), (400, 0), "{}", owner.describe());
        // And after ten minutes it is no question any more.
        fake.sign_in_again(&mut owner, &server).await;
        let arrival = owner.page().value("arrival").unwrap();
        server.advance(Duration::from_secs(601));
        owner.open(&format!("/login/connect?arrival={arrival}")).await;
        assert_eq!(owner.status(), 400);
    }

    /// security.md U5: what is switched off refuses at once, in the middle of everything.
    async fn a_provider_that_is_switched_off_refuses_at_once(db) {
        let (fake, mut server) = start(db).await;
        sign_up(&fake, &server).await;
        let mut away = Browser::new(&server);
        away.open("/login").await;
        let landed = fake.leave(&mut away).await;
        fake.knows("newcomer", "new@far.example");
        let mut asked = fake.visit(&server).await;
        assert_eq!(asked.path(), "/signup/with");
        let mut off = fake.document();
        off["enabled"] = json!(false);
        server.ground.change("upstreams", toml::Value::try_from([off]).unwrap());
        server.restart().await;
        away.open(&fake.approve(&landed)).await;
        assert_eq!((away.status(), has_session(&away)), (404, false), "{}", away.describe());
        asked.press("Create account").await;
        assert!(asked.status() >= 400 && users(&server).await == 1, "{}", asked.describe());
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        assert!(!browser.page().has_button(&fake.button()));
        server.ground.change("upstreams", toml::Value::Array(Vec::new()));
        server.restart().await;
        away.open(&fake.approve(&landed)).await;
        assert_eq!((away.status(), has_session(&away)), (404, false));
    }

    /// security.md U6: whatever a provider answers is bounded, and means what the operator says it means.
    async fn answers_are_bounded_and_mapped_by_rule(db) {
        let fake = FakeUpstream::start("far").await;
        let mut document = fake.document();
        document["claims"] = json!({ "nickname": "handle" });
        document["attributes"] = json!({ "department": "dept", "teams": "teams" });
        let server = TestServer::with(db).upstream(document).start().await;
        fake.knows("frieda-1", FRIEDA);
        for (name, value) in [
            ("picture", json!("javascript:alert(1)")),
            ("groups", json!(["admin"])),
            ("roles", json!(["ostiary:admin"])),
            ("locale", json!("de\u{0}")),
            ("website", json!("https://far.example")),
            ("handle", json!("Fritzi")),
            ("dept", json!("Research")),
            ("teams", json!(["a", { "x": 1 }, "b"])),
        ] {
            fake.claim(name, value);
        }
        fake.says(|script| script.userinfo = [("sub".into(), json!("frieda-1"))].into_iter().collect());
        sign_up(&fake, &server).await;
        let user = server.database().text("SELECT profile || attributes || user_groups || roles FROM users").await;
        for there in ["Fritzi", "Research", r#"["a","b"]"#, "https://far.example"] {
            assert!(user.contains(there), "{there}: {user}");
        }
        for missing in ["javascript", "admin", "locale"] {
            assert!(!user.contains(missing), "{missing}: {user}");
        }
        for (path, status, body, wait) in [
            ("/token", 200, "{".to_owned(), 0),
            ("/token", 200, "x".repeat(300 * 1024), 0),
            ("/token", 500, "<html>".to_owned(), 0),
            ("/token", 302, String::new(), 0),
            ("/userinfo", 200, "[]".to_owned(), 0),
            ("/token", 200, "{}".to_owned(), 6),
        ] {
            fake.says(|script| {
                script.instead = [(path.to_owned(), (status, body, Duration::from_secs(wait)))].into_iter().collect();
            });
            let browser = fake.visit(&server).await;
            assert!(browser.status() >= 400 && !has_session(&browser), "{path} {status} {wait}: {}", browser.describe());
        }
    }

    /// docs/sign-in-with-others.md: attributes are kept up to date at each sign-in; what the provider does not say any more goes.
    async fn what_a_provider_no_longer_says_is_not_kept(db) {
        let fake = FakeUpstream::start("far").await;
        fake.knows("frieda-1", FRIEDA);
        let mut document = fake.document();
        document["attributes"] = json!({ "department": "dept", "teams": "teams", "level": "level" });
        let server = TestServer::with(db).upstream(document).start().await;
        fake.says(|script| script.userinfo = [("sub".into(), json!("frieda-1"))].into_iter().collect());
        fake.claim("dept", "Research");
        fake.claim("teams", json!(["a", "b"]));
        sign_up(&fake, &server).await;
        let attributes = async || serde_json::from_str::<Value>(&server.database().text("SELECT attributes FROM users").await).unwrap();
        assert_eq!(attributes().await, json!({ "department": "Research", "teams": ["a", "b"] }));
        server.database().execute("UPDATE users SET attributes = '{\"department\":\"Research\",\"teams\":[\"a\",\"b\"],\"tier\":\"gold\"}'").await;
        // The last group was left: some providers leave the claim out, some say null.
        fake.knows("frieda-1", FRIEDA);
        fake.claim("dept", Value::Null);
        fake.claim("level", 3);
        assert!(has_session(&fake.visit(&server).await));
        assert_eq!(attributes().await, json!({ "tier": "gold", "level": 3 }));
        fake.claim("teams", json!((0..51).map(|n| n.to_string()).collect::<Vec<_>>()));
        fake.visit(&server).await;
        assert_eq!(attributes().await, json!({ "tier": "gold", "level": 3 }), "too many to be kept");
    }

    /// security.md L1: an address that a provider does not vouch for is anybody's word. Where accounts begin with a proven address it leads
    /// to the same page, whoever has it here: nobody, somebody, or somebody who is disabled.
    async fn an_address_that_nobody_vouches_for_tells_nothing(db) {
        let fake = FakeUpstream::start("far").await;
        let server = TestServer::with(db).upstream(fake.document()).setting("sign_up.email_verification", "before_sign_in").start().await;
        let (alice, bob) = (Person::alice(), Person::bob());
        alice.signed_up_with_code(&server).await;
        bob.signed_up_with_code(&server).await;
        server.ground.command(&["user", "disable", &bob.email]).await.done();
        let mut seen = Vec::new();
        for email in [alice.email.as_str(), &bob.email, FRIEDA] {
            fake.knows("frieda-1", email);
            fake.claim("email_verified", false);
            let mut browser = fake.visit(&server).await;
            let first = (browser.status(), browser.path().to_owned(), browser.text().replace(email, ""));
            browser.press("Create account").await;
            seen.push((first, browser.status(), browser.path().to_owned(), browser.text().replace(email, "")));
        }
        assert!(seen[0].0.1 == "/signup/with" && seen.iter().all(|one| *one == seen[0]), "{seen:#?}");
        assert_eq!((users(&server).await, links(&server).await), (2, 0));
        assert_eq!(Mailbox::of(&server).newest_to(&alice.email).await.subject, "You already have an account at Ostiary");
        // Vouched for, it is theirs who has it.
        fake.knows("frieda-1", &alice.email);
        assert_eq!(fake.visit(&server).await.path(), "/login/connect");
    }

    /// security.md U6 (CVE-2025-53942): who is disabled here does not come in by another door.
    async fn a_disabled_person_does_not_come_in_by_a_provider(db) {
        let (fake, server) = start(db).await;
        sign_up(&fake, &server).await;
        server.database().execute("UPDATE users SET enabled = FALSE").await;
        let browser = fake.visit(&server).await;
        assert_eq!((browser.status(), has_session(&browser)), (403, false), "{}", browser.describe());
        // Nor by another identity with the same address.
        fake.knows("frieda-2", FRIEDA);
        let browser = fake.visit(&server).await;
        assert_eq!((browser.status(), links(&server).await), (403, 1), "{}", browser.describe());
    }

    /// security.md U7: an identity that is somebody's stays theirs.
    async fn an_identity_is_not_re_pointed(db) {
        let (fake, server) = start(db).await;
        sign_up(&fake, &server).await;
        let owner = server.database().text("SELECT user_id FROM linked_identities").await;
        let mut thief = Person::bob().signed_in(&server).await;
        thief.open("/account/security").await;
        let csrf = thief.page().value("csrf").unwrap();
        let landed = thief.post("/login/with/far", &[("csrf", &csrf), ("errand", "link"), ("user_id", &owner)], true).await.landed();
        thief.open(&fake.approve(&landed)).await;
        assert!(thief.text().contains("connected to another account"), "{}", thief.describe());
        // Nor removed by a stranger.
        thief.open("/account/security").await;
        let csrf = thief.page().value("csrf").unwrap();
        thief.post("/account/links", &[("csrf", &csrf), ("provider", "far"), ("subject", "frieda-1"), ("user_id", &owner)], true).await;
        assert_eq!(server.database().text("SELECT user_id FROM linked_identities").await, owner);
    }

    /// security.md M9: an account that somebody made with another's address, and never proved, becomes its owner's, and nothing of before opens it.
    async fn an_account_of_nobodys_address_is_taken_over_clean(db) {
        let (fake, server) = start(db).await;
        let attacker = Person { email: FRIEDA.into(), ..Person::new("Mallory Mean") };
        let mut attackers = attacker.signed_in(&server).await;
        let shop = Application::of(&server, "shop");
        let tokens = shop.sign_in(&mut attackers, &attacker).await;
        let mut browser = fake.visit(&server).await;
        assert_eq!(browser.path(), "/signup/with", "{}", browser.describe());
        assert!(browser.text().contains("never confirmed"));
        browser.press("Create account").await;
        assert!(has_session(&browser), "{}", browser.describe());
        attackers.open("/account").await;
        assert_eq!(attackers.path(), "/login", "the session of before");
        assert!(!shop.is_active(&tokens.access_token).await, "its tokens");
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        attacker.sign_in(&mut attackers).await;
        assert!(!attackers.error().is_empty(), "its password: {}", attackers.describe());
        browser.open("/account/profile").await;
        assert_eq!((browser.page().value("name"), users(&server).await), (Some("Frieda Far".into()), 1));
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, 1);
        // The other way round: a provider that does not vouch takes nothing over.
        let victim = Person::alice();
        victim.registered(&server).await;
        fake.knows("mallory", &victim.email);
        fake.claim("email_verified", false);
        assert_eq!(fake.visit(&server).await.path(), "/login/connect");
    }

    /// security.md S2: a link into somebody else's sign-in signs nobody in.
    async fn a_sign_in_that_another_began_is_not_continued(db) {
        let (fake, server) = start(db).await;
        let mut attackers = Browser::new(&server);
        attackers.open("/login").await;
        let landed = fake.leave(&mut attackers).await;
        let alice = Person::alice();
        let mut victims = alice.signed_in(&server).await;
        victims.open(&fake.approve(&landed)).await;
        assert_eq!(victims.status(), 400);
        victims.open("/account").await;
        assert!(victims.text().contains(&alice.email));
        // Nor begun by another site.
        let csrf = attackers.page().value("csrf").unwrap_or_default();
        let arrival = victims.post("/login/with/far", &[("csrf", &csrf)], false).await;
        assert!(arrival.is_page() && victims.status() == 403, "{}", victims.describe());
    }

    /// Issue 3 §3: a client chooses which providers its people may use.
    async fn a_client_chooses_its_providers(db) {
        let (fake, other) = (FakeUpstream::start("far").await, FakeUpstream::start("other").await);
        fake.knows("frieda-1", FRIEDA);
        let shop = Client::confidential("shop").first_party().with("upstreams", json!(["other"]));
        let none = Client::confidential("none").first_party().with("upstreams", json!([]));
        let server = TestServer::with(db).upstream(fake.document()).upstream(other.document()).client(shop).client(none).start().await;
        for (client, offered) in [("shop", vec![other.button()]), ("none", vec![])] {
            for path in [None, Some("create")] {
                let mut request = Application::of(&server, client).authorization_request();
                if let Some(prompt) = path {
                    request = request.with("prompt", prompt);
                }
                let mut browser = Browser::new(&server);
                browser.open(&request.url()).await;
                for button in [fake.button(), other.button()] {
                    assert_eq!(browser.page().has_button(&button), offered.contains(&button), "{client} {button}: {}", browser.describe());
                }
                let (csrf, ticket) = (browser.page().value("csrf").unwrap(), browser.page().value("ticket").unwrap());
                browser.post("/login/with/far", &[("csrf", &csrf), ("ticket", &ticket)], true).await;
                assert_eq!(browser.status(), 404, "{}", browser.describe());
            }
        }
    }

    /// Issue 3 §3: allowed domains; they hold for addresses that are proven.
    async fn only_allowed_domains_come_in(db) {
        let fake = FakeUpstream::start("far").await;
        let mut document = fake.document();
        document["allowed_domains"] = json!(["far.example"]);
        let server = TestServer::with(db).upstream(document).start().await;
        for (email, verified) in [("x@near.example", true), ("x@far.example.evil.example", true), ("x@evilfar.example", true), (FRIEDA, false)] {
            fake.knows("frieda-1", email);
            fake.claim("email_verified", verified);
            refused(&fake.visit(&server).await, &server, email).await;
        }
        fake.knows("frieda-1", FRIEDA);
        sign_up(&fake, &server).await;
    }

    /// Issue 3 §3: sign-up on or off, by provider and for all.
    async fn a_provider_may_bring_nobody_new(db) {
        let fake = FakeUpstream::start("far").await;
        fake.knows("frieda-1", FRIEDA);
        let mut document = fake.document();
        document["sign_up"] = json!(false);
        let server = TestServer::with(db).upstream(document).start().await;
        let browser = fake.visit(&server).await;
        assert_eq!((browser.status(), users(&server).await), (403, 0), "{}", browser.describe());
        let server = TestServer::with(db).upstream(fake.document()).setting("sign_up.enabled", false).start().await;
        assert_eq!(fake.visit(&server).await.status(), 403);
    }

    /// Issue 3 §3; security.md U3, M10: where accounts begin with a proven address, one that the provider does not vouch for, or that was
    /// typed, is proven by a mailed code; before, nothing is stored, and an address with an account looks the same.
    async fn an_address_that_the_provider_does_not_vouch_for_is_proven_by_mail(db) {
        let fake = FakeUpstream::start("far").await;
        let server = TestServer::with(db).upstream(fake.document()).setting("sign_up.email_verification", "before_sign_in").start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        fake.knows("frieda-1", FRIEDA);
        fake.claim("email_verified", false);
        let mut browser = fake.visit(&server).await;
        browser.fill("Email address", &alice.email);
        browser.press("Create account").await;
        let taken = browser.heading();
        assert_eq!(Mailbox::of(&server).newest_to(&alice.email).await.subject, "You already have an account at Ostiary");
        browser.fill("Code", "000000");
        browser.press("Continue").await;
        assert!(browser.error().contains("wrong"), "{}", browser.describe());

        let mut browser = fake.visit(&server).await;
        browser.press("Create account").await;
        assert_eq!((browser.heading(), users(&server).await, links(&server).await), (taken, 1, 0), "{}", browser.describe());
        assert!(!server.database().everything().await.contains(FRIEDA), "nothing is stored for an address that nobody proved");
        browser.press("Send a new code").await;
        let code = Mailbox::of(&server).newest_to(FRIEDA).await.code();
        let mut thief = Browser::new(&server);
        thief.open("/login").await;
        let (csrf, ticket) = (thief.page().value("csrf").unwrap(), browser.page().value("ticket").unwrap());
        thief.post("/signup/with/code", &[("csrf", &csrf), ("ticket", &ticket), ("code", &code)], true).await;
        assert!(!has_session(&thief) && users(&server).await == 1, "the arrival is another browser's");
        let mut second = browser.clone();
        browser.fill("Code", &code);
        browser.press("Continue").await;
        assert_eq!(browser.path(), "/account", "{}", browser.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified AND email LIKE 'frieda%'").await, 1);
        second.fill("Code", &code);
        second.press("Continue").await;
        assert_eq!((users(&server).await, links(&server).await), (2, 1), "once");
        // Past the limit nothing is mailed, and the code that was mailed last still works.
        fake.knows("henry-1", "henry@far.example");
        fake.claim("email_verified", false);
        let mut henry = fake.visit(&server).await;
        henry.press("Create account").await;
        for _ in 0..6 {
            henry.press("Send a new code").await;
        }
        henry.fill("Code", &Mailbox::of(&server).newest_to("henry@far.example").await.code());
        henry.press("Continue").await;
        assert_eq!(henry.path(), "/account", "{}", henry.describe());
        // Who vouches for it is believed.
        fake.knows("george-1", "george@example.org");
        let mut george = fake.visit(&server).await;
        george.press("Create account").await;
        assert_eq!(george.path(), "/account", "{}", george.describe());
    }

    /// Issue 3 §3: the provider's tokens are kept only if asked, and sealed.
    async fn tokens_are_kept_only_if_asked_and_sealed(db) {
        for keep in [false, true] {
            let fake = FakeUpstream::start("far").await;
            fake.knows("frieda-1", FRIEDA);
            let mut document = fake.document();
            document["keep_tokens"] = json!(keep);
            let server = TestServer::with(db).upstream(document).start().await;
            sign_up(&fake, &server).await;
            let kept = server.database().number("SELECT count(*) FROM linked_identities WHERE sealed_tokens IS NOT NULL").await;
            assert_eq!(kept, i64::from(keep));
            assert!(!server.database().everything().await.contains("upstream-access-token"));
        }
    }

    /// GitHub: no ID token; its number is who somebody is, its API says whether the address is theirs.
    async fn github_speaks_its_own_way(db) {
        let fake = FakeUpstream::start("github").await;
        let mut document = fake.document();
        document["kind"] = json!("github");
        document["name"] = json!("Github");
        let server = TestServer::with(db).upstream(document).start().await;
        let user = |id: u64, verified: bool| {
            let emails = json!([{ "email": "old@far.example", "primary": false, "verified": true }, { "email": FRIEDA, "primary": true, "verified": verified }]);
            json!({ "id": id, "login": "frieda", "name": "Frieda Far", "avatar_url": "https://far.example/f.png", "emails": emails })
        };
        fake.says(|script| script.userinfo = user(7, true).as_object().unwrap().clone());
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let landed = fake.leave(&mut browser).await;
        assert_eq!((landed.param("scope"), landed.url.ends_with("/login/oauth/authorize")), ("read:user user:email", true));
        browser.open(&fake.approve(&landed)).await;
        browser.press("Create account").await;
        assert!(has_session(&browser), "{}", browser.describe());
        assert_eq!(server.database().text("SELECT subject FROM linked_identities").await, "7");
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, 1);
        // The same name, another number: somebody else, who took the name over.
        fake.says(|script| script.userinfo = user(8, false).as_object().unwrap().clone());
        assert_eq!(fake.visit(&server).await.path(), "/login/connect");
        // An error with status 200, as GitHub sends it.
        fake.says(|script| {
            script.instead = [("/login/oauth/access_token".to_owned(), (200, r#"{"error":"bad_verification_code"}"#.to_owned(), Duration::ZERO))].into_iter().collect();
        });
        assert!(fake.visit(&server).await.status() >= 400);
    }

    /// Apple: the secret is signed for each request, the answer is posted by its page, the name comes beside it.
    async fn apple_posts_its_answer(db) {
        let fake = FakeUpstream::start("apple").await;
        fake.knows("frieda-1", FRIEDA);
        fake.claim("name", Value::Null);
        fake.says(|script| {
            script.metadata.insert("userinfo_endpoint".into(), Value::Null);
        });
        let key = openssl::ec::EcKey::generate(&openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap()).unwrap();
        let pem = openssl::pkey::PKey::from_ec_key(key).unwrap().private_key_to_pem_pkcs8().unwrap();
        let server = TestServer::with(db)
            .upstream(json!({ "id": "apple", "kind": "apple", "issuer": fake.issuer, "client_id": "ostiary", "team_id": "TEAM", "key_id": "KEY",
                "private_key": String::from_utf8(pem).unwrap() }))
            .start()
            .await;
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let landed = fake.leave(&mut browser).await;
        assert_eq!((landed.param("response_mode"), landed.param("scope")), ("form_post", "openid email name"));
        let answer = url::Url::parse(&fake.approve(&landed)).unwrap();
        let mut fields: Vec<(String, String)> = answer.query_pairs().into_owned().collect();
        fields.push(("user".into(), json!({ "name": { "firstName": "Frieda", "lastName": "Fern" }, "email": "evil@evil.example" }).to_string()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post(answer.path(), &fields, false).await;
        assert_eq!((browser.page().value("name"), browser.page().value("email")), (Some("Frieda Fern".into()), Some(FRIEDA.into())), "{}", browser.describe());
        browser.press("Create account").await;
        assert!(has_session(&browser));
        let asked = &fake.asked("/token")[0];
        let secret = Jwt::decode(&asked.form["client_secret"]);
        assert_eq!((secret.header["alg"].as_str(), secret.header["kid"].as_str()), (Some("ES256"), Some("KEY")));
        assert_eq!((secret.text("iss"), secret.text("sub"), secret.text("aud")), ("TEAM", "ostiary", fake.issuer.as_str()));
        // A posted answer of another browser's request.
        let mut thief = Browser::new(&server);
        thief.open("/login").await;
        thief.post(answer.path(), &fields, false).await;
        assert!(thief.status() >= 400 && !has_session(&thief));
    }

    /// Issue 3 §3: connected and removed on the security page, with fresh proof, a mail and an event.
    async fn accounts_are_connected_and_removed_on_the_security_page(db) {
        let (fake, server) = start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        browser.open("/account/security").await;
        // Who changes their mind there is signed in here still.
        let landed = browser.press("Connect Far").await.landed();
        browser.open(&format!("{}?state={}&error=access_denied", landed.param("redirect_uri"), landed.param("state"))).await;
        assert_eq!((browser.heading().as_str(), links(&server).await), ("Not connected", 0), "{}", browser.describe());
        browser.follow("Back to the security page").await;
        assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
        let landed = browser.press("Connect Far").await.landed();
        browser.open(&fake.approve(&landed)).await;
        assert_eq!(browser.page().notice(), "Far is connected.", "{}", browser.describe());
        assert!(has_session(&fake.visit(&server).await));
        // Ten minutes later it takes a fresh proof.
        server.advance(Duration::from_secs(601));
        browser.open("/account/security").await;
        browser.press("Remove Far").await;
        assert_eq!((browser.path(), links(&server).await), ("/login", 1));
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
        browser.press("Remove Far").await;
        assert_eq!((browser.page().notice().as_str(), links(&server).await), ("Far is no longer connected.", 0), "{}", browser.describe());
        let mails = Mailbox::of(&server).all().await;
        assert!(mails.iter().any(|mail| mail.subject.contains("Far was removed")), "{mails:?}");
        let everything = server.database().everything().await;
        assert!(everything.contains("identity_linked") && everything.contains("identity_unlinked"));
        // Whoever connects does it in the session that they began it in.
        let landed = {
            let csrf = browser.page().value("csrf").unwrap();
            browser.post("/login/with/far", &[("csrf", &csrf), ("errand", "link")], true).await.landed()
        };
        browser.open("/logout").await;
        browser.press("Sign out").await;
        browser.open(&fake.approve(&landed)).await;
        assert_eq!((browser.status(), links(&server).await), (400, 0));
    }

    /// security.md O6: a provider proves one factor. An account that has a second one is asked for it, and nothing is open before.
    async fn a_second_factor_is_asked_for_after_a_provider(db) {
        let (fake, server) = start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        browser.open("/account/security").await;
        let landed = browser.press("Connect Far").await.landed();
        browser.open(&fake.approve(&landed)).await;
        let (authenticator, _) = alice.adds_authenticator(&server, &mut browser).await;
        let mut other = fake.visit(&server).await;
        assert_eq!((other.path(), has_session(&other)), ("/login/factor", false), "{}", other.describe());
        other.clone().open("/account").await;
        assert!(!other.clone().is_signed_in().await);
        give(&mut other, &authenticator.code(&server)).await;
        assert!(other.is_signed_in().await, "{}", other.describe());
    }

    /// Issue 3 §2: the last way in is not removed, however often it is tried at once.
    async fn the_last_way_in_is_not_removed(db) {
        let (fake, server) = start(db).await;
        let mut browser = sign_up(&fake, &server).await;
        browser.open("/account/security").await;
        browser.press("Remove Far").await;
        assert!(browser.error().contains("last way to sign in"), "{}", browser.describe());
        assert_eq!(links(&server).await, 1);
        // Two links, removed at the same time: one stays.
        server.database().execute("INSERT INTO linked_identities SELECT provider, 'second', user_id, email, sealed_tokens, created_at, last_used_at FROM linked_identities").await;
        let csrf = browser.page().value("csrf").unwrap();
        let remove = |subject: &'static str| {
            let (mut browser, csrf) = (browser.clone(), csrf.clone());
            async move { browser.post("/account/links", &[("csrf", &csrf), ("provider", "far"), ("subject", subject)], true).await }
        };
        tokio::join!(remove("frieda-1"), remove("second"));
        assert_eq!(links(&server).await, 1);
    }

    /// security.md U4: what was removed is not connected by a question that was asked before.
    async fn a_removal_ends_the_questions_before_it(db) {
        let (fake, server) = start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        server.database().execute("UPDATE users SET email_verified = TRUE").await;
        fake.knows("frieda-1", &alice.email);
        fake.sign_in_again(&mut browser, &server).await;
        let arrival = browser.page().value("arrival").unwrap();
        browser.open("/account/security").await;
        let landed = browser.press("Connect Far").await.landed();
        browser.open(&fake.approve(&landed)).await;
        server.advance(Duration::from_secs(1));
        browser.press("Remove Far").await;
        assert_eq!(links(&server).await, 0);
        browser.open(&format!("/login/connect?arrival={arrival}")).await;
        browser.press("Connect").await;
        assert_eq!((browser.status(), links(&server).await), (400, 0), "{}", browser.describe());
    }

    /// Issue 3 §3, proof: a second Ostiary as the provider.
    async fn another_ostiary_is_a_provider(db) {
        let port = crate::support::ports::free_port();
        let here = format!("http://localhost:{port}");
        let client = Client::confidential("ours").first_party().redirect_uri(&format!("{here}/login/with/there/callback"));
        let there = TestServer::with(db).client(client).start().await;
        let alice = Person::alice();
        let mut theirs = alice.signed_in(&there).await;
        there.database().execute("UPDATE users SET email_verified = TRUE").await;
        let document = json!({ "id": "there", "kind": "oidc", "name": "There", "issuer": there.issuer, "client_id": "ours",
            "client_secret": crate::support::setup::secret_of("ours"), "trust_email": true });
        let server = TestServer::with(db).upstream(document).setting("issuer", here).setting("listen", format!("127.0.0.1:{port}")).start().await;
        for round in 0..2 {
            let mut browser = Browser::at(&server.issuer, port);
            browser.open("/login").await;
            let landed = browser.press("Continue with There").await.landed();
            let back = theirs.open(landed.address.as_str()).await.landed();
            browser.open(back.address.as_str()).await;
            if round == 0 {
                assert_eq!(browser.page().value("email").as_ref(), Some(&alice.email), "{}", browser.describe());
                browser.press("Create account").await;
            }
            assert!(has_session(&browser), "{}", browser.describe());
        }
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, 1);
    }
}

/// Issue 3 §3: every fault of every provider is told at once, by its key, and no secret with it.
#[tokio::test]
async fn all_faults_of_providers_are_told_by_key() {
    let faults = TestServer::with(Database::Sqlite)
        .upstream(json!({ "id": "A!", "kind": "gogle", "client_id": "", "client_secret": "hunter2hunter2", "colour": "red" }))
        .upstream(json!({ "id": "b", "kind": "apple", "client_id": "c" }))
        .try_start()
        .await
        .unwrap_err();
    for key in [
        "upstreams[0].id",
        "upstreams[0].kind",
        "upstreams[0].client_id",
        "upstreams[0].colour",
        "upstreams[1].team_id",
        "upstreams[1].private_key",
    ] {
        assert!(faults.contains(key), "{key}: {faults}");
    }
    assert!(!faults.contains("hunter2"), "{faults}");
}
