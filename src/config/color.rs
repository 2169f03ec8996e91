//! The brand's colour, with the arithmetic that keeps text on it readable.
//!
//! Specs: WCAG 2.2, definitions of "relative luminance" and "contrast ratio", and 1.4.3 (4.5 : 1 for text).

use std::fmt;

/// An sRGB colour, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    /// Red, green and blue.
    pub rgb: [u8; 3],
}

impl Color {
    /// Black.
    pub const BLACK: Self = Self { rgb: [0; 3] };
    /// White.
    pub const WHITE: Self = Self { rgb: [255; 3] };

    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self { rgb: [r, g, b] })
    }

    /// How bright it looks, 0 to 1.
    fn luminance(self) -> f64 {
        let [r, g, b] = self.rgb.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// The contrast ratio to another colour, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Black or white, whichever is easier to read on this colour. The ratio is always above 4.5.
    pub fn text_on(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// The nearest shade of this colour that has at least `ratio` to `background`: darker on a light one, lighter on a dark one.
    pub fn readable_on(self, background: Self, ratio: f64) -> Self {
        let end = background.text_on();
        (0..=100u32)
            .map(|percent| self.mixed(end, f64::from(percent) / 100.0))
            .find(|shade| shade.contrast(background) >= ratio)
            .unwrap_or(end)
    }

    fn mixed(self, other: Self, part: f64) -> Self {
        let [r, g, b] = self.rgb;
        let [r2, g2, b2] = other.rgb;
        let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * part).round() as u8;
        Self { rgb: [mix(r, r2), mix(g, g2), mix(b, b2)] }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.rgb;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(Color::parse("#1A2b3c").unwrap().to_string(), "#1a2b3c");
        for text in ["", "1a2b3c", "#1a2b3", "#1a2b3g", "#1a2b3c;", "#+12345", "red", "#ééé"] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Color::BLACK.contrast(Color::WHITE) - 21.0).abs() < 1e-9);
        // #767676 is the well-known lightest grey that passes on white: 4.54.
        assert!((Color::parse("#767676").unwrap().contrast(Color::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn text_is_readable_on_every_colour() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let color = Color { rgb: [r, g, b] };
                    assert!(color.contrast(color.text_on()) >= 4.5, "{color}");
                    for background in [Color::WHITE, Color { rgb: [24, 26, 30] }] {
                        assert!(color.readable_on(background, 4.5).contrast(background) >= 4.5, "{color} on {background}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_readable_colour_stays_as_it_is() {
        let navy = Color::parse("#1f3a8a").unwrap();
        assert_eq!(navy.readable_on(Color::WHITE, 4.5), navy);
    }
}
