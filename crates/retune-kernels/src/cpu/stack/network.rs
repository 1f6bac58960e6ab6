//! Convolutions and pools after one another, a sample at a time so that its planes stay in the
//! caches, in buffers that each thread keeps.

use std::cell::Cell;

use rayon::prelude::*;

use super::convolution::PackedConvolution;
use crate::layers::{Plan, Pool, StackLayer};

thread_local! {
    /// The planes before and after a layer, or all planes of a sample and two gradients; kept
    /// because fresh memory is slow. A thread that is lent to another sample meanwhile finds empty
    /// ones.
    static BUFFERS: Cell<[Vec<f32>; 3]> = const { Cell::new([Vec::new(), Vec::new(), Vec::new()]) };
}

enum Layer {
    Convolution(Box<PackedConvolution>),
    Pool(Pool),
}

impl Layer {
    fn forward(&self, plane: &[f32], size: [usize; 3], out: &mut [f32]) {
        match self {
            Self::Convolution(layer) => layer.forward(plane, size, out),
            Self::Pool(layer) => layer.forward(plane, size, out),
        }
    }
}

/// A stack's layers, their weights packed.
pub struct Network {
    layers: Vec<Layer>,
}

impl Network {
    /// Packs the weights.
    pub fn new(layers: &[StackLayer]) -> Self {
        let layers = layers.iter().map(|layer| match layer {
            StackLayer::Pool(pool) => Layer::Pool(*pool),
            StackLayer::Convolution(layer) => {
                Layer::Convolution(Box::new(PackedConvolution::new(layer)))
            }
        });
        Self {
            layers: layers.collect(),
        }
    }

    /// The outputs of the layers `taps` side by side, `[batch, …]`, of planes `[batch, time,
    /// frequency, channels]`. Nothing after the last tap is worked out.
    pub fn forward(&self, planes: &[f32], plan: &Plan, taps: &[usize]) -> Vec<f32> {
        let width = plan.width(taps.iter().copied());
        let batch = planes.len() / plan.length(0);
        let mut out = vec![0.0; batch * width];
        let lengths = [plan.largest(), plan.largest(), 0];
        out.par_chunks_mut(width.max(1))
            .zip(planes.par_chunks(plan.length(0)))
            .for_each(|(out, plane)| {
                let [mut here, mut next, other] = buffers(lengths);
                here[..plane.len()].copy_from_slice(plane);
                for index in 0..plan.count() {
                    let to = &mut next[..plan.output(index)];
                    let from = &here[..plan.length(index)];
                    self.layers[index].forward(from, plan.sizes[index], to);
                    for (tap, place) in plan.places(taps) {
                        if tap == index {
                            out[place].copy_from_slice(to);
                        }
                    }
                    std::mem::swap(&mut here, &mut next);
                }
                BUFFERS.set([here, next, other]);
            });
        out
    }

    /// The gradient with respect to the planes, `[batch, time, frequency, channels]`, given them
    /// and the gradient of what [`Self::forward`] gives. A sample's planes are worked out again:
    /// to keep those of a whole batch would take longer.
    pub fn backward(
        &self,
        planes: &[f32],
        plan: &Plan,
        taps: &[usize],
        gradients: &[f32],
    ) -> Vec<f32> {
        let width = plan.width(taps.iter().copied());
        let recorded = plan.width(0..plan.count());
        let lengths = [plan.largest(), plan.largest(), recorded];
        let mut out = vec![0.0; planes.len()];
        out.par_chunks_mut(plan.length(0))
            .zip(planes.par_chunks(plan.length(0)))
            .zip(gradients.par_chunks(width.max(1)))
            .for_each(|((out, plane), gradient)| {
                let [mut here, mut next, mut record] = buffers(lengths);
                self.record(plane, plan, &mut record);
                here[..plan.length(plan.count())].fill(0.0);
                let mut end = recorded;
                for index in (0..plan.count()).rev() {
                    let size = plan.sizes[index];
                    let (length, before) = (plan.output(index), plan.length(index));
                    let start = end - length;
                    let from = &mut here[..length];
                    for (tap, place) in plan.places(taps) {
                        if tap == index {
                            for (sum, gradient) in from.iter_mut().zip(&gradient[place]) {
                                *sum += gradient;
                            }
                        }
                    }
                    let to = &mut next[..before];
                    match &self.layers[index] {
                        Layer::Convolution(layer) => {
                            layer.backward(&record[start..end], from, size, to);
                        }
                        Layer::Pool(layer) => {
                            let input = match index {
                                0 => plane,
                                _ => &record[start - before..start],
                            };
                            layer.backward(input, size, from, to);
                        }
                    }
                    std::mem::swap(&mut here, &mut next);
                    end = start;
                }
                out.copy_from_slice(&here[..out.len()]);
                BUFFERS.set([here, next, record]);
            });
        out
    }

    /// Writes one sample's outputs of all layers after one another.
    fn record(&self, plane: &[f32], plan: &Plan, mut record: &mut [f32]) {
        let mut from = plane;
        for index in 0..plan.count() {
            let (to, rest) = record.split_at_mut(plan.output(index));
            self.layers[index].forward(from, plan.sizes[index], to);
            (from, record) = (to, rest);
        }
    }
}

impl Plan {
    /// Values of one sample's largest plane.
    pub fn largest(&self) -> usize {
        let lengths = (0..self.sizes.len()).map(|at| self.length(at));
        lengths.max().unwrap_or(0)
    }

    /// Values of one sample's outputs of these layers.
    pub fn width(&self, layers: impl IntoIterator<Item = usize>) -> usize {
        layers.into_iter().map(|layer| self.output(layer)).sum()
    }
}

/// This thread's buffers, with these lengths or more.
fn buffers(lengths: [usize; 3]) -> [Vec<f32>; 3] {
    let mut buffers = BUFFERS.take();
    for (buffer, length) in buffers.iter_mut().zip(lengths) {
        if buffer.len() < length {
            buffer.resize(length, 0.0);
        }
    }
    buffers
}
