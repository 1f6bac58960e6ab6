//! Where results go: stdout, or a file that was checked before the work began.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use retune::storage::{check_writable, write_whole};
use retune::table::ReadAs;
use serde::Serialize;

use super::args::Common;
use super::problem::Problem;

/// Prints a result; a reader that has closed the pipe has seen enough.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Problem::new(format!("cannot write to stdout: {error}")).into())
        }
        _ => Ok(()),
    }
}

/// Prints a result as JSON where that is asked for, else as text.
pub fn show<T: Serialize>(
    common: &Common,
    result: &T,
    text: impl FnOnce(&T) -> String,
) -> Result<()> {
    if common.json {
        print(&(serde_json::to_string_pretty(result)? + "\n"))
    } else {
        print(&text(result))
    }
}

/// Says how a file was read, in one line on stderr.
pub fn read_as(common: &Common, read_as: &ReadAs) {
    if !common.quiet {
        // There is nobody to tell when stderr is closed.
        let _ = writeln!(io::stderr(), "read as: {read_as}");
    }
}

/// A file that can be written to.
#[derive(Debug, Clone)]
pub struct OutputFile {
    path: PathBuf,
    /// The same without links, or a link would be replaced by the file and not followed.
    target: PathBuf,
}

impl OutputFile {
    /// Checks, before any work is done, that the file can be written and is none of the inputs.
    pub fn check(path: &Path, inputs: &[&Path]) -> Result<Self> {
        let shown = path.display();
        if path.is_dir() || path.file_name().is_none() {
            let message = format!("cannot write {shown}: it is a folder, expected a file");
            return Err(Problem::new(message).into());
        }
        if path.exists() && !path.is_file() {
            let message = format!("cannot write {shown}: it is a device, expected a file");
            return Err(Problem::new(message).into());
        }
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            let message = format!(
                "cannot write {shown}: there is no folder {}",
                folder.display()
            );
            return Err(Problem::new(message)
                .with_hint("make the folder first")
                .into());
        }
        let same = |input: &&Path| fs::canonicalize(input).is_ok_and(|input| input == target);
        if inputs.iter().any(same) {
            let message = format!("cannot write {shown}: it is also an input");
            return Err(Problem::new(message)
                .with_hint("give --out another name")
                .into());
        }
        check_writable(&target)
            .map_err(|error| Problem::new(format!("cannot write {shown}: {error}")))?;
        let path = path.to_owned();
        Ok(Self { path, target })
    }

    /// The path as it was given, to be shown.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where to write.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The file's name without its extension.
    pub fn stem(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// Writes the file whole or not at all.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        write_whole(&self.target, bytes).map_err(|error| {
            Problem::new(format!("cannot write {}: {error}", self.path.display())).into()
        })
    }
}

/// A path with more behind its name: `a/b.txt` and `.part` give `a/b.txt.part`.
#[cfg(feature = "import")]
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}
