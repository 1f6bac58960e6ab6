//! Times that are dates.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::column::{TimeColumn, one_way};
use super::grid::{Grid, Placed, Read, place};
use super::irregular::Irregular;
use super::pattern::{self, has_offset, orders, padded_as, with_offset_of};
use super::regular::{Dates, in_utc};
use super::step::{Step, durations, equal_step, month_steps, most_frequent, usual_step};
use super::words::has_days;
use crate::Error;

impl Dates {
    /// The dates of a column, and whether they stand newest first.
    pub(super) fn read(column: &TimeColumn<'_>, grid: &Grid) -> Result<Read<Self>, Error> {
        let mut times = times(column)?;
        column.check_count()?;
        let reversed = column.direction(times.instants())?.is_lt();
        let turned = reversed.then(|| column.turned());
        let column = turned.as_ref().unwrap_or(column);
        if reversed {
            times.turn();
        }
        let instants = times.count_as_instants();
        let counted = if instants {
            times.instants()
        } else {
            &times.local
        };
        let day = day_of_month(counted);
        let mut dates = Self {
            start: counted.first().copied().unwrap_or_default(),
            step: Step::Months(1),
            day,
            pattern: padded_as(&times.pattern, column.texts()),
            offsets: Vec::new(),
            instants,
        };
        let placed = if grid.is_plain() {
            dates.step = step(counted, day, has_days(&times.pattern), column)?;
            Placed::of_all(counted.len())
        } else {
            let placed;
            (dates, placed) = place(column, counted, grid, dates)?;
            placed
        };
        dates.offsets = times.changes(&placed.places);
        Ok(Read {
            times: dates,
            placed,
            reversed,
        })
    }

    /// Numbers in the order of the times of a column.
    pub(super) fn order(column: &TimeColumn<'_>) -> Result<Vec<i128>, Error> {
        let times = times(column)?;
        let nanoseconds = |time: &DateTime| time.duration_since(DateTime::ZERO).as_nanos();
        Ok(times.instants().iter().map(nanoseconds).collect())
    }
}

/// The times of a column and the pattern that reads all of them.
struct Times {
    pattern: String,
    local: Vec<DateTime>,
    /// Their offsets and the same in UTC, where the offset changes.
    changing: Option<(Vec<Offset>, Vec<DateTime>)>,
}

impl Times {
    /// The times in the order of instants, where they can be told.
    fn instants(&self) -> &[DateTime] {
        self.changing
            .as_ref()
            .map_or(&self.local, |(_, instants)| instants)
    }

    fn turn(&mut self) {
        self.local.reverse();
        if let Some((offsets, instants)) = &mut self.changing {
            offsets.reverse();
            instants.reverse();
        }
    }

    /// Whether the offset changes and the steps are shorter than a day: those of days are of local
    /// days, of 23 or 25 hours when clocks are set.
    fn count_as_instants(&self) -> bool {
        const ALMOST_A_DAY: SignedDuration = SignedDuration::from_hours(23);
        let Some((_, instants)) = &self.changing else {
            return false;
        };
        let steps: Vec<SignedDuration> = instants
            .windows(2)
            .map(|pair| pair[1].duration_since(pair[0]))
            .collect();
        let forward = self.local.windows(2).all(|pair| pair[0] < pair[1]);
        !forward || most_frequent(&steps).is_none_or(|usual| usual < ALMOST_A_DAY)
    }

    /// The places from which on another offset is written.
    fn changes(&self, places: &[usize]) -> Vec<(usize, Offset)> {
        let offsets = self.changing.iter().flat_map(|(offsets, _)| offsets);
        let mut changes: Vec<(usize, Offset)> = Vec::new();
        for (place, offset) in places.iter().zip(offsets) {
            if changes.last().is_none_or(|(_, last)| last != offset) {
                changes.push((*place, *offset));
            }
        }
        changes
    }

