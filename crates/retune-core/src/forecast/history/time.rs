//! Which column holds the times.

use std::collections::HashMap;
use std::iter::once;

use super::table::Table;
use super::time_names::names_time;
use crate::forecast::timeline::{Grid, one_way};
use crate::forecast::timeline::{TimeColumn, Timeline, is_date, is_time_of_day, might_be_date};
use crate::table::{Row, is_missing, is_number};
use crate::wording::list;
use crate::{Error, ErrorKind};

/// Where the times of the rows stand.
#[derive(Debug, Clone)]
pub(super) struct Time {
    /// The column; the first of several that are joined.
    pub(super) column: usize,
    /// The others.
    pub(super) joined: Vec<usize>,
    /// The times of the rows where they are joined.
    texts: Vec<String>,
    /// What was decided on the way.
    pub(super) how: &'static str,
}

impl Time {
    pub(super) fn of(column: usize) -> Self {
        Self {
            column,
            joined: Vec::new(),
            texts: Vec::new(),
            how: "",
        }
    }

    /// All columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        once(self.column).chain(self.joined.iter().copied())
    }

    /// The times of some rows, for the history `name`.
    pub(super) fn fields<'t>(
        &'t self,
        table: &'t Table<'_>,
        name: &'t str,
        rows: &[usize],
    ) -> TimeColumn<'t> {
        let field = |&at: &usize| {
            let row = &table.rows[at];
            let text = self
                .texts
                .get(at)
                .map_or(row.get(self.column), String::as_str);
            (row.line, text)
        };
        TimeColumn {
            path: table.path,
            column: self.column + 1,
            name,
            day_first: table.day_first,
            fields: rows.iter().map(field).collect(),
        }
    }

    /// Numbers in the order of the times of all rows.
    pub(super) fn order(&self, table: &Table<'_>) -> Result<Vec<i128>, Error> {
        let rows: Vec<usize> = (0..table.rows.len()).collect();
        let name = table.name(self.column);
        Timeline::order(&self.fields(table, &name, &rows))
    }

    /// Several columns as one, with these characters between them and after the last.
    fn joined(table: &Table<'_>, columns: &[usize], between: &str, after: &str) -> Self {
        let text = |row: &Row| {
            let parts: Vec<&str> = columns
                .iter()
                .map(|column| row.get(*column).trim())
                .collect();
            parts.join(between) + after
        };
        Self {
            column: columns[0],
            joined: columns[1..].to_vec(),
            texts: table.rows.iter().map(text).collect(),
            how: " joined",
        }
    }

    /// Dates and the hours of the day from `first` on, which is 0, or 1 as markets of electricity count them;
    /// `None` for others.
    fn of_hours(table: &Table<'_>, [date, hour]: [usize; 2], first: u8) -> Option<Self> {
        const MIDNIGHT: [&str; 4] = [" 00:00:00", "T00:00:00", " 00:00", " 0:00"];
        let text = |row: &Row| {
            let counted = row.get(hour).trim();
            let counted = ["00", "0"]
                .iter()
                .find_map(|rest| {
                    let sign = if rest.len() == 2 { ':' } else { '.' };
                    counted.strip_suffix(rest)?.strip_suffix(sign)
                })
                .unwrap_or(counted);
            let number: u8 = counted.parse().ok()?;
            let begins = number.checked_sub(first).filter(|begins| *begins < 24)?;
            let day = row.get(date).trim();
            let day = MIDNIGHT
                .iter()
                .find_map(|end| day.strip_suffix(end))
                .unwrap_or(day);
            let zero = if counted.starts_with('0') && counted.len() == 2 && begins < 10 {
                "0"
            } else {
                ""
            };
            Some(format!("{day} {zero}{begins}:00"))
        };
        Some(Self {
            column: date,
            joined: vec![hour],
            texts: table.rows.iter().map(text).collect::<Option<_>>()?,
            how: match first {
                0 => " joined",
                _ => " joined, hours 1 to 24 being those that begin at 0:00 to 23:00",
            },
        })
    }
}

