//! An authenticator app on somebody's phone. Its codes are computed here from RFC 6238, not by the server's library, and its clock is
//! the test's.

use super::browser::{Arrival, Browser};
use super::people::Person;
use super::server::TestServer;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use std::time::Duration;

/// Holds one secret.
#[derive(Debug, Clone)]
pub struct Authenticator {
    secret: Vec<u8>,
}

impl Authenticator {
    /// Types the secret that the open page shows.
    pub fn read(browser: &Browser) -> Self {
        let text = browser.page().all("code.secret-text").concat();
        Self { secret: base32(&text.replace(' ', "")) }
    }

    /// Typed from elsewhere, in base 32.
    pub fn holding(text: &str) -> Self {
        Self { secret: base32(text) }
    }

    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The code of now.
    pub fn code(&self, server: &TestServer) -> String {
        self.code_of_step(server, 0)
    }

    /// The code of so many steps later than now.
    pub fn code_of_step(&self, server: &TestServer, later: i64) -> String {
        self.code_at(server.now() + later * 30)
    }

    /// The code of a moment, in seconds since 1970.
    pub fn code_at(&self, seconds: i64) -> String {
        let counter = u64::try_from(seconds / 30).unwrap();
        // RFC 4226 §5.3
        let key = PKey::hmac(&self.secret).unwrap();
        let mut signer = Signer::new(MessageDigest::sha1(), &key).unwrap();
        signer.update(&counter.to_be_bytes()).unwrap();
        let hmac = signer.sign_to_vec().unwrap();
        let offset = usize::from(hmac[19] & 0xf);
        let number = u32::from_be_bytes(hmac[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// A code that is none of this minute's.
    pub fn wrong_code(&self, server: &TestServer) -> String {
        let right: Vec<String> = (-2..=2).map(|step| self.code_of_step(server, step)).collect();
        (0..10).map(|n| format!("{n}{n}{n}{n}{n}{n}")).find(|code| !right.contains(code)).unwrap()
    }
}

/// Types a code on the page of the second factor, which is open.
pub async fn give(browser: &mut Browser, code: &str) -> Arrival {
    assert_eq!(browser.heading(), "One more step", "{}", browser.describe());
    browser.fill("Code", code);
    browser.press("Continue").await
}

/// RFC 4648 §6
fn base32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for character in text.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'2'..=b'7' => character - b'2' + 26,
            _ => panic!("not base 32: {text}"),
        };
        bits = (bits << 5) | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).unwrap());
        }
    }
    bytes
}

impl Person {
    /// Adds an authenticator app in a browser that has signed in just now. Returns it with the recovery codes. The code's step is over
    /// afterwards, so that the next code is a new one.
    pub async fn adds_authenticator(&self, server: &TestServer, browser: &mut Browser) -> (Authenticator, Vec<String>) {
        browser.open("/account/totp").await;
        let authenticator = Authenticator::read(browser);
        browser.fill("Code", &authenticator.code(server));
        browser.press("Turn on").await;
        let codes = browser.page().all(".codes code");
        assert_eq!(browser.error(), "", "{}", browser.describe());
        server.advance(Duration::from_secs(30));
        (authenticator, codes)
    }
}
