//! `retune source list` and `retune source show`.

use anyhow::Result;
use clap::Args;
use retune::source::{DEFAULT_SOURCE, SourceWeights, shipped_sources};
use serde::Serialize;

use crate::cli::args::Common;
use crate::cli::output;
use crate::cli::text::{self, Column};

/// Show one source: its hash, its words and its weights
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// A shipped source, or a file
    #[arg(value_name = "NAME|FILE")]
    name: String,
}

/// A source in short.
#[derive(Debug, Serialize)]
struct Short {
    name: String,
    default: bool,
    parameters: usize,
    words: usize,
    sha256: String,
}

/// A source in full.
#[derive(Debug, Serialize)]
struct Full {
    name: String,
    sha256: String,
    parameters: usize,
    words: Vec<String>,
    tensors: Vec<Tensor>,
}

#[derive(Debug, Serialize)]
struct Tensor {
    name: String,
    shape: Vec<usize>,
}

/// Lists the sources that are compiled in.
pub fn list(common: &Common) -> Result<()> {
    let mut sources = Vec::new();
    for name in shipped_sources() {
        let source = SourceWeights::find(name)?;
        sources.push(Short {
            name: name.to_owned(),
            default: name == DEFAULT_SOURCE,
            parameters: source.parameters(),
            words: source.labels().len(),
            sha256: source.sha256().to_owned(),
        });
    }
    output::show(common, &sources, |sources| {
        let head = ["name", "weights", "words", "sha256", ""].map(str::to_owned);
        let rows = sources.iter().map(|source| {
            [
                source.name.clone(),
                source.parameters.to_string(),
                source.words.to_string(),
                source.sha256.clone(),
                if source.default { "default" } else { "" }.to_owned(),
            ]
        });
        let columns = [Column::Left, Column::Right, Column::Right];
        text::table(&columns, std::iter::once(head).chain(rows))
    })
}

impl ShowArguments {
    /// Shows the source.
    pub fn run(&self, common: &Common) -> Result<()> {
        let source = SourceWeights::find(&self.name)?;
        let tensors = source.tensors().iter();
        let full = Full {
            name: source.name().to_owned(),
            sha256: source.sha256().to_owned(),
            parameters: source.parameters(),
            words: source.labels().to_vec(),
            tensors: tensors
                .map(|(name, tensor)| Tensor {
                    name: name.clone(),
                    shape: tensor.shape.clone(),
                })
                .collect(),
        };
        output::show(common, &full, Full::describe)
    }
}

impl Full {
    fn describe(&self) -> String {
        let properties = text::properties([
            ("name", self.name.clone()),
            ("sha256", self.sha256.clone()),
            ("weights", self.parameters.to_string()),
            ("words", self.words.join(" ")),
        ]);
        let row = |tensor: &Tensor| [tensor.name.clone(), format!("{:?}", tensor.shape)];
        let tensors = text::table(&[Column::Left, Column::Left], self.tensors.iter().map(row));
        format!("{properties}\n{tensors}")
    }
}
