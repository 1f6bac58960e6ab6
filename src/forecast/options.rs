//! How a file of histories is read.

use std::fmt;
use std::str::FromStr;

use super::ForecastError;

/// What to do with missing values (an empty field, `NaN`, `NA` or `?`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Missing {
    /// A missing value is an error.
    #[default]
    Reject,
    /// Fill from the neighbours: linearly inside a history, with the nearest value at its ends.
    Interpolate,
}

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

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Reject => "reject",
            Self::Interpolate => "interpolate",
        })
    }
}

impl FromStr for Missing {
    type Err = ForecastError;

    fn from_str(text: &str) -> Result<Self, ForecastError> {
        match text {
            "reject" => Ok(Self::Reject),
            "interpolate" => Ok(Self::Interpolate),
            _ => Err(ForecastError::UnknownOption {
                option: "way to treat missing values",
                found: text.to_owned(),
                expected: "`reject` or `interpolate`",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_to_treat_missing_values_read_back_as_shown() {
        for missing in [Missing::Reject, Missing::Interpolate] {
            assert_eq!(missing.to_string().parse::<Missing>().unwrap(), missing);
        }
        assert_eq!(
            "drop".parse::<Missing>().unwrap_err().to_string(),
            "`drop` is no way to treat missing values; expected `reject` or `interpolate`"
        );
    }
}
