//! Tables with a history in each row, of any lengths, as in the M4 competition.

use super::by_column::{in_steps, read_as};
use super::fill::{Field, Gaps};
use super::table::Table;
use super::{Histories, History};
use crate::Error;
use crate::forecast::timeline::{Grid, TimeColumn};
use crate::forecast::{HistoryOptions, Timeline};
use crate::table::{Row, is_word};

pub(super) fn read(table: &Table<'_>, options: &HistoryOptions) -> Result<Histories, Error> {
    let texts = texts(table);
    let id = match options.id.as_deref() {
        Some(name) => Some(table.find(name)?),
        None => (texts > 0).then_some(0),
    };
    let left_out: Vec<usize> = (0..texts).filter(|column| Some(*column) != id).collect();
    let is_value = |column: &usize| Some(*column) != id && !left_out.contains(column);
    let timeline = times(table, (0..table.header.len()).filter(is_value));
    let mut gaps = Gaps::new(options.missing);
    let history = |(number, row): (usize, &Row)| {
        let id = id.filter(|id| *id < row.len());
        let name = id.map(|id| row.get(id).trim().to_owned());
        let name = name.unwrap_or_else(|| (number + 1).to_string());
        // What is empty at the end is no value, for the row is shorter than others.
        let last = (0..row.len()).rfind(|&column| !row.get(column).trim().is_empty());
        let columns = 0..last.map_or(0, |last| last + 1);
        let fields = columns
            .filter(is_value)
            .map(|column| Field::of(row, column));
        Ok(History {
            values: gaps.values(table.path, &name, fields)?,
            timeline: timeline.clone().unwrap_or_else(Timeline::counts),
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
    let time = timeline.map_or_else(
        || "none, values are counted".to_owned(),
        |times| format!("the header, {}", in_steps(&times.step().to_string())),
    );
    read_as.add("time", time);
    let left_out = left_out.iter();
    let left_out: Vec<String> = left_out
        .map(|column| table.header.shown_with(*column, "text"))
        .collect();
    if !left_out.is_empty() {
        read_as.add("left out", left_out.join(" and "));
    }
    gaps.tell(&mut read_as);
    Ok(Histories { histories, read_as })
}

/// How many columns hold words before the first with a number; one where there is one row, which a typing
/// error may stand in.
fn texts(table: &Table<'_>) -> usize {
    let is_text = |column: &usize| table.column(*column).all(|field| is_word(field.text));
    let most = match table.rows.len() {
        1 => 1,
        _ => table.rows.iter().map(Row::len).min().unwrap_or(0),
    };
    (0..most).take_while(is_text).count()
}

/// The times of the values, where the header has them, in equal steps.
fn times(table: &Table<'_>, columns: impl Iterator<Item = usize>) -> Option<Timeline> {
    let names = columns.map(|column| (table.first, table.header.of(column)));
    // Tables may end in a separator.
    let names: Vec<(usize, &str)> = names.take_while(|(_, name)| !name.is_empty()).collect();
    let column = TimeColumn {
        path: table.path,
        column: 1,
        name: "",
        day_first: table.day_first,
        fields: names,
    };
    let read = Timeline::read(&column, &Grid::default()).ok()?;
    (!read.reversed).then_some(read.times)
}
