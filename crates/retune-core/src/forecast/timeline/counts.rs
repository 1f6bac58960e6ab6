//! Times that are numbers.

use super::column::{COMPACT_YEARS, TimeColumn};
use super::grid::{Grid, Placed, Read};
use super::irregular::Irregular;
use super::step::{Step, Tolerance, most_frequent};
use crate::table::is_number;
use crate::{Error, ErrorKind};

/// How far a time may be from its place, as a share of the step, when it is a rounded number.
const ROUNDING_SHARE: f64 = 0.05;

/// Beyond this a place is no number of its own any more: 2⁵³.
const FARTHEST: f64 = (1u64 << f64::MANTISSA_DIGITS) as f64;

/// Numbers in equal steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Counts {
    Whole {
        start: i64,
        step: i64,
    },
    Decimal {
        start: f64,
        step: f64,
        /// Digits after the point.
        digits: usize,
    },
}

impl Counts {
    pub(super) fn from_zero() -> Self {
        Self::Whole { start: 0, step: 1 }
    }

    /// The numbers of a column, and whether they stand largest first.
    pub(super) fn read(column: &TimeColumn<'_>, grid: &Grid) -> Result<Read<Self>, Error> {
        if let Some(row) = column.texts().position(|field| !is_number(field)) {
            return Err(column.unreadable(row));
        }
        column.check_count()?;
        let reversed = column.direction(&Self::order(column)?)?.is_lt();
        let turned = reversed.then(|| column.turned());
        let column = turned.as_ref().unwrap_or(column);
        if grid.frequency.is_none()
            && let Some(row) = turn_of_a_year(column)
        {
            return Err(column.of_a_calendar(row));
        }
        let (times, placed) = match whole_numbers(column) {
            _ if !grid.is_plain() => place(column, grid)?,
            Some(values) => (whole(column, &values)?, Placed::of_all(values.len())),
            None => (decimal(column)?, Placed::of_all(column.fields.len())),
        };
        Ok(Read {
            times,
            placed,
            reversed,
        })
    }

    /// Numbers in the order of those of a column.
    pub(super) fn order(column: &TimeColumn<'_>) -> Result<Vec<i128>, Error> {
        if let Some(values) = whole_numbers(column) {
            return Ok(values.into_iter().map(i128::from).collect());
        }
        // The bits of numbers above 0 are in their order, and those of others against it.
        let rank = |value: f64| {
            let bits = i128::from((value + 0.0).to_bits() as i64);
            if bits < 0 {
                i128::from(i64::MIN) - bits
            } else {
                bits
            }
        };
        Ok(decimals(column)?.into_iter().map(rank).collect())
    }

    pub(super) fn step(&self) -> f64 {
        match *self {
            Self::Whole { step, .. } => step as f64,
            Self::Decimal { step, .. } => step,
        }
    }

    fn start(&self) -> f64 {
        match *self {
            Self::Whole { start, .. } => start as f64,
            Self::Decimal { start, .. } => start,
        }
    }

    /// How far rounding may move a number.
    fn rounding(&self) -> f64 {
        match *self {
            Self::Whole { .. } => 0.0,
            Self::Decimal { digits, step, .. } => {
                10f64.powi(-(digits as i32)) + ROUNDING_SHARE * step
            }
        }
    }

    pub(super) fn has_step_of(&self, other: &Self) -> bool {
        let share = match (self, other) {
            (Self::Whole { .. }, Self::Whole { .. }) => 0.0,
            _ => ROUNDING_SHARE,
        };
        (self.step() - other.step()).abs() <= share * self.step().abs()
    }

    /// Whether other numbers begin where these, so many, end.
    pub(super) fn reaches(&self, length: usize, next: &Self) -> bool {
        let expected = self.start() + self.step() * length as f64;
        (next.start() - expected).abs() <= 1.01 * self.rounding().max(next.rounding())
    }

    pub(super) fn stamp(&self, place: usize) -> Option<String> {
        match *self {
            Self::Whole { start, step } => {
                let after = i64::try_from(place).ok()?.checked_mul(step)?;
                Some(start.checked_add(after)?.to_string())
            }
            Self::Decimal {
                start,
                step,
                digits,
            } => {
                let value = start + step * place as f64;
                value.is_finite().then(|| format!("{value:.digits$}"))
            }
        }
    }
}

