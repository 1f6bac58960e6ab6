//! Words and lists in which quotes protect spaces and commas, as in `.arff` files.

use std::borrow::Cow;

/// One word, and whether it stood in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub text: Cow<'a, str>,
    pub quoted: bool,
}

/// The first word of `text`, up to an unquoted character that ends it, and the rest from there.
///
/// Returns `None` when a quote is not closed, or other text follows the closing one.
pub(super) fn first_word(text: &str, ends: fn(char) -> bool) -> Option<(Word<'_>, &str)> {
    let text = text.trim_start();
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
        let end = text.find(ends).unwrap_or(text.len());
        let word = Word {
            text: Cow::Borrowed(text[..end].trim()),
            quoted: false,
        };
        return Some((word, &text[end..]));
    };
    let mut word = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((index, character)) = characters.next() {
        if character == '\\' {
            word.push(match characters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            });
        } else if character == quote {
            let rest = &text[index + quote.len_utf8()..];
            let next = rest.trim_start().chars().next();
            if !next.is_none_or(ends) && !rest.starts_with(ends) {
                return None;
            }
            let word = Word {
                text: Cow::Owned(word),
                quoted: true,
            };
            return Some((word, rest));
        } else {
            word.push(character);
        }
    }
    None
}

/// The words of a comma separated list; `None` when a quote is out of place.
pub(super) fn list(text: &str) -> Option<Vec<Word<'_>>> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        let (word, after) = first_word(rest, |c| c == ',')?;
        words.push(word);
        match after.trim_start().strip_prefix(',') {
            Some(after) => rest = after,
            None => return Some(words),
        }
    }
}

/// A word as it must be written: in quotes, unless it is plain.
pub(super) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Option<Vec<String>> {
        list(text).map(|words| {
            words
                .into_iter()
                .map(|word| word.text.into_owned())
                .collect()
        })
    }

    #[test]
    fn quotes_protect_commas() {
        assert_eq!(texts("a, 'b, c' ,\"d\"").unwrap(), ["a", "b, c", "d"]);
        assert_eq!(texts(r"'it\'s','\\'").unwrap(), ["it's", "\\"]);
        assert_eq!(texts(r"'1,2\n3,4',\n").unwrap(), ["1,2\n3,4", r"\n"]);
        assert_eq!(texts("").unwrap(), [""]);
        assert_eq!(texts("a,").unwrap(), ["a", ""]);
        assert_eq!(texts("'open"), None);
        assert_eq!(texts("'a'b"), None);
    }

    #[test]
    fn what_is_quoted_reads_back() {
        for word in [
            "",
            "plain-1.5",
            "it's",
            r"back\slash",
            "ü, ö",
            "?",
            "\"",
            "{a}",
        ] {
            assert_eq!(texts(&quote(word)).unwrap(), [word]);
        }
    }
}
