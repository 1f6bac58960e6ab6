//! The classes of a training split, in a fixed order.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind};

/// The distinct labels of a training split, as written and sorted: by value when all of them are
/// finite numbers, else alphabetically.
///
/// Deserializing keeps the stored order, and fails for fewer than two classes or a repeated one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Classes {
    names: Vec<String>,
    /// The place of each name.
    places: HashMap<String, usize>,
}

impl Classes {
    /// The classes among the labels of a training split.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Labels`] when there are fewer than two.
    pub fn from_training(labels: &[String]) -> Result<Self, Error> {
        let distinct: BTreeSet<&String> = labels.iter().collect();
        let numbers: Option<Vec<(f64, &String)>> = distinct
            .iter()
            .map(|label| match label.parse::<f64>() {
                Ok(number) if number.is_finite() => Some((number, *label)),
                _ => None,
            })
            .collect();
        let names: Vec<String> = match numbers {
            Some(mut numbers) => {
                // The sort is stable, so `1` stays before `1.0`.
                numbers.sort_by(|(one, _), (other, _)| one.total_cmp(other));
                numbers
                    .into_iter()
                    .map(|(_, label)| label.clone())
                    .collect()
            }
            None => distinct.into_iter().cloned().collect(),
        };
        Self::try_from(names)
    }

    /// The place of a label among the classes, from 0; `None` for a label that is none of them.
    pub fn index(&self, label: &str) -> Option<usize> {
        self.places.get(label).copied()
    }

    /// The labels in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many classes there are: at least two.
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.names.len()
    }
}

impl TryFrom<Vec<String>> for Classes {
    type Error = Error;

    fn try_from(names: Vec<String>) -> Result<Self, Error> {
        let mut seen = BTreeSet::new();
        if let Some(label) = names.iter().find(|name| !seen.insert(name.as_str())) {
            let message =
                format!("the class `{label}` stands twice in the list; expected distinct classes");
            return Err(Error::new(ErrorKind::Labels, message));
        }
        if names.len() < 2 {
            let found = names.len();
            let message = format!(
                "the training split has {found} distinct labels; expected at least 2 classes"
            );
            return Err(Error::new(ErrorKind::Labels, message)
                .with_hint("check which column holds the labels, and choose it")
                .with_setting("label", ""));
        }
        let places = names.iter().cloned().zip(0..).collect();
        Ok(Self { names, places })
    }
}

impl From<Classes> for Vec<String> {
    fn from(classes: Classes) -> Self {
        classes.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn numbers_sort_by_value_and_words_by_letter() {
        let classes = Classes::from_training(&labels("10 2 -1 1 2")).unwrap();
        assert_eq!(classes.names(), labels("-1 1 2 10"));
        assert_eq!(classes.index("-1"), Some(0));
        assert_eq!(classes.index("1.0"), None);
        let classes = Classes::from_training(&labels("10 2 gun 2")).unwrap();
        assert_eq!(classes.names(), labels("10 2 gun"));
    }

    #[test]
    fn one_class_is_an_error_and_so_is_a_repeated_one() {
        let error = Classes::from_training(&labels("1 1 1")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("1 distinct labels; expected at least 2")
        );
        assert!(serde_json::from_str::<Classes>(r#"["a","b","a"]"#).is_err());
        assert!(serde_json::from_str::<Classes>(r#"["a"]"#).is_err());
        let stored: Classes = serde_json::from_str(r#"["b","a"]"#).unwrap();
        assert_eq!(serde_json::to_string(&stored).unwrap(), r#"["b","a"]"#);
    }
}
