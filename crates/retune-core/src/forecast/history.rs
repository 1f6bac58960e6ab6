//! Histories: what was measured so far, at equally spaced times.

mod by_column;
mod by_row;
mod columns;
mod fill;
mod table;
mod tsf;

use std::path::Path;

use super::{HistoryOptions, Timeline};
use crate::table::{read_text, shown};
use crate::{Error, ErrorKind};
use table::Table;

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
        if options.rows {
            by_row::read(&table, options)
        } else {
            by_column::read(&table, options)
        }
    }
}

#[cfg(test)]
mod tests;
