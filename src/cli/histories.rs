//! Files of histories and how they are read: what `forecast` and `predict` share.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use retune::forecast::{Fill, Histories, History, HistoryOptions, Step, Tolerance};
use retune::series::Missing;

use super::args::{TableArgs, Thousands, choice, yes_or_no};

/// A file of histories.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading histories")]
pub struct HistoryArgs {
    /// A column to forecast, by name or number; several in as many options, else all with numbers
    // `columns` is the range of a table of series, where both are read.
    #[arg(id = "value_columns", long = "column", value_name = "COLUMN")]
    columns: Vec<String>,
    /// The column with the times, by name or number, or none; found where it is not given
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// The column that says which series a row belongs to, for series one below the other; with --rows the
    /// column of their names
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// Each row is a series, after columns of text of which the first has the names
    #[arg(long)]
    rows: bool,
    /// Whether the day stands before the month in dates such as 01/02/2022; told by all of them where
    /// not given
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    day_first: Option<bool>,
    /// What to put into rows that are missing; without it they are an error
    #[arg(long, value_name = "HOW", value_parser = choice::<Fill>(&["interpolate", "last"]))]
    fill: Option<Fill>,
    /// The step from one time to the next, such as 15min, 1h, 1d, business-day, 1w, 1month, 1q, 1y
    #[arg(long, value_name = "STEP")]
    frequency: Option<Step>,
    /// How far times may lie beside equal steps: a duration such as 5s, or a share of a step
    #[arg(long, value_name = "HOW-FAR")]
    tolerance: Option<Tolerance>,
}

impl HistoryArgs {
    /// The columns of the times and of the ids.
    pub fn long(&self) -> (Option<&str>, Option<&str>) {
        (self.time.as_deref(), self.id.as_deref())
    }

    /// Reads a file of histories.
    pub fn read(&self, path: &Path, missing: Missing, table: &TableArgs) -> Result<Histories> {
        let options = HistoryOptions {
            time: self.time.clone(),
            columns: self.columns.clone(),
            id: self.id.clone(),
            rows: self.rows,
            missing,
            header: table.header,
            decimal: table.decimal,
            thousands: table.thousands.map(|Thousands(sign)| sign),
            day_first: self.day_first,
            fill: self.fill,
            frequency: self.frequency,
            tolerance: self.tolerance,
        };
        Ok(History::read(path, &options)?)
    }
}

/// A file of histories, where no series are read.
#[derive(Debug, Clone, Args)]
pub struct HistoryFile {
    /// The file with the histories: .csv, .tsv or .tsf, also packed (.gz); `-` is standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub reading: HistoryArgs,
    /// What to do with missing values
    #[arg(long, value_name = "HOW", default_value = "reject", help_heading = "Reading histories", value_parser = choice::<Missing>(&["reject", "interpolate"]))]
    missing: Missing,
    #[command(flatten)]
    table: TableArgs,
}

impl HistoryFile {
    /// Reads the file.
    pub fn read(&self) -> Result<Histories> {
        self.read_other(&self.file)
    }

    /// Reads another file of the same layout.
    pub fn read_other(&self, path: &Path) -> Result<Histories> {
        self.reading.read(path, self.missing, &self.table)
    }
}
