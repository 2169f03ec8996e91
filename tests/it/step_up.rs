//! Step-up: an application asks for more than one factor, or the operator demands it of people; what tokens say of it.

use crate::both;
use crate::support::authenticator::give;
use crate::support::prelude::*;

const STEP: Duration = Duration::from_secs(30);

fn acr(token: &Jwt) -> &str {
    token.claim("acr").as_str().unwrap()
}

fn amr(token: &Jwt) -> Vec<String> {
    token.claim("amr").as_array().unwrap().iter().map(|method| method.as_str().unwrap().to_owned()).collect()
}

both! {
    /// RFC 9470 §4 and §5, RFC 9068 §2.2.1, RFC 8176: the person is asked, and ID token, access token and introspection say what was done.
    async fn an_application_asks_for_a_second_factor(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut phone = alice.signed_in(&server).await;
        let one = shop.sign_in(&mut phone, &alice).await;
        let id_token = shop.verified(one.id_token()).await;
        assert_eq!((acr(&id_token), amr(&id_token)), ("1", vec!["pwd".to_owned()]));
        let signed_in_at = id_token.claim("auth_time").clone();

        let mut laptop = Browser::new(&server);
        alice.sign_in(&mut laptop).await;
        let (authenticator, _) = alice.adds_authenticator(&server, &mut laptop).await;
        let plain = shop.authorization_request();
        phone.open(&plain.url()).await.landed();
        let silent = shop.authorization_request().with("acr_values", "2").with("prompt", "none");
        assert_eq!(phone.open(&silent.url()).await.landed().error(), "interaction_required");
        let request = shop.authorization_request().with("acr_values", "urn:unknown 2 phr");
        phone.open(&request.url()).await;
        let landed = give(&mut phone, &authenticator.code(&server)).await.landed();
        let two = shop.redeem(&request, landed.code()).await.tokens();
        let id_token = shop.verified(two.id_token()).await;
        assert_eq!((acr(&id_token), amr(&id_token)), ("2", ["pwd", "otp", "mfa"].map(str::to_owned).to_vec()));
        assert_eq!(*id_token.claim("auth_time"), signed_in_at, "a second factor alone is no new sign-in");
        let access_token = shop.verified(&two.access_token).await;
        assert_eq!((acr(&access_token), access_token.claim("auth_time")), ("2", &signed_in_at));
        let introspected = shop.introspect(&two.access_token).await;
        assert_eq!((&introspected["acr"], &introspected["auth_time"]), (&json!("2"), &signed_in_at));
        // Asked for less, told no more than asked; asked again, nothing is asked of the person.
        for (asked, told) in [("1", "1"), ("1 2", "2"), ("2", "2"), ("", "2")] {
            let request = shop.authorization_request().with("acr_values", asked).with("prompt", "none");
            let landed = phone.open(&request.url()).await.landed();
            let tokens = shop.redeem(&request, landed.code()).await.tokens();
            assert_eq!(acr(&shop.verified(tokens.id_token()).await), told, "{asked}");
        }
        // The tokens of before stay what they were.
        let refreshed = shop.refresh(one.refresh_token()).await.tokens();
        assert_eq!(acr(&shop.verified(&refreshed.access_token).await), "1");
        let supported = shop.discovery().await["acr_values_supported"].clone();
        assert!(supported.as_array().unwrap().contains(&json!("2")));
    }

    /// OpenID Connect Core §5.5.1.1: an essential acr is reached or refused, whatever one may hope for.
    async fn an_essential_acr_is_reached_or_refused(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let (authenticator, _) = alice.adds_authenticator(&server, &mut browser).await;
        let essential = |values: &str| {
            let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":[{values}]}}}}}}"#);
            shop.authorization_request().with("claims", &claims)
        };
        for unreachable in [r#""urn:unknown""#, r#""phr""#] {
            let landed = browser.open(&essential(unreachable).url()).await.landed();
            assert_eq!(landed.error(), "unmet_authentication_requirements", "{unreachable}");
        }
        let mut fresh = Browser::new(&server);
        let request = essential(r#""2""#);
        fresh.open(&request.url()).await;
        alice.fill_sign_in(&mut fresh).await;
        let landed = give(&mut fresh, &authenticator.code(&server)).await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        assert_eq!(acr(&shop.verified(tokens.id_token()).await), "2");
        // As a voluntary claim what cannot be reached is answered with what there is.
        let voluntary = shop.authorization_request().with("acr_values", "phr");
        let landed = fresh.open(&voluntary.url()).await.landed();
        let tokens = shop.redeem(&voluntary, landed.code()).await.tokens();
        assert_eq!(acr(&shop.verified(tokens.id_token()).await), "2");
        server.advance(STEP);
        let mut fresh = Browser::new(&server);
        let voluntary = shop.authorization_request().with("acr_values", "phr");
        fresh.open(&voluntary.url()).await;
        alice.fill_sign_in(&mut fresh).await;
        give(&mut fresh, &authenticator.code(&server)).await.landed();
    }

    /// OpenID Connect Core §5.5.1.1: asked for more than the account can give, silently or not, an app gets what there is.
    async fn a_voluntary_acr_that_cannot_be_reached_asks_nothing(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for prompt in ["", "none"] {
            let request = shop.authorization_request().with("acr_values", "phr").with("prompt", prompt);
            let landed = browser.open(&request.url()).await.landed();
            let tokens = shop.redeem(&request, landed.code()).await.tokens();
            assert_eq!(acr(&shop.verified(tokens.id_token()).await), "1", "{prompt}");
        }
    }

    /// security.md O6: what is demanded of a person is asked for, whatever else the app would like to have.
    async fn an_unreachable_acr_hides_no_demanded_factor(db) {
        let mut server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        let (mut phone, mut his) = (alice.signed_in(&server).await, bob.signed_in(&server).await);
        let mut laptop = Browser::new(&server);
        alice.sign_in(&mut laptop).await;
        let (authenticator, _) = alice.adds_authenticator(&server, &mut laptop).await;
        server.ground.change("second_factor.required", true);
        server.restart().await;
        let request = shop.authorization_request().with("acr_values", "phr");
        let silent = request.clone().with("prompt", "none");
        assert_eq!(phone.open(&silent.url()).await.landed().error(), "interaction_required");
        phone.open(&request.url()).await;
        let landed = give(&mut phone, &authenticator.code(&server)).await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        assert_eq!(acr(&shop.verified(tokens.id_token()).await), "2");
        his.open(&request.url()).await;
        assert_eq!(his.path(), "/account/totp", "{}", his.describe());
    }

    /// RFC 9470 §4, max_age: an old sign-in is done again, with both factors; a trusted device does not stand in for what is asked.
    async fn max_age_and_acr_together_ask_for_both_factors(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let (authenticator, _) = alice.adds_authenticator(&server, &mut alice.signed_in(&server).await).await;
        let mut browser = Browser::new(&server);
        alice.sign_in(&mut browser).await;
        browser.fill("Don’t ask for this on this device for 30 days", "on");
        give(&mut browser, &authenticator.code(&server)).await;
        server.advance(Duration::from_secs(3600));
        let request = shop.authorization_request().with("max_age", "60").with("acr_values", "2");
        browser.open(&request.url()).await;
        alice.fill_sign_in(&mut browser).await;
        let landed = give(&mut browser, &authenticator.code(&server)).await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        let token = shop.verified(&tokens.access_token).await;
        assert_eq!((acr(&token), token.claim("auth_time")), ("2", &json!(server.now())));
        // Without acr_values the trusted device does, and the token says that one factor was given.
        server.advance(Duration::from_secs(3600));
        let request = shop.authorization_request().with("max_age", "60");
        browser.open(&request.url()).await;
        let landed = alice.fill_sign_in(&mut browser).await.landed();
        let token = shop.verified(shop.redeem(&request, landed.code()).await.tokens().id_token()).await;
        assert_eq!((acr(&token), amr(&token)), ("1", ["pwd", "device"].map(str::to_owned).to_vec()));
    }

    /// OpenID Connect Registration §2: default_acr_values of a client; who has no second factor adds one on the way.
    async fn a_client_asks_by_its_registration_and_the_person_adds_a_factor_on_the_way(db) {
        let bank = Client::confidential("bank").first_party().with("default_acr_values", json!(["2"]));
        let server = TestServer::with(db).client(bank).start().await;
        let bank = Application::of(&server, "bank");
        let alice = Person::alice();
        alice.registered(&server).await;
        server.advance(Duration::from_secs(3600));
        let mut browser = Browser::new(&server);
        let request = bank.authorization_request();
        browser.open(&request.url()).await;
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/account/totp", "{}", browser.describe());
        assert!(browser.text().contains("Bank asks for a second step"), "{}", browser.text());
        let authenticator = crate::support::authenticator::Authenticator::read(&browser);
        browser.fill("Code", &authenticator.code(&server));
        browser.press("Turn on").await;
        assert_eq!(browser.page().all(".codes code").len(), 10);
        let landed = browser.follow("I’ve saved them").await.landed();
        let tokens = bank.redeem(&request, landed.code()).await.tokens();
        assert_eq!(acr(&bank.verified(tokens.id_token()).await), "2");
    }

    /// security.md O6, R8, T16: demanded of a group, on every way: the page, the code, the refresh, introspection and userinfo.
    async fn a_second_factor_is_demanded_of_a_group(db) {
        let server = TestServer::with(db).setting("second_factor.required_groups", vec!["staff".to_owned()]).start().await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        bob.signed_in(&server).await;
        let request = shop.authorization_request();
        let code = browser.open(&request.url()).await.landed().code().to_owned();
        let update = ["user", "update", alice.email.as_str(), "--group", "staff"];
        server.ground.command(&update).await.done();
        shop.redeem(&request, &code).await.refused(400, "invalid_grant");
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        assert!(!shop.is_active(&tokens.access_token).await);
        assert_eq!(shop.userinfo(&tokens.access_token).await.status, 401);
        // No page of the account, but the one that adds the factor.
        for path in ["/account", "/account/profile", "/account/security", "/account/sessions", "/account/apps", "/account/password"] {
            browser.open(path).await;
            assert_eq!(browser.path(), "/account/totp", "{path}");
            // They are told why, and offered no page that does not open.
            assert!(browser.text().contains("Your account needs a second step.") && !browser.text().contains("Overview"), "{}", browser.describe());
        }
        let (authenticator, _) = alice.adds_authenticator(&server, &mut browser).await;
        let again = shop.refresh(tokens.refresh_token()).await.tokens();
        assert!(shop.is_active(&again.access_token).await, "the session has two factors now");
        // The last one stays.
        browser.open("/account/security").await;
        browser.press("Remove Authenticator app").await;
        assert!(browser.error().contains("this is your last one"), "{}", browser.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM totp_secrets").await, 1);
        // A trusted browser of hers is enough for the demand; nobody outside the group is asked.
        let mut laptop = Browser::new(&server);
        alice.sign_in(&mut laptop).await;
        laptop.fill("Don’t ask for this on this device for 30 days", "on");
        give(&mut laptop, &authenticator.code(&server)).await;
        laptop.cookies.remove("ostiary_session");
        let by_device = shop.sign_in(&mut laptop, &alice).await;
        shop.refresh(by_device.refresh_token()).await.tokens();
        shop.sign_in(&mut Browser::new(&server), &bob).await;
    }

    /// security.md O6: demanded of all, from one day to the next: sessions of one factor open nothing more.
    async fn a_second_factor_is_demanded_of_everybody(db) {
        let mut server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut hers = alice.signed_in(&server).await;
        let offline = partner.authorization_request().with("scope", "openid offline_access").with("prompt", "consent");
        let landed = alice.authorize(&mut hers, &offline).await;
        let tokens = partner.redeem(&offline, landed.code()).await.tokens();
        let mut phone = bob.signed_in(&server).await;
        let mut laptop = Browser::new(&server);
        bob.sign_in(&mut laptop).await;
        let (his, _) = bob.adds_authenticator(&server, &mut laptop).await;
        server.ground.change("second_factor.required", true);
        server.restart().await;
        partner.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        phone.open("/account").await;
        give(&mut phone, &his.code(&server)).await;
        assert_eq!(phone.path(), "/account", "{}", phone.describe());
        laptop.open("/account").await;
        assert_eq!(laptop.heading(), "Your account", "two factors already");
        let silent = partner.authorization_request().with("prompt", "none");
        assert_eq!(hers.open(&silent.url()).await.landed().error(), "interaction_required");
        server.advance(STEP);
        hers.open(&partner.authorization_request().url()).await;
        assert_eq!(hers.path(), "/account/totp");
        let mut new = Browser::new(&server);
        Person::new("Carol Calm").sign_up(&mut new).await;
        assert_eq!(new.path(), "/account/totp", "a new account adds one first");
    }
}
