//! How the pages look: the brand's name, links, colour and logo, from the configuration.
//!
//! Specs: WCAG 2.2 §1.4.3 (contrast 4.5 : 1).

mod css;

pub use css::{ButtonColors, button_colors};

use crate::config::Config;
use actix_web::web::Bytes;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

/// It is held in memory and sent with pages.
const LARGEST_LOGO: u64 = 256 * 1024;

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
pub fn read_logo(path: Option<&Path>) -> Result<StaticFile, String> {
    let Some(path) = path else { return Ok(StaticFile::new("image/svg+xml", LOGO.as_bytes())) };
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    let content_type = match extension.as_deref() {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => return Err("must be an .svg or .png file".to_owned()),
    };
    let unreadable = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let file = std::fs::metadata(path).map_err(unreadable)?;
    if !file.is_file() {
        return Err(format!("{} is not a file", path.display()));
    }
    if file.len() > LARGEST_LOGO {
        return Err(format!("must not be larger than {} KiB", LARGEST_LOGO / 1024));
    }
    Ok(StaticFile::new(content_type, std::fs::read(path).map_err(unreadable)?))
}
