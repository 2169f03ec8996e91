//! What an application's developer has to change so that what was sent is what is registered: on the error pages of development, and in
//! `ostiary doctor client`.
//!
//! What was sent comes from the request, which anybody can have made, and the commands are made to be pasted into a shell: it and the
//! client's id are quoted, and no command is advised that could not work.

use crate::clients::refusals::with_some_values;
use crate::clients::{Client, ClientId, Directory};
use crate::oauth::redirect_uri::{ApplicationType, RegisteredRedirectUri};
use crate::oauth::resource::ResourceIndicator;

/// From here on two texts are likely meant to be one.
const NEAR: f64 = 0.7;

/// A list of URIs that a client registers.
#[derive(Debug, Clone, Copy)]
pub struct UriList {
    /// The member of the metadata.
    pub member: &'static str,
    /// The option of `ostiary client update` that adds one.
    pub option: &'static str,
}

/// Where people are sent back to after signing in.
pub const REDIRECT_URIS: UriList = UriList { member: "redirect_uris", option: "--add-redirect-uri" };
/// Where people are sent after signing out.
pub const POST_LOGOUT_REDIRECT_URIS: UriList = UriList { member: "post_logout_redirect_uris", option: "--add-post-logout-redirect-uri" };
/// What it may ask tokens for.
pub const RESOURCES: UriList = UriList { member: "resources", option: "--add-resource" };

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    pub text: String,
    /// What to paste, or to send.
    pub line: Option<String>,
}

impl Advice {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), line: None }
    }

    pub fn with(text: impl Into<String>, line: impl Into<String>) -> Self {
        Self { text: text.into(), line: Some(line.into()) }
    }
}

impl std::fmt::Display for Advice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)?;
        self.line.iter().try_for_each(|line| write!(f, " {line}"))
    }
}

/// How `sent` and the list become one: the application sends what is registered, or it is registered.
pub fn registration_advice(client: &Client, list: UriList, registered: &[String], sent: &str) -> Vec<Advice> {
    let nearest = nearest(sent, registered.iter().map(String::as_str));
    let first = nearest.map(|nearest| Advice::with("Change the application to send the one that is registered:", nearest));
    first.into_iter().chain([addition(client, list, sent, nearest.is_some())]).collect()
}

/// How `sent` comes into the list.
fn addition(client: &Client, list: UriList, sent: &str, is_second: bool) -> Advice {
    // What is kept of a refusal has lost the values of its query: it is judged by its form, and they are only the developer's to fill in.
    let whole = with_some_values(sent);
    if let Err(why) = RegisteredRedirectUri::parse(&whole, client.metadata.application_type) {
        return Advice::new(format!("The one that was sent cannot be registered: it {why}."));
    }
    if whole != sent {
        let or = if is_second { "Or register" } else { "Register" };
        let text = format!("{or} the one that it sends, with its own values in the place of …");
        return match update_of(client, &[list.option, "URI"]).filter(|_| !client.declared) {
            Some(command) => Advice::with(format!("{text}:"), command),
            None => Advice::new(format!("{text}: add it to {} of {} in the configuration, and restart.", list.member, client.client_id)),
        };
    }
    added(client, list, sent, if is_second { "Or register the one that it sends:" } else { "Register it:" })
}

/// How a sound text comes into the list.
pub fn added(client: &Client, list: UriList, sent: &str, text: &str) -> Advice {
    if client.declared {
        let id = client.client_id.as_str();
        return Advice::new(format!(
            "This client is declared in the configuration: add {sent} to {} of {id} there, and restart.",
            list.member
        ));
    }
    match update_of(client, &[list.option, sent]) {
        Some(command) => Advice::with(text, command),
        None => Advice::new(format!("Add it to {} of this client.", list.member)),
    }
}

/// `ostiary client update …` for a client, to be pasted; `None` where no shell could take it.
pub fn update_of(client: &Client, arguments: &[&str]) -> Option<String> {
    let id = client.client_id.as_str();
    // After `--` an id that begins with a dash is no option.
    let end_of_options = id.starts_with('-').then_some("--");
    let arguments = ["ostiary", "client", "update"].into_iter().chain(arguments.iter().copied()).chain(end_of_options).chain([id]);
    shlex::try_join(arguments).ok()
}

/// `ostiary client update …` that takes an API out of everything that a client names it in.
pub fn without_resource(client: &Client, resource: &ResourceIndicator) -> Option<String> {
    let id = resource.as_str();
    let asks = client.metadata.resources.contains(resource).then_some(["--remove-resource", id]);
    let serves = client.metadata.serves.contains(resource).then_some(["--remove-serves", id]);
    let arguments: Vec<&str> = asks.into_iter().chain(serves).flatten().collect();
    update_of(client, &arguments)
}

/// What to do about a `client_id` that no client has that is switched on.
pub fn unknown_client_advice(directory: &Directory, sent: &str, redirect_uri: Option<&str>) -> Vec<Advice> {
    if let Some(client) = directory.client(sent) {
        let command = update_of(client, &["--enable"]).unwrap_or_default();
        let declared = || Advice::new("This client is switched off in the configuration: switch it on there, and restart.");
        return vec![if client.declared { declared() } else { Advice::with("This client is switched off. Switch it on:", command) }];
    }
    let near = nearest(sent, directory.clients().into_iter().map(|client| client.client_id.as_str()));
    let first = near.map(|near| Advice::with("Change the application to send the one that is registered:", near));
    let id = ClientId::parse(sent).is_ok().then_some(["--id", sent]);
    let uri = redirect_uri.filter(|uri| RegisteredRedirectUri::parse(uri, ApplicationType::Web).is_ok()).map(|uri| ["--redirect-uri", uri]);
    let options = id.into_iter().chain(uri.or(Some(["--redirect-uri", "http://localhost:3000/callback"]))).flatten();
    let create = shlex::try_join(["ostiary", "client", "create", "My app"].into_iter().chain(options)).unwrap_or_default();
    let text = if near.is_some() { "Or register an application:" } else { "No client has this client_id. Register one:" };
    first.into_iter().chain([Advice::with(text, create), Advice::with("All that there are:", "ostiary client list")]).collect()
}

/// The one of them that was likely meant.
pub fn nearest<'a>(sent: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |text: &str| strsim::normalized_levenshtein(sent, text);
    let best = known.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= NEAR).then_some(best)
}
