//! `retune hear`: what the source hears of a series, as a recording.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::audio::write_wav;
use retune::engine::Classifier;
use serde::Serialize;

use super::args::{BackendArgs, Common};
use super::output::{self, OutputFile};
use super::program::{ProgramArgs, RowArgs};

/// Write what the source hears of a series as a WAV file
///
/// Where the amplitude goes beyond ±1, which a WAV file cannot hold, the whole clip is made softer.
/// The source does not notice: it scales each clip itself.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramArgs,
    #[command(flatten)]
    row: RowArgs,
    /// The WAV file to write
    #[arg(long, value_name = "FILE.wav")]
    out: PathBuf,
    #[command(flatten)]
    backend: BackendArgs,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    out: PathBuf,
    row: usize,
    seconds: f64,
    rate: u32,
    /// The highest amplitude that the source hears.
    peak: f32,
    /// What the samples of the file were multiplied by.
    gain: f32,
}

impl Arguments {
    /// Writes the file and prints its name.
    pub fn run(&self, common: &Common) -> Result<()> {
        let mut inputs = self.program.inputs();
        inputs.push(&self.row.series);
        let out = OutputFile::check(&self.out, &inputs)?;
        let (program, source) = self.program.load()?;
        let (series, _) = self.row.read(&program)?;
        let classifier = Classifier::new(self.backend.engine()?, program, &source)?;
        let mut audio = classifier.hear(&series, self.row.part - 1)?;
        let rate = classifier.rate();
        let peak = audio
            .iter()
            .fold(0f32, |peak, sample| peak.max(sample.abs()));
        let gain = if peak > 1.0 { 1.0 / peak } else { 1.0 };
        for sample in &mut audio {
            *sample *= gain;
        }
        write_wav(out.target(), &audio, rate)?;
        let outcome = Outcome {
            out: out.path().to_owned(),
            row: self.row.row,
            seconds: audio.len() as f64 / f64::from(rate),
            rate,
            peak,
            gain,
        };
        output::show(common, &outcome, Outcome::describe)
    }
}

impl Outcome {
    fn describe(&self) -> String {
        let softer = match self.gain {
            1.0 => String::new(),
            gain => format!(", made softer by a factor of {:.2}", 1.0 / gain),
        };
        format!(
            "{}: series {}, {} s at {} Hz, peak {:.3}{softer}\n",
            self.out.display(),
            self.row,
            self.seconds,
            self.rate,
            self.peak,
        )
    }
}
