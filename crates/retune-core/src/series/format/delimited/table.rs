//! The rows of a delimited file while it is decided what its columns hold.

use std::path::Path;

use crate::series::options::CHOOSE_LABEL;
use crate::table::{Names, Row, is_missing, is_number};
use crate::wording::{list, shorten};
use crate::{Error, ErrorKind};

/// The first rows of a file, and the names of its columns.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub path: &'a Path,
    /// None where the file has no header.
    pub header: Option<Names>,
    /// How many fields a row has.
    pub width: usize,
    /// The first rows of data.
    pub rows: &'a [Row],
}

impl<'a> Table<'a> {
    /// An error about the whole file.
    pub fn error(&self, kind: ErrorKind, message: impl AsRef<str>) -> Error {
        let message = format!("{}: {}", self.path.display(), message.as_ref());
        Error::new(kind, message)
    }

    /// The column with a name, or else with a number from 1.
    pub fn find(&self, wanted: &str, setting: &'static str) -> Result<usize, Error> {
        let wanted = wanted.trim();
        let named = self.header.as_ref().and_then(|names| names.find(wanted));
        let numbered = || {
            let index = wanted.parse::<usize>().ok()?.checked_sub(1)?;
            (index < self.width).then_some(index)
        };
        named.or_else(numbered).ok_or_else(|| {
            let known = match &self.header {
                Some(names) => format!("one of {}", list(names.iter())),
                None => format!("a number from 1 to {}, for there is no header", self.width),
            };
            let (of, hint) = match setting {
                "label" => ("label column", CHOOSE_LABEL),
                _ => (
                    "column",
                    "give a name of the header, or a number counted from 1",
                ),
            };
            let wanted = shorten(wanted);
            let message = format!("there is no {of} `{wanted}`; expected {known}");
            let error = self.error(ErrorKind::Column, message);
            error.with_hint(hint).with_setting(setting, "")
        })
    }

    /// How a column is called in what is said: `column "label" (3)`, `column 3`.
    pub fn name(&self, column: usize) -> String {
        let number = column + 1;
        match self.header.as_ref().map(|names| names.of(column)) {
            Some("") => format!("column {number} (unnamed)"),
            Some(name) => format!("column {:?} ({number})", shorten(name)),
            None => format!("column {number}"),
        }
    }

    /// The name of a column in small letters; nothing where it has none.
    pub fn lower(&self, column: usize) -> String {
        let name = self.header.as_ref().map_or("", |names| names.of(column));
        name.to_lowercase()
    }

    /// The fields of a column, without white space around them.
    pub fn fields(&self, column: usize) -> impl Iterator<Item = &'a str> + Clone {
        self.rows.iter().map(move |row| row.get(column).trim())
    }

    /// Whether most of the fields of a column that are there are words.
    pub fn holds_words(&self, column: usize) -> bool {
        let there = self.fields(column).filter(|field| !is_missing(field));
        let words = there.clone().filter(|field| !is_number(field)).count();
        2 * words > there.count()
    }

    /// The whole numbers of a column; none when something else stands there.
    pub fn whole_numbers(&self, column: usize) -> Option<Vec<i64>> {
        self.fields(column).map(whole_number).collect()
    }
}

/// The whole number that a text is, also when it is written `1.0` or `1.0e+00`.
pub(in crate::series) fn whole_number(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number);
    }
    let number = text.parse::<f64>().ok()?;
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}
