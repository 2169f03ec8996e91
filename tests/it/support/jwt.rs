//! Tokens as an API or a client looks at them, from outside: by the published keys only.

use josekit::jwk::{Jwk, JwkSet};
use josekit::jws::alg::ecdsa::EcdsaJwsAlgorithm::Es256;
use josekit::jws::alg::eddsa::EddsaJwsAlgorithm::Eddsa;
use josekit::jws::alg::hmac::HmacJwsAlgorithm::Hs256;
use josekit::jws::alg::rsassa::RsassaJwsAlgorithm::Rs256;
use josekit::jws::alg::rsassa_pss::RsassaPssJwsAlgorithm::Ps256;
use josekit::jws::{JwsHeader, JwsSigner, JwsVerifier};
use josekit::jwt::{self, JwtPayload};
use serde_json::Value;

/// A decoded JWT.
#[derive(Debug, Clone)]
pub struct Jwt {
    pub header: Value,
    pub claims: Value,
}

impl Jwt {
    /// Reads without checking the signature.
    pub fn decode(token: &str) -> Self {
        use base64::Engine as _;
        let part = |index: usize| -> Value {
            let text = token.split('.').nth(index).unwrap_or_else(|| panic!("not a JWT: {token}"));
            serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
        };
        assert_eq!(token.split('.').count(), 3, "not a JWT: {token}");
        Self { header: part(0), claims: part(1) }
    }

    /// Reads and checks the signature by a key set as `/jwks` shows it. Panics when no key fits.
    pub fn verified(token: &str, jwks: &Value) -> Self {
        Self::try_verified(token, jwks).unwrap_or_else(|error| panic!("{error}: {token}"))
    }

    pub fn try_verified(token: &str, jwks: &Value) -> Result<Self, String> {
        let decoded = Self::decode(token);
        let keys = JwkSet::from_bytes(jwks.to_string()).map_err(|error| error.to_string())?;
        let kid = decoded.header["kid"].as_str().ok_or("no kid")?;
        let key = *keys.get(kid).first().ok_or_else(|| format!("kid {kid} is not published"))?;
        assert!(key.parameter("d").is_none(), "a private key is published");
        let verifier = verifier(decoded.header["alg"].as_str().unwrap_or_default(), key)?;
        jwt::decode_with_verifier(token, &*verifier).map_err(|error| error.to_string())?;
        Ok(decoded)
    }

    pub fn claim(&self, name: &str) -> &Value {
        self.claims.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    pub fn text(&self, name: &str) -> &str {
        self.claim(name).as_str().unwrap_or_else(|| panic!("{name} is no text in {self:?}"))
    }

    pub fn number(&self, name: &str) -> i64 {
        self.claim(name).as_i64().unwrap_or_else(|| panic!("{name} is no number in {self:?}"))
    }
}

fn verifier(algorithm: &str, key: &Jwk) -> Result<Box<dyn JwsVerifier>, String> {
    let verifier: Result<Box<dyn JwsVerifier>, josekit::JoseError> = match algorithm {
        "RS256" => Rs256.verifier_from_jwk(key).map(|verifier| Box::new(verifier) as _),
        "PS256" => Ps256.verifier_from_jwk(key).map(|verifier| Box::new(verifier) as _),
        "ES256" => Es256.verifier_from_jwk(key).map(|verifier| Box::new(verifier) as _),
        "EdDSA" => Eddsa.verifier_from_jwk(key).map(|verifier| Box::new(verifier) as _),
        other => return Err(format!("alg {other}")),
    };
    verifier.map_err(|error| error.to_string())
}

/// A key pair of a client's, for private_key_jwt.
#[derive(Debug, Clone)]
pub struct KeyPair {
    pub private: Jwk,
    pub algorithm: &'static str,
}

impl KeyPair {
    /// ES256.
    pub fn generate() -> Self {
        let mut private = Jwk::generate_ec_key(josekit::jwk::alg::ec::EcCurve::P256).unwrap();
        private.set_key_id("client-key-1");
        private.set_algorithm("ES256");
        private.set_key_use("sig");
        Self { private, algorithm: "ES256" }
    }

    /// As the client registers it: `{"keys":[…]}`.
    pub fn jwks(&self) -> Value {
        let mut public = self.private.to_public_key().unwrap();
        public.set_key_id("client-key-1");
        public.set_algorithm(self.algorithm);
        public.set_key_use("sig");
        serde_json::json!({ "keys": [Value::Object(public.into())] })
    }

    /// Signs claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as("client-key-1", claims)
    }

    /// Signs claims under any key id.
    pub fn sign_as(&self, kid: &str, claims: &Value) -> String {
        // A signer that knows a key id writes that one, whatever the header says.
        let mut key = self.private.clone();
        key.set_parameter("kid", None).unwrap();
        sign(self.algorithm, Some(kid), claims, &Es256.signer_from_jwk(&key).unwrap())
    }
}

/// A compact JWS of exactly this header and these claims, with whatever `signature` makes of the signing input.
pub fn forge(header: &Value, claims: &Value, signature: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    use base64::Engine as _;
    let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let input = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let signature = encode(&signature(input.as_bytes()));
    format!("{input}.{signature}")
}

impl KeyPair {
    /// The ES256 signature of a signing input.
    pub fn signature(&self, input: &[u8]) -> Vec<u8> {
        Es256.signer_from_jwk(&self.private).unwrap().sign(input).unwrap()
    }
}

/// HMAC-SHA256 (RFC 2104) with any key, the empty one too, which libraries refuse.
pub fn hmac_sha256(key: &[u8], input: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut block = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(64, 0);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(input).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

/// Signs claims with a shared secret (client_secret_jwt).
pub fn sign_with_secret(secret: &str, claims: &Value) -> String {
    sign("HS256", None, claims, &Hs256.signer_from_bytes(secret.as_bytes()).unwrap())
}

fn sign(algorithm: &str, kid: Option<&str>, claims: &Value, signer: &dyn JwsSigner) -> String {
    let mut header = JwsHeader::new();
    header.set_token_type("JWT");
    header.set_algorithm(algorithm);
    if let Some(kid) = kid {
        header.set_key_id(kid);
    }
    let payload = JwtPayload::from_map(claims.as_object().unwrap().clone()).unwrap();
    jwt::encode_with_signer(&payload, &header, signer).unwrap()
}
