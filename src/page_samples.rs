//! Every page, rendered with samples of what people and applications may send, and checked: title, heading, labels, CSRF
//! field, nothing inline, no password echoed, nothing hostile let through (security.md A18, A38, A41).

use crate::account::page::*;
use crate::authorization::page::*;
use crate::brand::Brand;
use crate::config::Config;
use crate::login::page::*;
use crate::logout::page::*;
use crate::outbox::page::*;
use crate::setup::page::*;
use crate::sign_up::page::*;
use crate::web::page::{Layout, Moment, Permission, Person};
use crate::web::page_error::{Details, ErrorPage, Link};
use crate::web::problems::NameProblem;
use askama::Template;
use scraper::{Html, Selector};
use std::time::Duration;

const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&\u{202e}evil";

fn layout() -> Layout {
    let config = Config::load(None, std::iter::empty()).unwrap();
    Layout::sample(Brand::of(&config).unwrap()).signed_in_as("ann@example.com")
}

fn person() -> Person {
    Person { name: Some(HOSTILE.into()), email: "ann@example.com".into() }
}

fn moment() -> Moment {
    Moment::of(crate::clock::Timestamp::from_unix_seconds(1_795_000_000))
}

fn permissions() -> Vec<Permission> {
    vec![Permission { title: "See your profile".into(), detail: Some("Name".into()) }, Permission { title: HOSTILE.into(), detail: None }]
}

/// Every page by name.
fn gallery() -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    let mut pages = Vec::new();
    let login = |error, other: Option<&str>| LoginPage {
        layout: layout(),
        csrf: text("c"),
        ticket: text("t"),
        client_name: Some(text(HOSTILE)),
        email: text(HOSTILE),
        error,
        sign_up_url: Some(text("/signup?ticket=t")),
        other_account_url: other.map(str::to_owned),
    };
    pages.push(("login", login(None, None).render()));
    pages.push(("login wrong", login(Some(LoginProblem::WrongEmailOrPassword), None).render()));
    pages.push(("login throttled", login(Some(LoginProblem::TooManyAttempts { wait: Duration::from_secs(61) }), None).render()));
    pages.push(("login again", login(None, Some("/login?show=other")).render()));
    let choose = ChooseAccountPage { layout: layout(), csrf: text("c"), ticket: text("t"), client_name: None, account: person() };
    pages.push(("choose account", choose.render()));
    let sign_up = |errors| SignUpPage {
        layout: layout(),
        csrf: text("c"),
        ticket: String::new(),
        client_name: Some(text(HOSTILE)),
        email: text(HOSTILE),
        name: text(HOSTILE),
        errors,
        sign_in_url: text("/login"),
        minimum_length: 8,
    };
    let all_wrong = SignUpErrors {
        email: Some(EmailProblem::Invalid),
        name: Some(NameProblem::TooLong),
        password: Some(PasswordProblem::TooShort { minimum: 8 }),
    };
    pages.push(("sign up", sign_up(SignUpErrors::default()).render()));
    pages.push(("sign up errors", sign_up(all_wrong).render()));
    for problem in [SetupLinkProblem::Used, SetupLinkProblem::Expired, SetupLinkProblem::Unknown] {
        pages.push(("setup link", SetupLinkPage { layout: layout(), problem }.render()));
    }
    let setup = SetupPage {
        layout: layout(),
        csrf: text("c"),
        ticket: text("t"),
        email: text(HOSTILE),
        name: text(HOSTILE),
        errors: SetupErrors { email: Some(EmailProblem::Taken), ..SetupErrors::default() },
        minimum_length: 8,
    };
    pages.push(("setup", setup.render()));
    for destination in [Destination::Website(text("app.example")), Destination::ThisDevice] {
        let consent = ConsentPage {
            layout: layout(),
            csrf: text("c"),
            ticket: text("t"),
            client_name: text(HOSTILE),
            account: person(),
            permissions: permissions(),
            destination,
            policy_url: Some(text("https://app.example/policy")),
            terms_url: Some(text("https://app.example/terms")),
        };
        pages.push(("consent", consent.render()));
    }
    let fields = vec![FormPostField { name: text("state"), value: text(HOSTILE) }];
    let form_post = FormPostPage { layout: layout(), client_name: text(HOSTILE), action: text("https://app.example/cb?a=1&b=2"), fields };
    pages.push(("form post", form_post.render()));
    let confirm = ConfirmLogoutPage {
        layout: layout(),
        csrf: text("c"),
        ticket: text("t"),
        client_name: Some(text(HOSTILE)),
        account: Some(person()),
    };
    pages.push(("logout", confirm.render()));
    for still_signed_in in [true, false] {
        pages.push(("logged out", LoggedOutPage { layout: layout(), still_signed_in }.render()));
    }
    for sessions in [1, 3] {
        let overview =
            AccountPage { layout: layout(), person: person(), since: moment(), password_changed: Some(moment()), sessions, apps: sessions };
        pages.push(("account", overview.render()));
    }
    let mut errors = ProfileErrors::default();
    errors.set("website", ProfileProblem::NotAUrl);
    errors.set("birthdate", ProfileProblem::NotADate);
    let profile = Profile { name: text(HOSTILE), website: text(HOSTILE), ..Profile::default() };
    for (errors, saved) in [(errors, false), (ProfileErrors::default(), true)] {
        let view = ProfilePage { layout: layout(), csrf: text("c"), email: text(HOSTILE), profile: profile.clone(), errors, saved };
        pages.push(("profile", view.render()));
    }
    let wrong = PasswordErrors { current_password: Some(CurrentPasswordProblem::Wrong), new_password: Some(PasswordProblem::TooLong) };
    for (errors, changed) in [(wrong, false), (PasswordErrors::default(), true)] {
        let view = PasswordPage { layout: layout(), csrf: text("c"), email: text(HOSTILE), errors, changed, minimum_length: 8 };
        pages.push(("password", view.render()));
    }
    let line = |current| SessionLine {
        id: text("s"),
        browser: text(HOSTILE),
        device: text("Linux"),
        address: text("192.0.2.1"),
        signed_in: moment(),
        last_active: moment(),
        current,
    };
    for ended in [None, Some(Ended::One), Some(Ended::Others)] {
        let view = SessionsPage { layout: layout(), csrf: text("c"), sessions: vec![line(true), line(false)], ended };
        pages.push(("sessions", view.render()));
    }
    let app = AppLine { client_id: text("a"), name: text(HOSTILE), permissions: permissions(), since: moment(), last_used: Some(moment()) };
    pages.push(("apps", AppsPage { layout: layout(), csrf: text("c"), apps: vec![app], removed: Some(text(HOSTILE)) }.render()));
    pages.push(("no apps", AppsPage { layout: layout(), csrf: text("c"), apps: Vec::new(), removed: None }.render()));
    let mail = MailLine { url: text("/outbox/1"), to: text("ann@example.com"), subject: text(HOSTILE), sent_at: moment() };
    pages.push(("outbox", OutboxPage { layout: layout(), mails: vec![mail] }.render()));
    let mail = OutboxMailPage {
        layout: layout(),
        from: text(HOSTILE),
        to: text("ann@example.com"),
        subject: text(HOSTILE),
        sent_at: moment(),
        parts: MailPart::parts_of(&format!("{HOSTILE} see https://id.example/account now")),
    };
    pages.push(("outbox mail", mail.render()));
    let error = ErrorPage {
        layout: layout(),
        title: text("This sign-in link is broken"),
        explanation: text(HOSTILE),
        advice: text(HOSTILE),
        way_on: Some(Link { url: text("/account"), text: text("Go on") }),
        details: Some(Details {
            parameter: Some(text("redirect_uri")),
            sent: Some(text(HOSTILE)),
            registered: vec![text(HOSTILE)],
            fix: text(HOSTILE),
        }),
        request_id: text("id"),
    };
    pages.push(("error", error.render()));
    pages.into_iter().map(|(name, html)| (name, html.unwrap())).collect()
}

