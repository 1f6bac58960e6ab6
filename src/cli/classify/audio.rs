//! `retune classify --audio`: the cases are recordings.

use retune::audio::Recordings;

use crate::cli::prelude::*;

/// Recordings as cases.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Recordings")]
pub struct AudioArgs {
    /// Classify recordings: a folder with train/WORD/*.wav and test/WORD/*.wav, one with WORD/*.wav and
    /// testing_list.txt (Speech Commands), or a table with the columns path, label and split. With the preset
    /// paper a sound is trained on top of them (AR-SCR)
    #[arg(long, value_name = "FOLDER|TABLE", conflicts_with_all = ["dataset", "train", "test", "transforms", "black_box", "source_command"])]
    pub audio: Option<PathBuf>,
    /// Train on so many recordings of each class, drawn by the seed
    #[arg(long, value_name = "N", value_parser = count)]
    per_class: Option<usize>,
    /// Compare with the attention-RNN trained on the recordings itself, from its own weights and from random
    /// ones, which is no reprogramming (needs a build with the feature import)
    #[arg(long)]
    pub trained_controls: bool,
}

/// What is said of recordings in results.
#[derive(Debug, Serialize)]
pub struct AudioRecord {
    /// Samples a second.
    pub rate: u32,
    pub seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_class: Option<usize>,
}

impl AudioArgs {
    /// The recordings, where they are asked for. What is an option of them alone is refused without: clap
    /// asks for no argument that conflicts with one that was given.
    pub fn path(&self) -> Result<Option<&Path>> {
        ensure!(
            self.audio.is_some() || self.per_class.is_none(),
            problem("--per-class is for recordings", "give them with --audio")
        );
        ensure!(
            self.audio.is_some() || !self.trained_controls,
            problem(
                "--trained-controls is for recordings",
                "give them with --audio"
            )
        );
        #[cfg(not(feature = "import"))]
        ensure!(
            !self.trained_controls,
            problem(
                "what trains networks is not compiled in",
                "leave out --trained-controls, or build with `cargo build --release --features import`"
            )
        );
        Ok(self.audio.as_deref())
    }

    /// Reads the recordings for some sources, at the rate of the first: no longer than any of them hears at once.
    pub fn read(
        &self,
        path: &Path,
        sources: &[SourceWeights],
        read: &ScoredArgs,
        seed: u64,
    ) -> Result<(Dataset, AudioRecord)> {
        let mut found = Recordings::find(path)?;
        if let Some(count) = self.per_class {
            found.keep_per_class(count, seed)?;
        }
        let inputs = sources.iter().map(|source| {
            let audio = source.spec().audio;
            audio.ok_or_else(|| anyhow!("the source {} takes no audio", source.name()))
        });
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        let rate = inputs.first().map_or(0, |audio| audio.rate);
        let samples = inputs.iter().map(|audio| {
            let samples = audio.samples as u64 * u64::from(rate);
            samples.div_ceil(u64::from(audio.rate.max(1))) as usize
        });
        let data = found.read(rate, samples.max().unwrap_or(0), read.options().strict)?;
        let length = data.train.series.first().map_or(0, Vec::len);
        let record = AudioRecord {
            rate,
            seconds: length as f64 / f64::from(rate.max(1)),
            per_class: self.per_class,
        };
        Ok((data, record))
    }
}

impl AudioRecord {
    /// The settings of a fit on them.
    pub fn settings(&self, fitting: &super::FitArgs, seed: u64) -> Result<FitSettings> {
        fitting.settings_of_recordings(self.rate, seed)
    }
}
