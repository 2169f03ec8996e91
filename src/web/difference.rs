//! Where two texts that should be equal differ: for the eyes of a client's developer.

/// A text in three parts, of which the middle one differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    pub before: String,
    pub differs: String,
    pub after: String,
}

/// Each registered text with what the sent one lacks of it, and the sent one with what the nearest registered one lacks.
pub fn difference(sent: &str, registered: &[String]) -> (Marked, Vec<Marked>) {
    let nearest = registered.iter().min_by_key(|text| strsim::levenshtein(sent, text));
    let marked = registered.iter().map(|text| if Some(text) == nearest { mark(text, sent) } else { plain(text) });
    (nearest.map_or_else(|| plain(sent), |nearest| mark(sent, nearest)), marked.collect())
}

fn plain(text: &str) -> Marked {
    Marked { before: text.to_owned(), differs: String::new(), after: String::new() }
}

/// Characters in common at the beginning and, of what is left, at the end.
fn ends(text: &str, other: &str) -> (usize, usize) {
    let before = text.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str| text.chars().count() - before;
    let longest = rest(text).min(rest(other));
    let after = text.chars().rev().zip(other.chars().rev()).take(longest).take_while(|(a, b)| a == b).count();
    (before, after)
}

fn mark(text: &str, other: &str) -> Marked {
    let (before, after) = ends(text, other);
    let length = text.chars().count();
    let part = |from: usize, to: usize| text.chars().skip(from).take(to - from).collect();
    Marked { before: part(0, before), differs: part(before, length - after), after: part(length - after, length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(Marked { before, differs, after }: &Marked) -> String {
        format!("{before}[{differs}]{after}")
    }

    #[test]
    fn what_differs_from_the_nearest_is_marked_on_both_sides() {
        let registered = ["https://shop.example/callback/".to_owned(), "com.example.app:/callback".to_owned()];
        let (sent, marked) = difference("http://shop.example/callback", &registered);
        assert_eq!(shown(&sent), "http[://shop.example/callback]");
        assert_eq!(shown(&marked[0]), "http[s://shop.example/callback/]");
        assert_eq!(shown(&marked[1]), "com.example.app:/callback[]");
        let (sent, marked) = difference("http://localhost:3001/callback", &["http://localhost:3000/callback".to_owned()]);
        assert_eq!(
            (shown(&sent).as_str(), shown(&marked[0]).as_str()),
            ("http://localhost:300[1]/callback", "http://localhost:300[0]/callback")
        );
        let (sent, marked) = difference("aü", &["aüü".to_owned()]);
        assert_eq!((shown(&sent).as_str(), shown(&marked[0]).as_str()), ("aü[]", "aü[ü]"));
        assert_eq!(shown(&difference("x", &[]).0), "x[]");
    }
}
