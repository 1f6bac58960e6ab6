//! How a file of histories is read.

use crate::series::Missing;

/// Where the histories stand in a file; the default is a table with a column for each history.
///
/// A column is given by its name in the header, or else by its number, counted from 1.
///
/// | layout | options | a history is |
/// |---|---|---|
/// | wide | neither `id` nor `rows` | a column |
/// | long | `id` | the rows with the same id |
/// | rows | `rows` | a row: an id, then values, then empty fields where it is shorter |
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryOptions {
    /// The column with the times, or `none` for no such column; when not given it is the first
    /// column (of a long table: the first other than the id) whose name is `date`, `time`,
    /// `timestamp`, `ds`, `year`, `month` or `period`, or whose values are dates. A first column
    /// without a name is one, too, when it counts in equal steps.
    pub time: Option<String>,
    /// The columns with values; all that hold numbers when empty.
    pub columns: Vec<String>,
    /// The column that says which history a row belongs to: the table is long.
    pub id: Option<String>,
    /// Each row is a history.
    pub rows: bool,
    /// What to do with missing values.
    pub missing: Missing,
}
