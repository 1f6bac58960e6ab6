//! What to do about an error.

use super::ForecastError;

impl ForecastError {
    /// What to do about it, as one sentence without a full stop; `None` when the message says it
    /// all.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotText { .. } => "save the file as UTF-8",
            Self::Ragged { .. } => "give --rows where each row is a series of its own",
            Self::NoNumericColumn { .. } => {
                "check what separates the fields (commas, tabs or semicolons), or name a column with \
                 --column to be told which of its fields is no number"
            }
            Self::UnknownColumn { .. } => "give a name of the header, or a number counted from 1",
            Self::Conflict { .. } | Self::ColumnTwice { .. } => "give only one of them",
            Self::NotANumber { .. } => {
                "correct the field, or name the columns that hold the values with --column"
            }
            Self::MissingValue { .. } => {
                "give --missing interpolate, or --rows where each row is a series of its own"
            }
            Self::UnreadableTime { .. } => {
                "write all times alike, such as 2016-07-01 00:00:00, 2016-07-01 or 2016-07; \
                 or give --time none"
            }
            Self::AmbiguousDate { .. } => "write the dates as year-month-day",
            Self::TimeOrder { .. } => {
                "sort the rows by time and keep one for each; if the table holds several histories \
                 one below the other, name the column with their ids with --id; \
                 write local times that are set back in autumn as UTC"
            }
            Self::IrregularTime { .. } => {
                "add the rows that are missing, with empty values, and give --missing interpolate; \
                 or give --time none"
            }
            Self::SingleTime { .. } => "give more rows, or --time none",
            Self::TooShort { .. } => "give a longer history, or a smaller --context or --horizon",
            Self::History { .. } => "give a smaller --horizon or --context, or a longer history",
            Self::NothingMoves { .. } => {
                "the forecast of a constant series is its value, and needs no program"
            }
            Self::NotFinite { .. } => "look for infinite or huge values in the history",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
