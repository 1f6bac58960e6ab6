//! `retune archive run`: fits and scores every data set of a folder.

use std::cell::RefCell;
use std::collections::BTreeSet;

use retune::archive::{
    Failure, Identity, Job, Outcome, Predictions, RunProgress, RunSummary, Scores, Seconds, Shard,
    jobs, run, wanted_sets,
};

use crate::cli::fitting::PRESETS;
use crate::cli::mapping::MappingArgs;
use crate::cli::prelude::*;
use crate::cli::problem::{about, hint};
use crate::cli::scoring::{ControlArgs, fit_and_score};

/// Fit and score every data set of a folder
///
/// Each data set, preset with its label mapping, and seed leaves one file in --out, and what is there
/// already is not run again, so that a run may be killed and started again, and spread over machines by
/// --shard; results of other options, sources or data files are refused. In a Slurm job array each task
/// takes its own part without --shard.
#[derive(Debug, Args)]
pub struct Arguments {
    // First, for the other fields take their values away.
    #[command(flatten)]
    given: Given,
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
    /// A folder to keep the predictions of each job in, as tsml-eval lays them out:
    /// FOLDER/retune-PRESET/Predictions/SET/testResampleSEED.csv; jobs that were done before leave none
    #[arg(long, value_name = "FOLDER")]
    predictions: Option<PathBuf>,
    #[command(flatten)]
    controls: ControlArgs,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    mapping: MappingArgs,
    #[command(flatten)]
    read: ScoredArgs,
}

/// Which jobs are run (a result is named after its mapping too), where, and what is kept beside: all other
/// options change what a result holds.
const OF_THE_RUN: [&str; 12] = [
    "data",
    "out",
    "sets",
    "presets",
    "seeds",
    "shard",
    "retry_failed",
    "sources",
    "mapping",
    "predictions",
    "backend",
    "adapter",
];

#[derive(Debug, Serialize)]
struct Summary<'a> {
    out: &'a Path,
    #[serde(flatten)]
    summary: RunSummary,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        common.refuse_seed()?;
        let sources = self.sources()?;
        let sets = wanted_sets(&self.data, &self.sets)?;
        let presets: Vec<String> = self.presets.iter().map(Preset::to_string).collect();
        let mut all = jobs(&sets, &presets, self.seeds as u64)?;
        for job in &mut all {
            job.mapping.clone_from(&self.mapping.mapping);
        }
        let presets = self.presets.iter();
        let presets = presets.map(|preset| {
            let settings = FitSettings::preset(*preset);
            self.mapping.check(&settings)?;
            let labels = self.mapping.of_sources(settings.labels, &sources)?;
            Ok(FitSettings { labels, ..settings })
        });
        let presets = presets.collect::<Result<Vec<FitSettings>>>()?;
        let shard = match self.shard {
            Some(shard) => shard,
            None => Shard::from_job_array(|name| std::env::var(name).ok())?.unwrap_or(Shard::WHOLE),
        };
        let mut data = BTreeMap::<String, Option<String>>::new();
        let origin = |job: &Job| {
            let sources = self.of_preset(&job.preset, &sources);
            let identity = Identity {
                retune: env!("CARGO_PKG_VERSION").to_owned(),
                source: joined(&sources, SourceWeights::name),
                source_sha256: joined(&sources, SourceWeights::sha256),
                settings: self.settings(),
            };
            let sum = || Dataset::sha256(&self.data.join(&job.dataset));
            let sum = data.entry(job.dataset.clone()).or_insert_with(sum);
            (identity, sum.clone())
        };
        let progress = RefCell::new(Progress::new(common, "archive"));
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
                _ => {
                    let known = self.read(job, &quiet)?;
                    progress.borrow_mut().note(&known.how_read());
                    known
                }
            };
            self.score(job, last.insert(known), (&sources, &presets), &quiet)
        };
        let fit = |job: &Job| match score(job) {
            Ok(scores) => Outcome::Scores(scores),
            Err(error) => Outcome::Error(self.reason(job, error)),
        };
        // The reason that was told last, with its data set.
        let mut told = (String::new(), String::new());
        let show = |at: RunProgress| {
            let mut progress = progress.borrow_mut();
            if let Some((job, reason)) = at.failed {
                let reason = (job.dataset.clone(), reason.to_owned());
                if told != reason {
                    progress.note(&format!("{} failed: {}", job.file_name(), reason.1));
                    told = reason;
                }
            }
            let next = at.next.map_or(String::new(), |job| {
                format!(", {} ({}, seed {})", job.dataset, job.method(), job.seed)
            });
            let detail = format!("{} of {}{next}", at.done, at.total);
            progress.at(at.done as u64, at.total as u64, &detail);
        };
        let (jobs, retry) = (shard.of(all), self.retry_failed);
        let summary = run(&self.out, &jobs, origin, retry, fit, show)?;
        drop(progress);
        let summary = Summary {
            out: &self.out,
            summary,
        };
        output::show(common, &summary, describe)?;
        match summary.summary.failed {
            0 => Ok(()),
            failed => {
                let message = format!(
                    "{failed} of {} failed",
                    text::counted(jobs.len(), "job", "jobs")
                );
                let hint = "put right what their reasons name, and run them again: `--retry-failed`; where that takes other \
                            options, the rest needs them as well, in another --out";
                Err(problem(message, hint).into())
            }
        }
    }

    /// Why a job failed, and what to do about it.
    fn reason(&self, job: &Job, error: anyhow::Error) -> String {
        let error = about(error, Some(&self.data.join(&job.dataset)));
        let hint = error.downcast_ref().and_then(hint);
        let hint = hint.map_or(String::new(), |hint| format!(" (hint: {hint})"));
        format!("{error}{hint}")
    }
}

