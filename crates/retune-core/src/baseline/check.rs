//! What every baseline needs of its splits.

use super::BaselineError;
use crate::series::Split;

/// Checks that both splits have labelled, finite series of one length.
pub(super) fn check(train: &Split, test: &Split) -> Result<(), BaselineError> {
    let expected = train.series.first().map_or(0, Vec::len);
    check_split(train, "training", expected)?;
    check_split(test, "test", expected)
}

/// Checks one split on its own.
pub(super) fn check_split(
    data: &Split,
    split: &'static str,
    expected: usize,
) -> Result<(), BaselineError> {
    if data.series.is_empty() || expected == 0 {
        return Err(BaselineError::Empty { split });
    }
    if data.labels.len() != data.series.len() {
        return Err(BaselineError::Labels {
            split,
            series: data.series.len(),
            labels: data.labels.len(),
        });
    }
    for (index, series) in data.series.iter().enumerate() {
        let number = index + 1;
        if series.len() != expected {
            return Err(BaselineError::Length {
                split,
                number,
                found: series.len(),
                expected,
            });
        }
        if let Some(place) = series.iter().position(|value| !value.is_finite()) {
            return Err(BaselineError::NotFinite {
                split,
                number,
                place: place + 1,
            });
        }
    }
    Ok(())
}
