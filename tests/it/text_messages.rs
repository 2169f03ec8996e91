//! Codes by text message, through a provider that is played here: what it is told, what is sent to whom, and what a code is good for.

use crate::both;
use crate::support::mailbox::Mailbox;
use crate::support::passkey::Authenticator;
use crate::support::people::words;
use crate::support::prelude::*;
use crate::support::provider::{Message, SmsProvider};

const NUMBER: &str = "+49 30 901820";

/// A server whose messages go to the provider of the test.
async fn server(db: Database, kind: &str, provider: &SmsProvider) -> TestServer {
    provider.serves(TestServer::with(db), kind).start().await
}

/// The digits of our own message.
fn code_in(message: &Message) -> String {
    message.field("Body").split(' ').next().unwrap().to_owned()
}

async fn proves_number(browser: &mut Browser, provider: &SmsProvider) {
    browser.open("/account/phone").await;
    browser.fill("Phone number", NUMBER);
    browser.press("Send a code").await;
    browser.fill("Code", &code_in(&provider.newest()));
    browser.press("Confirm").await;
    let there = ["/account/security", "/account/recovery-codes"].contains(&browser.path());
    assert!(there && browser.error().is_empty(), "{}", browser.describe());
}

both! {
    /// OpenID Connect Core §5.1, OWASP ASVS 6.6.1: proven by a code; a number that is changed is not proven any longer.
    async fn a_number_is_proven_by_a_code_until_it_changes(db) {
        let provider = SmsProvider::start().await;
        let server = server(db, "twilio_messages", &provider).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        proves_number(&mut browser, &provider).await;
        let message = provider.newest();
        assert_eq!((message.path.as_str(), message.field("To").as_str()), ("/2010-04-01/Accounts/AC1/Messages.json", "+4930901820"));
        assert_eq!(message.user, ("AC1".to_owned(), "hush".to_owned()));
        assert!(message.field("Body").ends_with(&format!("@localhost #{}", code_in(&message))), "{}", message.field("Body"));
        let verified = async |browser: &mut Browser| {
            let request = partner.authorization_request().with("scope", "openid phone");
            let tokens = partner.sign_in_with(browser, &alice, &request).await;
            let claims = partner.userinfo(&tokens.access_token).await.ok();
            (claims["phone_number"].as_str().unwrap().to_owned(), claims["phone_number_verified"].as_bool().unwrap())
        };
        assert_eq!(verified(&mut browser).await, ("+4930901820".to_owned(), true));
        for (typed, stays) in [("+49 (30) 90 18 20", true), ("+49 30 901821", false), (NUMBER, false)] {
            browser.open("/account/profile").await;
            browser.fill("Phone number", typed);
            browser.press("Save profile").await;
            assert_eq!(verified(&mut browser).await.1, stays, "{typed}");
        }
        assert_eq!(server.database().number("SELECT count(*) FROM phone_factors").await, 0, "never the only second factor by default");
    }

    /// OWASP ASVS 6.6.2: a code is one browser's, one person's, once, for ten minutes; and `amr` says how it came.
    async fn a_code_by_text_message_is_a_second_factor(db) {
        let provider = SmsProvider::start().await;
        let server = server(db, "twilio_messages", &provider).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        alice.adds_authenticator(&server, &mut browser).await;
        proves_number(&mut browser, &provider).await;
        let mut laptop = Browser::new(&server);
        let request = shop.authorization_request();
        laptop.open(&request.url()).await;
        alice.fill_sign_in(&mut laptop).await;
        let sent_before = provider.all().len();
        laptop.follow("Send me a text message").await;
        assert!(laptop.text().contains("ending in …20") && !laptop.text().contains("901820"), "{}", laptop.text());
        assert_eq!(provider.all().len(), sent_before, "a GET sends nothing");
        laptop.press("Send a code").await;
        let code = code_in(&provider.newest());
        let mut thief = Browser::new(&server);
        alice.sign_in(&mut thief).await;
        thief.open("/login/factor?method=sms").await;
        thief.press("Send a code").await;
        let ticket = laptop.page().value("sent").unwrap();
        thief.forge("sent", &ticket);
        thief.fill("Code", &code);
        thief.press("Continue").await;
        assert!(thief.error().contains("wrong"), "another browser's: {}", thief.describe());
        let mut twin = laptop.clone();
        // As an Arabic keyboard writes it.
        let typed: String = code.chars().map(|digit| char::from_u32(0x660 + digit.to_digit(10).unwrap()).unwrap()).collect();
        laptop.fill("Code", &typed);
        let landed = laptop.press("Continue").await.landed();
        let token = shop.verified(shop.redeem(&request, landed.code()).await.tokens().id_token()).await;
        assert_eq!((token.claim("acr"), token.claim("amr")), (&json!("2"), &json!(["pwd", "sms", "mfa"])));
        twin.fill("Code", &code);
        twin.press("Continue").await;
        assert!(twin.error().contains("wrong"), "twice: {}", twin.describe());
        // As long as the sign-in lives, and no longer.
        let mut late = Browser::new(&server);
        alice.sign_in(&mut late).await;
        late.open("/login/factor?method=sms").await;
        late.press("Send a code").await;
        server.advance(Duration::from_secs(599));
        late.fill("Code", &code_in(&provider.newest()));
        late.press("Continue").await;
        assert_eq!(late.path(), "/account", "{}", late.describe());
    }

    /// No other code comes of itself: whoever typed a wrong one can have another, when they prove their number and when they sign in.
    async fn another_code_is_sent_to_whoever_asks(db) {
        let provider = SmsProvider::start().await;
        let server = server(db, "twilio_messages", &provider).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        alice.adds_authenticator(&server, &mut browser).await;
        browser.open("/account/phone").await;
        browser.fill("Phone number", NUMBER);
        browser.press("Send a code").await;
        browser.fill("Code", "x");
        browser.press("Confirm").await;
        browser.press("Send a new code").await;
        assert_eq!((provider.all().len(), browser.error().as_str()), (2, ""), "{}", browser.describe());
        browser.fill("Code", &code_in(&provider.newest()));
        browser.press("Confirm").await;
        assert_eq!(browser.path(), "/account/security", "{}", browser.describe());

        let mut laptop = Browser::new(&server);
        alice.sign_in(&mut laptop).await;
        laptop.open("/login/factor?method=sms").await;
        assert!(!laptop.page().has_button("Send a new code"), "none was sent");
        laptop.press("Send a code").await;
        laptop.fill("Code", "x");
        laptop.press("Continue").await;
        assert!(laptop.error().contains("ask for a new one"), "{}", laptop.describe());
        laptop.press("Send a new code").await;
        assert_eq!(provider.all().len(), 4, "{}", laptop.describe());
        laptop.fill("Code", &code_in(&provider.newest()));
        laptop.press("Continue").await;
        assert_eq!(laptop.path(), "/account", "{}", laptop.describe());
    }

    /// OWASP ASVS 6.6.3: few messages to a number and for an account, none to countries that the operator does not list.
    async fn messages_are_few_and_go_where_the_operator_lets_them(db) {
        let provider = SmsProvider::start().await;
        let server = server(db, "twilio_messages", &provider).await;
        let mut browser = Person::alice().signed_in(&server).await;
        let send = async |browser: &mut Browser, number: &str| {
            browser.open("/account/phone").await;
            browser.fill("Phone number", number);
            browser.press("Send a code").await;
            browser.error()
        };
        assert!(send(&mut browser, "+1 900 555 0100").await.contains("this country"));
        assert!(send(&mut browser, "030 901820").await.contains("country code"));
        assert_eq!(provider.all().len(), 0);
        for _ in 0..5 {
            assert_eq!(send(&mut browser, NUMBER).await, "");
        }
        assert!(send(&mut browser, NUMBER).await.contains("Too many"));
        let mut bob = Person::bob().signed_in(&server).await;
        assert!(send(&mut bob, "+4930901820").await.contains("Too many"), "the limit of a number that is claimed is everybody's");
        assert_eq!(provider.all().len(), 5);
        server.advance(Duration::from_secs(3601));
        let mut bob = Browser::new(&server);
        Person::bob().sign_in(&mut bob).await;
        assert_eq!(send(&mut bob, NUMBER).await, "", "an hour later");
        provider.refuse_all();
        assert!(send(&mut bob, NUMBER).await.contains("couldn’t be sent"));
    }

    /// OWASP ASVS 6.6.3; security.md L5: whoever claims a number that is somebody else's does not use up what its owner signs in with.
    async fn a_stranger_uses_up_no_messages_of_the_owner(db) {
        let provider = SmsProvider::start().await;
        let server = server(db, "twilio_messages", &provider).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        alice.adds_authenticator(&server, &mut browser).await;
        proves_number(&mut browser, &provider).await;
        let mut bob = Person::bob().signed_in(&server).await;
        for n in 0..5 {
            bob.open("/account/phone").await;
            bob.fill("Phone number", NUMBER);
            bob.press("Send a code").await;
            assert_eq!(bob.error().contains("Too many"), n == 4, "{}", bob.describe());
        }
        let mut laptop = Browser::new(&server);
        alice.sign_in(&mut laptop).await;
        laptop.follow("Send me a text message").await;
        laptop.press("Send a code").await;
        laptop.fill("Code", &code_in(&provider.newest()));
        laptop.press("Continue").await;
        assert!(laptop.is_signed_in().await, "{}", laptop.describe());
    }

    /// docs/accounts.md, "Factors": a number that is replaced ends the trust in devices, as every factor does, and a lockdown puts it back.
    /// The first second factor leads to recovery codes.
    async fn a_number_that_is_replaced_ends_trust_and_comes_back(db) {
        let provider = SmsProvider::start().await;
        let server = provider.serves(TestServer::with(db), "twilio_messages").setting("sms.sole_factor", true).start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let proves = async |browser: &mut Browser, number: &str| {
            browser.open("/account/phone").await;
            browser.fill("Phone number", number);
            browser.press("Send a code").await;
            browser.fill("Code", &code_in(&provider.newest()));
            browser.press("Confirm").await;
        };
        proves(&mut browser, NUMBER).await;
        assert_eq!(browser.path(), "/account/recovery-codes", "{}", browser.describe());
        browser.press("Make new codes").await;
        server.advance(Duration::from_secs(8 * 86_400));
        let sign_in = async |browser: &mut Browser| {
            alice.sign_in(browser).await;
            browser.press("Send a code").await;
            browser.fill("Don’t ask for this on this device for 30 days", "on");
            browser.fill("Code", &code_in(&provider.newest()));
            browser.press("Continue").await;
            assert!(browser.is_signed_in().await, "{}", browser.describe());
        };
        let mut browser = Browser::new(&server);
        sign_in(&mut browser).await;
        let trusted = async || server.database().number("SELECT count(*) FROM trusted_devices").await;
        proves(&mut browser, NUMBER).await;
        assert_eq!((trusted().await, browser.path()), (1, "/account/security"), "the same number is no other");
        proves(&mut browser, "+49 30 901821").await;
        assert_eq!(trusted().await, 0);
        server.database().execute("UPDATE users SET email_verified = TRUE").await;
        browser.open("/account/lockdown").await;
        browser.press("Lock down my account").await;
        assert_eq!(server.database().texts("SELECT phone_number FROM phone_factors").await, ["+4930901820"], "{}", browser.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE phone_number_verified").await, 0, "of the other number");
        assert_eq!(server.database().number("SELECT count(*) FROM recovery_codes").await, 10);
    }

    /// OWASP ASVS 6.6.3: thirty messages an hour are sent for one network, whoever asks and whatever the number.
    async fn one_network_causes_few_messages(db) {
        let provider = SmsProvider::start().await;
        let setup = TestServer::with(db).setting("trusted_proxies", toml::Value::Array(vec!["127.0.0.1".into()]));
        let server = provider.serves(setup, "twilio_messages").start().await;
        for person in 0..7 {
            let mut browser = Browser::new(&server);
            browser.send_header("x-forwarded-for", "192.0.2.1");
            Person::new(&format!("Guest{person} Brisk")).sign_up(&mut browser).await;
            let send = async |browser: &mut Browser| {
                browser.open("/account/phone").await;
                browser.fill("Phone number", &format!("+49 30 90182{person}"));
                browser.press("Send a code").await;
                browser.error()
            };
            if person < 6 {
                for _ in 0..5 {
                    assert_eq!(send(&mut browser).await, "");
                }
            } else {
                assert!(send(&mut browser).await.contains("Too many"), "{}", browser.describe());
                assert_eq!(provider.all().len(), 30);
                browser.send_header("x-forwarded-for", "192.0.2.2");
                assert_eq!(send(&mut browser).await, "", "another network");
            }
        }
    }

    /// Twilio Verify: it makes, sends and checks the code; what it does not approve is wrong.
    async fn verify_checks_the_codes_itself(db) {
        let provider = SmsProvider::start().await;
        let server = server(db, "twilio_verify", &provider).await;
        let mut browser = Person::alice().signed_in(&server).await;
        browser.open("/account/phone").await;
        browser.fill("Phone number", NUMBER);
        browser.press("Send a code").await;
        let sent = provider.newest();
        assert_eq!((sent.path.as_str(), sent.field("Channel").as_str()), ("/v2/Services/VA1/Verifications", "sms"));
        browser.fill("Code", "000000");
        browser.press("Confirm").await;
        assert!(browser.error().contains("wrong"), "{}", browser.describe());
        browser.fill("Code", SmsProvider::VERIFY_CODE);
        browser.press("Confirm").await;
        assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
        assert_eq!(provider.newest().path, "/v2/Services/VA1/VerificationCheck");
    }

    /// A provider that takes its time with a code holds up nobody who writes, and takes nothing back that was saved meanwhile.
    async fn a_provider_that_takes_its_time_holds_nobody_up(db) {
        let provider = SmsProvider::start().await;
        let server = server(db, "twilio_verify", &provider).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        alice.adds_authenticator(&server, &mut browser).await;
        let mut bob = Person::bob().signed_in(&server).await;
        // Each saves while the provider is asked about the code of Alice.
        let save = async |browser: &mut Browser, name: &str| {
            browser.open("/account/profile").await;
            browser.fill("Nickname", name);
            browser.press("Save profile").await;
            assert_eq!(browser.error(), "", "{}", browser.describe());
        };
        let mut tab = browser.clone();
        browser.open("/account/phone").await;
        browser.fill("Phone number", NUMBER);
        browser.press("Send a code").await;
        browser.fill("Code", SmsProvider::VERIFY_CODE);
        provider.hold(true);
        let confirming = tokio::spawn(async move {
            browser.press("Confirm").await;
            browser
        });
        provider.is_asked("/VerificationCheck").await;
        save(&mut bob, "Bobby").await;
        save(&mut tab, "Ally").await;
        assert!(!confirming.is_finished());
        provider.hold(false);
        let browser = confirming.await.unwrap();
        assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
        let profile = server.database().text("SELECT profile FROM users WHERE phone_number_verified").await;
        assert!(profile.contains("Ally") && profile.contains("+4930901820"), "{profile}");

        // The same when somebody signs in.
        provider.forget();
        let mut laptop = Browser::new(&server);
        alice.sign_in(&mut laptop).await;
        laptop.open("/login/factor?method=sms").await;
        laptop.press("Send a code").await;
        laptop.fill("Code", SmsProvider::VERIFY_CODE);
        provider.hold(true);
        let signing_in = tokio::spawn(async move {
            laptop.press("Continue").await;
            laptop
        });
        provider.is_asked("/VerificationCheck").await;
        save(&mut bob, "Rob").await;
        assert!(!signing_in.is_finished());
        provider.hold(false);
        let laptop = signing_in.await.unwrap();
        assert_eq!(laptop.path(), "/account", "{}", laptop.describe());
    }

    /// security.md M9: the telephone number of whoever made the account is not its owner's.
    async fn a_take_over_leaves_no_number_of_another(db) {
        let provider = SmsProvider::start().await;
        let server = server(db, "twilio_messages", &provider).await;
        let alice = Person::alice();
        proves_number(&mut alice.signed_in(&server).await, &provider).await;
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE phone_number_verified").await, 1);
        let mut own = Browser::new(&server);
        own.open("/forgot").await;
        own.fill(words::EMAIL, &alice.email);
        own.press("Send the link").await;
        own.open(&Mailbox::of(&server).newest_to(&alice.email).await.link()).await;
        own.fill("New password", "a walk along the shore");
        own.press("Save and sign in").await;
        assert_eq!(own.heading(), "Your account", "{}", own.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE phone_number_verified").await, 0);
        let profile: Value = serde_json::from_str(&server.database().text("SELECT profile FROM users").await).unwrap();
        assert_eq!(profile, json!({ "name": alice.name }));
    }

    /// security.md P5: a provider's words may repeat the number; the log has its code instead.
    async fn a_refused_message_leaves_no_number_in_the_log(db) {
        let provider = SmsProvider::start().await;
        let server = provider.serves(Setup::on(db), "twilio_messages").start_process().await;
        provider.refuse_all();
        let mut browser = Browser::of_process(&server);
        Person::alice().sign_up(&mut browser).await;
        browser.open("/account/phone").await;
        browser.fill("Phone number", NUMBER);
        browser.press("Send a code").await;
        assert!(browser.error().contains("couldn’t be sent"), "{}", browser.describe());
        let log = server.logged("a text message was not sent").await;
        assert!(log.contains("20429") && !log.contains("4930901820"), "{log}");
    }

    /// security.md O4, W8, OWASP ASVS 6.3.7: codes by text message are a second step beside something else only. When the last such thing
    /// goes they go with it, and that is said before it happens, by mail and in the log; trust and recovery codes end with them.
    async fn text_messages_go_with_the_last_thing_beside_them(db) {
        let provider = SmsProvider::start().await;
        let server = server(db, "twilio_messages", &provider).await;
        let warning = "Codes by text message go with it";
        let counts = async || {
            let mut counts = Vec::new();
            for table in ["phone_factors", "recovery_codes", "trusted_devices"] {
                counts.push(server.database().number(&format!("SELECT count(*) FROM {table}")).await);
            }
            counts
        };
        let told = async |person: &Person| {
            let mails = Mailbox::of(&server).all().await;
            mails.into_iter().filter(|mail| mail.to.contains(&person.email)).map(|mail| mail.subject).collect::<Vec<_>>()
        };
        let removed = "SELECT detail FROM events WHERE kind = 'second_factor_removed' ORDER BY id";

        // Beside a passkey.
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let mut device = Authenticator::phone(&server);
        device.add_to(&mut browser, "My phone").await;
        proves_number(&mut browser, &provider).await;
        let mut laptop = Browser::new(&server);
        alice.sign_in(&mut laptop).await;
        laptop.open("/login/factor?method=sms").await;
        laptop.press("Send a code").await;
        laptop.fill("Code", &code_in(&provider.newest()));
        laptop.fill("Don’t ask for this on this device for 30 days", "on");
        laptop.press("Continue").await;
        let mut browser = Browser::new(&server);
        device.open_and_sign_in(&mut browser).await;
        browser.open("/account/recovery-codes").await;
        browser.press("Make new codes").await;
        assert_eq!(counts().await, [1, 10, 1], "{}", browser.describe());
        browser.open("/account/security").await;
        browser.follow("Change My phone").await;
        assert!(browser.text().contains(warning), "{}", browser.describe());
        browser.press("Remove passkey").await;
        assert_eq!((browser.path(), counts().await), ("/account/security", vec![0, 0, 0]), "{}", browser.describe());
        assert_eq!(server.database().texts(removed).await, [r#"{"factor":"sms"}"#]);
        let subjects = told(&alice).await;
        for subject in ["A passkey was removed from your Ostiary account", "A second step was removed from your Ostiary account"] {
            assert_eq!(subjects.iter().filter(|told| *told == subject).count(), 1, "{subjects:?}");
        }

        // Beside an authenticator app.
        server.advance(Duration::from_secs(3601));
        let bob = Person::bob();
        let mut browser = bob.signed_in(&server).await;
        bob.adds_authenticator(&server, &mut browser).await;
        browser.open("/account/security").await;
        assert!(!browser.text().contains(warning), "there are none yet");
        proves_number(&mut browser, &provider).await;
        assert!(browser.text().contains(warning), "{}", browser.describe());
        browser.press("Remove Authenticator app").await;
        assert!(browser.page().notice().contains("Signing in takes one step now"), "{}", browser.describe());
        assert_eq!(counts().await, [0, 0, 0]);
        // Both of one moment: in any order.
        let mut details = server.database().texts(removed).await;
        details.sort_unstable();
        assert_eq!(details, [r#"{"factor":"sms"}"#, r#"{"factor":"sms"}"#, r#"{"factor":"totp"}"#]);
    }
}
