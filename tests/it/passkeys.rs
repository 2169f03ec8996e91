//! Passkeys and security keys: what an authenticator answers, and what a liar answers.

use crate::both;
use crate::support::authenticator::give;
use crate::support::mailbox::Mailbox;
use crate::support::passkey::{Authenticator, Draft, decode, encode, fields, flags, options, send};
use crate::support::prelude::*;
use std::collections::BTreeSet;
use webauthn_authenticator_rs::AuthenticatorBackend;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;

const TEN_MINUTES: Duration = Duration::from_secs(601);

/// Whose account the browser opens; empty for nobody's.
async fn who(browser: &mut Browser) -> String {
    browser.open("/account").await;
    browser.page().all(".bar-email").concat()
}

/// Has an account, a passkey on this device, and is signed in.
async fn enrolled(server: &TestServer, person: &Person, device: &mut Authenticator) -> Browser {
    let mut browser = person.signed_in(server).await;
    device.add_to(&mut browser, "My device").await;
    assert!(browser.text().contains("Your passkey has been added"), "{}", browser.describe());
    browser
}

/// Panics unless the sign-in was refused: nobody is signed in, and the page says why.
async fn refused(browser: &mut Browser, why: &str) {
    assert!(browser.text().contains(why), "{}", browser.describe());
    assert!(browser.cookie("ostiary_session").is_none(), "{}", browser.describe());
    assert_eq!(who(browser).await, "");
}

const REFUSED: &str = "That passkey didn’t work";
const EXPIRED: &str = "That took too long";

/// Changes what is about to be signed.
type Lie = Box<dyn FnOnce(&mut Draft)>;

fn set(name: &'static str, value: impl Into<Value> + 'static) -> Lie {
    Box::new(move |draft| draft.client_data[name] = value.into())
}

