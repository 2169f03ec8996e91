//! GitHub: OAuth 2 without OpenID Connect. Who somebody is, its API tells to the holder of the token; there is no token to verify and
//! none to mix up, since the code is redeemed at GitHub's own endpoint with the verifier of this browser's request.
//!
//! Specs: RFC 6749 §4.1, RFC 7636; <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>.

use super::identity::Documents;
use super::openid::{Endpoints, kept};
use super::{Upstream, UpstreamContext, UpstreamFault, UpstreamIdentity, UpstreamKind, UpstreamProof};
use openidconnect::{AuthType, OAuth2TokenResponse};
use serde_json::{Map, Value, json};

impl Upstream {
    /// The endpoints, which GitHub publishes nowhere; `None` for every other provider.
    pub(super) fn github_endpoints(&self) -> Option<Endpoints> {
        (self.kind == UpstreamKind::GitHub).then(|| Endpoints {
            authorization: self.at_github("/login/oauth/authorize"),
            token: self.at_github("/login/oauth/access_token"),
            userinfo: None,
            jwks: None,
            sends_issuer: false,
            auth_type: AuthType::RequestBody,
        })
    }

    fn at_github(&self, path: &str) -> String {
        format!("{}{path}", self.issuer.trim_end_matches('/'))
    }

    /// GitHub Enterprise Server has its API below its own name.
    fn github_api(&self, path: &str) -> String {
        match self.issuer.as_str() {
            "https://github.com" => format!("https://api.github.com{path}"),
            _ => self.at_github(&format!("/api/v3{path}")),
        }
    }

    pub(super) async fn redeem_at_github(
        &self,
        context: &UpstreamContext<'_>,
        code: &str,
        iss: Option<&str>,
        proof: &UpstreamProof,
    ) -> Result<UpstreamIdentity, UpstreamFault> {
        if iss.is_some_and(|iss| iss != self.issuer && iss != self.at_github("/login/oauth")) {
            return Err(UpstreamFault::Issuer);
        }
        let endpoints = self.endpoints(context).await?;
        let tokens = self.exchange(context, &endpoints, code, proof).await?;
        let access_token = tokens.access_token().secret();
        let user = self.bearer_json(context, &self.github_api("/user"), access_token).await?;
        // The number stays when somebody changes their name, and another may take the name then.
        let id = user.get("id").and_then(Value::as_u64).ok_or(UpstreamFault::UserInfo("has no id"))?;
        let emails = self.bearer_json(context, &self.github_api("/user/emails"), access_token).await?;
        let primary = emails
            .as_array()
            .into_iter()
            .flatten()
            .find(|email| email.get("primary").and_then(Value::as_bool) == Some(true))
            .cloned()
            .unwrap_or_default();
        let mut claims = Map::new();
        for (name, value) in [
            ("email", primary.get("email")),
            ("email_verified", primary.get("verified")),
            ("name", user.get("name")),
            ("preferred_username", user.get("login")),
            ("picture", user.get("avatar_url")),
            ("profile", user.get("html_url")),
        ] {
            claims.insert(name.to_owned(), value.cloned().unwrap_or(json!(null)));
        }
        let userinfo = user.as_object().cloned().unwrap_or_default();
        let mut identity = self.identity(id.to_string(), &Documents { id_token: claims, userinfo })?;
        identity.tokens = self.keep_tokens.then(|| kept(&tokens));
        Ok(identity)
    }
}
