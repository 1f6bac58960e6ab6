//! The settings of a training run.

use std::fmt::Display;

use serde::Serialize;

use crate::source::SourceWeights;
use crate::{Error, setting};

/// What a run has of other sources.
#[derive(Debug, Clone, Copy, Default)]
pub struct Prior<'a> {
    /// Weights to begin with; none for random ones.
    pub start: Option<&'a SourceWeights>,
    /// Whose answers are mixed with the true labels.
    pub teacher: Option<&'a SourceWeights>,
}

/// How a source is trained.
#[derive(Debug, Clone, Serialize)]
pub struct PretrainSettings {
    /// The name that the source gets.
    pub name: String,
    /// Passes over the training recordings.
    pub epochs: usize,
    /// Recordings in one step.
    pub batch: usize,
    /// The highest learning rate of Adam; it rises over the first epoch and falls to zero as a
    /// half cosine.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Words with fewer recordings are repeated until they have this many in an epoch.
    pub fewest_per_word: usize,
    /// Every so many recordings, one second of noise alone is heard as "unknown"; 0 for never.
    pub noise_every: usize,
    /// The teacher's part in the target: 0 for the true labels alone, 1 for the teacher's alone.
    pub teacher_weight: f32,
    /// The weight of the squared distance to the teacher's LSTM outputs (Romero et al. 2015,
    /// arXiv 1412.6550).
    pub hint_weight: f32,
    /// The seed of everything random.
    pub seed: u64,
}

impl Default for PretrainSettings {
    fn default() -> Self {
        Self {
            name: crate::source::DEFAULT_SOURCE.to_owned(),
            epochs: 10,
            batch: 32,
            learning_rate: 3e-3,
            weight_decay: 1e-3,
            fewest_per_word: 100,
            noise_every: 40,
            teacher_weight: 0.7,
            hint_weight: 5.0,
            seed: 0,
        }
    }
}

impl PretrainSettings {
    /// Whether every number is in range.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Setting`](crate::ErrorKind::Setting) names the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        let (rate, decay) = (&self.learning_rate, &self.weight_decay);
        let (teacher, hint) = (&self.teacher_weight, &self.hint_weight);
        let positive = rate.is_finite() && *rate > 0.0;
        let [decays, hints] = [decay, hint].map(|value| value.is_finite() && *value >= 0.0);
        let teaches = (0.0..=1.0).contains(teacher);
        let checks: [(_, &dyn Display, _, _); 6] = [
            ("epochs", &self.epochs, self.epochs > 0, "at least 1"),
            ("batch", &self.batch, self.batch > 0, "at least 1"),
            ("learning-rate", rate, positive, "a positive number"),
            ("weight-decay", decay, decays, "a number from 0"),
            ("teacher-weight", teacher, teaches, "a number from 0 to 1"),
            ("hint-weight", hint, hints, "a number from 0"),
        ];
        setting::check(checks)
    }
}
