//! `retune hear`: what the source hears of a series, as a recording.

use retune::audio::write_wav;

use super::prelude::*;
use super::program::{OnePart, RowArgs};

/// Write what the source hears of a series as a WAV file
///
/// Where the amplitude goes beyond ±1, which a WAV file cannot hold, the whole clip is made softer.
/// The source does not notice: it scales each clip itself.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    pub row: RowArgs,
    /// The WAV file to write
    #[arg(long, value_name = "FILE.wav")]
    out: PathBuf,
    #[command(flatten)]
    backend: BackendArgs,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    out: &'a Path,
    row: usize,
    #[serde(flatten)]
    part: OnePart,
    seconds: f64,
    rate: u32,
    /// The highest amplitude that the source hears.
    peak: f32,
    /// What the samples of the file were multiplied by.
    gain: f32,
    read_as: &'a ReadAs,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let row = self.row.open(&self.out, "wav", common)?;
        let classifier = Classifier::new(self.backend.engine(common)?, row.program, &row.sources)?;
        let mut audio = classifier.hear(&row.series, self.row.part - 1)?;
        let rate = classifier.rate(self.row.part - 1)?;
        let peak = audio.iter().map(|sample| sample.abs());
        let peak = peak.fold(0.0, f32::max);
        let gain = if peak > 1.0 { 1.0 / peak } else { 1.0 };
        for sample in &mut audio {
            *sample *= gain;
        }
        write_wav(&row.out.target, &audio, rate)?;
        let outcome = Outcome {
            out: &self.out,
            row: self.row.row,
            part: row.part,
            seconds: audio.len() as f64 / f64::from(rate),
            rate,
            peak,
            gain,
            read_as: &row.read_as,
        };
        output::show(common, &outcome, |outcome| {
            let softer = match gain {
                1.0 => String::new(),
                gain => format!(", made softer by a factor of {:.2}", 1.0 / gain),
            };
            let (out, row, part) = (outcome.out.display(), outcome.row, &outcome.part);
            let seconds = outcome.seconds;
            format!(
                "{out}: series {row}, {part}, {seconds} s at {rate} Hz, peak {peak:.3}{softer}\n"
            )
        })
    }
}
