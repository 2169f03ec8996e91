//! What cannot be kept here, or not in both databases: PostgreSQL keeps no NUL in a text and no long text in an index. It is left out and
//! told, person by person: one odd row does not keep everybody else out.

use super::ImportedUser;
use serde_json::Value;

/// Bytes. An entry of an index of PostgreSQL has 2,700 at most, and with an id there is the source's name.
const LONGEST_ID: usize = 500;
/// Characters that an id is told by which is no usable one.
const SHOWN: usize = 60;

pub(super) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Whether it can be the name of a provider, or somebody's there.
pub(super) fn can_be_linked(text: &str) -> bool {
    !text.is_empty() && text.len() <= 255 && !has_control(text)
}

/// Leaves out the fact, or the person if it is the id or the address.
pub(super) fn leave_out_what_cannot_be_kept(user: &mut ImportedUser) {
    if user.id.len() > LONGEST_ID || has_control(&user.id) {
        let shown = user.id.chars().take(SHOWN);
        user.id = shown.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
        user.cannot_be_read("its id cannot be read: it is longer than 500 bytes, or has control characters");
    }
    if user.email.as_deref().is_some_and(|email| has_control(email.trim())) {
        user.email = None;
        user.cannot_be_read("its address cannot be read: it has control characters");
    }
    let mut missing = Vec::new();
    user.profile.retain(|name, value| {
        let is_sound = !matches!(value, Value::String(text) if has_control(text));
        if !is_sound {
            missing.push(format!("{name}: it has control characters"));
        }
        is_sound
    });
    for (kind, names) in [("role", &mut user.roles), ("group", &mut user.groups)] {
        let before = names.len();
        names.retain(|name| !has_control(name));
        if names.len() < before {
            missing.push(format!("a {kind}: its name has control characters"));
        }
    }
    let credentials = &mut user.credentials;
    if credentials.password.as_ref().is_some_and(|password| has_control(&password.hash)) {
        credentials.password = None;
        missing.push("password: its format is unknown".to_owned());
    }
    credentials.identities.retain_mut(|identity| {
        if identity.email.as_deref().is_some_and(has_control) {
            identity.email = None;
            missing.push("the address of a linked account: it has control characters".to_owned());
        }
        let is_sound = can_be_linked(&identity.provider) && can_be_linked(&identity.subject);
        if !is_sound {
            missing.push("a linked account: its provider or subject cannot be kept".to_owned());
        }
        is_sound
    });
    missing.into_iter().for_each(|what| user.misses(what));
}
