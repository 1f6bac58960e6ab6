//! `retune archive merge`: results as one table.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::archive::merge;

use crate::cli::args::Common;
use crate::cli::output::{self, OutputFile};

/// Merge results to one table, tab-separated
///
/// The table is the same bytes whatever order, machines and parts the results were made in.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folders of results
    #[arg(required = true, value_name = "FOLDER")]
    results: Vec<PathBuf>,
    /// Where the table goes, in place of stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Arguments {
    /// Merges; `--json` gives the results themselves.
    pub fn run(&self, common: &Common) -> Result<()> {
        let out = match &self.out {
            Some(path) => Some(OutputFile::check(path, &[])?),
            None => None,
        };
        let results = merge(&self.results)?;
        let text = if common.json {
            serde_json::to_string_pretty(results.results())? + "\n"
        } else {
            results.table()
        };
        match out {
            Some(out) => out.write(text.as_bytes()),
            None => output::print(&text),
        }
    }
}
