//! `retune listen`: the words that a source hears in recordings.

use retune::audio::load_clip;

use super::prelude::*;

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

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    source: SourceReference,
    clips: Vec<Clip<'a>>,
}

#[derive(Debug, Serialize)]
struct Clip<'a> {
    file: &'a Path,
    words: Vec<Word>,
}

/// A word that a source reports, and its probability.
#[derive(Debug, Serialize)]
pub struct Word {
    word: String,
    probability: f32,
}

impl Word {
    /// The first words with their probabilities.
    pub fn first(words: &[(String, f32)], most: usize) -> Vec<Self> {
        let words = words.iter().take(most).cloned();
        words
            .map(|(word, probability)| Self { word, probability })
            .collect()
    }
}

impl std::fmt::Display for Word {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {:.3}", self.word, self.probability)
    }
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let source = SourceWeights::find(&self.source)?;
        let engine = self.backend.engine()?;
        let audio = source.spec().audio;
        let audio = audio.ok_or_else(|| anyhow!("the source {} takes no audio", source.name()))?;
        let recordings = self.files.iter();
        let recordings = recordings.map(|file| load_clip(file, audio.rate, audio.samples));
        let recordings = recordings.collect::<Result<Vec<_>, _>>()?;
        let what = format!("hearing {} recordings", recordings.len());
        let heard = Waiting::during(common, what, || engine.listen(&source, &recordings))?;
        let clips = self.files.iter().zip(heard).map(|(file, probabilities)| {
            let mut words: Vec<_> = source.labels().iter().cloned().zip(probabilities).collect();
            // The sort is stable: equal ones stay in the order of the labels.
            words.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            let words = Word::first(&words, self.top);
            Clip { file, words }
        });
        let outcome = Outcome {
            source: SourceReference::of(source.spec()),
            clips: clips.collect(),
        };
        output::show(common, &outcome, |outcome| {
            let row = |clip: &Clip| {
                let words = clip.words.iter();
                let words = words.flat_map(|w| [w.word.clone(), format!("{:.3}", w.probability)]);
                let file = once(clip.file.display().to_string());
                file.chain(words).collect::<Vec<_>>()
            };
            text::table(&[Left], outcome.clips.iter().map(row))
        })
    }
}