fn list(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

both! {
    /// Web Authentication §7; security.md W7: a synced passkey that verifies its person is two factors that cannot be phished.
    async fn a_passkey_signs_in_without_an_address(db) {
        let server = TestServer::start(db).await;
        let (alice, shop) = (Person::alice(), Application::of(&server, "shop"));
        for (mut device, own) in [(Authenticator::phone(&server), "swk"), (Authenticator::stick(&server), "hwk")] {
            let person = if own == "swk" { alice.clone() } else { Person::bob() };
            enrolled(&server, &person, &mut device).await;
            let mut browser = Browser::new(&server);
            let request = shop.authorization_request();
            browser.open(&request.url()).await;
            let landed = device.sign_in(&mut browser).await.landed();
            let tokens = shop.redeem(&request, landed.code()).await.tokens();
            let claims = shop.verified(tokens.id_token()).await;
            assert_eq!(list(&claims.claims["amr"]), [own, "user", "mfa"]);
            assert_eq!(claims.text("acr"), "phr");
            assert_eq!(who(&mut browser).await, person.email);
        }
    }

    /// security.md L5: whoever is kept waiting by the guesses of others comes in with a passkey, from a browser that nobody knows.
    async fn a_passkey_is_not_held_up_by_guesses(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut device = Authenticator::phone(&server);
        enrolled(&server, &alice, &mut device).await;
        for n in 0..8 {
            Person { password: format!("guess number {n}"), ..alice.clone() }.sign_in(&mut Browser::new(&server)).await;
        }
        let mut browser = Browser::new(&server);
        alice.sign_in(&mut browser).await;
        assert!(browser.error().contains("Too many tries"), "{}", browser.describe());
        device.open_and_sign_in(&mut browser).await;
        assert_eq!(who(&mut browser).await, alice.email, "{}", browser.describe());
    }

    /// Web Authentication §5.4: what is asked for. §14.6.1: nothing of it tells who the person is to whoever finds the device.
    async fn the_options_say_what_this_server_wants(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        let mut browser = enrolled(&server, &Person::alice(), &mut device).await;
        browser.open("/account/passkeys/add").await;
        let asked = options(&browser);
        let selection = &asked["authenticatorSelection"];
        assert_eq!((&selection["residentKey"], &selection["requireResidentKey"]), (&json!("required"), &json!(true)));
        assert_eq!((&selection["userVerification"], &asked["attestation"]), (&json!("required"), &json!("none")));
        assert_eq!(asked["rp"]["id"], "localhost");
        assert_eq!(asked["user"]["name"], "alice@example.org");
        assert_eq!(asked["excludeCredentials"][0]["id"], encode(&device.keys[0].id));
        assert_eq!(asked["timeout"], 300_000);
        let id = server.database().texts("SELECT id FROM users").await.concat().replace('-', "");
        let handle: String = decode(&asked["user"]["id"]).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(handle, id);
        assert_eq!(decode(&asked["challenge"]).len(), 32);

        browser.open("/account/security-keys/add").await;
        let asked = options(&browser);
        let selection = &asked["authenticatorSelection"];
        assert_eq!((&selection["residentKey"], &selection["userVerification"]), (&json!("preferred"), &json!("preferred")));
        // CTAP 2.1 §12.1: Chromium makes no key whose protection wants a verification that the page does not require.
        assert!(asked["extensions"]["credentialProtectionPolicy"].is_null(), "{asked}");

        let mut stranger = Browser::new(&server);
        stranger.open("/login").await;
        let asked = options(&stranger);
        assert_eq!((&asked["allowCredentials"], &asked["userVerification"]), (&json!([]), &json!("required")));
        assert_eq!(stranger.page().attribute("#email", "autocomplete").unwrap(), "username webauthn");
        let policy = stranger.page().headers["permissions-policy"].to_str().unwrap();
        assert!(policy.contains("publickey-credentials-get=(self)") && policy.contains("publickey-credentials-create=(self)"));
    }

    /// security.md S1: whoever planted a session has nothing of the one that begins.
    async fn signing_in_with_a_passkey_begins_a_new_session(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut device = Authenticator::phone(&server);
        enrolled(&server, &alice, &mut device).await;
        let mut browser = bob.signed_in(&server).await;
        let mut thief = browser.clone();
        server.advance(Duration::from_secs(1));
        let shop = Application::of(&server, "shop");
        browser.open(&shop.authorization_request().with("prompt", "login").url()).await;
        device.sign_in(&mut browser).await.landed();
        assert_eq!(who(&mut browser).await, alice.email);
        assert_eq!(who(&mut thief).await, "");
    }

    /// security.md W1
    async fn an_answer_for_another_origin_is_refused(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        let mut owner = enrolled(&server, &Person::alice(), &mut device).await;
        let port = server.ground.port;
        let lies = || -> Vec<Lie> {
            vec![
                set("origin", "https://evil.example"),
                set("origin", format!("http://sub.localhost:{port}")),
                set("origin", format!("https://localhost:{port}")),
                set("origin", format!("http://localhost:{}", port.wrapping_add(1))),
                set("origin", format!("http://localhost.evil.example:{port}")),
                set("origin", "null:"),
                set("crossOrigin", true),
                set("topOrigin", "https://evil.example"),
                Box::new(|draft| "evil.example".clone_into(&mut draft.rp_id)),
                Box::new(|draft| "sub.localhost".clone_into(&mut draft.rp_id)),
            ]
        };
        for lie in lies() {
            let mut browser = Browser::new(&server);
            browser.open("/login").await;
            let answer = device.get_with(&options(&browser), lie);
            send(&mut browser, &answer, &[]).await;
            refused(&mut browser, REFUSED).await;
        }
        for lie in lies() {
            owner.open("/account/passkeys/add").await;
            let answer = Authenticator::phone(&server).create_with(&options(&owner), lie);
            send(&mut owner, &answer, &[("name", "x")]).await;
            assert!(owner.text().contains(REFUSED), "{}", owner.describe());
        }
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 1);
    }

    /// security.md W2: of the challenge.
    async fn a_challenge_is_good_for_one_answer_of_one_browser_in_one_ceremony(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        let mut owner = enrolled(&server, &Person::alice(), &mut device).await;
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let shown = browser.clone();
        let answer = device.get(&options(&browser));

        // Another browser, which has its own form.
        let mut other = Browser::new(&server);
        other.open("/login").await;
        let challenge = shown.page().value("challenge").unwrap();
        let csrf = other.page().value("csrf").unwrap();
        let sent = [("csrf", csrf.as_str()), ("challenge", &challenge), ("credential", &answer.to_string())];
        other.post("/login/passkey", &sent, true).await;
        refused(&mut other, EXPIRED).await;

        // The one that was asked, twice.
        send(&mut browser, &answer, &[]).await;
        assert_eq!(who(&mut browser).await, "alice@example.org");
        let mut again = shown.clone();
        send(&mut again, &answer, &[]).await;
        refused(&mut again, EXPIRED).await;

        // No challenge, a changed one, one of the other ceremony, and the answer to another one.
        owner.open("/account/passkeys/add").await;
        let of_registration = owner.page().value("challenge").unwrap();
        for challenge in ["", "AAAA", &format!("{challenge}A"), &of_registration] {
            let mut browser = Browser::new(&server);
            browser.open("/login").await;
            let answer = device.get(&options(&browser)).to_string();
            let csrf = browser.page().value("csrf").unwrap();
            browser.post("/login/passkey", &[("csrf", &csrf), ("challenge", challenge), ("credential", &answer)], true).await;
            refused(&mut browser, EXPIRED).await;
        }
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let answer = device.get_with(&options(&browser), set("challenge", encode(&[7; 32])));
        send(&mut browser, &answer, &[]).await;
        refused(&mut browser, REFUSED).await;
        for wrong in ["webauthn.create", "payment.get", ""] {
            browser.open("/login").await;
            let answer = device.get_with(&options(&browser), set("type", wrong));
            send(&mut browser, &answer, &[]).await;
            refused(&mut browser, REFUSED).await;
        }

        // Too late.
        browser.open("/login").await;
        let answer = device.get(&options(&browser));
        server.advance(Duration::from_secs(301));
        send(&mut browser, &answer, &[]).await;
        refused(&mut browser, EXPIRED).await;
    }

    /// security.md W2: in parallel one wins, in both ceremonies.
    async fn of_parallel_answers_to_one_challenge_one_counts(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        let mut owner = enrolled(&server, &Person::alice(), &mut device).await;
        let before = server.database().number("SELECT count(*) FROM sessions").await;
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let answer = device.get(&options(&browser));
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (mut tab, answer) = (browser.clone(), answer.clone());
            tries.spawn(async move {
                send(&mut tab, &answer, &[]).await;
                who(&mut tab).await
            });
        }
        let won = tries.join_all().await.into_iter().filter(|email| !email.is_empty()).count();
        assert_eq!((won, server.database().number("SELECT count(*) FROM sessions").await), (1, before + 1));

        owner.open("/account/passkeys/add").await;
        let asked = options(&owner);
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (mut tab, answer) = (owner.clone(), Authenticator::phone(&server).create(&asked));
            tries.spawn(async move {
                send(&mut tab, &answer, &[("name", "x")]).await;
                tab.text().contains("has been added")
            });
        }
        assert_eq!(tries.join_all().await.into_iter().filter(|added| *added).count(), 1);
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 2);
    }

    /// security.md W3: user presence, user verification, backup flags; on registration too.
    async fn the_flags_must_be_true_to_what_was_asked(db) {
        use flags::*;
        let server = TestServer::start(db).await;
        let mut phone = Authenticator::phone(&server);
        let mut owner = enrolled(&server, &Person::alice(), &mut phone).await;
        let cases = [
            (0, REFUSED),
            (USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP, REFUSED),
            (USER_PRESENT | BACKUP_ELIGIBLE | BACKED_UP, "Your device didn’t check that it’s you"),
            (USER_PRESENT | USER_VERIFIED, REFUSED),
            (USER_PRESENT | USER_VERIFIED | BACKED_UP, REFUSED),
        ];
        for (flags, why) in cases {
            let mut browser = Browser::new(&server);
            browser.open("/login").await;
            let answer = phone.get_with(&options(&browser), |draft| draft.flags = flags);
            send(&mut browser, &answer, &[]).await;
            refused(&mut browser, why).await;
        }
        for (flags, why) in [
            (USER_VERIFIED, REFUSED),
            (USER_PRESENT, "Your device didn’t check that it’s you"),
            (USER_PRESENT | USER_VERIFIED | BACKED_UP, REFUSED),
        ] {
            owner.open("/account/passkeys/add").await;
            let answer = Authenticator::phone(&server).create_with(&options(&owner), |draft| draft.flags = flags | ATTESTED);
            send(&mut owner, &answer, &[("name", "x")]).await;
            assert!(owner.text().contains(why), "{flags:b}: {}", owner.describe());
        }
        // Copied by now: that may change.
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let answer = phone.get_with(&options(&browser), |draft| draft.flags &= !BACKED_UP);
        send(&mut browser, &answer, &[]).await;
        assert_eq!(who(&mut browser).await, "alice@example.org");
    }

    /// security.md W4
    async fn a_key_belongs_to_one_person(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let (mut hers, mut his) = (Authenticator::phone(&server), Authenticator::phone(&server));
        enrolled(&server, &alice, &mut hers).await;
        let mut bobs = enrolled(&server, &bob, &mut his).await;

        // A credential id that is registered already, under the liar's own key.
        bobs.open("/account/passkeys/add").await;
        let stolen = hers.keys[0].id.clone();
        let answer = his.clone().create_with(&options(&bobs), |draft| draft.credential_id = stolen);
        send(&mut bobs, &answer, &[("name", "x")]).await;
        assert!(bobs.text().contains("already has a passkey"), "{}", bobs.describe());

        let bobs_handle = his.keys[0].user_handle.clone();
        let alices_id = server.database().texts("SELECT id FROM users WHERE email = 'alice@example.org'").await.concat();
        for (handle, right) in [
            (Some(bobs_handle), false),
            (Some(b"alice@example.org".to_vec()), false),
            (Some(Vec::new()), false),
            (None, false),
            (Some(alices_id.clone().into_bytes()), true),
            (Some(alices_id.replace('-', "").into_bytes()), false),
        ] {
            let mut browser = Browser::new(&server);
            browser.open("/login").await;
            let answer = hers.get_with(&options(&browser), |draft| draft.user_handle = handle.clone());
            send(&mut browser, &answer, &[]).await;
            if right {
                assert_eq!(who(&mut browser).await, alice.email);
            } else {
                refused(&mut browser, REFUSED).await;
            }
        }
        // His key under her credential id.
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let (id, handle) = (hers.keys[0].id.clone(), hers.keys[0].user_handle.clone());
        let answer = his.get_with(&options(&browser), |draft| {
            draft.credential_id = id;
            draft.user_handle = Some(handle);
        });
        send(&mut browser, &answer, &[]).await;
        refused(&mut browser, REFUSED).await;
    }

    /// Web Authentication §5.1.10.1: whoever keeps a passkey that is gone here can be told.
    async fn an_unknown_passkey_is_named_to_its_keeper(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        enrolled(&server, &Person::alice(), &mut device).await;
        server.database().execute("DELETE FROM passkeys").await;
        let mut browser = Browser::new(&server);
        device.open_and_sign_in(&mut browser).await;
        assert!(browser.text().contains("isn’t registered here"), "{}", browser.describe());
        let told: Value = serde_json::from_str(&browser.page().attribute("[data-passkey-unknown]", "data-passkey-unknown").unwrap()).unwrap();
        assert_eq!(told, json!({ "rpId": "localhost", "credentialId": encode(&device.keys[0].id) }));
        refused(&mut browser, "").await;
    }

    /// security.md W5: two devices with one key.
    async fn a_counter_that_goes_back_shuts_the_key_out(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut stick = Authenticator::stick(&server);
        enrolled(&server, &alice, &mut stick).await;
        let mut clone = stick.clone();
        for _ in 0..3 {
            let mut browser = Browser::new(&server);
            stick.open_and_sign_in(&mut browser).await;
            assert_eq!(who(&mut browser).await, alice.email);
        }
        let mut browser = Browser::new(&server);
        clone.open_and_sign_in(&mut browser).await;
        refused(&mut browser, "may have been copied").await;
        assert_eq!(server.database().texts("SELECT kind FROM events WHERE kind = 'passkey_clone_suspected'").await.len(), 1);
        assert!(Mailbox::of(&server).newest_to(&alice.email).await.subject.contains("may have been copied"));
        // Nobody knows which of the two is the person's: neither gets in.
        let mut browser = Browser::new(&server);
        stick.open_and_sign_in(&mut browser).await;
        refused(&mut browser, "may have been copied").await;
        let mut browser = Browser::new(&server);
        alice.sign_in(&mut browser).await;
        browser.open("/account/security").await;
        assert!(browser.text().contains("May have been copied"), "{}", browser.describe());
        assert_eq!(server.database().texts("SELECT kind FROM events WHERE kind = 'passkey_clone_suspected'").await.len(), 1);
    }

    /// security.md W6: what no authenticator sends is a broken request, and nothing falls over.
    async fn what_no_authenticator_sends_is_a_broken_request(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        let mut owner = enrolled(&server, &Person::alice(), &mut device).await;
        let broken = |answer: &Value| -> Vec<String> {
            let with = |pointer: &str, value: Value| {
                let mut changed = answer.clone();
                *changed.pointer_mut(pointer).unwrap() = value;
                changed.to_string()
            };
            let mut all = vec![
                String::new(),
                "{}".into(),
                "[]".into(),
                "null".into(),
                "{".into(),
                "[".repeat(5000),
                with("/type", json!("password")),
                with("/rawId", json!("%%%")),
                with("/rawId", json!(7)),
                with("/response", json!([])),
                with("/response/clientDataJSON", json!("")),
                with("/response/clientDataJSON", json!(encode(b"{}garbage"))),
                with("/response/clientDataJSON", json!(encode(&[0xff; 64]))),
                with("/response/clientDataJSON", json!(encode("[".repeat(9000).as_bytes()))),
            ];
            for (field, bytes) in [("authenticatorData", 0..40), ("attestationObject", 0..40)] {
                let pointer = format!("/response/{field}");
                let Some(text) = answer.pointer(&pointer) else { continue };
                let whole = decode(text);
                all.extend(bytes.step_by(7).map(|length| with(&pointer, json!(encode(&whole[..length])))));
                all.push(with(&pointer, json!(encode(&[whole.as_slice(), b"trailing"].concat()))));
                all.push(with(&pointer, json!(encode(&[0xbf; 2000]))));
                all.push(with(&pointer, json!(encode(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))));
            }
            all
        };
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        for text in broken(&device.get(&options(&browser))) {
            let mut tab = browser.clone();
            let sent = fields(&tab, &text, &[]);
            let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            tab.post("/login/passkey", &sent, true).await;
            assert_eq!(tab.status(), 400, "{}: {}", &text[..text.len().min(300)], tab.describe());
        }
        owner.open("/account/passkeys/add").await;
        let made = Authenticator::phone(&server).create(&options(&owner));
        for text in broken(&made) {
            let mut tab = owner.clone();
            let sent = fields(&tab, &text, &[("name", "x")]);
            let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            tab.post("/account/passkeys/add", &sent, true).await;
            assert_eq!(tab.status(), 400, "{}: {}", &text[..text.len().min(300)], tab.describe());
        }
        // A megabyte of client data.
        let mut tab = browser.clone();
        let sent = fields(&tab, &"A".repeat(1 << 20), &[]);
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        tab.post("/login/passkey", &sent, true).await;
        assert_eq!(tab.status(), 400, "{}", tab.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 1);
        // None of it used the challenge up, and the server is well.
        device.sign_in(&mut browser).await;
        assert_eq!(who(&mut browser).await, "alice@example.org");
    }

    /// security.md W6: an algorithm that was not offered; attestation that was not asked for and does not hold; unknown extensions are
    /// left alone.
    async fn keys_of_other_algorithms_are_not_taken(db) {
        let server = TestServer::start(db).await;
        let mut browser = Person::alice().signed_in(&server).await;
        browser.open("/account/passkeys/add").await;
        let offered: BTreeSet<i64> =
            options(&browser)["pubKeyCredParams"].as_array().unwrap().iter().map(|one| one["alg"].as_i64().unwrap()).collect();
        assert!(offered.contains(&-7) && offered.contains(&-257) && !offered.contains(&-8), "{offered:?}");
        for algorithm in [-8, -9, -20] {
            browser.open("/account/passkeys/add").await;
            let answer = Authenticator::phone(&server).create_with(&options(&browser), |draft| draft.algorithm = algorithm);
            send(&mut browser, &answer, &[("name", "x")]).await;
            assert!(browser.status() == 400 || browser.text().contains(REFUSED), "{algorithm}: {}", browser.describe());
        }
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 0);
        let mut device = Authenticator::phone(&server);
        browser.open("/account/passkeys/add").await;
        let mut answer = device.create(&options(&browser));
        answer["clientExtensionResults"] = json!({ "credProps": { "rk": true }, "prf": { "enabled": true }, "x": [{ "y": null }] });
        answer["response"]["transports"] = json!(["internal", "hybrid", "smart-card", "of-tomorrow"]);
        send(&mut browser, &answer, &[("name", "x")]).await;
        assert!(browser.text().contains("has been added"), "{}", browser.describe());
    }

    /// security.md W8: adding and removing needs fresh proof.
    async fn changing_passkeys_asks_for_fresh_proof(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut device = Authenticator::phone(&server);
        let mut browser = enrolled(&server, &alice, &mut device).await;
        browser.follow("Change My device").await;
        let edit = browser.page().url.to_string();
        server.advance(TEN_MINUTES);
        for page in ["/account/passkeys/add", "/account/security-keys/add"] {
            browser.open(page).await;
            assert_eq!(browser.heading(), "Confirm it’s you", "{}", browser.describe());
            alice.fill_sign_in(&mut browser).await;
            assert_eq!(browser.path(), page);
            server.advance(TEN_MINUTES);
        }
        // A page that was open before does not help either.
        browser.open(&edit).await;
        let mut tab = browser;
        tab.press("Remove passkey").await;
        assert_eq!(tab.heading(), "Confirm it’s you", "{}", tab.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 1);
        // A passkey is proof too.
        device.sign_in(&mut tab).await;
        assert_eq!(tab.path(), "/account/security");
        tab.follow("Change My device").await;
        tab.press("Remove passkey").await;
        assert!(tab.text().contains("has been removed"), "{}", tab.describe());
        let mut mailbox = Mailbox::of(&server);
        assert!(mailbox.newest_to(&alice.email).await.subject.starts_with("A passkey was removed"));
        assert!(mailbox.all().await.iter().any(|mail| mail.subject.starts_with("A passkey was added")));
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 0);
    }

    /// security.md W8: a registration is finished in the session it was begun in.
    async fn a_registration_cannot_be_finished_in_anothers_session(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut browser = alice.signed_in(&server).await;
        browser.open("/account/passkeys/add").await;
        let asked = options(&browser);
        let challenge = browser.page().value("challenge").unwrap();
        let answer = Authenticator::phone(&server).create(&asked).to_string();
        // Bob in the same browser, and Alice in another session of hers.
        browser.open("/logout").await;
        browser.press("Sign out").await;
        for person in [&bob, &alice] {
            match person == &bob {
                true => person.sign_up(&mut browser).await,
                false => person.sign_in(&mut browser).await,
            };
            browser.open("/account/passkeys/add").await;
            let csrf = browser.page().value("csrf").unwrap();
            let sent = [("csrf", csrf.as_str()), ("challenge", &challenge), ("credential", &answer), ("name", "x")];
            browser.post("/account/passkeys/add", &sent, true).await;
            assert!(browser.text().contains(EXPIRED), "{}", browser.describe());
            browser.open("/logout").await;
            browser.press("Sign out").await;
        }
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 0);
    }

    /// security.md W8: nobody locks themselves out; not by two clicks at once either.
    async fn the_last_way_in_stays(db) {
        let server = TestServer::start(db).await;
        let mut devices = [Authenticator::phone(&server), Authenticator::phone(&server)];
        let mut browser = Person::alice().signed_in(&server).await;
        for device in &mut devices {
            device.add_to(&mut browser, "Device").await;
        }
        server.database().execute("DELETE FROM passwords").await;
        let mut tries = tokio::task::JoinSet::new();
        for device in &devices {
            let (mut tab, id) = (browser.clone(), encode(&device.keys[0].id));
            tries.spawn(async move {
                tab.open(&format!("/account/passkeys/edit?passkey={id}")).await;
                tab.press("Remove passkey").await;
                tab.text().contains("Without it you couldn’t sign in any more")
            });
        }
        let mut kept = tries.join_all().await;
        kept.sort_unstable();
        assert_eq!(kept, [false, true]);
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 1);
        browser.open("/account/security").await;
        browser.follow("Change Device").await;
        browser.press("Remove passkey").await;
        assert!(browser.error().contains("Without it you couldn’t sign in any more"), "{}", browser.describe());
    }

    /// A passkey is its person's: others neither see, rename nor remove it (security.md P2).
    async fn a_passkey_of_another_person_is_not_there(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        let mut alices = enrolled(&server, &Person::alice(), &mut device).await;
        let mut bobs = enrolled(&server, &Person::bob(), &mut Authenticator::phone(&server)).await;
        let id = encode(&device.keys[0].id);
        bobs.open(&format!("/account/passkeys/edit?passkey={id}")).await;
        assert_eq!(bobs.status(), 404);
        for act in ["rename", "remove"] {
            bobs.open("/account/security").await;
            bobs.follow("Change My device").await;
            bobs.forge("passkey", &id);
            bobs.press(if act == "rename" { "Save name" } else { "Remove passkey" }).await;
            assert_eq!(bobs.status(), 404, "{act}");
        }
        alices.open(&format!("/account/passkeys/edit?passkey={id}")).await;
        alices.fill("Name", "  Blue phone ");
        alices.press("Save name").await;
        assert!(alices.text().contains("Blue phone") && alices.text().contains("The name has been saved"), "{}", alices.describe());
        for wrong in ["", "   ", "a\u{7}b", &"x".repeat(61)] {
            alices.follow("Change Blue phone").await;
            alices.fill("Name", wrong);
            alices.press("Save name").await;
            assert!(alices.error().contains("Enter a name"), "{}", alices.describe());
            alices.open("/account/security").await;
        }
    }

    /// Anonymous traffic writes nothing, and neither does an answer that does not hold.
    async fn asking_and_failing_write_nothing(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        enrolled(&server, &Person::alice(), &mut device).await;
        let before = server.database().row_counts().await;
        let mut browser = Browser::new(&server);
        for _ in 0..3 {
            browser.open("/login").await;
            browser.open("/login/passkey").await;
            browser.open("/login").await;
            let answer = device.get_with(&options(&browser), set("origin", "https://evil.example"));
            send(&mut browser, &answer, &[]).await;
            let mut unknown = device.get(&options(&browser));
            unknown["rawId"] = json!(encode(b"nobody knows this"));
            send(&mut browser, &unknown, &[]).await;
        }
        assert_eq!(server.database().row_counts().await, before);
    }

    /// A page that has been open for long asks for a new challenge.
    async fn a_new_challenge_can_be_fetched(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        enrolled(&server, &Person::alice(), &mut device).await;
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let csrf = browser.page().value("csrf").unwrap();
        server.advance(Duration::from_secs(3600));
        browser.open("/login/passkey").await;
        let fresh: Value = serde_json::from_str(&browser.page().html).unwrap();
        assert_eq!(browser.page().headers["cache-control"], "no-store");
        assert!(browser.page().headers.get("access-control-allow-origin").is_none());
        let answer = device.get(&fresh["options"]).to_string();
        let challenge = fresh["challenge"].as_str().unwrap();
        browser.post("/login/passkey", &[("csrf", &csrf), ("challenge", challenge), ("credential", &answer)], true).await;
        assert_eq!(who(&mut browser).await, "alice@example.org");
    }

    /// security.md L1, U6: who is locked out is locked out by every way.
    async fn a_disabled_account_is_not_opened_by_its_passkey(db) {
        let server = TestServer::start(db).await;
        let mut device = Authenticator::phone(&server);
        enrolled(&server, &Person::alice(), &mut device).await;
        server.database().execute("UPDATE users SET enabled = FALSE").await;
        let mut browser = Browser::new(&server);
        device.open_and_sign_in(&mut browser).await;
        refused(&mut browser, REFUSED).await;
    }

    /// W3C Passkey Endpoints; Web Authentication §5.11.
    async fn the_well_known_documents_tell_where_passkeys_are(db) {
        let server = TestServer::with(db).setting("passkeys.related_origins", vec!["http://shop.localhost:8080"]).start().await;
        let client = reqwest::Client::new();
        let document = async |path: &str| client.get(server.at(path)).send().await.unwrap().json::<Value>().await.unwrap();
        let endpoints = document("/.well-known/passkey-endpoints").await;
        let at = |path: &str| format!("{}{path}", server.issuer);
        assert_eq!(endpoints, json!({ "enroll": at("/account/passkeys/add"), "manage": at("/account/security") }));
        let related = document("/.well-known/webauthn").await;
        assert_eq!(related, json!({ "origins": [server.issuer, "http://shop.localhost:8080"] }));
        // A related origin's answer is as good as ours.
        let mut device = Authenticator::phone(&server);
        enrolled(&server, &Person::alice(), &mut device).await;
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let answer = device.get_with(&options(&browser), set("origin", "http://shop.localhost:8080"));
        send(&mut browser, &answer, &[]).await;
        assert_eq!(who(&mut browser).await, "alice@example.org");
    }

    /// Keys are this person's alone to count.
    async fn there_is_a_bound_on_passkeys(db) {
        let server = TestServer::start(db).await;
        let mut browser = Person::alice().signed_in(&server).await;
        for number in 1..=20 {
            Authenticator::phone(&server).add_to(&mut browser, &format!("Number {number}")).await;
            assert!(browser.text().contains("has been added"), "{}", browser.describe());
        }
        Authenticator::phone(&server).add_to(&mut browser, "One more").await;
        assert!(browser.error().contains("20 passkeys at most"), "{}", browser.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 20);
    }

    /// security.md W7, O6: a key that is only touched is one factor: never the first, and asked for after a password wherever it leads.
    async fn a_security_key_is_a_second_step(db) {
        let server = TestServer::start(db).await;
        let (alice, shop) = (Person::alice(), Application::of(&server, "shop"));
        let mut stick = Authenticator::touched(&server);
        let mut owner = alice.signed_in(&server).await;
        stick.add_as_security_key(&mut owner, "Old stick").await;
        // A way back in without it, and at once the proof that it works.
        assert_eq!(owner.path(), "/login/factor/key", "{}", owner.describe());
        stick.sign_in(&mut owner).await;
        assert_eq!(owner.path(), "/account/recovery-codes", "{}", owner.describe());

        let mut browser = Browser::new(&server);
        stick.open_and_sign_in(&mut browser).await;
        refused(&mut browser, "Your device didn’t check that it’s you").await;

        let request = shop.authorization_request();
        browser.open(&request.url()).await;
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/login/factor/key", "{}", browser.describe());
        let asked = options(&browser);
        assert_eq!(asked["allowCredentials"][0]["id"], encode(&stick.keys[0].id));
        assert_eq!((&asked["userVerification"], asked.get("hints")), (&json!("preferred"), None));
        // security.md S5: half a sign-in opens nothing.
        assert_eq!(who(&mut browser.clone()).await, "");
        assert!(browser.clone().open(&request.url()).await.is_page());
        let landed = stick.sign_in(&mut browser).await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        let claims = shop.verified(tokens.id_token()).await;
        assert_eq!(list(&claims.claims["amr"]), ["pwd", "hwk", "user", "mfa"]);
        assert_eq!(claims.text("acr"), "phr");
    }

    /// security.md W2, W4: what is asked as the second step is answered there, by a key of that person, once.
    async fn the_second_step_takes_only_its_own_answer(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let (mut hers, mut his) = (Authenticator::touched(&server), Authenticator::touched(&server));
        hers.add_as_security_key(&mut alice.signed_in(&server).await, "Hers").await;
        his.add_as_security_key(&mut bob.signed_in(&server).await, "His").await;
        let waiting = async || {
            // Half a sign-in counts as a guess until it is finished.
            server.advance(Duration::from_secs(60));
            let mut browser = Browser::new(&server);
            alice.sign_in(&mut browser).await;
            assert_eq!(browser.path(), "/login/factor/key");
            browser
        };
        // Another's key; a key under another's handle; no presence; another origin.
        let mut browser = waiting().await;
        let mut asked = options(&browser);
        asked["allowCredentials"] = json!([]);
        let answer = his.get(&asked);
        send(&mut browser, &answer, &[]).await;
        refused(&mut browser, REFUSED).await;
        let bobs_handle = his.keys[0].user_handle.clone();
        let lies: [Lie; 3] = [
            Box::new(move |draft| draft.user_handle = Some(bobs_handle)),
            Box::new(|draft| draft.flags = 0),
            set("origin", "https://evil.example"),
        ];
        for lie in lies {
            let mut browser = waiting().await;
            let answer = hers.get_with(&options(&browser), lie);
            send(&mut browser, &answer, &[]).await;
            refused(&mut browser, REFUSED).await;
        }
        // The challenge of one sign-in in another, of the sign-in page, and an answer twice.
        let (first, mut second) = (waiting().await, waiting().await);
        let challenge = first.page().value("challenge").unwrap();
        let answer = hers.get(&options(&first)).to_string();
        let csrf = second.page().value("csrf").unwrap();
        second.post("/login/factor/key", &[("csrf", &csrf), ("challenge", &challenge), ("credential", &answer)], true).await;
        refused(&mut second, EXPIRED).await;
        let mut third = waiting().await;
        let csrf = third.page().value("csrf").unwrap();
        let mut tab = third.clone();
        tab.open("/login/passkey").await;
        let other: Value = serde_json::from_str(&tab.page().html).unwrap();
        let answer = hers.get(&other["options"]).to_string();
        let challenge = other["challenge"].as_str().unwrap();
        third.post("/login/factor/key", &[("csrf", &csrf), ("challenge", challenge), ("credential", &answer)], true).await;
        refused(&mut third, EXPIRED).await;
        let mut browser = waiting().await;
        let shown = browser.clone();
        let mut answer = hers.get(&options(&browser));
        // An old key does not name its person.
        answer["response"]["userHandle"] = Value::Null;
        send(&mut browser, &answer, &[]).await;
        assert_eq!(who(&mut browser).await, alice.email);
        let mut again = shown;
        send(&mut again, &answer, &[]).await;
        refused(&mut again, "").await;
    }

    /// security.md W5, O6: a cloned key opens nothing, and does not take the second step away either.
    async fn a_cloned_security_key_leaves_the_second_step_standing(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut stick = Authenticator::touched(&server);
        stick.add_as_security_key(&mut alice.signed_in(&server).await, "Stick").await;
        let mut clone = stick.clone();
        for _ in 0..2 {
            let mut browser = Browser::new(&server);
            alice.sign_in(&mut browser).await;
            stick.sign_in(&mut browser).await;
            assert_eq!(who(&mut browser).await, alice.email);
        }
        let mut browser = Browser::new(&server);
        alice.sign_in(&mut browser).await;
        clone.sign_in(&mut browser).await;
        refused(&mut browser, "may have been copied").await;
        let mut browser = Browser::new(&server);
        alice.sign_in(&mut browser).await;
        refused(&mut browser, "may have been copied").await;
    }

    /// A passkey is offered after a password where the browser can make one, and not again after "Not now".
    async fn a_passkey_is_offered_after_a_password(db) {
        let server = TestServer::start(db).await;
        let (alice, shop) = (Person::alice(), Application::of(&server, "shop"));
        alice.registered(&server).await;
        let sign_in = async |browser: &mut Browser, able: &str| {
            let request = shop.authorization_request();
            browser.open(&request.url()).await;
            browser.forge("passkeys", able);
            browser.fill("Email address", &alice.email);
            browser.fill("Password", &alice.password);
            browser.press("Sign in").await
        };
        // One that knows no passkeys, or no script.
        assert!(!sign_in(&mut Browser::new(&server), "").await.is_page());
        let mut browser = Browser::new(&server);
        assert!(sign_in(&mut browser, "1").await.is_page());
        assert_eq!(browser.heading(), "Sign in faster next time?");
        browser.press("Not now").await.landed();
        let mut later = Browser::new(&server);
        later.cookies = browser.cookies.clone();
        later.cookies.remove("ostiary_session");
        assert!(!sign_in(&mut later, "1").await.is_page());

        let mut device = Authenticator::phone(&server);
        let mut browser = Browser::new(&server);
        sign_in(&mut browser, "1").await;
        let answer = device.create(&options(&browser));
        send(&mut browser, &answer, &[]).await.landed();
        assert_eq!(server.database().texts("SELECT name FROM passkeys").await, ["Firefox on Linux"]);
        // Who has one is not asked.
        assert!(!sign_in(&mut Browser::new(&server), "1").await.is_page());
        let mut browser = Browser::new(&server);
        device.open_and_sign_in(&mut browser).await;
        assert_eq!(who(&mut browser).await, alice.email);
    }

    /// security.md O4, W8: a passkey is offered only where it can be added; one that was made too late is told of, to its keeper too.
    async fn a_passkey_is_offered_to_fresh_proof_only(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let (codes, _) = alice.adds_authenticator(&server, &mut alice.signed_in(&server).await).await;
        let mut browser = Browser::new(&server);
        alice.sign_in(&mut browser).await;
        browser.fill("Don’t ask for this on this device for 30 days", "on");
        give(&mut browser, &codes.code(&server)).await;
        browser.open("/logout").await;
        browser.press("Sign out").await;
        browser.open("/login").await;
        browser.forge("passkeys", "1");
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/account", "a trusted device is no fresh proof: {}", browser.describe());
        browser.open("/login/offer").await;
        assert_eq!(browser.path(), "/account", "{}", browser.describe());

        bob.registered(&server).await;
        let mut browser = Browser::new(&server);
        let sign_in = async |browser: &mut Browser| {
            browser.open("/login").await;
            browser.forge("passkeys", "1");
            bob.fill_sign_in(browser).await;
            assert_eq!(browser.path(), "/login/offer", "{}", browser.describe());
        };
        sign_in(&mut browser).await;
        let mut device = Authenticator::phone(&server);
        let answer = device.create(&options(&browser));
        server.advance(TEN_MINUTES);
        send(&mut browser, &answer, &[]).await;
        assert!(browser.text().contains(EXPIRED), "{}", browser.describe());
        let told: Value = serde_json::from_str(&browser.page().attribute("[data-passkey-unknown]", "data-passkey-unknown").unwrap()).unwrap();
        assert_eq!(told, json!({ "rpId": "localhost", "credentialId": encode(&device.keys[0].id) }));
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 0);
        browser.press("Continue").await;
        assert_eq!(browser.path(), "/account", "{}", browser.describe());
        browser.open("/logout").await;
        browser.press("Sign out").await;
        sign_in(&mut browser).await;
    }

    /// An authenticator of other people's making, which attests by itself.
    async fn a_foreign_authenticator_is_understood(db) {
        let server = TestServer::start(db).await;
        let mut browser = Person::alice().signed_in(&server).await;
        let origin = url::Url::parse(&server.issuer).unwrap();
        let mut soft = SoftPasskey::new(true);
        browser.open("/account/passkeys/add").await;
        let mut asked = options(&browser);
        let handle = asked["user"]["id"].clone();
        // It has no room to keep keys, and says so.
        asked["authenticatorSelection"]["residentKey"] = json!("discouraged");
        asked["authenticatorSelection"]["requireResidentKey"] = json!(false);
        let made = soft.perform_register(origin.clone(), serde_json::from_value(asked).unwrap(), 1000).unwrap();
        let id = made.id.clone();
        send(&mut browser, &serde_json::to_value(made).unwrap(), &[("name", "Soft")]).await;
        assert!(browser.text().contains("has been added"), "{}", browser.describe());

        let mut stranger = Browser::new(&server);
        stranger.open("/login").await;
        let mut asked = options(&stranger);
        asked["allowCredentials"] = json!([{ "type": "public-key", "id": id }]);
        let answer = soft.perform_auth(origin, serde_json::from_value(asked).unwrap(), 1000).unwrap();
        let mut answer = serde_json::to_value(answer).unwrap();
        answer["response"]["userHandle"] = handle;
        send(&mut stranger, &answer, &[]).await;
        assert_eq!(who(&mut stranger).await, "alice@example.org");
    }
}

