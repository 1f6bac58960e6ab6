//! The fields of a file, with its header.

use std::path::Path;

use super::fill::Field;
use super::numbers::write_plainly;
use super::time_names::names_time;
use crate::forecast::HistoryOptions;
use crate::forecast::timeline::{is_date, most_frequent};
use crate::table::{
    FirstRow, Names, OverLines, Place, Records, Row, Separator, are_consecutive, check_memory,
    count_rows, is_index_name, is_number, ragged, whole_number,
};
use crate::wording::{EMPTY_FILE, list};
use crate::{Error, ErrorKind};

/// A table of text.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) path: &'a Path,
    /// The header; empty when there is none.
    pub(super) header: Names,
    /// The line of the first row, be it the header or not.
    pub(super) first: usize,
    pub(super) separator: Separator,
    /// Whether the day stands before the month in dates, where that is given.
    pub(super) day_first: Option<bool>,
    /// How numbers are written, where not plainly.
    pub(super) numbers: Vec<(&'static str, String)>,
    /// At least one row.
    pub(super) rows: Vec<Row>,
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
        check_memory(path, text, separator, true)?;
        let rows = Records::new(text, separator).filter(|row| !row.is_blank());
        let mut rows: Vec<Row> = rows.collect();
        let empty = |what: &str| {
            let message = format!(
                "{}: the file {what}; expected rows of values",
                path.display()
            );
            Error::new(ErrorKind::Empty, message)
                .of_file(path)
                .with_hint(EMPTY_FILE)
        };
        let first = rows.first().ok_or_else(|| empty("is empty"))?.line;
        let mut header = Names::default();
        let mut over_lines = OverLines::default();
        rows.iter().for_each(|row| over_lines.look_at(row));
        let mut numbers = write_plainly(path, &mut rows, separator, options)?;
        numbers.extend(over_lines.told());
        if has_header(path, &rows, options)? {
            header = rows.remove(0).iter().collect();
        }
        if rows.is_empty() {
            return Err(empty("has a header and no rows"));
        }
        Ok(Self {
            path,
            header,
            first,
            separator,
            day_first: options.day_first,
            numbers,
            rows,
        })
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.header.len().max(self.rows.first().map_or(0, Row::len))
    }

    /// Checks that all rows are as wide as the header.
    pub(super) fn check_width(&self) -> Result<(), Error> {
        let expected = match self.header.len() {
            0 => self.width(),
            named => named,
        };
        let others = self.rows.iter().filter(|row| row.len() != expected).count();
        let second = self.rows.get(usize::from(self.header.is_empty()));
        if 2 * others > self.rows.len() && self.rows.len() > 2 {
            let usual = most_frequent(&self.rows.iter().map(Row::len).collect::<Vec<_>>());
            let usual = usual.unwrap_or(expected);
            let alike = self.rows.iter().filter(|row| row.len() == usual).count();
            if 10 * alike >= 8 * self.rows.len() || second.is_some_and(|row| row.len() < usual) {
                return Err(self
                    .stands_above(expected, usual)
                    .with_hint(
                        "remove what stands above the table; or, where each row is a series of its \
                         own, say so",
                    )
                    .with_setting("rows", ""));
            }
        }
        match self.rows.iter().find(|row| row.len() != expected) {
            Some(row) => Err(ragged(self.path, row.line, &row.counted(), expected)
                .with_hint("where each row is a series of its own, say so")
                .with_setting("rows", "")),
            None => Ok(()),
        }
    }

    /// Refuses what stands above a table whose rows may have any length: lines that are far shorter than most and
    /// are neither a header nor a series. `name,values` above long rows is a header.
    pub(super) fn check_beginning(&self) -> Result<(), Error> {
        let lengths: Vec<usize> = self.rows.iter().map(Row::len).collect();
        let usual = most_frequent(&lengths).unwrap_or(0);
        let alike = lengths.iter().filter(|length| **length == usual).count();
        let is_short = |length: usize| 2 * length < usual && 2 * alike >= lengths.len();
        let (first, is_above) = match self.header.len() {
            0 => (lengths[0], !self.rows[0].iter().any(is_number)),
            named => (named, named == 1 || is_short(lengths[0])),
        };
        match is_short(first) && is_above {
            true => Err(self
                .stands_above(first, usual)
                .with_hint("remove what stands above the table")),
            false => Ok(()),
        }
    }

    /// The first row is no part of the table.
    fn stands_above(&self, found: usize, usual: usize) -> Error {
        let fields = if found == 1 { "field" } else { "fields" };
        let message = format!("the first row has {found} {fields}; most rows have {usual}");
        Error::new(ErrorKind::Ragged, message).at(Place::line(self.path, self.first))
    }

    /// The name of a column: its number where it has none.
    pub(super) fn name(&self, column: usize) -> String {
        match self.header.of(column) {
            "" => (column + 1).to_string(),
            name => name.to_owned(),
        }
    }

    /// Whether a column has no name where others may, or one that tables are given for their index.
    pub(super) fn is_unnamed(&self, column: usize) -> bool {
        !self.header.is_empty() && is_index_name(&self.header.lower(column))
    }

    /// Whether a column counts the rows, up or down by one; one that has a name of its own does so
    /// from 0 or 1.
    pub(super) fn counts_rows(&self, column: usize) -> bool {
        /// The fewest rows in which counting is no chance.
        const LEAST: usize = 4;
        let numbers = self
            .column(column)
            .map(|field| whole_number(field.text.trim()));
        let numbers: Option<Vec<i64>> = numbers.collect();
        let counts = |numbers: &Vec<i64>| {
            count_rows(numbers) || (self.is_unnamed(column) && are_consecutive(numbers))
        };
        numbers.is_some_and(|numbers| numbers.len() >= LEAST && counts(&numbers))
    }

    /// Refuses settings of times in a table that has none.
    pub(super) fn check_no_grid(&self, options: &HistoryOptions) -> Result<(), Error> {
        let given = [
            ("fill", options.fill.is_some()),
            ("frequency", options.frequency.is_some()),
            ("tolerance", options.tolerance.is_some()),
        ];
        let Some((name, _)) = given.iter().find(|(_, given)| *given) else {
            return Ok(());
        };
        let message = format!(
            "{}: there are no times, and a {name} is about times",
            self.path.display()
        );
        Err(Error::new(ErrorKind::Setting, message)
            .with_hint("say which column holds the times")
            .with_setting("time", ""))
    }

    /// The column with a name, or else with a number.
    pub(super) fn find(&self, wanted: &str) -> Result<usize, Error> {
        self.header.column(wanted, self.width(), self.path, "")
    }

    /// The names of all columns, for messages.
    pub(super) fn known(&self) -> String {
        list((0..self.width()).map(|column| self.name(column)))
    }

    /// The fields of a column.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = Field<'_>> + Clone {
        self.rows.iter().map(move |row| Field::of(row, column))
    }
}

/// Whether the first row of a table is a header.
fn has_header(path: &Path, rows: &[Row], options: &HistoryOptions) -> Result<bool, Error> {
    let (Some((row, below)), None) = (rows.split_first(), options.header) else {
        return Ok(options.header.unwrap_or(false));
    };
    let asked = options.columns.iter().chain(&options.time);
    let asked = asked.chain(&options.id).map(|name| name.trim());
    let beginning = FirstRow {
        path,
        row,
        below,
        is_series: options.rows,
        is_name: names_time,
        asked: asked
            .filter(|name| !is_number(name) && !is_date(name))
            .collect(),
        label: None,
        is_date,
    };
    beginning.is_header()
}
