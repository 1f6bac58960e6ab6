//! Which jobs there are, and running those that are not done.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use serde::Serialize;

use super::{Identity, Job, JobResult, Outcome};
use crate::storage::check_writable;
use crate::{Error, ErrorKind};

/// The most seeds of a data set and preset.
const MOST_SEEDS: u64 = 10_000;

/// All jobs, sorted, each once: every data set with every preset and the seeds from 0.
///
/// # Errors
///
/// When there are none, and for a name that cannot be part of a file's.
pub fn jobs(sets: &[String], presets: &[String], seeds: u64) -> Result<Vec<Job>, Error> {
    let counts = [sets.len(), presets.len(), seeds as usize];
    let mut counts = counts.into_iter().zip(["data sets", "presets", "seeds"]);
    if let Some((_, what)) = counts.find(|(count, _)| *count == 0) {
        let message = format!("there are no {what} to run");
        return Err(Error::new(ErrorKind::Empty, message).with_hint("give at least one"));
    }
    if seeds > MOST_SEEDS {
        let message = format!("there are {seeds} seeds; expected {MOST_SEEDS} at most");
        return Err(Error::new(ErrorKind::Setting, message).with_setting("seeds", ""));
    }
    let bad = |name: &&String| {
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        name.is_empty() || name.len() > 100 || !name.chars().all(letter)
    };
    for (what, names) in [("data set", sets), ("preset", presets)] {
        if let Some(name) = names.iter().find(bad) {
            let message = format!("`{name}` cannot be the name of a {what}");
            return Err(Error::new(ErrorKind::Setting, message)
                .with_hint("use letters, digits, `-` and `_` only"));
        }
    }
    let mut jobs = BTreeSet::new();
    for (dataset, preset) in sets
        .iter()
        .flat_map(|set| presets.iter().map(move |one| (set, one)))
    {
        jobs.extend((0..seeds).map(|seed| Job {
            dataset: dataset.clone(),
            preset: preset.clone(),
            mapping: None,
            seed,
        }));
    }
    Ok(jobs.into_iter().collect())
}

/// One of several equal parts of the jobs: every `count`-th from the `index`-th on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// All jobs.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Part `number` of `count`, counted from 1; `None` when there is no such part.
    pub fn new(number: usize, count: usize) -> Option<Self> {
        (1..=count).contains(&number).then(|| Self {
            index: number - 1,
            count,
        })
    }

    /// The part that a task of a Slurm job array has to do, or `None` outside of one; `variable`
    /// looks up the environment.
    ///
    /// # Errors
    ///
    /// When the numbers of the tasks have gaps, or are none.
    pub fn from_job_array(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Error> {
        const TASK: &str = "SLURM_ARRAY_TASK_ID";
        let wrong = |name: &str, found: &str| {
            let problem = "does not tell which part of the array this is";
            let message = format!("{name} is `{found}`, which {problem}");
            Error::new(ErrorKind::Setting, message)
                .with_hint("submit with `--array=1-N`, or name the part")
                .with_setting("shard", "i/n")
        };
        let number = |name: &str| match variable(name) {
            None => Ok(None),
            Some(found) => match found.trim().parse::<usize>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(wrong(name, &found)),
            },
        };
        let Some(task) = number(TASK)? else {
            return Ok(None);
        };
        let count = number("SLURM_ARRAY_TASK_COUNT")?.unwrap_or(0);
        let first = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(1);
        let step = number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1);
        let place = task.checked_sub(first).filter(|far| far % step == 0);
        let shard = place.and_then(|far| Self::new(far / step + 1, count));
        let shard = shard.ok_or_else(|| wrong(TASK, &task.to_string()))?;
        Ok(Some(shard))
    }

    /// Its jobs, of all jobs in their order.
    pub fn of(self, jobs: Vec<Job>) -> Vec<Job> {
        let jobs = jobs.into_iter().skip(self.index);
        jobs.step_by(self.count).collect()
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let shard = text.split_once('/').and_then(|(number, count)| {
            Self::new(number.trim().parse().ok()?, count.trim().parse().ok()?)
        });
        shard.ok_or_else(|| {
            let message = format!("the shard is `{text}`, expected i/n with i from 1 to n");
            Error::new(ErrorKind::Setting, message)
                .with_hint("name a part, such as the first of four")
                .with_setting("shard", "1/4")
        })
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy)]
pub struct RunProgress<'a> {
    /// The job that was done last and the reason why it failed, if it did.
    pub failed: Option<(&'a Job, &'a str)>,
    /// The job that is next.
    pub next: Option<&'a Job>,
    /// Jobs done, with those whose results were there.
    pub done: usize,
    /// All jobs.
    pub total: usize,
}

