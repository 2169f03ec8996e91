//! An API in actix-web that checks access tokens with stock crates: `ISSUER=… AUDIENCE=… PORT=… cargo run --example rust-api`.

mod access_token;
mod provider_keys;

use access_token::{AccessTokens, Refusal};
use actix_web::http::{StatusCode, header};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, ResponseError, get, web};
use serde_json::json;
use std::fmt;

#[get("/orders")]
async fn orders(request: HttpRequest, tokens: web::Data<AccessTokens>) -> Result<impl Responder, Refusal> {
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = tokens.check(authorization, "orders:read").await?;
    Ok(web::Json(json!({ "person": token.sub, "orders": ["a lantern"] })))
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(challenge) = self.challenge() {
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        response.finish()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setting = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let issuer = setting("ISSUER", "http://localhost:3004");
    let tokens = web::Data::new(AccessTokens::new(&issuer, &setting("AUDIENCE", "https://api.example"))?);
    let port = setting("PORT", "3001").parse()?;
    let server = HttpServer::new(move || App::new().app_data(tokens.clone()).service(orders));
    Ok(server.bind(("localhost", port))?.run().await?)
}
