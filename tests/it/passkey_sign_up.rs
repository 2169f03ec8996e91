//! An account that begins with a passkey and has no password: how it begins, what it lacks, and what does not get in that way.

use crate::both;
use crate::support::mailbox::Mailbox;
use crate::support::passkey::{Authenticator, Draft, ask_to_sign_up, decode, encode, flags, options, send};
use crate::support::prelude::*;

const TEN_MINUTES: Duration = Duration::from_secs(601);
const EXPIRED: &str = "That took too long";
const REFUSED: &str = "That passkey didn’t work";
const PROVING: (&str, &str) = ("sign_up.email_verification", "before_sign_in");

/// Whose account the browser opens; empty for nobody's.
async fn who(browser: &mut Browser) -> String {
    browser.open("/account").await;
    browser.page().all(".bar-email").concat()
}

async fn count(server: &TestServer, table: &str) -> i64 {
    server.database().number(&format!("SELECT count(*) FROM {table}")).await
}

/// The page that asks an authenticator, for this person.
async fn asked(server: &TestServer, person: &Person) -> Browser {
    let mut browser = Browser::new(server);
    browser.open("/signup").await;
    ask_to_sign_up(&mut browser, person).await;
    assert_eq!(browser.heading(), "Create your passkey", "{}", browser.describe());
    browser
}

/// The six digits of the newest mail to this address.
async fn code_to(server: &TestServer, address: &str) -> String {
    let mail = Mailbox::of(server).newest_to(address).await;
    let code = mail.text.split_whitespace().find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()));
    code.unwrap_or_else(|| panic!("no code in {mail:?}")).to_owned()
}

