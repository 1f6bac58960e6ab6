//! The rows of a delimited file while it is decided what its columns hold.

use std::path::Path;

use crate::series::options::CHOOSE_LABEL;
use crate::table::{Names, Row, is_missing, is_number, whole_number};
use crate::{Error, ErrorKind};

/// What the columns hold is decided by so many rows, and by no more fields.
pub(super) const PLANNED_ROWS: usize = 1000;
pub(super) const PLANNED_FIELDS: usize = 1_000_000;

/// The first rows of a file, and the names of its columns.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub path: &'a Path,
    /// None where the file has no header.
    pub header: Names,
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
        let is_label = setting == "label";
        let role = if is_label { "label " } else { "" };
        let found = self.header.column(wanted, self.width, self.path, role);
        found.map_err(|error| match is_label {
            true => error.with_hint(CHOOSE_LABEL).with_setting(setting, ""),
            false => error.with_setting(setting, ""),
        })
    }

    /// How a column is called in what is said.
    pub fn name(&self, column: usize) -> String {
        self.header.shown(column)
    }

    /// The fields of a column, without white space around them.
    pub fn fields(&self, column: usize) -> impl Iterator<Item = &'a str> + Clone {
        self.rows.iter().map(move |row| row.get(column).trim())
    }

    /// Whether a column of the rows that there are holds nothing at all.
    pub fn is_empty(&self, column: usize) -> bool {
        !self.rows.is_empty() && self.fields(column).all(str::is_empty)
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
