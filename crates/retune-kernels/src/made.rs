//! Numbers and weights that the tests of the kernels are run on, here and on a GPU (`tests/wgpu`).

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::{
    Activation, BiLstmWeights, Convolution, ConvolutionStack, ConvolutionWeights, DenseWeights,
    Geometry, Pool, StackLayer,
};

/// Numbers between −1 and 1 that look random.
pub fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

pub fn noisy<B: Backend, const D: usize>(shape: [usize; D], scale: f32, seed: u32) -> Tensor<B, D> {
    let values = TensorData::new(noise(shape.iter().product(), seed), shape);
    Tensor::from_data(values, &Default::default()) * scale
}

/// The ReLUs are sometimes open and sometimes shut.
pub fn convolution_weights<B: Backend>(frames: usize) -> ConvolutionWeights<B> {
    ConvolutionWeights {
        kernel1: noisy([10, 5], 0.5, 4),
        bias1: noisy([10], 0.2, 5),
        kernel2: noisy([5, 10], 0.3, 6),
        bias2: noisy([frames], 0.2, 7),
    }
}

pub fn bilstm_weights<B: Backend>(features: usize, units: usize) -> BiLstmWeights<B> {
    BiLstmWeights {
        input: noisy([features, 8 * units], 0.5, 1),
        recurrent: noisy([2, units, 4 * units], 0.5, 2),
        bias: noisy([8 * units], 0.5, 3),
    }
}

pub fn dense_weights<B: Backend>(inputs: usize, outputs: usize) -> DenseWeights<B> {
    DenseWeights {
        kernel: noisy([inputs, outputs], 0.3, 41),
        bias: noisy([outputs], 0.3, 42),
    }
}

pub fn stack() -> ConvolutionStack {
    let convolution = |outputs, inputs, kernel: [usize; 2], padding, activation| Convolution {
        geometry: Geometry {
            outputs,
            inputs,
            kernel,
            padding,
        },
        activation,
        kernel: noise(outputs * inputs * kernel[0] * kernel[1], outputs as u32),
        bias: noise(outputs, 77),
    };
    let leaky = |slope, floor| Activation::Leaky { slope, floor };
    let pool = |window| StackLayer::Pool(Pool { window });
    let layer = |outputs, inputs, kernel, padding, activation| {
        StackLayer::Convolution(convolution(outputs, inputs, kernel, padding, activation))
    };
    ConvolutionStack::new(vec![
        layer(24, 2, [3, 3], 1, leaky(0.2, -0.4)),
        pool([2, 2]),
        layer(12, 24, [1, 3], 1, leaky(0.0, f32::NEG_INFINITY)),
        pool([1, 2]),
        layer(9, 12, [3, 1], 0, Activation::Linear),
        layer(5, 9, [2, 3], 2, leaky(0.1, -0.2)),
        layer(4, 5, [2, 2], 0, Activation::Linear),
    ])
}
