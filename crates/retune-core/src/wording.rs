//! How text of a file is shown in messages: a whole line in the wrong format must not flood them, and no
//! name may move the cursor of a terminal.

use std::borrow::Cow;

/// What to do about a file in which there is nothing.
pub const EMPTY_FILE: &str =
    "check that this is the file that was meant, and that it was written to its end";

/// So many fields.
pub fn fields(count: usize) -> String {
    let fields = if count == 1 { "field" } else { "fields" };
    format!("{count} {fields}")
}

/// The first 40 characters of a field; what would move a terminal's cursor is replaced.
pub fn shorten(field: &str) -> String {
    const SHOWN: usize = 40;
    let visible = |c: char| if moves_cursor(c) { '\u{fffd}' } else { c };
    let mut shown: String = field.chars().take(SHOWN).map(visible).collect();
    if field.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// A text in one line: what would move a terminal's cursor, or turn the direction in which it writes, stands
/// as `\u{1b}`, `\n` and the like. A text without such characters is left as it is.
pub fn escaped(text: &str) -> Cow<'_, str> {
    escaped_but(text, |_| false)
}

/// The same of several lines, whose ends and tabs stay.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    escaped_but(text, |c| matches!(c, '\n' | '\t'))
}

fn escaped_but(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let moves = |c: char| moves_cursor(c) && !stays(c);
    if !text.contains(moves) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match moves(c) {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Control characters, ends of lines and paragraphs, and what changes the direction of writing.
pub fn moves_cursor(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first 20 of several names.
pub fn list<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    const SHOWN: usize = 20;
    let mut names = names.into_iter();
    let shown: Vec<String> = names
        .by_ref()
        .take(SHOWN)
        .map(|name| format!("`{}`", shorten(name.as_ref())))
        .collect();
    let text = shown.join(", ");
    match names.count() {
        0 if text.is_empty() => "none".to_owned(),
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_fields_are_shortened_between_characters() {
        assert_eq!(shorten("abc"), "abc");
        assert_eq!(shorten("a\u{1b}[2J"), "a\u{fffd}[2J");
        assert_eq!(shorten(&"ü".repeat(50)), format!("{}…", "ü".repeat(40)));
    }

    #[test]
    fn what_moves_a_cursor_is_escaped_and_nothing_else() {
        assert_eq!(escaped("a\u{1b}[2J\tb\r\nc"), "a\\u{1b}[2J\\tb\\r\\nc");
        assert_eq!(escaped_lines("a\tb\n\u{9b}1A\r"), "a\tb\n\\u{9b}1A\\r");
        assert_eq!(escaped("\u{202e}txt.\u{7f}"), "\\u{202e}txt.\\u{7f}");
        for text in ["", "heart rate", "µV °C ü 漢字 \\n"] {
            assert!(matches!(escaped(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn long_lists_are_shortened() {
        assert_eq!(list(["a", "b"]), "`a`, `b`");
        assert!(list(["a"; 30]).ends_with("`a` and 10 more"));
    }
}
