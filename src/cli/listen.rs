//! `retune listen`: the words that a source hears in recordings.

use std::path::PathBuf;

use anyhow::Result;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{Tensor, TensorData};
use clap::Args;
use retune::audio::{CLIP_SAMPLES, load_clip};
use retune::backend::BackendTask;
use retune::kernel::Kernels;
use retune::source::{AttentionRnn, DEFAULT_SOURCE, SourceModel, SourceWeights};
use serde::Serialize;

use super::args::{BackendArgs, Common, count};
use super::output;
use super::program::SourceName;
use super::progress::Progress;
use super::text::{self, Column};

/// Say which words a source hears in recordings
///
/// Only the first second of a recording is heard.
#[derive(Debug, Args)]
pub struct Arguments {
    /// WAV files
    #[arg(required = true, value_name = "FILE.wav")]
    files: Vec<PathBuf>,
    /// The source model: one that is shipped, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = DEFAULT_SOURCE)]
    source: String,
    /// How many words to tell of each recording
    #[arg(long, value_name = "N", default_value = "3", value_parser = count)]
    top: usize,
    #[command(flatten)]
    backend: BackendArgs,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    source: SourceName,
    clips: Vec<Clip>,
}

#[derive(Debug, Serialize)]
struct Clip {
    file: PathBuf,
    words: Vec<Word>,
}

#[derive(Debug, Serialize)]
struct Word {
    word: String,
    probability: f32,
}

impl Arguments {
    /// Hears the recordings and prints the words.
    pub fn run(&self, common: &Common) -> Result<()> {
        let source = SourceWeights::find(&self.source)?;
        let clips = self.backend.backend.run(Work {
            files: &self.files,
            source: &source,
            top: self.top,
            common,
        })??;
        let outcome = Outcome {
            source: SourceName {
                name: source.name().to_owned(),
                sha256: source.sha256().to_owned(),
            },
            clips,
        };
        output::show(common, &outcome, Outcome::describe)
    }
}

struct Work<'a> {
    files: &'a [PathBuf],
    source: &'a SourceWeights,
    top: usize,
    common: &'a Common,
}

impl BackendTask for Work<'_> {
    type Output = Result<Vec<Clip>>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + Kernels,
        B::InnerBackend: Kernels,
    {
        let model = AttentionRnn::<B::InnerBackend>::new(self.source, device);
        let total = self.files.len();
        let mut progress = Progress::new(self.common, "listening");
        let mut clips = Vec::with_capacity(total);
        for (place, file) in self.files.iter().enumerate() {
            let samples = TensorData::new(load_clip(file)?, [1, CLIP_SAMPLES]);
            let audio = Tensor::from_data(samples, device);
            let probabilities = model.hear(audio).probabilities().into_data();
            let probabilities: Vec<f32> = probabilities.iter::<f32>().collect();
            clips.push(Clip {
                file: file.clone(),
                words: likeliest(model.labels(), &probabilities, self.top),
            });
            let done = place + 1;
            let detail = format!("{done} of {total} recordings");
            progress.at(done as u64, total as u64, &detail);
        }
        Ok(clips)
    }
}

/// The words with the highest probabilities, highest first.
fn likeliest(labels: &[String], probabilities: &[f32], most: usize) -> Vec<Word> {
    let mut words: Vec<(&String, f32)> = labels.iter().zip(probabilities.iter().copied()).collect();
    // The sort is stable: equal ones stay in the order of the labels.
    words.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    words
        .into_iter()
        .take(most)
        .map(|(word, probability)| Word {
            word: word.clone(),
            probability,
        })
        .collect()
}

impl Outcome {
    fn describe(&self) -> String {
        let rows = self.clips.iter().map(|clip| {
            let words = clip.words.iter();
            let words = words.flat_map(|w| [w.word.clone(), format!("{:.3}", w.probability)]);
            let file = clip.file.display().to_string();
            std::iter::once(file).chain(words).collect::<Vec<_>>()
        });
        text::table(&[Column::Left; 1], rows)
    }
}
