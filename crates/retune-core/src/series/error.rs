//! What can go wrong with series, and where.

use std::io;
use std::path::PathBuf;

use super::Place;

/// Why series could not be read, written or fetched.
///
/// The message says what was wrong, where, and what was expected; [`SeriesError::hint`] says what
/// to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeriesError {
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The bytes of a file are not UTF-8.
    #[error("{place}: byte {byte} of the file is not UTF-8; expected a UTF-8 text file")]
    NotText {
        /// The line with the first bad byte.
        place: Place,
        /// The offset of that byte in the file, counted from 1.
        byte: usize,
    },
    /// No format has this file extension.
    #[error(
        "{}: unknown file extension `{extension}`; expected .ts, .tsv, .txt, .arff, .csv or none",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// Its extension.
        extension: String,
    },
    /// A file has no row of data.
    #[error("{}:{line}: the file has no series; expected at least one row of data", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// Its last line, counted from 1.
        line: usize,
    },
    /// A row has a label and nothing else.
    #[error("{place}: the row has no values; expected fields separated by {separator}")]
    NoValues {
        /// The row.
        place: Place,
        /// What separates fields in this format.
        separator: &'static str,
    },
    /// A field is not a number.
    #[error(
        "{place}: field `{found}` is not a number; \
         expected a finite number or, where a value is missing, `?`, `NaN` or an empty field"
    )]
    NotANumber {
        /// The field.
        place: Place,
        /// What stands there.
        found: String,
    },
    /// A number does not fit into 32 bits.
    #[error("{place}: field `{found}` is too large; expected a number within ±3.4e38")]
    TooLarge {
        /// The field.
        place: Place,
        /// What stands there.
        found: String,
    },
    /// A row has another number of fields than the first one.
    #[error("{place}: the row has {found} fields; expected {expected} like the first row")]
    Ragged {
        /// The row.
        place: Place,
        /// How many fields it has.
        found: usize,
        /// How many the first row has.
        expected: usize,
    },
    /// A row to predict has a number of fields that fits neither with nor without a label.
    #[error(
        "{place}: the row has {found} fields; \
         expected {length} values, or {length} values and a label"
    )]
    FieldCount {
        /// The row.
        place: Place,
        /// How many fields it has.
        found: usize,
        /// How many values a series must have.
        length: usize,
    },
    /// A header is malformed, or says something else than the data.
    #[error("{place}: {problem}")]
    Header {
        /// The line or field where the two disagree.
        place: Place,
        /// What was found and what was expected.
        problem: String,
    },
    /// The file holds another kind of series than this toolkit reads.
    #[error("{place}: the file has {found}; expected {expected}")]
    Unsupported {
        /// The line that says so.
        place: Place,
        /// What the file has.
        found: String,
        /// What can be read.
        expected: &'static str,
    },
    /// The label column that was asked for does not exist.
    #[error("{place}: there is no label column `{wanted}`; expected {expected}")]
    LabelColumn {
        /// The first row.
        place: Place,
        /// What was asked for.
        wanted: String,
        /// What there is.
        expected: String,
    },
    /// A row has an empty label.
    #[error("{place}: the label is missing; expected a class label")]
    NoLabel {
        /// The field.
        place: Place,
    },
    /// A file that needs labels has none.
    #[error("{}: the file has no labels; expected a class label for each series", path.display())]
    Unlabelled {
        /// The file.
        path: PathBuf,
    },
    /// A value is missing.
    #[error("{place}: the value is missing; expected a number in every field")]
    MissingValue {
        /// The field.
        place: Place,
    },
    /// Every value of a series is missing.
    #[error("{place}: every value of the series is missing; expected at least one number")]
    AllMissing {
        /// The row.
        place: Place,
    },
    /// The series of one file differ in length.
    #[error(
        "{place}: the series has {found} values; \
         expected {expected}, as many as the series on line {first_line}"
    )]
    UnequalLengths {
        /// The row.
        place: Place,
        /// How many values it has.
        found: usize,
        /// How many the first series has.
        expected: usize,
        /// The line of the first series.
        first_line: usize,
    },
    /// A series has another length than those trained on.
    #[error(
        "{place}: the series has {found} values; \
         expected {expected}, the length of the training series"
    )]
    LengthMismatch {
        /// The row.
        place: Place,
        /// How many values it has.
        found: usize,
        /// How many the training series have.
        expected: usize,
    },
    /// A test label that the training split does not have.
    #[error("{place}: the training split has no label `{found}`; expected one of {expected}")]
    UnknownLabel {
        /// The label's field in the test file.
        place: Place,
        /// The label.
        found: String,
        /// The labels of the training split.
        expected: String,
    },
    /// The training labels do not make up two classes.
    #[error("the training split has {found} distinct labels; expected at least 2 classes")]
    TooFewClasses {
        /// How many distinct labels there are.
        found: usize,
    },
    /// A list of classes names one of them twice.
    #[error("the class `{label}` stands twice in the list; expected distinct classes")]
    DuplicateClass {
        /// The label that is repeated.
        label: String,
    },
    /// A folder has no training and test files.
    #[error("{}: no training and test files; looked for {looked_for}", folder.display())]
    NoDataset {
        /// The folder.
        folder: PathBuf,
        /// The file names that would have been read.
        looked_for: String,
    },
    /// A folder has the files of several data sets.
    #[error(
        "{}: the files of several data sets ({found}); expected one pair of NAME_TRAIN and NAME_TEST",
        folder.display()
    )]
    SeveralDatasets {
        /// The folder.
        folder: PathBuf,
        /// The names found.
        found: String,
    },
    /// A split cannot be written in the format that the extension asks for.
    #[error("cannot write {}: {problem}", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What stands in the way.
        problem: String,
    },
    /// An option has a value that does not exist.
    #[error("`{found}` is no {option}; expected {expected}")]
    UnknownOption {
        /// What the option is about.
        option: &'static str,
        /// The value given.
        found: String,
        /// The values there are.
        expected: &'static str,
    },
    /// The archive has no data set of this name.
    #[error("the UCR archive has no data set `{name}`")]
    UnknownDataset {
        /// The name asked for.
        name: String,
        /// The most similar name that exists.
        closest: Option<&'static str>,
    },
    /// A name that must not go into a path or an address.
    #[error(
        "`{name}` is no name of a data set; expected letters, digits, `_` and `-`, at most 100"
    )]
    BadName {
        /// The name asked for.
        name: String,
    },
    /// No folder for the cache is known.
    #[error("no folder for downloads; expected RETUNE_HOME, XDG_CACHE_HOME or HOME to be set")]
    NoCacheFolder,
    /// The server could not be reached, or the connection broke.
    #[error("cannot download {url}: {reason}")]
    Unreachable {
        /// The address.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The server answered with an error.
    #[error("cannot download {url}: the server answered with HTTP status {status}")]
    HttpStatus {
        /// The address.
        url: String,
        /// The status.
        status: u16,
    },
    /// The download ended early.
    #[error("cannot download {url}: it ended after {received} bytes; expected {expected}")]
    Truncated {
        /// The address.
        url: String,
        /// How many bytes arrived.
        received: u64,
        /// How many were announced.
        expected: u64,
    },
    /// A download or what it unpacks to is larger than allowed.
    #[error("{url}: {what} is larger than the limit of {limit} bytes")]
    Oversized {
        /// The address.
        url: String,
        /// What is too large.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
    /// The download is no zip file, or a damaged one.
    #[error("{url} is not an intact zip file: {reason}")]
    BadZip {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A zip entry points out of the folder it is unpacked into.
    #[error("{url}: the entry `{entry}` leaves the folder; expected relative paths and no links")]
    EscapingEntry {
        /// The address.
        url: String,
        /// The name of the entry.
        entry: String,
    },
    /// A downloaded data set is not the one that the archive describes.
    #[error("{url}: {what} is {found}; expected {expected} as in the UCR archive")]
    NotAsCatalogued {
        /// The address.
        url: String,
        /// What differs.
        what: &'static str,
        /// What was found.
        found: usize,
        /// What the archive says.
        expected: usize,
    },
}
