//! The file formats: from the bytes of a file to rows that remember where they stood.

mod arff;
mod channels;
mod declared;
mod delimited;
mod formats;
mod line;
mod npy;
mod quoted;
mod raw;
mod ts;

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{ReadOptions, Split};
use crate::storage::write_whole;
use crate::table::{
    check_memory_of_series, decode, is_standard_input, read_bytes, shown, without_gz,
};
use crate::{Error, ErrorKind};
pub(super) use delimited::{Layout, Plan};
pub use formats::Format;
pub(super) use line::Line;
pub(super) use raw::{Later, RawFile, RawRow};

impl Format {
    /// Refuses what is said of the columns of a file that has none.
    pub(super) fn check_options(self, path: &Path, options: &ReadOptions) -> Result<(), Error> {
        let of_columns = [
            ("header", options.header.is_some()),
            ("drop", !options.drop.is_empty()),
            ("columns", options.columns.is_some()),
            ("id", options.long.is_some()),
            ("decimal", options.decimal.is_some()),
            ("thousands", options.thousands.is_some()),
        ];
        let Some((option, _)) = of_columns.iter().find(|(_, given)| *given) else {
            return Ok(());
        };
        if self.is_delimited() {
            return options.check_long(path);
        }
        let path = path.display();
        let message = format!(
            "{path}: `{option}` is for tables, and a .{self} file says itself what is in it"
        );
        Err(Error::new(ErrorKind::Setting, message).with_hint("leave it out"))
    }
}

/// Reads all rows of a file, or of standard input, in the format that is said or else in that of
/// its name.
pub(super) fn read(path: &Path, layout: &Layout<'_>) -> Result<(RawFile, Option<Plan>), Error> {
    let bytes = read_bytes(path)?;
    let said = layout.options.format;
    let format = Format::of_input(path, said, &bytes)?;
    format.check_options(&shown(path), layout.options)?;
    let (mut file, plan) = parse_bytes(format, &shown(path), &bytes, layout)?;
    if said.is_none() && is_standard_input(path) {
        file.decisions.insert(0, ("format", format.to_string()));
    }
    Ok((file, plan))
}

/// Reads all rows of the bytes of a file that errors and rows call `shown`.
pub(super) fn parse_bytes(
    format: Format,
    shown: &Path,
    bytes: &[u8],
    layout: &Layout<'_>,
) -> Result<(RawFile, Option<Plan>), Error> {
    let mut plan = None;
    let file = match format {
        Format::Npy => npy::read(shown, bytes),
        Format::Npz => npy::read_zip(shown, bytes),
        _ => {
            let text = decode(shown, bytes)?;
            check_memory_of_series(shown, text)?;
            parse(format, shown, (text, Later::default()), layout, &mut plan)
        }
    };
    Ok((file?, plan))
}

/// Reads all rows of a text that errors and rows call `shown`; `plan` is what was decided on an earlier
/// part of it.
pub(super) fn parse(
    format: Format,
    shown: &Path,
    (text, later): (&str, Later<'_>),
    layout: &Layout<'_>,
    plan: &mut Option<Plan>,
) -> Result<RawFile, Error> {
    match format {
        Format::Ts => declared::read::<ts::Header>(shown, text, later),
        Format::Arff => declared::read::<arff::Header>(shown, text, later),
        _ => delimited::read((format, shown), (text, later.before), layout, plan),
    }
}

/// Writes a split in the format that the extension of `path` stands for.
pub(super) fn write(split: &Split, path: &Path, name: &str) -> Result<(), Error> {
    let format = Format::of(path)?;
    let text = check_writable(split)
        .and_then(|()| match format {
            Format::Ts => ts::write(split, name),
            _ if split.channels > 1 => Err(format!(
                "the series have {} channels; expected one, or the extension .ts",
                split.channels
            )),
            Format::Npy | Format::Npz => Err(format!(
                "files of numpy are only read, not written; expected .{}",
                Format::Ts
            )),
            Format::Arff => arff::write(split, name),
            _ => delimited::write(format, split),
        })
        .map_err(|problem| {
            let message = format!("cannot write {}: {problem}", path.display());
            Error::new(ErrorKind::Mismatch, message)
        })?;
    let is_packed = without_gz(path) != path;
    let bytes = if is_packed {
        pack(&text)
    } else {
        Ok(text.into_bytes())
    };
    let written = bytes.and_then(|bytes| write_whole(path, &bytes));
    written.map_err(|error| Error::write(path, error))
}

fn pack(text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// What no format can hold.
fn check_writable(split: &Split) -> Result<(), String> {
    if split.series.is_empty() {
        return Err("there are no series; expected at least one".to_owned());
    }
    if !split.labels.is_empty() && split.labels.len() != split.series.len() {
        return Err(format!(
            "there are {} labels for {} series; expected one for each, or none",
            split.labels.len(),
            split.series.len()
        ));
    }
    let channels = split.channels;
    let uneven = |series: &Vec<f64>| channels == 0 || !series.len().is_multiple_of(channels);
    if let Some(index) = split.series.iter().position(uneven) {
        return Err(format!(
            "series {} cannot be {channels} channels of one length",
            index + 1
        ));
    }
    for (index, series) in split.series.iter().enumerate() {
        if series.is_empty() || series.iter().any(|value| !value.is_finite()) {
            return Err(format!(
                "series {} is empty or has a value that is not finite; expected finite numbers",
                index + 1
            ));
        }
    }
    for label in &split.labels {
        if label.is_empty() || label.trim() != label || label.chars().any(char::is_control) {
            return Err(format!(
                "the label {label:?} cannot be written; \
                 expected text without control characters or white space around it"
            ));
        }
    }
    Ok(())
}
