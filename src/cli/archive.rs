//! `retune archive`: whole archives of data sets.

mod compare;
mod merge;
mod page;
mod run;

use retune::archive::{Accuracies, Comparison, Results, merge, read_published};

use super::prelude::*;

/// Run, merge, compare and report whole archives of data sets
#[derive(Debug, Subcommand)]
pub enum Command {
    Run(Box<run::Arguments>),
    Merge(merge::Arguments),
    Compare(compare::Arguments),
    Report(page::Arguments),
}

impl Command {
    pub fn run(&self, common: &Common) -> Result<()> {
        match self {
            Self::Run(arguments) => arguments.run(common),
            Self::Merge(arguments) => arguments.run(common),
            Self::Compare(arguments) => arguments.run(common),
            Self::Report(arguments) => arguments.run(common),
        }
    }
}

/// What is compared.
#[derive(Debug, Args)]
struct CompareArgs {
    /// Folders of results
    #[arg(required = true, value_name = "FOLDER")]
    results: Vec<PathBuf>,
    /// A published table to compare with: tab-separated, accuracies in percent
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
    /// Only these methods, by the names of their columns or as `retune PRESET`; all if not given
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    columns: Vec<String>,
    /// The method that is compared with all others; the first if not given
    #[arg(long, value_name = "METHOD")]
    reference: Option<String>,
}

impl CompareArgs {
    /// All results, how the methods compare, and the one that is compared with all others.
    fn compare(&self) -> Result<(Results, Comparison, String)> {
        let results = merge(&self.results)?;
        let mut accuracies = Accuracies::of_results(&results);
        if let Some(path) = &self.with {
            accuracies = accuracies.beside(&read_published(path)?)?;
        }
        if !self.columns.is_empty() {
            accuracies = accuracies.only(&self.columns)?;
        }
        let comparison = Comparison::of(&accuracies)?;
        let reference = self.reference.as_ref();
        let reference = reference.unwrap_or(&accuracies.methods[0]).clone();
        Ok((results, comparison, reference))
    }
}
