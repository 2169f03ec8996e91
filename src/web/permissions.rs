//! What a scope means, in words for people.

use crate::app::App;
use crate::oauth::scope::Scope;
use crate::web::page::{Layout, Permission};

/// One line for each thing that the scope allows; `openid` and `offline_access` are put last. The words for an API's scopes are
/// the operator's, as they wrote them.
pub fn permissions(app: &App, layout: &Layout, scope: &Scope) -> Vec<Permission> {
    let directory = app.clients.directory();
    let line = |title: String, detail: &str| Permission { title, detail: Some(detail.to_owned()).filter(|text| !text.is_empty()) };
    let ours = |title| Permission { title: layout.t(title), detail: None };
    let with_detail = |title, detail| Permission { title: layout.t(title), detail: Some(layout.t(detail)) };
    let mut lines = Vec::new();
    for token in scope.iter() {
        lines.push(match token {
            "openid" => with_detail("consent-openid", "consent-openid-detail"),
            "profile" => with_detail("consent-profile", "consent-profile-detail"),
            "email" => ours("consent-email"),
            "address" => ours("consent-address"),
            "phone" => ours("consent-phone"),
            "groups" => ours("consent-groups"),
            "roles" => ours("consent-roles"),
            "offline_access" => with_detail("consent-offline", "consent-offline-detail"),
            other => {
                let owner = directory.resources().find(|resource| resource.scopes.contains_key(other));
                match owner.and_then(|resource| resource.scopes.get(other).map(|words| (words, &resource.name))) {
                    Some((words, name)) if !words.is_empty() => line(words.clone(), name),
                    Some((_, name)) => line(other.to_owned(), name),
                    None => line(other.to_owned(), ""),
                }
            }
        });
    }
    lines
}
