//! Tables with a history in each row, of any lengths, as in the M4 competition.

use super::by_column::read_as;
use super::fill::{Field, Gaps};
use super::table::Table;
use super::{Histories, History};
use crate::Error;
use crate::forecast::{HistoryOptions, Timeline};
use crate::table::{Row, is_word};

pub(super) fn read(table: &Table<'_>, options: &HistoryOptions) -> Result<Histories, Error> {
    let id = match options.id.as_deref() {
        Some(name) => Some(table.find(name)?),
        None => first_is_id(table).then_some(0),
    };
    let mut gaps = Gaps::new(options.missing);
    let history = |(number, row): (usize, &Row)| {
        let id = id.filter(|id| *id < row.len());
        let name = id.map(|id| row.get(id).trim().to_owned());
        let name = name.unwrap_or_else(|| (number + 1).to_string());
        // What is empty at the end is no value, for the row is shorter than others.
        let last = (0..row.len()).rfind(|&column| !row.get(column).trim().is_empty());
        let columns = 0..last.map_or(0, |last| last + 1);
        let columns = columns.filter(|column| Some(*column) != id);
        let fields = columns.map(|column| Field::of(row, column));
        Ok(History {
            values: gaps.values(table.path, &name, fields)?,
            timeline: Timeline::counts(),
            name,
        })
    };
    let histories = table
        .rows
        .iter()
        .enumerate()
        .map(history)
        .collect::<Result<Vec<_>, Error>>()?;
    let mut read_as = read_as(table, &histories);
    let id = id.map_or_else(
        || "none, rows are counted".to_owned(),
        |id| table.header.shown(id),
    );
    read_as.add("id", id);
    read_as.add("time", "none, values are counted");
    gaps.tell(&mut read_as);
    Ok(Histories { histories, read_as })
}

/// Whether the first column holds ids: it does when no number stands there.
fn first_is_id(table: &Table<'_>) -> bool {
    table.column(0).all(|field| is_word(field.text))
}
