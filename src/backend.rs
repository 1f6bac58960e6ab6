//! The only file that names concrete backends: a choice at run time becomes one generic call.

use std::fmt;
use std::str::FromStr;

use burn::backend::Autodiff;
use burn::tensor::backend::AutodiffBackend;
use thiserror::Error;

use crate::kernel::Kernels;

#[cfg(feature = "cpu")]
pub use host::Cpu;

/// The GPU backend: Vulkan, Metal or DirectX 12 through wgpu.
#[cfg(feature = "wgpu")]
pub type Wgpu = burn_wgpu::Wgpu<f32, i32, u32>;

#[cfg(feature = "wgpu")]
impl Kernels for Wgpu {}

/// Why a backend cannot be used.
#[derive(Debug, Error)]
pub enum BackendError {
    /// No backend has this name.
    #[error("there is no backend {name:?}, expected cpu or wgpu")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The backend was left out of this build.
    #[error("the {backend} backend is not compiled in")]
    NotCompiled {
        /// The backend.
        backend: BackendChoice,
    },
    /// There is no graphics driver that wgpu can use.
    #[error("the wgpu backend found no adapter: no Vulkan, Metal or DirectX 12 driver answers")]
    NoAdapter,
}

impl BackendError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { .. } => None,
            Self::NotCompiled { backend } => Some(format!(
                "build with `cargo build --release --features {backend}`"
            )),
            Self::NoAdapter => Some(
                "install the graphics driver (Debian: `apt-get install mesa-vulkan-drivers \
                 libvulkan1` for a software one), or use --backend cpu"
                    .to_owned(),
            ),
        }
    }
}

/// Which backend runs the tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackendChoice {
    /// burn-ndarray with the hand-written kernels of this crate.
    #[default]
    Cpu,
    /// burn-wgpu.
    Wgpu,
}

impl fmt::Display for BackendChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cpu => "cpu",
            Self::Wgpu => "wgpu",
        })
    }
}

impl FromStr for BackendChoice {
    type Err = BackendError;

    fn from_str(name: &str) -> Result<Self, BackendError> {
        match name {
            "cpu" => Ok(Self::Cpu),
            "wgpu" => Ok(Self::Wgpu),
            _ => Err(BackendError::Unknown {
                name: name.to_owned(),
            }),
        }
    }
}

/// Work that is generic over the backend.
///
/// Implement it on a struct that holds the arguments, and let [`BackendChoice::run`] pick the
/// backend: everything below is then compiled once for each backend, in this crate alone.
pub trait BackendTask {
    /// What the work gives.
    type Output;

    /// Does the work on the backend's default device.
    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + Kernels,
        B::InnerBackend: Kernels;
}

impl BackendChoice {
    /// Runs the work on this backend.
    ///
    /// # Errors
    ///
    /// When the backend is not compiled in, or has no adapter to run on.
    pub fn run<T: BackendTask>(self, task: T) -> Result<T::Output, BackendError> {
        match self {
            #[cfg(feature = "cpu")]
            Self::Cpu => Ok(on::<Autodiff<Cpu>, T>(task)),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => {
                if has_adapter() {
                    Ok(on::<Autodiff<Wgpu>, T>(task))
                } else {
                    Err(BackendError::NoAdapter)
                }
            }
            #[allow(unreachable_patterns, reason = "reached where a feature is off")]
            backend => Err(BackendError::NotCompiled { backend }),
        }
    }
}

/// Runs the work on the default device of `B`.
fn on<B, T: BackendTask>(task: T) -> T::Output
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    task.run::<B>(&Default::default())
}

/// Whether any graphics driver answers; asked first, because the backend panics without one.
#[cfg(feature = "wgpu")]
fn has_adapter() -> bool {
    let instance = wgpu::Instance::default();
    let options = wgpu::RequestAdapterOptions::default();
    pollster::block_on(instance.request_adapter(&options)).is_ok()
}

#[cfg(feature = "cpu")]
mod host {
    use std::ops::Deref;

    use burn::tensor::Tensor;
    use burn_ndarray::{NdArray, NdArrayTensor};

    use crate::kernel::cpu::{self, HostBackend};
    use crate::kernel::{
        AttendGradients, Attended, BiLstmGradients, BiLstmTrace, BiLstmWeights, ConvolutionWeights,
        Kernels,
    };

    /// The CPU backend.
    pub type Cpu = NdArray<f32>;

