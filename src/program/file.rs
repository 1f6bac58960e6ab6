//! The program file: safetensors with a versioned JSON header and a checksum.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::{Content, FIT_AGAIN, Header, Program, Task};
use crate::limits;
use crate::parameters::Numbers;
use crate::storage::{HashSum, HostTensor, Stored, read_file, write_whole};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// The version that is written, and the only one that is read: those before it were never released.
const VERSION: u64 = 8;
/// The metadata entry with the header.
const PROGRAM: &str = "retune.program";
/// The metadata entry with the version.
const FORMAT_VERSION: &str = "retune.version";
/// The metadata entry with the sha256 over the header and the tensors.
const CHECKSUM: &str = "retune.sha256";

impl<T: Content> Program<T> {
    /// Writes the program; the same program gives the same bytes.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or a number is larger than a file may hold.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        write_whole(path, &self.to_bytes()?).map_err(|error| Error::write(path, error))
    }

    /// What [`Program::save`] writes.
    ///
    /// # Errors
    ///
    /// When a number is larger than a file may hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let checked = self.header.check(&self.tensors);
        let checked = checked.and_then(|()| finite(&self.tensors));
        let header = checked.and_then(|()| self.header.to_text());
        let header = header.map_err(|reason| {
            let message = format!("the program cannot be saved: {reason}");
            Error::new(ErrorKind::Unsupported, message)
        })?;
        let stored = Stored {
            metadata: BTreeMap::from([
                (FORMAT_VERSION.to_owned(), VERSION.to_string()),
                (CHECKSUM.to_owned(), checksum(&header, &self.tensors)),
                (PROGRAM.to_owned(), header),
            ]),
            tensors: self.tensors.clone(),
        };
        Ok(stored.to_bytes())
    }

    /// Reads a program that [`Program::save`] wrote; it predicts the same bits.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no program, was cut short or altered, has another format
    /// version, or has another task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::from_bytes(&read(path)?, path)
    }

    /// The same from the bytes of such a file; `origin` names it in errors.
    ///
    /// # Errors
    ///
    /// See [`Program::load`].
    pub fn from_bytes(bytes: &[u8], origin: &Path) -> Result<Self, Error> {
        let (found, header, tensors) = open(bytes, origin)?;
        if found != T::TASK {
            let (shown, expected) = (origin.display(), T::TASK);
            let message =
                format!("{shown}: the program is for {found}, expected one for {expected}");
            let hint = match found {
                Task::Classification => "use `retune predict` on a file of series",
                Task::Features => "it is of the Python package: `retune_ts.load` reads it",
                Task::Forecasting => "use `retune predict` on a file of histories",
                Task::Motion => "use `retune motion predict`",
            };
            return Err(Error::new(ErrorKind::Mismatch, message).with_hint(hint));
        }
        let header: Header<T> =
            serde_json::from_str(&header).map_err(|error| damaged(origin, error))?;
        let checked = header.check(&tensors).and_then(|()| header.to_text());
        checked.map_err(|reason| damaged(origin, reason))?;
        Ok(Self { header, tensors })
    }
}

impl<T: Content> Header<T> {
    /// The header as it is written, where it is the same when it is read again. One with a number beyond
    /// those of 32 bits is not: it is read as infinite, and there is no word for that.
    fn to_text(&self) -> Result<String, String> {
        let text = serde_json::to_string(self).map_err(|error| error.to_string())?;
        match serde_json::from_str::<Self>(&text).is_ok_and(|again| again == *self) {
            true => Ok(text),
            false => Err("one of its numbers is not finite".to_owned()),
        }
    }
}

impl Task {
    /// What the program in a file predicts.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no program, was cut short or altered, or has a newer
    /// format.
    pub fn of_file(path: &Path) -> Result<Self, Error> {
        Self::of_bytes(&read(path)?, path)
    }

    /// The same of the bytes of such a file; `origin` names it in errors.
    ///
    /// # Errors
    ///
    /// As [`Task::of_file`].
    pub fn of_bytes(bytes: &[u8], origin: &Path) -> Result<Self, Error> {
        open(bytes, origin).map(|(task, ..)| task)
    }
}

/// The part of every header that says what the rest is.
#[derive(Deserialize)]
struct TaskOnly {
    task: Task,
}

/// The bytes of a file that may be a program.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    read_file(path, limits::LARGEST_FILE).map_err(|error| Error::read(path, error))
}

/// The task, the header and the tensors of a program file whose checksum is right.
fn open(bytes: &[u8], path: &Path) -> Result<(Task, String, Numbers), Error> {
    let mut stored = Stored::from_bytes(bytes).map_err(|error| damaged(path, error))?;
    if let Some(format) = stored.metadata.get("format")
        && !stored.metadata.contains_key(FORMAT_VERSION)
    {
        let (shown, format) = (path.display(), shorten(format));
        let message = format!("{shown}: it holds a model ({format}), and no program for one");
        return Err(Error::new(ErrorKind::Mismatch, message)
            .of_file(path)
            .with_hint("give the program that was fitted on it; the model goes beside it"));
    }
    let mut entry = |name: &str| {
        let entry = stored.metadata.remove(name);
        entry.ok_or_else(|| damaged(path, format!("its metadata has no {name}")))
    };
    let found: u64 = entry(FORMAT_VERSION)?
        .parse()
        .map_err(|_| damaged(path, "its version is no number"))?;
    if found > VERSION {
        let message = format!(
            "{}: the program has format version {found}, this release reads up to {VERSION}",
            path.display()
        );
        return Err(Error::new(ErrorKind::Unsupported, message)
            .of_file(path)
            .with_hint("update retune"));
    }
    if found < VERSION {
        let reason = format!("it has format version {found}, from before the first release");
        return Err(damaged(path, reason));
    }
    let header = entry(PROGRAM)?;
    if entry(CHECKSUM)? != checksum(&header, &stored.tensors) {
        return Err(damaged(path, "it was altered after it was written"));
    }
    let TaskOnly { task } = serde_json::from_str(&header).map_err(|error| damaged(path, error))?;
    Ok((task, header, stored.tensors))
}

/// What is not finite cannot be read again.
fn finite(tensors: &Numbers) -> Result<(), String> {
    let is_good = |tensor: &HostTensor| tensor.values.iter().all(|value| value.is_finite());
    match tensors.iter().find(|(_, tensor)| !is_good(tensor)) {
        None => Ok(()),
        Some((name, _)) => Err(format!(
            "its tensor {name} holds a value that is not finite"
        )),
    }
}

/// A file that is no program, or a damaged one.
fn damaged(path: &Path, reason: impl Display) -> Error {
    let message = format!("{}: not a program, or damaged: {reason}", path.display());
    Error::new(ErrorKind::Malformed, message)
        .of_file(path)
        .with_hint(FIT_AGAIN)
}

/// The sha256 over the header's text and every tensor's name, shape and values.
pub(super) fn checksum(header: &str, tensors: &Numbers) -> String {
    let mut sum = HashSum::default();
    sum.add(header.as_bytes());
    for (name, tensor) in tensors {
        let shape = Value::from(tensor.shape.clone());
        sum.add(format!("\n{name} {shape}\n").as_bytes());
        for value in &tensor.values {
            sum.add(&value.to_le_bytes());
        }
    }
    sum.finish()
}
