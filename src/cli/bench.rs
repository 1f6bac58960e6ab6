//! `retune bench`: how fast each backend is, with the same program and the same series.
//!
//! Every backend is measured in a process of its own, the worker: its peak of memory is then that
//! backend's alone, and what one backend does to the machine does not reach the other.

mod chart;
mod cold_start;
mod failure;
mod folder;
mod measure;
mod memory;
mod timing;
mod worker;
mod workload;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::backend::BackendChoice;
use serde::Serialize;

use super::args::{Common, choice, positive};
use super::output::{self, OutputFile};
use super::progress::Waiting;
use super::text::{self, Column};
use failure::Failure;
use folder::Folder;
use measure::{MEASURES, Measured, significant};
use worker::Work;

/// Measure how fast each backend trains and predicts
///
/// All backends get the same series, which are made from the seed, and the same program, which the
/// first backend fits. Each workload goes on for the time of --seconds, and for one step at least.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A backend to measure, and several in as many options; without it, all that are compiled in
    #[arg(long = "backend", value_name = "BACKEND", value_parser = choice::<BackendChoice>(&["cpu", "wgpu"]))]
    backends: Vec<BackendChoice>,
    /// How long each workload is measured
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = positive)]
    seconds: f64,
    /// Draw the result as well, as bars in an SVG file
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Measure one backend here, with the program in this folder, and print what was found for the
    /// process that asked
    #[arg(long, value_name = "FOLDER", hide = true)]
    worker: Option<PathBuf>,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    threads: usize,
    seed: u64,
    backends: Vec<Measured>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failure>,
}

impl Arguments {
    /// Measures the backends one after the other and prints the result.
    pub fn run(&self, common: &Common) -> Result<()> {
        let backends = self.backends();
        if let (Some(folder), Some(backend)) = (&self.worker, backends.first()) {
            return worker::run(folder, *backend, self.seconds, common);
        }
        let plot = match &self.plot {
            Some(path) => Some(OutputFile::check(path, &[])?),
            None => None,
        };
        let folder = Folder::new(common.seed)?;
        let mut reference = None;
        let mut outcome = Outcome {
            threads: rayon::current_num_threads(),
            seed: common.seed,
            backends: Vec::new(),
            failed: Vec::new(),
        };
        for backend in backends {
            let waiting = Waiting::new(common, format!("measuring the {backend} backend"));
            match self.measure(backend, &folder, reference.as_ref(), common) {
                Ok((measured, work)) => {
                    outcome.backends.push(measured);
                    reference.get_or_insert(work);
                }
                Err(error) => {
                    outcome.failed.push(Failure::of(backend, &error));
                    if reference.is_none() {
                        // What a backend that failed has fitted is no reference.
                        folder.remove_program();
                    }
                }
            }
            drop(waiting);
        }
        if outcome.backends.is_empty() {
            return Err(failure::of_all(&outcome.failed).into());
        }
        if let Some(plot) = &plot {
            let title = format!("retune bench, {}", outcome.circumstances());
            plot.write(chart::draw(&title, &outcome.backends)?.as_bytes())?;
        }
        output::show(common, &outcome, Outcome::describe)
    }

    /// The backends in the order that was asked for, each once.
    fn backends(&self) -> Vec<BackendChoice> {
        let compiled = [
            (BackendChoice::Cpu, cfg!(feature = "cpu")),
            (BackendChoice::Wgpu, cfg!(feature = "wgpu")),
        ];
        if self.backends.is_empty() {
            let compiled = compiled.into_iter().filter(|(_, compiled)| *compiled);
            return compiled.map(|(backend, _)| backend).collect();
        }
        let mut backends = Vec::new();
        for backend in &self.backends {
            if !backends.contains(backend) {
                backends.push(*backend);
            }
        }
        backends
    }

    /// All that is to be known of one backend, and its predictions.
    fn measure(
        &self,
        backend: BackendChoice,
        folder: &Folder,
        reference: Option<&Work>,
        common: &Common,
    ) -> Result<(Measured, Work)> {
        let work = worker::start(folder, backend, self.seconds, common)?;
        let cold_starts = cold_start::times(folder, backend, self.seconds)?;
        let difference = match reference {
            Some(reference) => work.largest_difference(reference),
            None => 0.0,
        };
        Ok((
            Measured::new(backend, &work, &cold_starts, difference),
            work,
        ))
    }
}

impl Outcome {
    /// What the numbers depend on, beside the machine.
    fn circumstances(&self) -> String {
        format!(
            "{}, seed {}",
            text::counted(self.threads, "thread", "threads"),
            self.seed
        )
    }

    fn describe(&self) -> String {
        let mut columns = vec![Column::Left];
        columns.resize(1 + self.backends.len(), Column::Right);
        columns.push(Column::Left);
        let mut head = vec![String::new()];
        head.extend(
            self.backends
                .iter()
                .map(|measured| measured.backend.clone()),
        );
        let mut rows = vec![head];
        for measure in &MEASURES {
            let mut row = vec![measure.name.to_owned()];
            row.extend(self.backends.iter().map(|measured| {
                let value = (measure.value)(measured);
                value.map_or_else(|| "unknown".to_owned(), significant)
            }));
            row.push(measure.unit.to_owned());
            rows.push(row);
        }
        let mut text = format!(
            "{}, {} series of {} values\n\n{}\n",
            self.circumstances(),
            workload::SERIES,
            workload::SAMPLES,
            text::table(&columns, rows),
        );
        for measured in &self.backends {
            text.push_str(&format!("{}: timed {}\n", measured.backend, measured.timed));
        }
        for failure in &self.failed {
            text.push_str(&failure.to_string());
        }
        text
    }
}
