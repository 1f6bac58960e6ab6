//! What several tests share. Each test file uses a part of it.
#![allow(dead_code, reason = "every test file uses another part")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};
use retune::kernel::{ConvolutionWeights, Kernels};
use retune::series::Split;
use retune::source::SourceWeights;
use retune::source::attention_rnn::{AttentionRnn, LABELS};
use retune::storage::{HostTensor, Stored};

/// A file of the reference data beside the repository; `None`, said aloud, where it is absent.
pub fn reference(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/weights")
        .join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

/// The published attention-RNN.
pub fn published() -> Option<SourceWeights> {
    let path = reference("attrnn-gsc35.h5")?;
    #[cfg(feature = "import")]
    return Some(
        retune::source::attention_rnn::pretrain::import_keras(&path, "published")
            .expect("the published weights are sound"),
    );
    #[cfg(not(feature = "import"))]
    {
        eprintln!("skipped: {} needs the feature import", path.display());
        None
    }
}

/// Every intermediate result for three recordings, computed by an independent implementation.
pub fn golden() -> Option<BTreeMap<String, HostTensor>> {
    let path = reference("attrnn-gsc35.golden.safetensors")?;
    let bytes = std::fs::read(path).expect("the file is there");
    Some(Stored::from_bytes(&bytes).expect("it is sound").tensors)
}

/// The golden file's recordings, in its order.
pub const WORDS: [&str; 3] = ["eight", "five", "follow"];

/// The place of a word among the labels.
pub fn label(word: &str) -> usize {
    let place = LABELS.iter().position(|label| *label == word);
    place.expect("it is one of the labels")
}

/// Compares the gradient of the recordings' loss with respect to the waveform with that of the golden file.
pub fn check_golden_gradient<B: AutodiffBackend + Kernels>(
    source: &AttentionRnn<B>,
    golden: &BTreeMap<String, HostTensor>,
) {
    let waveform = on_device::<B, 2>(&golden["gradient_waveform"]).require_grad();
    let logits = source.activations(B::log_mel(waveform.clone())).logits;
    let found = log_softmax(logits, 1);
    let mut loss = Tensor::<B, 1>::zeros([1], &Default::default());
    for (row, word) in WORDS.iter().enumerate() {
        let place = [row..row + 1, label(word)..label(word) + 1];
        loss = loss - found.clone().slice(place).reshape([1]);
    }
    let gradient = waveform.grad(&loss.backward());
    let gradient = values(gradient.expect("the loss depends on the waveform"));
    let expected = &golden["gradient"].values;
    let product = |a: &[f32], b: &[f32]| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let ours = product(&gradient, &gradient).sqrt();
    let theirs = product(expected, expected).sqrt();
    let cosine = product(&gradient, expected) / ours / theirs;
    assert!(cosine > 0.999, "cosine {cosine}");
    let norms = (ours / theirs - 1.0).abs();
    assert!(norms < 0.01, "norms {ours} and {theirs}");
}

/// A host tensor on a device.
pub fn on_device<B: Backend, const D: usize>(tensor: &HostTensor) -> Tensor<B, D> {
    let data = TensorData::new(tensor.values.clone(), tensor.shape.clone());
    Tensor::from_data(data, &Default::default())
}

/// A tensor's values.
pub fn values<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Vec<f32> {
    tensor.into_data().convert::<f32>().into_vec().expect("f32")
}

/// The largest absolute difference.
pub fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

/// Numbers between −1 and 1 that look random and are the same on every run.
pub fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// Such numbers as a series.
pub fn noisy_series(count: usize, seed: u32) -> Vec<f64> {
    noise(count, seed).into_iter().map(f64::from).collect()
}

/// A tensor of such numbers times `scale`.
pub fn noise_tensor<B: Backend, const D: usize>(
    shape: [usize; D],
    scale: f32,
    seed: u32,
) -> Tensor<B, D> {
    let values = noise(shape.iter().product(), seed);
    let values: Vec<f32> = values.into_iter().map(|value| value * scale).collect();
    Tensor::from_data(TensorData::new(values, shape), &Default::default())
}

/// Convolutions whose ReLUs are sometimes open and sometimes shut.
pub fn convolution_weights<B: Backend>(frames: usize) -> ConvolutionWeights<B> {
    ConvolutionWeights {
        kernel1: noise_tensor([10, 5], 0.5, 4),
        bias1: noise_tensor([10], 0.2, 5),
        kernel2: noise_tensor([5, 10], 0.3, 6),
        bias2: noise_tensor([frames], 0.2, 7),
    }
}

/// Two classes that differ in frequency: `count` series of 60 samples.
pub fn two_tones(count: usize, seed: u32) -> Split {
    let mut split = Split::default();
    for index in 0..count {
        let turns = if index % 2 == 0 { 2.0 } else { 7.0 };
        let noise = noise(60, seed + index as u32);
        let phase = noise[0];
        let series = (0..60)
            .map(|sample| {
                let angle = std::f32::consts::TAU * turns * sample as f32 / 60.0;
                f64::from((angle + phase).sin() + 0.3 * noise[sample])
            })
            .collect();
        split.series.push(series);
        split
            .labels
            .push(if index % 2 == 0 { "-1" } else { "1" }.to_owned());
    }
    split
}
