//! A table of recordings: their paths, labels and splits.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Recording, Recordings};
use crate::table::{Names, Place, Records, Separator, ragged, read_text, shown};
use crate::wording::{EMPTY_FILE, list, shorten};
use crate::{Error, ErrorKind};

/// The columns.
const COLUMNS: [&str; 3] = ["path", "label", "split"];

/// See [`Recordings::find`].
pub(super) fn find(path: &Path) -> Result<Recordings, Error> {
    let text = read_text(path)?;
    let file = shown(path);
    let candidates = [Separator::Tab, Separator::Comma, Separator::Semicolon];
    let separator = Separator::detect(&text, &candidates, Separator::Comma);
    let mut rows = Records::new(&text, separator);
    let header = rows.next().ok_or_else(|| {
        let message = "the table has no rows";
        let error = Error::new(ErrorKind::Empty, message).at(Place::line(&file, 1));
        error.with_hint(EMPTY_FILE)
    })?;
    let lower: Vec<String> = header.iter().map(str::to_lowercase).collect();
    let names: Names = lower.iter().map(String::as_str).collect();
    let mut columns = [0; 3];
    for (column, wanted) in columns.iter_mut().zip(COLUMNS) {
        *column = names.find(wanted).ok_or_else(|| {
            let message = format!(
                "there is no column `{wanted}`; there are {}",
                list(header.iter())
            );
            Error::new(ErrorKind::Column, message)
                .at(Place::line(&file, header.line))
                .with_hint("name the columns path, label and split in the first row")
        })?;
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut found = Recordings {
        source: file.clone(),
        ..Recordings::default()
    };
    found
        .decisions
        .push(("table", format!("columns separated by {separator}")));
    let mut seen: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for row in rows {
        if row.len() != header.len() {
            return Err(ragged(&file, row.line, &row.counted(), header.len()));
        }
        let [name, label, split] = columns.map(|column| row.get(column).trim());
        let place = |column: usize| Place::field(&file, row.line, columns[column] + 1);
        for (column, field) in [name, label, split].iter().enumerate() {
            if field.is_empty() {
                let message = format!("the {} is missing", COLUMNS[column]);
                let error = Error::new(ErrorKind::MissingValue, message).at(place(column));
                return Err(error.with_hint("give every recording a path, a label and a split"));
            }
        }
        let recording = folder.join(name);
        if !recording.is_file() {
            let message = format!("there is no file {}", recording.display());
            return Err(Error::new(ErrorKind::Read, message)
                .at(place(0))
                .with_hint("paths start at the folder of the table"));
        }
        if let Some(before) = seen.insert(recording.clone(), row.line) {
            let message = format!(
                "the recording `{}` is named a second time, after line {before}",
                shorten(name)
            );
            return Err(Error::new(ErrorKind::Mismatch, message)
                .at(place(0))
                .with_hint("name each recording once"));
        }
        let split = match split.to_lowercase().as_str() {
            "train" | "training" => "train",
            "val" | "validation" => "val",
            "test" | "testing" => "test",
            _ => {
                let message = format!(
                    "`{}` is no split; expected train, val or test",
                    shorten(split)
                );
                return Err(Error::new(ErrorKind::Labels, message).at(place(2)));
            }
        };
        found.split(split).push(Recording {
            place: Some(place(0)),
            ..Recording::new(recording, label)
        });
    }
    Ok(found)
}
