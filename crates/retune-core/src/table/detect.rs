//! How the first rows of a text tell what separates its fields.

use super::{Records, Row, Separator, is_missing, is_number};

/// How much of a text tells what separates its fields.
const LINES: usize = 50;
const BYTES: usize = 1 << 16;

impl Separator {
    /// The one of the `candidates` that parts the first rows into the same number of fields, two at
    /// least, most of them numbers; of several such the first. Where there is none, the first that
    /// stands in the first line with text, else `otherwise`.
    pub fn detect(text: &str, candidates: &[Self], otherwise: Self) -> Self {
        let mut lines = text.split_inclusive('\n').take(LINES);
        let mut end = 0;
        while let Some(line) = lines
            .next()
            .filter(|line| end + line.len() <= BYTES || end == 0)
        {
            end += line.len();
        }
        let head = &text[..end];
        let mut best = (0.0, None);
        for &separator in candidates {
            let share = share_of_numbers(head, separator);
            if share > best.0 {
                best = (share, Some(separator));
            }
        }
        let first = text.lines().find(|line| !line.trim().is_empty());
        let first = first.unwrap_or_default().trim_end_matches(['\r', '\n']);
        let stands = |separator: &&Self| match separator.byte() {
            Some(byte) => first.as_bytes().contains(&byte),
            None => first.trim().contains(char::is_whitespace),
        };
        let standing = || candidates.iter().find(stands).copied();
        best.1.or_else(standing).unwrap_or(otherwise)
    }
}

/// The share of the fields below the first row that are numbers or missing; 0 where rows have
/// different numbers of fields, or one.
fn share_of_numbers(text: &str, separator: Separator) -> f64 {
    let rows: Vec<_> = Records::new(text, separator).collect();
    let width = rows.first().map_or(0, Row::len);
    if width < 2 || rows.iter().any(|row| row.len() != width) {
        return 0.0;
    }
    let below = &rows[usize::from(rows.len() > 1)..];
    let fields = below.iter().flat_map(Row::iter);
    let numbers = fields.filter(|field| is_missing(field) || is_number(field));
    numbers.count() as f64 / (below.len() * width) as f64
}

#[cfg(test)]
mod tests {
    use super::Separator::*;

    #[test]
    fn the_first_line_with_text_tells_what_separates() {
        let detect = |text| super::Separator::detect(text, &[Tab, Comma, Semicolon], Comma);
        assert_eq!(detect("\n \na\tb,c\n"), Tab);
        assert_eq!(detect("a;b,c\n"), Comma);
        assert_eq!(detect("x;y\n1,5;2,5\n3,0;4,5\n"), Semicolon);
        assert_eq!(detect("a;b,1,2\nc;d,3,4\n"), Comma);
        assert_eq!(detect("1,5;2,5\n"), Semicolon);
        assert_eq!(detect("a;b\nc,d\n"), Semicolon);
        assert_eq!((detect(""), detect("a b")), (Comma, Comma));
        assert_eq!(
            super::Separator::detect(" a b\n", &[WhiteSpace], Tab),
            WhiteSpace
        );
        assert_eq!(super::Separator::detect(" a \n", &[WhiteSpace], Tab), Tab);
    }
}
