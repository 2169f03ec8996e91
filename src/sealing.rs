//! Sealed tickets and secrets at rest: authenticated encryption bound to a purpose, so that nothing sealed for one use
//! opens in another (security.md C4, K3), under a master key that can be rotated.
//!
//! Every purpose has a key of its own, derived from the master key by HKDF-SHA256 (RFC 5869). The cipher is
//! XChaCha20-Poly1305, whose 24-byte nonces may be random.

use crate::config::MasterKey;
use crate::random::Random;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a sealed text is for. The first group travels, the second stays in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    AuthorizationRequest,
    PostedRequest,
    AuthorizationCode,
    RefreshToken,
    OpaqueAccessToken,
    LogoutRequest,
    PostedLogout,
    FirstAdministrator,
    PasskeyRegistration,
    PasskeyAuthentication,
    PendingSignIn,
    AccountErrand,
    PendingTotp,
    MailedStep,
    SentCode,
    UpstreamState,
    UpstreamAnswer,
    UpstreamArrival,
    SigningKey,
    ClientSecret,
    MasterKeyCheck,
    ProofOfWork,
    HeldForm,
    UpstreamTokens,
    GateVisit,
    GatePass,
    GateSession,
    OutgoingMail,
    TotpSecret,
    Doctor,
}

/// What a keyed digest is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestPurpose {
    Csrf,
    BrowserBinding,
    FailedGuess,
    KnownDevice,
    GateVisit,
    MailedCode,
    SmsCode,
}

const PURPOSES: &[(Purpose, &str)] = &[
    (Purpose::AuthorizationRequest, "authorization_request"),
    (Purpose::PostedRequest, "posted_request"),
    (Purpose::AuthorizationCode, "authorization_code"),
    (Purpose::RefreshToken, "refresh_token"),
    (Purpose::OpaqueAccessToken, "opaque_access_token"),
    (Purpose::LogoutRequest, "logout_request"),
    (Purpose::PostedLogout, "posted_logout"),
    (Purpose::FirstAdministrator, "first_administrator"),
    (Purpose::PasskeyRegistration, "passkey_registration"),
    (Purpose::PasskeyAuthentication, "passkey_authentication"),
    (Purpose::PendingSignIn, "pending_sign_in"),
    (Purpose::AccountErrand, "account_errand"),
    (Purpose::PendingTotp, "pending_totp"),
    (Purpose::MailedStep, "mailed_step"),
    (Purpose::SentCode, "sent_code"),
    (Purpose::UpstreamState, "upstream_state"),
    (Purpose::UpstreamAnswer, "upstream_answer"),
    (Purpose::UpstreamArrival, "upstream_arrival"),
    (Purpose::SigningKey, "signing_key"),
    (Purpose::ClientSecret, "client_secret"),
    (Purpose::MasterKeyCheck, "master_key_check"),
    (Purpose::ProofOfWork, "proof_of_work"),
    (Purpose::HeldForm, "held_form"),
    (Purpose::UpstreamTokens, "upstream_tokens"),
    (Purpose::GateVisit, "gate_visit"),
    (Purpose::GatePass, "gate_pass"),
    (Purpose::GateSession, "gate_session"),
    (Purpose::OutgoingMail, "outgoing_mail"),
    (Purpose::TotpSecret, "totp_secret"),
    (Purpose::Doctor, "doctor"),
];

const KEY_ID: usize = 4;
const NONCE: usize = 24;

struct DerivedKeys {
    id: [u8; KEY_ID],
    ciphers: Vec<XChaCha20Poly1305>,
    digest_key: Zeroizing<[u8; 32]>,
}

/// Seals and opens. Seals with the current master key, opens with the current and the previous ones.
pub struct Sealing {
    current: DerivedKeys,
    previous: Vec<DerivedKeys>,
    random: Random,
}

impl DerivedKeys {
    fn derive(master: &MasterKey) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"ostiary"), master.as_bytes());
        let derive = |info: &str| {
            let mut key = Zeroizing::new([0u8; 32]);
            // 32 bytes is far below HKDF's limit of 8,160, the only error there is.
            let _ = hkdf.expand(info.as_bytes(), key.as_mut_slice());
            key
        };
        let mut id = [0u8; KEY_ID];
        id.copy_from_slice(derive("key id").split_at(KEY_ID).0);
        let ciphers = PURPOSES.iter().map(|(_, name)| XChaCha20Poly1305::new(derive(name).as_slice().into())).collect();
        Self { id, ciphers, digest_key: derive("keyed digest") }
    }

    fn cipher(&self, purpose: Purpose) -> Option<(&XChaCha20Poly1305, &'static str)> {
        let at = PURPOSES.iter().position(|(known, _)| *known == purpose)?;
        Some((self.ciphers.get(at)?, PURPOSES.get(at)?.1))
    }

    fn mac(&self, purpose: DigestPurpose, parts: &[&str]) -> Option<Hmac<Sha256>> {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(self.digest_key.as_slice()).ok()?;
        mac.update(format!("{purpose:?}").as_bytes());
        for part in parts {
            // Lengths in front, so that no two lists of parts read the same.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac)
    }
}

impl Sealing {
    pub fn new(current: &MasterKey, previous: &[MasterKey], random: Random) -> Self {
        Self { current: DerivedKeys::derive(current), previous: previous.iter().map(DerivedKeys::derive).collect(), random }
    }

