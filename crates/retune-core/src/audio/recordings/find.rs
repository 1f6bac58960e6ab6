//! Which files are recordings, in a folder or a table.

use std::path::Path;

use super::{Recordings, folder, table};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

impl Recordings {
    /// The recordings of a folder or a table:
    ///
    /// - a folder with `train/WORD/*.wav`, `test/WORD/*.wav` and perhaps `val/WORD/*.wav`;
    /// - a folder with `WORD/*.wav`, `testing_list.txt` and perhaps `validation_list.txt`, as Speech Commands
    ///   is published (Warden, arXiv 1804.03209);
    /// - a delimited file with the columns `path`, `label` and `split` (train, val or test); paths start
    ///   at its folder.
    ///
    /// # Errors
    ///
    /// When it is none of these, a word or a split has no recording, a list or a table names a file that is not
    /// there or one twice, or there are fewer than two classes to train on.
    pub fn find(path: &Path) -> Result<Self, Error> {
        let found = match path.is_dir() {
            true => folder::find(path)?,
            false => table::find(path)?,
        };
        for (split, recordings) in [("train", &found.train), ("test", &found.test)] {
            if recordings.is_empty() {
                let message = format!("{}: the split {split} has no recordings", path.display());
                return Err(Error::new(ErrorKind::Empty, message)
                    .of_file(path)
                    .with_hint(folder::LAYOUT));
            }
        }
        if let [label] = found.classes().into_keys().collect::<Vec<_>>()[..] {
            let (path, label) = (path.display(), shorten(label));
            let message = format!(
                "{path}: the split train has recordings of `{label}` alone; expected at least 2 classes"
            );
            return Err(Error::new(ErrorKind::Labels, message).with_hint(folder::LAYOUT));
        }
        Ok(found)
    }

    /// The recordings of one split that are to be scored: the test split of what [`Recordings::find`] takes, or
    /// all of a folder with `WORD/*.wav` and no splits.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn find_test(path: &Path) -> Result<Self, Error> {
        let test = match path.is_dir() && !folder::has_splits(path) {
            true => folder::words(path)?,
            false => Self::find(path)?,
        };
        Ok(Self {
            train: Vec::new(),
            validation: Vec::new(),
            ..test
        })
    }
}
