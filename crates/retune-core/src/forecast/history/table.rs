//! The fields of a file, with its header.

use std::path::Path;

use crate::forecast::timeline::{TimeColumn, is_date};
use crate::forecast::{HistoryOptions, Timeline};
use crate::table::{FirstRow, Names, Place, Records, Row, Separator, is_number};
use crate::wording::list;
use crate::{Error, ErrorKind};

/// What columns of times are called.
const TIME_NAMES: [&str; 7] = ["date", "time", "timestamp", "ds", "year", "month", "period"];

#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) path: &'a Path,
    /// The header; empty when there is none.
    pub(super) header: Names,
    /// At least one row.
    pub(super) rows: Vec<Row>,
}

/// Whether a header's field is a name for times.
pub(super) fn names_time(field: &str) -> bool {
    TIME_NAMES.contains(&field.trim().to_lowercase().as_str())
}

impl<'a> Table<'a> {
    pub(super) fn read(
        path: &'a Path,
        text: &str,
        options: &HistoryOptions,
    ) -> Result<Self, Error> {
        use Separator::{Comma, Semicolon, Tab};
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let separator = Separator::detect(text, &[Tab, Comma, Semicolon], Comma);
        let rows = Records::new(text, separator);
        let mut rows: Vec<Row> = rows.filter(|row| !row.is_blank()).collect();
        let empty = |what: &str| {
            let path = path.display();
            let message = format!("{path}: the file {what}; expected rows of values");
            Error::new(ErrorKind::Empty, message)
        };
        let first = rows.first().ok_or_else(|| empty("is empty"))?;
        let mut header = Names::default();
        if is_header(first, rows.get(1), options) {
            header = rows.remove(0).iter().collect();
        }
        if rows.is_empty() {
            return Err(empty("has a header and no rows"));
        }
        Ok(Self { path, header, rows })
    }

    pub(super) fn width(&self) -> usize {
        self.header.len().max(self.rows.first().map_or(0, Row::len))
    }

    /// Checks that all rows are as wide as the header.
    pub(super) fn check_width(&self) -> Result<(), Error> {
        let expected = match self.header.len() {
            0 => self.width(),
            named => named,
        };
        let Some(row) = self.rows.iter().find(|row| row.len() != expected) else {
            return Ok(());
        };
        let found = row.len();
        let message = format!("the row has {found} fields; expected {expected} like the first row");
        Err(Error::new(ErrorKind::Ragged, message)
            .at(Place::line(self.path, row.line))
            .with_hint("where each row is a series of its own, say so")
            .with_setting("rows", ""))
    }

    /// The name of a column: its number where it has none.
    pub(super) fn name(&self, column: usize) -> String {
        match self.header.of(column) {
            "" => (column + 1).to_string(),
            name => name.to_owned(),
        }
    }

    /// The column with a name, or else with a number.
    pub(super) fn find(&self, wanted: &str) -> Result<usize, Error> {
        let wanted = wanted.trim();
        let numbered = || {
            let number = wanted.parse::<usize>().ok()?.checked_sub(1)?;
            (number < self.width()).then_some(number)
        };
        let found = self.header.find(wanted).or_else(numbered);
        found.ok_or_else(|| {
            let (path, known) = (self.path.display(), self.known());
            let message = format!("{path}: there is no column `{wanted}`; there are {known}");
            Error::new(ErrorKind::Column, message)
                .with_hint("give a name of the header, or a number counted from 1")
        })
    }

    /// The names of all columns, for messages.
    pub(super) fn known(&self) -> String {
        list((0..self.width()).map(|column| self.name(column)))
    }

    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().map(move |row| row.get(column))
    }

    /// The times of some fields of a column; counts without one.
    pub(super) fn timeline<'t>(
        &self,
        column: Option<usize>,
        name: &str,
        rows: impl Iterator<Item = &'t Row>,
    ) -> Result<Timeline, Error> {
        let Some(column) = column else {
            return Ok(Timeline::counts());
        };
        Timeline::read(&TimeColumn {
            path: self.path,
            column: column + 1,
            name,
            fields: rows.map(|row| (row.line, row.get(column))).collect(),
        })
    }
}

fn is_header(first: &Row, second: Option<&Row>, options: &HistoryOptions) -> bool {
    let begin = first.get(0).trim();
    let second = second.map_or("", |row| row.get(0)).trim();
    if names_time(begin) || (begin.is_empty() && !second.is_empty()) {
        return true;
    }
    let is_value = |field: &str| is_number(field) || is_date(field);
    let asked = options.columns.iter().chain(&options.time);
    let asked = asked.chain(&options.id).map(|name| name.trim());
    let mut names = asked.filter(|name| !is_value(name));
    names.any(|name| first.iter().any(|field| field.trim() == name))
        || FirstRow::of(first.iter(), is_value) == FirstRow::Names
}
