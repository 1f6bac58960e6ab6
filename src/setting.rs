//! Settings that are out of range.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, ErrorKind};

/// A setting with a value that is not allowed.
pub(crate) fn refused(setting: &str, value: impl Display, expected: impl Display) -> Error {
    let message = format!("{setting} is {value}, expected {expected}");
    Error::new(ErrorKind::Setting, message)
}

/// Names the first of some settings that is not as expected: its name, its value, whether it is, and
/// what is allowed.
pub(crate) fn check<V: Display>(
    settings: impl IntoIterator<Item = (&'static str, V, bool, &'static str)>,
) -> Result<(), Error> {
    match settings.into_iter().find(|(_, _, good, _)| !good) {
        Some((setting, value, _, expected)) => Err(refused(setting, value, expected)),
        None => Ok(()),
    }
}

/// The same with the range that each must be in.
pub(crate) fn within<V: Display + PartialOrd>(
    settings: impl IntoIterator<Item = (&'static str, V, RangeInclusive<V>, &'static str)>,
) -> Result<(), Error> {
    check(
        settings
            .into_iter()
            .map(|(setting, value, range, expected)| {
                let good = range.contains(&value);
                (setting, value, good, expected)
            }),
    )
}

/// The name that one of several is written by.
pub(crate) fn name(one: &impl Serialize) -> String {
    let named = serde_json::to_value(one).ok();
    let named = named.as_ref().and_then(Value::as_str);
    named.expect("it is serialised as its name").to_owned()
}

/// The one of that name.
pub(crate) fn named<T: DeserializeOwned>(
    setting: &str,
    name: &str,
    expected: &str,
) -> Result<T, Error> {
    serde_json::from_value(Value::from(name)).map_err(|_| refused(setting, name, expected))
}
