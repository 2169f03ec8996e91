//! `/account/email`: change the address. The new one is proven first, by a code; then the old one is told, with a link that takes the
//! change back for seven days (see [`super::undo_email`]).
//!
//! Order of checks of a POST: 1. somebody is signed in, with fresh proof; 2. the form is from our page; 3. the address, and the limits of
//! sending; or 4. the try is counted; 5. the code, this browser's and this person's; 6. it is used up; 7. the address is still free.
//!
//! An address that has an account gets a mail that says so, and the page is the same (security.md L1).
//!
//! Cost: asking 7 round trips, 3 commits, some of them after the answer; a code 11 round trips, 3 commits.
//!
//! Specs: OWASP ASVS 6.3.7, 7.5.1; security.md M7, M10, S10.

use super::email_page::{EmailErrors, EmailPage, EmailProblem};
use super::security_page::SecurityNotice;
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::credentials::mailed_proofs::{
    CODE_LIFETIME, MailedProof, MailedProofId, NewProof, ProofPurpose, UNDO_LIFETIME, consume_proof, end_proofs_of, find_proof_of_code,
    insert_proof,
};
use crate::events::{self, About, EventKind};
use crate::language::Language;
use crate::mail::Posted;
use crate::mail::messages::Addressee;
use crate::paths;
use crate::secret::Secret;
use crate::sessions::SignedIn;
use crate::storage::{Connection, StorageError};
use crate::users::{Email, UserId, find_user_by_email, set_email};
use crate::web::browser::{Browser, no_mailed_step_cookie};
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::mailed_pages::{CodePage, CodeProblem};
use crate::web::mailed_step::{CodePurpose, MailedStep};
use crate::web::mailing::{Sender, may_send, may_try};
use crate::web::page::{Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use crate::web::speak::{addressee, language_of, language_of_account, language_of_sign_up};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/email`.
pub async fn get_email(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Email).await? {
        return Ok(way);
    }
    let waits = http.query_string() != "new";
    Ok(match MailedStep::code(&app, &browser, CodePurpose::ChangeEmail).filter(|_| waits) {
        Some((_, email)) => code_page(&app, &http, &browser, &signed_in, &email, None),
        None => email_page(&app, &http, &browser, &signed_in, "", EmailErrors::default()),
    })
}

/// `POST /account/email`: `email` asks for a code, `again` for another, `code` is one.
pub async fn post_email(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Email).await? {
        return Ok(way);
    }
    let params = read_form(&app, &http, &browser, &body)?;
    if let Some(typed) = params.get("email") {
        return match Email::parse(typed) {
            Ok(email) if email != signed_in.user.email => ask(&app, &http, &browser, &signed_in, email).await,
            wrong => {
                let problem = if wrong.is_ok() { EmailProblem::Own } else { EmailProblem::Invalid };
                Ok(email_page(&app, &http, &browser, &signed_in, typed, EmailErrors { email: Some(problem) }))
            }
        };
    }
    let Some((id, email)) = MailedStep::code(&app, &browser, CodePurpose::ChangeEmail) else {
        return Ok(see_other(&app, paths::ACCOUNT_EMAIL, &[]));
    };
    if params.get("again").is_some() {
        return ask(&app, &http, &browser, &signed_in, email).await;
    }
    let mut connection = app.storage.write().await?;
    let may = may_try(&app, &mut connection, id.as_str(), &email, Some(signed_in.user.id.as_str())).await?;
    let proof = find_proof_of_code(&mut connection, ProofPurpose::ChangeEmail, &id, app.now()).await?;
    drop(connection);
    if !may {
        return Ok(code_page(&app, &http, &browser, &signed_in, &email, Some(CodeProblem::TooMany)));
    }
    let typed = params.get("code").unwrap_or("");
    let right = proof.filter(|proof| proof.user_id == signed_in.user.id && proof.is_code(&app.sealing, typed));
    match change(&app, &http, &signed_in, right).await {
        Ok(true) => {
            let done = [("done", SecurityNotice::Saved.as_str())];
            with_cookies(see_other(&app, paths::ACCOUNT_SECURITY, &done), [Some(no_mailed_step_cookie(&app))])
        }
        Ok(false) => Ok(code_page(&app, &http, &browser, &signed_in, &email, Some(CodeProblem::Wrong))),
        // Whoever has the code owns the address, and may know that it has an account meanwhile.
        Err(error) if error.is_unique_violation() => {
            let errors = EmailErrors { email: Some(EmailProblem::Taken) };
            Ok(email_page(&app, &http, &browser, &signed_in, email.as_str(), errors))
        }
        Err(error) => Err(error.into()),
    }
}

/// Mails a code to the new address, or to its owner that there is an account with it, after the answer.
async fn ask(
    app: &web::Data<App>,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    email: Email,
) -> Result<HttpResponse, PageError> {
    let id = MailedProofId::generate(&app.random, app.now());
    let step = MailedStep::Code { purpose: CodePurpose::ChangeEmail, proof: id.clone(), email: email.to_string(), ticket: String::new() };
    if may_send(app, &mut app.storage.write().await?, &email, &Sender::of(http), None).await? {
        let language = language_of_account(&signed_in.user).unwrap_or_else(|| language_of(http));
        let asked = Asked { user_id: signed_in.user.id.clone(), email, id, browser_digest: browser.binding_digest(app), language };
        let shared = app.clone();
        app.mailer.later(async move {
            if let Err(error) = mail_code(&shared, &asked).await {
                tracing::error!(%error, "the code for a new address could not be sent");
            }
        });
    } else if MailedStep::code(app, browser, CodePurpose::ChangeEmail).is_some_and(|(_, waiting)| waiting == email) {
        // The code that was mailed last is still the one.
        return Ok(see_other(app, paths::ACCOUNT_EMAIL, &[]));
    }
    with_cookies(see_other(app, paths::ACCOUNT_EMAIL, &[]), [Some(step.cookie(app, browser, CODE_LIFETIME)?)])
}

/// What is to be mailed once the answer is on its way.
struct Asked {
    user_id: UserId,
    email: Email,
    id: MailedProofId,
    browser_digest: String,
    language: Language,
}

async fn mail_code(app: &App, asked: &Asked) -> Result<(), StorageError> {
    let Asked { user_id, email, id, browser_digest, language } = asked;
    let now = app.now();
    let (secret, code, expires_at) = (Secret::new(app.random.token()), app.random.six_digits(), now + CODE_LIFETIME);
    let posted = app
        .storage
        .transaction(async |connection| {
            if let Some(owner) = find_user_by_email(connection, email).await? {
                // The letter speaks the owner's language, not that of whoever tried.
                let theirs = language_of_account(&owner).or_else(|| language_of_sign_up(&owner));
                let to = Addressee { address: owner.email.as_str(), language: theirs.unwrap_or(*language) };
                return app.enqueue_until(connection, app.letters.account_exists(&to), expires_at).await;
            }
            let (purpose, code, browser) = (ProofPurpose::ChangeEmail, Some(code.as_str()), Some(browser_digest.as_str()));
            let new = NewProof { id: id.clone(), purpose, user_id, email, secret: &secret, code, browser, expires_at };
            insert_proof(connection, &app.sealing, &new, now).await?;
            let to = Addressee { address: email.as_str(), language: *language };
            app.enqueue_until(connection, app.letters.change_email(&to, code.unwrap_or_default()), expires_at).await
        })
        .await?;
    drop(posted);
    Ok(())
}

/// The new address is proven: it becomes the account's, what was mailed to the old one ends, and the old one is told.
async fn change(app: &App, http: &HttpRequest, signed_in: &SignedIn, proof: Option<MailedProof>) -> Result<bool, StorageError> {
    let Some(proof) = proof else { return Ok(false) };
    let (user, now) = (&signed_in.user, app.now());
    let changed = app
        .storage
        .transaction(async |connection| {
            if !consume_proof(connection, &proof.id, now).await? {
                return Ok::<_, StorageError>(None);
            }
            set_email(connection, &user.id, &proof.email, true, now).await?;
            end_proofs_of(connection, &user.id).await?;
            let about = About::user(&user.id).in_session(&signed_in.session.id).from(device_of(http));
            events::record(connection, app, EventKind::EmailChanged, &about).await?;
            // An address that nobody proved may be a stranger's, by a slip of the pen: no link to this account for them (security.md M7).
            let posted = match user.email_verified {
                true => tell_old_address(app, connection, http, signed_in, &proof.email).await?,
                false => Posted::nothing(),
            };
            Ok(Some(posted))
        })
        .await?;
    Ok(changed.is_some())
}

async fn tell_old_address(
    app: &App,
    connection: &mut Connection,
    http: &HttpRequest,
    signed_in: &SignedIn,
    new_email: &Email,
) -> Result<Posted, StorageError> {
    let (user, now) = (&signed_in.user, app.now());
    let (secret, expires_at) = (Secret::new(app.random.token()), now + UNDO_LIFETIME);
    let id = MailedProofId::generate(&app.random, now);
    let purpose = ProofPurpose::UndoEmailChange;
    let new = NewProof { id, purpose, user_id: &user.id, email: &user.email, secret: &secret, code: None, browser: None, expires_at };
    insert_proof(connection, &app.sealing, &new, now).await?;
    let url = format!("{}?token={}", app.url(paths::ACCOUNT_EMAIL_UNDO), secret.expose());
    app.enqueue(connection, app.letters.email_changed(&addressee(app, http, user), new_email.as_str(), &url)).await
}

fn email_page(app: &App, http: &HttpRequest, browser: &Browser, signed_in: &SignedIn, typed: &str, errors: EmailErrors) -> HttpResponse {
    let view = EmailPage {
        layout: layout(app, http, signed_in),
        csrf: browser.csrf(app),
        current: signed_in.user.email.to_string(),
        verified: signed_in.user.email_verified,
        email: typed.to_owned(),
        errors,
    };
    Page::new(view).respond_to(http)
}

fn code_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    email: &Email,
    problem: Option<CodeProblem>,
) -> HttpResponse {
    let layout = layout(app, http, signed_in);
    let view = CodePage {
        back_url: format!("{}?new", layout.url(paths::ACCOUNT_EMAIL)),
        layout,
        csrf: browser.csrf(app),
        ticket: String::new(),
        action: paths::ACCOUNT_EMAIL,
        email: email.to_string(),
        perhaps: false,
        problem,
    };
    Page::new(view).respond_to(http)
}