/// A job that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What was run.
    #[serde(flatten)]
    pub job: Job,
    /// Why it failed.
    pub error: String,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RunSummary {
    /// Jobs whose results were there, but for those that failed.
    pub present: usize,
    /// Jobs that were scored.
    pub scored: usize,
    /// Jobs that failed, now or before.
    pub failed: usize,
    /// These, in their order.
    pub failures: Vec<Failure>,
}

impl RunSummary {
    fn add_failure(&mut self, job: &Job, error: String) {
        self.failed += 1;
        let job = job.clone();
        self.failures.push(Failure { job, error });
    }
}

/// Runs the jobs whose results are not in `folder`, in order, and writes each result there; a result
/// that was cut short or altered is redone.
///
/// `origin` says what runs a job and the sha256 of its data, if that can be read: a result of anything else is
/// not taken over. Jobs that failed before are run again with `retry_failed`, or where their data is another
/// now. `work` runs a job; what it fails with is written in place of its scores, and the next job is run.
/// `show` is called before the first job and after each.
///
/// # Errors
///
/// Before any work when a result of another version, source, set of options or of other data is there, and
/// when results cannot be written.
pub fn run(
    folder: &Path,
    jobs: &[Job],
    mut origin: impl FnMut(&Job) -> (Identity, Option<String>),
    retry_failed: bool,
    mut work: impl FnMut(&Job) -> Outcome,
    mut show: impl FnMut(RunProgress),
) -> Result<RunSummary, Error> {
    fs::create_dir_all(folder).map_err(|source| Error::write(folder, source))?;
    let mut summary = RunSummary::default();
    let (mut left, mut there) = (Vec::new(), 0);
    for job in jobs {
        let path = folder.join(job.file_name());
        let (identity, data) = origin(job);
        // What cannot be read is redone; if the folder is at fault, writing will tell.
        let Ok(result) = JobResult::read(&path) else {
            left.push((job, identity, data));
            continue;
        };
        if result.scores().is_none() && (retry_failed || result.data_sha256 != data) {
            left.push((job, identity, data));
            continue;
        }
        result.check_identity(&path, &identity)?;
        result.check_data(&path, data.as_deref())?;
        there += 1;
        match result.outcome {
            Outcome::Scores(_) => summary.present += 1,
            Outcome::Error(error) => summary.add_failure(job, error),
        }
    }
    if let Some((job, ..)) = left.first() {
        let path = folder.join(job.file_name());
        check_writable(&path).map_err(|source| Error::write(&path, source))?;
    }
    let done_before = there;
    let at = |place: usize| RunProgress {
        failed: None,
        next: left.get(place).map(|(job, ..)| *job),
        done: done_before + place,
        total: jobs.len(),
    };
    show(at(0));
    for (place, (job, identity, data_sha256)) in left.iter().enumerate() {
        let mut result = JobResult {
            job: (*job).clone(),
            identity: identity.clone(),
            data_sha256: data_sha256.clone(),
            outcome: work(job),
        };
        if let Some(problem) = result.problem() {
            // Scores that are no numbers are a failure of the job, not of the run.
            result.outcome = Outcome::Error(problem);
        }
        result.write(folder)?;
        match result.outcome {
            Outcome::Scores(_) => {
                summary.scored += 1;
                show(at(place + 1));
            }
            Outcome::Error(error) => {
                let failed = Some((*job, error.as_str()));
                show(RunProgress {
                    failed,
                    ..at(place + 1)
                });
                summary.add_failure(job, error);
            }
        }
    }
    summary
        .failures
        .sort_by(|one, other| one.job.cmp(&other.job));
    Ok(summary)
}
