//! Every page, rendered with samples of what people and applications may send, and checked: title, heading, labels, CSRF
//! field, nothing inline, no password echoed, nothing hostile let through (security.md A18, A38, A41).

use crate::account::activity_page::*;
use crate::account::data_page::*;
use crate::account::deletion_page::*;
use crate::account::email_page::{EmailErrors, EmailPage};
use crate::account::factor_pages::*;
use crate::account::links::{LinkLine, LinksSection};
use crate::account::lockdown_page::*;
use crate::account::page::*;
use crate::account::passkeys_page::*;
use crate::account::phone_page::*;
use crate::account::qr_code::Drawing;
use crate::account::security_page::*;
use crate::authorization::page::*;
use crate::brand::Brand;
use crate::config::Config;
use crate::credentials::passkeys::Kind;
use crate::federation::page::*;
use crate::forgot::page::{ForgotErrors, ForgotPage, ForgotSentPage, ResetErrors, ResetPage};
use crate::language::{Language, Text, Texts};
use crate::login::factor::Method;
use crate::login::factor_page::*;
use crate::login::page::*;
use crate::logout::page::*;
use crate::outbox::page::*;
use crate::setup::page::*;
use crate::sign_up::page::*;
use crate::verify::page::VerifyPage;
use crate::web::difference::Marked;
use crate::web::mailed_pages::{CodePage, CodeProblem, LinkPage, LinkProblemPage};
use crate::web::page::{Layout, Moment, Permission, Person};
use crate::web::page_error::{Details, ErrorPage, Link};
use crate::web::passkeys::{KeyProblem, PasskeyForm, PasskeyProblem};
use crate::web::problems::{EmailProblem, NameProblem};
use crate::web::proof_of_work::HoldPage;
use crate::web::registration_advice::Advice;
use crate::web::text_messages::NotSent;
use crate::web::upstream_buttons::UpstreamButton;
use crate::web::whereabouts::Whereabouts;
use askama::Template;
use scraper::{Html, Selector};
use serde_json::json;
use std::time::Duration;

const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&\u{202e}evil";

/// With links to terms and privacy, so that every sentence about them is shown.
fn layout_in(texts: &Texts, language: Language) -> Layout {
    let link = |name: &str| (format!("OSTIARY_BRAND_{name}_URL"), format!("https://{}.example/", name.to_lowercase()));
    let config = Config::load(None, ["TERMS", "PRIVACY", "SUPPORT"].map(link).into_iter()).unwrap();
    Layout::sample(Brand::of(&config).unwrap(), texts.clone(), language).signed_in_as("ann@example.com")
}

/// Every page in every language.
fn pages() -> Vec<(String, String)> {
    let texts = Texts::load(None).unwrap();
    let gallery = |language: Language| {
        let pages = gallery(&layout_in(&texts, language));
        pages.into_iter().map(move |(name, html)| (format!("{name} ({})", language.tag()), html))
    };
    Language::ALL.into_iter().flat_map(gallery).collect()
}

fn person() -> Person {
    Person { name: Some(HOSTILE.into()), email: "ann@example.com".into() }
}

fn moment() -> Moment {
    Moment::of(crate::clock::Timestamp::from_unix_seconds(1_795_000_000))
}

fn passkey(stands_alone: bool) -> PasskeyLine {
    PasskeyLine {
        id: "AQID".into(),
        name: HOSTILE.into(),
        stands_alone,
        synced: stands_alone,
        suspected_clone: !stands_alone,
        added: moment(),
        last_used: stands_alone.then(moment),
    }
}

fn passkey_section(some: bool) -> PasskeySection {
    let passkeys = if some { vec![passkey(true), passkey(false)] } else { Vec::new() };
    PasskeySection { passkeys, accepted: HOSTILE.into(), done: Some(Done::Removed) }
}

fn passkey_form() -> PasskeyForm {
    PasskeyForm { options: json!({ "challenge": HOSTILE }), challenge: "t".into(), unknown: Some(HOSTILE.into()) }
}

