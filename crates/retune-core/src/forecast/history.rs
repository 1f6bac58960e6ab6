//! Histories: what was measured so far, at equally spaced times.

mod columns;
mod fill;
mod table;
mod tsf;

use std::collections::HashMap;
use std::path::Path;

use super::Timeline;
use crate::series::Missing;
use crate::table::{Row, is_missing, is_number, read_text, shown};
use crate::{Error, ErrorKind};
use columns::columns;
use fill::values;
use table::Table;

/// Where the histories stand in a file; the default is a table with a column for each history.
///
/// A column is given by its name in the header, or else by its number, counted from 1.
///
/// | layout | options | a history is |
/// |---|---|---|
/// | wide | neither `id` nor `rows` | a column |
/// | long | `id` | the rows with the same id |
/// | rows | `rows` | a row: an id, then values, then empty fields where it is shorter |
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryOptions {
    /// The column with the times, or `none` for no such column; when not given it is the first
    /// column (of a long table: the first other than the id) whose name is `date`, `time`,
    /// `timestamp`, `ds`, `year`, `month` or `period`, or whose values are dates. A first column
    /// without a name is one, too, when it counts in equal steps.
    pub time: Option<String>,
    /// The columns with values; all that hold numbers when empty.
    pub columns: Vec<String>,
    /// The column that says which history a row belongs to: the table is long.
    pub id: Option<String>,
    /// Each row is a history.
    pub rows: bool,
    /// What to do with missing values.
    pub missing: Missing,
}

/// One series of the past, the oldest value first.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The name of its column, its id, or their number where there is no name.
    pub name: String,
    /// When its values were measured.
    pub timeline: Timeline,
    /// The values, `[length]`; all finite.
    pub values: Vec<f32>,
}

impl History {
    /// Reads the histories of a file of separated values, in the order of their columns, or of the
    /// first rows of their ids.
    ///
    /// Fields are separated by tabs when the first line holds one, else by commas, else by
    /// semicolons. The first row is a header when it holds words and no numbers, when it begins
    /// with a name for times (see [`HistoryOptions::time`]) or with an empty field that the row
    /// after it does not begin with, or when a column is asked for that it names.
    ///
    /// In a `.tsf` file each row is a history, and the headers say where its times begin. A file
    /// that gzip packed is unpacked, and `-` is standard input.
    ///
    /// # Errors
    ///
    /// [`Error`] with the line and the column where something is wrong.
    pub fn read(path: &Path, options: &HistoryOptions) -> Result<Vec<Self>, Error> {
        Self::parse(&shown(path), &read_text(path)?, options)
    }

    /// Reads the histories of the text of a file; `path` is for messages.
    ///
    /// # Errors
    ///
    /// See [`History::read`].
    pub fn parse(path: &Path, text: &str, options: &HistoryOptions) -> Result<Vec<Self>, Error> {
        if tsf::is_tsf(path, text) {
            return tsf::read(path, text, options);
        }
        let conflict = |other| {
            let message = format!("a history in each row and {other} exclude each other");
            Err(Error::new(ErrorKind::Setting, message).with_hint("give only one of them"))
        };
        if options.rows && options.time.as_deref().is_some_and(|time| time != "none") {
            return conflict("a time column");
        }
        if options.rows && !options.columns.is_empty() {
            return conflict("value columns");
        }
        let table = Table::read(path, text, options)?;
        match options.rows {
            true => of_rows(&table, options),
            false => of_columns(&table, options),
        }
    }
}

/// A table with a column for each history; with an id, several stand one below the other.
fn of_columns(table: &Table<'_>, options: &HistoryOptions) -> Result<Vec<History>, Error> {
    table.check_width()?;
    let id = options.id.as_deref().map(|id| table.find(id)).transpose()?;
    let (time, columns) = columns(table, options, id)?;
    let groups = match id {
        Some(id) => groups(table, id),
        None => vec![(None, table.rows.iter().collect())],
    };
    let mut histories = Vec::new();
    for (id, rows) in groups {
        let of_time = time.map(|column| table.name(column));
        let of_all = id.map(str::to_owned).or(of_time).unwrap_or_default();
        let timeline = table.timeline(time, &of_all, rows.iter().copied())?;
        for &column in &columns {
            let name = match id {
                None => table.name(column),
                Some(id) if columns.len() == 1 => id.to_owned(),
                Some(id) => format!("{id}/{}", table.name(column)),
            };
            let fields = rows.iter().map(|row| (*row, column));
            histories.push(History {
                values: values(table.path, &name, fields, options.missing)?,
                timeline: timeline.clone(),
                name,
            });
        }
    }
    Ok(histories)
}

/// The rows of each id, in the order in which the ids first stand.
fn groups<'t>(table: &'t Table<'_>, id: usize) -> Vec<(Option<&'t str>, Vec<&'t Row>)> {
    let mut places = HashMap::new();
    let mut groups = Vec::new();
    for row in &table.rows {
        let name = row.get(id).trim();
        let place = *places.entry(name).or_insert(groups.len());
        if place == groups.len() {
            groups.push((Some(name), Vec::new()));
        }
        groups[place].1.push(row);
    }
    groups
}

/// A table with a history in each row, of any lengths, as in the M4 competition.
fn of_rows(table: &Table<'_>, options: &HistoryOptions) -> Result<Vec<History>, Error> {
    // The first column holds ids when no number stands there.
    let is_id = |field: &str| !is_missing(field) && !is_number(field);
    let id = match options.id.as_deref() {
        Some(name) => Some(table.find(name)?),
        None => table.column(0).all(is_id).then_some(0),
    };
    let history = |(number, row): (usize, &Row)| {
        let id = id.filter(|id| *id < row.len());
        let name = id.map(|id| row.get(id).trim().to_owned());
        let name = name.unwrap_or_else(|| (number + 1).to_string());
        // What is empty at the end is no value, for the row is shorter than others.
        let last = (0..row.len()).rfind(|&column| !row.get(column).trim().is_empty());
        let columns = 0..last.map_or(0, |last| last + 1);
        let columns = columns.filter(|column| Some(*column) != id);
        let fields = columns.map(|column| (row, column));
        Ok(History {
            values: values(table.path, &name, fields, options.missing)?,
            timeline: Timeline::counts(),
            name,
        })
    };
    table.rows.iter().enumerate().map(history).collect()
}

#[cfg(test)]
mod tests;
