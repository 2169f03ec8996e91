//! The beginning of an account, whatever it begins with: in one transaction with its first session and the letter that greets.
//!
//! Specs: security.md W2, W4.

use crate::app::App;
use crate::credentials::mailed_proofs::CODE_LIFETIME;
use crate::credentials::passkeys::insert_passkey;
use crate::credentials::set_password_hash;
use crate::events::{self, About, EventKind};
use crate::mail::Posted;
use crate::oauth::authentication::Amr;
use crate::sessions::{SessionSecret, SignedIn};
use crate::storage::{Connection, StorageError};
use crate::users::{self, Email, User, UserId};
use crate::web::mailed_step::FirstProof;
use crate::web::mailing::{Sender, may_welcome};
use crate::web::sign_in::{Proven, begin_session, device_of};
use crate::web::speak::{present_addressee, sign_up_language};
use actix_web::HttpRequest;

/// Somebody who wants an account, and has what it takes.
pub(super) struct Newcomer {
    pub email: Email,
    /// Empty when they did not say.
    pub name: String,
    pub proof: FirstProof,
}

/// Why there is no account: what was done is undone with the transaction.
#[derive(Debug)]
pub(super) enum NotMade {
    /// The answer of the authenticator, or the code, was used before.
    Used,
    /// The address has an account.
    EmailTaken,
    /// The authenticator's key is another account's.
    KeyTaken,
    Storage(StorageError),
}

impl From<StorageError> for NotMade {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl Newcomer {
    /// The person to be. A key knows them by their id already.
    pub fn user(&self, app: &App, http: &HttpRequest, email_verified: bool) -> User {
        let now = app.now();
        let id = match &self.proof {
            FirstProof::Password { .. } => UserId::generate(&app.random, now),
            FirstProof::Passkey(new) => new.key.user_id.clone(),
        };
        let name = Some(self.name.as_str()).filter(|name| !name.is_empty());
        User { email_verified, sign_up_language: sign_up_language(http), ..User::new(id, self.email.clone(), name, now) }
    }

    fn amr(&self) -> Vec<Amr> {
        match &self.proof {
            FirstProof::Password { .. } => vec![Amr::Password],
            FirstProof::Passkey(new) => new.amr(),
        }
    }

    /// Begins the account in the caller's transaction, and signs `user` in.
    ///
    /// Cost: 7 round trips and those of [`begin_session`]; where the address is not proven yet 1 to 3 more.
    pub async fn begin(
        &self,
        app: &App,
        connection: &mut Connection,
        http: &HttpRequest,
        before: Option<&SignedIn>,
        user: &User,
    ) -> Result<(SessionSecret, Posted), NotMade> {
        let mut about = About::user(&user.id).from(device_of(http));
        if let FirstProof::Passkey(new) = &self.proof {
            // It may have waited for a mailed code; no challenge is opened that late.
            if !new.consume(connection, app.now() + CODE_LIFETIME).await? {
                return Err(NotMade::Used);
            }
            about = about.with("passkey", new.key.name.as_str());
        }
        users::insert_user(connection, user).await.map_err(|error| taken(error, NotMade::EmailTaken))?;
        self.store(connection, user).await?;
        events::record(connection, app, EventKind::SignedUp, &about).await?;
        let posted = if user.email_verified || may_welcome(app, connection, &Sender::of(http)).await? {
            app.enqueue(connection, app.letters.welcome(&present_addressee(http, user))).await?
        } else {
            Posted::nothing()
        };
        Ok((begin_session(app, connection, http, before, user, Proven::by(self.amr())).await?, posted))
    }

    async fn store(&self, connection: &mut Connection, user: &User) -> Result<(), NotMade> {
        match &self.proof {
            // Of the same instant as the account: later would be a change.
            FirstProof::Password { hash } => Ok(set_password_hash(connection, &user.id, hash, user.created_at).await?),
            // W3C Web Authentication §7.1 step 26: a credential id belongs to one account.
            FirstProof::Passkey(new) => insert_passkey(connection, &new.key).await.map_err(|error| taken(error, NotMade::KeyTaken)),
        }
    }
}

fn taken(error: StorageError, what: NotMade) -> NotMade {
    if error.is_unique_violation() { what } else { NotMade::Storage(error) }
}
