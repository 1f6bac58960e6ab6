//! How text of a file is shown in messages: a line in the wrong format must not flood them.

/// The first 40 characters of a field; what would move a terminal's cursor is replaced.
pub(super) fn shorten(field: &str) -> String {
    const SHOWN: usize = 40;
    let visible = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut shown: String = field.chars().take(SHOWN).map(visible).collect();
    if field.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// The first 40 of several names, as many as a full body model has joints.
pub(super) fn list<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 40;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{}`", shorten(name.as_ref())))
        .collect();
    match (shown.is_empty(), names.len().saturating_sub(SHOWN)) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_shortened() {
        assert_eq!(shorten("a\u{1b}[2J"), "a\u{fffd}[2J");
        assert_eq!(shorten(&"ü".repeat(50)), format!("{}…", "ü".repeat(40)));
        assert_eq!(list(&["a", "b"]), "`a`, `b`");
        assert!(list(&["a"; 50]).ends_with("`a` and 10 more"));
        assert_eq!(list::<&str>(&[]), "none");
    }
}