    fn of(pattern: &str, column: &TimeColumn<'_>) -> Result<Self, usize> {
        let times = column.texts().enumerate();
        let times = times.map(|(row, field)| pattern::parse(pattern, field).ok_or(row));
        let times = times.collect::<Result<Vec<_>, _>>()?;
        let offsets: Option<Vec<Offset>> = times.iter().map(|(_, offset)| *offset).collect();
        let changes = |offsets: &[Offset]| offsets.windows(2).any(|pair| pair[0] != pair[1]);
        let changing = offsets.filter(|offsets| changes(offsets)).map(|offsets| {
            let instants = times.iter().zip(&offsets);
            let instants = instants
                .map(|((time, _), offset)| in_utc(*time, *offset))
                .collect();
            (offsets, instants)
        });
        let fixed = || with_offset_of(pattern, column.texts().next().unwrap_or_default());
        let pattern = match changing.is_none() && has_offset(pattern) {
            true => fixed(),
            false => pattern.to_owned(),
        };
        Ok(Self {
            pattern,
            local: times.into_iter().map(|(time, _)| time).collect(),
            changing,
        })
    }

    /// Whether they move one way, and whether in equal steps.
    fn order(&self) -> (bool, bool) {
        let one_way = one_way(self.instants()).is_some();
        let mut times = self.local.clone();
        if times.first() > times.last() {
            times.reverse();
        }
        let equal = one_way && equal_step(&times, day_of_month(&times), true).is_some();
        (one_way, equal)
    }
}

/// Reads the times of a column, each written like the first.
fn times(column: &TimeColumn<'_>) -> Result<Times, Error> {
    // `May` is a whole name and a short one: another month tells which.
    let is_may = |field: &&str| field.to_lowercase().contains("may");
    let telling = column
        .texts()
        .find(|field| !is_may(field))
        .or(column.texts().next());
    let like = telling.and_then(pattern::pattern).unwrap_or_default();
    let mut first = String::new();
    column
        .texts()
        .next()
        .and_then(|field| pattern::push_pattern(&mut first, field, &like))
        .ok_or_else(|| column.unreadable(0))?;
    let mut other = String::new();
    let is_other = |field: &str| {
        other.clear();
        pattern::push_pattern(&mut other, field, &like).is_none() || other != first
    };
    if let Some(row) = column.texts().position(is_other) {
        return Err(column.unreadable(row));
    }
    let mut readings = Vec::new();
    let mut unreadable = 0;
    for pattern in orders(&first, column.day_first) {
        match Times::of(&pattern, column) {
            Ok(times) => readings.push(times),
            Err(row) => unreadable = unreadable.max(row),
        }
    }
    if readings.len() > 1 {
        let orders: Vec<(bool, bool)> = readings.iter().map(Times::order).collect();
        // One reading in equal steps is the one that was meant; so is the only one that moves one
        // way, where that is no chance.
        let only = |wanted: &dyn Fn(&(bool, bool)) -> bool| {
            let mut found = (0..orders.len()).filter(|at| wanted(&orders[*at]));
            found.next().filter(|_| found.next().is_none())
        };
        const NO_CHANCE: usize = 8;
        let long = column.fields.len() >= NO_CHANCE;
        let meant = only(&|(_, equal)| *equal && column.fields.len() > 2)
            .or_else(|| only(&|(one_way, _)| *one_way && long));
        return match meant {
            Some(at) => Ok(readings.swap_remove(at)),
            None => Err(column.ambiguous()),
        };
    }
    readings.pop().ok_or_else(|| column.unreadable(unreadable))
}

/// The day of the month that all times would keep to: the last day when all are the last of their
/// months.
fn day_of_month(times: &[DateTime]) -> i8 {
    let last = |time: &DateTime| time.day() == time.date().days_in_month();
    if times.iter().all(last) {
        return 31;
    }
    times.iter().map(|time| time.day()).max().unwrap_or(1)
}

/// The step between all times: of months where all of them fit, else of a fixed duration.
fn step(
    times: &[DateTime],
    day: i8,
    has_days: bool,
    column: &TimeColumn<'_>,
) -> Result<Step, Error> {
    if let Some(step) = equal_step(times, day, has_days) {
        return Ok(step);
    }
    // A gap among months is told in months, any other in days or hours.
    let usual = usual_step(times, day);
    let steps = match usual {
        Step::Months(_) => month_steps(times, day),
        _ => durations(times),
    };
    let row = steps.iter().position(|step| *step != usual).unwrap_or(0);
    let found = steps.get(row).copied().unwrap_or(usual);
    let what = Irregular::of_dates(times, &steps, usual);
    let steps = [&*found.to_string(), &*usual.to_string()];
    Err(column.irregular(row + 1, steps, what))
}
