//! How a file of histories is read.

use std::str::FromStr;

use super::{Step, Tolerance};
use crate::series::Missing;
use crate::{Error, ErrorKind};

/// Where the histories stand in a file; the default is a table with a column for each history.
///
/// A column is given by its name in the header, or else by its number, counted from 1.
///
/// | layout | options | a history is |
/// |---|---|---|
/// | wide | neither `id` nor `rows` | a column |
/// | long | `id` | the rows with the same id |
/// | rows | `rows` | a row: an id and perhaps other columns, then values, then empty fields where it is shorter |
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HistoryOptions {
    /// The column with the times, or `none` for no such column. When not given it is found wherever
    /// it stands: the one whose fields are all dates and move one way; or a column that is called
    /// `date`, `time`, `year` or the like; or one without a name that counts in equal steps. A date
    /// and a time of day in two columns, or years and months, or dates and hours, are joined. Where two would
    /// do it is an error. Of rows it is what the header has above the values, in equal steps.
    pub time: Option<String>,
    /// The columns with values; all that hold numbers when empty, without those that count rows.
    pub columns: Vec<String>,
    /// The column that says which history a row belongs to: the table is long. Of rows it is the column of
    /// their names; the first one where that is not given.
    pub id: Option<String>,
    /// Each row is a history.
    pub rows: bool,
    /// What to do with missing values.
    pub missing: Missing,
    /// Whether the first row holds names; found where it is not given.
    pub header: Option<bool>,
    /// What parts the decimals of numbers, a point or a comma; found where it is not given.
    pub decimal: Option<char>,
    /// What parts their thousands, `Some(None)` for nothing; found where it is not given.
    pub thousands: Option<Option<char>>,
    /// Whether the day stands before the month in dates such as `01/02/2022`; told by all of them
    /// where it is not given and they leave no doubt.
    pub day_first: Option<bool>,
    /// What to put into rows that are missing; without it such rows are an error.
    pub fill: Option<Fill>,
    /// The step from one time to the next; the usual one where it is not given.
    pub frequency: Option<Step>,
    /// How far times may lie beside equal steps; they are put on them.
    pub tolerance: Option<Tolerance>,
}

/// What is put into rows that are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Values on a straight line between those on both sides.
    Interpolate,
    /// The last value.
    Last,
}

impl FromStr for Fill {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "interpolate" => Ok(Self::Interpolate),
            "last" => Ok(Self::Last),
            _ => {
                let message =
                    format!("there is no way `{name}` to fill rows; there are interpolate, last");
                Err(Error::new(ErrorKind::UnknownName, message))
            }
        }
    }
}
