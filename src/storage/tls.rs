//! TLS to PostgreSQL, with libpq's meaning of `sslmode` and `sslrootcert`.
//!
//! | sslmode | encrypted | server checked |
//! | --- | --- | --- |
//! | `disable` | no | |
//! | `allow` | only when the server wants it | no |
//! | `prefer` (default) | when the server can | no |
//! | `require` | always | no; with `sslrootcert` as `verify-ca` |
//! | `verify-ca` | always | its chain of certificates |
//! | `verify-full` | always | its chain and its name |
//!
//! `sslrootcert` is a PEM file, or `system` for the certificates that the operating system trusts (only with `verify-full`, and the
//! default there). Unlike libpq, no file in a home folder is read, and a certificate's name is looked for in its subjectAltName only.
//!
//! Specs: PostgreSQL manual, "SSL Support" of libpq.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use url::form_urlencoded;

/// Parameters of libpq that change nothing here, taken out of the URL since tokio-postgres refuses what it does not know.
const WITHOUT_MEANING: [&str; 5] = ["gssencmode", "sslcompression", "sslsni", "client_encoding", "fallback_application_name"];

/// How connections are encrypted.
pub(super) struct Tls {
    /// What is tried first, and what is tried when that is refused.
    pub(super) first: SslMode,
    pub(super) second: Option<SslMode>,
    /// `None` when nothing is ever encrypted.
    pub(super) client: Option<Arc<ClientConfig>>,
}

/// What of the server's certificate is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Check {
    Nothing,
    Chain,
    ChainAndName,
}

impl Tls {
    pub(super) fn without() -> Self {
        Self { first: SslMode::Disable, second: None, client: None }
    }

    /// Splits a `postgres://` URL into one that tokio-postgres reads and the TLS parameters. The error is for people and does not
    /// hold the URL.
    pub(super) fn from_url(url: &str) -> Result<(String, Self), String> {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut root) = (None, None);
        let mut rest = form_urlencoded::Serializer::new(String::new());
        // libpq knows no `+` for a space
        for (name, value) in form_urlencoded::parse(query.replace('+', "%2B").as_bytes()) {
            match name.as_ref() {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => root = Some(value.into_owned()).filter(|path| !path.is_empty()),
                name if WITHOUT_MEANING.contains(&name) => {}
                name => {
                    rest.append_pair(name, &value);
                }
            }
        }
        let rest = rest.finish().replace('+', "%20");
        let url = if rest.is_empty() { address.to_owned() } else { format!("{address}?{rest}") };
        Ok((url, Self::new(mode.as_deref(), root.as_deref())?))
    }

    fn new(mode: Option<&str>, root: Option<&str>) -> Result<Self, String> {
        let mode = mode.unwrap_or(if root == Some("system") { "verify-full" } else { "prefer" });
        let (first, second, check) = match (mode, root) {
            ("disable", _) => return Ok(Self::without()),
            ("verify-full", _) => (SslMode::Require, None, Check::ChainAndName),
            (weak, Some("system")) => {
                return Err(format!("sslrootcert=system wants sslmode=verify-full: with {weak} anybody's certificate would do"));
            }
            ("allow", _) => (SslMode::Disable, Some(SslMode::Require), Check::Nothing),
            ("prefer", _) => (SslMode::Prefer, Some(SslMode::Disable), Check::Nothing),
            ("require", None) => (SslMode::Require, None, Check::Nothing),
            ("require" | "verify-ca", Some(_)) => (SslMode::Require, None, Check::Chain),
            ("verify-ca", None) => {
                return Err("sslmode=verify-ca wants sslrootcert, a PEM file".to_owned());
            }
            (other, _) => {
                return Err(format!("sslmode={other}: one of disable, allow, prefer, require, verify-ca, verify-full"));
            }
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = ServerVerifier::new(check, root, &provider)?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Self { first, second, client: Some(Arc::new(client)) })
    }
}

/// Looks at as much of the server's certificate as `sslmode` says.
#[derive(Debug)]
struct ServerVerifier {
    check: Check,
    /// `None` when nothing is checked.
    chain: Option<Arc<WebPkiServerVerifier>>,
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerVerifier {
    fn new(check: Check, root: Option<&str>, provider: &Arc<CryptoProvider>) -> Result<Self, String> {
        let roots = if check == Check::Nothing { Vec::new() } else { read_roots(root)? };
        let chain = if check == Check::Nothing {
            None
        } else {
            let mut store = RootCertStore::empty();
            store.add_parsable_certificates(roots.iter().cloned());
            let built = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone()).build();
            Some(built.map_err(|error| format!("sslrootcert: {error}"))?)
        };
        Ok(Self { check, chain, roots, provider: provider.clone() })
    }

    /// The chain, and the name unless `sslmode` leaves it out.
    fn verify(
        &self,
        chain: &WebPkiServerVerifier,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        // A self-signed certificate that is its own root, as the PostgreSQL manual makes one: webpki refuses it as a server's
        // ("CA used as end entity"), but the operator has named exactly this one.
        if self.roots.iter().any(|root| root.as_ref() == certificate.as_ref()) {
            return match self.check {
                Check::ChainAndName => rustls::client::verify_server_name(&ParsedCertificate::try_from(certificate)?, name),
                Check::Chain | Check::Nothing => Ok(()),
            };
        }
        match chain.verify_server_cert(certificate, intermediates, name, &[], now) {
            // webpki looks at the name last: the chain was good
            Err(Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }))
                if self.check != Check::ChainAndName =>
            {
                Ok(())
            }
            verified => verified.map(|_| ()),
        }
    }
}

fn read_roots(root: Option<&str>) -> Result<Vec<CertificateDer<'static>>, String> {
    let roots: Vec<_> = match root {
        None | Some("system") => rustls_native_certs::load_native_certs().certs,
        Some(path) => {
            CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|error| format!("sslrootcert {path}: {error}"))?
        }
    };
    if roots.is_empty() { Err(format!("sslrootcert: no certificate in {}", root.unwrap_or("system"))) } else { Ok(roots) }
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.chain {
            None => Ok(ServerCertVerified::assertion()),
            Some(chain) => self.verify(chain, certificate, intermediates, name, now).map(|()| ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
