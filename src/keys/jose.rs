//! JOSE, through josekit: the only file that names it.
//!
//! Specs: RFC 7515, RFC 7517, RFC 7518, RFC 8037, RFC 8725.

use crate::oauth::signature_algorithm::SignatureAlgorithm;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::jwk::Jwk;
use josekit::jwk::alg::{ec::EcCurve, ed::EdCurve};
use josekit::jws::{self, EdDSA, JwsHeader, JwsSigner, JwsVerifier};
use serde::Serialize;
use serde_json::{Map, Value};

/// What went wrong with a key or signature; never holds key material.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JoseFault(pub String);

impl From<josekit::JoseError> for JoseFault {
    fn from(error: josekit::JoseError) -> Self {
        Self(error.to_string())
    }
}

/// A signer with its verifier, built once.
pub(super) struct SigningPair {
    signer: Box<dyn JwsSigner + Send + Sync>,
    verifier: Box<dyn JwsVerifier + Send + Sync>,
}

/// Makes a private JWK with `kid`, `alg` and `use`.
pub(super) fn generate(algorithm: SignatureAlgorithm, kid: &str) -> Result<Value, JoseFault> {
    let mut jwk = match algorithm {
        SignatureAlgorithm::RS256 | SignatureAlgorithm::PS256 => Jwk::generate_rsa_key(2048)?,
        SignatureAlgorithm::ES256 => Jwk::generate_ec_key(EcCurve::P256)?,
        SignatureAlgorithm::EdDSA => Jwk::generate_ed_key(EdCurve::Ed25519)?,
    };
    jwk.set_key_id(kid);
    jwk.set_algorithm(algorithm.as_str());
    jwk.set_key_use("sig");
    Ok(Value::Object(jwk.into()))
}

