//! Many results as one table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{ArchiveError, Identity, Job, JobResult, Outcome};

/// The results of a whole archive, sorted by data set, preset and seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    identity: Identity,
    results: Vec<JobResult>,
}

/// Reads the results in all folders, in whatever order.
///
/// A result that is in several folders must say the same in all of them, but for its times.
///
/// # Errors
///
/// [`ArchiveError`] for a missing folder, no results, a damaged result, results of several versions
/// or sources, and two results of one job that differ.
pub fn merge(folders: &[PathBuf]) -> Result<Results, ArchiveError> {
    let mut found = BTreeMap::<Job, (PathBuf, JobResult)>::new();
    for folder in folders {
        for path in files(folder)? {
            let result = JobResult::read(&path)?;
            if let Some((other, known)) = found.get(&result.job) {
                if line(known, &baselines([known])) != line(&result, &baselines([&result])) {
                    return Err(ArchiveError::Conflict {
                        one: other.clone(),
                        other: path,
                    });
                }
                continue;
            }
            found.insert(result.job.clone(), (path, result));
        }
    }
    let Some((_, first)) = found.values().next() else {
        return Err(ArchiveError::NoResults {
            folders: folders
                .iter()
                .map(|folder| folder.display().to_string())
                .collect::<Vec<_>>()
                .join(", "),
        });
    };
    let identity = first.identity.clone();
    if let Some((path, other)) = found
        .values()
        .find(|(_, result)| result.identity != identity)
    {
        return Err(ArchiveError::OtherRun {
            path: path.clone(),
            found: other.identity.to_string(),
            expected: identity.to_string(),
        });
    }
    let results = found.into_values().map(|(_, result)| result).collect();
    Ok(Results { identity, results })
}

/// The files that are named as results are, sorted.
fn files(folder: &Path) -> Result<BTreeSet<PathBuf>, ArchiveError> {
    if !folder.is_dir() {
        return Err(ArchiveError::MissingFolder {
            path: folder.to_owned(),
        });
    }
    let unreadable = |source| ArchiveError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let parts: Vec<&str> = name.split('.').collect();
        if let [_, _, seed, "json"] = parts[..]
            && seed.parse::<u64>().is_ok()
        {
            files.insert(path);
        }
    }
    Ok(files)
}

impl Results {
    /// The version and source of all of them.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// All of them, sorted.
    pub fn results(&self) -> &[JobResult] {
        &self.results
    }

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
        let named = baselines.iter().map(|name| format!("baseline:{name}"));
        let head: Vec<String> = HEAD.into_iter().map(str::to_owned).chain(named).collect();
        let mut table = head.join("\t") + "\n";
        for result in &self.results {
            table.push_str(&line(result, &baselines));
        }
        table
    }
}

const HEAD: [&str; 14] = [
    "dataset",
    "preset",
    "seed",
    "accuracy",
    "log_loss",
    "brier",
    "n_train",
    "n_test",
    "classes",
    "length",
    "error",
    "retune",
    "source",
    "source_sha256",
];

/// The names of all baselines.
fn baselines<'a>(results: impl IntoIterator<Item = &'a JobResult>) -> BTreeSet<&'a str> {
    let scores = results.into_iter().filter_map(JobResult::scores);
    scores
        .flat_map(|scores| scores.baselines.keys().map(String::as_str))
        .collect()
}

fn line(result: &JobResult, baselines: &BTreeSet<&str>) -> String {
    let JobResult {
        job,
        identity,
        outcome,
    } = result;
    let mut fields = vec![
        job.dataset.clone(),
        job.preset.clone(),
        job.seed.to_string(),
    ];
    match outcome {
        Outcome::Scores(scores) => {
            let numbers = [scores.accuracy, scores.log_loss, scores.brier];
            fields.extend(numbers.map(|number| number.to_string()));
            let sizes = [scores.n_train, scores.n_test, scores.classes, scores.length];
            fields.extend(sizes.map(|size| size.to_string()));
            fields.push(String::new());
        }
        Outcome::Error(error) => {
            fields.extend(std::iter::repeat_n(String::new(), 7));
            // A reason must stay one field of one line.
            fields.push(error.replace(char::is_control, " "));
        }
    }
    fields.extend([
        identity.retune.clone(),
        identity.source.clone(),
        identity.source_sha256.clone(),
    ]);
    for name in baselines {
        let accuracy = result
            .scores()
            .and_then(|scores| scores.baselines.get(*name));
        fields.push(accuracy.map(f64::to_string).unwrap_or_default());
    }
    fields.join("\t") + "\n"
}
