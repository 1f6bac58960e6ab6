//! Histories: what was measured so far, at equally spaced times.

mod by_column;
mod by_row;
mod columns;
mod fill;
mod histories;
mod numbers;
mod panel;
mod table;
mod time;
mod time_names;
mod tsf;

use std::collections::HashSet;
use std::path::Path;

use super::HistoryOptions;
use crate::table::{read_text, shown};
use crate::wording::shorten;
use crate::{Error, ErrorKind};
pub use histories::{Histories, History};
use table::Table;

impl History {
    /// Reads the histories of a file of separated values.
    ///
    /// Fields are separated by tabs, commas or semicolons, by what parts the first rows into the same
    /// number of fields, most of them numbers. The first row is a header when it holds words and no numbers, when it begins
    /// with a name for times or with an empty field that the row after it does not begin with, when
    /// it has words above numbers, when a column is asked for that it names, or when it counts in
    /// equal steps and the rows after it do not; [`HistoryOptions::header`] says so where that
    /// leaves a doubt. A table with the newest row first is turned round.
    ///
    /// # Errors
    ///
    /// [`Error`] with the line and the column where something is wrong, and where two readings are
    /// plausible.
    pub fn read(path: &Path, options: &HistoryOptions) -> Result<Histories, Error> {
        Self::parse(&shown(path), &read_text(path)?, options)
    }

    /// Reads the histories of the text of a file; `path` is for messages.
    ///
    /// # Errors
    ///
    /// See [`History::read`].
    pub fn parse(path: &Path, text: &str, options: &HistoryOptions) -> Result<Histories, Error> {
        if tsf::is_tsf(path, text) {
            return tsf::read(path, text, options).and_then(|read| told_apart(path, read, false));
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
        let on_times = [
            ("filled rows", options.fill.is_some()),
            ("a step of times", options.frequency.is_some()),
            ("a tolerance of times", options.tolerance.is_some()),
        ];
        if let Some((other, _)) = on_times.iter().find(|(_, given)| options.rows && *given) {
            return conflict(other);
        }
        let table = Table::read(path, text, options)?;
        let read = match options.rows {
            true => by_row::read(&table, options)?,
            false => by_column::read(&table, options)?,
        };
        told_apart(path, read, options.rows)
    }
}

/// Histories of one name would give forecasts that nobody can tell apart.
fn told_apart(path: &Path, read: Histories, in_rows: bool) -> Result<Histories, Error> {
    let mut seen = HashSet::new();
    let mut names = read.histories.iter().map(|history| &history.name);
    match names.find(|name| !seen.insert(*name)) {
        None => Ok(read),
        Some(twice) => {
            let (path, name) = (path.display(), shorten(twice));
            let message = format!(
                "{path}: two series are called `{name}`, and what is forecast of them could not be told apart"
            );
            let error = Error::new(ErrorKind::Column, message);
            Err(match in_rows {
                true => error
                    .with_hint("rename one of them, or say which column names the series")
                    .with_setting("id", ""),
                false => error.with_hint("rename one of them"),
            })
        }
    }
}

#[cfg(test)]
mod gaps;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod truth;
