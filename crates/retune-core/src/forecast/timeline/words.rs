//! Dates with words: months by name, quarters and weeks.

/// A word that stands in dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// A month; `short` and `long` when it is written like its short or its whole name.
    Month {
        short: bool,
        long: bool,
    },
    /// A day of the week, by its short or its whole name.
    Day {
        long: bool,
    },
    Quarter,
    Week,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl Word {
    pub(super) fn of(text: &str) -> Option<Self> {
        let word = text.to_lowercase();
        let find = |names: &[&str]| {
            let mut found = (false, false);
            for name in names {
                found.0 |= word == name[..3];
                found.1 |= word == *name;
            }
            found
        };
        let (short, long) = find(&MONTHS);
        if short || long {
            return Some(Self::Month { short, long });
        }
        let (short, long) = find(&DAYS);
        if short || long {
            return Some(Self::Day { long });
        }
        match word.as_str() {
            "q" => Some(Self::Quarter),
            "w" | "kw" | "wk" | "week" => Some(Self::Week),
            _ => None,
        }
    }
}

/// A part of a date.
#[derive(Debug, Clone, Copy)]
enum Token<'a> {
    /// Digits, and how many.
    Number(usize),
    Word(&'a str, Word),
    Between(&'a str),
}

/// Writes the pattern of a date with words; see [`push_pattern`](super::pattern::push_pattern).
pub(super) fn push_words(pattern: &mut String, text: &str, like: &str) -> Option<()> {
    let tokens = tokens(text)?;
    let has = |wanted: fn(Word) -> bool| {
        let words = tokens
            .iter()
            .filter(|token| matches!(token, Token::Word(_, word) if wanted(*word)));
        words.count()
    };
    let months = has(|word| matches!(word, Word::Month { .. }));
    let days = has(|word| matches!(word, Word::Day { .. }));
    let (quarters, weeks) = (
        has(|word| word == Word::Quarter),
        has(|word| word == Word::Week),
    );
    let widths: Vec<usize> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Number(width) => Some(*width),
            _ => None,
        })
        .collect();
    let first_is_word = matches!(tokens.first(), Some(Token::Word(..)));
    let numbers: &[&str] = match ((months, days, quarters, weeks), &widths[..]) {
        ((1, 0, 0, 0), [4]) => &["%Y"],
        // `Jan-10` is a month of 2010; `10-Jan` may be a day or a year.
        ((1, 0, 0, 0), [2]) if first_is_word => &["%y"],
        ((1, 0 | 1, 0, 0), [1 | 2, 4]) => &["%d", "%Y"],
        ((1, 0 | 1, 0, 0), [4, 1 | 2]) => &["%Y", "%d"],
        ((1, 0 | 1, 0, 0), [1 | 2, 2]) => &["%d", "%y"],
        ((0, 0, 1, 0), [1, 4]) => &["%q", "%Y"],
        ((0, 0, 1, 0), [4, 1]) => &["%Y", "%q"],
        ((0, 0, 0, 1), [1 | 2, 4]) => &["%V", "%G"],
        ((0, 0, 0, 1), [4, 1 | 2]) => &["%G", "%V"],
        ((0, 0, 0, 1), [4, 2, 1]) => &["%G", "%V", "%u"],
        _ => return None,
    };
    let mut numbers = numbers.iter();
    for token in tokens {
        match token {
            Token::Number(_) => pattern.push_str(numbers.next()?),
            Token::Word(text, Word::Month { short, long }) => {
                // `May` is both.
                let whole = long && (!short || like.contains('B'));
                let large = text.chars().all(char::is_uppercase);
                pattern.push_str(if large { "%^" } else { "%" });
                pattern.push(if whole { 'B' } else { 'b' });
            }
            Token::Word(_, Word::Day { long }) => pattern.push_str(if long { "%A" } else { "%a" }),
            Token::Word(text, _) | Token::Between(text) => pattern.push_str(text),
        }
    }
    Some(())
}

/// The parts of a date; `None` when there is a word of no meaning.
fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| match first {
            '0'..='9' => c.is_ascii_digit(),
            _ if first.is_alphabetic() => c.is_alphabetic(),
            _ => !c.is_ascii_digit() && !c.is_alphabetic(),
        };
        let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        tokens.push(match first {
            '0'..='9' => Token::Number(part.len()),
            _ if first.is_alphabetic() => Token::Word(part, Word::of(part)?),
            _ if part.contains('%') => return None,
            _ => Token::Between(part),
        });
    }
    Some(tokens)
}

/// Whether a pattern tells days, or weeks, and not months alone.
pub(super) fn has_days(pattern: &str) -> bool {
    pattern.contains("%d") || pattern.contains("%V")
}
