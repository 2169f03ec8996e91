//! Whom an answer is about and what it must hold: hints, the `claims` parameter (OpenID Connect Core §3.1.2 and §5.5).

use crate::both;
use crate::support::prelude::*;

both! {
    /// OpenID Connect Core §3.1.2.2: nobody else than the app insists on, by `claims` and by the hint alike.
    async fn the_answer_is_about_nobody_else(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        let of_alice = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let mut browser = bob.signed_in(&server).await;
        let of_bob = shop.sign_in(&mut browser, &bob).await;
        let sub = |tokens: &Tokens| Jwt::decode(tokens.id_token()).text("sub").to_owned();
        let (alices, bobs) = (sub(&of_alice), sub(&of_bob));
        let silent = shop.authorization_request().with("prompt", "none").with("id_token_hint", of_bob.id_token());
        for of_another in [json!({ "value": alices }), json!({ "values": [alices] }), json!({ "value": 1 }), json!({ "values": [[bobs]] })] {
            let request = silent.clone().with("claims", &json!({ "id_token": { "sub": of_another } }).to_string());
            assert_eq!(browser.open(&request.url()).await.landed().error(), "login_required", "{of_another}");
        }
        for of_bob in [json!({ "value": bobs }), json!({ "values": [alices, bobs] }), json!({ "essential": true }), Value::Null] {
            let request = silent.clone().with("claims", &json!({ "id_token": { "sub": of_bob } }).to_string());
            browser.open(&request.url()).await.landed().code();
        }
    }

    /// OpenID Connect Core §5.5.1.1, security.md A23: what is essential is met or refused, whatever type it has.
    async fn an_essential_acr_that_nobody_knows_is_unmet(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        shop.sign_in(&mut browser, &alice).await;
        for acr in [json!({ "values": [2] }), json!({ "value": ["2"] }), json!({ "value": "gold" })] {
            let mut essential = acr.clone();
            essential["essential"] = json!(true);
            let asked = |acr: &Value| shop.authorization_request().with("claims", &json!({ "id_token": { "acr": acr } }).to_string());
            assert_eq!(browser.open(&asked(&essential).url()).await.landed().error(), "unmet_authentication_requirements", "{acr}");
            browser.open(&asked(&acr).url()).await.landed().code();
        }
    }

    /// `acr` and `amr` of an ID token are of one instant: a factor that is proven before the redemption is not what the code was for.
    async fn amr_is_of_the_sign_in_that_the_code_is_for(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        shop.sign_in(&mut browser, &alice).await;
        let request = shop.authorization_request();
        let code = browser.open(&request.url()).await.landed().code().to_owned();
        server.database().execute(r#"UPDATE sessions SET amr = '["pwd","otp","mfa"]', acr = '2'"#).await;
        let id = shop.verified(shop.redeem(&request, &code).await.tokens().id_token()).await;
        assert_eq!((id.claim("amr"), id.text("acr")), (&json!(["pwd"]), "1"));
    }
}
