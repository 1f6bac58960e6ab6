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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
        // How many there are, and how many with those of a history that begin within one horizon
        // counted as one.
        let count = |wanted: Part| {
            let own = rows.iter().filter(|row| part(row) == wanted);
            let group = |row: &Row| (row.origin.history, row.origin.place / settings.horizon);
            let groups: Vec<_> = own.map(group).collect();
            (groups.len(), BTreeSet::from_iter(groups).len())
        };
        let all = rows.len();
        let (choosing, calibration) = (count(Part::Choosing), count(Part::Calibration));
        if choosing.1.min(calibration.1) < LEAST_WINDOWS {
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
            choosing: 0..choosing.0,
            calibration: all - calibration.0..all,
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
