//! Second factors: an authenticator app, recovery codes, trusted devices; who needs one, and what a half-finished sign-in opens.

use crate::both;
use crate::support::authenticator::{Authenticator, give};
use crate::support::mailbox::Mailbox;
use crate::support::prelude::*;
use crate::support::provider::SmsProvider;
use futures_util::future::join_all;
use ostiary::credentials::totp::{TotpSecret, set_totp_secret};
use ostiary::storage::StorageError;
use ostiary::users::{Email, find_user_by_email, hold_account};

const DAY: Duration = Duration::from_secs(86_400);
const STEP: Duration = Duration::from_secs(30);

/// Alice with an authenticator app, and a browser in which nobody is signed in.
async fn alice(server: &TestServer) -> (Person, Authenticator, Vec<String>, Browser) {
    let alice = Person::alice();
    let (authenticator, codes) = alice.adds_authenticator(server, &mut alice.signed_in(server).await).await;
    (alice, authenticator, codes, Browser::new(server))
}

fn session(browser: &Browser) -> String {
    browser.cookie("ostiary_session").map_or_else(String::new, |cookie| cookie.value.clone())
}

both! {
    /// security.md S5: a sign-in that comes while its owner adds the first second factor waits for that, and is asked for it. Two
    /// sign-ins, since each would be let in if it counted the factors before it waits: in a new browser and in one that knows her.
    async fn a_factor_that_is_just_being_added_is_asked_for(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut known = alice.signed_in(&server).await;
        known.cookies.remove("ostiary_session");
        let app = server.app();
        let email = Email::parse(&alice.email).unwrap();
        let user = find_user_by_email(&mut app.storage.read().await.unwrap(), &email).await.unwrap().unwrap();
        let mut thieves = [Browser::new(&server), known];
        for thief in &mut thieves {
            thief.open("/login").await;
        }
        let (hold, is_held) = tokio::sync::oneshot::channel();
        let adding = app.storage.transaction::<(), StorageError>(async |connection| {
            assert!(hold_account(connection, &user).await?);
            hold.send(()).unwrap();
            tokio::time::sleep(Duration::from_secs(2)).await;
            let secret = TotpSecret::from_bytes(vec![7; 20]);
            set_totp_secret(connection, &app.sealing, &user.id, &secret, 0, app.now()).await.unwrap();
            Ok(())
        });
        let [first, second] = &mut thieves;
        let signing_in = async {
            is_held.await.unwrap();
            tokio::join!(alice.fill_sign_in(first), alice.fill_sign_in(second))
        };
        let (added, _) = tokio::join!(adding, signing_in);
        added.unwrap();
        for thief in &thieves {
            assert_eq!(thief.heading(), "One more step", "{}", thief.describe());
        }
    }

    /// security.md S5, S10: after the password nothing is open but the page that asks for the second factor, in this browser only.
    async fn a_half_finished_sign_in_opens_nothing(db) {
        let server = TestServer::start(db).await;
        let (alice, authenticator, _, mut browser) = alice(&server).await;
        alice.sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/login/factor");
        assert_eq!(session(&browser), "", "no session before the second factor");
        for path in ["/account", "/account/profile", "/account/password", "/account/security", "/account/totp", "/account/recovery-codes",
            "/account/sessions", "/account/apps", "/account/activity", "/account/data", "/account/delete", "/account/keep"] {
            let mut tab = browser.clone();
            tab.open(path).await;
            assert_eq!(tab.heading(), "Sign in", "{path}");
        }
        let request = Application::of(&server, "shop").authorization_request().with("prompt", "none");
        assert_eq!(browser.clone().open(&request.url()).await.landed().error(), "login_required");
        // The cookie in another browser, and in another flow of the same browser, is nothing.
        let mut thief = Browser::new(&server);
        thief.open("/login").await;
        let stolen = browser.cookie("ostiary_signing_in").unwrap().value.clone();
        thief.cookies.set("ostiary_signing_in", &stolen);
        thief.open("/login/factor").await;
        assert_eq!(thief.heading(), "Sign in");
        let mut other_flow = browser.clone();
        other_flow.open(&Application::of(&server, "shop").authorization_request().url()).await;
        let ticket = other_flow.page().value("ticket").unwrap();
        other_flow.open(&format!("/login/factor?ticket={ticket}")).await;
        assert_eq!(other_flow.path(), "/login");
        // Ten minutes later it is over; in time it is finished once, and leaves no cookie.
        let mut late = browser.clone();
        give(&mut browser, &authenticator.code(&server)).await;
        assert!(browser.is_signed_in().await);
        assert!(browser.cookie("ostiary_signing_in").is_none());
        server.advance(STEP);
        give(&mut late, &authenticator.code(&server)).await;
        assert_eq!(late.path(), "/login", "the same sign-in is not finished twice");
        let mut slow = Browser::new(&server);
        alice.sign_in(&mut slow).await;
        server.advance(Duration::from_secs(601));
        give(&mut slow, &authenticator.code(&server)).await;
        assert_eq!(slow.path(), "/login");
    }

    /// security.md S5: nor does any path of the account, asked for or posted to, whatever paths there will be; and nothing is written.
    async fn no_path_of_the_account_opens_half_way(db) {
        let provider = SmsProvider::start().await;
        let server = provider.serves(TestServer::with(db), "twilio_messages").start().await;
        let (alice, authenticator, _, mut browser) = alice(&server).await;
        alice.sign_in(&mut browser).await;
        let csrf = browser.page().value("csrf").unwrap();
        let paths: Vec<_> = include_str!("../../src/paths.rs").split('"').filter(|text| text.starts_with("/account")).collect();
        assert!(paths.len() >= 20 && paths.contains(&"/account/delete"), "{paths:?}");
        let before = server.database().row_counts().await;
        for path in paths {
            // These open by the token of a mailed link; this one takes forms only.
            let without = match path {
                "/account/lockdown" | "/account/email/undo" => "This link no longer works",
                "/account/links" => "",
                _ => "Sign in",
            };
            let mut tab = browser.clone();
            tab.open(path).await;
            assert!(tab.heading() == without || tab.status() == 405, "GET {path}: {}", tab.describe());
            let fields = [("csrf", csrf.as_str()), ("choice", "connect"), ("password", "a walk along the shore"), ("code", "000000"), ("name", "Mallory"), ("decision", "delete")];
            tab.post(path, &fields, true).await;
            let posted_without = if without.is_empty() { "Sign in" } else { without };
            assert!(tab.heading() == posted_without || tab.status() == 405, "POST {path}: {}", tab.describe());
            assert_eq!(session(&tab), "", "{path}");
        }
        assert_eq!(server.database().row_counts().await, before);
        give(&mut browser, &authenticator.code(&server)).await;
        assert!(browser.is_signed_in().await, "{}", browser.describe());
    }

    /// security.md S1: a session that has proven more has a new secret, and the one before is dead.
    async fn a_step_up_begins_a_new_secret(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let mut before = browser.clone();
        let (authenticator, _) = alice.adds_authenticator(&server, &mut browser).await;
        assert_ne!(session(&before), session(&browser));
        assert!(!before.is_signed_in().await, "the secret from before the factor was added");
        // A session of one factor, from a time before there was a second.
        let bob = Person::bob();
        let mut phone = bob.signed_in(&server).await;
        let mut laptop = Browser::new(&server);
        bob.sign_in(&mut laptop).await;
        let (his, _) = bob.adds_authenticator(&server, &mut laptop).await;
        let mut thief = phone.clone();
        phone.open(&Application::of(&server, "shop").authorization_request().with("acr_values", "2").url()).await;
        give(&mut phone, &his.code(&server)).await.landed();
        assert!(!thief.is_signed_in().await, "the secret from before the step-up");
        assert!(phone.is_signed_in().await);
        drop(authenticator);
    }

    /// security.md O1: a code works once, also across sign-in and step-up, also in parallel; one step early or late is fine, two are not.
    async fn a_code_is_accepted_once_and_near_its_time(db) {
        let server = TestServer::start(db).await;
        let (alice, authenticator, _, mut browser) = alice(&server).await;
        for (step, accepted) in [(-2, false), (2, false), (-1, true), (0, true), (1, true)] {
            // Steps that are over for this account: the window never overlaps the one before.
            server.advance(Duration::from_secs(120));
            let mut browser = Browser::new(&server);
            alice.sign_in(&mut browser).await;
            give(&mut browser, &authenticator.code_of_step(&server, step)).await;
            assert_eq!(browser.is_signed_in().await, accepted, "step {step}");
        }
        server.advance(Duration::from_secs(120));
        alice.sign_in(&mut browser).await;
        let mut tabs = Vec::new();
        for _ in 0..8 {
            // An unfinished sign-in counts as a failed one.
            server.advance(Duration::from_secs(20));
            let mut tab = Browser::new(&server);
            alice.sign_in(&mut tab).await;
            tabs.push(tab);
        }
        let code = authenticator.code(&server);
        let winners = join_all(tabs.into_iter().map(async |mut tab| {
            give(&mut tab, &code).await;
            usize::from(!session(&tab).is_empty())
        }));
        assert_eq!(winners.await.into_iter().sum::<usize>(), 1, "eight at once, one gets in");
        // The losers counted as guesses; the code is still one of the step before.
        server.advance(Duration::from_secs(10));
        give(&mut browser, &code).await;
        assert!(browser.error().contains("already been used"), "{}", browser.describe());
        // And not for a step-up either: the session of one factor asks for more with the same code.
        let bob = Person::bob();
        let mut phone = bob.signed_in(&server).await;
        let mut laptop = Browser::new(&server);
        bob.sign_in(&mut laptop).await;
        laptop.open("/account/totp").await;
        let his = Authenticator::read(&laptop);
        let code = his.code(&server);
        laptop.fill("Code", &code);
        laptop.press("Turn on").await;
        phone.open(&Application::of(&server, "shop").authorization_request().with("acr_values", "2").url()).await;
        give(&mut phone, &code).await;
        assert!(phone.error().contains("already been used"), "the code that confirmed the app");
    }

    /// security.md O2: five wrong codes end the sign-in, the right one comes too late; the password's counter is another one.
    async fn five_wrong_codes_end_the_sign_in(db) {
        let server = TestServer::start(db).await;
        let (alice, authenticator, _, mut browser) = alice(&server).await;
        alice.sign_in(&mut browser).await;
        let failed = "SELECT count(*) FROM events WHERE kind = 'second_factor_failed'";
        for _ in 0..5 {
            give(&mut browser, &authenticator.wrong_code(&server)).await;
            assert_eq!(browser.path(), "/login/factor");
            assert_eq!(server.database().number(failed).await, 1, "the first is noted, and no other of this sign-in");
        }
        give(&mut browser, &authenticator.code(&server)).await;
        assert_eq!((browser.path(), browser.heading().as_str()), ("/login", "Sign in"));
        assert!(browser.error().contains("Five codes were wrong"), "{}", browser.describe());
        assert!(!browser.is_signed_in().await);
        // The password is asked for again and is not slowed down; codes are, more and more.
        alice.sign_in(&mut browser).await;
        give(&mut browser, &authenticator.code(&server)).await;
        assert!(browser.error().contains("Too many tries"), "{}", browser.describe());
        server.advance(STEP);
        give(&mut browser, &authenticator.code(&server)).await;
        assert!(browser.is_signed_in().await);
        assert_eq!(server.database().number(failed).await, 1);
        // Another sign-in is noted by itself; its owner sees both.
        let mut stranger = Browser::new(&server);
        alice.sign_in(&mut stranger).await;
        give(&mut stranger, &authenticator.wrong_code(&server)).await;
        assert_eq!(server.database().number(failed).await, 2);
        browser.open("/account/activity").await;
        let seen = browser.page().all(".list .row-title");
        assert_eq!(seen.iter().filter(|line| line.starts_with("Wrong code at the second step")).count(), 2, "{seen:?}");
    }

    /// OWASP ASVS 6.3.5: whoever has the password and guesses at the code is told of, once a day; a slip of one's own is no news.
    async fn the_owner_is_told_of_wrong_codes_after_the_right_password(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut own = alice.signed_up_with_code(&server).await;
        let (authenticator, _) = alice.adds_authenticator(&server, &mut own).await;
        let told = async || {
            let mails = Mailbox::of(&server).all().await;
            mails.into_iter().filter(|mail| mail.subject == "Wrong codes at a sign-in to your Ostiary account").collect::<Vec<_>>()
        };
        own.open("/logout").await;
        own.press("Sign out").await;
        alice.sign_in(&mut own).await;
        for _ in 0..3 {
            give(&mut own, &authenticator.wrong_code(&server)).await;
        }
        give(&mut own, &authenticator.code(&server)).await;
        assert!(own.is_signed_in().await);
        // The third wrong code counts, in whichever sign-in.
        let mut first = Browser::new(&server);
        alice.sign_in(&mut first).await;
        for _ in 0..2 {
            give(&mut first, &authenticator.wrong_code(&server)).await;
        }
        assert_eq!(told().await.len(), 0);
        let mut second = Browser::new(&server);
        alice.sign_in(&mut second).await;
        for _ in 0..2 {
            give(&mut second, &authenticator.wrong_code(&server)).await;
            let mails = told().await;
            assert_eq!(mails.len(), 1);
            assert!(mails[0].text.contains("Firefox") && mails[0].text.contains("127.0.0.1"), "{mails:?}");
            assert!(mails[0].links.iter().any(|link| link.contains("/account/lockdown?token=")), "{mails:?}");
        }
        for (later, notices) in [(DAY - STEP * 3, 1), (STEP * 2, 2)] {
            server.advance(later);
            let mut next = Browser::new(&server);
            alice.sign_in(&mut next).await;
            for _ in 0..3 {
                give(&mut next, &authenticator.wrong_code(&server)).await;
                assert_eq!(next.path(), "/login/factor", "{}", next.describe());
                server.advance(Duration::from_secs(16));
            }
            assert_eq!(told().await.len(), notices);
        }
    }

    /// security.md O2, L4: parallel guesses in one sign-in do not outrun the limit.
    async fn parallel_codes_do_not_outrun_the_limit(db) {
        let server = TestServer::start(db).await;
        let (alice, authenticator, _, mut browser) = alice(&server).await;
        alice.sign_in(&mut browser).await;
        let wrong = authenticator.wrong_code(&server);
        join_all((0..12).map(|_| {
            let (mut tab, wrong) = (browser.clone(), wrong.clone());
            async move {
                give(&mut tab, &wrong).await;
            }
        }))
        .await;
        server.advance(Duration::from_secs(60));
        give(&mut browser, &authenticator.code(&server)).await;
        assert!(!browser.is_signed_in().await);
    }

    /// security.md O3: 160 bits, sealed at rest, shown once, nothing before a code has confirmed it; another's pending secret is refused.
    async fn a_secret_is_confirmed_before_it_counts_and_rests_sealed(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        browser.open("/account/totp").await;
        let first = Authenticator::read(&browser);
        assert_eq!(first.secret().len() * 8, 160);
        assert!(browser.page().attribute("svg.qr", "viewBox").is_some(), "a QR code");
        browser.fill("Code", &first.wrong_code(&server));
        browser.press("Turn on").await;
        assert!(browser.error().contains("wrong"), "{}", browser.describe());
        assert_eq!(Authenticator::read(&browser).secret(), first.secret(), "the same secret again, that of the app");
        alice.sign_in(&mut Browser::new(&server)).await;
        assert_eq!(server.database().number("SELECT count(*) FROM totp_secrets").await, 0, "not active yet");
        // Bob's page with Alice's pending secret, and hers in another session of her own.
        let pending = browser.page().value("pending").unwrap();
        for mut other in [Person::bob().signed_in(&server).await, { let mut other = Browser::new(&server); alice.sign_in(&mut other).await; other }] {
            other.open("/account/totp").await;
            other.forge("pending", &pending);
            other.fill("Code", &first.code(&server));
            other.press("Turn on").await;
            assert_eq!(other.heading(), "This page has expired");
        }
        browser.fill("Code", &first.code(&server));
        browser.press("Turn on").await;
        assert_eq!(browser.page().all(".codes code").len(), 10);
        let stored = server.database().texts("SELECT sealed_secret FROM totp_secrets").await.concat();
        let base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        assert!(stored.len() > 80 && !stored.chars().all(|c| base32.contains(c)));
        browser.open("/account/totp").await;
        assert_ne!(Authenticator::read(&browser).secret(), first.secret(), "the one in use is not shown again");
        assert!(Mailbox::of(&server).newest_to(&alice.email).await.subject.contains("second step was added"));
    }

    /// security.md O4: what adds or takes away a factor wants fresh proof with all factors; a trusted device is none; mail tells.
    async fn changing_a_factor_needs_fresh_proof_with_all_factors(db) {
        let server = TestServer::start(db).await;
        let (alice, authenticator, _, mut browser) = alice(&server).await;
        alice.sign_in(&mut browser).await;
        browser.fill("Don’t ask for this on this device for 30 days", "on");
        give(&mut browser, &authenticator.code(&server)).await;
        for path in ["/account/totp", "/account/recovery-codes"] {
            browser.open(path).await;
            assert_eq!(browser.path(), path, "fresh");
        }
        server.advance(Duration::from_secs(601));
        for path in ["/account/totp", "/account/recovery-codes", "/account/password"] {
            browser.open(path).await;
            assert_eq!(browser.heading(), "Confirm it’s you", "{path}");
        }
        browser.open("/account/security").await;
        browser.press("Remove Authenticator app").await;
        assert_eq!(browser.heading(), "Confirm it’s you");
        alice.fill_sign_in(&mut browser).await;
        assert_eq!(browser.heading(), "One more step", "the trusted device does not count");
        give(&mut browser, &authenticator.code(&server)).await;
        assert_eq!(browser.path(), "/account/security", "back to where it was asked");
        browser.press("Remove Authenticator app").await;
        assert!(browser.page().notice().contains("removed"), "{}", browser.describe());
        assert!(Mailbox::of(&server).newest_to(&alice.email).await.subject.contains("removed"));
        for table in ["totp_secrets", "recovery_codes", "trusted_devices"] {
            assert_eq!(server.database().number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
        }
        let mut fresh = Browser::new(&server);
        alice.sign_in(&mut fresh).await;
        assert!(fresh.is_signed_in().await);
    }

    /// security.md O4: a password that was just given in a trusted browser is one factor; for a change the other is asked for.
    async fn a_sign_in_by_a_trusted_device_is_not_fresh_proof(db) {
        let server = TestServer::start(db).await;
        let (alice, authenticator, _, mut browser) = alice(&server).await;
        alice.sign_in(&mut browser).await;
        browser.fill("Don’t ask for this on this device for 30 days", "on");
        give(&mut browser, &authenticator.code(&server)).await;
        browser.open("/logout").await;
        browser.press("Sign out").await;
        alice.sign_in(&mut browser).await;
        assert_eq!(browser.path(), "/account", "not asked on this device");
        server.advance(STEP);
        browser.open("/account/totp").await;
        give(&mut browser, &authenticator.code(&server)).await;
        assert_eq!(browser.path(), "/account/totp");
    }

    /// security.md O5: ten codes, digests at rest, each works once, also in parallel; new ones kill the old; use is told by mail.
    async fn recovery_codes_work_once(db) {
        let server = TestServer::start(db).await;
        let (alice, authenticator, codes, mut browser) = alice(&server).await;
        assert_eq!(codes.len(), 10);
        let everything = server.database().everything().await;
        assert!(codes.iter().all(|code| code.len() == 19 && !everything.contains(code) && !everything.contains(&code.replace('-', ""))));
        let mut tabs = Vec::new();
        for _ in 0..8 {
            server.advance(Duration::from_secs(20));
            let mut tab = Browser::new(&server);
            alice.sign_in(&mut tab).await;
            tab.follow("Use a recovery code").await;
            tabs.push(tab);
        }
        let typed = codes[0].to_uppercase().replace('-', " ");
        let winners = join_all(tabs.into_iter().map(async |mut tab| {
            tab.fill("Recovery code", &typed);
            tab.press("Continue").await;
            usize::from(!session(&tab).is_empty())
        }));
        assert_eq!(winners.await.into_iter().sum::<usize>(), 1);
        assert!(Mailbox::of(&server).all().await.iter().any(|mail| mail.to.contains(&alice.email) && mail.subject.contains("recovery code")));
        server.advance(Duration::from_secs(1800));
        alice.sign_in(&mut browser).await;
        give(&mut browser, &authenticator.code(&server)).await;
        browser.open("/account/security").await;
        assert!(browser.text().contains("9 are left"), "{}", browser.text());
        browser.follow("Make new ones").await;
        browser.press("Make new codes").await;
        let new = browser.page().all(".codes code");
        assert!(new.len() == 10 && new.iter().all(|code| !codes.contains(code)));
        let mut other = Browser::new(&server);
        alice.sign_in(&mut other).await;
        other.follow("Use a recovery code").await;
        other.fill("Recovery code", &codes[1]);
        other.press("Continue").await;
        assert!(other.error().contains("wrong"), "an old one: {}", other.describe());
        other.fill("Recovery code", &new[0]);
        other.press("Continue").await;
        assert!(other.is_signed_in().await);
    }

    /// security.md O6, S6: a trusted device is one person's in one browser for thirty days, listed, revocable, cut by a new password.
    async fn a_trusted_device_is_one_persons_in_one_browser(db) {
        let server = TestServer::start(db).await;
        let (alice, authenticator, _, mut browser) = alice(&server).await;
        alice.sign_in(&mut browser).await;
        browser.fill("Don’t ask for this on this device for 30 days", "on");
        give(&mut browser, &authenticator.code(&server)).await;
        let asked = async |browser: &Browser, person: &Person| {
            let mut browser = browser.clone();
            browser.cookies.remove("ostiary_session");
            person.sign_in(&mut browser).await;
            browser.path() == "/login/factor"
        };
        assert!(!asked(&browser, &alice).await, "her own");
        assert!(asked(&Browser::new(&server), &alice).await, "another browser");
        let bob = Person::bob();
        let (his, _) = bob.adds_authenticator(&server, &mut bob.signed_in(&server).await).await;
        assert!(asked(&browser, &bob).await, "another person in her browser");
        let secret = browser.cookie("ostiary_trusted").unwrap().value.clone();
        assert!(!server.database().everything().await.contains(&secret), "a digest at rest");
        server.advance(29 * DAY);
        assert!(!asked(&browser, &alice).await);
        server.advance(2 * DAY);
        assert!(asked(&browser, &alice).await, "thirty days are over");
        // Trusted anew: taken back on the page, by Alice only; and cut by a new password.
        for by_password in [false, true] {
            let mut laptop = Browser::new(&server);
            alice.sign_in(&mut laptop).await;
            laptop.fill("Don’t ask for this on this device for 30 days", "on");
            give(&mut laptop, &authenticator.code(&server)).await;
            server.advance(STEP);
            assert!(!asked(&laptop, &alice).await);
            if by_password {
                laptop.open("/account/password").await;
                laptop.fill("Current password", &alice.password);
                laptop.fill("New password", &alice.password);
                laptop.press("Change password").await;
            } else {
                let id = server.database().texts("SELECT max(id) FROM trusted_devices").await.concat();
                let mut bobs = Browser::new(&server);
                bob.sign_in(&mut bobs).await;
                give(&mut bobs, &his.code(&server)).await;
                bobs.open("/account/security").await;
                let own_page = |browser: &Browser| (browser.status(), browser.path().to_owned()) == (200, "/account/security".to_owned());
                assert!(own_page(&bobs), "{}", bobs.describe());
                let csrf = bobs.page().value("csrf").unwrap();
                bobs.post("/account/security", &[("csrf", &csrf), ("distrust", &id)], true).await;
                assert!(own_page(&bobs), "heard, and not as a stranger: {}", bobs.describe());
                let there = format!("SELECT count(*) FROM trusted_devices WHERE id = '{id}'");
                assert_eq!(server.database().number(&there).await, 1, "nobody else takes it back");
                assert!(!asked(&laptop, &alice).await, "nobody else takes it back");
                laptop.open("/account/security").await;
                laptop.press("Remove Firefox").await;
                assert!(laptop.page().notice().contains("no longer trusted"), "{}", laptop.describe());
            }
            assert!(asked(&laptop, &alice).await);
        }
    }

    /// security.md O5: guesses at recovery codes are held up as those at other codes are, until a right one would not help either.
    async fn guesses_at_recovery_codes_are_held_up(db) {
        let server = TestServer::start(db).await;
        let (alice, _, codes, mut browser) = alice(&server).await;
        alice.sign_in(&mut browser).await;
        browser.follow("Use a recovery code").await;
        let wrong = "aaaa-bbbb-cccc-dddd";
        join_all((0..12).map(|_| {
            let mut tab = browser.clone();
            async move {
                tab.fill("Recovery code", wrong);
                tab.press("Continue").await;
            }
        }))
        .await;
        browser.fill("Recovery code", &codes[0]);
        browser.press("Continue").await;
        assert!(!browser.is_signed_in().await, "{}", browser.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM recovery_codes WHERE used_at IS NULL").await, 10, "and it is not used up");
    }

    /// security.md S6, M6: a reset by mail and a lockdown cut trusted devices.
    async fn a_reset_and_a_lockdown_cut_trusted_devices(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let (authenticator, _) = alice.adds_authenticator(&server, &mut alice.signed_up_with_code(&server).await).await;
        let trusted = async || server.database().number("SELECT count(*) FROM trusted_devices").await;
        for way in ["reset", "lockdown"] {
            let mut laptop = Browser::new(&server);
            alice.sign_in(&mut laptop).await;
            laptop.fill("Don’t ask for this on this device for 30 days", "on");
            give(&mut laptop, &authenticator.code(&server)).await;
            server.advance(STEP);
            assert_eq!(trusted().await, 1, "{}", laptop.describe());
            if way == "reset" {
                alice.resets_password(&server, &alice.password).await;
            } else {
                laptop.open("/account/lockdown").await;
                laptop.press("Lock down my account").await;
            }
            assert_eq!(trusted().await, 0, "{way}");
        }
    }

    /// An operator helps somebody who has lost everything: sessions, tokens and trusted devices end with the factors.
    async fn an_operator_takes_lost_factors_away(db) {
        let server = TestServer::start(db).await;
        let (alice, authenticator, _, mut browser) = alice(&server).await;
        alice.sign_in(&mut browser).await;
        browser.fill("Don’t ask for this on this device for 30 days", "on");
        give(&mut browser, &authenticator.code(&server)).await;
        server.ground.command(&["user", "remove-second-factors", alice.email.as_str()]).await.done();
        for table in ["totp_secrets", "recovery_codes", "trusted_devices", "sessions"] {
            assert_eq!(server.database().number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
        }
        alice.sign_in(&mut browser).await;
        assert!(browser.is_signed_in().await);
    }
}
