//! What people prove themselves by comes along: authenticator apps, passkeys, and columns that the other system has encrypted.
//! Issue 4, section 3; clients.md §6.1.

use crate::both;
use crate::support::authenticator;
use crate::support::passkey::{Authenticator, Key, encode};
use crate::support::prelude::*;
use crate::support::supabase::{self, HASH, Kind, PASSWORD};
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use sha2::Sha256;

/// What supabase.rs gives whoever has an authenticator app.
const TOTP: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const MASTER: [u8; 32] = [7; 32];

fn person() -> Person {
    Person { name: "Person 0".into(), email: supabase::email(0), password: PASSWORD.to_owned() }
}

/// A column as Supabase encrypts it: `info` is the row's own id.
fn envelope(plain: &str, row_id: &str) -> String {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, &MASTER).expand(row_id.as_bytes(), &mut key).unwrap();
    let nonce = [9; 12];
    let data = Aes256Gcm::new_from_slice(&key).unwrap().encrypt(&Nonce::from(nonce), plain.as_bytes()).unwrap();
    json!({ "key_id": "k1", "alg": "aes-gcm-hkdf", "data": STANDARD.encode(data), "nonce": STANDARD.encode(nonce) }).to_string()
}

/// Signs in with the password and, one step later, the code of the app that was set up there.
async fn signs_in_with_both(server: &TestServer) {
    server.advance(Duration::from_secs(30));
    let mut browser = Browser::new(server);
    person().sign_in(&mut browser).await;
    assert_eq!(browser.heading(), "One more step", "{}", browser.describe());
    browser.fill("Code", &authenticator::Authenticator::holding(TOTP).code(server));
    browser.press("Continue").await;
    browser.open("/account").await;
    assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
}

both! {
    /// The authenticator app that people have goes on working.
    async fn an_authenticator_app_comes_along(db) {
        let server = TestServer::start(db).await;
        let dump = supabase::dump(server.ground.folder.path(), 1, |_| Kind::WithTotp);
        server.ground.command(&["import", "supabase", dump.to_str().unwrap()]).await.done();
        signs_in_with_both(&server).await;
    }

    /// Encrypted columns open with the project's key; without it, or with another, the report says what stays behind.
    async fn encrypted_columns_open_with_their_key(db) {
        let server = TestServer::start(db).await;
        let dump = supabase::dump(server.ground.folder.path(), 1, |_| Kind::WithTotp);
        let factor = format!("5ba5e000-0000-4000-a100-{:012x}", 0);
        let text = std::fs::read_to_string(&dump).unwrap();
        std::fs::write(&dump, text.replace(HASH, &envelope(HASH, &supabase::id(0))).replace(TOTP, &envelope(TOTP, &factor))).unwrap();
        let import = ["import", "supabase", dump.to_str().unwrap(), "--dry-run"];

        let without = server.ground.command(&import).await.done().stdout;
        assert!(without.contains("password: it is encrypted, and its key was not given"), "{without}");
        let other = format!("k1:{}", URL_SAFE_NO_PAD.encode([8; 32]));
        let with_another = server.ground.command_with(&import, &[("OSTIARY_IMPORT_SECRET", &other)]).await.done().stdout;
        assert!(with_another.contains("password: it is encrypted, and the key does not open it"), "{with_another}");

        let right = format!("k1:{}", URL_SAFE_NO_PAD.encode(MASTER));
        server.ground.command_with(&import[..3], &[("OSTIARY_IMPORT_SECRET", &right)]).await.done();
        signs_in_with_both(&server).await;
    }

    /// A passkey made for the same RP ID signs its person in as before; unless the RP ID is known to be the same it stays behind, and the
    /// report says so.
    async fn a_passkey_comes_along_where_the_rp_id_is_the_same(db) {
        let server = TestServer::start(db).await;
        let mut phone = Authenticator::phone(&server);
        // Supabase's user handle is the text of the id, not its bytes.
        let options = json!({ "rp": { "id": "localhost" }, "challenge": encode(b"there"), "user": { "id": encode(supabase::id(0).as_bytes()) } });
        let created = phone.create(&options);
        let hex = |bytes: &[u8]| format!("\\\\x{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let row = [
            "5ba5e000-0000-4000-b000-000000000000",
            &supabase::id(0),
            &hex(&phone.keys[0].id),
            &hex(&Key::cose_key(&created)),
            "none",
            "\\N",
            "0",
            r#"["internal", "hybrid"]"#,
            "t",
            "t",
            "Ann's phone",
            "2026-03-01 10:00:00+00",
            "2026-03-01 10:00:00+00",
            "\\N",
        ]
        .join("\t");
        let columns = "id, user_id, credential_id, public_key, attestation_type, aaguid, sign_count, transports, backup_eligible, backed_up, \
                       friendly_name, created_at, updated_at, last_used_at";
        let dump = supabase::dump(server.ground.folder.path(), 1, |_| Kind::Plain);
        let text = std::fs::read_to_string(&dump).unwrap();
        let table = format!("COPY auth.webauthn_credentials ({columns}) FROM stdin;\n{row}\n\\.\n\n\n");
        std::fs::write(&dump, text.replacen("COPY auth.identities", &format!("{table}COPY auth.identities"), 1)).unwrap();
        let import = ["import", "supabase", dump.to_str().unwrap(), "--passkey-rp-id"];

        let elsewhere = server.ground.command(&[&import[..], &["other.example"]].concat()).await;
        assert!(elsewhere.code == 2 && elsewhere.stderr.contains("people make new ones"), "{elsewhere:?}");
        let unnamed = server.ground.command(&["import", "supabase", dump.to_str().unwrap(), "--dry-run"]).await.done().stdout;
        assert!(unnamed.contains("does not come: passkey"), "{unnamed}");
        server.ground.command(&[&import[..], &["localhost"]].concat()).await.done();

        let mut browser = Browser::new(&server);
        phone.open_and_sign_in(&mut browser).await;
        browser.open("/account").await;
        assert_eq!(browser.page().all(".bar-email").concat(), supabase::email(0), "{}", browser.describe());
        browser.open("/account/security").await;
        assert!(browser.text().contains("Ann's phone"), "{}", browser.describe());
    }
}