fn permissions() -> Vec<Permission> {
    vec![Permission { title: "See your profile".into(), detail: Some("Name".into()) }, Permission { title: HOSTILE.into(), detail: None }]
}

fn seen(address: &str) -> Whereabouts {
    Whereabouts { address: address.into(), place: Some(HOSTILE.into()), near: true }
}

fn session(current: bool) -> SessionLine {
    SessionLine {
        id: "s".into(),
        name: Text::new("account-session-on").with("browser", HOSTILE).with("device", "Linux"),
        seen: Some(seen("192.0.2.1")),
        signed_in: moment(),
        last_active: moment(),
        current,
    }
}

fn app() -> AppLine {
    AppLine { client_id: "a".into(), name: HOSTILE.into(), permissions: permissions(), since: moment(), last_used: Some(moment()) }
}

fn upstreams() -> Vec<UpstreamButton> {
    vec![UpstreamButton { id: "far".into(), name: HOSTILE.into(), mark: "mark-oidc.svg" }]
}

fn links() -> LinksSection {
    let line = |offered, email: Option<&str>| LinkLine {
        provider: "far".into(),
        subject: HOSTILE.into(),
        name: HOSTILE.into(),
        mark: "mark-google.svg",
        email: email.map(str::to_owned),
        since: moment(),
        last_used: moment(),
        offered,
    };
    let said = |id| Some(Text::new(id).with("provider", HOSTILE));
    LinksSection {
        lines: vec![line(true, Some(HOSTILE)), line(false, None)],
        more: upstreams(),
        done: said("federation-connected"),
        problem: said("federation-last-way-in"),
    }
}

fn activity() -> Vec<ActivityLine> {
    let said = || Text::new("activity-passkey-added").with("passkey", HOSTILE);
    let device = || Text::new("account-session-on").with("browser", HOSTILE).with("device", HOSTILE);
    let line = |by_operator: bool, address: Option<&str>| ActivityLine {
        said: said(),
        at: moment(),
        device: Some(device()),
        seen: address.map(seen),
        by_operator,
        current: !by_operator,
    };
    vec![line(false, Some(HOSTILE)), line(false, None), line(true, None)]
}

