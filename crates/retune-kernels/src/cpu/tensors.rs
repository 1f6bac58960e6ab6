//! The backend's tensors as slices in row-major order, and back.

use std::ops::Deref;

use burn::tensor::{Tensor, TensorData};
use burn_ndarray::{NdArray, NdArrayTensor};

/// The CPU backend.
pub type Cpu = NdArray<f32>;

/// A tensor's values, which lie in row-major order.
pub struct Values(NdArrayTensor);

impl Values {
    fn in_order(&self) -> Option<&[f32]> {
        match &self.0 {
            NdArrayTensor::F32(storage) => storage.view().to_slice(),
            _ => None,
        }
    }
}

impl Deref for Values {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        self.in_order()
            .expect("the memory is in order: checked in `values`")
    }
}

/// The values of a tensor, without a copy where they lie in order already.
///
/// Apart from [`Tensor::into_data`] because that copies a tensor that others also hold one element
/// at a time.
pub fn values<const D: usize>(tensor: Tensor<Cpu, D>) -> Values {
    let held = |tensor: Tensor<Cpu, D>| Values(tensor.into_primitive().tensor());
    let values = held(tensor.clone());
    if values.in_order().is_some() {
        return values;
    }
    let data = tensor.into_data().convert::<f32>();
    held(Tensor::from_data(data, &Default::default()))
}

/// A tensor of row-major `values`.
pub fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<Cpu, D> {
    Tensor::from_data(TensorData::new(values, shape), &Default::default())
}
