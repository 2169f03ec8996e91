//! Style sheet, scripts, icons: in the program, named with a hash of what is in them, so that they can be kept for ever.
//!
//! Cost: none.
//!
//! Specs: RFC 9111 §5.2.2.1, RFC 9110 §8.8.3; security.md H9.

use crate::app::App;
use crate::brand::Brand;
use crate::paths;
use crate::secret::SecretDigest;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, guard, web};

const STYLE: &str = include_str!("../../static/style.css");
const PAGE_SCRIPT: &str = include_str!("../../static/page.js");
const PROOF_OF_WORK_SCRIPT: &str = include_str!("../../static/proof-of-work.js");
const PASSKEYS_SCRIPT: &str = include_str!("../../static/passkeys.js");
const FORM_POST_SCRIPT: &str = include_str!("../../static/form-post.js");
/// The marks of providers, simply drawn.
const MARKS: [(&str, &str); 6] = [
    ("mark-oidc.svg", include_str!("../../static/mark-oidc.svg")),
    ("mark-google.svg", include_str!("../../static/mark-google.svg")),
    ("mark-microsoft.svg", include_str!("../../static/mark-microsoft.svg")),
    ("mark-apple.svg", include_str!("../../static/mark-apple.svg")),
    ("mark-gitlab.svg", include_str!("../../static/mark-gitlab.svg")),
    ("mark-github.svg", include_str!("../../static/mark-github.svg")),
];

/// What is behind a name: type, text, version.
fn file(name: &str, brand: &Brand) -> Option<(&'static str, web::Bytes, String)> {
    let text = |content_type, text: &'static str| {
        let version = SecretDigest::of(text).as_str().chars().take(12).collect();
        Some((content_type, web::Bytes::from_static(text.as_bytes()), version))
    };
    match name {
        "style.css" => text("text/css; charset=utf-8", STYLE),
        "page.js" => text("text/javascript; charset=utf-8", PAGE_SCRIPT),
        "proof-of-work.js" => text("text/javascript; charset=utf-8", PROOF_OF_WORK_SCRIPT),
        "passkeys.js" => text("text/javascript; charset=utf-8", PASSKEYS_SCRIPT),
        "form-post.js" => text("text/javascript; charset=utf-8", FORM_POST_SCRIPT),
        "brand.css" => {
            let version = SecretDigest::of(&brand.css).as_str().chars().take(12).collect();
            Some(("text/css; charset=utf-8", web::Bytes::from(brand.css.clone()), version))
        }
        "logo" => Some((brand.logo.content_type, brand.logo.bytes.clone(), brand.logo.version.clone())),
        _ => MARKS.iter().find(|(mark, _)| *mark == name).and_then(|(_, mark)| text("image/svg+xml", mark)),
    }
}

/// The version that goes into a file's URL.
pub fn version(name: &str, brand: &Brand) -> String {
    file(name, brand).map(|(_, _, version)| version).unwrap_or_default()
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
    let Some((content_type, bytes, version)) = file(name, &app.brand) else { return HttpResponse::NotFound().finish() };
    let etag = format!("\"{version}\"");
    let named_by_version = request.query_string().strip_prefix("v=") == Some(version.as_str());
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
    if unchanged { answer.finish() } else { answer.insert_header((CONTENT_TYPE, content_type)).body(bytes) }
}

/// Registers the files under the issuer's path.
pub fn register(service: &mut web::ServiceConfig, base: &str) {
    // HEAD too (RFC 9110 §9.1).
    let read = || web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    service.service(web::resource(format!("{base}{}/{{name}}", paths::STATIC)).route(read().to(get_file)));
    service.service(web::resource("/favicon.ico").route(read().to(get_favicon)));
}
