//! How long a new process takes until its prediction is there.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Result;
use retune::backend::BackendChoice;

use super::super::problem::Problem;
use super::failure::{self, executable};
use super::folder::Folder;

/// The most processes that are started.
const MOST: usize = 5;
/// What `retune predict` prints for one series: the names of the columns, and the prediction.
const LINES: usize = 2;

/// The seconds of a few cold starts, one at least; no more are made once the budget is spent.
pub(super) fn times(folder: &Folder, backend: BackendChoice, budget: f64) -> Result<Vec<f64>> {
    let mut times = vec![one(folder, backend)?];
    while times.len() < MOST && times.iter().sum::<f64>() < budget {
        times.push(one(folder, backend)?);
    }
    Ok(times)
}

/// Seconds from the start of a process to the prediction that it prints.
fn one(folder: &Folder, backend: BackendChoice) -> Result<f64> {
    let mut command = Command::new(executable()?);
    command
        .arg("predict")
        .arg(folder.program())
        .arg(folder.series())
        .args(["--backend", &backend.to_string(), "--quiet"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let start = Instant::now();
    let mut process = command.spawn().map_err(failure::cannot_start)?;
    // The end of the process is not waited for: the driver of a GPU takes its time to close.
    let lines = match process.stdout.take() {
        Some(stdout) => BufReader::new(stdout)
            .lines()
            .take(LINES)
            .map_while(Result::ok)
            .count(),
        None => 0,
    };
    let seconds = start.elapsed().as_secs_f64();
    let mut stderr = Vec::new();
    if let Some(mut pipe) = process.stderr.take() {
        // What cannot be read cannot be told either.
        let _ = pipe.read_to_end(&mut stderr);
    }
    let status = process.wait().map_err(failure::cannot_start)?;
    if !status.success() {
        return Err(failure::of_process(status, &stderr).into());
    }
    if lines < LINES {
        return Err(Problem::new("a new process of retune printed no prediction").into());
    }
    Ok(seconds)
}
