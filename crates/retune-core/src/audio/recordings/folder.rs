//! Folders of recordings: a folder for each word, in folders for each split or with lists of them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Recording, Recordings};
use crate::table::{Place, read_text};
use crate::wording::{list, shorten};
use crate::{Error, ErrorKind};

/// The folder of noise inside the published data set.
const NOISE_FOLDER: &str = "_background_noise_";
/// The lists of the published data set.
const TESTING_LIST: &str = "testing_list.txt";
const VALIDATION_LIST: &str = "validation_list.txt";
/// How the recordings may be laid out.
pub(super) const LAYOUT: &str = "expected train/WORD/*.wav and test/WORD/*.wav, or WORD/*.wav beside testing_list.txt, or a \
                                 table with the columns path, label and split";

/// See [`Recordings::find`].
pub(super) fn find(folder: &Path) -> Result<Recordings, Error> {
    if folder.join(TESTING_LIST).is_file() {
        return by_lists(folder);
    }
    if !has_splits(folder) {
        let message = format!("{}: no recordings in splits", folder.display());
        return Err(Error::new(ErrorKind::Mismatch, message)
            .of_file(folder)
            .with_hint(LAYOUT));
    }
    let mut found = Recordings {
        source: folder.to_owned(),
        ..Recordings::default()
    };
    for split in ["train", "val", "test"] {
        let part = folder.join(split);
        if !part.is_dir() {
            continue;
        }
        let recordings = words_of(&part, &mut found.decisions)?;
        *found.split(split) = recordings;
    }
    Ok(found)
}

/// Whether a folder has splits.
pub(super) fn has_splits(folder: &Path) -> bool {
    folder.join(TESTING_LIST).is_file()
        || ["train", "test"]
            .iter()
            .any(|split| folder.join(split).is_dir())
}

/// All recordings of a folder of words, as a test split.
pub(super) fn words(folder: &Path) -> Result<Recordings, Error> {
    let mut decisions = Vec::new();
    let test = words_of(folder, &mut decisions)?;
    if test.is_empty() {
        let message = format!("{}: there is no folder of recordings", folder.display());
        return Err(Error::new(ErrorKind::Empty, message)
            .of_file(folder)
            .with_hint(LAYOUT));
    }
    Ok(Recordings {
        source: folder.to_owned(),
        test,
        decisions,
        ..Recordings::default()
    })
}

impl Recordings {
    /// The split of that name.
    pub(super) fn split(&mut self, name: &str) -> &mut Vec<Recording> {
        match name {
            "val" => &mut self.validation,
            "test" => &mut self.test,
            _ => &mut self.train,
        }
    }
}

/// The recordings of `WORD/*.wav`.
fn words_of(
    folder: &Path,
    decisions: &mut Vec<(&'static str, String)>,
) -> Result<Vec<Recording>, Error> {
    let mut recordings = Vec::new();
    for word in entries(folder)? {
        let label = name(&word);
        if !word.is_dir() || label.starts_with('.') {
            continue;
        }
        if label == NOISE_FOLDER {
            decisions.push(("left out", format!("{NOISE_FOLDER}, which is no word")));
            continue;
        }
        let (files, others) = split_wav(entries(&word)?);
        if files.is_empty() {
            let shown = word.display();
            let message = format!("{shown}: the word `{}` has no recording", shorten(&label));
            return Err(Error::new(ErrorKind::Empty, message)
                .of_file(&word)
                .with_hint("add WAV files of it, or remove the folder"));
        }
        if let Some(first) = others.first() {
            let said = format!(
                "{} that do not end in .wav ({})",
                others.len(),
                first.display()
            );
            decisions.push(("left out", said));
        }
        recordings.extend(files.into_iter().map(|path| Recording::new(path, &*label)));
    }
    Ok(recordings)
}

/// The split of a recording that a list names, and where.
type Listed = (&'static str, Place);

/// Speech Commands as it is published: what stands in no list is for training.
fn by_lists(folder: &Path) -> Result<Recordings, Error> {
    let mut found = Recordings {
        source: folder.to_owned(),
        ..Recordings::default()
    };
    let all = words_of(folder, &mut found.decisions)?;
    let places = all.iter().enumerate();
    let mut listed: BTreeMap<String, (usize, Option<Listed>)> = places
        .map(|(place, one)| (format!("{}/{}", one.label, name(&one.path)), (place, None)))
        .collect();
    for (split, list) in [("test", TESTING_LIST), ("val", VALIDATION_LIST)] {
        let path = folder.join(list);
        if !path.is_file() {
            continue;
        }
        for (number, line) in (1..).zip(read_text(&path)?.lines()) {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let place = Place::line(&path, number);
            let Some((_, taken)) = listed.get_mut(line) else {
                let message = format!("there is no recording `{}` in the folder", shorten(line));
                return Err(Error::new(ErrorKind::Mismatch, message)
                    .at(place)
                    .with_hint("add the file, or take the line out of the list"));
            };
            if let Some((_, before)) = taken {
                let message = format!(
                    "the recording `{}` is listed a second time, after {before}",
                    shorten(line)
                );
                return Err(Error::new(ErrorKind::Mismatch, message)
                    .at(place)
                    .with_hint("take one of the lines out of its list"));
            }
            *taken = Some((split, place));
        }
    }
    let mut of: Vec<Option<Listed>> = vec![None; all.len()];
    for (place, taken) in listed.into_values() {
        of[place] = taken;
    }
    for (recording, taken) in all.into_iter().zip(of) {
        let (split, place) = taken.map_or(("train", None), |(split, place)| (split, Some(place)));
        found.split(split).push(Recording { place, ..recording });
    }
    Ok(found)
}

/// The WAV files of a folder and of the folders in it, in the order of their names; a file is itself.
///
/// # Errors
///
/// When a folder cannot be read, or has no WAV file.
pub fn wav_files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let (mut files, others) = split_wav(entries(path)?);
    for folder in others.iter().filter(|other| other.is_dir()) {
        files.extend(split_wav(entries(folder)?).0);
    }
    if files.is_empty() {
        let found = list(others.iter().map(|other| name(other)));
        let message = format!(
            "{}: there is no WAV file in the folder; there are {found}",
            path.display()
        );
        return Err(Error::new(ErrorKind::Empty, message).of_file(path));
    }
    files.sort();
    Ok(files)
}

/// WAV files, and what else there is but for hidden files.
fn split_wav(paths: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let visible = paths
        .into_iter()
        .filter(|path| !name(path).starts_with('.'));
    let is_wav = |end: &OsStr| end.eq_ignore_ascii_case("wav");
    visible.partition(|path| path.extension().is_some_and(is_wav) && !path.is_dir())
}

/// What is in a folder, in the order of the names: the system gives none, and the order decides what a seed
/// means.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder);
    let paths = entries.and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> = paths.map_err(|error| Error::read(folder, error))?;
    paths.sort();
    Ok(paths)
}

/// The last part of a path.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
