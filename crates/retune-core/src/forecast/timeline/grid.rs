//! Times on a grid of equal steps: which rows are missing, and which lie beside their places.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::column::TimeColumn;
use super::irregular::Irregular;
use super::regular::Dates;
use super::step::{Step, Tolerance, rounded_step, usual_step};
use crate::{Error, ErrorKind};

/// How times are put on a grid; the default takes them as they are and refuses any other.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::forecast) struct Grid {
    /// The step; the usual one where it is not given.
    pub(in crate::forecast) frequency: Option<Step>,
    /// Whether places without a row are allowed.
    pub(in crate::forecast) fill: bool,
    /// How far a time may lie from its place.
    pub(in crate::forecast) tolerance: Option<Tolerance>,
}

/// The place of each row, counted from 0, and how far the farthest time was moved.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::forecast) struct Placed {
    pub(in crate::forecast) places: Vec<usize>,
    /// How many times were moved, and the farthest move, as text.
    pub(in crate::forecast) moved: Option<(usize, String)>,
}

/// Times of a column, where its rows belong, and whether they stand last first.
pub(in crate::forecast) struct Read<T> {
    pub(in crate::forecast) times: T,
    /// In the order of time.
    pub(in crate::forecast) placed: Placed,
    pub(in crate::forecast) reversed: bool,
}

/// More places than this for each row are no gaps but a wrong time or step.
const MOST_PLACES: usize = 20;

impl Placed {
    /// Each row at its own number.
    pub(in crate::forecast) fn of_all(rows: usize) -> Self {
        Self {
            places: (0..rows).collect(),
            moved: None,
        }
    }

    /// How many places there are.
    pub(in crate::forecast) fn length(&self) -> usize {
        self.places.last().map_or(0, |last| last + 1)
    }

    /// Checks the place of each row against the one before.
    pub(super) fn check(
        self,
        column: &TimeColumn<'_>,
        fill: bool,
        step: &str,
    ) -> Result<Self, Error> {
        for (row, pair) in self.places.windows(2).enumerate() {
            let missing = pair[1].checked_sub(pair[0] + 1);
            match missing {
                None => return Err(column.same_place(row + 1, step)),
                Some(missing) if missing > 0 && !fill => {
                    return Err(column.missing_rows(row + 1, missing, step));
                }
                Some(_) => {}
            }
        }
        if self.length() > MOST_PLACES * self.places.len() + 100 {
            return Err(column.too_many_missing(self.length() - self.places.len(), step));
        }
        Ok(self)
    }
}

