//! JOSE, through josekit: the only file that names it.
//!
//! Specs: RFC 7515, RFC 7517, RFC 7518, RFC 8037, RFC 8725.

use crate::oauth::client_metadata::MOST_KEYS;
use crate::oauth::signature_algorithm::SignatureAlgorithm;
use crate::secret::Secret;
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

    /// The payload of a token with a right signature.
    pub(super) fn verify(&self, token: &str) -> Option<Vec<u8>> {
        let (payload, _) = jws::deserialize_compact(token, self.verifier.as_ref()).ok()?;
        Some(payload)
    }
}

/// Signs claims by ES256 with somebody's own key in PEM (PKCS #8): the client secret that Apple asks for.
pub fn sign_with_pem(pem: &Secret, kid: &str, claims: &Map<String, Value>) -> Result<String, JoseFault> {
    let signer = jws::ES256.signer_from_pem(pem.expose())?;
    let payload = serde_json::to_vec(claims).map_err(|error| JoseFault(error.to_string()))?;
    let mut header = JwsHeader::new();
    header.set_key_id(kid);
    Ok(jws::serialize_compact(&payload, &header, &signer)?)
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
/// The algorithms for `client_secret_jwt`. RFC 7518 §3.2 wants a secret as long as the digest: those that are made here have 43
/// characters, so that HS384 (48 bytes) and HS512 (64) are not to be had.
pub const CLIENT_SECRET_ALGORITHMS: [&str; 1] = ["HS256"];
/// RFC 7518 §3.2: bytes that a secret must have for them.
pub const SHORTEST_HS256_SECRET: usize = 32;

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

    /// The payload. Whoever takes it has had the signature checked.
    pub fn into_claims(self) -> Map<String, Value> {
        self.payload
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
                && is_sound(key)
                && (self.kid().is_none() || text("kid").is_none() || text("kid") == self.kid())
        };
        keys.iter().filter(fits).take(MOST_KEYS).find_map(|key| {
            let verifier = verifier(alg, &jwk_of(&public_part(key).ok()?).ok()?).ok()?;
            self.verified(verifier.as_ref())
        })
    }

    /// Verifies with a shared secret (`client_secret_jwt`, OpenID Connect Core §9).
    pub fn verify_with_secret(&self, secret: &[u8]) -> Option<Map<String, Value>> {
        if !CLIENT_SECRET_ALGORITHMS.contains(&self.alg()) {
            return None;
        }
        self.verified(&jws::HS256.verifier_from_bytes(secret).ok()?)
    }

    fn verified(&self, verifier: &(dyn JwsVerifier + Send + Sync)) -> Option<Map<String, Value>> {
        let (payload, _) = jws::deserialize_compact(self.text, verifier).ok()?;
        serde_json::from_slice(&payload).ok()
    }
}

/// The y coordinates of Ed25519's points of small order, the sign bit left out (RFC 8032 §5.1.7, RFC 8725 §3.5): for a key that is one of
/// them a signature can be written down that holds for every message. OpenSSL does not look.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// Whether a public key can prove anything. The length of an RSA modulus and whether a point is on its curve are looked at by josekit
/// and OpenSSL.
fn is_sound(key: &Value) -> bool {
    let member = |name| key.get(name).and_then(Value::as_str).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    match key.get("kty").and_then(Value::as_str) {
        // RFC 8017 §3.1: with the exponent 1 a signature is the padded digest itself; even ones have no inverse.
        Some("RSA") => member("e").is_some_and(|exponent| {
            let significant: Vec<u8> = exponent.into_iter().skip_while(|byte| *byte == 0).collect();
            significant != [1] && significant.last().is_some_and(|last| last % 2 == 1)
        }),
        Some("OKP") => member("x").is_some_and(|mut point| {
            if let Some(last) = point.last_mut() {
                *last &= 0x7f;
            }
            let point: String = point.iter().map(|byte| format!("{byte:02x}")).collect();
            !SMALL_ORDER.contains(&point.as_str())
        }),
        _ => true,
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
