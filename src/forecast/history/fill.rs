//! From fields to values, with missing ones filled in.

use std::path::Path;

use crate::forecast::ForecastError;
use crate::forecast::number::{Misfit, parse};
use crate::series::wording::shorten;
use crate::series::{Missing, Place};

/// A field and where it stands: its line and column, counted from 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) text: &'a str,
}

/// The values of the history `name`.
pub(super) fn values<'a>(
    path: &Path,
    name: &str,
    fields: impl Iterator<Item = Field<'a>>,
    missing: Missing,
) -> Result<Vec<f32>, ForecastError> {
    let read = |field: Field<'a>| {
        let place = || Place::field(path, field.line, field.column);
        let found = || shorten(field.text.trim());
        match parse(field.text) {
            Ok(None) if missing == Missing::Reject => {
                Err(ForecastError::MissingValue { place: place() })
            }
            Ok(value) => Ok(value),
            Err(Misfit::NotANumber) => Err(ForecastError::NotANumber {
                place: place(),
                found: found(),
            }),
            Err(Misfit::TooLarge) => Err(ForecastError::TooLarge {
                place: place(),
                found: found(),
            }),
        }
    };
    let values: Vec<Option<f32>> = fields.map(read).collect::<Result<_, _>>()?;
    interpolate(&values).ok_or_else(|| ForecastError::AllMissing {
        path: path.to_owned(),
        name: shorten(name),
    })
}

/// Fills missing values: on a line between their neighbours, with the nearest value at the ends;
/// `None` when there is no value.
fn interpolate(values: &[Option<f32>]) -> Option<Vec<f32>> {
    let known = values.iter().enumerate();
    let mut known = known.filter_map(|(place, value)| value.map(|value| (place, value)));
    let (place, value) = known.next()?;
    let mut filled = vec![value; place + 1];
    let mut before = (place, value);
    for (place, value) in known {
        let distance = (place - before.0) as f64;
        let (from, to) = (f64::from(before.1), f64::from(value));
        let between = 1..place - before.0;
        filled.extend(between.map(|step| {
            let share = step as f64 / distance;
            (from * (1.0 - share) + to * share) as f32
        }));
        filled.push(value);
        before = (place, value);
    }
    filled.resize(values.len(), before.1);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_lie_between_their_neighbours() {
        let values = [None, Some(1.0), None, None, Some(4.0), Some(2.0), None];
        let filled = [1.0, 1.0, 2.0, 3.0, 4.0, 2.0, 2.0];
        assert_eq!(interpolate(&values).unwrap(), filled);
        let extreme = [Some(f32::MIN), None, Some(f32::MAX)];
        assert_eq!(interpolate(&extreme).unwrap()[1], 0.0);
        assert_eq!(interpolate(&[None, None]), None);
        assert_eq!(interpolate(&[]), None);
    }
}
