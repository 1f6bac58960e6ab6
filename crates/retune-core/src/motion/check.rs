//! What recordings, windows and scores are checked for alike.

use std::fmt::Display;

use crate::wording::list;
use crate::{Error, ErrorKind};

/// A list of another length than it should have.
pub fn wrong_count(found: usize, what: &str, expected: impl Display) -> Error {
    let message = format!("there are {found} {what}; expected {expected}");
    Error::new(ErrorKind::Mismatch, message)
}

/// A setting with a value that makes no sense.
pub fn bad_setting(setting: &str, found: impl Display, expected: &str) -> Error {
    let message = format!("the {setting} is {found}; expected {expected}");
    Error::new(ErrorKind::Setting, message)
}

pub(super) fn nothing(what: &str) -> Error {
    let message = format!("there are no {what}; expected at least one");
    Error::new(ErrorKind::Empty, message)
}

pub(super) fn too_short(trial: &str, found: usize, needed: usize) -> Error {
    let message = format!("the trial `{trial}` has {found} samples; expected at least {needed}");
    Error::new(ErrorKind::TooShort, message)
        .with_hint("take a longer trial, or a smaller window or horizon")
        .with_setting("window", "")
        .with_setting("horizon", "")
}

/// A rate that is no positive number of samples a second.
pub fn bad_rate(found: f32) -> Error {
    let message =
        format!("{found} is no sampling rate; expected a positive number of samples a second");
    Error::new(ErrorKind::Setting, message)
}

/// A list of joints that is empty.
pub fn no_joints() -> Error {
    let message = "no joints are chosen; expected at least one";
    Error::new(ErrorKind::Empty, message)
}

/// Where a joint stands among those that there are.
///
/// # Errors
///
/// When it is not among them.
pub fn find_joint(known: &[String], wanted: &str) -> Result<usize, Error> {
    let found = known.iter().position(|joint| joint == wanted);
    found.ok_or_else(|| {
        let known = list(known);
        let message = format!("there is no joint `{wanted}`; the joints are {known}");
        Error::new(ErrorKind::UnknownName, message)
            .with_hint("names are case sensitive and stand in the file's header")
    })
}

pub(super) fn find_joints(known: &[String], wanted: &[String]) -> Result<Vec<usize>, Error> {
    let places = wanted.iter().map(|joint| find_joint(known, joint));
    places.collect()
}

/// Refuses other joints than those expected, or the same in another order.
///
/// # Errors
///
/// [`ErrorKind::Mismatch`] with both lists.
pub fn same_joints(found: &[String], expected: &[String]) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (list(found), list(expected));
    let message = format!("the joints are {found}; expected {expected}");
    Err(Error::new(ErrorKind::Mismatch, message)
        .with_hint("name the joints in that order")
        .with_setting("joint", ""))
}

/// Refuses infinite values and those that are no numbers.
///
/// # Errors
///
/// [`ErrorKind::NotFinite`] with the first of them and its position, counted from 1.
pub fn finite(what: &str, values: &[f32]) -> Result<(), Error> {
    let mut places = values.iter().zip(1..);
    let Some((found, position)) = places.find(|(value, _)| !value.is_finite()) else {
        return Ok(());
    };
    let message = format!("value {position} of the {what} is {found}; expected finite numbers");
    Err(Error::new(ErrorKind::NotFinite, message))
}