/// The public members of a private JWK, by an allow-list: a member that nobody thought of stays private.
pub(super) fn public_part(private: &Value) -> Result<Value, JoseFault> {
    let members = private.as_object().ok_or_else(|| JoseFault("a key is not an object".into()))?;
    let public = ["kty", "kid", "alg", "use", "n", "e", "crv", "x", "y"];
    Ok(Value::Object(members.iter().filter(|(name, _)| public.contains(&name.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()))
}

fn jwk_of(value: &Value) -> Result<Jwk, JoseFault> {
    let members = value.as_object().ok_or_else(|| JoseFault("a key is not an object".into()))?;
    Ok(Jwk::from_map(members.clone())?)
}

impl SigningPair {
    /// Builds from a private JWK: PS256 takes a plain RSA key only in this form.
    pub(super) fn from_jwk(algorithm: SignatureAlgorithm, private: &Value) -> Result<Self, JoseFault> {
        let public = jwk_of(&public_part(private)?)?;
        let private = jwk_of(private)?;
        let signer: Box<dyn JwsSigner + Send + Sync> = match algorithm {
            SignatureAlgorithm::RS256 => Box::new(jws::RS256.signer_from_jwk(&private)?),
            SignatureAlgorithm::PS256 => Box::new(jws::PS256.signer_from_jwk(&private)?),
            SignatureAlgorithm::ES256 => Box::new(jws::ES256.signer_from_jwk(&private)?),
            SignatureAlgorithm::EdDSA => Box::new(EdDSA.signer_from_jwk(&private)?),
        };
        Ok(Self { signer, verifier: verifier(algorithm.as_str(), &public)? })
    }

    pub(super) fn sign(&self, typ: &str, kid: &str, claims: &impl Serialize) -> Result<String, JoseFault> {
        let payload = serde_json::to_vec(claims).map_err(|error| JoseFault(error.to_string()))?;
        let mut header = JwsHeader::new();
        header.set_token_type(typ);
        header.set_key_id(kid);
        Ok(jws::serialize_compact(&payload, &header, self.signer.as_ref())?)
    }

    pub(super) fn verify(&self, token: &str) -> Option<Value> {
        let (payload, _) = jws::deserialize_compact(token, self.verifier.as_ref()).ok()?;
        serde_json::from_slice(&payload).ok()
    }
}

fn verifier(algorithm: &str, jwk: &Jwk) -> Result<Box<dyn JwsVerifier + Send + Sync>, JoseFault> {
    // The key id is matched before; josekit would refuse a token without `kid` for a key with one.
    let mut jwk = jwk.clone();
    jwk.set_parameter("kid", None)?;
    jwk.set_parameter("alg", None)?;
    Ok(match algorithm {
        "RS256" => Box::new(jws::RS256.verifier_from_jwk(&jwk)?),
        "RS384" => Box::new(jws::RS384.verifier_from_jwk(&jwk)?),
        "RS512" => Box::new(jws::RS512.verifier_from_jwk(&jwk)?),
        "PS256" => Box::new(jws::PS256.verifier_from_jwk(&jwk)?),
        "PS384" => Box::new(jws::PS384.verifier_from_jwk(&jwk)?),
        "PS512" => Box::new(jws::PS512.verifier_from_jwk(&jwk)?),
        "ES256" => Box::new(jws::ES256.verifier_from_jwk(&jwk)?),
        "ES384" => Box::new(jws::ES384.verifier_from_jwk(&jwk)?),
        "ES512" => Box::new(jws::ES512.verifier_from_jwk(&jwk)?),
        "EdDSA" => Box::new(EdDSA.verifier_from_jwk(&jwk)?),
        _ => return Err(JoseFault("an algorithm that is not allowed".into())),
    })
}

/// The algorithms that a client may sign with (RFC 8725 §3.2): asymmetric ones, with its registered keys.
pub const CLIENT_SIGNATURE_ALGORITHMS: [&str; 10] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
/// The algorithms for `client_secret_jwt`.
pub const CLIENT_SECRET_ALGORITHMS: [&str; 3] = ["HS256", "HS384", "HS512"];

/// A compact JWS, split but not verified: what may be known before the signature is checked.
pub struct Jws<'a> {
    text: &'a str,
    header: Map<String, Value>,
    payload: Map<String, Value>,
}

impl<'a> Jws<'a> {
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.len() > 16 * 1024 {
            return None;
        }
        let mut parts = text.split('.');
        let (header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let object = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        Some(Self { text, header: object(header)?, payload: object(payload)? })
    }

    pub fn alg(&self) -> &str {
        self.header.get("alg").and_then(Value::as_str).unwrap_or("")
    }

    pub fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    pub fn typ(&self) -> Option<&str> {
        self.header.get("typ").and_then(Value::as_str)
    }

    /// A member of the payload that is not yet proven: only to find whose signature to check.
    pub fn unverified(&self, claim: &str) -> Option<&str> {
        self.payload.get(claim).and_then(Value::as_str)
    }

    /// Verifies against a client's public key set and returns the claims. Keys named in the header (`jku`, `jwk`, `x5u`,
    /// `x5c`) are never followed (RFC 8725 §3.10).
    pub fn verify_with_keys(&self, jwks: &Value) -> Option<Map<String, Value>> {
        let alg = self.alg();
        if !CLIENT_SIGNATURE_ALGORITHMS.contains(&alg) {
            return None;
        }
        let keys = jwks.get("keys")?.as_array()?;
        let fits = |key: &&Value| {
            let text = |member| key.get(member).and_then(Value::as_str);
            text("kty").is_some_and(|kty| fits_key_type(alg, kty, text("crv")))
                && text("alg").is_none_or(|of_key| of_key == alg)
                && text("use").is_none_or(|of_key| of_key == "sig")
                && (self.kid().is_none() || text("kid").is_none() || text("kid") == self.kid())
        };
        keys.iter().filter(fits).take(5).find_map(|key| {
            let verifier = verifier(alg, &jwk_of(&public_part(key).ok()?).ok()?).ok()?;
            self.verified(verifier.as_ref())
        })
    }

    /// Verifies with a shared secret (`client_secret_jwt`, OpenID Connect Core §9).
    pub fn verify_with_secret(&self, secret: &[u8]) -> Option<Map<String, Value>> {
        let verifier: Box<dyn JwsVerifier + Send + Sync> = match self.alg() {
            "HS256" => Box::new(jws::HS256.verifier_from_bytes(secret).ok()?),
            "HS384" => Box::new(jws::HS384.verifier_from_bytes(secret).ok()?),
            "HS512" => Box::new(jws::HS512.verifier_from_bytes(secret).ok()?),
            _ => return None,
        };
        self.verified(verifier.as_ref())
    }

    fn verified(&self, verifier: &(dyn JwsVerifier + Send + Sync)) -> Option<Map<String, Value>> {
        let (payload, _) = jws::deserialize_compact(self.text, verifier).ok()?;
        serde_json::from_slice(&payload).ok()
    }
}

fn fits_key_type(alg: &str, kty: &str, crv: Option<&str>) -> bool {
    match alg {
        "ES256" => kty == "EC" && crv == Some("P-256"),
        "ES384" => kty == "EC" && crv == Some("P-384"),
        "ES512" => kty == "EC" && crv == Some("P-521"),
        "EdDSA" => kty == "OKP" && crv == Some("Ed25519"),
        _ => kty == "RSA",
    }
}
