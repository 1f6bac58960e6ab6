//! Tables with a column for each history; with an id, several stand one below the other.

use std::collections::HashMap;

use super::columns::Columns;
use super::fill::{Field, Gaps, spread};
use super::table::Table;
use super::{Histories, History};
use crate::forecast::timeline::{Grid, Placed, Read};
use crate::forecast::{Fill, HistoryOptions, Timeline};
use crate::table::{ReadAs, Separator};
use crate::{Error, ErrorKind};

pub(super) fn read(table: &Table<'_>, options: &HistoryOptions) -> Result<Histories, Error> {
    table.check_width()?;
    let id = options.id.as_deref().map(|id| table.find(id)).transpose()?;
    let groups = match id {
        Some(id) => groups(table, id),
        None => vec![(None, (0..table.rows.len()).collect())],
    };
    let rows: Vec<Vec<usize>> = groups.iter().map(|(_, rows)| rows.clone()).collect();
    let columns = Columns::of(table, options, id, &rows)?;
    let grid = Grid {
        frequency: options.frequency,
        fill: options.fill.is_some(),
        tolerance: options.tolerance,
    };
    let mut decided = Decided::default();
    let misread = "correct the field, or name the columns that hold the values";
    let mut gaps = Gaps::new(options.missing, (misread, &[("column", "")]));
    let mut histories = Vec::new();
    for (id, mut rows) in groups {
        let of_time = columns.time.as_ref().map(|time| table.name(time.column));
        let of_all = id.map(str::to_owned).or(of_time).unwrap_or_default();
        let (timeline, placed) = match &columns.time {
            None => {
                table.check_no_grid(options)?;
                (Timeline::counts(), Placed::of_all(rows.len()))
            }
            Some(time) => {
                let read = Timeline::read(&time.fields(table, &of_all, &rows), &grid)?;
                if read.reversed {
                    rows.reverse();
                }
                decided.add(&read, rows.len());
                (read.times, read.placed)
            }
        };
        for &column in &columns.values {
            let name = match id {
                None => table.name(column),
                Some(id) if columns.values.len() == 1 => id.to_owned(),
                Some(id) => format!("{id}/{}", table.name(column)),
            };
            let fields = rows.iter().map(|row| Field::of(&table.rows[*row], column));
            // Rows of unlike lengths are filled up where they are series of their own, which have no times.
            let values = gaps.values(table.path, &name, fields).map_err(|error| {
                let hint = "fill missing values from their neighbours, or say that each row is a \
                            series of its own";
                match error.kind() {
                    ErrorKind::MissingValue if columns.time.is_none() && id.is_none() => {
                        error.with_hint(hint).with_setting("rows", "")
                    }
                    _ => error,
                }
            })?;
            histories.push(History {
                values: spread(values, &placed, options.fill),
                timeline: timeline.clone(),
                name,
            });
        }
    }
    let mut read_as = read_as(table, &histories);
    if let Some(id) = id {
        read_as.add("id", table.header.shown(id));
    }
    decided.tell(table, &columns, options.fill, &mut read_as);
    gaps.tell(&mut read_as);
    Ok(Histories { histories, read_as })
}

/// What was found, the header, and what separates the fields where it is not the usual comma.
pub(super) fn read_as(table: &Table<'_>, histories: &[History]) -> ReadAs {
    let lengths = histories.iter().map(|history| history.values.len());
    let (least, most) = (
        lengths.clone().min().unwrap_or(0),
        lengths.max().unwrap_or(0),
    );
    let values = match least == most {
        true => most.to_string(),
        false => format!("{least} to {most}"),
    };
    let mut read_as = ReadAs::new(
        table.path,
        format!("{} series of {values} values", histories.len()),
    );
    if table.separator != Separator::Comma {
        read_as.add("separator", table.separator.to_string());
    }
    read_as.decisions.extend(table.numbers.iter().cloned());
    read_as.add("header", if table.header.is_empty() { "no" } else { "yes" });
    read_as
}

/// How times go on by a step.
pub(super) fn in_steps(step: &str) -> String {
    match step.parse::<f64>() {
        Ok(_) => format!("in steps of {step}"),
        Err(_) => format!("every {}", step.strip_prefix("1 ").unwrap_or(step)),
    }
}

/// The rows of each id, in the order in which the ids first stand.
fn groups<'t>(table: &'t Table<'_>, id: usize) -> Vec<(Option<&'t str>, Vec<usize>)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<(Option<&str>, Vec<usize>)> = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let name = row.get(id).trim();
        let place = *places.entry(name).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, rows)) => rows.push(at),
            None => groups.push((Some(name), vec![at])),
        }
    }
    groups
}

/// What was decided about the times of all groups.
#[derive(Debug, Default)]
struct Decided {
    steps: Vec<String>,
    reversed: bool,
    filled: usize,
    moved: usize,
    farthest: Option<String>,
    offsets: Option<(String, String)>,
    day_first: Option<bool>,
}

impl Decided {
    fn add(&mut self, read: &Read<Timeline>, rows: usize) {
        let step = read.times.step().to_string();
        if !self.steps.contains(&step) {
            self.steps.push(step);
        }
        self.reversed |= read.reversed;
        self.filled += read.placed.length() - rows;
        if let Some((moved, farthest)) = &read.placed.moved {
            self.moved += moved;
            self.farthest.get_or_insert_with(|| farthest.clone());
        }
        self.offsets = self.offsets.take().or(read.times.offsets());
        self.day_first = self.day_first.or(read.times.day_first());
    }

    fn tell(self, table: &Table<'_>, columns: &Columns, fill: Option<Fill>, read_as: &mut ReadAs) {
        match &columns.time {
            None => read_as.add("time", "none, rows are counted"),
            Some(time) => {
                let shown: Vec<String> = time
                    .columns()
                    .map(|column| table.header.shown(column))
                    .collect();
                let step = match &self.steps[..] {
                    [step] => in_steps(step),
                    _ => "in different steps".to_owned(),
                };
                let how = time.how;
                read_as.add("time", format!("{}{how}, {step}", shown.join(" and ")));
            }
        }
        match self.day_first {
            Some(true) => read_as.add("dates", "day before month"),
            Some(false) => read_as.add("dates", "month before day"),
            None => {}
        }
        if self.reversed {
            read_as.add("order", "newest first, turned round");
        }
        if let Some((first, last)) = self.offsets {
            read_as.add(
                "offsets",
                format!("from {first} to {last}, going on with {last}"),
            );
        }
        if self.moved > 0 {
            let most = self.farthest.unwrap_or_default();
            read_as.add("moved", format!("{} times, by {most} at most", self.moved));
        }
        if let Some(fill) = fill {
            let how = match fill {
                Fill::Interpolate => "interpolated",
                Fill::Last => "with the last value",
            };
            read_as.add("filled", format!("{} rows {how}", self.filled));
        }
        let left_out = columns.left_out.iter();
        let left_out: Vec<String> = left_out
            .map(|(column, why)| table.header.shown_with(*column, why))
            .collect();
        if !left_out.is_empty() {
            read_as.add("left out", left_out.join(" and "));
        }
    }
}
