//! The process that measures one backend: how it is started, and what it does.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use burn::tensor::backend::AutodiffBackend;
use retune::backend::{BackendChoice, BackendTask};
use retune::kernel::Kernels;
use retune::program::Program;
use retune::series::Split;
use retune::source::{DEFAULT_SOURCE, SourceWeights};
use retune::task::Classifier;
use retune::transform::Transform;
use serde::{Deserialize, Serialize};

use super::super::args::Common;
use super::super::output;
use super::super::problem::Problem;
use super::failure::{self, executable};
use super::folder::{Folder, program_in};
use super::timing::{repeat, steps};
use super::{memory, workload};

/// What a worker prints; all times in seconds, at least one of each.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) train_padding: Vec<f64>,
    pub(super) train_stretched: Vec<f64>,
    /// Of one batch each.
    pub(super) inference: Vec<f64>,
    pub(super) latency: Vec<f64>,
    pub(super) peak_memory_mib: Option<f64>,
    /// The shared program's, `[series][class]`.
    probabilities: Vec<Vec<f32>>,
}

impl Work {
    /// The largest absolute difference between the probabilities of two backends.
    pub(super) fn largest_difference(&self, reference: &Self) -> f64 {
        let ours = self.probabilities.iter().flatten();
        let theirs = reference.probabilities.iter().flatten();
        ours.zip(theirs)
            .map(|(ours, theirs)| f64::from((ours - theirs).abs()))
            .fold(0.0, f64::max)
    }
}

/// Measures a backend in a process of its own.
///
/// # Errors
///
/// What the process says went wrong, with its hint.
pub(super) fn start(
    folder: &Folder,
    backend: BackendChoice,
    seconds: f64,
    common: &Common,
) -> Result<Work> {
    let output = Command::new(executable()?)
        .args(["bench", "--quiet", "--worker"])
        .arg(folder.path())
        .args(["--backend", &backend.to_string()])
        .args(["--seconds", &seconds.to_string()])
        .args(["--seed", &common.seed.to_string()])
        .output()
        .map_err(failure::cannot_start)?;
    if !output.status.success() {
        return Err(failure::of_process(output.status, &output.stderr).into());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| {
        let message = format!("the process that measures {backend} printed no result: {error}");
        Problem::new(message).into()
    })
}

/// Measures a backend in this process, and prints what was found.
///
/// The program is read from the folder; where there is none, the backend fits it and saves it there.
pub(super) fn run(
    folder: &Path,
    backend: BackendChoice,
    seconds: f64,
    common: &Common,
) -> Result<()> {
    let series = workload::series(common.seed);
    let source = SourceWeights::find(DEFAULT_SOURCE)?;
    let work = backend.run(Task {
        training: workload::training(&series),
        series: series.series,
        source: &source,
        budget: seconds,
        seed: common.seed,
        program: &program_in(folder),
    })??;
    output::print(&(serde_json::to_string(&work)? + "\n"))
}

struct Task<'a> {
    series: Vec<Vec<f32>>,
    training: Split,
    source: &'a SourceWeights,
    budget: f64,
    seed: u64,
    program: &'a Path,
}

impl BackendTask for Task<'_> {
    type Output = Result<Work>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + Kernels,
        B::InnerBackend: Kernels,
    {
        let (fitted, train_padding) = self.train::<B>(&workload::padded(), device)?;
        // One step from the same seed: the program does not depend on the speed of the machine.
        let program = if self.program.exists() {
            Program::load(self.program)?
        } else {
            fitted.save(self.program)?;
            fitted
        };
        let (_, train_stretched) = self.train::<B>(&workload::stretched(), device)?;

        let classifier = Classifier::<B::InnerBackend>::new(program, self.source, device)?;
        let (predictions, inference) =
            repeat(self.budget, || Ok(classifier.predict(&self.series)?))?;
        let mut one = self.series.chunks(1).cycle();
        let (_, latency) = repeat(self.budget, || {
            Ok(classifier.predict(one.next().unwrap_or_default())?)
        })?;
        Ok(Work {
            train_padding,
            train_stretched,
            inference,
            latency,
            peak_memory_mib: memory::peak_mib(),
            probabilities: predictions
                .into_iter()
                .map(|prediction| prediction.probabilities)
                .collect(),
        })
    }
}

impl Task<'_> {
    /// The program after one step, and the seconds of many.
    fn train<B>(&self, transform: &Transform, device: &B::Device) -> Result<(Program, Vec<f64>)>
    where
        B: AutodiffBackend + Kernels,
        B::InnerBackend: Kernels,
    {
        steps(self.budget, |steps, done| {
            let settings = workload::settings(transform.clone(), steps, self.seed);
            let classifier = Classifier::<B::InnerBackend>::fit::<B>(
                &self.training,
                self.source,
                &settings,
                device,
                &mut |_| done(),
            )?;
            Ok(classifier.program().clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Work {
        /// Everything took so many seconds, once.
        pub(in super::super) fn of_seconds(seconds: f64) -> Self {
            Self {
                train_padding: vec![seconds],
                train_stretched: vec![seconds],
                inference: vec![seconds],
                latency: vec![seconds],
                peak_memory_mib: None,
                probabilities: vec![vec![0.25, 0.75]],
            }
        }
    }

    #[test]
    fn the_largest_difference_counts_in_both_directions() {
        let reference = Work::of_seconds(1.0);
        let mut other = Work::of_seconds(1.0);
        assert_eq!(other.largest_difference(&reference), 0.0);
        other.probabilities = vec![vec![0.5, 0.5]];
        assert_eq!(other.largest_difference(&reference), 0.25);
        assert_eq!(reference.largest_difference(&other), 0.25);
    }
}
