//! From the rows of a file to series of one length: the checks that all formats share.

use std::collections::BTreeSet;

use super::format::{RawFile, RawRow};
use super::resample::{fill_gaps, resample_linear};
use super::{Missing, Place, ReadOptions, SeriesError, Split, Unequal};
use crate::wording::{list, shorten};

/// Checks the rows of a file and makes them one split.
///
/// With a `length`, that of the training series, every series must have it or is resampled to it;
/// without one, the series of this file decide.
pub(super) fn assemble(
    file: RawFile,
    options: &ReadOptions,
    length: Option<usize>,
) -> Result<Split, SeriesError> {
    if file.rows.is_empty() {
        return Err(SeriesError::Empty {
            path: file.path,
            line: file.lines.max(1),
        });
    }
    let mut labels = Vec::new();
    let mut series: Vec<Vec<f32>> = Vec::with_capacity(file.rows.len());
    let first_line = file.rows[0].line;
    for row in &file.rows {
        if let Some(label) = &row.label {
            labels.push(check_label(&file, row, label)?);
        }
        let values = complete(&file, row, options.missing)?;
        if options.unequal == Unequal::Reject {
            check_length(&file, row, values.len(), length, series.first(), first_line)?;
        }
        series.push(values);
    }
    if options.unequal == Unequal::Resample {
        let length = length.unwrap_or_else(|| median_length(&series));
        for values in &mut series {
            if values.len() != length {
                *values = resample_linear(values, length);
            }
        }
    }
    Ok(Split { series, labels })
}

/// Checks that the training split has every label of the test file.
pub(super) fn check_labels(test: &RawFile, training: &[String]) -> Result<(), SeriesError> {
    let known: BTreeSet<&str> = training.iter().map(String::as_str).collect();
    for row in &test.rows {
        let Some(label) = &row.label else {
            return Err(SeriesError::Unlabelled {
                path: test.path.clone(),
            });
        };
        if !label.is_empty() && !known.contains(label.as_str()) {
            return Err(SeriesError::UnknownLabel {
                place: Place::field(&test.path, row.line, row.label_field),
                found: shorten(label),
                expected: list(known),
            });
        }
    }
    Ok(())
}

/// The length of a row's series: without the missing values at its end where they are padding.
pub(super) fn series_length(file: &RawFile, row: &RawRow) -> usize {
    if !file.padded {
        return row.values.len();
    }
    let last = row.values.iter().rposition(Option::is_some);
    last.map_or(0, |index| index + 1)
}

fn check_label(file: &RawFile, row: &RawRow, label: &str) -> Result<String, SeriesError> {
    if label.is_empty() {
        return Err(SeriesError::NoLabel {
            place: Place::field(&file.path, row.line, row.label_field),
        });
    }
    Ok(label.to_owned())
}

/// The values of a row without gaps.
fn complete(file: &RawFile, row: &RawRow, missing: Missing) -> Result<Vec<f32>, SeriesError> {
    let values = &row.values[..series_length(file, row)];
    if let Some(complete) = values.iter().copied().collect::<Option<Vec<f32>>>()
        && !complete.is_empty()
    {
        return Ok(complete);
    }
    let filled = fill_gaps(values).ok_or_else(|| SeriesError::AllMissing {
        place: Place::line(&file.path, row.line),
    })?;
    match (missing, values.iter().position(Option::is_none)) {
        (Missing::Reject, Some(index)) => Err(SeriesError::MissingValue {
            place: Place::field(&file.path, row.line, row.field(index)),
        }),
        _ => Ok(filled),
    }
}

fn check_length(
    file: &RawFile,
    row: &RawRow,
    found: usize,
    length: Option<usize>,
    first: Option<&Vec<f32>>,
    first_line: usize,
) -> Result<(), SeriesError> {
    let place = || Place::line(&file.path, row.line);
    match (length, first) {
        (Some(expected), _) if expected != found => Err(SeriesError::LengthMismatch {
            place: place(),
            found,
            expected,
        }),
        (None, Some(first)) if first.len() != found => Err(SeriesError::UnequalLengths {
            place: place(),
            found,
            expected: first.len(),
            first_line,
        }),
        _ => Ok(()),
    }
}

/// The median length; of two in the middle, the shorter.
fn median_length(series: &[Vec<f32>]) -> usize {
    let mut lengths: Vec<usize> = series.iter().map(Vec::len).collect();
    lengths.sort_unstable();
    lengths
        .get(lengths.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(0)
}
