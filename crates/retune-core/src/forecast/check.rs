//! What several parts of forecasting check.

use crate::table::Real;
use crate::{Error, ErrorKind};

pub(super) fn at_least_one(what: &str, size: usize) -> Result<(), Error> {
    if size == 0 {
        let message = format!("the {what} is 0; expected at least 1");
        return Err(Error::new(ErrorKind::Setting, message));
    }
    Ok(())
}

/// Checks that there are as many as expected, and at least one.
pub(super) fn as_many(what: &str, found: usize, expected: usize) -> Result<(), Error> {
    if expected == 0 || found != expected {
        let expected = expected.max(1);
        let message = format!("there are {found} {what}; expected {expected}");
        return Err(Error::new(ErrorKind::Mismatch, message));
    }
    Ok(())
}

/// Checks values, of which the first is the one after `before` others.
pub(super) fn finite<T: Real>(what: &str, before: usize, values: &[T]) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_real()) {
        Some(place) => {
            let message = format!("value {} of the {what} is not finite", before + place + 1);
            Err(Error::new(ErrorKind::NotFinite, message)
                .with_hint("look for infinite or huge values in the history"))
        }
        None => Ok(()),
    }
}

/// A history of fewer values than some purpose needs.
pub(super) fn too_short(found: usize, needed: usize, purpose: &str) -> Error {
    let message =
        format!("the history has {found} values; expected at least {needed} for {purpose}");
    Error::new(ErrorKind::TooShort, message)
        .with_hint("give a longer history, or a smaller context or horizon")
        .with_setting("context", "")
        .with_setting("horizon", "")
}
