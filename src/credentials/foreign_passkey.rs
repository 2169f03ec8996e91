//! Passkeys that another system registered: its credential id and COSE key become the document that webauthn-rs checks answers
//! against. Of use only where the RP ID is the same: an authenticator knows no other. Nothing is said of an attestation that we
//! have not seen; that the person is verified is asked of each answer, whatever the other system asked.
//!
//! Specs: Web Authentication Level 3 §6.5.1 (credentialPublicKey), RFC 9052 (COSE).

use super::portable::PortablePasskey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use webauthn_rs::prelude::Passkey;
use webauthn_rs_core::proto::{
    AttestationFormat, AuthenticatorTransport, COSEKey, Credential, ParsedAttestation, RegisteredExtensions, UserVerificationPolicy,
};

/// A passkey as another system keeps it.
pub struct ForeignPasskey {
    pub credential_id: Vec<u8>,
    /// CBOR.
    pub cose_key: Vec<u8>,
    pub counter: u32,
    pub transports: Vec<String>,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub name: String,
}

/// The same as it is kept here; `None` for a key that is not of one of the algorithms that are checked here.
pub fn convert(foreign: ForeignPasskey) -> Option<PortablePasskey> {
    let key: serde_cbor_2::Value = serde_cbor_2::from_slice(&foreign.cose_key).ok()?;
    let key = COSEKey::try_from(&key).ok()?;
    if !(1..=1023).contains(&foreign.credential_id.len()) {
        return None;
    }
    let transports: Vec<AuthenticatorTransport> =
        foreign.transports.iter().filter_map(|name| serde_json::from_value(Value::from(name.as_str())).ok()).collect();
    let credential_id = URL_SAFE_NO_PAD.encode(&foreign.credential_id);
    let credential = Credential {
        cred_id: foreign.credential_id,
        cred: key,
        counter: foreign.counter,
        transports: Some(transports).filter(|transports| !transports.is_empty()),
        user_verified: true,
        backup_eligible: foreign.backup_eligible,
        backup_state: foreign.backed_up,
        registration_policy: UserVerificationPolicy::Required,
        extensions: RegisteredExtensions::none(),
        attestation: ParsedAttestation::default(),
        attestation_format: AttestationFormat::None,
    };
    let document = json!({ "cred": credential });
    // What does not read back would be a passkey that never opens anything.
    serde_json::from_value::<Passkey>(document.clone()).ok()?;
    Some(PortablePasskey {
        credential_id,
        name: foreign.name,
        document,
        user_verified: true,
        backup_eligible: foreign.backup_eligible,
        backed_up: foreign.backed_up,
        suspected_clone: false,
        created_at: None,
        last_used_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of the example in Web Authentication Level 3, §6.5.1.1: ES256 on P-256, the generator point's coordinates.
    fn cose_key() -> Vec<u8> {
        let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
        let y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
        data_encoding::HEXLOWER.decode(format!("a5010203262001215820{x}225820{y}").as_bytes()).unwrap()
    }

    fn foreign(cose_key: Vec<u8>) -> ForeignPasskey {
        let transports = vec!["internal".to_owned(), "hybrid".to_owned()];
        let name = "Phone".to_owned();
        ForeignPasskey { credential_id: vec![7; 32], cose_key, counter: 5, transports, backup_eligible: true, backed_up: true, name }
    }

    #[test]
    fn a_cose_key_becomes_a_passkey_that_webauthn_rs_reads() {
        let passkey = convert(foreign(cose_key())).unwrap();
        let read: Passkey = serde_json::from_value(passkey.document.clone()).unwrap();
        assert_eq!((read.cred_id().as_slice(), passkey.credential_id.len()), (&[7u8; 32][..], 43));
        assert_eq!(passkey.document["cred"]["counter"], 5);
    }

    #[test]
    fn what_is_no_key_does_not_come() {
        let mut off_the_curve = cose_key();
        *off_the_curve.last_mut().unwrap() ^= 1;
        for key in [Vec::new(), b"not cbor".to_vec(), vec![0xa0], off_the_curve] {
            assert!(convert(foreign(key)).is_none());
        }
    }
}
