//! How to read files that are not complete, equal and labelled in the usual place.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::Format;
use crate::{Error, ErrorKind};

/// What to do where the label column is not the right one.
pub(super) const CHOOSE_LABEL: &str =
    "choose the column of the labels (`first`, `last`, a number, a name or `none`)";

/// What to do with missing values (`?`, `NaN` or an empty field).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Missing {
    /// A missing value is an error.
    #[default]
    Reject,
    /// Fill from the neighbours: linearly inside a series, with the nearest value at its ends.
    Interpolate,
}

/// What to do with series of unequal length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unequal {
    /// Unequal lengths are an error.
    #[default]
    Reject,
    /// Resample every series to the median length of the training split.
    Resample,
}

/// Which column of a `.csv`, `.tsv` or `.txt` file holds the labels.
///
/// `.ts` and `.arff` files say so in their headers, and this choice is not used for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LabelColumn {
    /// The one that the header calls `label`, `class`, `target` or `y`, wherever it stands; the only
    /// one that holds words; or the first, as in the UCR archive. That it looks like classes (some
    /// values, each in several rows) is checked; where another one does as well, or none, reading
    /// fails.
    #[default]
    Auto,
    /// The first column.
    First,
    /// The last column.
    Last,
    /// The column with this number, counted from 1.
    Number(usize),
    /// The column with this name in the header of a `.csv` file.
    Name(String),
    /// No column: the file has no labels.
    Absent,
}

/// Where a long table, whose rows are single values, holds what; names or numbers from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LongColumns {
    /// What tells the series apart.
    pub id: String,
    /// What tells the channels of a series apart; none where each has one.
    pub channel: Option<String>,
    /// The times, which grow within a series, or a channel of it; none where rows stand in their order.
    pub time: Option<String>,
    /// The values.
    pub value: String,
}

/// How files are read; the default rejects whatever is missing, unequal or can be read in two ways.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// What to do with missing values.
    pub missing: Missing,
    /// What to do with series of unequal length.
    pub unequal: Unequal,
    /// Where the labels stand.
    pub label: LabelColumn,
    /// The format, where the file's name does not say it.
    pub format: Option<Format>,
    /// Whether the first row names the columns; `None` to tell by what stands there.
    pub header: Option<bool>,
    /// Columns that are left out: names or numbers from 1.
    pub drop: Vec<String>,
    /// The first and the last column of the values: names or numbers from 1.
    pub columns: Option<(String, String)>,
    /// The columns of a table whose rows are single values.
    pub long: Option<LongColumns>,
    /// Whether a label that training never saw is an error, and not just scored as wrong.
    pub strict: bool,
    /// What parts the decimals of numbers; `None` to tell by the numbers.
    pub decimal: Option<char>,
    /// What parts their thousands, `Some(None)` for nothing; `None` to tell by the numbers.
    pub thousands: Option<Option<char>>,
}

impl ReadOptions {
    /// Refuses what is said of columns of values where a long table says which one holds them.
    pub(super) fn check_long(&self, path: &Path) -> Result<(), Error> {
        let of_values = [
            ("drop", !self.drop.is_empty()),
            ("columns", self.columns.is_some()),
        ];
        match of_values.iter().find(|(_, given)| *given) {
            Some((option, _)) if self.long.is_some() => {
                let path = path.display();
                let message = format!(
                    "{path}: `{option}` is for series in rows, and a long table has one column of values"
                );
                Err(Error::new(ErrorKind::Setting, message).with_hint("leave it out"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Reject => "reject",
            Self::Interpolate => "interpolate",
        })
    }
}

impl FromStr for Missing {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        by_word(
            [Self::Reject, Self::Interpolate],
            "way to treat missing values",
            text,
        )
    }
}

impl fmt::Display for Unequal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Reject => "reject",
            Self::Resample => "resample",
        })
    }
}

impl FromStr for Unequal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        by_word(
            [Self::Reject, Self::Resample],
            "way to treat unequal lengths",
            text,
        )
    }
}

impl fmt::Display for LabelColumn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::First => formatter.write_str("first"),
            Self::Last => formatter.write_str("last"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Name(name) => formatter.write_str(name),
            Self::Absent => formatter.write_str("none"),
        }
    }
}

impl FromStr for LabelColumn {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match (text.trim(), text.trim().parse::<usize>()) {
            ("auto", _) => Ok(Self::Auto),
            ("first", _) => Ok(Self::First),
            ("last", _) => Ok(Self::Last),
            ("none", _) => Ok(Self::Absent),
            ("", _) | (_, Ok(0)) => Err(unknown(
                "label column",
                text,
                "`auto`, `first`, `last`, `none`, a number from 1 or a name",
            )),
            (_, Ok(number)) => Ok(Self::Number(number)),
            (name, Err(_)) => Ok(Self::Name(name.to_owned())),
        }
    }
}

/// The one of two values that is shown as `text`.
pub(super) fn by_word<T: Copy + fmt::Display>(
    values: [T; 2],
    option: &str,
    text: &str,
) -> Result<T, Error> {
    let found = values.into_iter().find(|value| value.to_string() == text);
    found.ok_or_else(|| {
        let [one, other] = values;
        unknown(option, text, &format!("`{one}` or `{other}`"))
    })
}

/// An option has a value that does not exist.
fn unknown(option: &str, found: &str, expected: &str) -> Error {
    let message = format!("`{found}` is no {option}; expected {expected}");
    Error::new(ErrorKind::Setting, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_reads_back_as_it_is_shown() {
        for missing in [Missing::Reject, Missing::Interpolate] {
            assert_eq!(missing.to_string().parse::<Missing>().unwrap(), missing);
        }
        for unequal in [Unequal::Reject, Unequal::Resample] {
            assert_eq!(unequal.to_string().parse::<Unequal>().unwrap(), unequal);
        }
        for text in ["auto", "first", "last", "none", "7", "heart rate"] {
            assert_eq!(text.parse::<LabelColumn>().unwrap().to_string(), text);
        }
        assert!("0".parse::<LabelColumn>().is_err());
        assert!("".parse::<LabelColumn>().is_err());
        let error = "drop".parse::<Missing>().unwrap_err().to_string();
        assert_eq!(
            error,
            "`drop` is no way to treat missing values; expected `reject` or `interpolate`"
        );
    }
}
