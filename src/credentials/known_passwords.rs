//! The passwords that most people use, as break-ins have shown: refused offline, and however hard to guess a password must be here.
//!
//! The list is text within the program, searched where it lies: nothing is built from it, so no memory is kept. What it is made of, how,
//! and under which licences: `known_passwords/README.md`.
//!
//! Specs: OWASP ASVS 6.2.4; NIST SP 800-63B §3.1.1.2.

use std::cmp::Ordering;
use unicode_normalization::UnicodeNormalization;

/// One a line, in lower case, in the order of their bytes; of eight characters or more, since shorter ones are refused in any case.
const LIST: &str = include_str!("known_passwords/list.txt");

/// Whether this is one of them; capitals make no difference.
pub fn is_known(password: &str) -> bool {
    let password: String = password.nfc().flat_map(char::to_lowercase).collect();
    let mut lines = LIST;
    while let Some((before, line, after)) = middle_of(lines) {
        match line.cmp(password.as_str()) {
            Ordering::Equal => return true,
            Ordering::Less => lines = after,
            Ordering::Greater => lines = before,
        }
    }
    false
}

/// The line in the middle, without its end, between the lines before and after it. `None` when there is none.
fn middle_of(lines: &str) -> Option<(&str, &str, &str)> {
    let (half, _) = lines.split_at_checked(lines.len() / 2)?;
    let (before, rest) = lines.split_at_checked(half.rfind('\n').map_or(0, |end| end + 1))?;
    let (line, after) = rest.split_once('\n')?;
    Some((before, line, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_a_search_needs() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.len() > 40_000 && LIST.ends_with('\n') && !LIST.contains('\r'), "{}", lines.len());
        for line in &lines {
            let is_sound = line.len() >= 8 && line.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase());
            assert!(is_sound, "{line:?}");
        }
        for pair in lines.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
        }
    }

    #[test]
    fn each_is_found_and_nothing_else() {
        for line in LIST.lines() {
            assert!(is_known(line) && is_known(&line.to_uppercase()), "{line}");
        }
        for known in ["password1", "Password123", "QwertyUiop", "iloveyou", "trustno1", "princess!"] {
            assert!(is_known(known), "{known}");
        }
        let others = [
            "",
            "\n",
            "password1\n",
            "\npassword1",
            "password1 ",
            " password1",
            "password1\npassword123",
            "$tarwars",
            "four unusual words",
        ];
        for other in others.into_iter().chain(["!", "~~~~~~~~~~~~~~~~", "пароль123", "\u{130}loveyou"]) {
            assert!(!is_known(other), "{other:?}");
        }
    }
}
