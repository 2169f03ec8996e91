//! The mail that a server has sent, read where a developer reads it: in the outbox.

use super::browser::Browser;
use super::process::ServerProcess;
use super::server::TestServer;

/// All mail of one server.
pub struct Mailbox {
    browser: Browser,
}

/// One message.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub links: Vec<String>,
}

impl Mail {
    /// The code in it.
    pub fn code(&self) -> String {
        let code = self.text.split_whitespace().find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()));
        code.unwrap_or_else(|| panic!("no code in {self:?}")).to_owned()
    }

    /// The link with a token in it.
    pub fn link(&self) -> String {
        let link = self.links.iter().find(|link| link.contains("token="));
        link.unwrap_or_else(|| panic!("no link in {self:?}")).clone()
    }
}

impl Mailbox {
    pub fn of(server: &TestServer) -> Self {
        Self { browser: Browser::new(server) }
    }

    pub fn of_process(server: &ServerProcess) -> Self {
        Self { browser: Browser::of_process(server) }
    }

    /// Every message, the newest first.
    pub async fn all(&mut self) -> Vec<Mail> {
        self.browser.open("/outbox").await;
        let count = self.browser.page().all("a.row-link").len();
        let mut mails = Vec::new();
        for index in 0..count {
            self.browser.open("/outbox").await;
            let link = self.browser.page().attribute(&format!("li:nth-child({}) a.row-link", index + 1), "href").unwrap();
            self.browser.open(&link).await;
            let page = self.browser.page();
            let facts = page.all("dl.facts dd");
            mails.push(Mail {
                to: facts.get(1).cloned().unwrap_or_default(),
                subject: page.heading(),
                text: page.all(".mail-text").concat(),
                links: page.all(".mail-text a"),
            });
        }
        mails
    }

    /// The newest message to this address. Panics when there is none.
    pub async fn newest_to(&mut self, address: &str) -> Mail {
        let mails = self.all().await;
        let found = mails.iter().find(|mail| mail.to.contains(address));
        found.unwrap_or_else(|| panic!("no mail to {address}: {mails:?}")).clone()
    }
}
