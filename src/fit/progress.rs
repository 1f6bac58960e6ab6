//! What a fit tells of how far it has come.

/// Where a fit stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FitProgress {
    /// An epoch of training by gradient has ended.
    Epoch {
        /// Epochs done.
        epoch: usize,
        /// The most epochs there will be.
        epochs: usize,
        /// The mean loss over the training series.
        training_loss: f64,
        /// The mean loss over the series that early stopping watches.
        validation_loss: Option<f64>,
    },
    /// Some series went through the source, for a readout in closed form.
    Forwarded {
        /// Series so far, counted once for each transform.
        done: usize,
        /// All that will go.
        of: usize,
    },
}
