//! The refurbish module: a person's windows to windows that the frozen network can use.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use retune_core::{Error, ErrorKind};

use crate::parameters::{Numbers, Parameters, named};
use crate::source::motion::{
    MotionSourceWeights, SourceSignals, check_tensors, generator, kernel, setting, zeros,
};

/// The stream of a seed that modules are drawn from.
const STREAM: u64 = 2;
const HIDDEN_KERNEL: &str = "refurbish.hidden.kernel";

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
            width: signals.input_width(),
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
    pub(crate) fn check(self, source: &MotionSourceWeights) -> Result<(), Error> {
        if self.hidden == 0 {
            return Err(setting("number of hidden units", 0, "at least 1"));
        }
        if self.parameters() >= source.parameters() {
            let (found, limit) = (self.parameters(), source.parameters());
            let message =
                format!("the refurbish module would have {found} numbers, the source has {limit}");
            let error = Error::new(ErrorKind::Setting, message);
            return Err(error.with_hint("take fewer hidden units"));
        }
        Ok(())
    }

    /// Numbers before training: the module leaves every window as it is, bit for bit.
    pub(crate) fn identity(self, seed: u64) -> Numbers {
        let mut random = generator(seed, STREAM);
        named(self.shapes().map(|(name, shape)| match name {
            HIDDEN_KERNEL => (name, kernel(self.width, self.hidden, &mut random)),
            _ => (name, zeros(&shape)),
        }))
    }

    /// Whether the tensors make up a module of this size.
    pub(crate) fn check_tensors(self, tensors: &Numbers, origin: &str) -> Result<(), Error> {
        let expected = self.shapes().map(|(name, shape)| (name.to_owned(), shape));
        check_tensors(tensors, &expected, origin)
    }

    fn shapes(self) -> [(&'static str, Vec<usize>); 4] {
        let Self { width, hidden } = self;
        [
            (HIDDEN_KERNEL, vec![width, hidden]),
            ("refurbish.hidden.bias", vec![hidden]),
            ("refurbish.output.kernel", vec![hidden, width]),
            ("refurbish.output.bias", vec![width]),
        ]
    }
}

/// `h(x) = x + W₂ · relu(W₁ · x + b₁) + b₂` over a whole scaled window.
#[derive(Debug)]
pub struct Refurbish<B: Backend>(Parameters<B>);

impl<B: Backend> Refurbish<B> {
    /// The module from its numbers, whose shapes have been checked.
    pub(crate) fn new(numbers: Parameters<B>) -> Self {
        Self(numbers)
    }

    /// Scaled windows `[batch, window, joints]` to scaled windows of the same shape.
    pub fn forward(&self, input: Tensor<B, 3>) -> Tensor<B, 3> {
        let [batch, window, joints] = input.dims();
        let flat = input.clone().reshape([batch, window * joints]);
        let hidden = relu(self.0.dense("refurbish.hidden", flat));
        let change = self.0.dense("refurbish.output", hidden);
        input + change.reshape([batch, window, joints])
    }
}
