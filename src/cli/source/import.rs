//! `retune source import`: reads the weights that Keras saved.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::source::attention_rnn::pretrain::import_keras;
use serde::Serialize;

use crate::cli::args::Common;
use crate::cli::output::{self, OutputFile};

/// Make a source of the weights that Keras saved
#[derive(Debug, Args)]
pub struct Arguments {
    /// The weights as Keras 2 saves them
    #[arg(value_name = "FILE.h5")]
    file: PathBuf,
    /// Where to save the source
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,
    /// The name of the source; that of the file it is saved as without
    #[arg(long)]
    name: Option<String>,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    out: PathBuf,
    name: String,
    parameters: usize,
    sha256: String,
}

impl Arguments {
    /// Imports, saves and prints what was saved.
    pub fn run(&self, common: &Common) -> Result<()> {
        let out = OutputFile::check(&self.out, &[&self.file])?;
        let name = match &self.name {
            Some(name) => name.clone(),
            None => out.stem(),
        };
        let source = import_keras(&self.file, &name)?;
        source.save(out.target())?;
        let outcome = Outcome {
            out: out.path().to_owned(),
            name,
            parameters: source.parameters(),
            sha256: source.sha256().to_owned(),
        };
        output::show(common, &outcome, |outcome| {
            format!(
                "{}: source {} with {} weights, sha256 {}\n",
                outcome.out.display(),
                outcome.name,
                outcome.parameters,
                outcome.sha256
            )
        })
    }
}
