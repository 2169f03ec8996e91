//! How the pages look: the brand's name, links, colour and logo, from the configuration.
//!
//! Specs: WCAG 2.2 §1.4.3 (contrast 4.5 : 1).

mod css;

pub use css::{ButtonColors, button_colors};

use crate::config::{Config, LARGEST_LOGO};
use actix_web::web::Bytes;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

const LOGO: &str = include_str!("../static/logo.svg");

/// How the pages look: from the configuration, read once.
#[derive(Debug, Clone)]
pub struct Brand {
    pub name: String,
    pub support_url: Option<String>,
    pub terms_url: Option<String>,
    pub privacy_url: Option<String>,
    /// Colours, as a style sheet.
    pub css: StaticFile,
    pub logo: StaticFile,
}

impl Brand {
    /// Errors: a sentence for the operator when the logo cannot be used.
    pub fn of(config: &Config) -> Result<Arc<Self>, String> {
        let brand = &config.brand;
        let text = |url: &Option<url::Url>| url.as_ref().map(ToString::to_string);
        Ok(Arc::new(Self {
            name: brand.name.clone(),
            support_url: text(&brand.support_url),
            terms_url: text(&brand.terms_url),
            privacy_url: text(&brand.privacy_url),
            css: StaticFile::new("text/css; charset=utf-8", css::brand_css(brand.color)),
            logo: read_logo(brand.logo.as_deref())?,
        }))
    }

    pub fn has_links(&self) -> bool {
        self.support_url.is_some() || self.terms_url.is_some() || self.privacy_url.is_some()
    }
}

/// A file as it is sent.
#[derive(Debug, Clone)]
pub struct StaticFile {
    pub content_type: &'static str,
    pub bytes: Bytes,
    /// Tells one content from another, in the file's URL.
    pub version: String,
}

impl StaticFile {
    pub fn new(content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let version = Sha256::digest(&bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { content_type, bytes, version }
    }
}

/// The brand's logo. Errors: a sentence for the operator.
fn read_logo(path: Option<&Path>) -> Result<StaticFile, String> {
    let Some(path) = path else { return Ok(StaticFile::new("image/svg+xml", LOGO.as_bytes())) };
    let size = std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?.len();
    if size > LARGEST_LOGO {
        return Err(format!("{} is larger than {LARGEST_LOGO} bytes", path.display()));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let content_type = match path.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => return Err(format!("{} is neither .svg nor .png", path.display())),
    };
    Ok(StaticFile::new(content_type, bytes))
}
