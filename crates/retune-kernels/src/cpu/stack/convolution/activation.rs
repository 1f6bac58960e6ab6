//! What follows a convolution, forward and back.

use crate::cpu::vectors::{Vector, Work};
use crate::stack::Activation;

impl Activation {
    /// Does it to each lane.
    #[inline(always)]
    pub(super) fn apply<V: Vector>(self, value: V) -> V {
        match self {
            Self::Linear => value,
            // In this order what is no number stays so.
            Self::Leaky { slope, floor } => {
                let leaky = value.maximum(value.multiply(V::splat(slope)));
                V::splat(floor).maximum(leaky)
            }
        }
    }
}

/// The gradient before the activation, from that after it.
pub(super) struct Slope<'a> {
    pub activation: Activation,
    pub output: &'a [f32],
    pub gradient: &'a [f32],
    pub out: &'a mut [f32],
}

impl Work for Slope<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Activation::Leaky { slope, floor } = self.activation else {
            return self.out.copy_from_slice(self.gradient);
        };
        for ((out, output), gradient) in self.out.iter_mut().zip(self.output).zip(self.gradient) {
            let below = if *output > floor { slope } else { 0.0 };
            *out = gradient * if *output > 0.0 { 1.0 } else { below };
        }
    }
}
