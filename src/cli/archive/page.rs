//! `retune archive report`: a page about a comparison.

use retune::archive::report;

use super::CompareArgs;
use crate::cli::prelude::*;

/// Write an HTML page about results and published accuracies
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    compare: CompareArgs,
    /// The method that is compared with all others; the first if not given
    #[arg(long, value_name = "METHOD")]
    reference: Option<String>,
    /// The page
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    out: &'a Path,
}

impl Arguments {
    /// Compares and writes the page.
    pub fn run(&self, common: &Common) -> Result<()> {
        let inputs: Vec<_> = self.compare.with.iter().map(PathBuf::as_path).collect();
        let out = OutputFile::check(&self.out, &inputs)?;
        let (results, comparison, reference) = self.compare.compare(self.reference.as_ref())?;
        out.write(report(&results, &comparison, &reference)?.as_bytes())?;
        output::show(common, &Outcome { out: &self.out }, |outcome| {
            format!("report saved as {}\n", outcome.out.display())
        })
    }
}
