//! Cold start: a process of its own, from its start to a printed prediction.

use std::process::{self, Command, Stdio};
use std::{env, fs};

use super::timing::quantile;
use super::workload;
use crate::cli::prelude::*;

/// How often it is started.
const STARTS: usize = 3;

/// A folder that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let path = env::temp_dir().join(format!("retune-bench-{}", process::id()));
        fs::create_dir_all(&path)
            .map_err(|error| anyhow!("cannot make the folder {}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The milliseconds of `retune predict` on one series: the median.
pub(super) fn start(engine: Engine, program: &Program, adapter: Option<&str>) -> Result<f64> {
    let folder = Folder::new()?;
    let [saved, series] = ["program.safetensors", "series.csv"].map(|name| folder.0.join(name));
    program.save(&saved)?;
    let one = workload::series(1, 0).series.concat();
    let fields: Vec<_> = one.iter().map(f64::to_string).collect();
    fs::write(&series, fields.join(",") + "\n")
        .map_err(|error| anyhow!("cannot write {}: {error}", series.display()))?;
    let this = env::current_exe().map_err(|error| anyhow!("cannot find this program: {error}"))?;
    let mut command = Command::new(this);
    command
        .args([
            "predict",
            "--quiet",
            "--label",
            "none",
            "--header",
            "no",
            "--backend",
        ])
        .arg(engine.name())
        .args(adapter.map(|adapter| format!("--adapter={adapter}")))
        .args([&saved, &series])
        .stdin(Stdio::null());
    let mut seconds = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let done = command
            .output()
            .map_err(|error| anyhow!("cannot start this program: {error}"))?;
        seconds.push(start.elapsed().as_secs_f64());
        let said = String::from_utf8_lossy(&done.stderr);
        ensure!(
            done.status.success(),
            "a prediction in a process of its own failed: {}",
            said.trim()
        );
    }
    Ok(1e3 * quantile(&seconds, 0.5))
}