/// The counts, and below them each job that failed with its reason.
fn describe(summary: &Summary) -> String {
    let (out, summary) = (summary.out.display(), &summary.summary);
    let counts = format!(
        "{} scored, {} there already, {} failed; results in {out}\n",
        summary.scored, summary.present, summary.failed
    );
    if summary.failures.is_empty() {
        return counts;
    }
    let rows = summary.failures.iter().map(|Failure { job, error }| {
        let seed = job.seed.to_string();
        [job.dataset.clone(), job.method(), seed, error.clone()]
    });
    let failed = text::headed(
        &[Left, Left, Right, Left],
        "failed,preset,seed,reason",
        rows,
    );
    format!("{failed}\n{counts}")
}

/// A data set and what does not change from job to job.
struct Known {
    data: Dataset,
    controls: BTreeMap<String, f64>,
    seconds: f64,
}

impl Known {
    /// How the training file was read, and the test file where that was otherwise.
    fn how_read(&self) -> String {
        let [train, test] = [&self.data.train.read_as, &self.data.test.read_as];
        match test.decisions == train.decisions {
            true => format!("read as: {train}"),
            false => format!("read as: {train}\nread as: {test}"),
        }
    }
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

    /// The options that change what a result holds, where they were given and are not their default.
    fn settings(&self) -> BTreeMap<String, String> {
        let command = Self::augment_args(clap::Command::new("run"));
        let options = command.get_arguments();
        let options = options.filter(|option| !OF_THE_RUN.contains(&option.get_id().as_str()));
        let given = options.filter_map(|option| {
            let values = self.given.values(option.get_id().as_str())?;
            let defaults = option.get_default_values().iter();
            let defaults = defaults.map(|value| value.to_string_lossy().into_owned());
            let is_default = defaults.collect::<Vec<_>>().join(" ") == values;
            (!is_default).then_some((option.get_long()?.to_owned(), values.to_owned()))
        });
        given.collect()
    }

    /// Those of all sources that a preset hears by.
    fn of_preset(&self, preset: &str, sources: &[SourceWeights]) -> Vec<SourceWeights> {
        let preset: Preset = preset.parse().expect("the jobs are of known presets");
        let wanted = |one: &&SourceWeights| {
            !self.sources.is_empty() || preset.sources().contains(&one.name())
        };
        sources.iter().filter(wanted).cloned().collect()
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
        (sources, presets): (&[SourceWeights], &[FitSettings]),
        common: &Common,
    ) -> Result<Scores> {
        let (data, backend) = (&known.data, &self.backend);
        let preset: Preset = job.preset.parse()?;
        let settings = presets.iter().find(|settings| settings.preset == preset);
        let settings = settings.expect("the jobs are of these presets");
        let settings = FitSettings {
            seed: job.seed,
            ..settings.clone()
        };
        let sources = self.of_preset(&job.preset, sources);
        let engine = backend.engine(common)?;
        let done = fit_and_score(engine, data, &sources, &settings, common, "fitting")?;
        let program = done.classifier.program();
        let start = Instant::now();
        let mut baselines = known.controls.clone();
        let controls = self.controls.controls;
        let random = controls.of_random_source(data, &sources, &settings, backend, common)?;
        let name = format!("random_source_{}", job.method());
        baselines.extend(random.map(|accuracy| (name, accuracy)));
        let scores = Scores {
            accuracy: done.score.accuracy,
            log_loss: done.score.log_loss,
            brier: done.score.brier,
            calibration_error: done.score.calibration_error,
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
            read_as: [&data.train.read_as, &data.test.read_as]
                .map(serde_json::to_value)
                .into_iter()
                .collect::<Result<_, _>>()?,
        };
        if let Some(folder) = &self.predictions {
            let found = done.predictions.iter();
            let found: Vec<_> = found
                .map(|one| (one.class, &one.probabilities[..]))
                .collect();
            let predictions = Predictions {
                classes: program.labels(),
                truth: &data.test.labels,
                found: &found,
            };
            predictions.write(folder, job, &scores)?;
        }
        Ok(scores)
    }
}