/// Names of columns of the hours that end then.
const ENDINGS: &[&str] = &["he", "hour_ending", "hour ending", "hourending"];

/// What a column looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// All fields are dates.
    Dates,
    /// Most are dates, or might be meant as such.
    Broken,
    /// All are times of day.
    Clock,
    Numbers,
    Other,
}

/// Looks for the times in some columns of a table.
pub(super) struct Finder<'t> {
    pub(super) table: &'t Table<'t>,
    /// The columns that are neither ids nor asked for as values.
    pub(super) columns: &'t [usize],
    /// The rows of each id.
    pub(super) groups: &'t [Vec<usize>],
}

impl Finder<'_> {
    /// The times; `None` where no column holds any.
    pub(super) fn find(&self) -> Result<Option<Time>, Error> {
        let looks: Vec<(usize, Look)> = self
            .columns
            .iter()
            .map(|&column| (column, look(self.table, column)))
            .collect();
        let of = |wanted: Look| -> Vec<usize> {
            looks
                .iter()
                .filter(|(_, look)| *look == wanted)
                .map(|(column, _)| *column)
                .collect()
        };
        let (mut dates, mut broken) = (Vec::new(), None);
        for column in of(Look::Dates) {
            match Time::of(column).order(self.table) {
                Ok(order) => dates.push((column, order)),
                Err(error) => broken = broken.or(Some(error)),
            }
        }
        let clocks = of(Look::Clock);
        if !dates.is_empty() {
            let (forward, other): (Vec<_>, Vec<_>) = dates
                .into_iter()
                .partition(|(_, order)| self.moves_one_way(order));
            let columns =
                |of: Vec<(usize, Vec<i128>)>| of.into_iter().map(|(column, _)| column).collect();
            if !forward.is_empty() {
                return self.choose(columns(forward)).map(Some);
            }
            let date = self.choose(columns(other))?;
            return Ok(Some(match clocks[..] {
                [clock] => self.with_clock(date.column, clock),
                _ => self.with_hours(date.column).unwrap_or(date),
            }));
        }
        if let Some(error) = broken {
            return Err(error);
        }
        if let Some(&column) = of(Look::Broken).first().or(clocks.first()) {
            return Err(self.unreadable(column));
        }
        self.named(&looks)?.map_or_else(
            || Ok(self.unnamed(&of(Look::Numbers))),
            |time| Ok(Some(time)),
        )
    }

    /// The times in a column that was named; with the only time of day beside it where dates alone
    /// repeat.
    pub(super) fn given(&self, column: usize) -> Time {
        let time = Time::of(column);
        let repeats = || {
            time.order(self.table)
                .is_ok_and(|order| !self.moves_one_way(&order))
        };
        let clock = |other: &&usize| **other != column && look(self.table, **other) == Look::Clock;
        let mut clocks = self.columns.iter().filter(clock);
        match (
            look(self.table, column) == Look::Dates,
            clocks.next(),
            clocks.next(),
        ) {
            (true, Some(&clock), None) if repeats() => self.with_clock(column, clock),
            (true, None, _) if repeats() => self.with_hours(column).unwrap_or(time),
            _ => time,
        }
    }

    /// A column whose name is one for times.
    fn named(&self, looks: &[(usize, Look)]) -> Result<Option<Time>, Error> {
        let table = self.table;
        let named = looks
            .iter()
            .filter(|(column, _)| names_time(table.header.of(*column)));
        let mut one_way = Vec::new();
        let mut other = None;
        for (column, look) in named {
            if *look == Look::Other && present(table, *column).next().is_some() {
                return Err(self.unreadable(*column));
            }
            let is_first = self.columns.first() == Some(column);
            let time = Time::of(*column);
            match time.order(table) {
                Err(error) if is_first => return Err(error),
                Err(_) => {}
                Ok(order) if self.moves_one_way(&order) => one_way.push(*column),
                Ok(_) if is_first => other = Some(time),
                // A column called `period` may hold values; not where several series explain it.
                Ok(order) if self.groups.len() == 1 => {
                    if separating(table, &order, &[*column]).is_some() {
                        other = other.or(Some(time));
                    }
                }
                Ok(_) => {}
            }
        }
        if !one_way.is_empty() {
            return self.choose(one_way).map(Some);
        }
        Ok(self.calendar().or(other))
    }

    /// The column of one of these names.
    fn called(&self, names: &[&str]) -> Option<usize> {
        let mut columns = self.columns.iter().copied();
        columns.find(|column| names.contains(&&*self.table.header.lower(*column)))
    }

    /// Columns of years and months, or quarters, and of days, that move one way together.
    fn calendar(&self) -> Option<Time> {
        let table = self.table;
        let year = self.called(&["year"])?;
        let mut ways = Vec::new();
        if let Some(month) = self.called(&["month"]) {
            ways.push(Time::joined(table, &[year, month], "-", ""));
            let day = self.called(&["day"]);
            ways.extend(day.map(|day| Time::joined(table, &[year, month, day], "-", "")));
        }
        if let Some(quarter) = self.called(&["quarter", "qtr"]) {
            let is_counted = table.column(quarter).all(|field| is_number(field.text));
            let between = if is_counted { "Q" } else { "" };
            ways.push(Time::joined(table, &[year, quarter], between, ""));
        }
        ways.into_iter().find(|time| self.is_one_way(time))
    }

    /// A column of dates with one of hours, that move one way together.
    fn with_hours(&self, date: usize) -> Option<Time> {
        let lower = |column: usize| self.table.header.lower(column);
        let called = |names: &'static [&str]| {
            let columns = self.columns.iter().copied();
            columns.filter(move |column| names.contains(&&*lower(*column)))
        };
        let mut hours = called(&["hour", "hr"]).chain(called(ENDINGS));
        hours.find_map(|hour| self.of_hours(date, hour))
    }

    /// Dates with a time of day, which may be that of an hour's end.
    fn with_clock(&self, date: usize, clock: usize) -> Time {
        let joined = Time::joined(self.table, &[date, clock], " ", "");
        let ends = ENDINGS.contains(&&*self.table.header.lower(clock));
        match !ends && self.is_one_way(&joined) {
            true => joined,
            false => self.of_hours(date, clock).unwrap_or(joined),
        }
    }

    fn of_hours(&self, date: usize, hour: usize) -> Option<Time> {
        // The hour that ends at 1:00 is the first.
        let ends = ENDINGS.contains(&&*self.table.header.lower(hour));
        let ways = if ends { [1, 0] } else { [0, 1] };
        let mut ways = ways
            .into_iter()
            .filter_map(|first| Time::of_hours(self.table, [date, hour], first));
        ways.find(|time| self.is_one_way(time))
    }

    fn is_one_way(&self, time: &Time) -> bool {
        let order = time.order(self.table);
        order.is_ok_and(|order| self.moves_one_way(&order))
    }

    /// A column of numbers that can be nothing but times: dates of digits only, the index of a
    /// table, or what counts in equal steps before the values of a table without a header.
    fn unnamed(&self, numbers: &[usize]) -> Option<Time> {
        const CHANCE: usize = 2;
        let table = self.table;
        let equal = |column: &&usize| {
            self.groups.iter().all(|rows| {
                let time = Time::of(**column);
                Timeline::read(&time.fields(table, "", rows), &Grid::default()).is_ok()
            })
        };
        let compact = |column: &&usize| {
            present(table, **column).all(|field| matches!(field.trim().len(), 8 | 10 | 12 | 14))
                && Time::of(**column)
                    .fields(table, "", &self.groups[0])
                    .is_of_dates()
        };
        let many = table.rows.len() > CHANCE;
        // What is wrong with their steps is said where they are read.
        let dates = numbers.iter().filter(|column| many && compact(column));
        if let Some(time) = dates
            .map(|column| Time::of(*column))
            .find(|time| self.is_one_way(time))
        {
            return Some(time);
        }
        let first = numbers
            .first()
            .filter(|column| self.columns.first() == Some(*column))?;
        if table.width() == 1 {
            return None;
        }
        let whole = |field: &str| field.trim().parse::<i64>().is_ok();
        let is_index = table.is_unnamed(*first) || (table.header.is_empty() && many);
        let counts =
            is_index && table.column(*first).all(|field| whole(field.text)) && equal(&first);
        counts.then(|| Time::of(*first))
    }

    /// The only one of several columns, or the only one with a name for times.
    fn choose(&self, columns: Vec<usize>) -> Result<Time, Error> {
        let named = columns
            .iter()
            .filter(|column| names_time(self.table.header.of(**column)));
        let named: Vec<usize> = named.copied().collect();
        match (&columns[..], &named[..]) {
            ([column], _) | (_, [column]) => Ok(Time::of(*column)),
            _ => {
                let (path, names) = (
                    self.table.path.display(),
                    columns.iter().map(|column| self.table.name(*column)),
                );
                let message = format!(
                    "{path}: several columns may hold the times: {}",
                    list(names)
                );
                Err(Error::new(ErrorKind::Column, message)
                    .with_hint("say which column holds the times, or none")
                    .with_setting("time", ""))
            }
        }
    }

    fn moves_one_way(&self, order: &[i128]) -> bool {
        self.groups.iter().all(|rows| {
            let order: Vec<i128> = rows.iter().map(|row| order[*row]).collect();
            one_way(&order).is_some()
        })
    }

    /// Why a column that looks like times cannot be read.
    fn unreadable(&self, column: usize) -> Error {
        let time = Time::of(column);
        let rows: Vec<usize> = (0..self.table.rows.len()).collect();
        let name = self.table.name(column);
        let fields = time.fields(self.table, &name, &rows);
        Timeline::order(&fields)
            .err()
            .unwrap_or_else(|| fields.unreadable(0))
    }
}

