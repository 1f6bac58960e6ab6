//! How a file was read: what the reader had to decide.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::ser::{Serialize, SerializeMap, Serializer};

/// How a file was read, as one line to show and as JSON under `read_as`.
///
/// ```
/// use retune_core::table::ReadAs;
///
/// let mut read_as = ReadAs::new("meters.csv".as_ref(), "24 series of 30 values".to_owned());
/// read_as.add("label", "column \"label\" (last)");
/// read_as.add("header", "yes");
/// let expected = r#"24 series of 30 values, label = column "label" (last), header = yes (meters.csv)"#;
/// assert_eq!(read_as.to_string(), expected);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadAs {
    /// The file.
    pub file: PathBuf,
    /// What was found in it, with its sizes.
    pub found: String,
    /// What was decided, in the order in which it is shown: what about, and how.
    pub decisions: Vec<(&'static str, String)>,
}

impl ReadAs {
    /// A file in which this was `found`; nothing is decided yet.
    pub fn new(file: &Path, found: String) -> Self {
        Self {
            file: file.to_owned(),
            found,
            decisions: Vec::new(),
        }
    }

    /// Adds a decision.
    pub fn add(&mut self, about: &'static str, decided: impl Into<String>) {
        self.decisions.push((about, decided.into()));
    }

    /// Adds what was decided in a later part of the same file about what nothing was decided before.
    pub fn add_later(&mut self, part: Self) {
        for (about, decided) in part.decisions {
            if self.about(about).is_none() {
                self.add(about, decided);
            }
        }
    }

    /// The decision about something.
    pub fn about(&self, about: &str) -> Option<&str> {
        let mut decisions = self.decisions.iter();
        decisions.find_map(|(of, decided)| (*of == about).then_some(decided.as_str()))
    }
}

impl fmt::Display for ReadAs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.found)?;
        for (about, decided) in &self.decisions {
            write!(formatter, ", {about} = {decided}")?;
        }
        write!(formatter, " ({})", self.file.display())
    }
}

impl Serialize for ReadAs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("file", &self.file.display().to_string())?;
        map.serialize_entry("found", &self.found)?;
        for (about, decided) in &self.decisions {
            map.serialize_entry(&about.replace(' ', "_"), decided)?;
        }
        map.end()
    }
}
