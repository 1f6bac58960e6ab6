//! Which joints to take.

use crate::motion::check::{find_joints, no_joints};
use crate::{Error, ErrorKind};

/// Which joints to take, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum JointSelection {
    /// All there are, in the order of the file.
    #[default]
    All,
    /// Those of these names, in this order. Names are case sensitive.
    Names(Vec<String>),
}

impl JointSelection {
    /// Those of these names, in this order.
    pub fn names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self::Names(names.into_iter().map(Into::into).collect())
    }

    /// The names, if there are any, after a check that they are distinct.
    pub(super) fn distinct(&self) -> Result<Option<&[String]>, Error> {
        let Self::Names(names) = self else {
            return Ok(None);
        };
        if names.is_empty() {
            return Err(no_joints());
        }
        let twice = |(place, name): &(usize, &String)| names[..*place].contains(name);
        if let Some((_, name)) = names.iter().enumerate().find(twice) {
            let message =
                format!("the joint `{name}` stands twice in the list; expected distinct joints");
            return Err(Error::new(ErrorKind::Setting, message));
        }
        Ok(Some(names))
    }

    /// Where the joints stand among those that there are.
    pub(super) fn places(&self, known: &[String]) -> Result<Vec<usize>, Error> {
        if known.is_empty() {
            return Err(no_joints());
        }
        match self.distinct()? {
            Some(names) => find_joints(known, names),
            None => Ok((0..known.len()).collect()),
        }
    }
}
