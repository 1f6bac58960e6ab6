//! Source labels that stand for classes: a matrix of weights over the source's probabilities.
//!
//! All label mappings are one type, [`LabelMapping`], and differ in how its weights are found: a file
//! here with a function for each, and a line in the list below. The trained numbers of a transform and
//! the weights may be found in turn: [`Answers`] collects what a rule looks at.

mod answers;
mod bayesian;
mod frequency;
mod groups;
mod iterative;
mod similarity;
mod weights;

pub use answers::Answers;
pub(crate) use similarity::{Means, cosines};
pub use weights::LabelMapping;

use crate::registry::{self, Entry};
use crate::{Error, ErrorKind};

/// The one list: a new way to find label mappings is a line here, beside its file.
impl Entry for LabelRule {
    fn own() -> Vec<(&'static str, Self)> {
        use Sees::{EachEpoch, Nothing, Similarity, Start};
        let rule = |sees, find| Self { sees, find };
        vec![
            ("bayesian", rule(EachEpoch, bayesian::by_counts)),
            ("bayesian-plus", rule(EachEpoch, bayesian::by_sums)),
            ("consecutive", rule(Nothing, groups::consecutive)),
            ("frequency", rule(Start, frequency::ranked)),
            ("iterative", rule(EachEpoch, iterative::greedy)),
            ("linear", rule(Nothing, groups::trained)),
            ("random", rule(Nothing, groups::random)),
            ("similarity", rule(Similarity, similarity::nearest)),
        ]
    }
}

/// How the weights of a label mapping are found.
#[derive(Debug, Clone, Copy)]
pub struct LabelRule {
    /// What it looks at.
    pub sees: Sees,
    /// The mapping by that.
    pub find: fn(&Answers, Choice) -> LabelMapping,
}

/// What a rule looks at; never at anything but the cases that are trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// Nothing.
    Nothing,
    /// The source's answers to the cases before training.
    Start,
    /// How near classes are to labels before training, at the layer before the logits.
    Similarity,
    /// The source's answers before training, and again after each epoch those that the epoch had.
    EachEpoch,
}

/// What is chosen of a rule beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// The seed of what is random.
    pub seed: u64,
    /// Labels of each class, where a rule makes groups; none for as many as the rule has.
    pub per_class: Option<usize>,
}

impl Choice {
    /// Labels of each class; of itself as many as all can have.
    fn size(self, answers: &Answers) -> usize {
        let most = answers.labels() / answers.classes().max(1);
        self.per_class.unwrap_or(most)
    }
}

impl LabelRule {
    /// The rule of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownName`]; the message has the names.
    pub fn named(name: &str) -> Result<Self, Error> {
        registry::find(name).ok_or_else(|| {
            let known = rule_names().join(", ");
            let message = format!("there is no label mapping {name:?}, expected one of {known}");
            Error::new(ErrorKind::UnknownName, message)
        })
    }
}

/// Makes a rule known by a name.
pub fn register_rule(name: &str, rule: LabelRule) {
    registry::add((name, rule));
}

/// The names of the rules.
pub fn rule_names() -> Vec<String> {
    let all = registry::all::<LabelRule>().into_iter();
    all.map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_rule_is_told_with_the_known_ones() {
        let error = LabelRule::named("nearest").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownName);
        assert!(
            error.to_string().contains("bayesian, bayesian-plus"),
            "{error}"
        );
    }
}
