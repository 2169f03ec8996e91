//! The token endpoint: who asks, and what it refuses.

use crate::both;
use crate::support::application::{Authentication, assertion_form, basic, unguessable};
use crate::support::jwt::{KeyPair, forge, hmac_sha256, sign_with_secret};
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

    /// OpenID Connect Core §10.1: keys may have no names; each that may be registered is tried.
    async fn any_key_of_the_set_may_sign(db) {
        let keys: Vec<KeyPair> = (0..20).map(|_| KeyPair::generate()).collect();
        let nameless = |key: &KeyPair| {
            let mut jwk = key.jwks()["keys"][0].clone();
            jwk.as_object_mut().unwrap().remove("kid");
            jwk
        };
        let jwks = json!({ "keys": keys.iter().map(nameless).collect::<Vec<_>>() });
        let signer = machine("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt").with("jwks", jwks);
        let server = TestServer::with(db).client(signer).start().await;
        let signer = Application::of(&server, "signer");
        for key in [&keys[0], &keys[5], &keys[19]] {
            let claims = json!({ "iss": "signer", "sub": "signer", "aud": server.issuer, "jti": unguessable(), "exp": server.now() + 60 });
            signer.post_raw("/token", &[], assertion_form(&key.sign(&claims))).await.tokens();
        }
        let claims = json!({ "iss": "signer", "sub": "signer", "aud": server.issuer, "jti": unguessable(), "exp": server.now() + 60 });
        signer.post_raw("/token", &[], assertion_form(&KeyPair::generate().sign(&claims))).await.refused(401, "invalid_client");
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
                signer.post_raw("/token", &[], assertion_form(&assertion)).await
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
            ("aud", json!(1)),
            ("aud", json!([])),
            ("sub", json!("shop")),
            ("iss", Value::Null),
            ("exp", json!("soon")),
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
            let header = json!({ "alg": "ES256", "kid": "client-key-1", "typ": "JWT" });
            let reply = ask(forge(&header, &bad, |input| key.signature(input))).await;
            assert_eq!(reply.error(), (401, "invalid_client".into()), "{member} = {value}");
        }
        // RFC 7515 §4.1.9: `application/` may be there or not; RFC 8725 §3.11: another kind of token is refused either way.
        for (typ, is_ours) in [
            ("client-authentication+jwt", true), ("application/client-authentication+jwt", true), ("application/JWT", true), ("Application/jwt", true), ("jwt", true),
            ("at+jwt", false), ("application/at+jwt", false), ("application/", false), ("text/jwt", false), ("\u{e4}pplication/JWT", false),
        ] {
            let header = json!({ "alg": "ES256", "kid": "client-key-1", "typ": typ });
            let reply = ask(forge(&header, &claims(), |input| key.signature(input))).await;
            assert_eq!(reply.status, if is_ours { 200 } else { 401 }, "{typ}");
        }
        // security.md K8: clocks differ a little.
        for (member, value) in [("iat", now + 10), ("nbf", now + 10), ("exp", now - 10)] {
            let mut skewed = claims();
            skewed[member] = json!(value);
            ask(key.sign(&skewed)).await.tokens();
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
                app.post_raw("/token", &[], assertion_form(&assertion)).await
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
        // RFC 6749 §5.2: whose grant type it is not is told so, whatever else was sent.
        worker.refresh("x").await.refused(400, "unauthorized_client");
        worker.post("/token", &[("grant_type", "authorization_code"), ("code", "x")]).await.refused(400, "unauthorized_client");
        worker.post("/token", &[("grant_type", "authorization_code")]).await.refused(400, "unauthorized_client");
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

    /// security.md T1, T3, RFC 6749 §2.3.1: every character survives Basic; what is not Basic is 401 with a challenge.
    async fn basic_carries_every_character(db) {
        let secret = "p%40s+s w\u{f6}rd:with & = \u{1f6aa} and \"quotes\"";
        let server = TestServer::with(db)
            .client(machine("a+b%2Fc:d").with("client_secret", secret))
            .client(machine("other"))
            .client(machine("signer").with("token_endpoint_auth_method", "client_secret_jwt"))
            .start()
            .await;
        let app = Application::of(&server, "a+b%2Fc:d");
        app.client_credentials(&[]).await.tokens();
        app.clone().authenticating(Authentication::Post(secret.into())).client_credentials(&[]).await.tokens();
        let ask = |authorization: String, body: &'static str| {
            let app = app.clone();
            async move { app.post_raw("/token", &[("authorization", &authorization)], format!("grant_type=client_credentials{body}")).await }
        };
        let good = basic(&app.client_id, secret);
        ask(good.clone(), "").await.tokens();
        ask(good.replace("Basic", "bAsIc"), "").await.tokens();
        let encoded = |text: &str| format!("Basic {}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text));
        let unencoded = encoded(&format!("{}:{secret}", app.client_id));
        let cut = good[..good.len() - 3].to_owned();
        for bad in [
            "Basic", "Basic ", "Basic !!!", "Basic \u{e9}", "Bearer x", "Digest x", "Basic:x", &encoded("nocolon"), &encoded(":secret"), &encoded(""), &encoded("a%zz:b"),
            &encoded("a%ff:b"), &encoded("a%00:b"), &unencoded, &cut, &basic("other", secret), &basic("", secret),
        ] {
            let reply = ask(bad.to_owned(), "").await;
            reply.refused(401, "invalid_client");
            assert!(reply.header("www-authenticate").starts_with("Basic "), "{bad}");
        }
        ask(good.clone(), "&client_id=other").await.refused(401, "invalid_client");
        ask(good.clone(), "&client_secret=x").await.refused(400, "invalid_request");
        let assertion = "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c";
        ask(good.clone(), assertion).await.refused(400, "invalid_request");
        app.post_raw("/token", &[("authorization", &good), ("authorization", &good)], "grant_type=client_credentials").await.refused(400, "invalid_request");
        // Registered for another method: the right secret is of no use.
        Application::of(&server, "signer").authenticating(Authentication::Basic(secret_of("signer"))).client_credentials(&[]).await.refused(401, "invalid_client");
        // security.md T10: certificates are not read here, nor headers about them.
        let forged = [("x-ssl-cert", "x"), ("x-client-cert", "x"), ("ssl-client-verify", "SUCCESS"), ("x-forwarded-client-cert", "Subject=CN=other")];
        app.post_raw("/token", &forged, "grant_type=client_credentials&client_id=other").await.refused(401, "invalid_client");
    }

    /// security.md T7, T8, T9, K5, RFC 8725 §3.1, §3.2 and §3.10: only the registered keys and a fitting algorithm count; what a header says relaxes nothing.
    async fn no_header_of_an_assertion_gets_around_the_registered_keys(db) {
        let (key, foreign) = (KeyPair::generate(), KeyPair::generate());
        let canary = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let jku = format!("http://127.0.0.1:{}/jwks", canary.local_addr().unwrap().port());
        let server = TestServer::with(db)
            .client(machine("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt").with("jwks", key.jwks()))
            .client(machine("hmac").with("token_endpoint_auth_method", "client_secret_jwt"))
            .client(Client::confidential("shop").first_party())
            .start()
            .await;
        let signer = Application::of(&server, "signer");
        let now = server.now();
        let claims = |client: &str| json!({ "iss": client, "sub": client, "aud": server.issuer, "jti": unguessable(), "iat": now, "exp": now + 60 });
        let ask = async |assertion: &str| {
            signer.post_raw("/token", &[], assertion_form(assertion)).await
        };
        let own = claims("signer");
        let header = json!({ "alg": "ES256", "kid": "client-key-1", "typ": "JWT" });
        ask(&forge(&header, &claims("signer"), |input| key.signature(input))).await.tokens();
        ask(&forge(&json!({ "alg": "ES256" }), &claims("signer"), |input| key.signature(input))).await.tokens();

        let public = foreign.jwks()["keys"][0].clone();
        let registered = key.jwks();
        let registered = [registered.to_string(), registered["keys"][0].to_string(), registered["keys"][0]["x"].as_str().unwrap().to_owned(), String::new()];
        for secret in &registered {
            for alg in ["HS256", "HS384", "ES256"] {
                ask(&forge(&json!({ "alg": alg, "kid": "client-key-1" }), &own, |input| hmac_sha256(secret.as_bytes(), input))).await.refused(401, "invalid_client");
            }
        }
        for alg in ["none", "None", "NONE", "nOnE", "", "ES256K", "ES384", "RS256", "PS256", "EdDSA", "HS256", "../none"] {
            for signature in [Vec::new(), vec![0; 64], vec![0; 256]] {
                ask(&forge(&json!({ "alg": alg, "kid": "client-key-1" }), &own, |_| signature)).await.refused(401, "invalid_client");
            }
            ask(&forge(&json!({ "alg": alg }), &own, |input| key.signature(input))).await.refused(401, "invalid_client");
        }
        for bad in [vec![0; 64], vec![0xff; 64], vec![0; 63], vec![0; 65], vec![1; 64], Vec::new()] {
            ask(&forge(&header, &own, |_| bad)).await.refused(401, "invalid_client");
        }
        // A key in the header, or where to find one, is not followed, whoever it is of.
        for (name, value) in [("jwk", public.clone()), ("jku", json!(jku)), ("x5u", json!(jku)), ("x5c", json!(["MIIB"])), ("crit", json!(["x"])), ("b64", json!(false))] {
            let mut with = header.clone();
            with[name] = value;
            ask(&forge(&with, &own, |input| foreign.signature(input))).await.refused(401, "invalid_client");
        }
        let kids = ["../../../../dev/null", "' OR 1=1 --", "client-key-1'; DROP TABLE clients; --", "\u{0}", &"k".repeat(64 * 1024), "client-key-2"];
        for kid in kids {
            let reply = ask(&forge(&json!({ "alg": "ES256", "kid": kid }), &own, |input| foreign.signature(input))).await;
            assert!([(401, "invalid_client".into()), (400, "invalid_request".into())].contains(&reply.error()), "{reply:?}");
        }
        // What an unverified header or payload says relaxes nothing.
        for typ in ["at+jwt", "oauth-authz-req+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt"] {
            ask(&forge(&json!({ "alg": "ES256", "typ": typ }), &claims("signer"), |input| key.signature(input))).await.refused(401, "invalid_client");
        }
        // The client of another method or key: its own signature is no proof for somebody else.
        ask(&forge(&header, &claims("shop"), |input| key.signature(input))).await.refused(401, "invalid_client");
        ask(&forge(&header, &claims("hmac"), |input| key.signature(input))).await.refused(401, "invalid_client");
        ask(&forge(&json!({ "alg": "HS256" }), &claims("hmac"), |input| hmac_sha256(b"", input))).await.refused(401, "invalid_client");
        ask(&forge(&json!({ "alg": "HS256" }), &claims("hmac"), |input| hmac_sha256(secret_of("hmac").as_bytes(), input))).await.tokens();
        // Our own tokens about somebody are no assertion of a client's.
        let alice = Person::alice();
        let shop = Application::of(&server, "shop");
        let tokens = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        for token in [tokens.id_token(), &tokens.access_token, tokens.refresh_token()] {
            ask(token).await.refused(401, "invalid_client");
        }
        assert!(tokio::time::timeout(Duration::from_millis(50), canary.accept()).await.is_err(), "a key of the header's was fetched");
    }

    /// security.md K5, RFC 8725 §3.5: keys that are too weak, or no keys at all, prove nothing.
    async fn weak_keys_of_clients_prove_nothing(db) {
        use base64::Engine as _;
        use openssl::{hash::MessageDigest, pkey::PKey, rsa::Rsa, sign::Signer};
        let text = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let (good, weak) = (Rsa::generate(2048).unwrap(), Rsa::generate(1024).unwrap());
        let public = |key: &Rsa<openssl::pkey::Private>, e: &[u8]| json!({ "keys": [{ "kty": "RSA", "n": text(&key.n().to_vec()), "e": text(e) }] });
        let jwks = |key: &Rsa<openssl::pkey::Private>| public(key, &key.e().to_vec());
        let client = |id: &str, jwks: Value| machine(id).without("client_secret").with("token_endpoint_auth_method", "private_key_jwt").with("jwks", jwks);
        let off_curve = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE", "y": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE" }] });
        let small_order = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }] });
        let server = TestServer::with(db)
            .client(client("good", jwks(&good)))
            .client(client("weak", jwks(&weak)))
            .client(client("one", public(&good, &[1])))
            .client(client("off-curve", off_curve))
            .client(client("small-order", small_order))
            .start()
            .await;
        let good_signer = Application::of(&server, "good");
        let ask = async |assertion: String| {
            good_signer.post_raw("/token", &[], assertion_form(&assertion)).await
        };
        let now = server.now();
        let claims = |client: &str| json!({ "iss": client, "sub": client, "aud": server.issuer, "jti": unguessable(), "exp": now + 60 });
        let rsa = |key: &Rsa<openssl::pkey::Private>, input: &[u8]| {
            let key = PKey::from_rsa(key.clone()).unwrap();
            Signer::new(MessageDigest::sha256(), &key).unwrap().sign_oneshot_to_vec(input).unwrap()
        };
        // With the exponent 1 a signature is the padded digest itself (RFC 8017 §9.2): anybody can write it down.
        let padded = |input: &[u8]| {
            use sha2::Digest as _;
            let digest_info = [&[0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20][..], &sha2::Sha256::digest(input)].concat();
            [&[0, 1][..], &vec![0xff; 256 - 3 - digest_info.len()], &[0], &digest_info].concat()
        };
        ask(forge(&json!({ "alg": "RS256" }), &claims("good"), |input| rsa(&good, input))).await.tokens();
        ask(forge(&json!({ "alg": "RS256" }), &claims("weak"), |input| rsa(&weak, input))).await.refused(401, "invalid_client");
        ask(forge(&json!({ "alg": "RS256" }), &claims("one"), padded)).await.refused(401, "invalid_client");
        ask(forge(&json!({ "alg": "ES256" }), &claims("off-curve"), |_| vec![1; 64])).await.refused(401, "invalid_client");
        // R = A = the neutral element's small-order companion, S = 0: verifies for any message where nobody looks at orders.
        let mut signature = vec![0; 64];
        signature[0] = 1;
        ask(forge(&json!({ "alg": "EdDSA" }), &claims("small-order"), |_| signature)).await.refused(401, "invalid_client");
    }

    /// RFC 8414 §2, RFC 7518 §3.2: every algorithm that is advertised for assertions gets a token, with the secret that is given out.
    async fn every_advertised_algorithm_gets_a_token(db) {
        use josekit::jwk::{Jwk, alg::{ec::EcCurve, ed::EdCurve}};
        use josekit::jws::{self, EdDSA, JwsHeader, JwsSigner};
        let keys = [("RSA", Jwk::generate_rsa_key(2048)), ("256", Jwk::generate_ec_key(EcCurve::P256)), ("384", Jwk::generate_ec_key(EcCurve::P384)),
            ("512", Jwk::generate_ec_key(EcCurve::P521)), ("EdDSA", Jwk::generate_ed_key(EdCurve::Ed25519))].map(|(name, key)| (name, key.unwrap()));
        let public: Vec<Value> = keys.iter().map(|(_, key)| Value::Object(key.to_public_key().unwrap().into())).collect();
        let server = TestServer::with(db)
            .client(machine("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt").with("jwks", json!({ "keys": public })))
            .start()
            .await;
        let signer = Application::of(&server, "signer");
        let create = ["client", "create", "Sharer", "--id", "sharer", "--grant-type", "client_credentials", "--auth-method", "client_secret_jwt", "--json"];
        let made = server.ground.command(&create).await.done().json();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        let secret = made["client_secret"].as_str().unwrap().as_bytes();
        let key = |name: &str| &keys.iter().find(|(known, _)| *known == name).unwrap().1;
        let advertised = signer.discovery().await["token_endpoint_auth_signing_alg_values_supported"].as_array().unwrap().clone();
        assert!(advertised.len() > 5 && advertised.contains(&json!("HS256")), "{advertised:?}");
        for algorithm in advertised.iter().map(|name| name.as_str().unwrap()) {
            let with: Box<dyn JwsSigner> = match algorithm {
                "HS256" => Box::new(jws::HS256.signer_from_bytes(secret).unwrap()),
                "HS384" => Box::new(jws::HS384.signer_from_bytes(secret).unwrap()),
                "HS512" => Box::new(jws::HS512.signer_from_bytes(secret).unwrap()),
                "RS256" => Box::new(jws::RS256.signer_from_jwk(key("RSA")).unwrap()),
                "RS384" => Box::new(jws::RS384.signer_from_jwk(key("RSA")).unwrap()),
                "RS512" => Box::new(jws::RS512.signer_from_jwk(key("RSA")).unwrap()),
                "PS256" => Box::new(jws::PS256.signer_from_jwk(key("RSA")).unwrap()),
                "PS384" => Box::new(jws::PS384.signer_from_jwk(key("RSA")).unwrap()),
                "PS512" => Box::new(jws::PS512.signer_from_jwk(key("RSA")).unwrap()),
                "ES256" => Box::new(jws::ES256.signer_from_jwk(key("256")).unwrap()),
                "ES384" => Box::new(jws::ES384.signer_from_jwk(key("384")).unwrap()),
                "ES512" => Box::new(jws::ES512.signer_from_jwk(key("512")).unwrap()),
                "EdDSA" => Box::new(EdDSA.signer_from_jwk(key("EdDSA")).unwrap()),
                other => panic!("{other} is advertised, and this test knows nothing of it"),
            };
            let client = if algorithm.starts_with("HS") { "sharer" } else { "signer" };
            let claims = json!({ "iss": client, "sub": client, "aud": server.issuer, "jti": unguessable(), "exp": server.now() + 60 });
            let assertion = jws::serialize_compact(claims.to_string().as_bytes(), &JwsHeader::new(), &*with).unwrap();
            assert_eq!(signer.post_raw("/token", &[], assertion_form(&assertion)).await.status, 200, "{algorithm}");
        }
    }

    /// security.md T14: a refusal repeats no secret and no statement.
    async fn refusals_repeat_nothing_that_was_sent(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        for body in [
            "grant_type=refresh_token&refresh_token=planted-secret", "grant_type=authorization_code&code=planted-secret&code_verifier=planted-secret", "grant_type=planted-secret",
            "grant_type=refresh_token&refresh_token=x&scope=planted-secret%22", "planted-secret=1&planted-secret=2", "grant_type=refresh_token&refresh_token=x&resource=planted-secret",
        ] {
            for authorization in [basic("shop", &secret_of("shop")), basic("shop", "planted-secret"), basic("planted-secret", "x")] {
                let reply = shop.post_raw("/token", &[("authorization", &authorization)], body).await;
                assert!([400, 401].contains(&reply.status), "{reply:?}");
                let whole = format!("{:?} {}", reply.headers, reply.body);
                // A repeated name is named, since its sender must find it.
                assert!(!whole.replace("plantedsecret", "").contains("planted-secret") && !whole.contains("SELECT"), "{body}: {whole}");
                assert_eq!(reply.header("cache-control"), "no-store");
            }
        }
    }
}
