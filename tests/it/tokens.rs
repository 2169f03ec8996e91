//! What tokens say, and what introspection, revocation and userinfo say of them.

use crate::both;
use crate::support::application::Authentication;
use crate::support::prelude::*;

const API: &str = "https://api.example";

both! {
    /// security.md K9, clients.md §0 rule 4, RFC 9068 §2.2, OpenID Connect Core §2.
    async fn tokens_say_what_the_specifications_ask(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let request = shop.authorization_request().with("scope", "openid profile email orders:read");
        let tokens = shop.sign_in_with(&mut alice.signed_in(&server).await, &alice, &request).await;
        let access = shop.verified(&tokens.access_token).await;
        assert_eq!((access.header["typ"].as_str(), access.header["alg"].as_str()), (Some("at+jwt"), Some("ES256")));
        assert_eq!(access.claim("aud"), &json!([API, server.issuer]));
        assert_eq!(access.text("iss"), server.issuer);
        assert_eq!(access.text("client_id"), "shop");
        assert_eq!(access.text("scope"), "openid profile email orders:read");
        assert_eq!(access.number("exp") - access.number("iat"), 300);
        assert!(!access.text("jti").is_empty());

        let id = shop.verified(tokens.id_token()).await;
        assert_eq!(id.header["alg"], "RS256");
        assert_eq!(id.text("aud"), "shop");
        assert_eq!(id.text("sub"), access.text("sub"));
        assert_eq!(Some(id.text("nonce")), request.parameter("nonce"));
        assert_eq!((id.text("email"), id.text("name")), (alice.email.as_str(), alice.name.as_str()));
        assert_eq!(id.claim("amr"), &json!(["pwd"]));
        assert_eq!(id.number("auth_time"), server.now());
        assert!(!id.text("sid").is_empty() && !id.text("at_hash").is_empty());
        let answer = tokens.reply.json();
        assert_eq!((answer["token_type"].as_str(), answer["expires_in"].as_i64()), (Some("Bearer"), Some(300)));
    }

    /// RFC 6749 §3.3 and §5.1, RFC 9068 §2.2.3: a scope has one token at least; where nothing was granted there is no such member.
    async fn without_a_scope_there_is_none_to_be_told(db) {
        let bare = Client::service("bare");
        let server = TestServer::with(db).client(bare).client(Client::confidential("shop").first_party()).start().await;
        let (bare, shop) = (Application::of(&server, "bare"), Application::of(&server, "shop"));
        let alice = Person::alice();
        let machine = bare.client_credentials(&[]).await.tokens();
        let person = shop.sign_in_with(&mut alice.signed_in(&server).await, &alice, &shop.authorization_request().without("scope")).await;
        assert!(person.id_token.is_none());
        for (app, tokens) in [(&bare, &machine), (&shop, &person)] {
            assert_eq!(tokens.reply.json().get("scope"), None, "{:?}", tokens.reply);
            assert_eq!(app.verified(&tokens.access_token).await.claims.get("scope"), None);
            let told = app.introspect(&tokens.access_token).await;
            assert!(told["active"] == true && told.get("scope").is_none(), "{told}");
        }
    }

    /// OpenID Connect Core §5.4: only what was granted.
    async fn userinfo_tells_what_the_scope_allows(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let all = shop.sign_in(&mut browser, &alice).await;
        let info = shop.userinfo(&all.access_token).await.ok();
        assert_eq!(info["email"], json!(alice.email));
        assert_eq!(info["email_verified"], json!(false));
        assert_eq!(info["sub"], shop.verified(all.id_token()).await.claims["sub"]);
        let little = shop.sign_in_with(&mut browser, &alice, &shop.authorization_request().with("scope", "openid")).await;
        let info = shop.userinfo(&little.access_token).await.ok();
        assert_eq!(info.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"]);
        let post = shop.post_raw("/userinfo", &[], format!("access_token={}", all.access_token)).await;
        assert_eq!(post.ok()["email"], json!(alice.email));
        let none = shop.sign_in_with(&mut browser, &alice, &shop.authorization_request().with("scope", "orders:read")).await;
        assert!(none.id_token.is_none());
        assert_eq!(shop.userinfo(&none.access_token).await.status, 401, "not meant for us");
    }

    /// OpenID Connect Core §5.5: the claims parameter picks single claims, where the scope would be allowed.
    async fn the_claims_parameter_picks_claims(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let claims = r#"{"userinfo":{"name":{"essential":true},"nonsense":null},"id_token":{"email":null}}"#;
        let request = shop.authorization_request().with("scope", "openid").with("claims", claims);
        let tokens = shop.sign_in_with(&mut alice.signed_in(&server).await, &alice, &request).await;
        assert_eq!(shop.verified(tokens.id_token()).await.text("email"), alice.email);
        let info = shop.userinfo(&tokens.access_token).await.ok();
        assert_eq!(info.as_object().unwrap().keys().collect::<Vec<_>>(), ["name", "sub"]);
    }

    /// security.md I1, RFC 7662 §2.1 and §4.
    async fn introspection_answers_the_client_and_the_audience_only(db) {
        let server = TestServer::with(db)
            .resource(API, &["orders:read"])
            .resource("https://other.example", &["other"])
            .client(Client::confidential("shop").first_party().with("resources", json!([API])))
            .client(Client::confidential("partner"))
            .client(Client::service("api").with("serves", json!([API])))
            .client(Client::service("other-api").with("serves", json!(["https://other.example"])))
            .client(Client::public("spa"))
            .start()
            .await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let request = shop.authorization_request().with("scope", "openid orders:read");
        let tokens = shop.sign_in_with(&mut alice.signed_in(&server).await, &alice, &request).await;
        assert!(Application::of(&server, "api").is_active(&tokens.access_token).await);
        assert!(shop.is_active(&tokens.access_token).await);
        assert!(shop.is_active(tokens.refresh_token()).await);
        for stranger in ["partner", "other-api"] {
            let stranger = Application::of(&server, stranger);
            assert_eq!(stranger.introspect(&tokens.access_token).await, json!({ "active": false }));
            assert_eq!(stranger.introspect(tokens.refresh_token()).await, json!({ "active": false }));
        }
        assert!(!Application::of(&server, "api").is_active(tokens.refresh_token()).await);
        Application::of(&server, "spa").post("/introspect", &[("token", "x")]).await.refused(401, "invalid_client");
        shop.clone().authenticating(Authentication::Basic("x".into())).post("/introspect", &[("token", "x")]).await.refused(401, "invalid_client");
    }

    /// security.md I2, I3.
    async fn what_is_not_good_is_inactive_whatever_the_hint(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        for hint in ["refresh_token", "access_token", "nonsense"] {
            let answer = shop.post("/introspect", &[("token", &tokens.access_token), ("token_type_hint", hint)]).await.ok();
            assert_eq!(answer["active"], true, "{hint}");
        }
        let cut = &tokens.access_token[..tokens.access_token.len() - 4];
        for bad in [tokens.id_token(), cut, &format!("{}x", tokens.access_token), "x", "a.b.c"] {
            assert_eq!(shop.introspect(bad).await, json!({ "active": false }), "{bad}");
        }
        server.advance(Duration::from_secs(300));
        assert!(!shop.is_active(&tokens.access_token).await);
        assert_eq!(shop.userinfo(&tokens.access_token).await.status, 401);
    }

    /// security.md I2: a refresh token that was used, a code, an assertion, and what a former issuer issued are inactive.
    async fn what_was_replaced_or_is_of_another_issuer_is_inactive(db) {
        let mut server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let first = shop.sign_in(&mut browser, &alice).await;
        assert!(shop.is_active(first.refresh_token()).await);
        let second = shop.refresh(first.refresh_token()).await.tokens();
        assert_eq!(shop.introspect(first.refresh_token()).await, json!({ "active": false }), "used");
        assert!(shop.is_active(second.refresh_token()).await && shop.is_active(&first.access_token).await);
        let request = shop.authorization_request();
        let code = alice.authorize(&mut browser, &request).await.code().to_owned();
        let assertion = crate::support::jwt::KeyPair::generate().sign(&shop.assertion_claims());
        let longer = format!("{}.{}", second.access_token, "e30");
        for other in [code.as_str(), &assertion, &longer, &second.refresh_token()[1..], ""] {
            let reply = shop.post("/introspect", &[("token", other)]).await;
            assert!(if other.is_empty() { reply.status == 400 } else { reply.ok() == json!({ "active": false }) }, "{other}: {reply:?}");
        }
        // The same keys under another name: what the former issuer issued says nothing here.
        let issuer = format!("http://127.0.0.1:{}", server.ground.port);
        server.ground.change("issuer", issuer.as_str());
        server.ground.issuer = issuer;
        server.restart().await;
        let shop = shop.through(&server.issuer);
        assert_eq!(shop.introspect(&second.access_token).await, json!({ "active": false }));
        assert_eq!(shop.userinfo(&second.access_token).await.status, 401);
    }

    /// security.md I4: a public client revokes its own tokens and nobody else's.
    async fn a_public_client_revokes_its_own_only(db) {
        let server = TestServer::start(db).await;
        let (shop, spa) = (Application::of(&server, "shop"), Application::of(&server, "spa"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        for token in [&tokens.access_token, tokens.refresh_token()] {
            assert_eq!(spa.revoke(token).await.status, 200);
            let posing = spa.post_raw("/revoke", &[], format!("client_id=shop&token={token}")).await;
            posing.refused(401, "invalid_client");
        }
        let jsonp = spa.post("/revoke", &[("token", &tokens.access_token), ("callback", "evil")]).await;
        assert!(jsonp.status == 200 && !jsonp.body.contains("evil"), "{jsonp:?}");
        assert!(shop.is_active(&tokens.access_token).await && shop.is_active(tokens.refresh_token()).await);
    }

    /// security.md I4, RFC 7009 §2.
    async fn revocation_ends_ones_own_and_nothing_else(db) {
        let server = TestServer::start(db).await;
        let (shop, partner) = (Application::of(&server, "shop"), Application::of(&server, "partner"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        for token in [&tokens.access_token, tokens.refresh_token(), "unknown"] {
            assert_eq!(partner.revoke(token).await.status, 200);
        }
        assert!(shop.is_active(&tokens.access_token).await);
        assert_eq!(shop.get(&format!("/revoke?token={}", tokens.access_token), &[]).await.status, 405);
        let other = shop.sign_in(&mut browser, &alice).await;
        assert_eq!(shop.revoke(&tokens.access_token).await.status, 200);
        assert!(!shop.is_active(&tokens.access_token).await);
        assert_eq!(shop.userinfo(&tokens.access_token).await.status, 401);
        let next = shop.refresh(tokens.refresh_token()).await.tokens();
        assert_eq!(shop.revoke(next.refresh_token()).await.status, 200);
        assert!(!shop.is_active(&next.access_token).await);
        assert!(shop.is_active(&other.access_token).await);
        let spa = Application::of(&server, "spa");
        let own = spa.sign_in(&mut browser, &alice).await;
        assert_eq!(spa.revoke(&own.access_token).await.status, 200);
        assert_eq!(spa.userinfo(&own.access_token).await.status, 401);
    }

    /// security.md I5, RFC 6750 §2 and §3.1.
    async fn userinfo_challenges_as_the_specification_says(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let tokens = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let none = shop.get("/userinfo", &[]).await;
        assert_eq!((none.status, none.header("www-authenticate").contains("error")), (401, false));
        let bad = shop.userinfo("nonsense").await;
        assert_eq!(bad.status, 401);
        assert!(bad.header("www-authenticate").contains(r#"error="invalid_token""#));
        let bearer = format!("Bearer {}", tokens.access_token);
        let in_query = shop.get(&format!("/userinfo?access_token={}", tokens.access_token), &[]).await;
        let twice = shop.post_raw("/userinfo", &[("authorization", &bearer)], format!("access_token={}", tokens.access_token)).await;
        let broken = shop.post_raw("/userinfo", &[], "access_token=%").await;
        for bad in [in_query, twice, broken] {
            bad.refused(400, "invalid_request");
            assert!(bad.header("www-authenticate").contains(r#"error="invalid_request""#), "{bad:?}");
        }
        assert_eq!(shop.get("/userinfo", &[("authorization", &bearer.replace("Bearer", "bEARER"))]).await.status, 200);
    }

    /// RFC 8707 §2: one token for each API, opaque where the API wants it so.
    async fn tokens_are_made_for_the_resource_that_is_asked_for(db) {
        let opaque = "https://opaque.example";
        let server = TestServer::with(db)
            .resource(API, &["orders:read"])
            .resource_document(json!({ "identifier": opaque, "name": "Opaque", "scopes": { "o:read": "Read" }, "access_token_format": "opaque", "access_token_lifetime": 60 }))
            .client(Client::confidential("shop").first_party().with("resources", json!([API, opaque])).with("default_resource", API))
            .client(Client::service("api").with("serves", json!([opaque])))
            .start()
            .await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let plain = shop.sign_in_with(&mut browser, &alice, &shop.authorization_request().with("scope", "openid")).await;
        assert_eq!(shop.verified(&plain.access_token).await.claim("aud"), &json!([API, server.issuer]));

        let both = shop.authorization_request().with("scope", "openid orders:read o:read").with("resource", API).and_again("resource", opaque);
        let landed = alice.authorize(&mut browser, &both).await;
        let redeem = |resource: &'static str| {
            let (shop, both, code) = (shop.clone(), both.clone(), landed.code().to_owned());
            async move {
                shop.post("/token", &[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &both.redirect_uri),
                    ("code_verifier", &both.verifier), ("resource", resource)]).await
            }
        };
        redeem("https://foreign.example").await.refused(400, "invalid_target");
        // RFC 6749 §4.1.2: what is refused uses nothing up, so that the client can do as it is told.
        shop.redeem(&both, landed.code()).await.refused(400, "invalid_target");
        let first = redeem(API).await.tokens();
        assert_eq!(first.scope(), "openid orders:read");
        shop.refresh(first.refresh_token()).await.refused(400, "invalid_target");
        server.advance(Duration::from_secs(31));
        let second = shop.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", first.refresh_token()), ("resource", opaque)]).await;
        assert_eq!(second.json()["expires_in"], 60);
        let second = second.tokens();
        assert!(!second.access_token.contains('.'));
        assert_eq!(second.scope(), "openid o:read");
        let twice = [("grant_type", "refresh_token"), ("refresh_token", second.refresh_token()), ("resource", API), ("resource", API)];
        let third = shop.post("/token", &twice).await.tokens();
        assert_eq!(shop.verified(&third.access_token).await.claim("aud"), &json!([API, server.issuer]), "named twice, meant once");
        assert!(Application::of(&server, "api").is_active(&second.access_token).await);
        shop.revoke(&second.access_token).await;
        assert!(!Application::of(&server, "api").is_active(&second.access_token).await);
    }

    /// OpenID Connect Registration §2: each client has its algorithm.
    async fn tokens_are_signed_as_the_client_registered(db) {
        let algorithms = ["RS256", "PS256", "ES256", "EdDSA"];
        let mut setup = TestServer::with(db);
        for algorithm in algorithms {
            let client = Client::confidential(&algorithm.to_lowercase()).first_party();
            setup = setup.client(client.with("id_token_signed_response_alg", algorithm).with("access_token_signed_response_alg", algorithm));
        }
        let server = setup.start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for algorithm in algorithms {
            let app = Application::of(&server, &algorithm.to_lowercase());
            let tokens = app.sign_in(&mut browser, &alice).await;
            for token in [&tokens.access_token, tokens.id_token()] {
                assert_eq!(app.verified(token).await.header["alg"], algorithm);
            }
        }
    }

    /// security.md M8, P8 and the mappings of the configuration.
    async fn groups_roles_and_mapped_claims_come_from_the_operator(db) {
        let mut mapping = toml::Table::new();
        for (name, value) in [("name", "department"), ("user_attribute", "dept"), ("scope", "profile")] {
            mapping.insert(name.into(), value.into());
        }
        let server = TestServer::with(db)
            .setting("claims", vec![toml::Value::Table(mapping)])
            .client(Client::confidential("shop").first_party())
            .start()
            .await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        server.database().execute(r#"UPDATE users SET roles = '["editor"]', user_groups = '["staff"]', attributes = '{"dept":"Sales"}'"#).await;
        let request = shop.authorization_request().with("scope", "openid profile groups roles");
        let id = shop.verified(shop.sign_in_with(&mut browser, &alice, &request).await.id_token()).await;
        assert_eq!((id.claim("roles"), id.claim("groups")), (&json!(["editor"]), &json!(["staff"])));
        assert_eq!(id.text("department"), "Sales");
    }
}
