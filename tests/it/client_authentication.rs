//! The token endpoint: who asks, and what it refuses.

use crate::both;
use crate::support::application::{Authentication, basic, unguessable};
use crate::support::jwt::{KeyPair, sign_with_secret};
use crate::support::prelude::*;
use crate::support::setup::secret_of;

fn machine(client_id: &str) -> Client {
    Client::service(client_id)
}

both! {
    /// clients.md §0 rule 3, RFC 6749 §2.3.1: an unpinned secret is good either way, encoded first in Basic.
    async fn a_secret_may_come_either_way_unless_one_is_pinned(db) {
        let server = TestServer::with(db)
            .client(machine("free"))
            .client(machine("pinned").with("token_endpoint_auth_method", "client_secret_basic"))
            .start()
            .await;
        let free = Application::of(&server, "free");
        free.client_credentials(&[]).await.tokens();
        free.clone().authenticating(Authentication::Post(secret_of("free"))).client_credentials(&[]).await.tokens();
        let pinned = Application::of(&server, "pinned");
        pinned.client_credentials(&[]).await.tokens();
        pinned.authenticating(Authentication::Post(secret_of("pinned"))).client_credentials(&[]).await.refused(401, "invalid_client");
    }

    /// security.md T1, T2, T4.
    async fn every_failed_proof_is_the_same_answer(db) {
        let server = TestServer::start(db).await;
        let worker = Application::of(&server, "worker");
        let wrong = worker.clone().authenticating(Authentication::Basic("wrong".into())).client_credentials(&[]).await;
        let mut unknown = worker.clone();
        unknown.client_id = "nobody".into();
        let unknown = unknown.client_credentials(&[]).await;
        let none = worker.clone().authenticating(Authentication::None).client_credentials(&[]).await;
        for reply in [&wrong, &unknown, &none] {
            reply.refused(401, "invalid_client");
            assert!(reply.header("www-authenticate").starts_with("Basic "));
            assert_eq!(reply.body, wrong.body);
            assert_eq!(reply.header("cache-control"), "no-store");
        }
        let both = format!("grant_type=client_credentials&client_secret={}", "x");
        let authorization = basic("worker", &secret_of("worker"));
        worker.post_raw("/token", &[("authorization", &authorization)], both).await.refused(400, "invalid_request");
        let in_query = worker.post_raw("/token?client_secret=x", &[("authorization", &authorization)], "grant_type=client_credentials").await;
        in_query.refused(400, "invalid_request");
        let spa = Application::of(&server, "spa").authenticating(Authentication::Basic("guess".into()));
        spa.refresh("x").await.refused(401, "invalid_client");
    }

    /// security.md T5, T6, T7: private_key_jwt.
    async fn an_assertion_is_good_once_for_us_and_for_an_hour_at_most(db) {
        let key = KeyPair::generate();
        let server = TestServer::with(db)
            .client(machine("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt").with("jwks", key.jwks()))
            .start()
            .await;
        let signer = Application::of(&server, "signer");
        let now = server.now();
        let claims = || json!({ "iss": "signer", "sub": "signer", "aud": server.issuer, "jti": unguessable(), "iat": now, "exp": now + 60 });
        let ask = |assertion: String| {
            let signer = signer.clone();
            async move {
                let body = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "client_credentials")
                    .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                    .append_pair("client_assertion", &assertion)
                    .finish();
                signer.post_raw("/token", &[], body).await
            }
        };
        let good = key.sign(&claims());
        ask(good.clone()).await.tokens();
        ask(good).await.refused(401, "invalid_client");
        let mut token_endpoint = claims();
        token_endpoint["aud"] = json!(format!("{}/token", server.issuer));
        ask(key.sign(&token_endpoint)).await.tokens();

        for (member, value) in [
            ("aud", json!("https://other.example")),
            ("aud", json!([server.issuer, "https://other.example"])),
            ("aud", Value::Null),
            ("iss", json!("other")),
            ("sub", Value::Null),
            ("exp", json!(now - 31)),
            ("exp", json!(now + 10 * 365 * 86_400)),
            ("exp", Value::Null),
            ("nbf", json!(now + 61)),
            ("iat", json!(now + 61)),
            ("jti", Value::Null),
        ] {
            let mut bad = claims();
            if value.is_null() {
                bad.as_object_mut().unwrap().remove(member);
            } else {
                bad[member] = value.clone();
            }
            let reply = ask(key.sign(&bad)).await;
            assert_eq!(reply.error(), (401, "invalid_client".into()), "{member} = {value}");
        }
        let public = key.jwks().to_string();
        ask(sign_with_secret(&public, &claims())).await.refused(401, "invalid_client");
        ask(KeyPair::generate().sign(&claims())).await.refused(401, "invalid_client");
        ask("e30.e30.".into()).await.refused(401, "invalid_client");
        ask("not a jwt".into()).await.refused(401, "invalid_client");
    }

    /// OpenID Connect Core §9: client_secret_jwt.
    async fn a_secret_may_sign_an_assertion(db) {
        let server = TestServer::with(db).client(machine("hmac").with("token_endpoint_auth_method", "client_secret_jwt")).start().await;
        let now = server.now();
        let app = Application::of(&server, "hmac");
        let claims = json!({ "iss": "hmac", "sub": "hmac", "aud": server.issuer, "jti": unguessable(), "exp": now + 60 });
        let post = |assertion: String| {
            let app = app.clone();
            async move {
                let body = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "client_credentials")
                    .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                    .append_pair("client_assertion", &assertion)
                    .finish();
                app.post_raw("/token", &[], body).await
            }
        };
        post(sign_with_secret(&secret_of("hmac"), &claims)).await.tokens();
        let mut second = claims.clone();
        second["jti"] = json!(unguessable());
        post(sign_with_secret("another secret that is long enough for HS256", &second)).await.refused(401, "invalid_client");
        app.authenticating(Authentication::Basic(secret_of("hmac"))).client_credentials(&[]).await.refused(401, "invalid_client");
    }

    /// security.md T11, T12, T14.
    async fn malformed_token_requests_are_told_what_to_change(db) {
        let server = TestServer::start(db).await;
        let worker = Application::of(&server, "worker");
        let authorization = basic("worker", &secret_of("worker"));
        let auth = ("authorization", authorization.as_str());
        for body in ["", "grant_type=", "grant_type=client_credentials&grant_type=client_credentials", "grant_type=%zz", "grant_type=%ff", "grant_type=a%00"] {
            let reply = worker.post_raw("/token", &[auth], body).await;
            assert_eq!(reply.error(), (400, "invalid_request".into()), "{body:?}");
        }
        worker.post_raw("/token", &[auth], "grant_type=password&username=a&password=b").await.refused(400, "unsupported_grant_type");
        worker.post_raw("/token", &[auth], "grant_type=urn:x").await.refused(400, "unsupported_grant_type");
        worker.post_raw("/token", &[auth], format!("grant_type={}", "x".repeat(100_000))).await.refused(400, "invalid_request");
        let json = worker.http.post(server.at("/token")).header("content-type", "application/json").body(r#"{"grant_type":"client_credentials"}"#);
        Reply::of(json).await.refused(400, "invalid_request");
        assert_eq!(worker.get("/token", &[]).await.status, 405);
        let shop = Application::of(&server, "shop");
        shop.client_credentials(&[]).await.refused(400, "unauthorized_client");
        worker.refresh("x").await.refused(400, "invalid_grant");
    }

    /// security.md T13, RFC 9068 §2.2.
    async fn a_machine_gets_its_own_scope_and_nothing_of_people(db) {
        let server = TestServer::start(db).await;
        let worker = Application::of(&server, "worker");
        let tokens = worker.client_credentials(&[("scope", "orders:read")]).await.tokens();
        assert!(tokens.refresh_token.is_none() && tokens.id_token.is_none());
        let token = worker.verified(&tokens.access_token).await;
        assert_eq!((token.text("sub"), token.text("client_id"), token.text("scope")), ("worker", "worker", "orders:read"));
        assert_eq!(token.claim("aud"), &json!("https://api.example"));
        assert_eq!(token.header["typ"], "at+jwt");
        for scope in ["orders:delete", "openid", "orders:read profile"] {
            worker.client_credentials(&[("scope", scope)]).await.refused(400, "invalid_scope");
        }
        worker.client_credentials(&[("resource", "https://other.example")]).await.refused(400, "invalid_target");
        assert_eq!(worker.userinfo(&tokens.access_token).await.status, 401);
        assert!(worker.is_active(&tokens.access_token).await);
        worker.revoke(&tokens.access_token).await;
        assert!(!worker.is_active(&tokens.access_token).await);
    }
}
