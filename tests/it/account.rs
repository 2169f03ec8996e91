//! What people do about their whole account: see what happened in it, take their data along, delete it.

use crate::both;
use crate::support::authenticator::give;
use crate::support::mailbox::Mailbox;
use crate::support::passkey;
use crate::support::prelude::*;

const DAY: Duration = Duration::from_secs(86_400);
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// What the page of activity says, line by line.
fn lines(browser: &Browser) -> Vec<String> {
    browser.page().all(".list .row-title")
}

both! {
    /// Issue 3, section 4; OWASP ASVS 7.5, 16.2: what, when, where from and with which device, one's own only, the newest first.
    async fn people_see_what_happened_in_their_account(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut his = bob.signed_in(&server).await;
        let mut browser = Browser::new(&server);
        browser.send_header("user-agent", FIREFOX);
        alice.sign_up(&mut browser).await;
        server.advance(Duration::from_secs(1));
        passkey::Authenticator::phone(&server).add_to(&mut browser, "Alice's phone").await;
        server.advance(Duration::from_secs(1));
        Application::of(&server, "partner").sign_in(&mut browser, &alice).await;
        server.advance(Duration::from_secs(1));
        server.ground.command(&["user", "update", &alice.email, "--group", "staff"]).await.done();

        browser.open("/account/security").await;
        browser.follow("See all activity").await;
        assert_eq!((browser.path(), browser.heading().as_str()), ("/account/activity", "Recent activity"));
        let mut seen = lines(&browser);
        assert!(seen.contains(&"Roles or groups changed".to_owned()), "{seen:?}");
        // Commands have the machine's clock.
        seen.retain(|line| line != "Roles or groups changed");
        assert_eq!(seen[..2], ["Partner allowed to use the account This device", "Passkey added: Alice's phone This device"], "{seen:?}");
        assert!(seen[2..].contains(&"Sign-in This device".to_owned()) && seen[2..].contains(&"Account created".to_owned()), "{seen:?}");
        let text = browser.text();
        assert!(text.contains("By the operator of Ostiary") && text.contains("Firefox on Linux · 127.0.0.1"), "{text}");
        assert_eq!(browser.page().link("This wasn’t me").unwrap().path(), "/account/lockdown");
        assert_eq!(server.database().number("SELECT count(*) FROM events WHERE user_agent IS NULL AND detail NOT LIKE '%operator%' AND kind <> 'client_created' AND user_id = (SELECT id FROM users WHERE email = 'alice@example.org')").await, 0);

        // As the person's language writes it.
        browser.send_header("accept-language", "de");
        browser.open("/account/activity").await;
        assert!(lines(&browser).contains(&"Passkey hinzugefügt: Alice's phone Dieses Gerät".to_owned()), "{}", browser.describe());

        // security.md P2, P7: another's event as the place to go on from lists one's own, and nonsense lists nothing of anybody.
        let theirs = server.database().text("SELECT max(id) FROM events").await;
        for before in [theirs.as_str(), "zzz", "", "' OR 1=1 --", "00000000-0000-7000-8000-000000000000"] {
            his.open(&format!("/account/activity?before={}", before.replace(' ', "%20"))).await;
            assert_eq!(his.status(), 200);
            assert!(!his.text().contains("Alice") && !his.text().contains("Partner"), "{}", his.describe());
        }
    }

    /// Issue 3, section 4: a link into the account, a notice's say, is followed once its reader has signed in, whichever way. RFC 9700 §4.11: it
    /// leads to pages of the account and nowhere else.
    async fn a_link_into_the_account_is_followed_after_the_sign_in(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let (authenticator, _) = alice.adds_authenticator(&server, &mut alice.signed_in(&server).await).await;
        for (link, page) in [("/account/sessions", "/account/sessions"), ("/account/apps?from=mail", "/account/apps"), ("/account/security", "/account/security")] {
            let mut browser = Browser::new(&server);
            browser.open(link).await;
            assert_eq!((browser.path(), browser.heading().as_str()), ("/login", "Sign in"));
            Person { password: "wrong".into(), ..alice.clone() }.fill_sign_in(&mut browser).await;
            assert!(browser.error().contains("wrong"), "{}", browser.describe());
            alice.fill_sign_in(&mut browser).await;
            give(&mut browser, &authenticator.code(&server)).await;
            assert_eq!(browser.path(), page, "{}", browser.describe());
            server.advance(Duration::from_secs(30));
        }
        let mut phone = passkey::Authenticator::phone(&server);
        phone.add_to(&mut bob.signed_in(&server).await, "Phone").await;
        let mut browser = Browser::new(&server);
        browser.open("/account/activity").await;
        // A sign-in page may be open for long.
        server.advance(DAY);
        let shown = browser.page().url.to_string();
        browser.open(&shown).await;
        phone.sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/account/activity", "{}", browser.describe());
        browser.open("/login?ticket=account.profile").await;
        assert_eq!(browser.path(), "/account/profile", "signed in already");
        let mut browser = Browser::new(&server);
        browser.open("/account/profile").await;
        browser.follow("Create an account").await;
        Person::new("Carol Calm").fill_sign_up(&mut browser).await;
        assert_eq!(browser.path(), "/account/profile", "{}", browser.describe());
        for ticket in [
            "account", "account.keep", "account.lockdown", "account.email.undo", "account.passkeys.edit", "login.connect", "Account.security",
            "account/security", "/account/security", "//evil.example", "https://evil.example/",
        ] {
            browser.open(&format!("/login?ticket={ticket}")).await;
            assert_eq!((browser.status(), browser.path()), (400, "/login"), "{ticket}");
        }
    }

    /// Issue 3, section 4; OWASP ASVS 7.5.2, 10.7.3: the security page has the newest sessions and apps, ends them, and leads to all of them and
    /// to one's data.
    async fn the_security_page_shows_and_ends_sessions_and_apps(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        browser.open("/account/security").await;
        assert!(browser.text().contains("No app has access to your account"), "{}", browser.describe());
        let mut others = Vec::new();
        for _ in 0..4 {
            server.advance(Duration::from_secs(1));
            let mut other = Browser::new(&server);
            alice.sign_in(&mut other).await;
            others.push(other);
        }
        Application::of(&server, "partner").sign_in(&mut browser, &alice).await;
        browser.open("/account/security").await;
        let rows = |browser: &Browser, section: &str| browser.page().all(&format!("[aria-labelledby={section}] .row-title"));
        let sessions = rows(&browser, "section-sessions");
        assert_eq!(sessions.len(), 3, "the newest: {sessions:?}");
        assert!(sessions[0].ends_with("This device") && !sessions[1].contains("This device"), "{sessions:?}");
        assert_eq!(rows(&browser, "section-apps"), ["Partner"]);
        for (link, path) in [("See all sessions", "/account/sessions"), ("See all apps", "/account/apps"), ("Download your data", "/account/data"), ("Delete your account", "/account/delete")] {
            assert_eq!(browser.page().link(link).unwrap().path(), path, "{link}");
        }
        browser.press("End session:").await;
        assert_eq!((browser.path(), browser.page().notice().as_str()), ("/account/security", "The session has ended."), "{}", browser.describe());
        others[3].open("/account").await;
        others[2].open("/account").await;
        assert_eq!((others[3].path(), others[2].path()), ("/login", "/account"), "the newest of the others is first");
        browser.press("Remove access of Partner").await;
        assert_eq!((browser.path(), browser.page().notice().as_str()), ("/account/security", "The app no longer has access."), "{}", browser.describe());
        assert_eq!(rows(&browser, "section-apps"), Vec::<String>::new());
        assert_eq!(server.database().number("SELECT count(*) FROM events WHERE kind IN ('session_ended', 'consent_withdrawn')").await, 2);
    }

    /// OpenID Connect Core §5.1 (`locale`, `zoneinfo`): a language of ours is chosen by its own name, another stays; a time zone is one that
    /// there is, however it is typed.
    async fn language_and_time_zone_are_chosen_from_what_there_is(db) {
        let server = TestServer::start(db).await;
        let mut browser = Person::alice().signed_in(&server).await;
        browser.open("/account/profile").await;
        assert_eq!(browser.page().all("#locale option"), ["Same as my browser", "English", "Deutsch", "Français", "Español", "Português", "العربية"]);
        assert!(browser.page().attribute("#time-zones option[value='America/Sao_Paulo']", "value").is_some());
        browser.fill("Time zone", "Europe/Bielefeld");
        browser.press("Save profile").await;
        assert!(browser.error().contains("Enter a time zone"), "{}", browser.describe());
        browser.fill("Language", "de");
        browser.fill("Time zone", "europe/berlin");
        browser.press("Save profile").await;
        let chosen = |browser: &Browser| browser.page().attribute("#locale option[selected]", "value");
        assert_eq!((browser.heading().as_str(), browser.page().value("zoneinfo").as_deref(), chosen(&browser).as_deref()), ("Profil", Some("Europe/Berlin"), Some("de")));
        let csrf = browser.page().value("csrf").unwrap();
        browser.post("/account/profile", &[("csrf", &csrf), ("locale", "de-CH")], true).await;
        assert_eq!(chosen(&browser).as_deref(), Some("de-CH"), "{}", browser.describe());
        browser.press("Profil speichern").await;
        assert_eq!(chosen(&browser).as_deref(), Some("de-CH"), "{}", browser.describe());
    }

    /// Issue 3, section 4 ("roughly where"): an address is marked when it is of the network that its reader is in, so that the others stand out.
    async fn addresses_of_ones_own_network_are_marked(db) {
        let server = TestServer::with(db).setting("trusted_proxies", toml::Value::Array(vec!["127.0.0.1".into()])).start().await;
        let alice = Person::alice();
        let from = |address: &str| {
            let mut browser = Browser::new(&server);
            browser.send_header("x-forwarded-for", address);
            browser
        };
        let mut home = from("2001:db8:1:2::9");
        alice.sign_up(&mut home).await;
        for address in ["2001:db8:1:2:aaaa::1", "2001:db8:1:3::9", "198.51.100.7"] {
            server.advance(Duration::from_secs(1));
            alice.sign_in(&mut from(address)).await;
        }
        for path in ["/account/sessions", "/account/security"] {
            home.open(path).await;
            let marked = home.page().all(".row-detail").into_iter().filter(|line| line.starts_with("From ") && line.contains("the network you’re in now")).collect::<Vec<_>>();
            let expected = if path.ends_with("sessions") { vec!["2001:db8:1:2::9", "2001:db8:1:2:aaaa::1"] } else { vec!["2001:db8:1:2::9"] };
            assert_eq!(marked, expected.into_iter().map(|address| format!("From {address} · the network you’re in now")).collect::<Vec<_>>(), "{path}");
        }
        home.open("/account/activity").await;
        let lines = home.page().all(".row-detail");
        assert!(lines.iter().any(|line| line.contains("2001:db8:1:2:aaaa::1 · the network")), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("198.51.100.7 · the network") && !line.contains("2001:db8:1:3::9 · the network")), "{lines:?}");
    }

    /// 25 lines a page, each event once.
    async fn activity_comes_in_pages(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for _ in 0..30 {
            server.advance(Duration::from_secs(1));
            let csrf = { browser.open("/account/profile").await; browser.page().value("csrf").unwrap() };
            browser.post("/account/profile", &[("csrf", &csrf), ("name", &alice.name)], true).await;
        }
        let events = server.database().number("SELECT count(*) FROM events WHERE user_id IS NOT NULL").await;
        browser.open("/account/activity").await;
        assert_eq!(lines(&browser).len(), 25);
        assert!(browser.page().link("Back to the newest").is_none());
        browser.follow("Older").await;
        let rest = lines(&browser);
        assert_eq!(i64::try_from(rest.len()).unwrap(), events - 25);
        assert!(rest.last().unwrap().starts_with("Account created") || rest.last().unwrap().starts_with("Sign-in"), "{rest:?}");
        assert!(browser.page().link("Older").is_none());
        browser.follow("Back to the newest").await;
        assert_eq!(lines(&browser).len(), 25);
    }

    /// The limit of a password is told in what it is counted in.
    async fn a_password_that_is_too_long_is_told_in_bytes(db) {
        let server = TestServer::start(db).await;
        let mut browser = Browser::new(&server);
        let with = |letters: usize| Person { password: "é".repeat(letters), ..Person::alice() };
        with(600).sign_up(&mut browser).await;
        assert!(browser.error().contains("at most 1,024 bytes") && !browser.error().contains("characters"), "600 characters: {}", browser.error());
        with(512).sign_up(&mut browser).await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
    }

    /// OpenID Connect Core §5.1, §5.1.1, §5.4: every standard claim that is advertised and that people say of themselves can be written here, and
    /// is told to whom it was granted.
    async fn whatever_is_advertised_of_a_person_can_be_written(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        browser.open("/account/profile").await;
        let csrf = browser.page().value("csrf").unwrap();
        let mut fields = vec![("csrf", csrf.as_str())];
        let said = [
            ("name", "Alice M. Doe"), ("preferred_username", "alice"), ("given_name", "Alice"), ("middle_name", "Maria"), ("family_name", "Doe"), ("nickname", "Al"),
            ("phone_number", "+49 30 901820"), ("profile", "https://people.example/alice"), ("website", "https://alice.example/"), ("picture", "https://alice.example/a.png"),
            ("birthdate", "1990-12-31"), ("gender", "female"), ("locale", "en"), ("zoneinfo", "Europe/Berlin"),
        ];
        let place = [("street_address", "Main Street 1"), ("locality", "Berlin"), ("region", "Berlin"), ("postal_code", "10115"), ("country", "Germany")];
        fields.extend(said);
        fields.extend(place);
        fields.push(("formatted", "Alice Doe\r\nMain Street 1\r\n10115 Berlin"));
        browser.post("/account/profile", &fields, true).await;
        assert_eq!(browser.page().notice(), "Your profile has been saved.", "{}", browser.describe());
        browser.open("/account/profile").await;
        for (name, value) in said.into_iter().chain(place) {
            assert_eq!(browser.page().value(name).as_deref(), Some(value), "{name}");
        }
        assert!(browser.page().html.contains("Alice Doe\nMain Street 1\n10115 Berlin</textarea>"));
        let request = shop.authorization_request().with("scope", "openid profile email address phone");
        let tokens = shop.sign_in_with(&mut browser, &alice, &request).await;
        let told = shop.userinfo(&tokens.access_token).await.ok();
        for (name, value) in said {
            assert_eq!(told[name], value, "{name}");
        }
        let mut address = json!({ "formatted": "Alice Doe\nMain Street 1\n10115 Berlin" });
        place.iter().for_each(|(name, value)| address[*name] = json!(value));
        assert_eq!(told["address"], address);
        let advertised = shop.discovery().await["claims_supported"].as_array().unwrap().clone();
        let of_protocol = ["iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "groups", "roles"];
        for claim in advertised.iter().map(|claim| claim.as_str().unwrap()).filter(|claim| !of_protocol.contains(claim)) {
            assert!(told.get(claim).is_some(), "{claim} is advertised, and nobody can say it: {told}");
        }
        // What is emptied is gone; what is wrong is told beside its field.
        browser.post("/account/profile", &[("csrf", &csrf), ("name", &alice.name), ("profile", "javascript:x"), ("formatted", &"a".repeat(251))], true).await;
        let page = browser.page().html.clone();
        assert!(page.contains("id=\"profile-error\"") && page.contains("id=\"formatted-error\""), "{}", browser.describe());
        browser.post("/account/profile", &[("csrf", &csrf), ("name", &alice.name)], true).await;
        let told = shop.userinfo(&tokens.access_token).await.ok();
        assert!(told.get("address").is_none() && told.get("middle_name").is_none(), "{told}");
    }

    /// Issue 3, section 4; security.md P2, Z1: one's own data, all of it and nobody else's, no secret in it, and only with fresh proof.
    async fn people_take_their_data_along(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        bob.signed_in(&server).await;
        let mut browser = alice.signed_in(&server).await;
        passkey::Authenticator::phone(&server).add_to(&mut browser, "Alice's phone").await;
        let (authenticator, codes) = alice.adds_authenticator(&server, &mut browser).await;
        let tokens = Application::of(&server, "partner").sign_in(&mut browser, &alice).await;
        server.advance(Duration::from_secs(601));
        browser.open("/account").await;
        browser.follow("Your data").await;
        browser.press("Download").await;
        assert_eq!(browser.heading(), "Confirm it’s you", "{}", browser.describe());
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.heading(), "One more step", "every factor of the account: {}", browser.describe());
        browser.follow("authenticator app").await;
        browser.fill("Code", &authenticator.code(&server));
        browser.press("Continue").await;
        assert_eq!(browser.path(), "/account/data");
        browser.press("Download").await;

        let page = browser.page().clone();
        assert_eq!(page.headers["content-type"], "application/json");
        assert_eq!(page.headers["cache-control"], "no-store");
        let disposition = page.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment; filename=\"account-") && disposition.ends_with(".json\""), "{disposition}");
        let document: Value = serde_json::from_str(&page.html).unwrap();
        let members: std::collections::BTreeSet<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members.into_iter().collect::<Vec<_>>(), ["account", "activity", "apps", "authenticator_app", "format", "former_addresses", "imported_from", "issuer", "linked_accounts", "made_at", "passkeys",
            "password", "recovery_codes", "sessions", "text_messages", "trusted_devices"]);
        assert_eq!(document["account"]["email"], alice.email.as_str());
        assert_eq!(document["account"]["profile"]["name"], alice.name.as_str());
        assert_eq!(document["passkeys"][0]["name"], "Alice's phone");
        assert_eq!((&document["recovery_codes"]["unused"], &document["apps"]["grants"][0]["name"]), (&json!(10), &json!("Partner")));
        assert!(document["authenticator_app"]["added_at"].is_string() && document["password"]["changed_at"].is_string());
        let kinds: Vec<_> = document["activity"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert!(["signed_up", "signed_in", "passkey_added", "second_factor_added", "consent_given"].iter().all(|kind| kinds.contains(kind)), "{kinds:?}");

        let mut secrets = vec![bob.email.clone(), bob.name.clone(), browser.cookie("ostiary_session").unwrap().value.clone()];
        for query in ["SELECT hash FROM passwords", "SELECT secret_digest FROM sessions", "SELECT sealed_secret FROM totp_secrets", "SELECT code_digest FROM recovery_codes",
            "SELECT passkey FROM passkeys", "SELECT credential_id FROM passkeys", "SELECT code_id FROM grants", "SELECT id FROM users WHERE email = 'bob@example.org'"] {
            secrets.extend(server.database().texts(query).await);
        }
        secrets.extend(codes);
        secrets.push(tokens.access_token.clone());
        for secret in secrets {
            assert!(!page.html.contains(&secret), "{secret}");
        }
        browser.open("/account/activity").await;
        assert!(lines(&browser).iter().any(|line| line.starts_with("Account data downloaded")), "{}", browser.describe());
        // security.md A39: no other site's form fetches it, and nobody without a session.
        browser.post("/account/data", &[("csrf", "x")], true).await;
        assert_eq!(browser.status(), 403);
        let mut stranger = Browser::new(&server);
        stranger.open("/account/data").await;
        assert_eq!(stranger.path(), "/login");
    }

    /// Regulation (EU) 2016/679 Article 15: where somebody was brought in from, the addresses that are kept still, and every grant.
    async fn nothing_of_the_past_is_left_out_of_ones_data(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_up_with_code(&server).await;
        Application::of(&server, "partner").sign_in(&mut browser, &alice).await;
        let imported = "INSERT INTO imported_users (source, source_id, user_id, seen, imported_at) SELECT 'old', 'old|7', id, '', 0 FROM users";
        server.database().execute(imported).await;
        let more = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
            INSERT INTO grants (id, grant_type, client_id, user_id, session_id, scope, resources, claims, authenticated_at, acr, amr, offline,
                generation, rotated_at, created_at, expires_at)
            SELECT CAST(10000 + i AS TEXT), grant_type, client_id, user_id, session_id, scope, resources, claims, authenticated_at, acr, amr,
                offline, generation, rotated_at, created_at, expires_at FROM grants, n";
        server.database().execute(more).await;
        browser.open("/account/email?new").await;
        browser.fill("New email address", "alice@elsewhere.example");
        browser.press("Send a code").await;
        let code = Mailbox::of(&server).newest_to("alice@elsewhere.example").await.code();
        browser.fill("Code", &code);
        browser.press("Continue").await;
        browser.open("/account/data").await;
        browser.press("Download").await;
        let document: Value = serde_json::from_str(&browser.page().html).unwrap();
        assert_eq!(document["account"]["email"], "alice@elsewhere.example");
        assert_eq!(document["former_addresses"][0]["email"], alice.email.as_str());
        let from = &document["imported_from"][0];
        assert_eq!((&from["source"], &from["id"]), (&json!("old"), &json!("old|7")));
        assert_eq!(document["apps"]["grants"].as_array().unwrap().len(), 1201);
    }

    /// Issue 3, section 4; security.md R8, T16: apps lose everything at once, nothing opens but the one page, and until the day comes its
    /// person keeps the account, by signing in.
    async fn an_account_that_is_to_be_deleted_opens_nothing_and_can_be_kept(db) {
        let server = Setup::proving(db).start().await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_up_with_code(&server).await;
        let offline = partner.authorization_request().with("scope", "openid offline_access");
        let tokens = partner.sign_in_with(&mut browser, &alice, &offline).await;
        server.advance(Duration::from_secs(601));
        browser.open("/account/delete").await;
        assert_eq!(browser.heading(), "Confirm it’s you", "{}", browser.describe());
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/account/delete", "{}", browser.describe());
        let mut at_work = Browser::new(&server);
        alice.sign_in(&mut at_work).await;
        browser.open("/account/data").await;
        browser.follow("Delete your account").await;
        assert!(browser.text().contains("For 7 days you can change your mind"), "{}", browser.describe());
        browser.press("Delete my account").await;
        assert_eq!(browser.heading(), "Your account will be deleted");

        assert!(!partner.is_active(&tokens.access_token).await);
        partner.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        assert_ne!(partner.userinfo(&tokens.access_token).await.status, 200);
        for browser in [&mut browser, &mut at_work] {
            browser.open("/account").await;
            assert_eq!(browser.heading(), "Sign in", "{}", browser.describe());
        }
        let mail = Mailbox::of(&server).newest_to(&alice.email).await;
        assert!(mail.subject.starts_with("Your Ostiary account will be deleted on "), "{mail:?}");
        assert!(mail.links.iter().any(|link| link.contains("/account/lockdown?token=")), "{mail:?}");

        // Signing in leads to the one page, whatever was asked for.
        for path in ["/account", "/account/security", "/account/data", "/account/delete"] {
            alice.sign_in(&mut browser).await;
            assert_eq!((browser.path(), browser.heading().as_str()), ("/account/keep", "Your account will be deleted"));
            browser.open(path).await;
            assert_eq!(browser.path(), "/account/keep", "{path}");
        }
        browser.open(&partner.authorization_request().url()).await;
        assert!(browser.text().contains("Sign in to continue to Partner"), "{}", browser.describe());
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/account/keep", "{}", browser.describe());
        let silent = partner.authorization_request().with("prompt", "none");
        assert_eq!(browser.open(&silent.url()).await.landed().error(), "login_required");
        browser.open("/account/keep").await;
        browser.press("Sign out").await;
        assert_eq!(browser.path(), "/login");
        browser.open("/account").await;
        assert_eq!(browser.path(), "/login", "{}", browser.describe());

        server.advance(6 * DAY);
        ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
        alice.sign_in(&mut browser).await;
        browser.press("Keep my account").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        assert!(browser.text().contains("Your account stays."), "{}", browser.describe());
        assert_eq!(Mailbox::of(&server).newest_to(&alice.email).await.subject, "Your Ostiary account stays");
        partner.sign_in(&mut browser, &alice).await;
        server.advance(8 * DAY);
        ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 1);
        for kind in ["deletion_asked_for", "deletion_taken_back"] {
            assert_eq!(server.database().number(&format!("SELECT count(*) FROM events WHERE kind = '{kind}'")).await, 1);
        }
    }

    /// Issue 3, section 4; security.md M4: the mailed link keeps it too, once; "this wasn't me" keeps it and locks it down.
    async fn a_mailed_link_keeps_the_account(db) {
        let server = Setup::proving(db).start().await;
        let (alice, bob) = (Person::alice(), Person::bob());
        for person in [&alice, &bob] {
            let mut browser = person.signed_up_with_code(&server).await;
            browser.open("/account/delete").await;
            browser.press("Delete my account").await;
        }
        let link_to = async |address: &str, page: &str| {
            let mail = Mailbox::of(&server).newest_to(address).await;
            mail.links.into_iter().find(|link| link.contains(page)).unwrap()
        };
        let mut browser = Browser::new(&server);
        let keep = link_to(&alice.email, "/account/keep?token=").await;
        browser.open(&keep).await;
        assert_eq!((browser.heading().as_str(), browser.page().url.query()), ("Keep your account?", None));
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE deletion_due_at IS NULL").await, 0, "opening it changes nothing");
        let mut second = browser.clone();
        browser.press("Keep my account").await;
        assert_eq!(browser.heading(), "Your account stays", "{}", browser.describe());
        // Who reads the mail learns of it, since whoever signed in may not be the owner.
        let told = Mailbox::of(&server).newest_to(&alice.email).await;
        assert_eq!(told.subject, "Your Ostiary account stays");
        assert!(told.links.iter().any(|link| link.contains("/account/lockdown?token=")), "{told:?}");
        second.press("Keep my account").await;
        assert_eq!(second.status(), 410);
        alice.sign_in(&mut browser).await;
        assert_eq!(browser.heading(), "Your account");

        browser.open(&link_to(&bob.email, "/account/lockdown?token=").await).await;
        browser.press("Lock down my account").await;
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE deletion_due_at IS NULL").await, 2);
        assert!(browser.is_signed_in().await, "Alice is, and it was not about her");
        let mut browser = Browser::new(&server);
        bob.sign_in(&mut browser).await;
        assert!(browser.error().contains("wrong"), "{}", browser.describe());
    }

    /// Issue 3, section 4; security.md P9, F2: when the day has come every row of the person goes, whoever deletes; the log keeps what
    /// happened without them, and another person's account is untouched. Of keeping and deleting at once, one is first.
    async fn a_deleted_account_is_really_gone(db) {
        let server = TestServer::start(db).await;
        let replica = server.replica().await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut his = bob.signed_in(&server).await;
        let mut browser = alice.signed_in(&server).await;
        passkey::Authenticator::phone(&server).add_to(&mut browser, "Alice's phone").await;
        alice.adds_authenticator(&server, &mut browser).await;
        Application::of(&server, "partner").sign_in(&mut browser, &alice).await;
        let id = server.database().text("SELECT id FROM users WHERE email = 'alice@example.org'").await;
        browser.open("/account/delete").await;
        browser.press("Delete my account").await;
        let shown = server.ground.command(&["user", "show", &alice.email, "--json"]).await.done().json();
        assert!(shown["deletion_due_at"].as_str().is_some_and(|due| due.starts_with("20")), "{shown}");
        server.advance(7 * DAY + Duration::from_secs(1));
        his.open("/account").await;
        let (one, two) = tokio::join!(ostiary::housekeeping::delete_expired(server.app()), ostiary::housekeeping::delete_expired(replica.app()));
        one.and(two).unwrap();
        assert_eq!(server.database().texts("SELECT email FROM users").await, [bob.email.as_str()]);
        nothing_is_left(&server, &alice, &id).await;
        assert_eq!(server.database().texts("SELECT detail FROM events WHERE kind = 'user_deleted'").await, ["{\"by\":\"person\"}"]);
        assert_eq!(server.database().number("SELECT count(*) FROM events WHERE user_id LIKE 'deleted-%'").await,
            server.database().number("SELECT count(*) FROM events WHERE user_id NOT IN (SELECT id FROM users)").await);
        alice.signed_in(&server).await;

        // Keeping and deleting at once: the account is there and kept, or gone; never half.
        for round in 0..8 {
            let person = Person::new(&format!("Guest{round} Brisk"));
            let mut browser = person.signed_in(&server).await;
            browser.open("/account/delete").await;
            browser.press("Delete my account").await;
            person.sign_in(&mut browser).await;
            server.advance(7 * DAY + Duration::from_secs(1));
            let (_, deleted) = tokio::join!(browser.press("Keep my account"), ostiary::housekeeping::delete_expired(replica.app()));
            deleted.unwrap();
            let left = server.database().texts(&format!("SELECT coalesce(deletion_due_at, 0) FROM users WHERE email = '{}' AND enabled", person.email)).await;
            assert!(left.is_empty() || left == ["0"], "{left:?}");
            assert_eq!(server.database().number("SELECT count(*) FROM users WHERE NOT enabled").await, 0);
            ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
        }
    }

    /// `ostiary user delete` goes the same way.
    async fn an_operator_deletes_the_same_way(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        alice.adds_authenticator(&server, &mut browser).await;
        let id = server.database().text("SELECT id FROM users").await;
        server.ground.command(&["user", "delete", &alice.email]).await.done();
        nothing_is_left(&server, &alice, &id).await;
        assert_eq!(server.database().texts("SELECT detail FROM events WHERE kind = 'user_deleted'").await, ["{\"by\":\"operator\"}"]);
        browser.open("/account").await;
        assert_eq!(browser.path(), "/login");
    }
}