/// What one does about the whole account.
fn whole_account(layout: &Layout, pages: &mut Vec<(&'static str, askama::Result<String>)>) {
    let (layout, text) = (|| layout.clone(), |text: &str| text.to_owned());
    for some in [true, false] {
        let view = LockdownPage {
            layout: layout(),
            csrf: text("c"),
            by: if some { "session" } else { "link" },
            email: text(HOSTILE),
            proven: true,
            restores: some,
        };
        pages.push(("lockdown", view.render()));
        let view = LockdownPage { layout: layout(), csrf: text("c"), by: "session", email: text(HOSTILE), proven: false, restores: false };
        pages.push(("lockdown", view.render()));
        let view = LockedDownPage { layout: layout(), email: text(HOSTILE), restored: some, shut: !some, again_url: text("/forgot") };
        pages.push(("locked down", view.render()));
        pages.push(("deletion due", DeletionDuePage { layout: layout(), csrf: some.then(|| text("c")), due: moment() }.render()));
        let (lines, older) = if some { (activity(), Some(text("id"))) } else { (Vec::new(), None) };
        pages.push(("activity", ActivityPage { layout: layout(), lines, older, newest: some }.render()));
    }
    pages.push(("data", DataPage { layout: layout(), csrf: text("c") }.render()));
    pages.push(("delete", DeletePage { layout: layout(), csrf: text("c"), email: text(HOSTILE), days: 7 }.render()));
    pages.push(("kept", KeptPage { layout: layout(), sign_in_url: text("/login") }.render()));
}

/// Signing in with others.
fn federation(layout: &Layout, pages: &mut Vec<(&'static str, askama::Result<String>)>) {
    let layout = || layout.clone();
    let text = |text: &str| text.to_owned();
    let leaving = LeavingPage { layout: layout(), provider: text(HOSTILE), url: text("https://far.example/authorize?a=b&c=d") };
    pages.push(("leaving", leaving.render()));
    for account in [None, Some(person())] {
        let sign_in_url = account.is_none().then(|| text("/login?ticket=t"));
        let (provider, email) = (text(HOSTILE), text(HOSTILE));
        let view = ConnectPage { layout: layout(), csrf: text("c"), arrival: text("a"), provider, email, account, sign_in_url };
        pages.push(("connect", view.render()));
    }
    for proven in [true, false] {
        let view = FederationSignUpPage {
            layout: layout(),
            csrf: text("c"),
            arrival: text("a"),
            client_name: Some(text(HOSTILE)),
            provider: text(HOSTILE),
            email: text(HOSTILE),
            email_is_proven: proven,
            takes_over: proven,
            name: text(HOSTILE),
            way_back: text("/login"),
            errors: FederationSignUpErrors { email: (!proven).then_some(EmailProblem::Invalid), name: Some(NameProblem::TooLong) },
        };
        pages.push(("sign up with", view.render()));
    }
    for problem in FederationProblem::ALL {
        let view = FederationProblemPage { layout: layout(), provider: text(HOSTILE), problem, way_back: text("/login") };
        pages.push(("no sign-in with", view.render()));
    }
}

/// Every page by name.
fn gallery(layout: &Layout) -> Vec<(&'static str, String)> {
    let layout = || layout.clone();
    let text = |text: &str| text.to_owned();
    let mut pages = Vec::new();
    let login = |error, other: Option<&str>| LoginPage {
        layout: layout(),
        csrf: text("c"),
        ticket: text("t"),
        client_name: Some(text(HOSTILE)),
        email: text(HOSTILE),
        asks_password: true,
        error,
        sign_up_url: Some(text("/signup?ticket=t")),
        forgot_url: text("/forgot?ticket=t"),
        mail_me_url: Some(text("/login/mail?ticket=t")),
        other_account_url: other.map(str::to_owned),
        passkey: other.is_none().then(passkey_form),
        passkey_problem: None,
        upstreams: upstreams(),
    };
    pages.push(("login", login(None, None).render()));
    pages.push(("login wrong", login(Some(LoginProblem::WrongEmailOrPassword), None).render()));
    pages.push(("login throttled", login(Some(LoginProblem::TooManyAttempts { wait: Duration::from_secs(61) }), None).render()));
    pages.push(("login again", login(None, Some("/login?show=other")).render()));
    let passkey_only = LoginPage { asks_password: false, passkey: Some(passkey_form()), ..login(None, Some("/login?show=other")) };
    pages.push(("login again without a password", passkey_only.render()));
    for problem in [None, Some(CodeProblem::Wrong), Some(CodeProblem::TooMany)] {
        let code = CodePage {
            layout: layout(),
            csrf: text("c"),
            ticket: text("t"),
            action: "/signup/code",
            email: text(HOSTILE),
            perhaps: problem.is_some(),
            problem,
            back_url: text("/signup"),
        };
        pages.push(("code", code.render()));
    }
    let link = LinkPage {
        layout: layout(),
        csrf: text("c"),
        action: "/login/link",
        heading: Text::new("common-sign-in"),
        lead: "login-link-lead",
        button: Text::new("common-sign-in"),
        email: text(HOSTILE),
    };
    pages.push(("link", link.render()));
    pages.push(("dead link", LinkProblemPage { layout: layout(), again_url: text("/forgot") }.render()));
    let mail_me = MailMePage {
        layout: layout(),
        csrf: text("c"),
        ticket: text("t"),
        client_name: Some(text(HOSTILE)),
        email: text(HOSTILE),
        errors: MailMeErrors { email: Some(EmailProblem::Invalid) },
        password_url: text("/login"),
    };
    pages.push(("mail me a code", mail_me.render()));
    let forgot = ForgotPage {
        layout: layout(),
        csrf: text("c"),
        ticket: text("t"),
        email: text(HOSTILE),
        errors: ForgotErrors { email: Some(EmailProblem::Invalid) },
        sign_in_url: text("/login"),
    };
    pages.push(("forgot", forgot.render()));
    let sent = ForgotSentPage { layout: layout(), again_url: text("/forgot"), sign_in_url: text("/login?ticket=t") };
    pages.push(("forgot sent", sent.render()));
    let reset = ResetPage {
        layout: layout(),
        csrf: text("c"),
        email: text(HOSTILE),
        errors: ResetErrors { password: Some(PasswordProblem::TooLong) },
        minimum_length: 8,
    };
    pages.push(("reset", reset.render()));
    let verify =
        VerifyPage { layout: layout(), csrf: text("c"), ticket: text("t"), client_name: Some(text(HOSTILE)), email: text(HOSTILE) };
    pages.push(("verify", verify.render()));
    for (verified, problem) in [(true, None), (false, Some(crate::account::email_page::EmailProblem::Own))] {
        let email = EmailPage {
            layout: layout(),
            csrf: text("c"),
            current: text(HOSTILE),
            verified,
            email: text(HOSTILE),
            errors: EmailErrors { email: problem },
        };
        pages.push(("email", email.render()));
    }
    let refused = LoginPage { passkey_problem: Some(PasskeyProblem::NotVerified), ..login(None, None) };
    pages.push(("login passkey refused", refused.render()));
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
        passkeys: true,
        unknown_passkey: Some(text(HOSTILE)),
        upstreams: upstreams(),
    };
    let all_wrong = SignUpErrors {
        email: Some(EmailProblem::Invalid),
        name: Some(NameProblem::TooLong),
        password: Some(PasswordProblem::TooShort { minimum: 8 }),
    };
    pages.push(("sign up", sign_up(SignUpErrors::default()).render()));
    pages.push(("sign up errors", sign_up(all_wrong).render()));
    for problem in [None, Some(PasskeyProblem::NotVerified)] {
        let view = SignUpPasskeyPage {
            layout: layout(),
            csrf: text("c"),
            ticket: text("t"),
            form: passkey_form(),
            email: text(HOSTILE),
            name: text(HOSTILE),
            problem,
            password_url: text("/signup"),
        };
        pages.push(("sign up with a passkey", view.render()));
    }
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
        let overview = AccountPage {
            layout: layout(),
            person: person(),
            kept: sessions == 1,
            remind_of_email: sessions == 1,
            since: moment(),
            has_password: sessions == 1,
            password_changed: Some(moment()),
            sessions,
            apps: sessions,
        };
        pages.push(("account", overview.render()));
    }
    let mut errors = ProfileErrors::default();
    errors.set("website", ProfileProblem::NotAUrl);
    errors.set("birthdate", ProfileProblem::NotADate);
    errors.set("formatted", ProfileProblem::TooLong);
    let profile = Profile {
        name: text(HOSTILE),
        website: text(HOSTILE),
        formatted: text(HOSTILE),
        locale: text(HOSTILE),
        zoneinfo: text(HOSTILE),
        ..Profile::default()
    };
    for (errors, saved) in [(errors, false), (ProfileErrors::default(), true)] {
        let view = ProfilePage { layout: layout(), csrf: text("c"), email: text(HOSTILE), profile: profile.clone(), errors, saved };
        pages.push(("profile", view.render()));
    }
    let wrong = PasswordErrors { current_password: Some(CurrentPasswordProblem::Wrong), new_password: Some(PasswordProblem::TooLong) };
    let unknown = PasswordErrors { new_password: Some(PasswordProblem::Breached), ..PasswordErrors::default() };
    for (exists, errors, done) in [
        (true, wrong, None),
        (false, unknown, None),
        (true, PasswordErrors::default(), Some(PasswordDone::Changed)),
        (true, PasswordErrors::default(), Some(PasswordDone::Added)),
    ] {
        let view = PasswordPage { layout: layout(), csrf: text("c"), email: text(HOSTILE), errors, exists, done, minimum_length: 8 };
        pages.push(("password", view.render()));
    }
    for (kind, problem) in [(Kind::Passkey, None), (Kind::SecurityKey, Some(KeyProblem::Passkey(PasskeyProblem::TooMany)))] {
        let form = passkey_form();
        let view = AddPasskeyPage { layout: layout(), csrf: text("c"), form, kind, name: text(HOSTILE), problem };
        pages.push(("add passkey", view.render()));
    }
    for problem in [None, Some(EditProblem::Name), Some(EditProblem::LastWayIn)] {
        let takes_phone = problem.is_none();
        let view = EditPasskeyPage { layout: layout(), csrf: text("c"), passkey: passkey(true), takes_phone, problem };
        pages.push(("edit passkey", view.render()));
    }
    for (exists, notice) in [(true, Some(SecurityNotice::LastFactor)), (true, Some(SecurityNotice::SecondStepGone)), (false, None)] {
        let device = |id: &str| DeviceLine {
            id: text(id),
            name: Text::new("account-session-on").with("browser", HOSTILE).with("device", "Linux"),
            seen: Some(seen("192.0.2.1")),
            last_used: moment(),
            until: moment(),
        };
        let view = SecurityPage {
            layout: layout(),
            csrf: text("c"),
            email: EmailSection { address: text(HOSTILE), verified: exists },
            notice,
            passkeys: exists.then(|| passkey_section(notice.is_some())),
            password: PasswordSection { exists, changed: exists.then(moment) },
            second: SecondFactorSection {
                totp: exists.then(|| (moment(), Some(moment()))),
                phone: Some(exists.then(|| text("+4930901820"))),
                exists,
                totp_takes_phone: exists,
                recovery_codes: 9,
            },
            devices: if exists { vec![device("a"), device("b")] } else { Vec::new() },
            links: links(),
            signed_in: vec![session(true), session(false)],
            connected: if exists { vec![app()] } else { Vec::new() },
            activity: activity(),
        };
        pages.push(("security", view.render()));
    }
    for (client_name, wrong) in [(None, true), (Some(text(HOSTILE)), false)] {
        let totp = TotpPage {
            layout: layout(),
            csrf: text("c"),
            ticket: text("t"),
            client_name: client_name.clone(),
            pending: text("p"),
            qr_code: Some(Drawing { side: 29, path: text("M4 4h7v1h-7z") }),
            secret: text("AAAA BBBB"),
            demanded: !wrong,
            replaces: wrong,
            wrong,
        };
        pages.push(("authenticator app", totp.render()));
        let file = format!("{HOSTILE}\r\nk3jw-9p0a-77qd-x2mz\r\n");
        let codes = vec![text("k3jw-9p0a-77qd-x2mz")];
        let codes = RecoveryCodesPage { layout: layout(), codes, text: file, client_name, way_on: text("/account/security") };
        pages.push(("recovery codes", codes.render()));
    }
    let problems = [None, Some(PhoneProblem::NotANumber), Some(PhoneProblem::WrongCode), Some(PhoneProblem::NotSent(NotSent::TooMany))];
    for (problem, sent) in problems.into_iter().flat_map(|problem| [(problem, None), (problem, Some(text("s")))]) {
        let becomes_factor = problem.is_none();
        let (number, countries) = (text(HOSTILE), text("+49, +43"));
        let phone = PhonePage { layout: layout(), csrf: text("c"), number, sent, problem, countries, becomes_factor };
        pages.push(("telephone", phone.render()));
    }
    pages.push(("make recovery codes", MakeRecoveryCodesPage { layout: layout(), csrf: text("c"), left: 3 }.render()));
    let wait = FactorProblem::TooManyAttempts { wait: Duration::from_secs(61) };
    for (method, problem) in [
        (Method::Totp, None),
        (Method::RecoveryCode, Some(FactorProblem::Wrong { method: Method::RecoveryCode })),
        (Method::Totp, Some(wait)),
        (Method::Sms, None),
        (Method::Sms, Some(FactorProblem::NotSent(NotSent::Failed))),
    ] {
        let factor = FactorPage {
            layout: layout(),
            csrf: text("c"),
            ticket: text("t"),
            client_name: Some(text(HOSTILE)),
            email: text(HOSTILE),
            method,
            problem,
            sent: (method == Method::Sms).then(|| text("s")),
            number: text("…20"),
            others: vec![(Method::RecoveryCode, text("/login/factor?method=recovery"))],
            key_url: Some(text("/login/factor/key")),
            may_trust: problem.is_none(),
            start_again_url: text("/login"),
        };
        pages.push(("second factor", factor.render()));
    }
    let offer = OfferPasskeyPage {
        layout: layout(),
        csrf: text("c"),
        ticket: text("t"),
        form: Some(passkey_form()),
        unknown: Some(text(HOSTILE)),
        problem: Some(PasskeyProblem::NotVerified),
    };
    pages.push(("passkey offered", offer.render()));
    for problem in [None, Some(PasskeyProblem::SuspectedClone)] {
        let factor = KeyFactorPage {
            layout: layout(),
            csrf: text("c"),
            ticket: text("t"),
            client_name: Some(text(HOSTILE)),
            email: text(HOSTILE),
            form: problem.is_none().then(passkey_form),
            others: vec![(Method::Totp, text("/login/factor?method=totp"))],
            may_trust: problem.is_none(),
            problem,
            start_again_url: text("/login"),
        };
        pages.push(("second factor by a key", factor.render()));
    }
    federation(&layout(), &mut pages);
    whole_account(&layout(), &mut pages);
    for ended in [None, Some(Ended::One), Some(Ended::Others)] {
        let view = SessionsPage { layout: layout(), csrf: text("c"), sessions: vec![session(true), session(false)], ended };
        pages.push(("sessions", view.render()));
    }
    pages.push(("apps", AppsPage { layout: layout(), csrf: text("c"), apps: vec![app()], removed: Some(text(HOSTILE)) }.render()));
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
    let marked = || Marked { before: text(HOSTILE), differs: text(HOSTILE), after: text(HOSTILE) };
    let error = ErrorPage {
        layout: layout(),
        title: text("This sign-in link is broken"),
        explanation: text(HOSTILE),
        advice: text(HOSTILE),
        way_on: Some(Link { url: text("/account"), text: text("Go on") }),
        details: Some(Details {
            parameter: Some(text("redirect_uri")),
            sent: Some(marked()),
            registered: vec![marked()],
            fixes: vec![Advice::with(HOSTILE, HOSTILE), Advice::new(HOSTILE)],
        }),
        request_id: text("id"),
    };
    pages.push(("error", error.render()));
    pages.push(("held form", HoldPage { layout: layout(), held_form: text("sealed") }.render()));
    pages.into_iter().map(|(name, html)| (name, html.unwrap())).collect()
}

