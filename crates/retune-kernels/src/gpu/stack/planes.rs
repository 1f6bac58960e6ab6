//! Planes on a device, and the gradient of a layer's.

use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use crate::gpu::launch::empty;

pub const INVOCATIONS: usize = 256;

/// Planes of clips, one in each row of a matrix.
#[derive(Clone)]
pub struct Planes<R: CubeRuntime> {
    pub values: CubeTensor<R>,
    /// The numbers of a row.
    pub row: usize,
    /// Where in a row the plane begins.
    pub start: usize,
}

impl<R: CubeRuntime> Planes<R> {
    /// Planes of their own, still to be written.
    pub fn empty(beside: &CubeTensor<R>, batch: usize, length: usize) -> Self {
        Self::whole(empty(beside, [batch, length]), length)
    }

    pub fn whole(values: CubeTensor<R>, length: usize) -> Self {
        Self {
            values,
            row: length,
            start: 0,
        }
    }
}

/// The gradient of a layer's output: what the layers after it want of it, and what is tapped there.
pub struct OfOutput<'a, R: CubeRuntime> {
    pub later: Option<CubeTensor<R>>,
    /// The gradient of all taps.
    pub taps: &'a CubeTensor<R>,
    /// The numbers of a row of `taps`.
    pub row: usize,
    /// Where in a row this layer's are, if it is tapped.
    pub start: Option<usize>,
}

impl<R: CubeRuntime> OfOutput<'_, R> {
    pub fn later(&self) -> CubeTensor<R> {
        self.later.as_ref().unwrap_or(self.taps).clone()
    }
}

/// A number of [`OfOutput`]: that at `at` of the `length` numbers of a sample.
#[cube]
#[allow(clippy::too_many_arguments)]
pub fn of_output(
    later: &Array<f32>,
    taps: &Array<f32>,
    sample: usize,
    at: usize,
    length: usize,
    row: u32,
    start: u32,
    #[comptime] is_later: bool,
    #[comptime] is_tapped: bool,
) -> f32 {
    let mut sum = f32::new(0.0);
    if comptime!(is_later) {
        sum += later[sample * length + at];
    }
    if comptime!(is_tapped) {
        sum += taps[sample * row as usize + start as usize + at];
    }
    sum
}
