//! `retune listen`: the words that a source hears in recordings.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::audio::load_clip;
use retune::source::{DEFAULT_SOURCE, SourceWeights};
use serde::Serialize;

use super::args::{BackendArgs, Common, count};
use super::output;
use super::problem::Problem;
use super::progress::Waiting;
use super::text::{self, Column};
use retune::program::SourceReference;

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
    source: SourceReference,
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
        let engine = self.backend.engine()?;
        let audio = source
            .spec()
            .audio
            .ok_or_else(|| Problem::new(format!("the source {} takes no audio", source.name())))?;
        let recordings = self.files.iter();
        let recordings = recordings.map(|file| load_clip(file, audio.rate, audio.samples));
        let recordings = recordings.collect::<Result<Vec<_>, _>>()?;
        let waiting = Waiting::new(common, format!("hearing {} recordings", recordings.len()));
        let heard = engine.listen(&source, &recordings)?;
        drop(waiting);
        let clips = self.files.iter().zip(heard);
        let clips = clips.map(|(file, probabilities)| Clip {
            file: file.clone(),
            words: likeliest(source.labels(), &probabilities, self.top),
        });
        let outcome = Outcome {
            source: SourceReference::of(source.spec()),
            clips: clips.collect(),
        };
        output::show(common, &outcome, Outcome::describe)
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
