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
    AttestationFormat, AuthenticatorTransport, COSEKey, COSEKeyType, Credential, ECDSACurve, ParsedAttestation, RegisteredExtensions,
    UserVerificationPolicy,
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
    /// Its authenticator was given a handle for the person that the other system has not kept.
    pub foreign_handle: bool,
}

/// COSE's numbers of ES256, ES384 and RS256.
const ALGORITHMS: [i128; 3] = [-7, -35, -257];

/// RFC 9052 §7.1: the parameter `alg` is 3.
fn is_of(key: &serde_cbor_2::Value, algorithm: i128) -> bool {
    use serde_cbor_2::Value::{Integer, Map};
    matches!(key, Map(parameters) if parameters.get(&Integer(3)) == Some(&Integer(algorithm)))
}

/// The same as it is kept here. Errors: why it can not be.
pub fn convert(foreign: ForeignPasskey) -> Result<PortablePasskey, &'static str> {
    const NO_KEY: &str = "its public key is none that can be read (COSE); ask for a new one";
    const OTHER_ALGORITHM: &str =
        "its key is of an algorithm that is not checked here (only ES256, ES384 and RS256 are); ask for a new one";
    let Ok(key @ serde_cbor_2::Value::Map(_)) = serde_cbor_2::from_slice(&foreign.cose_key) else { return Err(NO_KEY) };
    if !ALGORITHMS.iter().any(|algorithm| is_of(&key, *algorithm)) {
        return Err(OTHER_ALGORITHM);
    }
    let key = COSEKey::try_from(&key).map_err(|_| NO_KEY)?;
    // Read by webauthn-rs, and no signature holds.
    if matches!(&key.key, COSEKeyType::EC_EC2(key) if key.curve == ECDSACurve::SECP521R1) {
        return Err(OTHER_ALGORITHM);
    }
    if !(1..=1023).contains(&foreign.credential_id.len()) {
        return Err("its id is of no possible length");
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
    serde_json::from_value::<Passkey>(document.clone()).map_err(|_| NO_KEY)?;
    Ok(PortablePasskey {
        credential_id,
        name: foreign.name,
        document,
        user_verified: true,
        backup_eligible: foreign.backup_eligible,
        backed_up: foreign.backed_up,
        suspected_clone: false,
        created_at: None,
        last_used_at: None,
        foreign_handle: foreign.foreign_handle,
    })
}

/// Whether answers can be checked against what is said to be a passkey, and it is the one of its id. A document that was written by hand
/// would be a factor that is asked for and never answered.
pub fn is_checkable(passkey: &PortablePasskey) -> bool {
    let read = serde_json::from_value::<Passkey>(passkey.document.clone());
    read.is_ok_and(|read| URL_SAFE_NO_PAD.encode(read.cred_id()) == passkey.credential_id)
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
        let (credential_id, foreign_handle) = (vec![7; 32], false);
        ForeignPasskey { credential_id, cose_key, counter: 5, transports, backup_eligible: true, backed_up: true, name, foreign_handle }
    }

    #[test]
    fn a_cose_key_becomes_a_passkey_that_webauthn_rs_reads() {
        let passkey = convert(foreign(cose_key())).unwrap();
        let read: Passkey = serde_json::from_value(passkey.document.clone()).unwrap();
        assert_eq!((read.cred_id().as_slice(), passkey.credential_id.len()), (&[7u8; 32][..], 43));
        assert_eq!(passkey.document["cred"]["counter"], 5);
        assert!(is_checkable(&passkey));
        assert!(!is_checkable(&PortablePasskey { credential_id: "another".to_owned(), ..passkey.clone() }));
        assert!(!is_checkable(&PortablePasskey { document: json!({ "x": 1 }), ..passkey }));
    }

    #[test]
    fn what_is_no_key_does_not_come() {
        let mut off_the_curve = cose_key();
        *off_the_curve.last_mut().unwrap() ^= 1;
        for key in [Vec::new(), b"not cbor".to_vec(), off_the_curve] {
            assert!(convert(foreign(key)).err().is_some_and(|why| why.contains("none that can be read")));
        }
        assert!(convert(ForeignPasskey { credential_id: vec![0; 1024], ..foreign(cose_key()) }).is_err());
    }

    /// RFC 8037 appendix A.2: an Ed25519 key, which some security keys prefer.
    #[test]
    fn a_key_that_would_never_open_anything_does_not_come() {
        let x = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let key = data_encoding::HEXLOWER.decode(format!("a4010103272006215820{x}").as_bytes()).unwrap();
        assert!(convert(foreign(key)).err().is_some_and(|why| why.contains("algorithm")));
    }
}
