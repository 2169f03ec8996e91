//! The pages of `/authorize` and `/consent`.

use crate::web::page::{Layout, Permission, Person};
use askama::Template;

/// What an application asks for.
#[derive(Template)]
#[template(path = "authorization/consent.html")]
pub struct ConsentPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    pub client_name: String,
    pub account: Person,
    pub permissions: Vec<Permission>,
    pub destination: Destination,
    pub policy_url: Option<String>,
    pub terms_url: Option<String>,
}

/// Where the answer goes, as people recognise it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Its host.
    Website(String),
    ThisDevice,
}

/// `response_mode=form_post`: a form that sends itself, with a button where there is no script.
#[derive(Template)]
#[template(path = "authorization/form_post.html")]
pub struct FormPostPage {
    pub layout: Layout,
    pub client_name: String,
    pub action: String,
    pub fields: Vec<FormPostField>,
}

pub struct FormPostField {
    pub name: String,
    pub value: String,
}
