//! Programs that predict motion, on disk.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Task;
use super::file::{read, write};
use crate::Error;
use crate::motion::model::{MotionProgram, MotionProgramHeader};

/// The header as it is stored: what every program says first, and the rest.
#[derive(Serialize, Deserialize)]
struct StoredHeader {
    task: Task,
    #[serde(flatten)]
    header: MotionProgramHeader,
}

impl MotionProgram {
    /// Writes the program; the same program gives the same bytes.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let header = StoredHeader {
            task: Task::Motion,
            header: self.header().clone(),
        };
        write(path, &header, self.tensors())
    }

    /// Reads a program that [`MotionProgram::save`] wrote; it predicts the same bits.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no program, was cut short or altered, has a newer format,
    /// or has another task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let (stored, tensors) = read::<StoredHeader>(path, Task::Motion)?;
        let origin = path.display().to_string();
        Ok(Self::new(stored.header, tensors, &origin)?)
    }
}