    /// Encrypts `value` for one purpose; base64url text. The value carries its own expiry where it needs one.
    pub fn seal<T: Serialize>(&self, purpose: Purpose, value: &T) -> Result<String, SealingError> {
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| SealingError)?);
        let (cipher, name) = self.current.cipher(purpose).ok_or(SealingError)?;
        let nonce: [u8; NONCE] = self.random.bytes();
        let sealed = cipher.encrypt(XNonce::from_slice(&nonce), Payload { msg: &plain, aad: name.as_bytes() }).map_err(|_| SealingError)?;
        let mut out = Vec::with_capacity(KEY_ID + NONCE + sealed.len());
        out.extend_from_slice(&self.current.id);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(URL_SAFE_NO_PAD.encode(out))
    }

    /// Opens what [`Sealing::seal`] made for the same purpose; `None` for anything else.
    pub fn open<T: DeserializeOwned>(&self, purpose: Purpose, sealed: &str) -> Option<T> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (id, rest) = bytes.split_at_checked(KEY_ID)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let keys = std::iter::once(&self.current).chain(&self.previous).find(|keys| keys.id == id)?;
        let (cipher, name) = keys.cipher(purpose)?;
        let plain = cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: name.as_bytes() }).ok()?;
        serde_json::from_slice(&Zeroizing::new(plain)).ok()
    }

    /// Whether the text was sealed under the current master key; what is not should be sealed anew.
    pub fn is_current(&self, sealed: &str) -> bool {
        URL_SAFE_NO_PAD.decode(sealed).is_ok_and(|bytes| bytes.starts_with(&self.current.id))
    }

    /// A keyed digest (HMAC-SHA256, base64url) under the current master key.
    pub fn keyed_digest(&self, purpose: DigestPurpose, parts: &[&str]) -> String {
        match self.current.mac(purpose, parts) {
            Some(mac) => URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()),
            None => String::new(),
        }
    }

    /// The keyed digests of `parts` under the current and each previous master key, the current one first.
    pub fn keyed_digests(&self, purpose: DigestPurpose, parts: &[&str]) -> Vec<String> {
        let macs = std::iter::once(&self.current).chain(&self.previous).filter_map(|keys| keys.mac(purpose, parts));
        macs.map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())).collect()
    }

    /// Whether `digest` is the keyed digest of `parts`, under the current or a previous master key; constant time.
    pub fn matches_keyed_digest(&self, purpose: DigestPurpose, parts: &[&str], digest: &str) -> bool {
        self.keyed_digests(purpose, parts).iter().any(|computed| computed.as_bytes().ct_eq(digest.as_bytes()).into())
    }
}

/// Opens what another system sealed with XChaCha20-Poly1305 and no AAD, its nonce in front: for `ostiary import`.
pub fn open_xchacha20poly1305(key: &[u8; 32], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    XChaCha20Poly1305::new(key.into()).decrypt(XNonce::from_slice(nonce), sealed).ok()
}

/// The value could not be serialised or encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealing failed")]
pub struct SealingError;

#[cfg(test)]
mod tests {
    use super::*;

    fn sealing(key: u8, previous: &[u8]) -> Sealing {
        let previous: Vec<_> = previous.iter().map(|key| MasterKey::from_bytes([*key; 32])).collect();
        Sealing::new(&MasterKey::from_bytes([key; 32]), &previous, Random::System)
    }

    // security.md C4: cross-use
    #[test]
    fn what_is_sealed_for_one_purpose_opens_for_no_other() {
        let sealing = sealing(1, &[]);
        for (purpose, _) in PURPOSES {
            let sealed = sealing.seal(*purpose, &"value").unwrap();
            for (other, _) in PURPOSES {
                assert_eq!(sealing.open::<String>(*other, &sealed).is_some(), other == purpose, "{purpose:?} as {other:?}");
            }
        }
    }

    #[test]
    fn a_changed_character_anywhere_spoils_it() {
        let sealing = sealing(1, &[]);
        let sealed = sealing.seal(Purpose::RefreshToken, &7).unwrap();
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'Q' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(sealing.open::<i32>(Purpose::RefreshToken, &changed).is_none(), "{at}");
        }
    }

    // security.md K4
    #[test]
    fn the_previous_master_key_opens_but_does_not_seal() {
        let sealed = sealing(1, &[]).seal(Purpose::SigningKey, &1).unwrap();
        let rotated = sealing(2, &[1]);
        assert_eq!(rotated.open::<i32>(Purpose::SigningKey, &sealed), Some(1));
        assert!(!rotated.is_current(&sealed));
        assert!(sealing(2, &[]).open::<i32>(Purpose::SigningKey, &sealed).is_none());
    }

    #[test]
    fn the_parts_of_a_keyed_digest_do_not_run_together() {
        let sealing = sealing(1, &[]);
        let digest = sealing.keyed_digest(DigestPurpose::Csrf, &["ab", "c"]);
        assert!(sealing.matches_keyed_digest(DigestPurpose::Csrf, &["ab", "c"], &digest));
        assert!(!sealing.matches_keyed_digest(DigestPurpose::Csrf, &["a", "bc"], &digest));
        assert!(!sealing.matches_keyed_digest(DigestPurpose::BrowserBinding, &["ab", "c"], &digest));
    }
}
