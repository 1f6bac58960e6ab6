//! The refurbish module: a person's windows to windows that the frozen network can use.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;

use super::dense::Dense;
use super::initial::{Use, generator, kernel, zeros};
use super::weights::check_tensors;
use super::{MotionModelError, MotionSourceWeights, SourceSignals};
use crate::storage::HostTensor;

/// The sizes of a refurbish module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefurbishSize {
    /// Values of a window, `window · joints`.
    pub width: usize,
    /// Hidden units.
    pub hidden: usize,
}

impl RefurbishSize {
    /// The size for a source.
    pub fn of(signals: &SourceSignals, hidden: usize) -> Self {
        Self {
            width: signals.window * signals.input_joints.len(),
            hidden,
        }
    }

    /// How many trained numbers there are.
    pub fn parameters(self) -> usize {
        let Self { width, hidden } = self;
        let kernels = width.saturating_mul(hidden).saturating_mul(2);
        kernels.saturating_add(width).saturating_add(hidden)
    }

    /// Whether it is at least one unit wide and smaller than the source.
    pub(super) fn check(self, source: &MotionSourceWeights) -> Result<(), MotionModelError> {
        if self.hidden == 0 {
            return Err(MotionModelError::Setting {
                setting: "number of hidden units",
                found: "0".to_owned(),
                expected: "at least 1",
            });
        }
        if self.parameters() >= source.parameters() {
            return Err(MotionModelError::TooLarge {
                found: self.parameters(),
                source_size: source.parameters(),
            });
        }
        Ok(())
    }

    /// Numbers before training: the module leaves every window as it is, bit for bit.
    pub(super) fn identity(self, seed: u64) -> BTreeMap<String, HostTensor> {
        let mut random = generator(seed, Use::Refurbish);
        let Self { width, hidden } = self;
        BTreeMap::from([
            (
                "refurbish.hidden.kernel".to_owned(),
                kernel(width, hidden, &mut random),
            ),
            ("refurbish.hidden.bias".to_owned(), zeros(&[hidden])),
            (
                "refurbish.output.kernel".to_owned(),
                zeros(&[hidden, width]),
            ),
            ("refurbish.output.bias".to_owned(), zeros(&[width])),
        ])
    }

    /// Whether the tensors make up a module of this size.
    pub(super) fn check_tensors(
        self,
        tensors: &BTreeMap<String, HostTensor>,
        origin: &str,
    ) -> Result<(), MotionModelError> {
        let Self { width, hidden } = self;
        let expected = [
            ("refurbish.hidden.kernel", vec![width, hidden]),
            ("refurbish.hidden.bias", vec![hidden]),
            ("refurbish.output.kernel", vec![hidden, width]),
            ("refurbish.output.bias", vec![width]),
        ];
        let expected = expected.map(|(name, shape)| (name.to_owned(), shape));
        check_tensors(tensors, &expected, origin)
    }
}

/// `h(x) = x + W₂ · relu(W₁ · x + b₁) + b₂` over a whole scaled window.
#[derive(Module, Debug)]
pub struct Refurbish<B: Backend> {
    hidden: Dense<B>,
    output: Dense<B>,
}

impl<B: Backend> Refurbish<B> {
    /// The module from its tensors, whose shapes have been checked.
    pub(super) fn new(tensors: &BTreeMap<String, HostTensor>, device: &B::Device) -> Self {
        Self {
            hidden: Dense::take(tensors, "refurbish.hidden", device),
            output: Dense::take(tensors, "refurbish.output", device),
        }
    }

    /// Scaled windows `[batch, window, joints]` to scaled windows of the same shape.
    pub fn forward(&self, input: Tensor<B, 3>) -> Tensor<B, 3> {
        let [batch, window, joints] = input.dims();
        let flat = input.clone().reshape([batch, window * joints]);
        let change = self.output.forward(relu(self.hidden.forward(flat)));
        input + change.reshape([batch, window, joints])
    }

    /// The numbers on the host.
    pub(super) fn to_host(&self) -> BTreeMap<String, HostTensor> {
        let mut tensors = BTreeMap::new();
        self.hidden.put(&mut tensors, "refurbish.hidden");
        self.output.put(&mut tensors, "refurbish.output");
        tensors
    }
}

#[cfg(test)]
impl<B: burn::tensor::backend::AutodiffBackend> Refurbish<B> {
    /// The gradient of every number, by the name of its tensor.
    pub(super) fn gradients(&self, gradients: &B::Gradients) -> BTreeMap<String, Vec<f32>> {
        use super::dense::values;
        let mut found = BTreeMap::new();
        for (name, layer) in [("hidden", &self.hidden), ("output", &self.output)] {
            if let Some(kernel) = layer.kernel.val().grad(gradients) {
                found.insert(format!("refurbish.{name}.kernel"), values(kernel));
            }
            if let Some(bias) = layer.bias.val().grad(gradients) {
                found.insert(format!("refurbish.{name}.bias"), values(bias));
            }
        }
        found
    }
}
