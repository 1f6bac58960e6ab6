//! How text of a file is shown in messages: a whole line in the wrong format must not flood them.

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
    let visible = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut shown: String = field.chars().take(SHOWN).map(visible).collect();
    if field.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
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
    fn long_lists_are_shortened() {
        assert_eq!(list(["a", "b"]), "`a`, `b`");
        assert!(list(["a"; 30]).ends_with("`a` and 10 more"));
    }
}
