//! Files of histories and how they are read: what `forecast` and `predict` share.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use retune::forecast::{History, HistoryOptions};
use retune::series::Missing;

use super::args::choice;

/// A file of histories.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading histories")]
pub struct HistoryArgs {
    /// A column to forecast, by name or number; several in as many options, else all with numbers
    #[arg(long = "column", value_name = "COLUMN")]
    columns: Vec<String>,
    /// The column with the times, by name or number, or none; found where it is not given
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// The column that says which series a row belongs to, for series one below the other
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// Each row is a series, its first field the name
    #[arg(long)]
    rows: bool,
}

impl HistoryArgs {
    /// Reads a file of histories.
    pub fn read(&self, path: &Path, missing: Missing) -> Result<Vec<History>> {
        let options = HistoryOptions {
            time: self.time.clone(),
            columns: self.columns.clone(),
            id: self.id.clone(),
            rows: self.rows,
            missing,
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
}

impl HistoryFile {
    /// Reads the file.
    pub fn read(&self) -> Result<Vec<History>> {
        self.reading.read(&self.file, self.missing)
    }

    /// Reads another file of the same layout.
    pub fn read_other(&self, path: &Path) -> Result<Vec<History>> {
        self.reading.read(path, self.missing)
    }
}
