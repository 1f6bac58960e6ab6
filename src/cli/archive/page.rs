//! `retune archive report`: a page about a comparison.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::archive::report;
use serde::Serialize;

use super::{CompareArgs, reference};
use crate::cli::args::Common;
use crate::cli::output::{self, OutputFile};

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
struct Outcome {
    out: PathBuf,
}

impl Arguments {
    /// Compares and writes the page.
    pub fn run(&self, common: &Common) -> Result<()> {
        let inputs: Vec<_> = self.compare.with.iter().map(PathBuf::as_path).collect();
        let out = OutputFile::check(&self.out, &inputs)?;
        let (results, comparison) = self.compare.compare()?;
        let reference = reference(self.reference.as_ref(), &comparison);
        out.write(report(&results, &comparison, &reference)?.as_bytes())?;
        let outcome = Outcome {
            out: self.out.clone(),
        };
        output::show(common, &outcome, |outcome| {
            format!("report saved as {}\n", outcome.out.display())
        })
    }
}