fn whole(column: &TimeColumn<'_>, values: &[i64]) -> Result<Counts, Error> {
    let mut steps = Vec::with_capacity(values.len().saturating_sub(1));
    for (row, pair) in values.windows(2).enumerate() {
        // Numbers that differ as whole ones only are the same as decimal ones.
        let step = pair[1].checked_sub(pair[0]).filter(|step| *step > 0);
        steps.push(step.ok_or_else(|| column.unreadable(row + 1))?);
    }
    let usual = most_frequent(&steps).unwrap_or(1);
    match steps.iter().position(|step| *step != usual) {
        Some(row) => {
            let found = steps.get(row).copied().unwrap_or(usual);
            let what = Irregular::of(steps.iter().map(|step| *step as f64 / usual as f64));
            Err(column.irregular(row + 1, [&found.to_string(), &usual.to_string()], what))
        }
        None => Ok(Counts::Whole {
            start: values.first().copied().unwrap_or(0),
            step: usual,
        }),
    }
}

/// The first row of another year, where years with months (`2000.12`), quarters (`20004`), weeks (`202052`) or
/// days (`2020366`) are in equal steps: as numbers they are not, and what lies between would be filled in.
fn turn_of_a_year(column: &TimeColumn<'_>) -> Option<usize> {
    let part = |year: &str, part: &str, digits: usize, count: i64| {
        let year = Some(year).filter(|year| year.len() == 4)?;
        let year: i16 = year
            .parse()
            .ok()
            .filter(|year| COMPACT_YEARS.contains(year))?;
        let part: i64 = part.parse().ok().filter(|_| part.len() == digits)?;
        (1..=count)
            .contains(&part)
            .then_some((i64::from(year), part))
    };
    let month = |text: &str| {
        let (year, month) = text.split_once('.')?;
        part(year, month, 2, 12)
    };
    let quarter = |text: &str| {
        let (year, quarter) = text.split_at_checked(4)?;
        part(year, quarter, 1, 4)
    };
    let turn = |found: Option<Vec<(i64, i64)>>, count: i64| {
        let found = found?;
        let place = |(year, part): (i64, i64)| year * count + part;
        let steps = found.windows(2).map(|pair| place(pair[1]) - place(pair[0]));
        let step = steps.clone().next().filter(|step| step % count != 0)?;
        let turn = found.windows(2).position(|pair| pair[0].0 != pair[1].0)?;
        steps
            .into_iter()
            .all(|other| other == step)
            .then_some(turn + 1)
    };
    // A year has one or the other number of weeks, and of days.
    let within = |digits: usize, last: [i64; 2]| {
        let found = column.texts().map(|text| {
            let (year, rest) = text.split_at_checked(4)?;
            part(year, rest, digits, last[1])
        });
        let found: Vec<(i64, i64)> = found.collect::<Option<_>>()?;
        let follows = |pair: &[(i64, i64)]| match (pair[0], pair[1]) {
            ((year, part), (next, 1)) if next == year + 1 => last.contains(&part),
            ((year, part), (next, other)) => (year, part + 1) == (next, other),
        };
        let turn = found.windows(2).position(|pair| pair[0].0 != pair[1].0)?;
        found.windows(2).all(follows).then_some(turn + 1)
    };
    turn(column.texts().map(month).collect(), 12)
        .or_else(|| turn(column.texts().map(quarter).collect(), 4))
        .or_else(|| within(2, [52, 53]))
        .or_else(|| within(3, [365, 366]))
}

/// The numbers of all fields, where all are whole.
fn whole_numbers(column: &TimeColumn<'_>) -> Option<Vec<i64>> {
    column.texts().map(|field| field.parse().ok()).collect()
}

/// The numbers of all fields.
fn decimals(column: &TimeColumn<'_>) -> Result<Vec<f64>, Error> {
    let value = |(row, field): (usize, &str)| {
        let value = field.parse().ok().filter(|value: &f64| value.is_finite());
        value.ok_or_else(|| column.unreadable(row))
    };
    column.texts().enumerate().map(value).collect()
}

/// The most digits after the point, written without an exponent.
fn digits(column: &TimeColumn<'_>) -> usize {
    let digits = |field: &str| {
        let (mantissa, exponent) = field.split_once(['e', 'E']).unwrap_or((field, "0"));
        let after = mantissa.split_once('.').map_or(0, |(_, after)| after.len());
        let exponent = exponent.parse::<i64>().unwrap_or(0);
        usize::try_from((after as i64).saturating_sub(exponent)).unwrap_or(0)
    };
    column.texts().map(digits).max().unwrap_or(0).min(17)
}

/// One of the last of so many digits after the point.
fn unit(digits: usize) -> f64 {
    10f64.powi(-i32::try_from(digits).unwrap_or(17))
}