/// No row of any table names the person. What SQLite has freed is not read: its bytes stay in the file until they are written over.
async fn nothing_is_left(server: &TestServer, person: &Person, id: &str) {
    for (table, column) in [
        ("users", "id"),
        ("passwords", "user_id"),
        ("sessions", "user_id"),
        ("consents", "user_id"),
        ("grants", "user_id"),
        ("events", "user_id"),
        ("mailed_proofs", "user_id"),
        ("passkeys", "user_id"),
        ("totp_secrets", "user_id"),
        ("recovery_codes", "user_id"),
        ("phone_factors", "user_id"),
        ("trusted_devices", "user_id"),
        ("linked_identities", "user_id"),
        ("imported_users", "user_id"),
    ] {
        let count = server.database().number(&format!("SELECT count(*) FROM {table} WHERE {column} = '{id}'")).await;
        assert_eq!(count, 0, "{table}");
    }
    let personal = "SELECT count(*) FROM events WHERE user_id LIKE 'deleted-%' AND (address IS NOT NULL OR user_agent IS NOT NULL OR session_id IS NOT NULL OR request_id IS NOT NULL) AND kind <> 'user_deleted'";
    assert_eq!(server.database().number(personal).await, 0);
    for told in server.database().texts("SELECT detail FROM events").await {
        assert!(!told.contains(id) && !told.contains(&person.email) && !told.contains("phone"), "{told}");
    }
}