fn list(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

both! {
    /// Issue 3, section 2; security.md W7: the first session says what was done, and the passkey opens the account from then on.
    async fn an_account_can_begin_with_a_passkey(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        for (mut device, person, own) in
            [(Authenticator::phone(&server), Person::alice(), "swk"), (Authenticator::stick(&server), Person::bob(), "hwk")]
        {
            let mut browser = Browser::new(&server);
            let request = shop.authorization_request();
            browser.open(&request.url()).await;
            browser.follow("Create an account").await;
            let landed = device.fill_sign_up(&mut browser, &person).await.landed();
            let tokens = shop.redeem(&request, landed.code()).await.tokens();
            let claims = shop.verified(tokens.id_token()).await;
            assert_eq!(list(&claims.claims["amr"]), [own, "user", "mfa"]);
            assert_eq!(claims.text("acr"), "phr");
            assert_eq!(shop.userinfo(&tokens.access_token).await.ok()["name"], person.name.as_str());
            let handle: String = device.keys[0].user_handle.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(claims.text("sub").replace('-', ""), handle);

            let mut later = Browser::new(&server);
            device.open_and_sign_in(&mut later).await;
            assert_eq!(who(&mut later).await, person.email);
            assert_eq!(Mailbox::of(&server).newest_to(&person.email).await.subject, "New sign-in to your Ostiary account");
        }
        assert_eq!((count(&server, "users").await, count(&server, "passwords").await), (2, 0));
        assert_eq!(server.database().texts("SELECT name FROM passkeys").await, ["Firefox on Linux"; 2]);
    }

    /// Web Authentication §5.4: what is asked; nothing of it tells whether the address is known (security.md L1).
    async fn the_page_asks_for_a_key_that_stands_alone(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        Authenticator::phone(&server).sign_up(&mut Browser::new(&server), &alice).await;
        let mut all = Vec::new();
        for person in [&alice, &bob] {
            let browser = asked(&server, person).await;
            let mut options = options(&browser);
            let selection = &options["authenticatorSelection"];
            assert_eq!((&selection["residentKey"], &selection["userVerification"]), (&json!("required"), &json!("required")));
            assert_eq!((&options["excludeCredentials"], &options["attestation"]), (&json!([]), &json!("none")));
            assert_eq!((&options["user"]["name"], &options["user"]["displayName"]), (&json!(person.email), &json!(person.name)));
            assert_eq!(decode(&options["user"]["id"]).len(), 16);
            for random in ["challenge", "user"] {
                options[random] = json!(null);
            }
            all.push((browser.status(), options, browser.text().replace(&person.email, "")));
        }
        assert_eq!(all[0], all[1]);
        // By script only: without one the password is the way.
        let mut browser = Browser::new(&server);
        browser.open("/signup").await;
        assert!(browser.page().attribute("[value=passkey]", "hidden").is_some());
        assert!(asked(&server, &bob).await.page().attribute("form[data-passkey]", "hidden").is_some());
        // A wrong address is said before anything is made.
        for wrong in ["nonsense", ""] {
            browser.open("/signup").await;
            ask_to_sign_up(&mut browser, &Person { email: wrong.into(), ..Person::bob() }).await;
            assert_eq!(browser.heading(), "Create your account");
            assert!(!browser.error().is_empty() && !browser.error().contains("password"), "{}", browser.describe());
        }
        // Reloaded.
        browser.open("/signup/passkey").await;
        assert_eq!(browser.path(), "/signup");
    }

    /// Anonymous traffic writes nothing before the ceremony is finished, and neither does an answer that does not hold.
    async fn nothing_is_written_before_the_key_is_made(db) {
        let server = TestServer::start(db).await;
        let before = server.database().row_counts().await;
        let lies: [(fn(&mut Draft), &str); 5] = [
            (|draft| draft.client_data["origin"] = json!("https://evil.example"), REFUSED),
            (|draft| draft.client_data["challenge"] = json!(encode(&[7; 32])), REFUSED),
            (|draft| draft.client_data["type"] = json!("webauthn.get"), REFUSED),
            (|draft| draft.flags &= !flags::USER_PRESENT, REFUSED),
            // security.md W3: it stands alone, so its person is verified.
            (|draft| draft.flags &= !flags::USER_VERIFIED, "Your device didn’t check that it’s you"),
        ];
        for (lie, why) in lies {
            let mut browser = asked(&server, &Person::alice()).await;
            let answer = Authenticator::phone(&server).create_with(&options(&browser), lie);
            send(&mut browser, &answer, &[]).await;
            assert!(browser.error().contains(why), "{}", browser.describe());
            assert_eq!((browser.heading().as_str(), who(&mut browser).await.as_str()), ("Create your passkey", ""));
        }
        let mut browser = asked(&server, &Person::alice()).await;
        send(&mut browser, &json!({}), &[]).await;
        assert_eq!(browser.status(), 400, "{}", browser.describe());
        assert_eq!(server.database().row_counts().await, before);
    }

    /// security.md W2: of one browser, for one ceremony, for five minutes, once; and for the address that was typed.
    async fn the_challenge_is_this_browsers_and_this_sign_ups(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut browser = asked(&server, &alice).await;
        let shown = browser.clone();
        let answer = Authenticator::phone(&server).create(&options(&browser));
        let challenge = shown.page().value("challenge").unwrap();

        // Another browser, which is asked itself.
        let mut other = asked(&server, &alice).await;
        let sent = [("challenge", challenge.as_str())];
        send(&mut other, &answer, &sent).await;
        assert!(other.error().contains(EXPIRED), "{}", other.describe());

        // One of signing in, one of adding a key to an account, one that was tampered with.
        let mut owner = bob.signed_in(&server).await;
        owner.open("/account/passkeys/add").await;
        let of_adding = owner.page().value("challenge").unwrap();
        owner.open("/login?show=other").await;
        let of_signing_in = owner.page().value("challenge").unwrap();
        for wrong in [of_adding.as_str(), &of_signing_in, &format!("{challenge}A"), ""] {
            let mut tab = shown.clone();
            send(&mut tab, &answer, &[("challenge", wrong)]).await;
            assert!(tab.error().contains(EXPIRED), "{}", tab.describe());
        }
        // And the other way round: what was asked at sign-up adds no key to an account.
        owner.open("/account/passkeys/add").await;
        send(&mut owner, &answer, &[("challenge", &challenge), ("name", "x")]).await;
        assert!(owner.text().contains(EXPIRED), "{}", owner.describe());
        assert_eq!(count(&server, "passkeys").await, 0);

        // Typed over on the way: the key is made for the address that it was asked for.
        send(&mut browser, &answer, &[("email", "mallory@example.org"), ("name", "Mallory")]).await;
        assert_eq!(who(&mut browser).await, alice.email);

        // A second time.
        let mut again = shown.clone();
        send(&mut again, &answer, &[]).await;
        assert!(again.error().contains(EXPIRED), "{}", again.describe());
        assert_eq!(count(&server, "users").await, 2);

        // Too late.
        let mut late = asked(&server, &Person::new("Carol Calm")).await;
        let answer = Authenticator::phone(&server).create(&options(&late));
        server.advance(Duration::from_secs(301));
        send(&mut late, &answer, &[]).await;
        assert!(late.error().contains(EXPIRED), "{}", late.describe());
        assert_eq!((count(&server, "users").await, count(&server, "passkeys").await), (2, 1));
    }

    /// security.md W2: of parallel answers one makes an account.
    async fn of_parallel_answers_one_makes_the_account(db) {
        let server = TestServer::start(db).await;
        let browser = asked(&server, &Person::alice()).await;
        let made = Authenticator::phone(&server).create(&options(&browser));
        let other = Authenticator::phone(&server).create(&options(&browser));
        let mut tries = tokio::task::JoinSet::new();
        for number in 0..12 {
            let (mut tab, answer) = (browser.clone(), if number % 2 == 0 { made.clone() } else { other.clone() });
            tries.spawn(async move {
                send(&mut tab, &answer, &[]).await;
                who(&mut tab).await
            });
        }
        let won = tries.join_all().await.into_iter().filter(|email| !email.is_empty()).count();
        let rows = [count(&server, "users").await, count(&server, "passkeys").await, count(&server, "sessions").await];
        assert_eq!((won, rows), (1, [1, 1, 1]));
    }

    /// security.md L1: a taken address is told as to somebody who chose a password, and not before the key is made.
    async fn a_taken_address_looks_as_it_does_with_a_password(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        alice.registered(&server).await;
        let mut with_password = Browser::new(&server);
        alice.sign_up(&mut with_password).await;
        let mut device = Authenticator::phone(&server);
        let mut browser = Browser::new(&server);
        device.sign_up(&mut browser, &alice).await;
        assert_eq!((browser.heading(), browser.text(), browser.status()), (with_password.heading(), with_password.text(), 200));
        assert!(browser.error().contains("There is an account with this address"), "{}", browser.describe());
        assert_eq!(who(&mut browser.clone()).await, "");
        assert_eq!(Mailbox::of(&server).newest_to(&alice.email).await.subject, "You already have an account at Ostiary");
        assert_eq!(count(&server, "passkeys").await, 0);
        // Web Authentication §5.1.10.1: the key was made in vain, which its keeper may know.
        let told = browser.page().attribute("[data-passkey-unknown]", "data-passkey-unknown").unwrap();
        assert_eq!(serde_json::from_str::<Value>(&told).unwrap()["credentialId"], encode(&device.keys[0].id));
    }

    /// security.md W4: a key that is another account's begins none.
    async fn a_registered_key_begins_no_other_account(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        device.sign_up(&mut Browser::new(&server), &Person::alice()).await;
        let id = device.keys[0].id.clone();
        let mut browser = asked(&server, &Person::bob()).await;
        let answer = Authenticator::phone(&server).create_with(&options(&browser), |draft| draft.credential_id = id);
        send(&mut browser, &answer, &[]).await;
        assert!(browser.error().contains("already has a passkey"), "{}", browser.describe());
        assert_eq!((count(&server, "users").await, count(&server, "passkeys").await), (1, 1));
    }

    /// security.md M2, M10: where an address is proven first, the key waits for the code as a password does.
    async fn the_address_is_proven_first_where_the_operator_wants_it(db) {
        let server = TestServer::with(db).setting(PROVING.0, PROVING.1).start().await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut device = Authenticator::phone(&server);
        let mut browser = Browser::new(&server);
        let request = shop.authorization_request();
        browser.open(&request.url()).await;
        browser.follow("Create an account").await;
        device.fill_sign_up(&mut browser, &alice).await;
        assert_eq!((browser.heading().as_str(), browser.path()), ("Check your mail", "/signup/code"));
        assert!(!server.database().everything().await.contains(&alice.email), "nothing is stored for an address that nobody proved");
        let cookie = browser.cookie("ostiary_mailed").unwrap().value.len();
        assert!(cookie < 3500, "RFC 6265 §6.1: browsers keep 4096 bytes of a cookie, not {cookie}");

        // Half an account opens nothing, and the passkey neither.
        let mut stranger = Browser::new(&server);
        device.open_and_sign_in(&mut stranger).await;
        assert!(stranger.text().contains("isn’t registered here"), "{}", stranger.describe());
        assert_eq!(who(&mut browser.clone()).await, "");
        browser.fill("Code", "000000");
        browser.press("Continue").await;
        assert!(browser.error().contains("wrong"), "{}", browser.describe());
        // A new code, later than any challenge is good.
        browser.press("Send a new code").await;
        server.advance(Duration::from_secs(400));
        let half = browser.clone();
        let code = code_to(&server, &alice.email).await;
        browser.fill("Code", &code);
        let landed = browser.press("Continue").await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        let claims = shop.verified(tokens.id_token()).await;
        assert_eq!((list(&claims.claims["amr"]), claims.text("acr")), (vec!["swk", "user", "mfa"], "phr"));
        assert_eq!(shop.userinfo(&tokens.access_token).await.ok()["email_verified"], true);
        let mut again = half;
        again.fill("Code", &code);
        again.press("Continue").await;
        assert_eq!(who(&mut again).await, "");
        assert_eq!((count(&server, "users").await, count(&server, "passkeys").await), (1, 1));
    }

    /// security.md L1, W2: there, neither the page nor what is stored tells of a taken address, and an answer that is sent twice makes one
    /// account.
    async fn with_proven_addresses_nothing_tells_who_has_an_account(db) {
        let server = TestServer::with(db).setting(PROVING.0, PROVING.1).start().await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut browser = asked(&server, &alice).await;
        let shown = browser.clone();
        let answer = Authenticator::phone(&server).create(&options(&browser));
        send(&mut browser, &answer, &[]).await;
        let first = (browser.clone(), code_to(&server, &alice.email).await);
        let mut twice = shown;
        send(&mut twice, &answer, &[]).await;
        let second = (twice, code_to(&server, &alice.email).await);
        for (mut browser, code) in [first, second] {
            browser.fill("Code", &code);
            browser.press("Continue").await;
        }
        assert_eq!((count(&server, "users").await, count(&server, "passkeys").await, count(&server, "sessions").await), (1, 1, 1));

        let mut pages = Vec::new();
        for person in [&alice, &bob] {
            let mut browser = Browser::new(&server);
            Authenticator::phone(&server).sign_up(&mut browser, person).await;
            pages.push((browser.path().to_owned(), browser.status(), browser.text().replace(&person.email, "")));
        }
        assert_eq!(pages[0], pages[1]);
        assert_eq!(Mailbox::of(&server).newest_to(&alice.email).await.subject, "You already have an account at Ostiary");
    }

    /// security.md W8, O4: what somebody without a password can do later: no password to change but one to choose, and no way out of their own
    /// account.
    async fn an_account_without_a_password_can_choose_one(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut device = Authenticator::phone(&server);
        let mut browser = Browser::new(&server);
        device.sign_up(&mut browser, &alice).await;
        assert!(browser.text().contains("This account has no password"), "{}", browser.describe());
        browser.open("/account/security").await;
        assert!(browser.text().contains("This account has no password"), "{}", browser.describe());
        browser.follow("Change Firefox on Linux").await;
        browser.press("Remove passkey").await;
        assert!(browser.error().contains("Without it you couldn’t sign in any more"), "{}", browser.describe());

        // Fresh proof, by the passkey: nothing asks for a password that is not there.
        server.advance(TEN_MINUTES);
        browser.open("/account/security").await;
        browser.follow("Set a password").await;
        assert_eq!(browser.heading(), "Confirm it’s you", "{}", browser.describe());
        assert!(browser.page().attribute("#password", "type").is_none() && browser.text().contains(&alice.email));
        device.sign_in(&mut browser).await;
        assert_eq!((browser.path(), browser.heading().as_str()), ("/account/password", "Set a password"));
        assert!(browser.page().attribute("#current_password", "type").is_none());
        browser.fill("New password", "short");
        browser.press("Set a password").await;
        assert!(browser.error().contains("8"), "{}", browser.describe());

        // A page that was open before there was one does not replace it.
        let mut stale = browser.clone();
        browser.fill("New password", &alice.password);
        browser.press("Set a password").await;
        assert!(browser.text().contains("Your account has a password now"), "{}", browser.describe());
        assert!(browser.page().attribute("#current_password", "type").is_some());
        assert_eq!(Mailbox::of(&server).newest_to(&alice.email).await.subject, "A password was added to your Ostiary account");
        stale.fill("New password", "another long walk");
        stale.press("Set a password").await;
        assert!(!stale.error().is_empty() && !stale.text().contains("has a password now"), "{}", stale.describe());
        let mut later = Browser::new(&server);
        alice.sign_in(&mut later).await;
        assert_eq!(who(&mut later).await, alice.email);
        browser.open("/account/security").await;
        browser.follow("Change Firefox on Linux").await;
        browser.press("Remove passkey").await;
        assert!(browser.text().contains("has been removed"), "{}", browser.describe());
    }

    /// The operator's switch holds for this way too, and a challenge of before does not get around it.
    async fn where_sign_up_is_off_no_passkey_makes_an_account(db) {
        let server = TestServer::with(db).setting("sign_up.enabled", false).start().await;
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let csrf = browser.page().value("csrf").unwrap();
        for (path, fields) in [("/signup", vec![("way", "passkey"), ("email", "a@example.org")]), ("/signup/passkey", Vec::new())] {
            let fields: Vec<_> = fields.into_iter().chain([("csrf", csrf.as_str())]).collect();
            browser.post(path, &fields, true).await;
            assert!(browser.status() >= 400, "{path}: {}", browser.describe());
        }
    }

    /// RFC 9700 §4.7; security.md A39: another site can neither ask nor answer.
    async fn another_site_cannot_sign_people_up(db) {
        let server = TestServer::start(db).await;
        let mut browser = asked(&server, &Person::alice()).await;
        let answer = Authenticator::phone(&server).create(&options(&browser)).to_string();
        let challenge = browser.page().value("challenge").unwrap();
        let csrf = browser.page().value("csrf").unwrap();
        browser.clone().post("/signup", &[("csrf", &csrf), ("way", "passkey"), ("email", "a@example.org")], false).await;
        browser.post("/signup/passkey", &[("csrf", &csrf), ("challenge", &challenge), ("credential", &answer)], false).await;
        assert!(browser.status() >= 400, "{}", browser.describe());
        browser.post("/signup/passkey", &[("challenge", &challenge), ("credential", &answer)], true).await;
        assert!(browser.status() >= 400, "{}", browser.describe());
        assert_eq!(count(&server, "users").await, 0);
    }
}
