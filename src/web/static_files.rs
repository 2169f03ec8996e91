//! Style sheet, scripts, icons: in the program, named with a hash of what is in them, so that they can be kept for ever.
//!
//! Cost: none.
//!
//! Specs: RFC 9111 §5.2.2.1, RFC 9110 §8.8.3; security.md H9.

use crate::app::App;
use crate::brand::{Brand, StaticFile};
use crate::paths;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, guard, web};
use std::sync::LazyLock;

macro_rules! files {
    ($($name:literal $content_type:ident,)*) => {
        [$(($name, StaticFile::new($content_type, include_str!(concat!("../../static/", $name)).as_bytes()))),*]
    };
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Those that are the same everywhere; the marks are those of providers, simply drawn.
static FILES: LazyLock<[(&str, StaticFile); 11]> = LazyLock::new(|| {
    files! {
        "style.css" CSS,
        "page.js" SCRIPT,
        "proof-of-work.js" SCRIPT,
        "passkeys.js" SCRIPT,
        "form-post.js" SCRIPT,
        "mark-oidc.svg" SVG,
        "mark-google.svg" SVG,
        "mark-microsoft.svg" SVG,
        "mark-apple.svg" SVG,
        "mark-gitlab.svg" SVG,
        "mark-github.svg" SVG,
    }
});

/// What is behind a name.
fn file<'a>(name: &str, brand: &'a Brand) -> Option<&'a StaticFile> {
    match name {
        "brand.css" => Some(&brand.css),
        "logo" => Some(&brand.logo),
        _ => FILES.iter().find(|(known, _)| *known == name).map(|(_, file)| file),
    }
}

/// The version that goes into a file's URL.
pub fn version<'a>(name: &str, brand: &'a Brand) -> &'a str {
    file(name, brand).map(|file| file.version.as_str()).unwrap_or_default()
}

/// `GET /static/{name}`.
pub async fn get_file(app: web::Data<App>, request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    serve(&app, &request, &name)
}

/// `GET /favicon.ico`, which browsers ask for unbidden.
pub async fn get_favicon(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    serve(&app, &request, "logo")
}

fn serve(app: &App, request: &HttpRequest, name: &str) -> HttpResponse {
    let Some(file) = file(name, &app.brand) else { return HttpResponse::NotFound().finish() };
    let etag = format!("\"{}\"", file.version);
    let named_by_version = request.query_string().strip_prefix("v=") == Some(file.version.as_str());
    let caching = if named_by_version { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let unchanged = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|known| known.contains(&etag));
    // Letters may show the logo, and programs that read mail in a browser are another origin.
    let readers = if name == "logo" { "cross-origin" } else { "same-origin" };
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((ETAG, etag))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("cross-origin-resource-policy", readers))
        // An SVG logo opened by itself must not run anything.
        .insert_header(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"));
    if unchanged { answer.finish() } else { answer.insert_header((CONTENT_TYPE, file.content_type)).body(file.bytes.clone()) }
}

/// Registers the files under the issuer's path.
pub fn register(service: &mut web::ServiceConfig, base: &str) {
    // HEAD too (RFC 9110 §9.1).
    let read = || web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    service.service(web::resource(format!("{base}{}/{{name}}", paths::STATIC)).route(read().to(get_file)));
    service.service(web::resource("/favicon.ico").route(read().to(get_favicon)));
}
