//! QR codes as a drawing: the only file that names qrcodegen.
//!
//! Specs: ISO/IEC 18004 §5.3.8 (a quiet zone of four modules).

use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// The quiet zone around it, in modules.
const QUIET: i32 = 4;

/// A QR code: the side of its view box in modules, and the path of its dark ones.
pub struct Drawing {
    pub side: i32,
    pub path: String,
}

/// The QR code of a text; `None` when the text is too long for one.
pub fn drawing_of(text: &str) -> Option<Drawing> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                // A run of dark modules is one rectangle. Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", start + QUIET, y + QUIET, x - start, x - start);
            }
            x += 1;
        }
    }
    Some(Drawing { side: code.size() + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_has_the_finder_patterns_and_a_quiet_zone() {
        let drawing = drawing_of("otpauth://totp/Ostiary:ann?secret=AAAA").unwrap();
        assert!(drawing.path.starts_with("M4 4h7v1h-7z"), "{}", &drawing.path[..20]);
        assert!((29..80).contains(&drawing.side));
        assert!(drawing_of(&"x".repeat(5000)).is_none());
    }
}
