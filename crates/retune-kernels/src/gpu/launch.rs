//! Tensors as kernels take them and give them.

use std::any::Any;
use std::sync::{Mutex, PoisonError};

use burn::tensor::{DType, Tensor, TensorData, TensorPrimitive};
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_dtype;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeBackend, CubeRuntime};

/// Any GPU that CubeCL compiles for.
pub type Gpu<R> = CubeBackend<R, f32, i32, u32>;

/// A tensor in row-major order.
pub fn rows<R: CubeRuntime, const D: usize>(tensor: Tensor<Gpu<R>, D>) -> CubeTensor<R> {
    into_contiguous(tensor.into_primitive().tensor())
}

/// A tensor that something is still to be written into, on the device of another.
pub fn empty<R: CubeRuntime, const D: usize>(
    beside: &CubeTensor<R>,
    shape: [usize; D],
) -> CubeTensor<R> {
    let (client, device) = (beside.client.clone(), beside.device.clone());
    empty_device_dtype(client, device, shape.into(), DType::F32)
}

/// What a kernel wrote.
pub fn into_tensor<R: CubeRuntime, const D: usize>(written: CubeTensor<R>) -> Tensor<Gpu<R>, D> {
    Tensor::from_primitive(TensorPrimitive::Float(written))
}

/// How many workgroups of `invocations` are enough for `items`.
pub fn groups(items: usize, invocations: usize) -> u32 {
    items.div_ceil(invocations) as u32
}

/// What a kernel reads where it is there, and whether it is; where not, something else is bound in its place.
pub fn rows_or<R: CubeRuntime, const D: usize>(
    tensor: Option<Tensor<Gpu<R>, D>>,
    other: &CubeTensor<R>,
) -> (CubeTensor<R>, bool) {
    match tensor {
        Some(tensor) => (rows(tensor), true),
        None => (other.clone(), false),
    }
}

/// Numbers that stay on a device once they were asked for there.
pub struct Constants(Mutex<Vec<Box<dyn Any + Send>>>);

impl Constants {
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// `values` on a device. A table for each content: `values` are few, and always the same few.
    pub fn of<R: CubeRuntime>(&self, values: &[f32], device: &R::Device) -> CubeTensor<R> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = known.iter().filter_map(|entry| entry.downcast_ref());
        let found = entries.find(|(on, held, _): &&(R::Device, Vec<f32>, CubeTensor<R>)| {
            on == device && held == values
        });
        if let Some((_, _, tensor)) = found {
            return tensor.clone();
        }
        let data = TensorData::new(values.to_vec(), [values.len()]);
        let tensor = rows::<R, 1>(Tensor::from_data(data, device));
        known.push(Box::new((device.clone(), values.to_vec(), tensor.clone())));
        tensor
    }
}