fn all(document: &Html, selector: &str) -> usize {
    document.select(&Selector::parse(selector).unwrap()).count()
}

#[test]
fn every_page_is_sound() {
    for (name, html) in pages() {
        let document = Html::parse_document(&html);
        let title: String = document.select(&Selector::parse("title").unwrap()).flat_map(|title| title.text()).collect();
        assert!(title.len() > " · Ostiary".len(), "{name}: title {title:?}");
        assert_eq!(all(&document, "h1"), 1, "{name}: one heading");
        let language = name.rsplit_once('(').unwrap().1.trim_end_matches(')');
        let direction = if language == "ar" { "rtl" } else { "ltr" };
        assert_eq!(all(&document, &format!("html[lang={language}][dir={direction}]")), 1, "{name}: language");
        assert!(!html.contains('\u{e000}') && !html.contains("&lt;/") && !html.contains("&#60;/"), "{name}: markup was shown");
        assert_eq!(all(&document, "main"), 1, "{name}: main");
        assert_eq!(all(&document, "style, script:not([src]), [style], [onclick], [onerror], [onload]"), 0, "{name}: inline");
        assert_eq!(all(&document, "input[type=password][value]"), 0, "{name}: echoes a password");
        assert_eq!(all(&document, "img:not([src*='/static/'])"), 0, "{name}: hostile text became an element");
    }
}

