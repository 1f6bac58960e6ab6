//! What can go wrong with joint motion, and where.

use std::io;
use std::path::PathBuf;

use crate::series::Place;

/// Why joint motion could not be read, cut into windows, scored or made up.
///
/// The message says what was wrong, where, and what was expected; [`MotionError::hint`] says what
/// to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MotionError {
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The bytes of a file are not UTF-8.
    #[error("{place}: byte {byte} of the file is not UTF-8; expected a UTF-8 text file")]
    NotText {
        /// The line with the first bad byte.
        place: Place,
        /// The offset of that byte in the file, counted from 1.
        byte: usize,
    },
    /// A header is malformed or incomplete.
    #[error("{place}: {problem}")]
    Header {
        /// The line.
        place: Place,
        /// What was found and what was expected.
        problem: String,
    },
    /// A header does not say whether angles are degrees or radians.
    #[error("{place}: the header does not say `inDegrees=yes` or `inDegrees=no`")]
    NoAngleUnit {
        /// The end of the header.
        place: Place,
    },
    /// A file has no samples.
    #[error("{place}: the file has no samples; expected at least one row of numbers")]
    Empty {
        /// The last line.
        place: Place,
    },
    /// The number of rows or columns is not what the header says.
    #[error("{place}: the header says {said} {what}; the table has {found}")]
    Count {
        /// The line of the header.
        place: Place,
        /// `rows` or `columns`.
        what: &'static str,
        /// What the header says.
        said: usize,
        /// What there is.
        found: usize,
    },
    /// A row has another number of fields than there are column names.
    #[error("{place}: the row has {found} fields; expected {expected}, one for each column")]
    Ragged {
        /// The row.
        place: Place,
        /// How many fields it has.
        found: usize,
        /// How many columns there are.
        expected: usize,
    },
    /// Two columns have the same name.
    #[error("{place}: the column `{name}` stands twice; it is also column {first}")]
    DuplicateColumn {
        /// The second of the two.
        place: Place,
        /// The name.
        name: String,
        /// The first of the two, counted from 1.
        first: usize,
    },
    /// A column that was asked for does not exist.
    #[error("{place}: there is no {role} column `{wanted}`; the columns are {known}")]
    UnknownColumn {
        /// The line with the column names.
        place: Place,
        /// What the column is for.
        role: &'static str,
        /// The name asked for.
        wanted: String,
        /// The names there are.
        known: String,
    },
    /// A value is missing.
    #[error("{place}: the value of `{column}` is missing; expected a finite number")]
    MissingValue {
        /// The field.
        place: Place,
        /// The name of the column.
        column: String,
    },
    /// A field is not a finite number.
    #[error("{place}: field `{found}` of `{column}` is not a number; expected a finite number")]
    NotANumber {
        /// The field.
        place: Place,
        /// The name of the column.
        column: String,
        /// What stands there.
        found: String,
    },
    /// A field that says which person or trial a row belongs to is empty.
    #[error("{place}: `{column}` is empty; expected a name in every row")]
    NoName {
        /// The field.
        place: Place,
        /// The name of the column.
        column: String,
    },
    /// Times do not increase.
    #[error("{place}: the time {found} does not come after {before}; expected increasing times")]
    TimeOrder {
        /// The field.
        place: Place,
        /// The time.
        found: f64,
        /// The time of the sample before.
        before: f64,
    },
    /// Times are not evenly spaced.
    #[error(
        "{place}: the time {found} is off by {percent:.0} % of a step; \
         expected even steps of {step} s"
    )]
    UnevenTime {
        /// The field that is farthest off.
        place: Place,
        /// The time.
        found: f64,
        /// How far off it is, in percent of a step.
        percent: f64,
        /// The mean step in seconds.
        step: f64,
    },
    /// Times have gaps that are too long to be filled.
    #[error(
        "{place}: the times have gaps; even steps would take {needed} samples instead of {found}"
    )]
    Gaps {
        /// The first sample.
        place: Place,
        /// How many samples there are.
        found: usize,
        /// How many even steps there would be.
        needed: f64,
    },
    /// A sampling rate is not a positive number.
    #[error("{found} is no sampling rate; expected a positive number of samples a second")]
    Rate {
        /// The rate.
        found: f32,
    },
    /// A trial is too short.
    #[error("the trial `{trial}` has {found} samples; expected at least {needed}")]
    TooShort {
        /// The person and the name of the trial.
        trial: String,
        /// How many samples it has.
        found: usize,
        /// How many it needs.
        needed: usize,
    },
    /// A trial contradicts itself.
    #[error("the trial `{trial}` {problem}")]
    BadTrial {
        /// The person and the name of the trial.
        trial: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A joint that was asked for does not exist.
    #[error("there is no joint `{wanted}`; the joints are {known}")]
    UnknownJoint {
        /// The name asked for.
        wanted: String,
        /// The names there are.
        known: String,
    },
    /// A list of joints names one of them twice.
    #[error("the joint `{name}` stands twice in the list; expected distinct joints")]
    DuplicateJoint {
        /// The name.
        name: String,
    },
    /// A list of joints is empty.
    #[error("no joints are chosen; expected at least one")]
    NoJoints,
    /// One joint is to be predicted from the others, of which there are none.
    #[error("`{target}` is the only joint; expected others to predict it from")]
    NoOtherJoints {
        /// The joint to predict.
        target: String,
    },
    /// Trials or windows do not have the same joints.
    #[error("the joints are {found}; expected {expected}")]
    OtherJoints {
        /// The joints there are.
        found: String,
        /// The joints that go before.
        expected: String,
    },
    /// A setting has a value that makes no sense.
    #[error("the {setting} is {found}; expected {expected}")]
    Setting {
        /// What is set.
        setting: &'static str,
        /// The value.
        found: String,
        /// What values there are.
        expected: &'static str,
    },
    /// There is nothing to work on.
    #[error("there are no {what}; expected at least one")]
    Nothing {
        /// What there should be.
        what: &'static str,
    },
    /// A share of the windows leaves none on one side.
    #[error("a share of {share} of {windows} windows leaves none for {side}")]
    EmptySide {
        /// The share for adapting.
        share: f64,
        /// How many windows there are.
        windows: usize,
        /// `adapting` or `testing`.
        side: &'static str,
    },
    /// A list has another length than it should have.
    #[error("there are {found} {what}; expected {expected}")]
    Length {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: String,
    },
    /// A value is not finite.
    #[error("value {position} of the {what} is {found}; expected finite numbers")]
    NotFinite {
        /// What the value belongs to.
        what: &'static str,
        /// Its position, counted from 1.
        position: usize,
        /// The value.
        found: f32,
    },
    /// More neighbours are asked for than there are windows.
    #[error("{wanted} neighbours are asked for; expected 1 to {known}, the number of windows")]
    Neighbours {
        /// How many are asked for.
        wanted: usize,
        /// How many windows there are.
        known: usize,
    },
}
