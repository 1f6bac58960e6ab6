//! How a program names a source.

use std::slice;

use serde::{Deserialize, Serialize};

use super::{SourceSpec, SourceWeights};
use crate::limits;
use crate::storage::is_sha256;
use crate::{Error, ErrorKind};

/// The source that a program was trained for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReference {
    /// Its name, for people.
    pub name: String,
    /// The sha256 of its file, in hexadecimal: what counts.
    pub sha256: String,
}

impl SourceReference {
    /// The reference to a source.
    pub fn of(source: &SourceSpec) -> Self {
        Self {
            name: source.name.clone(),
            sha256: source.sha256.clone(),
        }
    }

    /// Whether the name is short and the hash is one; else the end of a sentence on a damaged file.
    pub(crate) fn check_written(&self) -> Result<(), String> {
        limits::names(
            "names of sources",
            slice::from_ref(&self.name),
            &limits::SOURCES,
        )?;
        match is_sha256(&self.sha256) {
            true => Ok(()),
            false => Err("it names a source by no sha256".to_owned()),
        }
    }

    /// Whether `source` is this one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Mismatch`]; the message names both.
    pub fn check(&self, source: &Self) -> Result<(), Error> {
        if self.sha256 == source.sha256 {
            return Ok(());
        }
        let (own, other) = (self.shown(), source.shown());
        let message = format!("the program was trained for the source {own}, not for {other}");
        let hint = format!("it was called {}; give that source", self.name);
        Err(Error::new(ErrorKind::Mismatch, message).with_hint(hint))
    }

    /// It is not among the sources given by name or file.
    pub(crate) fn missing(&self, given: &[SourceWeights]) -> Error {
        let name = &self.name;
        let hint = format!(
            "it was called {name}; give that source, a name from `retune source list` or a file"
        );
        let error = match given {
            [other] => self.check(&Self::of(other.spec())).err(),
            _ => None,
        };
        let error = error.unwrap_or_else(|| {
            let own = self.shown();
            let message = format!("the program needs the source {own}, which was not given");
            Error::new(ErrorKind::Mismatch, message)
        });
        error.with_hint(hint).with_setting("source", "")
    }

    /// Its name with enough of its hash to tell two apart.
    pub(crate) fn shown(&self) -> String {
        let hash = self.sha256.get(..12).unwrap_or(&self.sha256);
        format!("{} (sha256 {hash})", self.name)
    }
}