/// Under an address in place of a name browsers have no passkeys; the pages say nothing of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_an_address_there_are_no_passkeys() {
    let port = crate::support::ports::free_port();
    let issuer = format!("http://127.0.0.1:{port}");
    let server =
        TestServer::with(Database::Sqlite).setting("issuer", issuer.clone()).setting("listen", format!("127.0.0.1:{port}")).start().await;
    let client = reqwest::Client::new();
    let page = client.get(format!("{issuer}/login")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(!page.text().await.unwrap().contains("passkey"));
    for path in ["/login/passkey", "/.well-known/passkey-endpoints", "/.well-known/webauthn"] {
        assert_eq!(client.get(format!("{issuer}{path}")).send().await.unwrap().status(), 404, "{path}");
    }
    let discovery = client.get(format!("{issuer}/.well-known/openid-configuration")).send().await.unwrap();
    let discovery: Value = serde_json::from_str(&discovery.text().await.unwrap()).unwrap();
    assert_eq!(discovery["acr_values_supported"], json!(["1", "2"]), "nobody could reach phr");
    drop(server);
}

/// Web Authentication §5.1.2: an RP ID that browsers would refuse is refused at the start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_rp_id_must_be_the_host_or_above_it() {
    for (key, value) in [
        ("passkeys.rp_id", toml::Value::from("example.com")),
        ("passkeys.rp_id", toml::Value::from("host")),
        ("passkeys.rp_id", toml::Value::from("sub.localhost")),
        ("passkeys.related_origins", toml::Value::from(vec!["https://shop.example/path"])),
        ("passkeys.related_origins", toml::Value::from(vec!["https://192.0.2.1"])),
    ] {
        let why = TestServer::with(Database::Sqlite).setting(key, value.clone()).try_start().await.unwrap_err();
        assert!(why.contains(key), "{value}: {why}");
    }
}
