//! What a scope means, in words for people.

use crate::app::App;
use crate::oauth::scope::Scope;
use crate::web::page::Permission;

/// One line for each thing that the scope allows; `openid` and `offline_access` are put last.
pub fn permissions(app: &App, scope: &Scope) -> Vec<Permission> {
    let directory = app.clients.directory();
    let line =
        |title: &str, detail: &str| Permission { title: title.into(), detail: Some(detail.to_owned()).filter(|text| !text.is_empty()) };
    let mut lines = Vec::new();
    for token in scope.iter() {
        match token {
            "openid" => lines.push(line("Recognise you", "Know that it is you when you come back")),
            "profile" => lines.push(line("See your profile", "Name, picture and what else you wrote in your profile")),
            "email" => lines.push(line("See your email address", "")),
            "address" => lines.push(line("See your postal address", "")),
            "phone" => lines.push(line("See your phone number", "")),
            "groups" => lines.push(line("See the groups you belong to", "")),
            "roles" => lines.push(line("See your roles", "")),
            "offline_access" => lines.push(line("Keep access when you are away", "Until you take it back in your account")),
            other => {
                let owner = directory.resources().find(|resource| resource.scopes.contains_key(other));
                match owner.and_then(|resource| resource.scopes.get(other).map(|words| (words, &resource.name))) {
                    Some((words, name)) if !words.is_empty() => lines.push(line(words, name)),
                    Some((_, name)) => lines.push(line(other, name)),
                    None => lines.push(line(other, "")),
                }
            }
        }
    }
    lines
}
