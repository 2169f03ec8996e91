//! What Supabase and Better Auth keep encrypted in their tables, opened with the keys that the operator has.
//!
//! Specs: NIST SP 800-38D (AES-GCM), RFC 5869 (HKDF), draft-irtf-cfrg-xchacha.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Why something stays closed. The words are for the report.
pub(super) const NO_KEY: &str = "it is encrypted, and its key was not given";
pub(super) const WRONG_KEY: &str = "it is encrypted, and the key does not open it";

/// Keys and secrets of the source by name, as in `name:secret`; without a name the name is empty.
#[derive(Default)]
pub struct ForeignKeys {
    named: BTreeMap<String, Zeroizing<String>>,
    /// Each line as it is: a secret may have a colon in it, and what stands before that is no name then.
    lines: Vec<Zeroizing<String>>,
}

/// As Supabase writes it.
#[derive(Deserialize)]
struct Envelope {
    key_id: String,
    alg: String,
    data: String,
    nonce: String,
}

impl ForeignKeys {
    /// One `name:secret` or `secret` a line. A name has no more than 64 letters, digits, hyphens and underscores.
    pub fn parse(text: &str) -> Self {
        let line = |line: &str| match line.split_once(':') {
            Some((name, secret)) if is_name(name) => (name.to_owned(), Zeroizing::new(secret.trim().to_owned())),
            _ => (String::new(), Zeroizing::new(line.to_owned())),
        };
        let lines = || text.lines().map(str::trim).filter(|text| !text.is_empty());
        Self { named: lines().map(line).collect(), lines: lines().map(|line| Zeroizing::new(line.to_owned())).collect() }
    }

    /// Whether Supabase has encrypted this column.
    pub(super) fn is_envelope(stored: &str) -> bool {
        stored.starts_with('{')
    }

    /// AES-256-GCM without AAD under HKDF-SHA256 of the named key, `info` being the row's own id.
    pub(super) fn open_envelope(&self, stored: &str, row_id: &str) -> Result<Zeroizing<String>, &'static str> {
        let envelope: Envelope = serde_json::from_str(stored).map_err(|_| WRONG_KEY)?;
        let master = self.named.get(&envelope.key_id).or_else(|| self.named.get("")).ok_or(NO_KEY)?;
        let open = || {
            let master = Zeroizing::new(URL_SAFE_NO_PAD.decode(master.trim_end_matches('=')).ok()?);
            let mut key = Zeroizing::new([0u8; 32]);
            Hkdf::<Sha256>::new(None, &master).expand(row_id.as_bytes(), key.as_mut_slice()).ok()?;
            let nonce: [u8; 12] = STANDARD.decode(&envelope.nonce).ok()?.try_into().ok()?;
            let data = STANDARD.decode(&envelope.data).ok()?;
            let cipher = Aes256Gcm::new_from_slice(key.as_slice()).ok()?;
            let plain = cipher.decrypt(&Nonce::from(nonce), data.as_slice()).ok()?;
            String::from_utf8(plain).ok().filter(|_| envelope.alg == "aes-gcm-hkdf" && master.len() == 32)
        };
        open().map(Zeroizing::new).ok_or(WRONG_KEY)
    }

    /// XChaCha20-Poly1305, the nonce in front, in hexadecimal, under SHA-256 of the secret; with rotated secrets as
    /// `$ba$VERSION$` and that.
    pub(super) fn open_better_auth(&self, stored: &str) -> Result<Zeroizing<String>, &'static str> {
        let (version, hex) = match stored.strip_prefix("$ba$").and_then(|rest| rest.split_once('$')) {
            Some((version, hex)) => (Some(version), hex),
            None => (None, stored),
        };
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).map_err(|_| WRONG_KEY)?;
        let named = version.and_then(|version| self.named.get(version));
        let mut candidates = named.into_iter().chain(self.named.values()).chain(&self.lines).peekable();
        candidates.peek().ok_or(NO_KEY)?;
        let opened = candidates.find_map(|secret| {
            let key = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(secret.as_bytes())));
            crate::sealing::open_xchacha20poly1305(&key, &bytes)
        });
        opened.and_then(|plain| String::from_utf8(plain).ok()).map(Zeroizing::new).ok_or(WRONG_KEY)
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with Python's `cryptography`: HKDF(SHA256, 32, None, info=row id).derive(bytes(range(32))), then AESGCM.
    const ENVELOPE: &str =
        r#"{"key_id": "k1", "alg": "aes-gcm-hkdf", "data": "lO7e776Jw13zuSWblTphKLoQbvK1VIpVOhM3p4P4sXQ=", "nonce": "bm9uY2Utb2YtMTJi"}"#;
    const ROW: &str = "11111111-2222-4333-8444-555555555555";
    const KEY: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    /// Made with PyNaCl: nonce bytes(range(24)), key SHA-256("better-auth-secret-0123456789").
    const BETTER_AUTH: &str = "000102030405060708090a0b0c0d0e0f101112131415161749e8eb847db0e33d433b1afa186f39b3813f118414901978d18ceb4ac6ef604a2a688f812be145e708aa6eb1e38ef885";
    /// The same under SHA-256("my:secret").
    const UNDER_MY_SECRET: &str = "000102030405060708090a0b0c0d0e0f1011121314151617ea9dbf11ec91f9afac7273315f572de92ea62acdb98b85decd39e2fe0f4587fd432dfed0d4caa070708ce8dea5df0e2f";

    #[test]
    fn what_supabase_encrypted_opens_with_its_key_in_its_row() {
        let keys = ForeignKeys::parse(KEY);
        assert!(ForeignKeys::is_envelope(ENVELOPE));
        assert_eq!(keys.open_envelope(ENVELOPE, ROW).unwrap().as_str(), "JBSWY3DPEHPK3PXP");
        assert_eq!(keys.open_envelope(ENVELOPE, "11111111-2222-4333-8444-555555555556").err(), Some(WRONG_KEY), "another row's");
        assert_eq!(ForeignKeys::default().open_envelope(ENVELOPE, ROW).err(), Some(NO_KEY));
        assert_eq!(ForeignKeys::parse("k1:AAEC").open_envelope(ENVELOPE, ROW).err(), Some(WRONG_KEY));
        assert_eq!(keys.open_envelope("{}", ROW).err(), Some(WRONG_KEY));
    }

    #[test]
    fn what_better_auth_encrypted_opens_with_its_secret() {
        let keys = ForeignKeys::parse("better-auth-secret-0123456789");
        assert_eq!(keys.open_better_auth(BETTER_AUTH).unwrap().as_str(), "abcdefghijklmnopqrstuvwxyz012345");
        let rotated = ForeignKeys::parse("2:another secret\n1:better-auth-secret-0123456789\n");
        assert_eq!(rotated.open_better_auth(&format!("$ba$1${BETTER_AUTH}")).unwrap().len(), 32);
        for lines in ["my:secret\n", "other\nmy:secret\nlast\n", "1:my:secret"] {
            assert!(ForeignKeys::parse(lines).open_better_auth(UNDER_MY_SECRET).is_ok(), "a colon is no version's end: {lines}");
        }
        assert_eq!(ForeignKeys::parse("wrong").open_better_auth(BETTER_AUTH).err(), Some(WRONG_KEY));
        assert_eq!(ForeignKeys::default().open_better_auth(BETTER_AUTH).err(), Some(NO_KEY));
        assert_eq!(keys.open_better_auth("zz").err(), Some(WRONG_KEY));
    }
}
