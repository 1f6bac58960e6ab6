//! `retune source list` and `retune source show`.

use retune::source::shipped_sources;

use crate::cli::prelude::*;

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
    name: &'static str,
    default: bool,
    parameters: usize,
    words: usize,
    sha256: String,
}

/// A source in full.
#[derive(Debug, Serialize)]
struct Full<'a> {
    name: &'a str,
    sha256: &'a str,
    parameters: usize,
    words: &'a [String],
    tensors: Vec<Tensor<'a>>,
}

#[derive(Debug, Serialize)]
struct Tensor<'a> {
    name: &'a str,
    shape: &'a [usize],
}

/// Lists the sources that are compiled in.
pub fn list(common: &Common) -> Result<()> {
    let short = |name| {
        let source = SourceWeights::find(name)?;
        Ok(Short {
            name,
            default: name == DEFAULT_SOURCE,
            parameters: source.parameters(),
            words: source.labels().len(),
            sha256: source.sha256().to_owned(),
        })
    };
    let sources = shipped_sources().into_iter().map(short);
    output::show(common, &sources.collect::<Result<Vec<_>>>()?, |sources| {
        let rows = sources.iter().map(|source| {
            [
                source.name.to_owned(),
                source.parameters.to_string(),
                source.words.to_string(),
                source.sha256.clone(),
                if source.default { "default" } else { "" }.to_owned(),
            ]
        });
        let columns = [Left, Right, Right, Left];
        text::headed(&columns, "name,weights,words,sha256,", rows)
    })
}

impl ShowArguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let source = SourceWeights::find(&self.name)?;
        let tensors = source.tensors().iter();
        let tensors = tensors.map(|(name, tensor)| Tensor {
            name,
            shape: &tensor.shape,
        });
        let full = Full {
            name: source.name(),
            sha256: source.sha256(),
            parameters: source.parameters(),
            words: source.labels(),
            tensors: tensors.collect(),
        };
        output::show(common, &full, |full| {
            let properties = text::properties([
                ("name", full.name.to_owned()),
                ("sha256", full.sha256.to_owned()),
                ("weights", full.parameters.to_string()),
                ("words", full.words.join(" ")),
            ]);
            let tensors = full.tensors.iter();
            let rows = tensors.map(|one| [one.name.to_owned(), format!("{:?}", one.shape)]);
            format!("{properties}\n{}", text::table(&[Left], rows))
        })
    }
}