/// What a column looks like.
fn look(table: &Table<'_>, column: usize) -> Look {
    let all = table.column(column).map(|field| field.text);
    let some = present(table, column);
    let count = some.clone().count();
    // Long tables of numbers are not looked at field by field.
    if count > 0 && some.clone().take(3).all(is_number) {
        let named = names_time(table.header.of(column));
        let time = Time::of(column);
        let rows: Vec<usize> = (0..table.rows.len()).collect();
        return match named && time.fields(table, "", &rows).is_of_dates() {
            true => Look::Dates,
            false => Look::Numbers,
        };
    }
    if count == 0 {
        Look::Other
    } else if all.clone().all(is_date) {
        Look::Dates
    } else if all.clone().all(is_time_of_day) {
        Look::Clock
    } else if 2 * some.clone().filter(|field| might_be_date(field)).count() > count {
        Look::Broken
    } else if 2 * some.filter(|field| is_number(field)).count() > count {
        Look::Numbers
    } else {
        Look::Other
    }
}

/// The column within each of whose values the times move one way: words before whole numbers.
pub(super) fn separating(table: &Table<'_>, order: &[i128], times: &[usize]) -> Option<usize> {
    let separates = |column: &usize, numbers: bool| {
        let mut groups: HashMap<&str, Vec<i128>> = HashMap::new();
        for (field, time) in table.column(*column).zip(order) {
            let text = field.text.trim();
            if is_number(text) != numbers || (numbers && text.parse::<i64>().is_err()) {
                return false;
            }
            let group = groups.entry(text).or_default();
            group.push(*time);
        }
        groups.len() > 1
            && 2 * groups.len() <= order.len()
            && groups.values().all(|times| one_way(times).is_some())
    };
    let columns = || (0..table.width()).filter(|column| !times.contains(column));
    columns()
        .find(|column| separates(column, false))
        .or_else(|| columns().find(|column| separates(column, true)))
}

/// The fields of a column that are not missing.
fn present<'t>(table: &'t Table<'_>, column: usize) -> impl Iterator<Item = &'t str> + Clone {
    let fields = table.column(column).map(|field| field.text);
    fields.filter(|field| !is_missing(field))
}
