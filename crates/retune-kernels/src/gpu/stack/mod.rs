//! A stack of convolutions and max-pools, a launch for each layer, channels innermost; back, these again and
//! one more for each, two for a convolution.

mod convolution;
mod planes;
mod pool;

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;

use self::planes::{INVOCATIONS, OfOutput, Planes};
use super::launch::{Gpu, empty, into_tensor, rows};
use crate::composed;
use crate::layers::{Plan, StackLayer};
use crate::stack::ConvolutionStack;

/// Workgroups that a device takes along one axis.
const MOST_GROUPS: usize = 65_535;

pub fn forward<R: CubeRuntime>(
    planes: Tensor<Gpu<R>, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
) -> Tensor<Gpu<R>, 2> {
    let [batch, size @ ..] = planes.dims();
    let plan = stack.plan(size, taps);
    let places: BTreeMap<_, _> = plan.places(taps).collect();
    if !fits(batch, &plan) || places.len() != taps.len() {
        return composed::convolution_stack(planes, stack, taps);
    }
    let width = taps.iter().map(|tap| plan.output(*tap)).sum();
    let planes = rows(planes);
    let tapped = empty(&planes, [batch, width]);
    let out = |index, own: &dyn Fn() -> Planes<R>| match places.get(&index) {
        Some(place) => Planes {
            values: tapped.clone(),
            row: width,
            start: place.start,
        },
        None => own(),
    };
    run(planes, batch, (stack, &plan), out);
    into_tensor(tapped)
}

/// Whether there is something to launch, and no more than a device takes: planes of up to minutes.
fn fits(batch: usize, plan: &Plan) -> bool {
    let longest = (0..=plan.count()).map(|layer| plan.length(layer)).max();
    let groups = longest.unwrap_or(0).div_ceil(INVOCATIONS);
    (1..=MOST_GROUPS).contains(&batch) && groups <= MOST_GROUPS
}

/// Works out each layer of the plan into the planes that `out` gives for its index; its second argument
/// makes ones of their own.
fn run<R: CubeRuntime>(
    planes: CubeTensor<R>,
    batch: usize,
    (stack, plan): (&ConvolutionStack, &Plan),
    mut out: impl FnMut(usize, &dyn Fn() -> Planes<R>) -> Planes<R>,
) {
    let weights = stack.on_device::<Gpu<R>>(&planes.device);
    let mut here = Planes::whole(planes, plan.length(0));
    for (index, layer) in stack.layers()[..plan.count()].iter().enumerate() {
        let next = out(index, &|| {
            Planes::empty(&here.values, batch, plan.output(index))
        });
        let sizes = [plan.sizes[index], plan.sizes[index + 1]];
        match layer {
            StackLayer::Pool(layer) => pool::forward(&here, &next, batch, *layer, sizes),
            StackLayer::Convolution(layer) => {
                let (kernel, bias) = &weights[stack.convolutions_before(index)];
                let weights = [rows(kernel.clone()), rows(bias.clone())];
                convolution::forward(&here, &next, batch, (layer, weights), sizes);
            }
        }
        here = next;
    }
}

pub fn backward<R: CubeRuntime>(
    planes: Tensor<Gpu<R>, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
    gradient: Tensor<Gpu<R>, 2>,
) -> Tensor<Gpu<R>, 4> {
    let [batch, size @ ..] = planes.dims();
    let plan = stack.plan(size, taps);
    let places: BTreeMap<_, _> = plan.places(taps).collect();
    if !fits(batch, &plan) || taps.is_empty() || places.len() != taps.len() {
        return composed::convolution_stack_backward(planes, stack, taps, gradient);
    }
    let planes = rows(planes);
    let weights = stack.on_device::<Gpu<R>>(&planes.device);
    let mut outputs = vec![planes.clone()];
    run(planes, batch, (stack, &plan), |_, own| {
        let own = own();
        outputs.push(own.values.clone());
        own
    });
    let row = gradient.dims()[1];
    let gradient = rows(gradient);
    let mut later = None;
    for (index, layer) in stack.layers()[..plan.count()].iter().enumerate().rev() {
        let of_output = OfOutput {
            later: later.take(),
            taps: &gradient,
            row,
            start: places.get(&index).map(|place| place.start),
        };
        let of_input = empty(&gradient, [batch, plan.length(index)]);
        let sizes = [plan.sizes[index], plan.sizes[index + 1]];
        match layer {
            StackLayer::Pool(layer) => {
                let input = outputs[index].clone();
                pool::backward(&of_output, input, &of_input, batch, *layer, sizes);
            }
            StackLayer::Convolution(layer) => {
                let (kernel, _) = &weights[stack.convolutions_before(index)];
                let kernel = rows(kernel.clone());
                let output = outputs[index + 1].clone();
                convolution::backward(&of_output, output, &of_input, batch, (layer, kernel), sizes);
            }
        }
        later = Some(of_input);
    }
    let of_planes = later.expect("a stack with a tap has a layer");
    into_tensor::<R, 2>(of_planes).reshape([batch, size[0], size[1], size[2]])
}
