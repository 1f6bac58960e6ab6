//! What can go wrong with histories and forecasts, and where.

use std::io;
use std::path::PathBuf;

use crate::series::Place;

/// Why histories could not be read, or forecasts not be made or judged.
///
/// The message says what was wrong, where, and what was expected; [`ForecastError::hint`] says
/// what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForecastError {
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The bytes of a file are not UTF-8.
    #[error("{}: byte {byte} of the file is not UTF-8; expected a UTF-8 text file", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The offset of the first bad byte, counted from 1.
        byte: usize,
    },
    /// A file without any text.
    #[error("{}: the file is empty; expected rows of values", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A file with a header and nothing else.
    #[error("{}: the file has a header and no rows; expected rows of values", path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// A row has another number of fields than the first one.
    #[error("{place}: the row has {found} fields; expected {expected} like the first row")]
    Ragged {
        /// The row.
        place: Place,
        /// How many fields it has.
        found: usize,
        /// How many the first row has.
        expected: usize,
    },
    /// No column holds values.
    #[error("{}: no column holds numbers; there are {columns}", path.display())]
    NoNumericColumn {
        /// The file.
        path: PathBuf,
        /// The columns there are.
        columns: String,
    },
    /// A column that was asked for does not exist.
    #[error("{}: there is no column `{wanted}`; there are {known}", path.display())]
    UnknownColumn {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        wanted: String,
        /// The columns there are.
        known: String,
    },
    /// A column was asked for twice, or for two purposes.
    #[error("{}: the column `{column}` is asked for twice", path.display())]
    ColumnTwice {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// Two options that exclude each other.
    #[error("{one} and {other} exclude each other")]
    Conflict {
        /// One option.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A field is not a number.
    #[error(
        "{place}: field `{found}` is not a number; expected a finite number or, where a value \
         is missing, `?`, `NaN`, `NA` or an empty field"
    )]
    NotANumber {
        /// The field.
        place: Place,
        /// What stands there.
        found: String,
    },
    /// A number does not fit into 32 bits.
    #[error("{place}: field `{found}` is too large; expected a number within ±3.4e38")]
    TooLarge {
        /// The field.
        place: Place,
        /// What stands there.
        found: String,
    },
    /// A value is missing.
    #[error("{place}: the value is missing; expected a number in every field")]
    MissingValue {
        /// The field.
        place: Place,
    },
    /// Every value of a history is missing.
    #[error("{}: every value of `{name}` is missing; expected at least one number", path.display())]
    AllMissing {
        /// The file.
        path: PathBuf,
        /// The history.
        name: String,
    },
    /// A field of the time column is no time, or not written like the others.
    #[error("{place}: `{found}` is no time that can be read; expected {expected}")]
    UnreadableTime {
        /// The field.
        place: Place,
        /// What stands there.
        found: String,
        /// What would have been read.
        expected: String,
    },
    /// Dates that can be read with the day or the month first.
    #[error("{place}: `{found}` can be read with the day or the month first")]
    AmbiguousDate {
        /// The first of them.
        place: Place,
        /// What stands there.
        found: String,
    },
    /// A time that is not later than the one before.
    #[error("{place}: the time `{found}` is not later than `{before}` on line {line_before}")]
    TimeOrder {
        /// The field.
        place: Place,
        /// What stands there.
        found: String,
        /// The time before it.
        before: String,
        /// The line of the time before it.
        line_before: usize,
    },
    /// Times in unequal steps.
    #[error(
        "{place}: from `{before}` on line {line_before} to `{found}` is {step}; \
         the usual step is {usual}"
    )]
    IrregularTime {
        /// The first field after an unusual step.
        place: Box<Place>,
        /// What stands there.
        found: Box<str>,
        /// The time before it.
        before: Box<str>,
        /// The line of the time before it.
        line_before: usize,
        /// The step between the two.
        step: Box<str>,
        /// The most frequent step.
        usual: Box<str>,
    },
    /// One time shows no step.
    #[error("{place}: `{name}` has a single time; expected at least two, to know the step")]
    SingleTime {
        /// The only time.
        place: Place,
        /// The history.
        name: String,
    },
    /// A time after all that can be written.
    #[error("the time {steps} steps after the first one is out of range; the last year is 9999")]
    TimeRange {
        /// Steps after the first time.
        steps: usize,
    },
    /// A size of 0.
    #[error("the {what} is 0; expected at least 1")]
    Zero {
        /// Which size.
        what: &'static str,
    },
    /// Fewer values than a size needs.
    #[error("the history has {found} values; expected at least {needed} for {purpose}")]
    TooShort {
        /// Values there are.
        found: usize,
        /// Values needed.
        needed: usize,
        /// What they are needed for.
        purpose: String,
    },
    /// A history that is too short to fit on.
    #[error(
        "`{name}` has {found} values; expected at least {needed} for a context of {context}, a \
         horizon of {horizon} and a validation part"
    )]
    History {
        /// Its name.
        name: String,
        /// Values there are.
        found: usize,
        /// Values needed.
        needed: usize,
        /// Values of the window that a forecast is made from.
        context: usize,
        /// Values that are forecast.
        horizon: usize,
    },
    /// A share of the whole that is out of range.
    #[error("the share held out is {share}; expected 0 to less than 1")]
    Share {
        /// Its value.
        share: f64,
    },
    /// Nothing to learn from: no window moves.
    #[error(
        "no window of {context} values before the last {held_out} moves; expected one that does"
    )]
    NothingMoves {
        /// Values of a window.
        context: usize,
        /// Values that are held out, at least.
        held_out: usize,
    },
    /// Two things that must have the same length do not.
    #[error("there are {found} {what}; expected {expected}")]
    Length {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A value that is infinite or no number.
    #[error("value {place} of the {what} is not finite")]
    NotFinite {
        /// What holds it.
        what: &'static str,
        /// Its place, counted from 1.
        place: usize,
    },
    /// A level that is no share.
    #[error("the level is {level}; expected a number above 0 and below 1")]
    Level {
        /// The level.
        level: f64,
    },
    /// A level that nothing was measured for.
    #[error("there is no interval for the level {level}; there are {known}")]
    UnknownLevel {
        /// The level asked for.
        level: f64,
        /// The levels there are.
        known: String,
    },
}
