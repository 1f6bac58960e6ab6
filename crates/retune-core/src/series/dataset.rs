//! A data set: the training and the test file of a folder.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::format::Format;
use super::{ReadOptions, Split};
use crate::storage::HashSum;
use crate::table::{is_standard_input, shown, without_gz};
use crate::wording::list;
use crate::{Error, ErrorKind};

/// A labelled training and test split.
///
/// All series of both have the same length.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The name of the folder, or that of the training file without `_TRAIN`.
    pub name: String,
    /// What to fit and choose on.
    pub train: Split,
    /// What to look at once, at the end.
    pub test: Split,
}

/// The extensions in the order in which a folder is searched; the last is none.
pub(super) const EXTENSIONS: [&str; 7] = [".ts", ".tsv", ".txt", ".arff", ".csv", ".npz", ""];

impl Dataset {
    /// Reads `NAME_TRAIN` and `NAME_TEST` from a folder.
    ///
    /// `NAME` is the name of the folder, or any other if there is only one pair. Of several formats
    /// the first of `.ts`, `.tsv`, `.txt`, `.arff`, `.csv`, `.npz` and no extension is read; either
    /// file may be packed, with the further ending `.gz`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Mismatch`] when there is not one pair of files, and whatever [`Dataset::read_files`] fails with.
    pub fn read(folder: &Path, options: &ReadOptions) -> Result<Self, Error> {
        let (train, test) = find_files(folder)?;
        let data = Self::read_files(&train, &test, options)?;
        Ok(match folder_name(folder) {
            Some(name) => Self { name, ..data },
            None => data,
        })
    }

    /// The sha256 of the training and the test file that [`Dataset::read`] takes, together; `None` where they
    /// cannot be read, which reading tells the reason of.
    pub fn sha256(folder: &Path) -> Option<String> {
        let (train, test) = find_files(folder).ok()?;
        let mut sum = HashSum::default();
        for path in [train, test] {
            let mut file = BufReader::with_capacity(1 << 16, File::open(path).ok()?);
            let mut length = 0u64;
            loop {
                let bytes = file.fill_buf().ok()?;
                if bytes.is_empty() {
                    break;
                }
                let read = bytes.len();
                sum.add(bytes);
                length += read as u64;
                file.consume(read);
            }
            // Where one file ends and the next begins is part of what is summed.
            sum.add(&length.to_le_bytes());
        }
        Some(sum.finish())
    }

    /// Reads a training and a test file, each in the format of its extension.
    ///
    /// # Errors
    ///
    /// Any [`Error`] about either file, with the line and field where it is wrong; among them
    /// a file without labels, and a test series of another length than the training series (unless
    /// they are resampled to the median length of the training split). A test label that the
    /// training split does not have is scored as wrong, and said; with [`ReadOptions::strict`] it is
    /// an error.
    pub fn read_files(train: &Path, test: &Path, options: &ReadOptions) -> Result<Self, Error> {
        if is_standard_input(train) && is_standard_input(test) {
            let message = "standard input cannot be both the training and the test file";
            return Err(
                Error::new(ErrorKind::Setting, message).with_hint("read one of them from a file")
            );
        }
        let unpacked = without_gz(&shown(train));
        let name = unpacked
            .file_stem()
            .map(|stem| stem.to_string_lossy())
            .unwrap_or_default();
        let name = name.strip_suffix("_TRAIN").unwrap_or(&name).to_owned();
        let paths = [train, test];
        let read = Split::read_planned(train, options);
        let (train, plan) = read.map_err(|error| error.of_file(&shown(train)))?;
        let read = Split::read_to_test(test, (&train, plan.as_ref()), options);
        let test = read.map_err(|error| error.of_file(&shown(test)))?;
        if let [Ok(one), Ok(other)] = paths.map(fs::canonicalize)
            && one == other
        {
            let message = format!(
                "{}: the training file is the test file too",
                paths[0].display()
            );
            return Err(Error::new(ErrorKind::Setting, message)
                .with_hint("give series that were not fitted on"));
        }
        Ok(Self { name, train, test })
    }
}

/// The last part of a folder's path, also for `.` and the like.
fn folder_name(folder: &Path) -> Option<String> {
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    name(folder).or_else(|| name(&fs::canonicalize(folder).ok()?))
}

/// The training and test file of a folder.
fn find_files(folder: &Path) -> Result<(PathBuf, PathBuf), Error> {
    let unreadable = |error| Error::read(folder, error);
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        files.insert(entry.file_name().to_string_lossy().into_owned());
    }
    let own = folder_name(folder).unwrap_or_default();
    if let Some(pair) = pair(folder, &files, &own) {
        return Ok(pair);
    }
    let names: BTreeSet<&str> = files.iter().filter_map(|file| train_name(file)).collect();
    let pairs: Vec<_> = names
        .iter()
        .filter_map(|name| Some((*name, pair(folder, &files, name)?)))
        .collect();
    match pairs.as_slice() {
        [(_, pair)] => Ok(pair.clone()),
        [] => {
            let message = format!(
                "{}: no training and test files; looked for {own}_TRAIN and {own}_TEST, \
                 or any other NAME_TRAIN and NAME_TEST, \
                 with the extension .ts, .tsv, .txt, .arff, .csv, .npz or none, \
                 and perhaps .gz after it",
                folder.display()
            );
            Err(Error::new(ErrorKind::Mismatch, message)
                .with_hint("give the folder that holds both files"))
        }
        several => {
            let message = format!(
                "{}: the files of several data sets ({}); \
                 expected one pair of NAME_TRAIN and NAME_TEST",
                folder.display(),
                list(several.iter().map(|(name, _)| *name))
            );
            Err(Error::new(ErrorKind::Mismatch, message)
                .with_hint("give the folder the name of the data set that it should be read as"))
        }
    }
}

/// Whether a folder holds a training file of its own name, or a pair of files.
pub(crate) fn is_of_data(folder: &Path) -> bool {
    let own = folder_name(folder).unwrap_or_default();
    // A folder that cannot be read holds no data set that could be.
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let files: BTreeSet<String> = files.collect();
    files.iter().any(|file| {
        let is_train = |rest: &str| rest.is_empty() || rest.starts_with('.');
        let own = file.strip_prefix(&format!("{own}_TRAIN"));
        own.is_some_and(is_train)
            || train_name(file).is_some_and(|name| pair(folder, &files, name).is_some())
    })
}

/// The first pair of files with this name.
fn pair(folder: &Path, files: &BTreeSet<String>, name: &str) -> Option<(PathBuf, PathBuf)> {
    let file = |part, extension| {
        let plain = format!("{name}_{part}{extension}");
        let packed = format!("{plain}.gz");
        let mut found = [plain, packed].into_iter();
        let found = found.find(|file| files.contains(file));
        found.map(|file| folder.join(file))
    };
    let mut extensions = EXTENSIONS.iter();
    extensions.find_map(|extension| Some((file("TRAIN", extension)?, file("TEST", extension)?)))
}

/// `NAME` of a file called `NAME_TRAIN` in a known format.
fn train_name(file: &str) -> Option<&str> {
    Format::of(Path::new(file)).ok()?;
    let unpacked = file.strip_suffix(".gz").unwrap_or(file);
    let stem = match unpacked.rsplit_once('.') {
        Some((stem, _)) => stem,
        None => unpacked,
    };
    stem.strip_suffix("_TRAIN")
}
