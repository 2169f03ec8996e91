//! Keys that a client publishes itself: fetched by the guarded client, kept, asked again when they rotate.

use crate::both;
use crate::support::application::Authentication;
use crate::support::jwt::KeyPair;
use crate::support::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// An application's own web server: answers every request with its key set and counts.
struct Publisher {
    uri: String,
    document: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Publisher {
    async fn of(key: &KeyPair) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://127.0.0.1:{}/jwks", listener.local_addr().unwrap().port());
        let (document, asked) = (Arc::new(Mutex::new(key.jwks().to_string())), Arc::new(AtomicUsize::new(0)));
        let (text, count) = (document.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let body = text.lock().unwrap().clone();
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.read(&mut [0; 4096]).await;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { uri, document, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

both! {
    /// OpenID Connect Core §10.1.1, security.md A37: a rotation is picked up, a flood of unknown keys is not.
    async fn a_clients_rotation_is_picked_up_and_a_flood_is_not(db) {
        let (first, second) = (KeyPair::generate(), KeyPair::generate());
        let publisher = Publisher::of(&first).await;
        let client = Client::service("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
        let server = TestServer::with(db).client(client.with("jwks_uri", publisher.uri.as_str())).system_clock().start().await;
        let signer = |key: &KeyPair| Application::of(&server, "signer").authenticating(Authentication::PrivateKeyJwt(key.clone()));
        signer(&first).client_credentials(&[]).await.tokens();
        signer(&first).client_credentials(&[]).await.tokens();
        assert_eq!(publisher.asked(), 1, "kept");
        for _ in 0..5 {
            signer(&KeyPair::generate()).client_credentials(&[]).await.refused(401, "invalid_client");
        }
        assert!(publisher.asked() <= 2, "asked {} times", publisher.asked());
        *publisher.document.lock().unwrap() = second.jwks().to_string();
        signer(&second).client_credentials(&[]).await.refused(401, "invalid_client");
    }

    /// The same with time: half a minute later the new keys are read.
    async fn new_keys_are_read_half_a_minute_later(db) {
        let (first, second) = (KeyPair::generate(), KeyPair::generate());
        let publisher = Publisher::of(&first).await;
        let client = Client::service("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
        let server = TestServer::with(db).client(client.with("jwks_uri", publisher.uri.as_str())).start().await;
        let app = Application::of(&server, "signer");
        let ask = |key: KeyPair| {
            let (app, now, issuer) = (app.clone(), server.now(), server.issuer.clone());
            async move {
                let claims = json!({ "iss": "signer", "sub": "signer", "aud": issuer, "jti": crate::support::application::unguessable(), "exp": now + 60 });
                let body = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "client_credentials")
                    .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                    .append_pair("client_assertion", &key.sign(&claims))
                    .finish();
                app.post_raw("/token", &[], body).await
            }
        };
        ask(first.clone()).await.tokens();
        *publisher.document.lock().unwrap() = second.jwks().to_string();
        server.advance(Duration::from_secs(31));
        ask(second.clone()).await.tokens();
        ask(first.clone()).await.refused(401, "invalid_client");
    }
}
