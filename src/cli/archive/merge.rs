//! `retune archive merge`: results as one table.

use retune::archive::merge;

use crate::cli::prelude::*;

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
    pub fn run(&self, common: &Common) -> Result<()> {
        let results = merge(&self.results)?;
        let inputs: Vec<_> = results.files.iter().map(PathBuf::as_path).collect();
        let out = OutputFile::check_any(self.out.as_ref(), &inputs)?;
        let text = match common.json {
            true => output::json(&results.results)?,
            false => results.table(),
        };
        output::deliver(out, &text)
    }
}
