//! What the windows of the validation part are for: some choose, later ones measure the intervals.

use std::collections::BTreeSet;
use std::ops::Range;

use super::ForecastSettings;
use super::rows::{Origin, Row};
use crate::forecast::History;

/// The fewest windows of each part that are kept apart, those that begin within one horizon of each
/// other counted as one. With all of them counted, one year of weekly illness chose the penalties
/// for 24 weeks, and the error on the two years of the validation part rose by a fifth.
const LEAST_WINDOWS: usize = 60;

/// The rows of the validation part.
///
/// Split conformal intervals promise their coverage for errors of a forecaster that did not see
/// what they are measured on, and a penalty that was chosen on the same windows has seen them. So
/// the earlier half of each history's validation part chooses, and the later half measures; windows
/// that forecast values of both do neither. Where that leaves too few, all do both.
pub(super) struct Validation {
    /// Those that choose come first and those that measure last, where they are apart.
    pub(super) rows: Vec<Row>,
    /// The rows that choose.
    pub(super) choosing: Range<usize>,
    /// The rows that the intervals are measured on.
    pub(super) calibration: Range<usize>,
}

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Choosing,
    Between,
    Calibration,
}

impl Validation {
    /// Sorts the rows, where enough are left of each kind.
    pub(super) fn of(
        mut rows: Vec<Row>,
        histories: &[History],
        settings: &ForecastSettings,
    ) -> Self {
        let part = |row: &Row| {
            let length = histories[row.origin.history].values.len();
            part(row.origin, length, settings)
        };
        let of = |wanted: Part| rows.iter().filter(move |row| part(row) == wanted);
        let all = rows.len();
        let (choosing, calibration) = (of(Part::Choosing).count(), of(Part::Calibration).count());
        let fewest =
            apart(of(Part::Choosing), settings).min(apart(of(Part::Calibration), settings));
        if fewest < LEAST_WINDOWS {
            return Self {
                rows,
                choosing: 0..all,
                calibration: 0..all,
            };
        }
        // The sort is stable: each part stays in the order of the histories and of time.
        rows.sort_by_key(part);
        Self {
            rows,
            choosing: 0..choosing,
            calibration: all - calibration..all,
        }
    }

    /// Whether no window that chooses measures as well.
    pub(super) fn apart(&self) -> bool {
        self.choosing.end <= self.calibration.start
    }

    /// The values of the rows that choose, of `width` values for each row.
    pub(super) fn choosing_of<'a, T>(&self, values: &'a [T], width: usize) -> &'a [T] {
        &values[self.choosing.start * width..self.choosing.end * width]
    }

    /// The values of the rows that measure, of `width` values for each row.
    pub(super) fn calibration_of<'a, T>(&self, values: &'a [T], width: usize) -> &'a [T] {
        &values[self.calibration.start * width..self.calibration.end * width]
    }
}

/// How many rows there are, those of a history that begin within one horizon counted as one.
fn apart<'a>(rows: impl Iterator<Item = &'a Row>, settings: &ForecastSettings) -> usize {
    let keys = rows.map(|row| (row.origin.history, row.origin.place / settings.horizon));
    keys.collect::<BTreeSet<_>>().len()
}

/// What an origin is for in a history of so many values.
fn part(origin: Origin, length: usize, settings: &ForecastSettings) -> Part {
    let first = (length - settings.held_out(length)).max(settings.context);
    let middle = first + (length - first) / 2;
    if origin.place + settings.horizon <= middle {
        Part::Choosing
    } else if origin.place < middle {
        Part::Between
    } else {
        Part::Calibration
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::{Parts, rows};
    use super::*;
    use crate::forecast::Timeline;

    fn validation(values: &[usize]) -> (Validation, Vec<usize>) {
        let settings = ForecastSettings {
            horizon: 3,
            context: 5,
            season: None,
            transforms: Vec::new(),
            validation: 0.25,
            windows: 1000,
            refit: false,
            seed: 0,
        };
        let history = |values: &usize| History {
            name: String::new(),
            timeline: Timeline::counts(),
            values: (0..*values).map(|at| (at as f64).sin()).collect(),
        };
        let histories: Vec<History> = values.iter().map(history).collect();
        let origins = Parts::of(&histories, &settings).validation;
        let units = vec![1.0; histories.len()];
        let rows = rows(&histories, &units, &settings, &origins);
        let places = rows.iter().map(|row| row.origin.place).collect();
        (Validation::of(rows, &histories, &settings), places)
    }

    #[test]
    fn what_measures_forecasts_no_value_that_chose() {
        // 375 of 1500 values from 1125 on, the middle at 1312; and 100 of 400 from 300 on, at 350.
        let (validation, places) = validation(&[1500, 400]);
        assert!(validation.apart());
        assert_eq!(validation.rows.len(), places.len());
        let of = |range: &Range<usize>, history: usize| -> Vec<usize> {
            let rows = validation.rows[range.clone()].iter();
            let own = rows.filter(|row| row.origin.history == history);
            own.map(|row| row.origin.place).collect()
        };
        let ends = |places: Vec<usize>| (places[0], places[places.len() - 1], places.len());
        let (choosing, calibration) = (&validation.choosing, &validation.calibration);
        assert_eq!(ends(of(choosing, 0)), (1125, 1309, 185));
        assert_eq!(ends(of(calibration, 0)), (1312, 1497, 186));
        assert_eq!(ends(of(choosing, 1)), (300, 347, 48));
        assert_eq!(ends(of(calibration, 1)), (350, 397, 48));
        let numbers: Vec<usize> = (0..validation.rows.len()).collect();
        assert_eq!(validation.choosing_of(&numbers, 1), &numbers[..233]);
        assert_eq!(validation.calibration_of(&numbers, 1), &numbers[237..]);
    }

    #[test]
    fn where_that_leaves_too_few_all_do_both() {
        // Halves of 180 values, which are 60 horizons; and of 178.
        assert!(validation(&[1440]).0.apart());
        let (validation, places) = validation(&[1428]);
        assert!(!validation.apart());
        let all = 0..places.len();
        assert_eq!(
            (&validation.choosing, &validation.calibration),
            (&all, &all)
        );
        let kept: Vec<usize> = validation.rows.iter().map(|row| row.origin.place).collect();
        assert_eq!(kept, places);
    }
}