    /// A tensor's values in row-major order.
    enum Values {
        /// Where the tensor holds them.
        Held(NdArrayTensor),
        /// Put in order.
        Copied(Vec<f32>),
    }

    impl Values {
        /// The tensor's own memory, where that is in row-major order.
        fn held(tensor: &NdArrayTensor) -> Option<&[f32]> {
            match tensor {
                NdArrayTensor::F32(storage) => storage.view().to_slice(),
                _ => None,
            }
        }
    }

    impl Deref for Values {
        type Target = [f32];

        fn deref(&self) -> &[f32] {
            match self {
                Self::Held(tensor) => Self::held(tensor).unwrap_or_default(),
                Self::Copied(values) => values,
            }
        }
    }

    impl HostBackend for Cpu {
        fn values<const D: usize>(tensor: Tensor<Self, D>) -> impl Deref<Target = [f32]> {
            let held = tensor.clone().into_primitive().tensor();
            if Values::held(&held).is_some() {
                return Values::Held(held);
            }
            Values::Copied(tensor.into_data().into_vec().unwrap_or_default())
        }
    }

    impl Kernels for Cpu {
        fn log_mel(audio: Tensor<Self, 2>) -> Tensor<Self, 3> {
            cpu::log_mel(audio)
        }

        fn log_mel_backward(audio: Tensor<Self, 2>, gradient: Tensor<Self, 3>) -> Tensor<Self, 2> {
            cpu::log_mel_backward(audio, gradient)
        }

        fn log_mel_of_sum(
            placed: Tensor<Self, 2>,
            shared: Tensor<Self, 1>,
            of_shared: Option<Tensor<Self, 3>>,
        ) -> Tensor<Self, 3> {
            cpu::log_mel_of_sum(placed, shared, of_shared)
        }

        fn log_mel_of_sum_backward(
            placed: Tensor<Self, 2>,
            shared: Tensor<Self, 1>,
            gradient: Tensor<Self, 3>,
        ) -> Tensor<Self, 1> {
            cpu::log_mel_of_sum_backward(placed, shared, gradient)
        }

        fn normalise(plane: Tensor<Self, 3>) -> Tensor<Self, 3> {
            cpu::normalise(plane)
        }

        fn normalise_backward(
            plane: Tensor<Self, 3>,
            gradient: Tensor<Self, 3>,
        ) -> Tensor<Self, 3> {
            cpu::normalise_backward(plane, gradient)
        }

        fn convolutions(
            plane: Tensor<Self, 3>,
            weights: &ConvolutionWeights<Self>,
        ) -> Tensor<Self, 3> {
            cpu::convolutions(plane, weights)
        }

        fn convolutions_backward(
            plane: Tensor<Self, 3>,
            weights: &ConvolutionWeights<Self>,
            gradient: Tensor<Self, 3>,
        ) -> Tensor<Self, 3> {
            cpu::convolutions_backward(plane, weights, gradient)
        }

        fn bilstm(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> BiLstmTrace<Self> {
            cpu::bilstm(input, weights)
        }

        fn bilstm_output(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> Tensor<Self, 3> {
            cpu::bilstm_output(input, weights)
        }

        fn bilstm_backward(
            input: Tensor<Self, 3>,
            weights: &BiLstmWeights<Self>,
            trace: &BiLstmTrace<Self>,
            gradient: Tensor<Self, 3>,
            with_weights: bool,
        ) -> BiLstmGradients<Self> {
            cpu::bilstm_backward(input, weights, trace, gradient, with_weights)
        }

        fn attend(frames: Tensor<Self, 3>, query: Tensor<Self, 2>) -> Attended<Self> {
            cpu::attend(frames, query)
        }

        fn attend_backward(
            frames: Tensor<Self, 3>,
            query: Tensor<Self, 2>,
            attention: Tensor<Self, 2>,
            gradient: Attended<Self>,
        ) -> AttendGradients<Self> {
            cpu::attend_backward(frames, query, attention, gradient)
        }

        fn pool(layer: Tensor<Self, 3>) -> Tensor<Self, 2> {
            cpu::pool(layer)
        }

        fn paint(
            place: Tensor<Self, 3>,
            width: Tensor<Self, 1>,
            height: Tensor<Self, 1>,
            floor: f32,
        ) -> Tensor<Self, 3> {
            cpu::paint(place, width, height, floor)
        }
    }
}
