//! The layers of a frozen stack, and the sizes of their planes.

use std::ops::Range;

/// The shape of a convolution: valid in time, padded with zeros in frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Channels out.
    pub outputs: usize,
    /// Channels in.
    pub inputs: usize,
    /// The kernel's size in (time, frequency).
    pub kernel: [usize; 2],
    /// Zeros at either end of the frequencies, fewer than the kernel is wide.
    pub padding: usize,
}

impl Geometry {
    /// The (time, frequency) of the output for that of the input; none where the input is smaller
    /// than the kernel.
    pub fn output(&self, [time, frequency]: [usize; 2]) -> Option<[usize; 2]> {
        let time = (time + 1).checked_sub(self.kernel[0])?;
        let frequency = (frequency + 2 * self.padding + 1).checked_sub(self.kernel[1])?;
        (time > 0 && frequency > 0).then_some([time, frequency])
    }
}

/// What follows a convolution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// `max(x if x > 0 else slope · x, floor)`. ReLU has slope 0.
    Leaky {
        /// Between 0 and 1.
        slope: f32,
        /// Not above 0; `f32::NEG_INFINITY` for none.
        floor: f32,
    },
}

/// A max-pool whose windows lie side by side: what does not fill a window at the end of time or
/// frequency is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// The window in (time, frequency).
    pub window: [usize; 2],
}

impl Pool {
    /// The (time, frequency) of the output for that of the input; none where no window fits.
    pub fn output(&self, [time, frequency]: [usize; 2]) -> Option<[usize; 2]> {
        let time = time.checked_div(self.window[0])?;
        let frequency = frequency.checked_div(self.window[1])?;
        (time > 0 && frequency > 0).then_some([time, frequency])
    }
}

/// A convolution and its activation.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    /// Its shape.
    pub geometry: Geometry,
    /// What follows it.
    pub activation: Activation,
    /// `[outputs, inputs, time, frequency]`, row-major.
    pub kernel: Vec<f32>,
    /// `[outputs]`.
    pub bias: Vec<f32>,
}

impl Convolution {
    /// The kernel as `[time, frequency, inputs, outputs]`, row-major.
    pub(crate) fn outputs_last(&self) -> Vec<f32> {
        let Geometry {
            outputs, inputs, ..
        } = self.geometry;
        let places = self.geometry.kernel.iter().product::<usize>();
        let mut turned = Vec::with_capacity(self.kernel.len());
        for place in 0..places {
            for input in 0..inputs {
                let of = |output| self.kernel[(output * inputs + input) * places + place];
                turned.extend((0..outputs).map(of));
            }
        }
        turned
    }
}

/// One layer of a stack.
#[derive(Debug, Clone, PartialEq)]
pub enum StackLayer {
    /// A convolution.
    Convolution(Convolution),
    /// A max-pool.
    Pool(Pool),
}

impl StackLayer {
    /// The (time, frequency, channels) after the layer for that before; none where it is too small
    /// or has other channels.
    pub fn output(&self, [time, frequency, channels]: [usize; 3]) -> Option<[usize; 3]> {
        let ([time, frequency], channels) = match self {
            Self::Convolution(Convolution { geometry, .. }) => {
                let fits = geometry.inputs == channels;
                (
                    geometry.output([time, frequency]).filter(|_| fits)?,
                    geometry.outputs,
                )
            }
            Self::Pool(pool) => (pool.output([time, frequency])?, channels),
        };
        Some([time, frequency, channels])
    }
}

/// The sizes of a stack's planes for one size of input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// (time, frequency, channels) of the input, then of each layer's output.
    pub sizes: Vec<[usize; 3]>,
}

impl Plan {
    /// Layers that are worked out.
    pub fn count(&self) -> usize {
        self.sizes.len() - 1
    }

    /// Values of one sample's input (0) or of its output of layer `index − 1`.
    pub fn length(&self, index: usize) -> usize {
        self.sizes[index].iter().product()
    }

    /// Values of one sample's output of a layer.
    pub fn output(&self, layer: usize) -> usize {
        self.length(layer + 1)
    }

    /// Each tap and where it lies in a sample's row.
    pub fn places(&self, taps: &[usize]) -> impl Iterator<Item = (usize, Range<usize>)> {
        taps.iter().scan(0, |start, tap| {
            let place = *start..*start + self.output(*tap);
            *start = place.end;
            Some((*tap, place))
        })
    }
}
