//! Digits as people type them: a keyboard for Arabic, Persian or Japanese writes its own where a code has 0 to 9.
//!
//! Specs: The Unicode Standard, general category Nd.

/// An Arabic-Indic, extended Arabic-Indic or fullwidth digit as the one of 0 to 9 that it stands for; anything else as it is.
pub fn in_ascii(typed: char) -> char {
    let zero = match typed {
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06f0}'..='\u{06f9}' => '\u{06f0}',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        _ => return typed,
    };
    char::from_digit(u32::from(typed) - u32::from(zero), 10).unwrap_or(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_other_keyboards_are_read_and_nothing_else_is_changed() {
        for zero in ['\u{0660}', '\u{06f0}', '\u{ff10}', '0'] {
            let typed = (0..10).filter_map(|digit| char::from_u32(u32::from(zero) + digit));
            assert_eq!(typed.map(in_ascii).collect::<String>(), "0123456789", "{zero}");
        }
        // Neighbours of the three ranges, and digits that none of our languages types.
        let others = "aZ -\u{065f}\u{066a}\u{06ef}\u{06fa}\u{ff0f}\u{ff1a}०²";
        assert_eq!(others.chars().map(in_ascii).collect::<String>(), others);
    }
}
