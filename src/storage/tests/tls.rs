//! Every `sslmode` against a server with TLS, one without and one with the wrong certificate. The server is a small proxy that
//! answers PostgreSQL's SSLRequest and passes the rest on to the test's PostgreSQL.

use std::path::Path;
use std::sync::Arc;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::storage::{Storage, StorageError, StorageSettings};

/// A certificate and its key.
struct Identity {
    certificate: X509,
    key: PKey<Private>,
}

/// Signed by `issuer`, or by itself.
fn identity(host: &str, is_ca: bool, issuer: Option<&Identity>) -> Identity {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", host).unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(if is_ca { 1 } else { 2 }).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(issuer.map_or(&name, |issuer| issuer.certificate.subject_name())).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    if is_ca {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    }
    let alternative = SubjectAlternativeName::new().dns(host).build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(alternative).unwrap();
    builder.sign(issuer.map_or(&key, |issuer| &issuer.key), MessageDigest::sha256()).unwrap();
    Identity { certificate: builder.build(), key }
}

fn acceptor(identity: &Identity) -> TlsAcceptor {
    let chain = vec![CertificateDer::from(identity.certificate.to_der().unwrap())];
    let key = PrivateKeyDer::from_pem_slice(&identity.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// A PostgreSQL with TLS by `tls`, or without, or one that takes nothing else (`only_tls`). Gives its port.
async fn server(tls: Option<TlsAcceptor>, only_tls: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = url::Url::parse(&super::postgres_url()).unwrap();
    let target = format!("{}:{}", url.host_str().unwrap_or("localhost"), url.port().unwrap_or(5432));
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            tokio::spawn(serve(near, target.clone(), tls.clone(), only_tls));
        }
    });
    port
}

async fn serve(mut near: TcpStream, target: String, tls: Option<TlsAcceptor>, only_tls: bool) -> std::io::Result<()> {
    let mut start = [0; 8];
    near.read_exact(&mut start).await?;
    let mut far = TcpStream::connect(target).await?;
    // SSLRequest: length 8, code 80877103
    if start == [0, 0, 0, 8, 4, 210, 22, 47] {
        near.write_all(if tls.is_some() { b"S" } else { b"N" }).await?;
        return match tls {
            Some(tls) => copy_bidirectional(&mut tls.accept(near).await?, &mut far).await.map(|_| ()),
            None => copy_bidirectional(&mut near, &mut far).await.map(|_| ()),
        };
    }
    if only_tls {
        // as PostgreSQL does when pg_hba.conf has only hostssl lines
        let fields = b"SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry, no encryption\0\0";
        near.write_all(b"E").await?;
        near.write_all(&u32::try_from(fields.len() + 4).unwrap().to_be_bytes()).await?;
        return near.write_all(fields).await;
    }
    far.write_all(&start).await?;
    copy_bidirectional(&mut near, &mut far).await.map(|_| ())
}

/// Whether a connection with these parameters comes about.
async fn connects(port: u16, parameters: &str) -> bool {
    let mut url = url::Url::parse(&super::postgres_url()).unwrap();
    url.set_host(Some("localhost")).unwrap();
    url.set_port(Some(port)).unwrap();
    url.set_query(Some(parameters));
    let storage = Storage::open(&StorageSettings::new(url)).await.unwrap();
    match storage.ping().await {
        Ok(()) => true,
        Err(error) => {
            assert!(error.is_unavailable(), "{error}");
            false
        }
    }
}

