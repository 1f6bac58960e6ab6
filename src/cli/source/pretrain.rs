//! `retune source pretrain`: trains a source on recorded words.

use retune::source::Report;
use retune::source::attention_rnn::pretrain::{EpochProgress, PretrainSettings, Prior};

use super::test;
use crate::cli::output::with_suffix;
use crate::cli::prelude::*;

/// Train a source on recorded words
///
/// The recordings lie as in Speech Commands, DIR/WORD/SPEAKER_nohash_N.wav, and are split by the
/// speaker; or they are split already, as DIR/train/WORD, DIR/val/WORD and DIR/test/WORD.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The recordings
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Where to save the source
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,
    /// The name of the source; that of the file it is saved as without
    #[arg(long)]
    name: Option<String>,
    /// Background noise; DIR/_background_noise_ without, where it exists
    #[arg(long, value_name = "DIR")]
    noise: Option<PathBuf>,
    /// A source whose answers are mixed with the true words
    #[arg(long, value_name = "NAME|FILE")]
    teacher: Option<String>,
    /// Where to write accuracy and confusion matrix; OUT.report.json without
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Where to keep the state after each epoch; OUT.checkpoint without
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint of a run that was interrupted
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    training: Training,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Training")]
struct Training {
    /// Passes over the recordings
    #[arg(long, value_name = "N", value_parser = count, default_value_t = PretrainSettings::default().epochs)]
    epochs: usize,
    /// Recordings in each step
    #[arg(long, value_name = "N", value_parser = count, default_value_t = PretrainSettings::default().batch)]
    batch: usize,
    /// The highest learning rate of Adam
    #[arg(long, value_name = "RATE", value_parser = positive, default_value_t = PretrainSettings::default().learning_rate)]
    learning_rate: f64,
    /// The teacher's part in the target, from 0 to 1
    #[arg(long, value_name = "PART", value_parser = part, default_value_t = PretrainSettings::default().teacher_weight)]
    teacher_weight: f32,
    /// The weight of the distance to what happens inside the teacher
    #[arg(long, value_name = "WEIGHT", value_parser = not_negative_single, default_value_t = PretrainSettings::default().hint_weight)]
    hint_weight: f32,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    out: &'a Path,
    source: SourceReference,
    /// The sha256 of the teacher.
    teacher: Option<String>,
    settings: PretrainSettings,
    /// The split that was heard.
    split: &'static str,
    test: Report,
    report: &'a Path,
    seconds: f64,
    backend: String,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let [out, report, checkpoint] = self.files()?;
        let settings = PretrainSettings {
            name: self.name.clone().unwrap_or_else(|| out.stem()),
            epochs: self.training.epochs,
            batch: self.training.batch,
            learning_rate: self.training.learning_rate,
            teacher_weight: self.training.teacher_weight,
            hint_weight: self.training.hint_weight,
            seed: common.seed,
            ..PretrainSettings::default()
        };
        let teacher = self.teacher.as_deref();
        let teacher = teacher.map(SourceWeights::find).transpose()?;
        let spec = SourceWeights::find(DEFAULT_SOURCE)?;
        let read = || SpeechFolder::read(&self.folder, self.noise.as_deref(), spec.spec());
        let speech = Waiting::during(common, "reading the recordings", read)?;

        let start = Instant::now();
        let engine = self.backend.engine(common)?;
        let mut progress = Progress::new(common, "training");
        let epochs = settings.epochs;
        let source = engine.pretrain(
            &speech,
            &settings,
            Prior {
                teacher: teacher.as_ref(),
                ..Prior::default()
            },
            Some(&checkpoint.path),
            self.resume,
            &mut |at| show_step(&mut progress, at, epochs),
        )?;
        drop(progress);
        source.save(&out.target)?;
        let seconds = start.elapsed().as_secs_f64();

        let (split, clips) = match (&speech.test, &speech.validation) {
            (test, _) if !test.is_empty() => ("test", test),
            (_, validation) if !validation.is_empty() => ("val", validation),
            _ => ("train", &speech.train),
        };
        let what = format!("hearing {} recordings", clips.len());
        let test = Waiting::during(common, what, || engine.measure(&source, clips))?;
        let outcome = Outcome {
            out: &self.out,
            source: SourceReference::of(source.spec()),
            teacher: teacher.map(|teacher| teacher.sha256().to_owned()),
            settings,
            split,
            test,
            report: &report.path,
            seconds,
            backend: engine.to_string(),
        };
        report.write(output::json(&outcome)?.as_bytes())?;
        // All is saved; a checkpoint that stays does no harm.
        let _ = std::fs::remove_file(&checkpoint.path);
        output::show(common, &outcome, describe)
    }

    /// Checks the source, the report and the checkpoint before hours are spent.
    fn files(&self) -> Result<[OutputFile; 3]> {
        let teacher = self.teacher.as_deref().map(Path::new);
        let inputs: Vec<&Path> = teacher.into_iter().collect();
        let beside = |given: &Option<PathBuf>, suffix: &str| match given {
            Some(path) => OutputFile::check(path, &inputs),
            None => OutputFile::check(&with_suffix(&self.out, suffix), &inputs),
        };
        let files = [
            OutputFile::check(&self.out, &inputs)?,
            beside(&self.report, ".report.json")?,
            beside(&self.checkpoint, ".checkpoint")?,
        ];
        let [out, report, checkpoint] = files.each_ref().map(|file| &file.target);
        if out == report || out == checkpoint || report == checkpoint {
            let message = "two of the source, the report and the checkpoint are the same file";
            let hint = "give --out, --report and --checkpoint names of their own";
            bail!(problem(message, hint));
        }
        let path = &files[2].path;
        let shown = path.display();
        match (path.exists(), self.resume) {
            (true, false) => bail!(problem(
                format!("{shown} is there already, from a run that was interrupted"),
                "go on with --resume, or delete the file to start anew"
            )),
            (false, true) => bail!(problem(
                format!("there is no checkpoint {shown}"),
                "start anew without --resume, or give the file with --checkpoint"
            )),
            _ => Ok(files),
        }
    }
}

/// Shows each step, and leaves a line for each epoch.
fn show_step(progress: &mut Progress, at: &EpochProgress, epochs: usize) {
    if at.loss.is_nan() {
        let accuracy = at.validation_accuracy.map(text::accuracy);
        let accuracy = accuracy.map(|accuracy| format!(": validation accuracy {accuracy}"));
        let accuracy = accuracy.unwrap_or_default();
        progress.note(&format!("epoch {} of {epochs} done{accuracy}", at.epoch));
        return;
    }
    let done = (at.epoch - 1) * at.steps + at.step;
    let detail = format!("epoch {} of {epochs}, loss {:.3}", at.epoch, at.loss);
    progress.at(done as u64, (epochs * at.steps) as u64, &detail);
}

fn describe(outcome: &Outcome) -> String {
    format!(
        "{}: source {}, sha256 {}\n\
         trained for {} epochs in {} ({} backend, seed {})\n\
         report written to {}\n\n\
         on the {} split:\n\n{}",
        outcome.out.display(),
        outcome.source.name,
        outcome.source.sha256,
        outcome.settings.epochs,
        text::seconds(outcome.seconds),
        outcome.backend,
        outcome.settings.seed,
        outcome.report.display(),
        outcome.split,
        test::summary(&outcome.test)
    )
}
