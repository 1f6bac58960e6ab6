//! A frozen stack of convolutions and max-pools: its weights on the host and on devices.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

#[cfg(feature = "cpu")]
use crate::cpu::stack::Network;
use crate::layers::{Plan, StackLayer};

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
