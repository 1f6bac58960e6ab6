//! `retune archive run`: fits and scores every data set of a folder.

use std::collections::BTreeSet;

use retune::archive::{
    Identity, Job, Outcome, RunProgress, RunSummary, Scores, Seconds, Shard, jobs, run, wanted_sets,
};

use crate::cli::fitting::PRESETS;
use crate::cli::prelude::*;
use crate::cli::scoring::{ControlArgs, fit_and_score};

/// Fit and score every data set of a folder
///
/// Each data set, preset and seed leaves one file in --out, and what is there already is not run
/// again, so that a run may be killed and started again, and spread over machines by --shard. In a
/// Slurm job array each task takes its own part without it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder that holds a folder for each data set
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// The folder for results
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Only these data sets
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    sets: Vec<String>,
    /// The presets to run
    #[arg(
        long,
        value_name = "A,B",
        value_delimiter = ',',
        default_value = "default",
        value_parser = choice::<Preset>(&PRESETS)
    )]
    presets: Vec<Preset>,
    /// How many seeds, from 0
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count)]
    seeds: usize,
    /// Only the i-th of n parts, as in 1/4
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Run again what failed
    #[arg(long)]
    retry_failed: bool,
    /// A source model: one that is shipped, or a file; several in as many options [default: those of
    /// each preset]
    #[arg(long = "source", value_name = "NAME|FILE")]
    sources: Vec<String>,
    #[command(flatten)]
    controls: ControlArgs,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    read: ScoredArgs,
}

#[derive(Debug, Serialize)]
struct Summary<'a> {
    out: &'a Path,
    #[serde(flatten)]
    summary: RunSummary,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let sources = self.sources()?;
        let sets = wanted_sets(&self.data, &self.sets)?;
        let presets: Vec<String> = self.presets.iter().map(Preset::to_string).collect();
        let all = jobs(&sets, &presets, self.seeds as u64)?;
        let shard = match self.shard {
            Some(shard) => shard,
            None => Shard::from_job_array(|name| std::env::var(name).ok())?.unwrap_or(Shard::WHOLE),
        };
        let identity = Identity {
            retune: env!("CARGO_PKG_VERSION").to_owned(),
            source: joined(&sources, SourceWeights::name),
            source_sha256: joined(&sources, SourceWeights::sha256),
        };
        let mut progress = Progress::new(common, "archive");
        // One progress bar is enough.
        let quiet = Common {
            quiet: true,
            ..common.clone()
        };
        // The data set of the last job: its presets and seeds come one after the other.
        let mut last: Option<Known> = None;
        let mut score = |job: &Job| {
            let known = match last.take() {
                Some(known) if known.data.name == job.dataset => known,
                _ => self.read(job, &quiet)?,
            };
            self.score(job, last.insert(known), &sources, &quiet)
        };
        let fit = |job: &Job| match score(job) {
            Ok(scores) => Outcome::Scores(scores),
            Err(error) => Outcome::Error(error.to_string()),
        };
        let show = |at: RunProgress| {
            if let Some(job) = at.failed {
                progress.note(&format!("{} failed", job.file_name()));
            }
            let next = at.next.map_or(String::new(), |job| {
                format!(", {} ({}, seed {})", job.dataset, job.preset, job.seed)
            });
            let detail = format!("{} of {}{next}", at.done, at.total);
            progress.at(at.done as u64, at.total as u64, &detail);
        };
        let (jobs, retry) = (shard.of(all), self.retry_failed);
        let summary = run(&self.out, &jobs, &identity, retry, fit, show)?;
        drop(progress);
        let out = &self.out;
        output::show(common, &Summary { out, summary }, |_| {
            let (present, scored, failed) = (summary.present, summary.scored, summary.failed);
            let out = out.display();
            format!("{scored} scored, {present} there already, {failed} failed; results in {out}\n")
        })
    }
}

/// A data set and what does not change from job to job.
struct Known {
    data: Dataset,
    controls: BTreeMap<String, f64>,
    seconds: f64,
}

/// What sources are called together.
fn joined(sources: &[SourceWeights], of: impl Fn(&SourceWeights) -> &str) -> String {
    sources.iter().map(of).collect::<Vec<_>>().join("+")
}

impl Arguments {
    /// The sources of all presets, unless others are asked for.
    fn sources(&self) -> Result<Vec<SourceWeights>> {
        let of_presets = self.presets.iter().flat_map(|preset| preset.sources());
        let mut names: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        if names.is_empty() {
            names.extend(of_presets.copied());
        }
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        let found = names.into_iter().map(|name| Ok(SourceWeights::find(name)?));
        found.collect()
    }

    fn read(&self, job: &Job, common: &Common) -> Result<Known> {
        let mut data = Dataset::read(&self.data.join(&job.dataset), &self.read.options())?;
        data.name.clone_from(&job.dataset);
        let start = Instant::now();
        let controls = self.controls.controls;
        Ok(Known {
            controls: controls.of_data(&data, Scaling::default(), common)?,
            data,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    fn score(
        &self,
        job: &Job,
        known: &Known,
        sources: &[SourceWeights],
        common: &Common,
    ) -> Result<Scores> {
        let (data, backend) = (&known.data, &self.backend);
        let preset: Preset = job.preset.parse()?;
        let settings = FitSettings {
            seed: job.seed,
            ..FitSettings::preset(preset)
        };
        let of_preset = |one: &&SourceWeights| preset.sources().contains(&one.name());
        let sources: Vec<SourceWeights> = match self.sources.is_empty() {
            true => sources.iter().filter(of_preset).cloned().collect(),
            false => sources.to_vec(),
        };
        let engine = backend.engine()?;
        let done = fit_and_score(engine, data, &sources, &settings, common, "fitting")?;
        let program = done.classifier.program();
        let start = Instant::now();
        let mut baselines = known.controls.clone();
        let controls = self.controls.controls;
        let random = controls.of_random_source(data, &sources, &settings, backend, common)?;
        let name = format!("random_source_{}", job.preset);
        baselines.extend(random.map(|accuracy| (name, accuracy)));
        Ok(Scores {
            accuracy: done.score.accuracy,
            log_loss: done.score.log_loss,
            brier: done.score.brier,
            baselines,
            n_train: data.train.len(),
            n_test: data.test.len(),
            classes: program.labels().len(),
            length: program.series_length(),
            seconds: Seconds {
                fit: done.seconds.fit,
                predict: done.seconds.predict,
                baselines: known.seconds + start.elapsed().as_secs_f64(),
            },
        })
    }
}
