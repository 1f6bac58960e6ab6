//! `retune archive report`: a page about a comparison.

use retune::archive::report;

use super::CompareArgs;
use crate::cli::prelude::*;

/// Write an HTML page about results and published accuracies
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    compare: CompareArgs,
    /// The page
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    out: &'a Path,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let (results, comparison, reference) = self.compare.compare()?;
        let inputs = self.compare.with.iter().chain(&results.files);
        let inputs: Vec<_> = inputs.map(PathBuf::as_path).collect();
        let out = OutputFile::check(&self.out, &inputs)?.check_kind("html")?;
        out.write(report(&results, &comparison, &reference)?.as_bytes())?;
        output::show(common, &Outcome { out: &self.out }, |outcome| {
            format!("report saved as {}\n", outcome.out.display())
        })
    }
}
