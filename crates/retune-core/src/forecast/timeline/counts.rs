//! Times that are numbers.

use super::column::TimeColumn;
use super::step::most_frequent;
use crate::Error;
use crate::table::is_number;

/// How far a time may be from its place, as a share of the step, when it is a rounded number.
const ROUNDING_SHARE: f64 = 0.05;

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
    pub(super) fn read(column: &TimeColumn<'_>) -> Result<Self, Error> {
        if let Some(row) = column.texts().position(|field| !is_number(field)) {
            return Err(column.unreadable(row));
        }
        column.check_count()?;
        let whole_numbers = column.texts().map(|field| field.parse().ok());
        match whole_numbers.collect::<Option<Vec<i64>>>() {
            Some(values) => whole(column, &values),
            None => decimal(column),
        }
    }

    pub(super) fn step(&self) -> f64 {
        match *self {
            Self::Whole { step, .. } => step as f64,
            Self::Decimal { step, .. } => step,
        }
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
        let step = pair[1].checked_sub(pair[0]);
        let step = step.ok_or_else(|| column.unreadable(row + 1))?;
        if step <= 0 {
            return Err(column.out_of_order(row + 1));
        }
        steps.push(step);
    }
    let usual = most_frequent(&steps).unwrap_or(1);
    if let Some(row) = steps.iter().position(|step| *step != usual) {
        return Err(column.irregular(row + 1, steps[row], usual));
    }
    Ok(Counts::Whole {
        start: values[0],
        step: usual,
    })
}

/// Times such as 1949.083 are rounded: each may be off by a unit of the last digit.
fn decimal(column: &TimeColumn<'_>) -> Result<Counts, Error> {
    let mut values = Vec::with_capacity(column.fields.len());
    let mut digits = 0;
    for (row, field) in column.texts().enumerate() {
        let value = field.parse::<f64>().ok().filter(|value| value.is_finite());
        values.push(value.ok_or_else(|| column.unreadable(row))?);
        let exponent = field.contains(['e', 'E']);
        let after = field.split_once('.').map_or(0, |(_, after)| after.len());
        digits = digits.max(if exponent { 6 } else { after }).min(17);
    }
    let mut steps = Vec::with_capacity(values.len().saturating_sub(1));
    for (row, pair) in values.windows(2).enumerate() {
        if pair[1] <= pair[0] {
            return Err(column.out_of_order(row + 1));
        }
        steps.push(pair[1] - pair[0]);
    }
    let (start, last) = (values[0], values[values.len() - 1]);
    let step = (last - start) / steps.len().max(1) as f64;
    let unit = 10f64.powi(-i32::try_from(digits).unwrap_or(17));
    let floor = (start.abs().max(last.abs())) * f64::EPSILON * 4.0;
    let tolerance = (unit * 1.01).min(step * ROUNDING_SHARE).max(floor);
    let off = |(place, value): (usize, &f64)| (start + step * place as f64 - value).abs();
    if values
        .iter()
        .enumerate()
        .map(off)
        .all(|off| off <= tolerance)
    {
        return Ok(Counts::Decimal {
            start,
            step,
            digits,
        });
    }
    let units = steps.iter().map(|step| (step / unit).round() as i64);
    let units: Vec<i64> = units.collect();
    let usual = most_frequent(&units).unwrap_or(1);
    let row = units.iter().position(|step| (step - usual).abs() > 1);
    let row = row.or_else(|| units.iter().position(|step| *step != usual));
    let row = row.unwrap_or(0);
    let shown = |units: i64| format!("{:.digits$}", units as f64 * unit);
    Err(column.irregular(row + 1, shown(units[row]), shown(usual)))
}
