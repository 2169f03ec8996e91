//! An API in actix-web that checks access tokens with stock crates: `ISSUER=… AUDIENCE=… PORT=… cargo run --example rust-api`.

mod access_token;
mod provider_keys;

use access_token::{AccessTokens, Refusal};
use actix_web::{App, HttpRequest, HttpServer, Responder, get, web};
use provider_keys::ProviderKeys;
use serde_json::json;

#[get("/orders")]
async fn orders(request: HttpRequest, tokens: web::Data<AccessTokens>) -> Result<impl Responder, Refusal> {
    let token = tokens.check(&request, "orders:read").await?;
    Ok(web::Json(json!({ "person": token.sub, "orders": ["a lantern"] })))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setting = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let issuer = setting("ISSUER", "http://localhost:3004");
    let tokens = web::Data::new(AccessTokens {
        keys: ProviderKeys::new(issuer.clone())?,
        issuer,
        audience: setting("AUDIENCE", "https://api.example"),
    });
    let port = setting("PORT", "3001").parse()?;
    let server = HttpServer::new(move || App::new().app_data(tokens.clone()).service(orders));
    Ok(server.bind(("localhost", port))?.run().await?)
}
