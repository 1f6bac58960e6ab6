//! Tables with a history in each row, of any lengths, as in the M4 competition.

use super::by_column::{in_steps, read_as};
use super::fill::{Field, Gaps};
use super::table::Table;
use super::{Histories, History};
use crate::forecast::timeline::{Grid, Read, TimeColumn, is_date};
use crate::forecast::{HistoryOptions, Timeline};
use crate::table::{Row, is_number, is_word};
use crate::wording::list;
use crate::{Error, ErrorKind};

pub(super) fn read(table: &Table<'_>, options: &HistoryOptions) -> Result<Histories, Error> {
    table.check_beginning()?;
    let layout = Layout::of(table, options)?;
    let misread =
        "correct the field; or say that the first row is a header, or which column has the names";
    let settings = &[("header", "yes"), ("id", "")];
    let mut gaps = Gaps::new(options.missing, (misread, settings));
    let history = |(number, row): (usize, &Row)| {
        let id = layout.id.filter(|id| *id < row.len());
        let name = id.map(|id| row.get(id).trim().to_owned());
        let name = name.unwrap_or_else(|| (number + 1).to_string());
        let columns = layout.values(table, row);
        let fields = columns.into_iter().map(|column| Field::of(row, column));
        Ok(History {
            values: gaps.values(table.path, &name, fields)?,
            timeline: layout.times.clone().unwrap_or_else(Timeline::counts),
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
    let id = layout.id.map_or_else(
        || "none, rows are counted".to_owned(),
        |id| table.header.shown(id),
    );
    read_as.add("id", id);
    let time = layout.times.as_ref().map_or_else(
        || "none, values are counted".to_owned(),
        |times| format!("the header, {}", in_steps(&times.step().to_string())),
    );
    read_as.add("time", time);
    if layout.turned {
        read_as.add("order", "newest first, turned round");
    }
    let left_out = (0..layout.before).filter(|column| Some(*column) != layout.id);
    let left_out: Vec<String> = left_out.map(|column| table.name(column)).collect();
    if !left_out.is_empty() {
        let said = format!("{} before the values", list(left_out));
        read_as.add("left out", said);
    }
    gaps.tell(&mut read_as);
    Ok(Histories { histories, read_as })
}

/// Where a row has what.
struct Layout {
    /// The column of the names.
    id: Option<usize>,
    /// How many columns stand before the values.
    before: usize,
    /// The times of the values, where the header has them.
    times: Option<Timeline>,
    /// Whether the newest value stands first.
    turned: bool,
}

impl Layout {
    fn of(table: &Table<'_>, options: &HistoryOptions) -> Result<Self, Error> {
        let given = options.id.as_deref();
        let given = given.map(|name| table.find(name)).transpose()?;
        let texts = texts(table, given);
        let head = Head::of(table, given, texts);
        let before = head.as_ref().map_or(texts, |head| head.columns[0]);
        let id = match (given, before) {
            (Some(_), _) => given,
            (None, 0) => None,
            (None, before) if texts == 0 && before > 1 => {
                return Err(ask_for_id(table, before));
            }
            (None, _) => Some(0),
        };
        let mut layout = Self {
            id,
            before,
            times: None,
            turned: false,
        };
        match head.filter(|_| options.time.is_none()) {
            Some(head) if !head.counts(table) => match head.read {
                Ok(read) => {
                    layout.turned = read.reversed;
                    layout.times = Some(read.times);
                }
                Err(error)
                    if error
                        .settings()
                        .iter()
                        .any(|(name, _)| *name == "day_first") =>
                {
                    return Err(error);
                }
                // The header is no time then, and values are counted.
                Err(_) => {}
            },
            _ => {}
        }
        Ok(layout)
    }

    /// The columns of the values of a row, the oldest first.
    fn values(&self, table: &Table<'_>, row: &Row) -> Vec<usize> {
        let is_empty = |column: usize| row.get(column).trim().is_empty();
        let is_value = |column: &usize| Some(*column) != self.id;
        let mut columns: Vec<usize> = match self.turned {
            false => (self.before..row.len()).filter(is_value).collect(),
            true => {
                let all = (self.before..row.len().max(table.header.len())).filter(is_value);
                // Rows may end in a separator.
                let named = all.filter(|at| !(table.header.of(*at).is_empty() && is_empty(*at)));
                named.rev().collect()
            }
        };
        // What is empty at the end is no value, for the row is shorter than others.
        while columns.last().is_some_and(|column| is_empty(*column)) {
            columns.pop();
        }
        columns
    }
}

/// How many columns hold words before the first with a number, that of the names aside: one at most where
/// nothing but a single row tells, in which a typing error may stand.
fn texts(table: &Table<'_>, id: Option<usize>) -> usize {
    let is_text = |column: &usize| {
        let fields = table.column(*column).map(|field| field.text);
        // A code may be missing, or be `NA` as that of Namibia.
        let any = |of: fn(&str) -> bool| fields.clone().any(of);
        Some(*column) == id || (any(is_word) && !any(is_number))
    };
    let most = match table.rows.len() {
        1 if table.header.is_empty() => 1,
        _ => table.rows.iter().map(Row::len).min().unwrap_or(0),
    };
    (0..most).take_while(is_text).count()
}

/// The names of the columns of values, where they are dates, or numbers in equal steps.
struct Head {
    columns: Vec<usize>,
    /// The names as times.
    read: Result<Read<Timeline>, Error>,
}

impl Head {
    /// Those after so many columns of words and, perhaps, some with other names.
    fn of(table: &Table<'_>, id: Option<usize>, texts: usize) -> Option<Self> {
        let name = |column: &usize| table.header.of(*column);
        let is_time = |column: &usize| is_number(name(column)) || is_date(name(column));
        let columns = (texts..table.header.len()).filter(|column| Some(*column) != id);
        let columns = columns.skip_while(|column| !is_time(column));
        // Rows may end in a separator.
        let columns = columns.take_while(|column| !name(column).is_empty());
        let columns: Vec<usize> = columns.collect();
        let first = columns.first()?;
        let least = if is_date(name(first)) { 2 } else { 3 };
        let fields = columns.iter().map(|column| (table.first, name(column)));
        let times = TimeColumn {
            path: table.path,
            column: first + 1,
            name: "",
            day_first: table.day_first,
            fields: fields.collect(),
        };
        let read = Timeline::read(&times, &Grid::default());
        let are_times = read.is_ok() || columns.iter().all(|column| is_date(name(column)));
        (columns.len() >= least && are_times).then_some(Self { columns, read })
    }

    /// Whether it numbers the columns, which is no time.
    fn counts(&self, table: &Table<'_>) -> bool {
        let names = self.columns.iter().map(|column| table.header.of(*column));
        let names: Vec<&str> = names.take(2).collect();
        names == ["0", "1"] || names == ["1", "2"]
    }
}

/// Several columns of numbers stand before the times.
fn ask_for_id(table: &Table<'_>, before: usize) -> Error {
    let (path, names) = (
        table.path.display(),
        list((0..before).map(|column| table.name(column))),
    );
    let message = format!("{path}: several columns stand before the times of the header: {names}");
    Error::new(ErrorKind::Column, message)
        .with_hint("say which column names the series")
        .with_setting("id", "")
}
