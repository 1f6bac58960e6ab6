//! Why an archive cannot be run, merged, compared or reported.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why an archive cannot be run, merged, compared or reported.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// A folder that is not there.
    #[error("there is no folder {}", path.display())]
    MissingFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or folder that cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A result that was cut short or altered.
    #[error("{} is not a result: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A data set that is not in the folder.
    #[error("there is no data set `{name}` in {}", folder.display())]
    UnknownSet {
        /// Its name.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// One in the folder that was probably meant.
        closest: Option<String>,
    },
    /// A folder without data sets.
    #[error("there are no data sets in {}", folder.display())]
    NoSets {
        /// The folder.
        folder: PathBuf,
    },
    /// A name that cannot be part of a file's.
    #[error("`{name}` cannot be the name of a {what}")]
    Name {
        /// Data set or preset.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A part that there is not.
    #[error("the shard is `{found}`, expected i/n with i from 1 to n")]
    Shard {
        /// What was given.
        found: String,
    },
    /// A job array whose numbers do not say which part this is.
    #[error("{variable} is `{found}`, which does not tell which part of the array this is")]
    JobArray {
        /// The variable of the environment.
        variable: &'static str,
        /// Its value.
        found: String,
    },
    /// Nothing to do.
    #[error("there are no {what} to run")]
    Nothing {
        /// Data sets, presets or seeds.
        what: &'static str,
    },
    /// Results of another version or source.
    #[error("{} comes from {found}, but {expected} was expected", path.display())]
    OtherRun {
        /// The file.
        path: PathBuf,
        /// Version and source that it names.
        found: String,
        /// Version and source of the others.
        expected: String,
    },
    /// Two results of one job that differ.
    #[error("{} and {} are of the same job but differ", one.display(), other.display())]
    Conflict {
        /// One file.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// Folders without results.
    #[error("there are no results in {}", folders)]
    NoResults {
        /// The folders.
        folders: String,
    },
    /// A published table in another format.
    #[error("{}, line {line}: {reason}", path.display())]
    Published {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Two methods with one name.
    #[error("there are two methods with the name `{name}`")]
    TwoMethods {
        /// The name.
        name: String,
    },
    /// Nothing that all methods have in common.
    #[error("no data set has an accuracy of every method")]
    NothingInCommon,
    /// Nothing to compare with.
    #[error("there is only one method")]
    OneMethod,
    /// A method that there is not.
    #[error("there is no method `{name}`, only {known}")]
    UnknownMethod {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The page's template failed.
    #[error("cannot make the report: {reason}")]
    Page {
        /// Why.
        reason: String,
    },
}

impl ArchiveError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::MissingFolder { .. } => "check the path",
            Self::Damaged { .. } => {
                "run `retune archive run` with the same --out again: it redoes what is damaged"
            }
            Self::UnknownSet {
                closest: Some(closest),
                ..
            } => return Some(format!("did you mean `{closest}`?")),
            Self::UnknownSet { .. } => "fetch it with `retune data get`, or correct --sets",
            Self::NoSets { .. } => {
                "give the folder that holds a folder NAME with NAME_TRAIN and NAME_TEST for each data set"
            }
            Self::Name { .. } => "use letters, digits, `-` and `_` only",
            Self::Shard { .. } => "give for example --shard 1/4 to the first of four",
            Self::JobArray { .. } => "submit with --array=1-N, or give --shard i/n",
            Self::Nothing { .. } => "give at least one",
            Self::OtherRun { .. } => "give a folder of its own to each version and source",
            Self::Conflict { .. } => "remove the one that is out of date",
            Self::NoResults { .. } => "make some first with `retune archive run`",
            Self::Published { .. } => {
                "expected tab-separated columns: `dataset`, then a column of accuracies in percent for each method"
            }
            Self::TwoMethods { .. } => "rename the column of the published table",
            Self::NothingInCommon => {
                "run the data sets of the published table, or keep fewer of its columns with --columns"
            }
            Self::OneMethod => "give a published table with --with, or run a second preset",
            Self::UnknownMethod { .. } => "correct --columns or --reference",
            Self::Read { .. } | Self::Write { .. } | Self::Page { .. } => return None,
        };
        Some(hint.to_owned())
    }
}
