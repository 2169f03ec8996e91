//! What a new password must be: long enough, hard enough to guess, and not known from break-ins. No rules of composition. Passwords that
//! people have already (also those that came with an import) stay valid.
//!
//! Order of checks: 1. length; 2. the list of known passwords that comes with the program, offline and always; 3. how many guesses it would
//! take (zxcvbn), as many as are demanded here; 4. the range endpoint, where one is configured: it is told the first five characters of the
//! SHA-1 digest, and answers with all that begin so (k-anonymity). An endpoint that does not answer holds nobody up.
//!
//! Cost: some milliseconds off the threads that answer requests; one request where an endpoint is configured.
//!
//! Specs: OWASP ASVS 6.2.4, 6.2.5, 6.2.11, 6.2.12; NIST SP 800-63B §3.1.1.2; security.md L8.

use super::known_passwords::is_known;
use super::password::{Password, WeakPassword};
use crate::config::Config;
use crate::outbound::Outbound;
use sha1::{Digest, Sha1};
use zxcvbn::feedback::Warning;
use zxcvbn::{Score, zxcvbn};

/// Characters of a password that are looked at: more do not make it weaker.
const ESTIMATED: usize = 100;

/// The rules of an installation.
#[derive(Clone)]
pub struct PasswordRules {
    pub minimum_length: usize,
    minimum_strength: u32,
    range_url: Option<String>,
    outbound: Outbound,
    /// Words that everybody would try here (ASVS 6.1.2).
    context: Vec<String>,
}

/// How hard a password is to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    /// From 0, guessed at once, to 4.
    pub score: u8,
    pub weakness: Option<Weakness>,
}

/// What makes it easy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Many people use it.
    Common,
    /// Rows of keys, repeats, sequences, dates.
    Pattern,
    /// A name or a single word; also the person's own and the installation's.
    Word,
}

impl PasswordRules {
    pub fn new(config: &Config, outbound: Outbound) -> Self {
        let host = config.issuer.host();
        let context = [config.brand.name.as_str(), host].into_iter().chain(host.split('.')).map(str::to_lowercase).collect();
        Self {
            minimum_length: config.password.minimum_length,
            minimum_strength: config.password.minimum_strength,
            range_url: config.password.breach_range_url.as_ref().map(ToString::to_string),
            outbound,
            context,
        }
    }

    /// A password that may be set. `about`: what is known of the person (address, name), which others would try first.
    ///
    /// Errors: why not.
    pub async fn accept(&self, text: &str, about: &[&str]) -> Result<Password, WeakPassword> {
        let password = Password::new(text, self.minimum_length)?;
        if self.is_known(text) {
            return Err(WeakPassword::Breached);
        }
        if self.minimum_strength > 0 {
            let strength = self.strength(text, about).await;
            if !self.is_enough(strength) {
                return Err(WeakPassword::Guessable(strength.weakness));
            }
        }
        if self.is_breached(text).await { Err(WeakPassword::Breached) } else { Ok(password) }
    }

    /// Whether the list that comes with the program has it, whatever strength is demanded.
    pub fn is_known(&self, text: &str) -> bool {
        is_known(text)
    }

    pub fn is_enough(&self, strength: Strength) -> bool {
        u32::from(strength.score) >= self.minimum_strength
    }

    /// How hard a password is to guess, for the hint while it is typed.
    pub async fn strength(&self, text: &str, about: &[&str]) -> Strength {
        let text: String = text.chars().take(ESTIMATED).collect();
        let mut inputs = self.context.clone();
        for known in about {
            inputs.extend(known.split(['@', '.', ' ', '-', '_', '+']).chain([*known]).filter(|part| part.len() > 2).map(str::to_lowercase));
        }
        let estimate = move || {
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            let entropy = zxcvbn(&text, &inputs);
            Strength {
                score: u8::from(entropy.score()),
                weakness: entropy.feedback().and_then(|feedback| feedback.warning()).map(weakness),
            }
        };
        // Hostile texts take milliseconds: not on a thread that answers requests. A task that was cancelled refuses nobody.
        tokio::task::spawn_blocking(estimate).await.unwrap_or(Strength { score: u8::from(Score::Four), weakness: None })
    }

