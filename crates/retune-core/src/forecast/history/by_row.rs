//! Tables with a history in each row, of any lengths, as in the M4 competition.

use super::History;
use super::fill::values;
use super::table::Table;
use crate::Error;
use crate::forecast::{HistoryOptions, Timeline};
use crate::table::{Row, is_missing, is_number};

pub(super) fn read(table: &Table<'_>, options: &HistoryOptions) -> Result<Vec<History>, Error> {
    let id = match options.id.as_deref() {
        Some(name) => Some(table.find(name)?),
        None => first_is_id(table).then_some(0),
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

/// Whether the first column holds ids: it does when no number stands there.
fn first_is_id(table: &Table<'_>) -> bool {
    let mut fields = table.column(0);
    fields.all(|field| !is_missing(field) && !is_number(field))
}
