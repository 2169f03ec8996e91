//! Languages: who chooses, what is said in it, and that no wish for one is an error.

use crate::both;
use crate::support::mailbox::Mailbox;
use crate::support::prelude::*;

/// Language and direction of the open page, which its header says as well.
fn spoken(browser: &Browser) -> (String, String) {
    let page = browser.page();
    let language = page.attribute("html", "lang").unwrap();
    assert_eq!(page.headers.get("content-language").unwrap(), &language, "{}", browser.describe());
    (language, page.attribute("html", "dir").unwrap())
}

fn language(browser: &Browser) -> String {
    spoken(browser).0
}

/// A browser that reads this best.
fn reading(server: &TestServer, header: &str) -> Browser {
    let mut browser = Browser::new(server);
    browser.send_header("accept-language", header);
    browser
}

/// Writes the language into the profile; the page is in any language.
async fn prefer(browser: &mut Browser, locale: &str) {
    browser.open("/account/profile").await;
    let csrf = browser.page().value("csrf").unwrap();
    browser.post("/account/profile", &[("csrf", &csrf), ("locale", locale)], true).await;
    assert_eq!(browser.error(), "", "{}", browser.describe());
}

both! {
    /// OpenID Connect Core §3.1.2.1 (`ui_locales`), RFC 9110 §12.5.4
    async fn the_application_chooses_before_the_account_and_that_before_the_browser(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let asking = |ui_locales: &str| partner.authorization_request().with("ui_locales", ui_locales).url();
        let plain = || partner.authorization_request().url();

        let mut browser = reading(&server, "fr-CA,fr;q=0.9,en;q=0.5");
        browser.open(&plain()).await;
        assert_eq!((browser.heading().as_str(), language(&browser).as_str()), ("Se connecter", "fr"));
        browser.open(&asking("ar-EG de")).await;
        assert_eq!(browser.heading(), "تسجيل الدخول");
        assert_eq!(spoken(&browser), ("ar".to_owned(), "rtl".to_owned()));
        // Nothing that is asked for is spoken here: as if it had not been asked.
        for unknown in ["tlh", "tlh-Latn xx", "!!", "%", "*"] {
            browser.open(&asking(unknown)).await;
            assert_eq!((browser.status(), language(&browser).as_str()), (200, "fr"), "{unknown}");
        }
        browser.open(&asking("tlh pt-BR en")).await;
        assert_eq!(language(&browser), "pt");

        let alice = Person::alice();
        let mut hers = alice.signed_in(&server).await;
        prefer(&mut hers, "de-CH").await;
        assert_eq!((hers.heading().as_str(), language(&hers).as_str()), ("Profil", "de"));
        hers.send_header("accept-language", "fr");
        hers.open("/account").await;
        assert_eq!((hers.heading().as_str(), language(&hers).as_str()), ("Ihr Konto", "de"));
        hers.open(&plain()).await;
        assert!(hers.page().has_button("Erlauben"), "{}", hers.describe());
        hers.open(&asking("es")).await;
        assert!(hers.page().has_button("Permitir"), "{}", hers.describe());
        assert_eq!(language(&hers), "es");
        hers.open(&asking("tlh")).await;
        assert_eq!(language(&hers), "de");
        // What we do not speak counts as nothing said, and so does nothing.
        for none in ["tlh", ""] {
            prefer(&mut hers, none).await;
            hers.open("/account").await;
            assert_eq!((hers.heading().as_str(), language(&hers).as_str()), ("Votre compte", "fr"));
        }
    }

    /// OpenID Connect Core §3.1.2.1: also where the request cannot be answered to the application
    async fn error_pages_speak_the_readers_language(db) {
        let server = TestServer::start(db).await;
        let mut browser = reading(&server, "es");
        let broken = Application::of(&server, "shop").authorization_request().with("redirect_uri", "https://evil.example/");
        browser.open(&broken.clone().url()).await;
        assert_eq!((browser.status(), language(&browser).as_str()), (400, "es"));
        browser.open(&broken.clone().with("ui_locales", "ar").url()).await;
        assert_eq!(spoken(&browser), ("ar".to_owned(), "rtl".to_owned()));
        // What is for the application's developer stays in English and is marked so.
        assert_eq!(browser.page().attribute("section.details", "lang").unwrap(), "en");
        assert_eq!(browser.page().attribute("section.details", "dir").unwrap(), "ltr");
        browser.open(&broken.with("ui_locales", "tlh").url()).await;
        assert_eq!(language(&browser), "es");
        for (path, status, heading) in [
            ("/nothing-here", 404, "Aquí no hay nada"),
            ("/authorize/resume?ticket=x", 400, "Esta página ha caducado"),
            ("/login?a=1&a=2", 400, "No hemos podido leerlo"),
            ("/setup", 200, "Este enlace no funciona"),
        ] {
            browser.open(path).await;
            assert_eq!((browser.status(), browser.heading().as_str(), language(&browser).as_str()), (status, heading, "es"), "{path}");
        }
    }

    /// RFC 6585 §4: the refusal of a flood is a page, too
    async fn too_many_requests_are_refused_in_the_readers_language(db) {
        let limit = TestServer::with(db).rate_limits().setting("rate_limit.pages.burst", 1).setting("rate_limit.pages.per_minute", 1);
        let server = limit.start().await;
        let mut browser = reading(&server, "de");
        browser.open("/login").await;
        assert_eq!(browser.status(), 200);
        browser.open("/login").await;
        assert_eq!((browser.status(), browser.heading().as_str(), language(&browser).as_str()), (429, "Zu viele Anfragen", "de"));
        let headers = &browser.page().headers;
        let wait: u64 = headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait) && browser.text().contains(&format!("in {wait} Sekunden")), "{}", browser.describe());
        assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        assert!(headers["content-type"].to_str().unwrap().starts_with("text/html"));
    }

    /// OpenID Connect RP-Initiated Logout 1.0 §2 (`ui_locales`)
    async fn signing_out_speaks_the_language_that_was_chosen(db) {
        let server = TestServer::start(db).await;
        let mut browser = Person::alice().signed_in(&server).await;
        prefer(&mut browser, "fr").await;
        browser.open("/logout?ui_locales=ar").await;
        assert_eq!(spoken(&browser), ("ar".to_owned(), "rtl".to_owned()));
        // The choice goes along with the form.
        browser.press("الإبقاء على الجلسة").await;
        assert_eq!((browser.heading().as_str(), language(&browser).as_str()), ("ما زالت جلستك مفتوحة", "ar"));
        browser.open("/logout").await;
        browser.press("Rester connecté").await;
        assert_eq!(language(&browser), "fr");
        browser.post("/logout", &[("ui_locales", "tlh de")], false).await;
        browser.press("Abmelden").await;
        assert_eq!((browser.heading().as_str(), language(&browser).as_str()), ("Sie sind abgemeldet", "de"));
    }

    /// OpenID Connect Core §5.1 (`locale`)
    async fn mail_speaks_the_accounts_language_else_the_requests(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = reading(&server, "pt");
        browser.open("/signup").await;
        browser.fill("E-mail", &alice.email);
        browser.fill("Senha", &alice.password);
        browser.press("Criar conta").await;
        let mut mailbox = Mailbox::of(&server);
        assert_eq!(mailbox.newest_to(&alice.email).await.subject, "Boas-vindas a Ostiary");

        prefer(&mut browser, "de").await;
        browser.open("/account/password").await;
        browser.fill("Aktuelles Passwort", &alice.password);
        browser.fill("Neues Passwort", "another long password");
        browser.press("Passwort ändern").await;
        assert_eq!(browser.page().notice().trim(), "Ihr Passwort wurde geändert. Ihre anderen Sitzungen wurden beendet.");
        assert_eq!(mailbox.newest_to(&alice.email).await.subject, "Ihr Passwort bei Ostiary wurde geändert");

        // A stranger's browser says nothing of the owner.
        let mut stranger = reading(&server, "es");
        stranger.open("/signup").await;
        stranger.fill("Correo electrónico", &alice.email);
        stranger.fill("Contraseña", "a stranger's password");
        stranger.press("Crear cuenta").await;
        assert!(stranger.error().contains("Ya existe una cuenta"), "{}", stranger.describe());
        assert_eq!(mailbox.newest_to(&alice.email).await.subject, "Sie haben schon ein Konto bei Ostiary");

        // An application's request is nobody's language; the account's is.
        prefer(&mut browser, "ar").await;
        let shop = Application::of(&server, "shop");
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let second = shop.refresh(tokens.refresh_token()).await.tokens();
        shop.refresh(second.refresh_token()).await.tokens();
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        let mail = mailbox.newest_to(&alice.email).await;
        assert!(mail.subject.starts_with("سُجّل خروجك من"), "{mail:?}");
        assert!(mail.links.iter().any(|link| link.ends_with("/account/apps")), "{mail:?}");
    }

    /// OWASP ASVS 6.3.5: whoever signs in with a stranger's browser does not choose the language of the notice.
    async fn a_notice_of_a_strangers_doing_is_not_in_the_strangers_language(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut own = reading(&server, "pt");
        own.open("/signup").await;
        own.fill("E-mail", &alice.email);
        own.fill("Senha", &alice.password);
        own.press("Criar conta").await;
        let mut mailbox = Mailbox::of(&server);
        assert_eq!(mailbox.newest_to(&alice.email).await.subject, "Boas-vindas a Ostiary");
        let mut stranger = reading(&server, "es");
        stranger.open("/login").await;
        stranger.fill("Correo electrónico", &alice.email);
        stranger.fill("Contraseña", &alice.password);
        stranger.press("Iniciar sesión").await;
        assert_eq!(stranger.path(), "/account", "{}", stranger.describe());
        let mail = mailbox.newest_to(&alice.email).await;
        assert_eq!(mail.subject, "Novo login na sua conta Ostiary", "in the language that she signed up in");
        assert!(mail.text.contains("Alguém entrou"), "{mail:?}");
        // Somebody who tries to sign up with her address does not choose it either.
        let mut stranger = reading(&server, "es");
        stranger.open("/signup").await;
        stranger.fill("Correo electrónico", &alice.email);
        stranger.fill("Contraseña", "a stranger's password");
        stranger.press("Crear cuenta").await;
        assert_eq!(mailbox.newest_to(&alice.email).await.subject, "Você já tem uma conta Ostiary");
        // Her own browser does.
        own.open("/account/password").await;
        own.fill("Senha atual", &alice.password);
        own.fill("Nova senha", "another long password");
        own.press("Alterar senha").await;
        assert_eq!(mailbox.newest_to(&alice.email).await.subject, "A senha da sua conta Ostiary foi alterada");
    }

    /// OWASP ASVS 6.3.5: the language of the sign-up is of letters alone. Pages follow the browser, and no application is told what nobody chose.
    async fn the_language_of_the_sign_up_is_of_letters_alone(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut mailbox = Mailbox::of(&server);
        // What the application asks for goes before the browser.
        let request = shop.authorization_request().with("ui_locales", "de").with("scope", "openid profile email");
        let mut own = reading(&server, "fr");
        own.open(&request.url()).await;
        own.follow("Konto anlegen").await;
        own.fill("E‑Mail-Adresse", &alice.email);
        own.fill("Passwort", &alice.password);
        let landed = own.press("Konto anlegen").await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        let told = shop.userinfo(&tokens.access_token).await.ok();
        assert!(told.get("locale").is_none(), "{told}");
        own.open("/account").await;
        assert_eq!((own.heading().as_str(), language(&own).as_str()), ("Votre compte", "fr"));
        let mut unknown = reading(&server, "tlh");
        alice.sign_in(&mut unknown).await;
        assert_eq!(mailbox.newest_to(&alice.email).await.subject, "Neue Anmeldung bei Ostiary");
        // What she chooses goes before it.
        prefer(&mut own, "es").await;
        alice.sign_in(&mut reading(&server, "tlh")).await;
        assert_eq!(mailbox.newest_to(&alice.email).await.subject, "Nuevo inicio de sesión en su cuenta de Ostiary");
        // Nobody said anything: nothing is kept.
        let bob = Person::bob();
        bob.sign_up(&mut reading(&server, "tlh")).await;
        assert_eq!(server.database().texts("SELECT email FROM users WHERE sign_up_language IS NULL").await, [bob.email.as_str()]);
        assert_eq!(server.database().texts("SELECT sign_up_language FROM users WHERE sign_up_language IS NOT NULL").await, ["de"]);
    }

    /// OpenID Connect Discovery 1.0 §3
    async fn discovery_lists_the_languages(db) {
        let server = TestServer::start(db).await;
        let reply = Application::of(&server, "shop").get("/.well-known/openid-configuration", &[]).await.ok();
        assert_eq!(reply["ui_locales_supported"], json!(["en", "de", "fr", "es", "pt", "ar"]));
    }
}
