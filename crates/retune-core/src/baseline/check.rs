//! What every baseline needs of its splits.

use crate::series::Split;
use crate::{Error, ErrorKind};

/// Checks that both splits have labelled, finite series of one length.
pub(super) fn check(train: &Split, test: &Split) -> Result<(), Error> {
    let expected = train.series.first().map_or(0, Vec::len);
    check_split(train, "training", expected)?;
    check_split(test, "test", expected)
}

/// Checks one split on its own.
pub(super) fn check_split(data: &Split, split: &str, expected: usize) -> Result<(), Error> {
    let (series, labels) = (data.series.len(), data.labels.len());
    if series == 0 || expected == 0 {
        let message = format!("the {split} split has no series");
        return Err(
            Error::new(ErrorKind::Empty, message).with_hint("give a file with at least one series")
        );
    }
    if labels != series {
        let message = format!("the {split} split has {series} series but {labels} labels");
        return Err(Error::new(ErrorKind::Labels, message).with_hint("give every series a label"));
    }
    for (index, series) in data.series.iter().enumerate() {
        let (number, found) = (index + 1, series.len());
        if found != expected {
            let message = format!(
                "series {number} of the {split} split has {found} values, expected {expected} as \
                 the first training series"
            );
            return Err(
                Error::new(ErrorKind::UnequalLengths, message).with_setting("unequal", "resample")
            );
        }
        if let Some(place) = series.iter().position(|value| !value.is_finite()) {
            let message = format!(
                "series {number} of the {split} split holds a value that is not finite, at place {}",
                place + 1
            );
            return Err(
                Error::new(ErrorKind::NotFinite, message).with_setting("missing", "interpolate")
            );
        }
    }
    Ok(())
}