impl Grid {
    /// Whether times are taken as they are.
    pub(super) fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// Puts dates on a grid: the first place, the step, and each row's place.
pub(super) fn place(
    column: &TimeColumn<'_>,
    times: &[DateTime],
    grid: &Grid,
    mut dates: Dates,
) -> Result<(Dates, Placed), Error> {
    let usual = match grid.tolerance {
        None => usual_step(times, dates.day),
        Some(_) => rounded_step(times).unwrap_or_else(|| usual_step(times, dates.day)),
    };
    let step = match grid.frequency {
        Some(Step::Counts(_)) => {
            let message = format!(
                "{}: the times are dates, and the step is a number",
                column.path.display()
            );
            return Err(Error::new(ErrorKind::Setting, message)
                .with_hint("give a step of time such as 1h, 1d or 1month")
                .with_setting("frequency", ""));
        }
        given => given.unwrap_or(usual),
    };
    dates.step = step;
    if !dates.can_write_step() {
        let message = format!(
            "{}: times written like `{}` cannot go on in steps of {step}",
            column.path.display(),
            column.shown(0)
        );
        let hint = match dates.at(1) {
            Some(_) => "give a longer step",
            None => "give a shorter step",
        };
        return Err(Error::new(ErrorKind::Setting, message)
            .with_hint(hint)
            .with_setting("frequency", ""));
    }
    let tolerance = tolerance(grid.tolerance, step);
    // The first time on its own day of the month comes last: whatever lies off then is another time.
    let own = (dates.start, dates.start.day());
    let mut anchors = vec![(dates.start, dates.day), own];
    if grid.tolerance.is_some() {
        anchors.splice(
            0..0,
            aligned(dates.start, step).map(|start| (start, dates.day)),
        );
    }
    let mut first_off = None;
    for anchor in anchors {
        (dates.start, dates.day) = anchor;
        match places(times, &dates, tolerance) {
            Ok((places, moved)) => {
                let moved = moved.map(|(count, most)| (count, Irregular::shown(most)));
                let placed = Placed { places, moved };
                let placed = placed.check(column, grid.fill, &step.to_string())?;
                return Ok((dates, placed));
            }
            Err(off) => first_off = Some(off),
        }
    }
    let (row, nearest) = first_off.unwrap_or((0, None));
    Err(column.off_the_step(row, nearest.map(Irregular::shown), &step.to_string()))
}

fn tolerance(tolerance: Option<Tolerance>, step: Step) -> SignedDuration {
    let seconds = match step {
        Step::Duration(step) => step.as_secs_f64(),
        Step::Months(months) => f64::from(months) * 30.0 * 86_400.0,
        Step::BusinessDays | Step::Counts(_) => 86_400.0,
    };
    match tolerance {
        None => SignedDuration::ZERO,
        Some(Tolerance::Duration(most)) => {
            SignedDuration::try_from(most).unwrap_or(SignedDuration::MAX)
        }
        Some(Tolerance::Share(share)) => SignedDuration::from_secs_f64(seconds * share),
    }
}

/// How many times lie beside their places, and the farthest.
type Moved = Option<(usize, SignedDuration)>;
/// A row that is too far from its place, and how far.
type Off = (usize, Option<SignedDuration>);

fn places(
    times: &[DateTime],
    dates: &Dates,
    tolerance: SignedDuration,
) -> Result<(Vec<usize>, Moved), Off> {
    let mut places = Vec::with_capacity(times.len());
    let (mut moved, mut most) = (0, SignedDuration::ZERO);
    for (row, time) in times.iter().enumerate() {
        let (place, off) = nearest(dates, *time).ok_or((row, None))?;
        if off > tolerance {
            return Err((row, Some(off)));
        }
        moved += usize::from(!off.is_zero());
        most = most.max(off);
        places.push(place);
    }
    // A first row beside its place may stand before it.
    Ok((places, (moved > 0).then_some((moved, most))))
}

/// The nearest place and how far it is.
fn nearest(dates: &Dates, time: DateTime) -> Option<(usize, SignedDuration)> {
    let start = dates.start;
    let guess = match dates.step {
        Step::Duration(step) => {
            let after = time.duration_since(start).as_secs_f64();
            (after / step.as_secs_f64()).round()
        }
        Step::Months(months) => {
            let month = |time: DateTime| f64::from(time.year()) * 12.0 + f64::from(time.month());
            ((month(time) - month(start)) / f64::from(months)).floor()
        }
        Step::BusinessDays => {
            let days = time.date().duration_since(start.date()).as_hours() as f64 / 24.0;
            (days / 7.0 * 5.0).floor()
        }
        Step::Counts(_) => return None,
    };
    let guess = guess.max(0.0) as usize;
    let near = guess.saturating_sub(2)..=guess.saturating_add(2);
    let off = |place| Some((place, dates.at(place)?.duration_since(time).abs()));
    near.filter_map(off).min_by_key(|(_, off)| *off)
}

/// The nearest time at which a clock strikes the step, where the first time is only a little off.
fn aligned(start: DateTime, step: Step) -> Option<DateTime> {
    let unit = match step {
        Step::Duration(step) => step.as_secs_f64().min(86_400.0),
        _ => 86_400.0,
    };
    let midnight = start.date().to_datetime(jiff::civil::Time::midnight());
    let after = start.duration_since(midnight).as_secs_f64();
    let nearest = (after / unit).round() * unit;
    midnight
        .checked_add(SignedDuration::from_secs_f64(nearest))
        .ok()
}
