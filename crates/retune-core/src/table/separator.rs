//! What stands between the fields of a row.

/// What stands between the fields of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// Any number of white characters.
    WhiteSpace,
}

impl Separator {
    /// The first of the `candidates` that stands in the first line with text, else `otherwise`.
    pub fn detect(text: &str, candidates: &[Self], otherwise: Self) -> Self {
        let first = text.lines().find(|line| !line.trim().is_empty());
        let first = first.unwrap_or_default().trim_end_matches(['\r', '\n']);
        let stands = |separator: &&Self| match separator.byte() {
            Some(byte) => first.as_bytes().contains(&byte),
            None => first.trim().contains(char::is_whitespace),
        };
        candidates.iter().find(stands).copied().unwrap_or(otherwise)
    }

    /// The one byte that separates; `None` for white space.
    pub(super) fn byte(self) -> Option<u8> {
        match self {
            Self::Comma => Some(b','),
            Self::Semicolon => Some(b';'),
            Self::Tab => Some(b'\t'),
            Self::WhiteSpace => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Separator::*;

    #[test]
    fn the_first_line_with_text_tells_what_separates() {
        let detect = |text| super::Separator::detect(text, &[Tab, Comma, Semicolon], Comma);
        assert_eq!(detect("\n \na\tb,c\n"), Tab);
        assert_eq!(detect("a;b,c\n"), Comma);
        assert_eq!(detect("a;b\nc,d\n"), Semicolon);
        assert_eq!((detect(""), detect("a b")), (Comma, Comma));
        assert_eq!(
            super::Separator::detect(" a b\n", &[WhiteSpace], Tab),
            WhiteSpace
        );
        assert_eq!(super::Separator::detect(" a \n", &[WhiteSpace], Tab), Tab);
    }
}
