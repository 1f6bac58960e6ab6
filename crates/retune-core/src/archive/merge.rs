//! Many results as one table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::sets::within;
use super::{Identity, Job, JobResult, Outcome};
use crate::wording::escaped;
use crate::{Error, ErrorKind};

/// The columns of the table before those of the baselines.
const HEAD: &str = "dataset\tpreset\tseed\taccuracy\tlog_loss\tbrier\tcalibration_error\tn_train\tn_test\tclasses\t\
                    length\terror\tretune\tsource\tsource_sha256";

/// The results of a whole archive.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// What made those of each method, by its name.
    pub identities: BTreeMap<String, Identity>,
    /// All of them, sorted by data set, preset and seed.
    pub results: Vec<JobResult>,
    /// The files that they were read from, twice read ones too.
    pub files: Vec<PathBuf>,
}

/// Reads the results in all folders, in whatever order.
///
/// A result that is in several folders must say the same in all of them, but for its times.
///
/// # Errors
///
/// For a missing folder, no results, a damaged result, results of several versions, results of one method
/// from several sources or sets of options, results of one data set from several files, and two results of one
/// job that differ.
pub fn merge(folders: &[PathBuf]) -> Result<Results, Error> {
    let mut found = BTreeMap::<Job, (PathBuf, JobResult)>::new();
    let mut read = Vec::new();
    for folder in folders {
        for path in files(folder)? {
            read.push(path.clone());
            let result = JobResult::read(&path)?;
            if let Some((other, known)) = found.get(&result.job) {
                let of = |one: &JobResult| (one.identity.clone(), one.data_sha256.clone());
                if of(known) != of(&result)
                    || line(known, &baselines([known])) != line(&result, &baselines([&result]))
                {
                    let (one, other) = (other.display(), path.display());
                    let message = format!("{one} and {other} are of the same job but differ");
                    return Err(Error::new(ErrorKind::Mismatch, message)
                        .with_hint("remove the one that is out of date"));
                }
                continue;
            }
            found.insert(result.job.clone(), (path, result));
        }
    }
    if found.is_empty() {
        let folders = folders.iter().map(|folder| folder.display().to_string());
        let folders: Vec<String> = folders.collect();
        let message = format!("there are no results in {}", folders.join(", "));
        return Err(Error::new(ErrorKind::Empty, message)
            .with_hint("make some first with `retune archive run`"));
    }
    let mut identities = BTreeMap::<String, Identity>::new();
    let mut data = BTreeMap::<&str, &str>::new();
    for (path, result) in found.values() {
        if let Some(sha256) = &result.data_sha256 {
            let first = data.entry(&result.job.dataset).or_insert(sha256);
            result.check_data(path, Some(first))?;
        }
        let method = result.job.method();
        let known = identities.get(&method);
        let known = known.cloned().unwrap_or_else(|| Identity {
            // One version for all methods.
            retune: identities
                .values()
                .next()
                .map_or_else(|| result.identity.retune.clone(), |one| one.retune.clone()),
            ..result.identity.clone()
        });
        result.check_identity(path, &known)?;
        identities.insert(method, known);
    }
    let results = found.into_values().map(|(_, result)| result).collect();
    Ok(Results {
        identities,
        results,
        files: read,
    })
}

/// The files that are named as results are, sorted.
fn files(folder: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let is_result = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let parts: Vec<&str> = name.split('.').collect();
        matches!(parts[..], [_, _, seed, "json"] if seed.parse::<u64>().is_ok())
    };
    Ok(within(folder)?.into_iter().filter(is_result).collect())
}

impl Results {
    /// The jobs that failed, each with its reason.
    pub fn failures(&self) -> impl Iterator<Item = (&Job, &str)> {
        let results = self.results.iter();
        results.filter_map(|result| match &result.outcome {
            Outcome::Scores(_) => None,
            Outcome::Error(error) => Some((&result.job, error.as_str())),
        })
    }

    /// A tab-separated table with a line for each job; accuracies from 0 to 1. It holds no times,
    /// and is the same bytes whatever order and parts the results were made in.
    pub fn table(&self) -> String {
        let baselines = baselines(&self.results);
        let named = baselines
            .iter()
            .map(|name| format!("\tbaseline:{}", escaped(name)));
        let lines = self.results.iter().map(|result| line(result, &baselines));
        format!("{HEAD}{}\n", named.collect::<String>()) + &lines.collect::<String>()
    }
}

/// The names of all baselines.
fn baselines<'a>(results: impl IntoIterator<Item = &'a JobResult>) -> BTreeSet<&'a str> {
    let scores = results.into_iter().filter_map(JobResult::scores);
    let names = scores.flat_map(|scores| scores.baselines.keys());
    names.map(String::as_str).collect()
}

fn line(result: &JobResult, baselines: &BTreeSet<&str>) -> String {
    let (job, identity) = (&result.job, &result.identity);
    let outcome = match &result.outcome {
        Outcome::Scores(scores) => format!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t",
            scores.accuracy,
            scores.log_loss,
            scores.brier,
            scores.calibration_error,
            scores.n_train,
            scores.n_test,
            scores.classes,
            scores.length
        ),
        // A reason must stay one field of one line.
        Outcome::Error(error) => "\t".repeat(8) + &error.replace(char::is_control, " "),
    };
    let known = |name: &&str| result.scores()?.baselines.get(*name);
    let accuracy = |name| "\t".to_owned() + &known(name).map_or(String::new(), f64::to_string);
    format!(
        "{}\t{}\t{}\t{outcome}\t{}\t{}\t{}{}\n",
        escaped(&job.dataset),
        escaped(&job.method()),
        job.seed,
        escaped(&identity.retune),
        escaped(&identity.source),
        escaped(&identity.source_sha256),
        baselines.iter().map(accuracy).collect::<String>()
    )
}
