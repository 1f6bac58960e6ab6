//! From the rows of a file to series of one length: the checks that all formats share.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::format::{Format, Line, RawFile, RawRow};
use super::options::CHOOSE_LABEL;
use super::resample::{fill_gaps, resample_linear};
use super::{Missing, ReadOptions, Split, Unequal};
use crate::table::{ReadAs, is_missing, whole_number};
use crate::wording::{EMPTY_FILE, list, shorten};
use crate::{Error, ErrorKind};

/// The most values of a series: what files, programs and transforms may ask for.
pub const LONGEST_SERIES: usize = 1 << 24;
/// The most values of all series of a file after they were resampled: 2 GiB of them.
const MOST_RESAMPLED: usize = 1 << 28;

/// Checks the rows of a file and makes them one split.
///
/// With a `length`, that of the training series, every series must have it or is resampled to it;
/// without one, the series of this file decide. Labels are spelt as the `known` ones.
pub(super) fn assemble(
    mut file: RawFile,
    options: &ReadOptions,
    length: Option<usize>,
    known: &[String],
) -> Result<Split, Error> {
    let Some(first) = file.rows.first() else {
        let (path, number) = (&file.path, file.lines.max(1));
        let message = "the file has no series; expected at least one row of data";
        let error = Line { path, number }.error(ErrorKind::Empty, message);
        return Err(error.with_hint(EMPTY_FILE));
    };
    let channels = file.channels.max(1);
    let mut labels = Vec::new();
    let mut series: Vec<Vec<f64>> = Vec::with_capacity(file.rows.len());
    let first = first.line;
    let mut filled = false;
    for index in 0..file.rows.len() {
        let values = std::mem::take(&mut file.rows[index].values);
        let row = &file.rows[index];
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
        let (values, was_filled) = complete(&file, row, values, options.missing)?;
        filled |= was_filled;
        if values.len() > LONGEST_SERIES {
            let found = values.len();
            let message =
                format!("the series has {found} values; expected {LONGEST_SERIES} at most");
            return Err(file.line(row).error(ErrorKind::Unsupported, message));
        }
        if options.unequal == Unequal::Reject {
            let before = series
                .first()
                .map(|series| (first, series.len() / channels));
            check_length(file.line(row), values.len() / channels, length, before)?;
        }
        series.push(values);
    }
    let ids = file.rows.iter_mut().filter_map(|row| row.id.take());
    let ids: Vec<String> = ids.collect();
    if options.unequal == Unequal::Resample {
        let length = length.unwrap_or_else(|| median_length(&series) / channels);
        check_resampled(&file.path, series.len() * channels, length)?;
        let other = |values: &Vec<f64>| values.len() / channels != length;
        if series.iter().any(other) {
            let said = format!("resampled to {length} values");
            file.decisions.push(("unequal", said));
        }
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
    if filled {
        let said = "filled from their neighbours".to_owned();
        file.decisions.push(("missing", said));
    }
    let channels = file.channels;
    let columns = file.order.take();
    if let Some(doubtful) = labels.iter().find(|label| is_missing(label)) {
        let count = labels.iter().filter(|label| *label == doubtful).count();
        let doubtful = shorten(doubtful);
        let said = format!("`{doubtful}` is a class like others, of {count} series");
        file.decisions.push(("labels", said));
    }
    spell(&mut labels, known, &mut file.decisions);
    if !known.is_empty() {
        check_known(&mut file, &labels, known, options.strict)?;
    }
    Ok(Split {
        read_as: read_as(file, &series),
        series,
        labels,
        ids,
        channels,
        columns,
    })
}

/// Whether resampled series of this length fit into what is allowed for them.
fn check_resampled(path: &Path, series: usize, length: usize) -> Result<(), Error> {
    if series.saturating_mul(length) <= MOST_RESAMPLED {
        return Ok(());
    }
    let needed = series as f64 * length as f64 * 8.0 / f64::from(1 << 30);
    let message = format!(
        "{series} series resampled to {length} values each would need {needed:.1} GiB; \
         expected 2 GiB at most"
    );
    Err(Error::new(ErrorKind::NoMemory, message)
        .of_file(path)
        .with_hint("take fewer series at a time"))
}

/// Labels that are whole numbers are one class however they are written: as the known ones, or else
/// without decimals. Where some are no whole numbers, or begin with a 0, all stay as they are.
fn spell(labels: &mut [String], known: &[String], decisions: &mut Vec<(&'static str, String)>) {
    let of = |label: &str| whole_number(label).filter(|_| !has_leading_zero(label));
    let spellings = known.iter().filter_map(|known| Some((of(known)?, known)));
    let spellings: HashMap<i64, &String> = spellings.collect();
    let exact: HashSet<&String> = known.iter().collect();
    let all_whole = labels.iter().all(|label| of(label).is_some());
    let mut first = None;
    for label in labels {
        let spelt = match of(label) {
            Some(_) if exact.contains(label) => None,
            Some(number) if !known.is_empty() => {
                spellings.get(&number).map(|known| (*known).clone())
            }
            Some(number) if all_whole => Some(number.to_string()),
            _ => None,
        };
        if let Some(spelt) = spelt.filter(|spelt| spelt != label) {
            first.get_or_insert_with(|| format!("`{}` read as `{spelt}`", shorten(label)));
            *label = spelt;
        }
    }
    decisions.extend(first.map(|said| ("labels", said)));
}

/// `007` is a name and no number.
fn has_leading_zero(label: &str) -> bool {
    let mut digits = label.trim_start_matches(['-', '+']).bytes();
    digits.next() == Some(b'0') && digits.next().is_some_and(|next| next.is_ascii_digit())
}

/// Says which labels training never saw, or refuses them.
fn check_known(
    file: &mut RawFile,
    labels: &[String],
    known: &[String],
    strict: bool,
) -> Result<(), Error> {
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    let unknown = |label: &&String| !known.contains(label.as_str()) && *label != "?";
    let Some(place) = labels.iter().position(|label| unknown(&label)) else {
        return Ok(());
    };
    let label = shorten(&labels[place]);
    let others = labels
        .iter()
        .any(|label| unknown(&label) && *label != labels[place]);
    if strict {
        let message = format!(
            "the training split has no label `{label}`; expected one of {}",
            list(known)
        );
        let row = &file.rows[place];
        let line = file.line(row);
        return Err(line.error_in(row.label_field, ErrorKind::Labels, message));
    }
    let others = if others { " and others" } else { "" };
    let said = format!("labels that training never saw (`{label}`{others}), wrong where scored");
    file.decisions.push(("unknown", said));
    Ok(())
}

/// What is said of how the file was read.
fn read_as(file: RawFile, series: &[Vec<f64>]) -> ReadAs {
    let length = series.first().map_or(0, Vec::len) / file.channels.max(1);
    let channels = match file.channels {
        1 => String::new(),
        channels => format!("{channels} channels of "),
    };
    let found = format!("{} series of {channels}{length} values", series.len());
    let mut read_as = ReadAs::new(&file.path, found);
    read_as.decisions = file.decisions;
    read_as
}

/// Checks that every series of a file has a label.
pub(super) fn check_labelled(file: &RawFile) -> Result<(), Error> {
    match file.rows.iter().all(|row| row.label.is_some()) {
        true => Ok(()),
        false => Err(unlabelled(&file.path)),
    }
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
pub(super) fn series_length(file: &RawFile, values: &[f64]) -> usize {
    let full = values.len() / file.channels.max(1);
    if !file.padded {
        return full;
    }
    let channels = values.chunks(full.max(1));
    let last = channels.filter_map(|channel| channel.iter().rposition(|value| !value.is_nan()));
    last.max().map_or(0, |index| index + 1)
}

/// The values of a row without gaps, and whether there were any.
fn complete(
    file: &RawFile,
    row: &RawRow,
    mut values: Vec<f64>,
    missing: Missing,
) -> Result<(Vec<f64>, bool), Error> {
    let length = series_length(file, &values);
    let full = (values.len() / file.channels.max(1)).max(1);
    if file.channels > 1 {
        let channels = values.chunks(full);
        let kept = channels.flat_map(|channel| &channel[..length]);
        values = kept.copied().collect();
    } else {
        values.truncate(length);
    }
    let gap = values.iter().position(|value| value.is_nan());
    if gap.is_none() && !values.is_empty() {
        return Ok((values, false));
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
            let error = match &row.id {
                None => {
                    let message = "the value is missing; expected a number in every field";
                    line.error_in(file.field(row, index), ErrorKind::MissingValue, message)
                }
                // The rows of a long table are gone by now.
                Some(id) => {
                    let (number, id) = (index + 1, shorten(id));
                    let message = format!(
                        "value {number} of the series `{id}`, which begins here, is missing; \
                         expected a number in every row"
                    );
                    line.error(ErrorKind::MissingValue, message)
                }
            };
            Err(error
                .with_hint("fill missing values from their neighbours")
                .with_setting("missing", "interpolate"))
        }
        _ => Ok((values, true)),
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
