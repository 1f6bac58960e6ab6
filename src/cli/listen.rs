//! `retune listen`: the words that a source hears in recordings.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::audio::load_clips;
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
/// A source hears a second at a time: of a longer recording, each second is heard by itself.
#[derive(Debug, Args)]
pub struct Arguments {
    /// WAV files
    #[arg(required = true, value_name = "FILE.wav")]
    files: Vec<PathBuf>,
    /// The source model: one that is shipped, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = DEFAULT_SOURCE)]
    source: String,
    /// How many words to tell of each second of a recording
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
    /// Where in the recording it begins, in seconds.
    start: f64,
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
        let seconds = audio.samples as f64 / f64::from(audio.rate);
        let mut places = Vec::new();
        let mut clips = Vec::new();
        for file in &self.files {
            for (place, clip) in load_clips(file, audio.rate, audio.samples)?
                .into_iter()
                .enumerate()
            {
                places.push((file, place as f64 * seconds));
                clips.push(clip);
            }
        }
        let waiting = Waiting::new(common, format!("hearing {} recordings", self.files.len()));
        let heard = engine.listen(&source, &clips)?;
        drop(waiting);
        let clips = places.into_iter().zip(heard);
        let clips = clips.map(|((file, start), probabilities)| Clip {
            file: file.clone(),
            start,
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
        let several = self.clips.iter().any(|clip| clip.start > 0.0);
        let rows = self.clips.iter().map(|clip| {
            let words = clip.words.iter();
            let words = words.flat_map(|w| [w.word.clone(), format!("{:.3}", w.probability)]);
            let file = clip.file.display().to_string();
            let start = several.then(|| format!("{} s", clip.start));
            let place = std::iter::once(file).chain(start);
            place.chain(words).collect::<Vec<_>>()
        });
        let start = if several { Column::Right } else { Column::Left };
        text::table(&[Column::Left, start], rows)
    }
}
