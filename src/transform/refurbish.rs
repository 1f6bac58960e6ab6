//! The refurbish module: a person's windows to windows that the frozen network can use.
//!
//! After Dey and Nair (ReMAP, NeurIPS 2024, arXiv 2403.06569).

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use retune_core::Error;
use serde::{Deserialize, Serialize};

use super::InputTransform;
use crate::kernel::Kernels;
use crate::limits;
use crate::parameters::{Numbers, Parameters, named};
use crate::setting;
use crate::source::motion::{check_tensors, generator, kernel, zeros};
use crate::source::{Input, SourceSpec, WindowInput};

/// The stream of a seed that modules are drawn from.
const STREAM: u64 = 2;
const HIDDEN_KERNEL: &str = "refurbish.hidden.kernel";

/// `h(x) = x + W₂ · relu(W₁ · x + b₁) + b₂` over a whole scaled window, sample by sample.
///
/// It has no name: series are no windows of several signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refurbish {
    /// Hidden units.
    pub hidden: usize,
}

impl Refurbish {
    /// How many trained numbers there are for windows of so many values.
    pub fn parameters(self, width: usize) -> usize {
        let kernels = width.saturating_mul(self.hidden).saturating_mul(2);
        kernels.saturating_add(width).saturating_add(self.hidden)
    }

    /// Whether tensors make up a module for such windows; nothing is made of them before.
    pub(crate) fn check_tensors(self, width: usize, tensors: &Numbers) -> Result<(), Error> {
        let shapes = self.shapes(width);
        let expected = shapes.map(|(name, shape)| (name.to_owned(), shape));
        check_tensors(tensors, &expected, "its module")
    }

    fn shapes(self, width: usize) -> [(&'static str, Vec<usize>); 4] {
        let Self { hidden } = self;
        [
            (HIDDEN_KERNEL, vec![width, hidden]),
            ("refurbish.hidden.bias", vec![hidden]),
            ("refurbish.output.kernel", vec![hidden, width]),
            ("refurbish.output.bias", vec![width]),
        ]
    }
}

/// The windows of a source that [`InputTransform::check`] found to take them.
fn checked_window(source: &SourceSpec) -> WindowInput {
    let window = source.window;
    window.expect("the check of the transform found that the source takes windows")
}

impl InputTransform for Refurbish {
    const KIND: &'static str = "refurbish";

    fn check(&self, source: &SourceSpec, length: usize) -> Result<(), Error> {
        let window = source.window.ok_or_else(|| source.takes_no("window"))?;
        if length != window.width() {
            return Err(setting::refused("window", length, window.width()));
        }
        setting::within([("hidden", self.hidden, limits::HIDDEN, "1 to 65536")])
    }

    fn prepare(&self, _source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        Ok(series.to_vec())
    }

    fn forward<B: Kernels>(
        &self,
        source: &SourceSpec,
        prepared: Tensor<B, 2>,
        numbers: &Parameters<B>,
    ) -> Input<B> {
        let WindowInput { samples, signals } = checked_window(source);
        let [batch, _] = prepared.dims();
        let hidden = relu(numbers.dense("refurbish.hidden", prepared.clone()));
        let refurbished = prepared + numbers.dense("refurbish.output", hidden);
        Input::Window(refurbished.reshape([batch, samples, signals]))
    }

    /// The module leaves every window as it is, bit for bit.
    fn initial(&self, source: &SourceSpec, seed: u64) -> Numbers {
        let width = checked_window(source).width();
        let mut random = generator(seed, STREAM);
        named(self.shapes(width).map(|(name, shape)| match name {
            HIDDEN_KERNEL => (name, kernel(width, self.hidden, &mut random)),
            _ => (name, zeros(&shape)),
        }))
    }
}
