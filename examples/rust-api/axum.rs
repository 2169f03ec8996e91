//! The same API in axum: `ISSUER=… AUDIENCE=… PORT=… cargo run --example rust-api-axum`.

mod access_token;
mod provider_keys;

use access_token::{AccessTokens, Refusal};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::Arc;

async fn orders(State(tokens): State<Arc<AccessTokens>>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = tokens.check(authorization, "orders:read").await?;
    Ok(Json(json!({ "person": token.sub, "orders": ["a lantern"] })))
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match self.challenge() {
            Some(challenge) => (status, [(header::WWW_AUTHENTICATE, challenge)]).into_response(),
            None => status.into_response(),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setting = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let issuer = setting("ISSUER", "http://localhost:3004");
    let tokens = AccessTokens::new(&issuer, &setting("AUDIENCE", "https://api.example"))?;
    let app = Router::new().route("/orders", get(orders)).with_state(Arc::new(tokens));
    let listener = tokio::net::TcpListener::bind(("localhost", setting("PORT", "3001").parse()?)).await?;
    Ok(axum::serve(listener, app).await?)
}
