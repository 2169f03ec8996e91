//! The metadata that clients begin with.

use crate::both;
use crate::support::prelude::*;

both! {
    /// OpenID Connect Discovery §3, RFC 8414 §2: every member as it must be, and not one more.
    async fn the_metadata_is_whole(db) {
        let server = TestServer::with(db).resource("https://api.example", &["orders:read"]).client(Client::public("spa")).setting("brand.terms_url", "https://acme.example/terms").start().await;
        let app = Application::of(&server, "spa");
        let at = |path: &str| format!("{}{path}", server.issuer);
        let assertions = json!(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256"]);
        let expected = json!({
            "issuer": server.issuer,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/userinfo"),
            "jwks_uri": at("/jwks"),
            "introspection_endpoint": at("/introspect"),
            "revocation_endpoint": at("/revoke"),
            "end_session_endpoint": at("/logout"),
            "scopes_supported": ["openid", "profile", "email", "address", "phone", "groups", "roles", "offline_access", "orders:read"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": assertions,
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"],
            "introspection_endpoint_auth_signing_alg_values_supported": assertions,
            "revocation_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"],
            "revocation_endpoint_auth_signing_alg_values_supported": assertions,
            "acr_values_supported": ["1", "2", "phr"],
            "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
            "display_values_supported": ["page", "popup", "touch"],
            "claim_types_supported": ["normal"],
            "claims_supported": [
                "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "name", "family_name", "given_name", "middle_name", "nickname",
                "preferred_username", "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified",
                "address", "phone_number", "phone_number_verified", "groups", "roles",
            ],
            "ui_locales_supported": ["en", "de", "fr", "es", "pt", "ar"],
            "claims_parameter_supported": true,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "authorization_response_iss_parameter_supported": true,
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
            "frontchannel_logout_supported": false,
            "op_tos_uri": "https://acme.example/terms",
        });
        let document = app.discovery().await;
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(&document[member], value, "{member}");
        }
        assert_eq!(document.as_object().unwrap().keys().collect::<Vec<_>>(), expected.as_object().unwrap().keys().collect::<Vec<_>>());
        assert_eq!(app.get("/.well-known/oauth-authorization-server", &[]).await.ok(), document, "RFC 8414");
        // True: what is named is there.
        for (member, value) in document.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri") {
            let path = value.as_str().unwrap().strip_prefix(&server.issuer).unwrap();
            assert_ne!(app.get(path, &[]).await.status, 404, "{member}");
        }
    }

    /// Initiating User Registration §4.1, OpenID Connect Discovery §3: what is switched off is not promised.
    async fn what_is_switched_off_is_not_promised(db) {
        let server = TestServer::with(db).setting("sign_up.enabled", false).start().await;
        let document = Application::of(&server, "shop").discovery().await;
        assert_eq!(document["prompt_values_supported"], json!(["none", "login", "consent", "select_account"]));
        assert_eq!((document.get("op_policy_uri"), document.get("op_tos_uri")), (None, None));
    }
}
