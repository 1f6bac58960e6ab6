//! Everything that a source model computes on the way to its answer.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, activation};

/// The activations of one batch, from the log-mel plane to the logits.
#[derive(Debug, Clone)]
pub struct Activations<B: Backend> {
    /// The plane that was heard, `[batch, 125, 80]`.
    pub log_mel: Tensor<B, 3>,
    /// The plane with mean 0 and deviation 1 over each clip, `[batch, 125, 80]`.
    pub normalised: Tensor<B, 3>,
    /// After both convolutions, before the second norm, `[batch, 125, 80]`.
    pub convolved: Tensor<B, 3>,
    /// The first bidirectional LSTM, `[batch, 125, 128]`.
    pub lstm1: Tensor<B, 3>,
    /// The second bidirectional LSTM, `[batch, 125, 128]`.
    pub lstm2: Tensor<B, 3>,
    /// The weight of each frame, `[batch, 125]`; a clip's weights sum to 1.
    pub attention: Tensor<B, 2>,
    /// The attended mean of the second LSTM, `[batch, 128]`.
    pub context: Tensor<B, 2>,
    /// The first dense layer, `[batch, 64]`.
    pub dense: Tensor<B, 2>,
    /// `[batch, labels]`.
    pub logits: Tensor<B, 2>,
}

impl<B: Backend> Activations<B> {
    /// The probability of each label, `[batch, labels]`.
    pub fn probabilities(&self) -> Tensor<B, 2> {
        activation::softmax(self.logits.clone(), 1)
    }
}