fn all(document: &Html, selector: &str) -> usize {
    document.select(&Selector::parse(selector).unwrap()).count()
}

#[test]
fn every_page_is_sound() {
    for (name, html) in gallery() {
        let document = Html::parse_document(&html);
        let title: String = document.select(&Selector::parse("title").unwrap()).flat_map(|title| title.text()).collect();
        assert!(title.len() > " · Ostiary".len(), "{name}: title {title:?}");
        assert_eq!(all(&document, "h1"), 1, "{name}: one heading");
        assert_eq!(all(&document, "html[lang]"), 1, "{name}: language");
        assert_eq!(all(&document, "main"), 1, "{name}: main");
        assert_eq!(all(&document, "style, script:not([src]), [style], [onclick], [onerror], [onload]"), 0, "{name}: inline");
        assert_eq!(all(&document, "input[type=password][value]"), 0, "{name}: echoes a password");
        assert_eq!(all(&document, "img:not([src*='/static/'])"), 0, "{name}: hostile text became an element");
    }
}

#[test]
fn every_field_has_a_label() {
    for (name, html) in gallery() {
        let document = Html::parse_document(&html);
        for input in document.select(&Selector::parse("input:not([type=hidden]):not([hidden])").unwrap()) {
            let id = input.attr("id").unwrap_or_default();
            let labelled = input.attr("aria-label").is_some() || all(&document, &format!("label[for='{id}']")) == 1;
            assert!(labelled, "{name}: {}", input.html());
        }
    }
}

#[test]
fn every_form_of_ours_is_bound_to_the_browser() {
    for (name, html) in gallery().into_iter().filter(|(name, _)| *name != "form post") {
        let document = Html::parse_document(&html);
        for form in document.select(&Selector::parse("form").unwrap()) {
            let csrf = form.select(&Selector::parse("input[name=csrf][type=hidden]").unwrap()).count();
            assert_eq!((form.attr("method"), csrf), (Some("post"), 1), "{name}");
        }
    }
}

#[test]
fn an_empty_field_stays_empty() {
    let view = SignUpPage {
        layout: layout(),
        csrf: String::new(),
        ticket: String::new(),
        client_name: None,
        email: String::new(),
        name: String::new(),
        errors: SignUpErrors::default(),
        sign_in_url: String::new(),
        minimum_length: 8,
    };
    assert!(view.render().unwrap().contains(r#"name="name" value="""#));
}
