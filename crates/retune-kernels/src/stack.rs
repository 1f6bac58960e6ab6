//! A frozen stack of convolutions and max-pools: its weights on the host, and the sizes of its
//! planes.

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

#[cfg(feature = "cpu")]
use crate::cpu::stack::Network;

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
    fn outputs_last(&self) -> Vec<f32> {
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

/// The frozen weights of convolutions and pools after one another, for
/// [`Kernels::convolution_stack`](crate::Kernels::convolution_stack). A clone shares them.
///
/// The forms in which a backend needs the weights are made when it first asks for them, and kept.
#[derive(Clone)]
pub struct ConvolutionStack(Arc<Shared>);

struct Shared {
    layers: Vec<StackLayer>,
    #[cfg(feature = "cpu")]
    packed: std::sync::OnceLock<Network>,
    /// One entry for each backend and device.
    on_devices: Mutex<Vec<Box<dyn Any + Send>>>,
}

/// The kernel, `[time, frequency, inputs, outputs]`, and bias of each convolution on a device.
pub(crate) type DeviceWeights<B> = Arc<Vec<(Tensor<B, 4>, Tensor<B, 1>)>>;

impl fmt::Debug for ConvolutionStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConvolutionStack({} layers)", self.layers().len())
    }
}

impl ConvolutionStack {
    /// A stack of these layers, the first one first.
    ///
    /// # Panics
    ///
    /// If the number of a convolution's weights is not what its geometry says, or its padding is
    /// as wide as its kernel.
    pub fn new(layers: Vec<StackLayer>) -> Self {
        for layer in &layers {
            if let StackLayer::Convolution(layer) = layer {
                let geometry = layer.geometry;
                let [rows, taps] = geometry.kernel;
                let weights = geometry.outputs * geometry.inputs * rows * taps;
                assert!(geometry.padding < taps && rows > 0, "padding");
                assert_eq!(layer.kernel.len(), weights, "weights of a kernel");
                assert_eq!(layer.bias.len(), geometry.outputs, "weights of a bias");
            }
        }
        Self(Arc::new(Shared {
            layers,
            #[cfg(feature = "cpu")]
            packed: std::sync::OnceLock::new(),
            on_devices: Mutex::default(),
        }))
    }

    /// The layers.
    pub fn layers(&self) -> &[StackLayer] {
        &self.0.layers
    }

    /// The (time, frequency, channels) of planes of `size`, then of the outputs of the first
    /// `count` layers; none where the planes are too small for one of them or have other channels.
    pub fn sizes(&self, size: [usize; 3], count: usize) -> Option<Vec<[usize; 3]>> {
        let mut sizes = vec![size];
        for (index, layer) in self.layers().get(..count)?.iter().enumerate() {
            sizes.push(layer.output(sizes[index])?);
        }
        Some(sizes)
    }

    /// The flat result of [`Kernels::convolution_stack`](crate::Kernels::convolution_stack) for
    /// planes of `size` (time, frequency, channels) as its taps, each `[batch, time, frequency,
    /// channels]`.
    ///
    /// # Panics
    ///
    /// If the result is not one of these taps and this size.
    pub fn cut<B: Backend>(
        &self,
        flat: Tensor<B, 2>,
        size: [usize; 3],
        taps: &[usize],
    ) -> Vec<Tensor<B, 4>> {
        let plan = self.plan(size, taps);
        let [batch, _] = flat.dims();
        let parts = plan.places(taps).map(|(tap, place)| {
            let [time, frequency, channels] = plan.sizes[tap + 1];
            let part = flat.clone().narrow(1, place.start, place.len());
            part.reshape([batch, time, frequency, channels])
        });
        parts.collect()
    }

    /// The sizes up to the last of `taps`.
    ///
    /// # Panics
    ///
    /// If the planes do not fit, or there is no such layer.
    pub(crate) fn plan(&self, size: [usize; 3], taps: &[usize]) -> Plan {
        let count = taps.iter().max().map_or(0, |last| last + 1);
        let sizes = self.sizes(size, count);
        Plan {
            sizes: sizes.expect("planes large enough for all taps: their source asks `sizes`"),
        }
    }

    /// Which of the convolutions a layer is, where it is one.
    pub(crate) fn convolutions_before(&self, layer: usize) -> usize {
        let before = self.layers()[..layer].iter();
        before
            .filter(|layer| matches!(layer, StackLayer::Convolution(_)))
            .count()
    }

    /// The weights in the form of the CPU's kernels.
    #[cfg(feature = "cpu")]
    pub(crate) fn packed(&self) -> &Network {
        self.0.packed.get_or_init(|| Network::new(self.layers()))
    }

    /// The weights on a device, put there once.
    pub(crate) fn on_device<B: Backend>(&self, device: &B::Device) -> DeviceWeights<B> {
        let known = &self.0.on_devices;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = known.iter().filter_map(|entry| entry.downcast_ref());
        let found = entries.find(|(on, _): &&(B::Device, DeviceWeights<B>)| on == device);
        if let Some((_, weights)) = found {
            return weights.clone();
        }
        let convolutions = self.layers().iter().filter_map(|layer| match layer {
            StackLayer::Pool(_) => None,
            StackLayer::Convolution(layer) => {
                let geometry = layer.geometry;
                let [rows, taps] = geometry.kernel;
                let shape = [rows, taps, geometry.inputs, geometry.outputs];
                let kernel = TensorData::new(layer.outputs_last(), shape);
                let bias = TensorData::new(layer.bias.clone(), [geometry.outputs]);
                Some((
                    Tensor::from_data(kernel, device),
                    Tensor::from_data(bias, device),
                ))
            }
        });
        let weights: DeviceWeights<B> = Arc::new(convolutions.collect());
        known.push(Box::new((device.clone(), weights.clone())));
        weights
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
