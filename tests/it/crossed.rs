//! Whatever this server hands out is good for one thing (security.md C4, K6, S10): each of them tried on each door.

use crate::both;
use crate::support::application::{basic, unguessable};
use crate::support::jwt::KeyPair;
use crate::support::prelude::*;
use crate::support::setup::secret_of;

const API: &str = "https://opaque.example";

both! {
    /// security.md C4, K6, T9, I2, S3, S10: codes, tokens, tickets, cookies and form tokens never pass for one another.
    async fn each_thing_opens_its_own_door_only(db) {
        let key = KeyPair::generate();
        let server = TestServer::with(db)
            .resource_document(json!({ "identifier": API, "name": "Opaque", "scopes": { "o:read": "Read" }, "access_token_format": "opaque" }))
            .client(Client::confidential("shop").first_party().with("resources", json!([API])))
            .client(Client::confidential("partner"))
            .client(Client::service("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt").with("jwks", key.jwks()))
            .start()
            .await;
        let (shop, partner, signer) = (Application::of(&server, "shop"), Application::of(&server, "partner"), Application::of(&server, "signer"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let opaque = shop.sign_in_with(&mut browser, &alice, &shop.authorization_request().with("scope", "openid o:read")).await;
        assert!(!opaque.access_token.contains('.'));
        let request = shop.authorization_request();
        let code = alice.authorize(&mut browser, &request).await.code().to_owned();
        let [logout_ticket, ticket, csrf] = browser.tickets(&partner.authorization_request()).await;
        let cookie = |name: &str| browser.cookie(name).unwrap().value.clone();
        let now = server.now();
        let assertion = key.sign(&json!({ "iss": "signer", "sub": "signer", "aud": server.issuer, "jti": unguessable(), "iat": now, "exp": now + 60 }));
        let setup = ostiary::setup::first_administrator_link(server.app()).await.unwrap().unwrap();
        let setup = setup.split("ticket=").nth(1).unwrap().to_owned();
        let things = [
            ("code", code),
            ("access token", tokens.access_token.clone()),
            ("opaque access token", opaque.access_token.clone()),
            ("refresh token", tokens.refresh_token().to_owned()),
            ("ID token", tokens.id_token().to_owned()),
            ("assertion", assertion),
            ("authorization ticket", ticket),
            ("logout ticket", logout_ticket),
            ("setup ticket", setup),
            ("form token", csrf),
            ("session", cookie("ostiary_session")),
            ("binding", cookie("ostiary_browser")),
            ("known", cookie("ostiary_known")),
            ("client secret", secret_of("shop")),
            ("password", alice.password.clone()),
        ];
        let form = |pairs: &[(&str, &str)]| url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        // Each door with everything, the right key last, since some doors open once.
        for (door, keys) in [
            ("redeem", &["code"][..]),
            ("introspect", &["access token", "opaque access token", "refresh token"]),
            ("userinfo", &["access token", "opaque access token"]),
            ("refresh", &["refresh token"]),
            ("client_assertion", &["assertion"]),
            ("Basic", &["client secret"]),
            ("setup", &["setup ticket"]),
            ("resume", &["authorization ticket"]),
            ("consent form", &["form token"]),
            ("session cookie", &["session"]),
            ("sign-in", &["password"]),
            ("id_token_hint", &["ID token"]),
        ] {
            let mut opened = Vec::new();
            let ordered = things.iter().filter(|(name, _)| !keys.contains(name)).chain(things.iter().filter(|(name, _)| keys.contains(name)));
            for (name, thing) in ordered {
                let opens = match door {
                    "redeem" => shop.redeem(&request, thing).await.status == 200,
                    "introspect" => shop.is_active(thing).await,
                    "userinfo" => shop.get("/userinfo", &[("authorization", &format!("Bearer {thing}"))]).await.status == 200,
                    "refresh" => shop.refresh(thing).await.status == 200,
                    "client_assertion" => {
                        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                        let body = form(&[("grant_type", "client_credentials"), ("client_assertion_type", kind), ("client_assertion", thing)]);
                        signer.post_raw("/token", &[], body).await.status == 200
                    }
                    "Basic" => {
                        let reply = shop.post_raw("/introspect", &[("authorization", &basic("shop", thing))], form(&[("token", "x")])).await;
                        reply.status == 200
                    }
                    "setup" => {
                        let mut page = Browser::new(&server);
                        page.open(&format!("/setup?{}", form(&[("ticket", thing)]))).await;
                        page.heading() == "Create the first administrator"
                    }
                    "resume" => {
                        let mut page = browser.clone();
                        page.open(&format!("/authorize/resume?{}", form(&[("ticket", thing)]))).await;
                        page.page().has_button("Allow")
                    }
                    "consent form" => {
                        let mut page = browser.clone();
                        page.post("/account/sessions", &[("csrf", thing), ("end", "nothing")], true).await;
                        page.status() != 403
                    }
                    "session cookie" => {
                        let mut page = browser.clone();
                        page.cookies.set("ostiary_session", thing);
                        page.open("/account").await;
                        page.heading() == "Your account"
                    }
                    "sign-in" => {
                        server.database().execute("DELETE FROM failed_guesses").await;
                        let mut page = Browser::new(&server);
                        Person { password: thing.clone(), ..alice.clone() }.sign_in(&mut page).await;
                        page.heading() == "Your account"
                    }
                    _ => {
                        let mut page = browser.clone();
                        page.open(&format!("/logout?{}", form(&[("id_token_hint", thing)]))).await;
                        page.heading() != "Sign out?"
                    }
                };
                if opens {
                    opened.push(*name);
                }
            }
            assert_eq!(opened, keys, "{door}");
        }
    }
}
