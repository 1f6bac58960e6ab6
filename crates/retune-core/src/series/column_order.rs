//! In which order the columns of a table stand, so that the same columns in another order are known.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::storage::{HashSum, is_sha256};
use crate::{Error, ErrorKind};

/// The names of the columns of values, and their order, as hashes.
///
/// A program keeps those of its training file: two short texts however many columns there are, of which
/// no name can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnOrder {
    /// The sha256 of the names as they stand.
    ordered: String,
    /// The sha256 of the same, sorted.
    sorted: String,
}

impl ColumnOrder {
    /// That of columns with these names; `None` where there are none.
    ///
    /// ```
    /// use retune_core::series::ColumnOrder;
    ///
    /// let trained = ColumnOrder::of(["left", "right"]).unwrap();
    /// let file = "today.csv".as_ref();
    /// assert!(trained.check(ColumnOrder::of(["right", "left"]).as_ref(), file).is_err());
    /// // Other names say nothing of the order.
    /// assert!(trained.check(ColumnOrder::of(["t1", "t2"]).as_ref(), file).is_ok());
    /// ```
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut names: Vec<&str> = names.into_iter().collect();
        if names.is_empty() {
            return None;
        }
        let ordered = hash(&names);
        names.sort_unstable();
        Some(Self {
            ordered,
            sorted: hash(&names),
        })
    }

    /// Whether the columns of `file` stand as these do, or have other names or none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Column`] for the same columns in another order.
    pub fn check(&self, found: Option<&Self>, file: &Path) -> Result<(), Error> {
        match found {
            Some(found) if found.sorted == self.sorted && found.ordered != self.ordered => {
                let message =
                    "the columns of values are those of the training file, in another order";
                Err(Error::new(ErrorKind::Column, message)
                    .of_file(file)
                    .with_hint("put them in the order of the training file"))
            }
            _ => Ok(()),
        }
    }

    /// Whether it may be what a program's file says it is.
    pub fn is_sound(&self) -> bool {
        is_sha256(&self.ordered) && is_sha256(&self.sorted)
    }
}

/// Where one name ends and the next begins is part of what is summed.
fn hash(names: &[&str]) -> String {
    let mut sum = HashSum::default();
    for name in names {
        sum.add(&(name.len() as u64).to_le_bytes());
        sum.add(name.as_bytes());
    }
    sum.finish()
}
