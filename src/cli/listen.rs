//! `retune listen`: the words that a source hears in recordings.

use retune::audio::{Clip as Recording, read_wav};

use super::prelude::*;

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

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    source: SourceReference,
    clips: Vec<Clip<'a>>,
    /// Each file.
    read_as: Vec<ReadAs>,
}

#[derive(Debug, Serialize)]
struct Clip<'a> {
    file: &'a Path,
    /// Where in the recording it begins, in seconds.
    start: f64,
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

/// How a recording was read: its length, and what of it is heard at once.
fn how_read(
    file: &Path,
    recording: &Recording,
    (rate, seconds): (u32, f64),
    clips: usize,
) -> ReadAs {
    let length = recording.samples.len() as f64 / f64::from(recording.rate.max(1));
    let own = recording.rate;
    let mut read_as = ReadAs::new(file, format!("{length:.2} s at {own} Hz"));
    if own != rate {
        read_as.add("resampled", format!("to {rate} Hz"));
    }
    if recording.channels > 1 {
        let channels = recording.channels;
        read_as.add("mixed", format!("{channels} channels to their mean"));
    }
    let silent = clips as f64 * seconds - length;
    let filled = match silent * f64::from(own) >= 1.0 {
        true => format!(", the last with {silent:.2} s of silence"),
        false => String::new(),
    };
    let clips = text::counted(clips, "clip", "clips");
    read_as.add("heard", format!("in {clips} of {seconds} s{filled}"));
    read_as
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let source = SourceWeights::find(&self.source)?;
        let engine = self.backend.engine(common)?;
        let audio = source.spec().audio;
        let audio = audio.ok_or_else(|| anyhow!("the source {} takes no audio", source.name()))?;
        let seconds = audio.samples as f64 / f64::from(audio.rate);
        let mut places = Vec::new();
        let mut recordings = Vec::new();
        let mut read_as = Vec::new();
        for file in &self.files {
            let recording = read_wav(file)?;
            let clips = recording.cut(audio.rate, audio.samples);
            let clips = clips.map_err(|error| error.of_file(file))?;
            let how = how_read(file, &recording, (audio.rate, seconds), clips.len());
            output::read_as(common, &how);
            read_as.push(how);
            for (place, clip) in clips.into_iter().enumerate() {
                places.push((file, place as f64 * seconds));
                recordings.push(clip);
            }
        }
        let what = format!("hearing {} recordings", self.files.len());
        let answers = Waiting::during(common, what, || engine.listen(&source, &recordings))?;
        let clips = places.into_iter().zip(answers);
        let clips = clips.map(|((file, start), probabilities)| {
            let mut words: Vec<_> = source.labels().iter().cloned().zip(probabilities).collect();
            // The sort is stable: equal ones stay in the order of the labels.
            words.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            let words = Word::first(&words, self.top);
            Clip { file, start, words }
        });
        let outcome = Outcome {
            source: SourceReference::of(source.spec()),
            clips: clips.collect(),
            read_as,
        };
        output::show(common, &outcome, |outcome| {
            let several = outcome.clips.iter().any(|clip| clip.start > 0.0);
            let row = |clip: &Clip| {
                let words = clip.words.iter();
                let words = words.flat_map(|w| [w.word.clone(), format!("{:.3}", w.probability)]);
                let start = several.then(|| format!("{} s", clip.start));
                let place = once(clip.file.display().to_string()).chain(start);
                place.chain(words).collect::<Vec<_>>()
            };
            let second = if several { Right } else { Left };
            text::table(&[Left, second], outcome.clips.iter().map(row))
        })
    }
}
