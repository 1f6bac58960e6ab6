//! From the rows of a file to series of one length: the checks that all formats share.

use std::collections::BTreeSet;
use std::path::Path;

use super::format::{Format, Line, RawFile, RawRow};
use super::options::CHOOSE_LABEL;
use super::resample::{fill_gaps, resample_linear};
use super::{Missing, ReadOptions, Split, Unequal};
use crate::wording::{list, shorten};
use crate::{Error, ErrorKind};

/// Checks the rows of a file and makes them one split.
///
/// With a `length`, that of the training series, every series must have it or is resampled to it;
/// without one, the series of this file decide.
pub(super) fn assemble(
    file: RawFile,
    options: &ReadOptions,
    length: Option<usize>,
) -> Result<Split, Error> {
    let Some(first) = file.rows.first() else {
        let (path, number) = (&file.path, file.lines.max(1));
        let message = "the file has no series; expected at least one row of data";
        return Err(Line { path, number }.error(ErrorKind::Empty, message));
    };
    let channels = file.channels.max(1);
    let mut labels = Vec::new();
    let mut series: Vec<Vec<f64>> = Vec::with_capacity(file.rows.len());
    for row in &file.rows {
        if let Some(label) = &row.label {
            if label.is_empty() {
                let message = "the label is missing; expected a class label";
                let error = file
                    .line(row)
                    .error_in(row.label_field, ErrorKind::Labels, message);
                return Err(error.with_hint("give every series of the file a label"));
            }
            labels.push(label.clone());
        }
        let values = complete(&file, row, options.missing)?;
        if options.unequal == Unequal::Reject {
            let before = series
                .first()
                .map(|series| (first.line, series.len() / channels));
            check_length(file.line(row), values.len() / channels, length, before)?;
        }
        series.push(values);
    }
    if options.unequal == Unequal::Resample {
        let length = length.unwrap_or_else(|| median_length(&series) / channels);
        for values in &mut series {
            let found = values.len() / channels;
            if found != length {
                let channels = values.chunks(found);
                *values = channels
                    .flat_map(|one| resample_linear(one, length))
                    .collect();
            }
        }
    }
    Ok(Split {
        series,
        labels,
        channels,
        ..Split::default()
    })
}

/// Checks that the training split has every label of the test file.
pub(super) fn check_labels(test: &RawFile, training: &[String]) -> Result<(), Error> {
    let known: BTreeSet<&str> = training.iter().map(String::as_str).collect();
    for row in &test.rows {
        let label = row.label.as_ref().ok_or_else(|| unlabelled(&test.path))?;
        if !label.is_empty() && !known.contains(label.as_str()) {
            let message = format!(
                "the training split has no label `{}`; expected one of {}",
                shorten(label),
                list(known)
            );
            let line = test.line(row);
            return Err(line.error_in(row.label_field, ErrorKind::Labels, message));
        }
    }
    Ok(())
}

/// A file that needs labels has none.
pub(super) fn unlabelled(path: &Path) -> Error {
    let message = format!(
        "{}: the file has no labels; expected a class label for each series",
        path.display()
    );
    let error = Error::new(ErrorKind::Labels, message);
    match Format::of(path) {
        Ok(Format::Npy | Format::Npz) => {
            error.with_hint("give a .npz file with the series in `X` and their labels in `y`")
        }
        Ok(Format::Ts) => {
            error.with_hint("say `@classLabel true`, and end each series with `:LABEL`")
        }
        Ok(Format::Arff) => error.with_hint("declare the attribute of the labels as `{a,b}`"),
        _ => error.with_hint(CHOOSE_LABEL).with_setting("label", ""),
    }
}

/// The length of a row's series: without the missing values at its end where they are padding.
pub(super) fn series_length(file: &RawFile, row: &RawRow) -> usize {
    let full = row.values.len() / file.channels.max(1);
    if !file.padded {
        return full;
    }
    let channels = row.values.chunks(full.max(1));
    let last = channels.filter_map(|channel| channel.iter().rposition(|value| !value.is_nan()));
    last.max().map_or(0, |index| index + 1)
}

/// The values of a row without gaps.
fn complete(file: &RawFile, row: &RawRow, missing: Missing) -> Result<Vec<f64>, Error> {
    let length = series_length(file, row);
    let full = (row.values.len() / file.channels.max(1)).max(1);
    let mut values = match file.channels {
        0 | 1 => row.values[..length].to_vec(),
        _ => {
            let channels = row.values.chunks(full);
            channels
                .flat_map(|channel| &channel[..length])
                .copied()
                .collect()
        }
    };
    let gap = values.iter().position(|value| value.is_nan());
    if gap.is_none() && !values.is_empty() {
        return Ok(values);
    }
    let line = file.line(row);
    if length == 0 || !values.chunks_mut(length).all(fill_gaps) {
        let message = match file.channels {
            0 | 1 => "every value of the series is missing; expected at least one number",
            _ => "every value of a channel is missing; expected at least one number",
        };
        return Err(line.error(ErrorKind::MissingValue, message));
    }
    match (missing, gap) {
        (Missing::Reject, Some(index)) => {
            let index = index / length * full + index % length;
            let message = "the value is missing; expected a number in every field";
            Err(line
                .error_in(row.field(index), ErrorKind::MissingValue, message)
                .with_hint("fill missing values from their neighbours")
                .with_setting("missing", "interpolate"))
        }
        _ => Ok(values),
    }
}

/// Checks the length of a series against that of the training series or, where there is none, that
/// of the first series, which is given with its line.
fn check_length(
    line: Line<'_>,
    found: usize,
    length: Option<usize>,
    first: Option<(usize, usize)>,
) -> Result<(), Error> {
    let (expected, like, target) = match (length, first) {
        (Some(length), _) if length != found => {
            let training = "the length of the training series";
            (length, training.to_owned(), training)
        }
        (None, Some((line, length))) if length != found => {
            let like = format!("as many as the series on line {line}");
            (length, like, "the median length of the training split")
        }
        _ => return Ok(()),
    };
    let message = format!("the series has {found} values; expected {expected}, {like}");
    Err(line
        .error(ErrorKind::UnequalLengths, message)
        .with_hint(format!("stretch all series to {target}"))
        .with_setting("unequal", "resample"))
}

/// The median length; of two in the middle, the shorter.
fn median_length(series: &[Vec<f64>]) -> usize {
    let mut lengths: Vec<usize> = series.iter().map(Vec::len).collect();
    lengths.sort_unstable();
    lengths
        .get(lengths.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(0)
}
