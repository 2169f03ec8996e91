//! What people prove themselves by comes along: authenticator apps, passkeys, and columns that the other system has encrypted.
//! Issue 4, section 3; clients.md §6.1.

use crate::both;
use crate::support::authenticator;
use crate::support::database::{connect, postgres_url};
use crate::support::passkey::{self, Authenticator, Key, encode};
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

    /// clients.md §6.2: Better Auth's user handles are random and kept nowhere. Its passkeys sign their people in all the same, found by
    /// the credential id; what cannot come is told of each by its name.
    async fn better_auths_passkeys_come_along_where_the_rp_id_is_the_same(db) {
        let server = TestServer::start(db).await;
        let (mut phone, mut stick) = (Authenticator::phone(&server), Authenticator::stick(&server));
        let options = |handle: &str| json!({ "rp": { "id": "localhost" }, "challenge": encode(b"there"), "user": { "id": encode(handle.as_bytes()) } });
        let phones = phone.create(&options("k3v9q0z7m1x8c2b6n4a5s0d1f2g3h4j5"));
        let sticks = stick.create(&options("q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6"));
        stick.keys[0].counter = 7;
        let (phones_id, sticks_id) = (encode(&phone.keys[0].id), encode(&stick.keys[0].id));
        let (phones_key, sticks_key) = (STANDARD.encode(Key::cose_key(&phones)), STANDARD.encode(Key::cose_key(&sticks)));
        // RFC 8037 appendix A.2, as COSE: Ed25519.
        let edwards = STANDARD.encode([&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 0x20][..], &[
            0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
            0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
        ]].concat());
        let schema = format!("passkeys_{}_{}", server.ground.port, std::process::id());
        let source = connect(&postgres_url(), &schema).await;
        source
            .batch_execute(&format!(
                r#"CREATE SCHEMA "{schema}";
                CREATE TABLE "user" (id text PRIMARY KEY, name text, email text, "emailVerified" boolean, "createdAt" timestamptz, "updatedAt" timestamptz);
                CREATE TABLE passkey (id text PRIMARY KEY, name text, "publicKey" text NOT NULL, "userId" text NOT NULL, "credentialID" text NOT NULL,
                  counter integer NOT NULL, "deviceType" text NOT NULL, "backedUp" boolean NOT NULL, transports text, "createdAt" timestamptz, aaguid text);
                INSERT INTO "user" VALUES ('aB3xYz', 'Ann', 'ann@example.org', true, now(), now()), ('bOb', 'Bob', 'bob@example.org', true, now(), now());
                INSERT INTO passkey VALUES
                  ('1', 'Ann''s phone', '{phones_key}', 'aB3xYz', '{phones_id}', 0, 'multiDevice', true, 'internal,hybrid', now(), '00000000-0000-0000-0000-000000000000'),
                  ('2', 'Edwards', '{edwards}', 'aB3xYz', 'ZWR3YXJkcw', 0, 'singleDevice', false, 'usb', now(), NULL),
                  ('3', 'Torn', 'pQE=', 'aB3xYz', 'dG9ybg', 0, 'singleDevice', false, NULL, now(), NULL),
                  ('4', NULL, '{sticks_key}', 'bOb', '{sticks_id}', 7, 'singleDevice', false, 'usb,nfc', now(), NULL),
                  ('5', 'Not his', '{phones_key}', 'bOb', '{phones_id}', 0, 'multiDevice', true, '', now(), NULL),
                  ('6', 'Odd', '{sticks_key}', 'bOb', '***', -1, 'singleDevice', false, '', now(), NULL);"#
            ))
            .await
            .unwrap();
        let url = postgres_url();
        let environment = [("OSTIARY_IMPORT_URL", url.as_str())];
        let import = async |more: &[&str]| server.ground.command_with(&[&["import", "better-auth", "--schema", &schema], more].concat(), &environment).await;

        let unnamed = import(&["--dry-run"]).await.done().stdout;
        for name in ["Ann's phone", "Edwards", "Passkey"] {
            assert!(unnamed.contains(&format!("does not come: passkey \u{201c}{name}\u{201d}: it only works under the RP ID")), "{name}: {unnamed}");
        }
        assert!(unnamed.contains("6 does not come: passkey: it only works under the RP ID"), "{unnamed}");
        let elsewhere = import(&["--passkey-rp-id", "other.example"]).await;
        assert!(elsewhere.code == 2 && elsewhere.stderr.contains("people make new ones"), "{elsewhere:?}");
        let report = import(&["--passkey-rp-id", "localhost", "--dry-run", "--json"]).await.done().json();
        let missing = |person: usize| report["users"][person]["missing"].as_array().unwrap().iter().map(|what| what.as_str().unwrap()).collect::<Vec<_>>();
        let told = [
            [("Edwards", "its key is of an algorithm that is not checked here"), ("Torn", "its public key is none that can be read")],
            [("Odd", "its id cannot be read"), ("Not his", "it opens another account here")],
        ];
        for (person, told) in told.iter().enumerate() {
            assert_eq!(missing(person).len(), told.len(), "{report}");
            for (line, (name, why)) in missing(person).iter().zip(told) {
                assert!(line.starts_with(&format!("passkey \u{201c}{name}\u{201d}: {why}")), "{line}");
            }
        }
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 0);
        import(&["--passkey-rp-id", "localhost"]).await.done();

        for (device, email, name) in [(&mut phone, "ann@example.org", "Ann's phone"), (&mut stick, "bob@example.org", "Passkey")] {
            let mut browser = Browser::new(&server);
            browser.open("/login").await;
            let unnamed = device.clone().get_with(&passkey::options(&browser), |draft| draft.user_handle = None);
            passkey::send(&mut browser, &unnamed, &[]).await;
            assert_ne!(browser.heading(), "Your account", "W3C Web Authentication §7.2 step 6: there is a handle");
            // What a sign-in writes goes on knowing the key.
            for _ in 0..2 {
                let mut browser = Browser::new(&server);
                device.open_and_sign_in(&mut browser).await;
                browser.open("/account").await;
                assert_eq!(browser.page().all(".bar-email").concat(), email, "{}", browser.describe());
                browser.open("/account/security").await;
                assert!(browser.text().contains(name), "{}", browser.describe());
            }
        }
        // Ann's next passkey is ours, and knows her by our handle only.
        let mut browser = Browser::new(&server);
        phone.open_and_sign_in(&mut browser).await;
        phone.add_to(&mut browser, "Second").await;
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let foreign = phone.keys[0].user_handle.clone();
        let misnamed = phone.get_with(&passkey::options(&browser), |draft| draft.user_handle = Some(foreign));
        passkey::send(&mut browser, &misnamed, &[]).await;
        assert_ne!(browser.heading(), "Your account", "{}", browser.describe());

        // And they go on with their person to another installation of the same RP ID.
        let file = server.ground.folder.path().join("everybody.ndjson");
        server.ground.command(&["export", "--to", file.to_str().unwrap()]).await.done();
        let other = TestServer::start(db).await;
        other.ground.command(&["import", "ostiary", file.to_str().unwrap()]).await.done();
        stick.origin = other.issuer.clone();
        let mut browser = Browser::new(&other);
        stick.open_and_sign_in(&mut browser).await;
        browser.open("/account").await;
        assert_eq!(browser.page().all(".bar-email").concat(), "bob@example.org", "{}", browser.describe());
        source.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE")).await.unwrap();
    }
}