fn written(folder: &Path, name: &str, identity: &Identity) -> String {
    let path = folder.join(name);
    std::fs::write(&path, identity.certificate.to_pem().unwrap()).unwrap();
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sslmode_means_what_it_means_to_libpq() {
    let folder = tempfile::tempdir().unwrap();
    let (ca, other_ca) = (identity("ca", true, None), identity("other ca", true, None));
    let root = written(folder.path(), "root+1.crt", &ca).replace('+', "%2B");
    let other_root = written(folder.path(), "other.crt", &other_ca);
    let plain = server(None, false).await;
    let good = server(Some(acceptor(&identity("localhost", false, Some(&ca)))), true).await;
    let misnamed = server(Some(acceptor(&identity("db.example", false, Some(&ca)))), true).await;

    for (parameters, to_plain, to_good, to_misnamed) in [
        ("sslmode=disable".to_owned(), true, false, false),
        ("sslmode=allow".to_owned(), true, true, true),
        (String::new(), true, true, true),
        ("sslmode=prefer".to_owned(), true, true, true),
        ("sslmode=require".to_owned(), false, true, true),
        (format!("sslmode=require&sslrootcert={root}"), false, true, true),
        (format!("sslmode=require&sslrootcert={other_root}"), false, false, false),
        (format!("sslmode=verify-ca&sslrootcert={root}"), false, true, true),
        (format!("sslmode=verify-ca&sslrootcert={other_root}"), false, false, false),
        (format!("sslmode=verify-full&sslrootcert={root}"), false, true, false),
        (format!("sslmode=verify-full&sslrootcert={other_root}"), false, false, false),
        ("sslmode=verify-full".to_owned(), false, false, false),
    ] {
        assert_eq!(connects(plain, &parameters).await, to_plain, "{parameters:?}, server without TLS");
        assert_eq!(connects(good, &parameters).await, to_good, "{parameters:?}, server with TLS");
        assert_eq!(connects(misnamed, &parameters).await, to_misnamed, "{parameters:?}, certificate of another name");
    }
}

/// As the PostgreSQL manual makes one; webpki alone would refuse it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_self_signed_certificate_can_be_its_own_root() {
    let folder = tempfile::tempdir().unwrap();
    let (named, misnamed) = (identity("localhost", true, None), identity("db.example", true, None));
    let root = written(folder.path(), "named.crt", &named);
    let port = server(Some(acceptor(&named)), true).await;
    assert!(connects(port, &format!("sslmode=verify-full&sslrootcert={root}")).await);
    let root = written(folder.path(), "misnamed.crt", &misnamed);
    assert!(!connects(port, &format!("sslmode=verify-ca&sslrootcert={root}")).await, "another certificate");
    let port = server(Some(acceptor(&misnamed)), true).await;
    assert!(connects(port, &format!("sslmode=verify-ca&sslrootcert={root}")).await);
    assert!(!connects(port, &format!("sslmode=verify-full&sslrootcert={root}")).await);
}

#[tokio::test]
async fn settings_that_cannot_be_right_are_refused_without_telling_the_password() {
    for (url, told) in [
        ("mysql://u:hunter2@h/d", "sqlite:"),
        ("sqlite::memory:", "path of a file"),
        ("postgres://u:hunter2@h/d?sslmode=maybe", "sslmode=maybe"),
        ("postgres://u:hunter2@h/d?sslmode=verify-ca", "sslrootcert"),
        ("postgres://u:hunter2@h/d?sslmode=require&sslrootcert=system", "verify-full"),
        ("postgres://u:hunter2@h/d?sslmode=verify-full&sslrootcert=/nowhere.pem", "/nowhere.pem"),
        ("postgres://u:hunter2@h/d?pasword=x", "pasword"),
        ("postgres://u:hunter2@h:port/d", "port"),
    ] {
        let error = Storage::open(&StorageSettings::new(url)).await.err().expect(url);
        assert!(matches!(error, StorageError::Settings(_)), "{url}: {error}");
        assert!(error.to_string().contains(told) && !error.to_string().contains("hunter2"), "{url}: {error}");
    }
    let settings = StorageSettings::new("postgres://u:hunter2@one,two:6543/d?sslmode=disable&gssencmode=disable&options=-c%20geqo%3Doff");
    assert!(!format!("{settings:?}").contains("hunter2"));
    let storage = Storage::open(&settings).await.unwrap();
    assert_eq!(storage.describe(), "PostgreSQL, one or two, database d, schema ostiary");
}