#[test]
fn every_field_has_a_label() {
    for (name, html) in pages() {
        let document = Html::parse_document(&html);
        for input in document.select(&Selector::parse("input:not([type=hidden]):not([hidden]), select, textarea").unwrap()) {
            let id = input.attr("id").unwrap_or_default();
            let labelled = input.attr("aria-label").is_some() || all(&document, &format!("label[for='{id}']")) == 1;
            assert!(labelled, "{name}: {}", input.html());
        }
    }
}

/// WCAG 2.2 §3.3.1: whoever hears the title of a page that came back hears that something is to be put right. Where nothing else is on the
/// page, the title itself says what it is.
#[test]
fn a_form_that_comes_back_says_so_in_its_title() {
    let texts = Texts::load(None).unwrap();
    let (mut faulty, mut wrong) = (0, Vec::new());
    for (name, html) in pages() {
        let document = Html::parse_document(&html);
        if all(&document, "main form") == 0 || all(&document, "main .notice.bad[role=alert], main [aria-invalid=true]") == 0 {
            continue;
        }
        faulty += 1;
        let language = Language::ALL.into_iter().find(|language| name.ends_with(&format!("({})", language.tag()))).unwrap();
        let mark = texts.say(language, &Text::new("common-error-title").with("title", ""));
        let title: String = document.select(&Selector::parse("title").unwrap()).flat_map(|title| title.text()).collect();
        // The title within the mark is set apart for its direction (U+2068).
        if !title.starts_with(mark.split('\u{2068}').next().unwrap_or_default()) {
            wrong.push(format!("{name}: {title}"));
        }
    }
    assert!(faulty > 20 && wrong.is_empty(), "of {faulty}: {}", wrong.join("\n"));
}

