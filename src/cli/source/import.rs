//! `retune source import`: reads the weights that Keras saved.

use retune::source::attention_rnn::pretrain::import_keras;

use crate::cli::prelude::*;

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

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    out: &'a Path,
    name: &'a str,
    parameters: usize,
    sha256: &'a str,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let out = OutputFile::check(&self.out, &[&self.file])?;
        let name = self.name.clone().unwrap_or_else(|| out.stem());
        let source = import_keras(&self.file, &name)?;
        source.save(&out.target)?;
        let outcome = Outcome {
            out: &self.out,
            name: &name,
            parameters: source.parameters(),
            sha256: source.sha256(),
        };
        output::show(common, &outcome, |outcome| {
            let (out, sha256) = (outcome.out.display(), outcome.sha256);
            let weights = outcome.parameters;
            format!("{out}: source {name} with {weights} weights, sha256 {sha256}\n")
        })
    }
}
