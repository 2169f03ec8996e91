//! Roughly where people are, by a database that the operator names. `support/places.mmdb` was made for these tests: 198.51.100.0/24 is in
//! Cologne, 2001:db8:1::/48 somewhere in New Zealand.

use crate::both;
use crate::support::mailbox::Mailbox;
use crate::support::prelude::*;

const PLACES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/places.mmdb");

both! {
    /// Issue 3, section 4 ("roughly where"): beside the address, in the reader's language, on the pages and in the notice of a new device.
    async fn people_read_roughly_where_their_sessions_are(db) {
        let proxies = toml::Value::Array(vec!["127.0.0.1".into()]);
        let server = TestServer::with(db).setting("trusted_proxies", proxies).setting("places.database", PLACES).start().await;
        let alice = Person::alice();
        let from = |address: &str| {
            let mut browser = Browser::new(&server);
            browser.send_header("x-forwarded-for", address);
            browser
        };
        let mut home = from("192.0.2.1");
        alice.sign_up(&mut home).await;
        for address in ["198.51.100.7", "2001:db8:1::9"] {
            server.advance(Duration::from_secs(1));
            alice.sign_in(&mut from(address)).await;
        }
        let details = async |browser: &mut Browser, path: &str| {
            browser.open(path).await;
            browser.page().all(".row-detail").join("\n")
        };
        for path in ["/account/sessions", "/account/security", "/account/activity"] {
            let seen = details(&mut home, path).await;
            assert!(seen.contains("2001:db8:1::9 · New Zealand"), "{path}: {seen}");
            assert!(seen.contains("198.51.100.7 · Cologne, Germany"), "{path}: {seen}");
            assert!(!seen.contains("192.0.2.1 · C") && !seen.contains("192.0.2.1 · N"), "nowhere that is known: {seen}");
        }
        home.send_header("accept-language", "de");
        let seen = details(&mut home, "/account/sessions").await;
        assert!(seen.contains("198.51.100.7 · Köln, Deutschland"), "{seen}");
        let mails = Mailbox::of(&server).all().await;
        let told = |place: &str| mails.iter().any(|mail| mail.text.contains(place));
        assert!(told("from 198.51.100.7 (Cologne, Germany)") && told("from 2001:db8:1::9 (New Zealand)"));
    }
}

/// A file that is no such database is a fault of the configuration, told with the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_database_of_places_is_refused() {
    for (path, problem) in
        [("/nonexistent.mmdb", "cannot read"), (concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), "is no database of places")]
    {
        let ground = TestServer::with(Database::Sqlite).setting("places.database", path).prepare();
        let refused = ground.command(&["config", "check"]).await;
        assert!(refused.code == 2 && refused.stderr.contains("places.database") && refused.stderr.contains(problem), "{refused:?}");
    }
}
