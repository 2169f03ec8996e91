//! People: they have a name, an e-mail address and a password, and do what the pages ask of them.

use super::application::AuthorizationRequest;
use super::browser::{Arrival, Browser, Landed};
use super::mailbox::Mailbox;
use super::server::TestServer;

/// The words on the pages that the actors look for.
pub mod words {
    pub const EMAIL: &str = "Email address";
    pub const PASSWORD: &str = "Password";
    pub const NAME: &str = "Your name";
    pub const SIGN_IN: &str = "Sign in";
    pub const CREATE_ACCOUNT: &str = "Create account";
    pub const ALLOW: &str = "Allow";
    pub const DENY: &str = "Don’t allow";
    pub const SIGN_OUT: &str = "Sign out";
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub password: String,
}

impl Person {
    pub fn new(name: &str) -> Self {
        let first = name.split(' ').next().unwrap().to_lowercase();
        Self { name: name.to_owned(), email: format!("{first}@example.org"), password: format!("{first} likes long walks") }
    }

    pub fn alice() -> Self {
        Self::new("Alice Ardent")
    }

    pub fn bob() -> Self {
        Self::new("Bob Brisk")
    }

    /// Makes an account through the page. The browser is signed in afterwards.
    pub async fn sign_up(&self, browser: &mut Browser) -> Arrival {
        browser.open("/signup").await;
        self.fill_sign_up(browser).await
    }

    /// On the sign-up page.
    pub async fn fill_sign_up(&self, browser: &mut Browser) -> Arrival {
        browser.fill(words::EMAIL, &self.email);
        browser.fill(words::NAME, &self.name);
        browser.fill(words::PASSWORD, &self.password);
        browser.press(words::CREATE_ACCOUNT).await
    }

    /// Signs in through the page.
    pub async fn sign_in(&self, browser: &mut Browser) -> Arrival {
        browser.open("/login").await;
        self.fill_sign_in(browser).await
    }

    /// On the sign-in page, also where it asks again for the password only.
    pub async fn fill_sign_in(&self, browser: &mut Browser) -> Arrival {
        let again = browser.page().attribute("#email", "readonly").is_some();
        if !again {
            browser.fill(words::EMAIL, &self.email);
        }
        browser.fill(words::PASSWORD, &self.password);
        browser.press(if again { "Continue" } else { words::SIGN_IN }).await
    }

    /// Has an account and is signed in, in a browser of their own.
    pub async fn signed_in(&self, server: &TestServer) -> Browser {
        let mut browser = Browser::new(server);
        self.sign_up(&mut browser).await;
        assert_eq!(browser.error(), "", "{}", browser.describe());
        browser
    }

    /// The same with an address that is proven before there is an account.
    pub async fn signed_up_with_code(&self, server: &TestServer) -> Browser {
        let mut browser = Browser::new(server);
        self.sign_up(&mut browser).await;
        let code = Mailbox::of(server).newest_to(&self.email).await.code();
        browser.fill("Code", &code);
        browser.press("Continue").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        browser
    }

    /// Asks for a link to a new password, opens it in a browser of its own and chooses this one.
    pub async fn resets_password(&self, server: &TestServer, password: &str) -> Browser {
        let mut browser = Browser::new(server);
        browser.open("/forgot").await;
        browser.fill(words::EMAIL, &self.email);
        browser.press("Send the link").await;
        browser.open(&Mailbox::of(server).newest_to(&self.email).await.link()).await;
        browser.fill("New password", password);
        browser.press("Save and sign in").await;
        browser
    }

    /// Has an account; nobody is signed in.
    pub async fn registered(&self, server: &TestServer) -> Browser {
        self.signed_in(server).await;
        Browser::new(server)
    }

    /// Opens the request and does what the pages ask, until the browser is back at the client: sign in, choose this account, allow.
    /// Panics on any other page.
    pub async fn authorize(&self, browser: &mut Browser, request: &AuthorizationRequest) -> Landed {
        let mut arrival = browser.open(&request.url()).await;
        for _ in 0..4 {
            arrival = match arrival {
                Arrival::Landed(landed) => return landed,
                Arrival::Page => self.answer(browser).await,
            };
        }
        panic!("the pages do not end: {}", browser.describe())
    }

    async fn answer(&self, browser: &mut Browser) -> Arrival {
        let page = browser.page();
        assert_eq!(page.error(), "", "{}", browser.describe());
        if page.has_button(words::ALLOW) {
            return browser.press(words::ALLOW).await;
        }
        if page.has_button("Continue as") {
            return browser.press("Continue as").await;
        }
        if page.attribute("#form-post", "action").is_some() {
            return browser.press("Continue").await;
        }
        if page.has_button(words::CREATE_ACCOUNT) {
            return self.fill_sign_up(browser).await;
        }
        self.fill_sign_in(browser).await
    }
}
