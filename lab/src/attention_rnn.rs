//! Keras names and layouts to ours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use retune_core::storage::HostTensor;
use retune_core::{Error, ErrorKind};

use crate::keras::{KerasTensor, read_keras_weights};

/// Reads the tensors of the attention-RNN that Keras 2 saved as `.h5`, under our names.
///
/// # Errors
///
/// When the file is no Keras weight file, or its layers are not those of the attention-RNN.
pub fn import_keras(path: &Path) -> Result<BTreeMap<String, HostTensor>, Error> {
    let shelf = Shelf {
        tensors: read_keras_weights(path)?,
        path: path.to_owned(),
    };
    let mut tensors = BTreeMap::new();
    for (ours, layer) in [("conv1", "conv2d"), ("conv2", "conv2d_1")] {
        let kernel = shelf.find(layer, "kernel")?;
        // Keras has `[5, 1, channels in, channels out]`; the one that is not 1 stays.
        let tensor = match kernel.shape[..] {
            [taps, 1, 1, channels] => transpose(kernel, taps, channels),
            [taps, 1, channels, 1] => HostTensor {
                shape: vec![taps, channels],
                values: kernel.values.clone(),
            },
            _ => HostTensor {
                shape: kernel.shape.clone(),
                values: kernel.values.clone(),
            },
        };
        tensors.insert(format!("{ours}.kernel"), tensor);
        tensors.insert(format!("{ours}.bias"), shelf.take(layer, "bias")?);
    }
    for (ours, layer) in [
        ("norm1", "batch_normalization"),
        ("norm2", "batch_normalization_1"),
    ] {
        for (part, keras) in [
            ("gamma", "gamma"),
            ("beta", "beta"),
            ("mean", "moving_mean"),
            ("variance", "moving_variance"),
        ] {
            tensors.insert(format!("{ours}.{part}"), shelf.take(layer, keras)?);
        }
    }
    for (ours, layer) in [("lstm1", "bidirectional"), ("lstm2", "bidirectional_1")] {
        let [forward, backward] = ["forward", "backward"].map(|way| format!("{layer}/{way}"));
        let both = |part| -> Result<_, Error> {
            Ok((shelf.find(&forward, part)?, shelf.find(&backward, part)?))
        };
        tensors.insert(format!("{ours}.input"), beside(both("kernel")?));
        tensors.insert(format!("{ours}.bias"), beside(both("bias")?));
        let (forward, backward) = both("recurrent_kernel")?;
        let mut shape = vec![2];
        shape.extend(&forward.shape);
        let values = [forward.values.clone(), backward.values.clone()].concat();
        tensors.insert(format!("{ours}.recurrent"), HostTensor { shape, values });
    }
    for (ours, layer) in [
        ("attend", "dense"),
        ("dense1", "dense_1"),
        ("dense2", "dense_2"),
        ("output", "output"),
    ] {
        for part in ["kernel", "bias"] {
            tensors.insert(format!("{ours}.{part}"), shelf.take(layer, part)?);
        }
    }
    Ok(tensors)
}

struct Shelf {
    tensors: BTreeMap<String, KerasTensor>,
    path: PathBuf,
}

impl Shelf {
    /// The one tensor `part` of `layer`; for an LSTM `layer` is `name/direction`.
    fn find(&self, layer: &str, part: &str) -> Result<&KerasTensor, Error> {
        let (layer, direction) = layer.split_once('/').unwrap_or((layer, ""));
        let (start, end) = (format!("{layer}/"), format!("/{part}:0"));
        let direction = format!("/{direction}");
        self.tensors
            .iter()
            .find(|(name, _)| {
                name.starts_with(&start) && name.ends_with(&end) && name.contains(&direction)
            })
            .map(|(_, tensor)| tensor)
            .ok_or_else(|| {
                let shown = self.path.display();
                let layers = self
                    .tensors
                    .keys()
                    .filter_map(|name| name.split('/').next());
                let layers: BTreeSet<&str> = layers.collect();
                let message = match layers.contains(layer) {
                    true => format!("{shown}: layer {layer} has no weight {part}"),
                    false => format!(
                        "{shown}: the network has no {layer} layers; expected the attention-RNN, \
                         found {}",
                        Vec::from_iter(layers).join(", ")
                    ),
                };
                Error::new(ErrorKind::Mismatch, message)
                    .with_hint("only the attention-RNN as Keras 2 saves it can become a source")
            })
    }

    fn take(&self, layer: &str, part: &str) -> Result<HostTensor, Error> {
        self.find(layer, part).map(|tensor| HostTensor {
            shape: tensor.shape.clone(),
            values: tensor.values.clone(),
        })
    }
}

fn transpose(tensor: &KerasTensor, rows: usize, columns: usize) -> HostTensor {
    let values = (0..columns)
        .flat_map(|column| (0..rows).map(move |row| row * columns + column))
        .filter_map(|index| tensor.values.get(index).copied())
        .collect();
    HostTensor {
        shape: vec![columns, rows],
        values,
    }
}

/// Two directions' columns beside each other.
fn beside((forward, backward): (&KerasTensor, &KerasTensor)) -> HostTensor {
    let width = forward.shape.last().copied().unwrap_or(0).max(1);
    let values = forward
        .values
        .chunks(width)
        .zip(backward.values.chunks(width))
        .flat_map(|(forward, backward)| forward.iter().chain(backward).copied())
        .collect();
    let mut shape = forward.shape.clone();
    if let Some(last) = shape.last_mut() {
        *last *= 2;
    }
    HostTensor { shape, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_network_is_told_by_its_layers() {
        let tensor = KerasTensor {
            shape: vec![1],
            values: vec![0.5],
        };
        let names = [
            "conv1d/conv1d/kernel:0",
            "conv1d/conv1d/bias:0",
            "dense/dense/kernel:0",
        ];
        let tensors = names.map(|name| (name.to_owned(), tensor.clone()));
        let shelf = Shelf {
            tensors: BTreeMap::from(tensors),
            path: "other.h5".into(),
        };
        let error = shelf.find("conv2d", "kernel").unwrap_err().to_string();
        let expected = "other.h5: the network has no conv2d layers; expected the attention-RNN, \
                        found conv1d, dense";
        assert_eq!(error, expected);
        let error = shelf.find("dense", "bias").unwrap_err().to_string();
        assert_eq!(error, "other.h5: layer dense has no weight bias");
    }
}