/// HTML §4.10.18.7.1: password managers fill in, offer and store by these words; whose password it is stands in the same form.
#[test]
fn password_managers_know_every_field() {
    let mut kinds = std::collections::BTreeSet::new();
    for (name, html) in pages() {
        let document = Html::parse_document(&html);
        for input in document.select(&Selector::parse("input[type=password], input[name=code]").unwrap()) {
            let autocomplete = input.attr("autocomplete").unwrap_or_default();
            let wanted: &[&str] =
                if input.attr("name") == Some("code") { &["one-time-code"] } else { &["current-password", "new-password"] };
            assert!(wanted.contains(&autocomplete), "{name}: {}", input.html());
            kinds.insert(autocomplete.to_owned());
        }
        for form in document.select(&Selector::parse("form").unwrap()) {
            let has = |selector: &str| form.select(&Selector::parse(selector).unwrap()).next().is_some();
            let complete = !has("input[type=password]") || has("input[autocomplete~=username]");
            assert!(complete, "{name}: whose password is it? {}", form.html());
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["current-password", "new-password", "one-time-code"]);
}

#[test]
fn every_form_of_ours_is_bound_to_the_browser() {
    for (name, html) in pages().into_iter().filter(|(name, _)| !name.starts_with("form post") && !name.starts_with("held form")) {
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
        layout: layout_in(&Texts::load(None).unwrap(), Language::English),
        csrf: String::new(),
        ticket: String::new(),
        client_name: None,
        email: String::new(),
        name: String::new(),
        errors: SignUpErrors::default(),
        sign_in_url: String::new(),
        minimum_length: 8,
        passkeys: false,
        unknown_passkey: None,
        upstreams: Vec::new(),
    };
    assert!(view.render().unwrap().contains(r#"name="name" value="""#));
}
