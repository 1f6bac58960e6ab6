//! How a label mapping is found, and what is made small through it.

use std::sync::Arc;

use crate::source::SpeechClip;
use crate::{Error, setting};

/// How a label mapping is found, and what is made small through it.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelSettings {
    /// The rule that finds it, by its name; see [`mapping::rule_names`](crate::mapping::rule_names).
    pub rule: String,
    /// Labels of each class, for rules that make groups; none for as many as the rule has.
    pub per_class: Option<usize>,
    /// Recordings of the source's labels, for the rule that compares cases with them.
    pub speech: Option<Arc<Vec<SpeechClip>>>,
    /// γ of the focal loss, with each class weighted by the inverse of its size; none for −ln P(class).
    pub focal: Option<f64>,
}

/// Random groups, and −ln P(class).
impl Default for LabelSettings {
    fn default() -> Self {
        Self {
            rule: "random".to_owned(),
            per_class: None,
            speech: None,
            focal: None,
        }
    }
}

impl LabelSettings {
    /// Whether every number is in its range.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Setting`](crate::ErrorKind::Setting) names the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        let gamma = self.focal.unwrap_or(0.0);
        let per_class = self.per_class.unwrap_or(1);
        let good = gamma.is_finite() && gamma >= 0.0;
        setting::check([
            ("focal", gamma, good, "0 or more"),
            (
                "labels-per-class",
                per_class as f64,
                per_class > 0,
                "at least 1",
            ),
        ])
    }
}
