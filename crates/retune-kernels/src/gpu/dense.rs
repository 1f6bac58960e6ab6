//! A dense layer, a workgroup for each row.

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use cubecl::prelude::*;

use super::launch::{Gpu, empty, into_tensor, rows, rows_or};
use crate::{DenseGradients, DenseWeights, composed};

const INVOCATIONS: usize = 128;

pub fn forward<R: CubeRuntime>(
    input: Tensor<Gpu<R>, 2>,
    weights: &DenseWeights<Gpu<R>>,
    relu: bool,
) -> Tensor<Gpu<R>, 2> {
    let [batch, inputs] = input.dims();
    let [_, outputs] = weights.kernel.dims();
    if batch * inputs * outputs == 0 {
        return composed::dense(input, weights, relu);
    }
    let input = rows(input);
    let out = empty(&input, [batch, outputs]);
    // SAFETY: for each workgroup `input` has `inputs` and `out` has `outputs` numbers; the weights are
    // of that shape.
    unsafe {
        forward_kernel::launch_unchecked::<R>(
            &input.client.clone(),
            CubeCount::Static(batch as u32, 1, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            input.into_array_arg(),
            rows(weights.kernel.clone()).into_array_arg(),
            rows(weights.bias.clone()).into_array_arg(),
            out.clone().into_array_arg(),
            inputs as u32,
            outputs as u32,
            relu,
        );
    }
    into_tensor(out)
}

pub fn backward<R: CubeRuntime>(
    input: Tensor<Gpu<R>, 2>,
    weights: &DenseWeights<Gpu<R>>,
    output: Option<Tensor<Gpu<R>, 2>>,
    gradient: Tensor<Gpu<R>, 2>,
    with_weights: bool,
) -> DenseGradients<Gpu<R>> {
    let [batch, inputs] = input.dims();
    let [_, outputs] = weights.kernel.dims();
    if with_weights || batch * inputs * outputs == 0 {
        return composed::dense_backward(input, weights, output, gradient, with_weights);
    }
    let gradient = rows(gradient);
    let out = empty(&gradient, [batch, inputs]);
    let (output, relu) = rows_or(output, &gradient);
    // SAFETY: for each workgroup `out` has `inputs`, `gradient` and `output` have `outputs` numbers.
    unsafe {
        backward_kernel::launch_unchecked::<R>(
            &gradient.client.clone(),
            CubeCount::Static(batch as u32, 1, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            gradient.into_array_arg(),
            output.into_array_arg(),
            rows(weights.kernel.clone()).into_array_arg(),
            out.clone().into_array_arg(),
            inputs as u32,
            outputs as u32,
            relu,
        );
    }
    DenseGradients {
        input: into_tensor(out),
        weights: None,
    }
}

#[cube(launch_unchecked)]
fn forward_kernel(
    input: &Array<f32>,
    kernel: &Array<f32>,
    bias: &Array<f32>,
    out: &mut Array<f32>,
    inputs: u32,
    outputs: u32,
    #[comptime] relu: bool,
) {
    let (inputs, outputs) = (inputs as usize, outputs as usize);
    let row = CUBE_POS_X as usize;
    for column in range_stepped(UNIT_POS as usize, outputs, INVOCATIONS) {
        let mut sum = bias[column];
        for at in 0..inputs {
            sum += input[row * inputs + at] * kernel[at * outputs + column];
        }
        if comptime!(relu) {
            sum = max(sum, f32::new(0.0));
        }
        out[row * outputs + column] = sum;
    }
}

#[cube(launch_unchecked)]
fn backward_kernel(
    gradient: &Array<f32>,
    output: &Array<f32>,
    kernel: &Array<f32>,
    out: &mut Array<f32>,
    inputs: u32,
    outputs: u32,
    #[comptime] relu: bool,
) {
    let (inputs, outputs) = (inputs as usize, outputs as usize);
    let row = CUBE_POS_X as usize;
    for at in range_stepped(UNIT_POS as usize, inputs, INVOCATIONS) {
        let mut sum = f32::new(0.0);
        for column in 0..outputs {
            let mut of_output = gradient[row * outputs + column];
            if comptime!(relu) {
                let passes = output[row * outputs + column] > 0.0;
                of_output = select(passes, of_output, f32::new(0.0));
            }
            sum += of_output * kernel[at * outputs + column];
        }
        out[row * inputs + at] = sum;
    }
}
