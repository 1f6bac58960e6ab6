//! What users call.

mod classifier;
mod distance;
mod saliency;

pub use classifier::{Classifier, Explanation, Prediction, Score};
pub use distance::Distance;
