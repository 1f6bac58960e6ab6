//! Long tables, in which each row is one value.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::table::Table;
use super::{at, label};
use crate::series::format::RawRow;
use crate::series::{LabelColumn, LongColumns};
use crate::table::{NumberStyle, Row};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// The columns of a long table, from 0.
#[derive(Debug, Clone)]
pub(in crate::series) struct Long {
    pub id: usize,
    pub time: Option<usize>,
    pub value: usize,
    pub label: Option<usize>,
}

impl Long {
    /// Those that are asked for.
    pub(super) fn of(
        table: &Table<'_>,
        wanted: &LongColumns,
        label: &LabelColumn,
    ) -> Result<Self, Error> {
        let all: Vec<usize> = (0..table.width).collect();
        let label = match label {
            LabelColumn::Auto => label::named(table, &all).first().copied(),
            LabelColumn::Absent => None,
            LabelColumn::First => Some(0),
            LabelColumn::Last => table.width.checked_sub(1),
            LabelColumn::Number(number) => Some(table.find(&number.to_string(), "label")?),
            LabelColumn::Name(name) => Some(table.find(name, "label")?),
        };
        let time = wanted.time.as_deref().map(|time| table.find(time, "time"));
        Ok(Self {
            id: table.find(&wanted.id, "id")?,
            time: time.transpose()?,
            value: table.find(&wanted.value, "value")?,
            label: label.filter(|label| !wanted_is(table, wanted, *label)),
        })
    }

    /// Puts the values of each series together, in the order in which they begin.
    pub fn gather(
        &self,
        path: &Path,
        rows: &[Row],
        style: NumberStyle,
    ) -> Result<Vec<RawRow>, Error> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut series: Vec<(RawRow, &Row)> = Vec::new();
        for row in rows {
            let id = row.get(self.id).trim();
            let label = self.label.map(|column| row.get(column).trim());
            let value = at(path, row).value_in(style, self.value + 1, row.get(self.value))?;
            let place = *places.entry(id).or_insert(series.len());
            let Some((known, last)) = series.get_mut(place) else {
                let values = vec![value];
                let (label, label_field) =
                    (label.map(str::to_owned), self.label.map_or(0, |c| c + 1));
                series.push((
                    RawRow {
                        line: row.line,
                        label,
                        label_field,
                        values,
                    },
                    row,
                ));
                continue;
            };
            if known.label.as_deref() != label {
                let message = format!(
                    "the series `{}` has the label `{}` here and `{}` on line {}; expected one",
                    shorten(id),
                    shorten(label.unwrap_or_default()),
                    shorten(known.label.as_deref().unwrap_or_default()),
                    known.line
                );
                return Err(at(path, row).error(ErrorKind::Labels, message));
            }
            if let Some(time) = self.time
                && compare(last.get(time), row.get(time)) != Ordering::Less
            {
                let message = format!(
                    "the time `{}` of the series `{}` is not later than `{}` before it; \
                     expected the values of a series in their order",
                    shorten(row.get(time)),
                    shorten(id),
                    shorten(last.get(time))
                );
                return Err(at(path, row).error_in(time + 1, ErrorKind::Time, message));
            }
            known.values.push(value);
            *last = row;
        }
        Ok(series.into_iter().map(|(row, _)| row).collect())
    }
}

/// Whether a column is one of those that are asked for.
fn wanted_is(table: &Table<'_>, wanted: &LongColumns, column: usize) -> bool {
    let asked = [&wanted.id, &wanted.value].into_iter().chain(&wanted.time);
    asked
        .into_iter()
        .any(|name| table.find(name, "id").ok() == Some(column))
}

/// Refuses a table that looks long and was not said to be.
pub(super) fn refuse(table: &Table<'_>, columns: &[usize]) -> Result<(), Error> {
    /// Long tables have few columns.
    const MOST: usize = 8;
    if !(3..=MOST).contains(&columns.len()) || table.rows.len() < 6 {
        return Ok(());
    }
    let pairs = columns
        .iter()
        .flat_map(|id| columns.iter().map(move |time| (*id, *time)));
    let mut pairs = pairs.filter(|(id, time)| id != time);
    let Some((id, time)) = pairs.find(|(id, time)| restarts(table, *id, *time)) else {
        return Ok(());
    };
    let message = format!(
        "the table is long: in {} times start anew with each {}, so a row is one value and no series",
        table.name(time),
        table.name(id)
    );
    Err(table
        .error(ErrorKind::Column, message)
        .with_hint("name its columns")
        .with_setting("id", "")
        .with_setting("time", "")
        .with_setting("value", "")
        .with_all_settings())
}

/// Whether one column holds the same for several rows on end, and another grows in each of these
/// runs and starts anew with the next.
fn restarts(table: &Table<'_>, id: usize, time: usize) -> bool {
    let (mut runs, mut seen) = (1, HashSet::new());
    let mut pairs = table.rows.windows(2).map(|pair| (&pair[0], &pair[1]));
    let grows = pairs.all(|(one, next)| {
        let order = compare(one.get(time), next.get(time));
        let same = one.get(id).trim() == next.get(id).trim();
        runs += usize::from(!same);
        match same {
            true => order == Ordering::Less,
            false => order != Ordering::Less && seen.insert(one.get(id).trim()),
        }
    });
    grows && runs >= 2 && table.rows.len() >= 3 * runs
}

/// Numbers by their value, other times as they are written.
fn compare(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.trim(), other.trim());
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        _ => one.cmp(other),
    }
}
