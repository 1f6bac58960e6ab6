//! Functions that kernels share.

use cubecl::prelude::*;

#[cube]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Of exponentials alone: some drivers' own tanh is not a number for large arguments.
#[cube]
pub fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// The sum of what the invocations of a workgroup hold, given to each of them. All of them must come
/// here, a power of two of them.
#[cube]
pub fn sum_of_all(
    mine: f32,
    scratch: &mut SharedMemory<f32>,
    #[comptime] invocations: usize,
) -> f32 {
    let here = UNIT_POS as usize;
    sync_cube();
    scratch[here] = mine;
    sync_cube();
    let mut half = comptime!(invocations / 2).runtime();
    while half > 0 {
        if here < half {
            scratch[here] += scratch[here + half];
        }
        sync_cube();
        half /= 2;
    }
    scratch[0]
}