/// Times such as 1949.083 are rounded: each may be off by a unit of the last digit.
fn decimal(column: &TimeColumn<'_>) -> Result<Counts, Error> {
    let (values, digits) = (decimals(column)?, digits(column));
    let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (start, last) = (values.first().copied(), values.last().copied());
    let (start, last) = (start.unwrap_or(0.0), last.unwrap_or(0.0));
    let unit = unit(digits);
    let mean = (last - start) / steps.len().max(1) as f64;
    // A mean of exact steps is not always one.
    let units = (mean / unit).round();
    let step = match (mean / unit - units).abs() < 1e-6 {
        true => units / 10f64.powi(digits as i32),
        false => mean,
    };
    let floor = (start.abs().max(last.abs())) * f64::EPSILON * 4.0;
    let tolerance = (unit * 1.01).min(step * ROUNDING_SHARE).max(floor);
    let off = |(place, value): (usize, &f64)| (start + step * place as f64 - value).abs();
    if values
        .iter()
        .enumerate()
        .all(|value| off(value) <= tolerance)
    {
        return Ok(Counts::Decimal {
            start,
            step,
            digits,
        });
    }
    let units: Vec<i64> = steps
        .iter()
        .map(|step| (step / unit).round() as i64)
        .collect();
    let usual = most_frequent(&units).unwrap_or(1);
    let row = units.iter().position(|step| (step - usual).abs() > 1);
    let row = row
        .or(units.iter().position(|step| *step != usual))
        .unwrap_or(0);
    let shown = |units: i64| format!("{:.digits$}", units as f64 * unit);
    let found = units.get(row).copied().unwrap_or(usual);
    let what = Irregular::of(units.iter().map(|step| *step as f64 / usual as f64));
    Err(column.irregular(row + 1, [&shown(found), &shown(usual)], what))
}

/// Puts numbers on a grid.
fn place(column: &TimeColumn<'_>, grid: &Grid) -> Result<(Counts, Placed), Error> {
    let (values, digits) = (decimals(column)?, digits(column));
    let unit = unit(digits);
    let setting = |message: &str, hint: &str, name: &'static str| {
        let message = format!(
            "{}: the times are numbers, and {message}",
            column.path.display()
        );
        Err(Error::new(ErrorKind::Setting, message)
            .with_hint(hint)
            .with_setting(name, ""))
    };
    let step = match grid.frequency {
        Some(Step::Counts(step)) => step,
        Some(_) => return setting("the step is one of dates", "give a number", "frequency"),
        None => {
            let steps = values
                .windows(2)
                .map(|pair| ((pair[1] - pair[0]) / unit).round() as i64);
            let most = most_frequent(&steps.collect::<Vec<_>>()).unwrap_or(1);
            // Divided, so that 0.3 is 0.3: the power of ten is exact, its inverse is not.
            most as f64 / 10f64.powi(digits as i32)
        }
    };
    if step == 0.0 {
        let message = format!("most of them are the same when written with {digits} decimals");
        return setting(&message, "write them in a smaller unit", "time");
    }
    let tolerance = match grid.tolerance {
        None => 0.0,
        Some(Tolerance::Share(share)) => share * step,
        Some(Tolerance::Duration(_)) => {
            return setting(
                "the tolerance is a duration",
                "give a share of the step",
                "tolerance",
            );
        }
    };
    // Decimals are rounded.
    let tolerance = tolerance.max(if digits > 0 {
        (unit * 1.01).min(step * ROUNDING_SHARE)
    } else {
        0.0
    });
    let start = values.first().copied().unwrap_or(0.0);
    let (mut places, mut moved, mut most) = (Vec::with_capacity(values.len()), 0, 0.0f64);
    for (row, value) in values.iter().enumerate() {
        let place = ((value - start) / step).round();
        if place >= FARTHEST {
            let missing = format!("over {FARTHEST}");
            return Err(column.too_many_missing(missing, &step.to_string()));
        }
        let off = (start + step * place - value).abs();
        if off > tolerance {
            return Err(column.off_the_step(
                row,
                Some(format!("{off:.digits$}")),
                &step.to_string(),
            ));
        }
        moved += usize::from(off > 1e-9 * step);
        most = most.max(off);
        places.push(place as usize);
    }
    let moved = (moved > 0).then(|| (moved, format!("{most:.digits$}")));
    let placed = Placed { places, moved }.check(column, grid.fill, &step.to_string())?;
    let whole = digits == 0 && step.fract() == 0.0;
    let first = column.texts().next().and_then(|field| field.parse().ok());
    let counts = match first.filter(|_| whole) {
        Some(start) => Counts::Whole {
            start,
            step: step as i64,
        },
        None => Counts::Decimal {
            start,
            step,
            digits,
        },
    };
    Ok((counts, placed))
}
