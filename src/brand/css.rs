//! The brand's colour as a style sheet: whatever was configured, text on it and text in it stay readable.
//!
//! Specs: WCAG 2.2 §1.4.3 (contrast 4.5 : 1) and §1.4.11 (3 : 1 for the edge of a control).

use crate::config::Color;

/// The surfaces of `style.css` that are hardest to read on: the sunken ones.
const LIGHT_SURFACE: Color = Color { rgb: [241, 243, 244] };
const DARK_SURFACE: Color = Color { rgb: [29, 33, 37] };
const TEXT_CONTRAST: f64 = 4.6;
/// In dark, where the text around a link is nearly white: a fainter link looks switched off, and has no contrast to spare for its tint.
const DARK_INK_CONTRAST: f64 = 7.0;

/// Custom properties for light and dark.
pub fn brand_css(color: Color) -> String {
    format!(
        ":root {{ {} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {} }} }}\n",
        properties(color, LIGHT_SURFACE, Color::BLACK, TEXT_CONTRAST),
        properties(color, DARK_SURFACE, Color::WHITE, DARK_INK_CONTRAST)
    )
}

/// A button's colours where no style sheet reaches, as in letters.
#[derive(Debug, Clone)]
pub struct ButtonColors {
    pub fill: String,
    pub text: String,
}

/// As the pages' buttons have them in light.
pub fn button_colors(color: Color) -> ButtonColors {
    let fill = color.readable_on(LIGHT_SURFACE, TEXT_CONTRAST);
    ButtonColors { fill: hex(fill), text: hex(fill.text_on()) }
}

fn properties(color: Color, surface: Color, away: Color, ink_contrast: f64) -> String {
    let ink = color.readable_on(surface, ink_contrast);
    let fill = color.readable_on(surface, TEXT_CONTRAST);
    let text = fill.text_on();
    let hover = Some(mix(fill, away, 0.12)).filter(|hover| text.contrast(*hover) >= TEXT_CONTRAST).unwrap_or(fill);
    // Ink is read on its own faint tint too.
    let tint = [0.1, 0.06, 0.03].into_iter().map(|share| mix(surface, fill, share)).find(|tint| ink.contrast(*tint) >= 4.5);
    format!(
        "--brand: {}; --brand-hover: {}; --brand-edge: {}; --brand-ink: {}; --brand-tint: {}; --on-brand: {};",
        hex(fill),
        hex(hover),
        hex(fill),
        hex(ink),
        hex(tint.unwrap_or(surface)),
        hex(text)
    )
}

fn hex(color: Color) -> String {
    let [r, g, b] = color.rgb;
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn mix(from: Color, to: Color, share: f64) -> Color {
    let ([r, g, b], [x, y, z]) = (from.rgb, to.rgb);
    let blend = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round().clamp(0.0, 255.0) as u8;
    Color { rgb: [blend(r, x), blend(g, y), blend(b, z)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(css: &str, name: &str) -> Color {
        let (_, rest) = css.split_once(&format!("{name}: ")).unwrap();
        Color::parse(&rest[..7]).unwrap()
    }

    #[test]
    fn any_colour_is_made_readable_in_light_and_dark() {
        for channel in 0..216u32 {
            let step = |n: u32| u8::try_from(channel / 6u32.pow(n) % 6 * 51).unwrap();
            let color = Color { rgb: [step(0), step(1), step(2)] };
            for (surface, away, ink_contrast) in
                [(LIGHT_SURFACE, Color::BLACK, TEXT_CONTRAST), (DARK_SURFACE, Color::WHITE, DARK_INK_CONTRAST)]
            {
                let css = properties(color, surface, away, ink_contrast);
                let of = |name| property(&css, name);
                assert!(of("--on-brand").contrast(of("--brand")) >= 4.5, "{css}");
                assert!(of("--on-brand").contrast(of("--brand-hover")) >= 4.5, "{css}");
                assert!(of("--brand-ink").contrast(surface) >= ink_contrast, "{css}");
                assert!(of("--brand-ink").contrast(of("--brand-tint")) >= 4.5, "{css}");
                assert!(surface == LIGHT_SURFACE || of("--brand-tint") != surface, "the tint is seen in dark: {css}");
            }
        }
    }

    #[test]
    fn the_style_sheet_has_the_default_colour() {
        let style = include_str!("../../static/style.css");
        let default = Color::parse("#1f4f8f").unwrap();
        let light = properties(default, LIGHT_SURFACE, Color::BLACK, TEXT_CONTRAST);
        let dark = properties(default, DARK_SURFACE, Color::WHITE, DARK_INK_CONTRAST);
        assert!(style.contains(&light), "{light}");
        assert!(style.contains(&dark), "{dark}");
    }
}