    async fn is_breached(&self, text: &str) -> bool {
        let Some(url) = &self.range_url else { return false };
        let digest: String = Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect();
        let (prefix, suffix) = digest.split_at(5);
        match self.outbound.get_text(&format!("{url}{prefix}")).await {
            // "SUFFIX:COUNT"; padding lines have the count 0.
            Ok(answer) => answer
                .lines()
                .filter_map(|line| line.trim().split_once(':'))
                .any(|(found, count)| found.eq_ignore_ascii_case(suffix) && count != "0"),
            Err(error) => {
                tracing::warn!(%error, "the range endpoint for known passwords does not answer; the password was not compared");
                false
            }
        }
    }
}

fn weakness(warning: Warning) -> Weakness {
    match warning {
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => Weakness::Common,
        Warning::AWordByItselfIsEasyToGuess
        | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => Weakness::Word,
        _ => Weakness::Pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(variables: &[(&str, &str)]) -> PasswordRules {
        let variables = variables.iter().map(|(name, value)| (format!("OSTIARY_PASSWORD_{name}"), (*value).to_owned()));
        PasswordRules::new(&Config::load(None, variables).unwrap(), Outbound::new(true).unwrap())
    }

    async fn refused(rules: &PasswordRules, text: &str) -> Option<WeakPassword> {
        rules.accept(text, &["ann.archer@example.com", "Ann Archer"]).await.err()
    }

    // security.md L8, ASVS 6.2.4, 6.2.5, 6.2.11
    #[tokio::test]
    async fn what_others_would_try_first_is_refused() {
        let rules = rules(&[]);
        for (text, weakness) in [
            ("P@ssw0rd!", Weakness::Common),
            ("b@seball1", Weakness::Common),
            ("ababababab", Weakness::Pattern),
            ("annarcher", Weakness::Word),
        ] {
            let why = refused(&rules, text).await;
            assert!(matches!(why, Some(WeakPassword::Guessable(_))), "{text}: {why:?}");
            if weakness != Weakness::Word {
                assert_eq!(why, Some(WeakPassword::Guessable(Some(weakness))), "{text}");
            }
        }
        for text in ["ostiary1", "archer1984"] {
            assert!(matches!(refused(&rules, text).await, Some(WeakPassword::Guessable(_))), "{text}");
        }
        for text in ["correct horse battery", "alllowercasewithoutanydigit", "蝶々が窓から飛び去った朝"] {
            assert_eq!(refused(&rules, text).await, None, "{text}");
        }
        assert_eq!(refused(&rules, "short").await, Some(WeakPassword::TooShort));
    }

    // security.md L8, ASVS 6.2.4: the strength that is demanded has no say in it.
    #[tokio::test]
    async fn known_passwords_are_refused_at_any_strength() {
        for strength in ["0", "1", "4"] {
            let rules = rules(&[("MINIMUM_STRENGTH", strength)]);
            for text in ["password1", "QWERTYUIOP", "iLoveYou", "princess!"] {
                assert_eq!(refused(&rules, text).await, Some(WeakPassword::Breached), "{text}");
            }
        }
        let rules = rules(&[("MINIMUM_STRENGTH", "0")]);
        for text in ["$tarwars", "ababababab", "annarcher"] {
            assert_eq!(refused(&rules, text).await, None, "{text}");
        }
        assert_eq!(refused(&rules, "passwor").await, Some(WeakPassword::TooShort));
    }

    #[tokio::test]
    async fn the_endpoint_is_told_five_characters_and_may_be_gone() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let text = "four unusual words here";
        let digest: String = Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect();
        for (count, refusal) in [("3", Some(WeakPassword::Breached)), ("0", None)] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://127.0.0.1:{}/range/", listener.local_addr().unwrap().port());
            let body = format!("0000000000000000000000000000000000A:9\r\n{}:{count}\r\n", &digest[5..]);
            let asked = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
                stream.write_all(head.as_bytes()).await.unwrap();
                String::from_utf8_lossy(&request[..length]).into_owned()
            });
            assert_eq!(refused(&rules(&[("BREACH_RANGE_URL", &url)]), text).await, refusal);
            let request = asked.await.unwrap();
            assert!(request.starts_with(&format!("GET /range/{} HTTP/1.1\r\n", &digest[..5])), "{request}");
            assert!(request.to_ascii_lowercase().contains("add-padding: true"), "{request}");
        }
        assert_eq!(refused(&rules(&[("BREACH_RANGE_URL", "http://127.0.0.1:1/range/")]), text).await, None);
    }
}
