//! What users call.

mod classifier;

pub use classifier::{Classifier, Explanation, Prediction, Score};
