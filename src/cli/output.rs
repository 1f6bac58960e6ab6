//! Where results go: stdout, or a file that was checked before the work began.

use std::fs;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use retune::storage::{check_writable, write_whole};
use retune::table::ReadAs;
use retune::wording::escaped_lines;
use serde::Serialize;

use super::common::Common;
use super::problem::problem;
use super::text::escaped_json;

/// Prints a result exactly as it is, or, on a terminal, without what would move its cursor; a reader that
/// has closed the pipe has seen enough.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = match stdout.is_terminal() {
        true => stdout.write_all(escaped_lines(text).as_bytes()),
        false => stdout.write_all(text.as_bytes()),
    };
    match written.and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            bail!("cannot write to stdout: {error}")
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
        print(&json(result)?)
    } else {
        print(&escaped_lines(&text(result)))
    }
}

/// Writes a result to a file, or prints it where there is none.
pub fn deliver(out: Option<OutputFile>, text: &str) -> Result<()> {
    match out {
        Some(out) => out.write(text.as_bytes()),
        None => print(text),
    }
}

/// A result as JSON. What would move a terminal's cursor is escaped there, and so still exact.
pub fn json(result: &(impl Serialize + ?Sized)) -> Result<String> {
    Ok(escaped_json(&serde_json::to_string_pretty(result)?) + "\n")
}

/// Writes a line for people to stderr, without what would move a terminal's cursor.
pub fn say(text: &str) {
    // Work goes on when nobody listens on stderr.
    let _ = writeln!(io::stderr(), "{}", escaped_lines(text));
}

/// Rows of fields as CSV.
pub fn csv(rows: impl IntoIterator<Item = Vec<String>>) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// Says how a file was read, in one line on stderr.
pub fn read_as(common: &Common, read_as: &ReadAs) {
    if !common.quiet {
        say(&format!("read as: {read_as}"));
    }
}

/// A file that can be written to.
#[derive(Debug, Clone)]
pub struct OutputFile {
    /// The path as it was given, to be shown.
    pub path: PathBuf,
    /// Where to write: the same without links, so that two that are one file are known.
    pub target: PathBuf,
}

impl OutputFile {
    /// Checks, before any work is done, that the file can be written and is none of the inputs.
    pub fn check(path: &Path, inputs: &[&Path]) -> Result<Self> {
        let failed = format!("cannot write {}", path.display());
        if path.is_dir() || path.file_name().is_none() {
            bail!("{failed}: it is a folder, expected a file");
        }
        if path.exists() && !path.is_file() {
            bail!("{failed}: it is a device, expected a file");
        }
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        let in_folder = || Some(fs::canonicalize(folder).ok()?.join(path.file_name()?));
        // A link that leads nowhere is left for the check below.
        let target = fs::canonicalize(path).ok().or_else(in_folder);
        let target = target.unwrap_or_else(|| path.to_owned());
        if !folder.is_dir() {
            let message = format!("{failed}: there is no folder {}", folder.display());
            bail!(problem(message, "make the folder first"));
        }
        let same = |input: &&Path| fs::canonicalize(input).is_ok_and(|input| input == target);
        if inputs.iter().any(same) {
            let message = format!("{failed}: it is also an input");
            bail!(problem(message, "give it another name"));
        }
        let hint = "give the name of a file in a folder that can be written to";
        check_writable(path).map_err(|error| problem(format!("{failed}: {error}"), hint))?;
        let path = path.to_owned();
        Ok(Self { path, target })
    }

    /// The same where a file is wanted at all.
    pub fn check_any(path: Option<&PathBuf>, inputs: &[&Path]) -> Result<Option<Self>> {
        path.map(|path| Self::check(path, inputs)).transpose()
    }

    /// Checks that no other kind of file is expected by its name than the one that is written.
    pub fn check_kind(self, kind: &str) -> Result<Self> {
        const KINDS: [&str; 15] = [
            "csv", "flac", "gif", "html", "jpeg", "jpg", "json", "md", "mp3", "ogg", "pdf", "png",
            "svg", "txt", "wav",
        ];
        let ending = self.path.extension().unwrap_or_default();
        let ending = ending.to_string_lossy().to_lowercase();
        if ending != kind && KINDS.contains(&&*ending) {
            let path = self.path.display();
            let message = format!(
                "cannot write {path}: what is written is {}",
                kind.to_uppercase()
            );
            bail!(problem(
                message,
                format!("give a name that ends in .{kind}")
            ));
        }
        Ok(self)
    }

    /// A picture, where one is wanted at all.
    pub fn check_plot(path: Option<&PathBuf>, inputs: &[&Path]) -> Result<Option<Self>> {
        let checked = Self::check_any(path, inputs)?;
        checked.map(|plot| plot.check_kind("svg")).transpose()
    }

    /// Checks that two outputs of a command are not the same file.
    pub fn check_apart(one: &Option<Self>, other: &Option<Self>) -> Result<()> {
        match (one, other) {
            (Some(one), Some(other)) if one.target == other.target => {
                let (one, other) = (one.path.display(), other.path.display());
                let message = format!("the outputs {one} and {other} are the same file");
                bail!(problem(message, "give each another name"))
            }
            _ => Ok(()),
        }
    }

    /// The file's name without its extension.
    #[cfg(feature = "import")]
    pub fn stem(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// Writes the file whole or not at all.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let shown = self.path.display();
        let written = write_whole(&self.target, bytes);
        written.map_err(|error| anyhow!("cannot write {shown}: {error}"))
    }
}

/// A path with more behind its name: `a/b.txt` and `.part` give `a/b.txt.part`.
#[cfg(feature = "import")]
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}
