//! Where the program and the series lie that several processes share.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::Result;
use retune::series::Split;

use super::super::problem::Problem;
use super::workload;

/// A folder that is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder and writes the one series of the cold starts.
    pub(super) fn new(seed: u64) -> Result<Self> {
        let parent = std::env::temp_dir();
        let path = create(&parent).map_err(|error| {
            let message = format!("cannot make a folder in {}: {error}", parent.display());
            Problem::new(message).with_hint("set TMPDIR to a folder that can be written to")
        })?;
        let folder = Self { path };
        let mut series = workload::series(seed).series;
        series.truncate(1);
        let labels = Vec::new();
        Split { series, labels }.write(&folder.series(), "bench")?;
        Ok(folder)
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The program that the reference backend fits.
    pub(super) fn program(&self) -> PathBuf {
        program_in(&self.path)
    }

    /// One series without a label.
    pub(super) fn series(&self) -> PathBuf {
        self.path.join("series.csv")
    }

    /// Removes the program, so that the next backend fits it.
    pub(super) fn remove_program(&self) {
        // There may be none; and where it cannot be removed, it is as good as another.
        let _ = fs::remove_file(self.program());
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing is lost but room in a folder for such things.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The program in a folder that another process made.
pub(super) fn program_in(folder: &Path) -> PathBuf {
    folder.join("program.safetensors")
}

/// A new folder; one that a process with the same number has left behind is not touched.
fn create(parent: &Path) -> io::Result<PathBuf> {
    const TRIES: u32 = 100;
    let mut attempt = 0;
    loop {
        let path = parent.join(format!("retune-bench-{}-{attempt}", process::id()));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < TRIES => {
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
