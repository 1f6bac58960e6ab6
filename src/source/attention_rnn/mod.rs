//! The attention-RNN of de Andrade et al. 2018 (arXiv 1808.08929), with its norms folded away.
//!
//! A batch norm at rest is a scale and a shift of each channel. Both norms follow a ReLU, so each
//! is folded into the layer after it: the first into the second convolution (whose bias then
//! depends on the frame, because the convolution's own zero padding is not shifted), the second
//! into the first LSTM's input weights.

mod activations;
mod layers;
#[cfg(feature = "import")]
pub mod pretrain;
mod random;

pub use activations::Activations;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use self::layers::{Dense, Layers, NormStatistics};
use super::{
    AudioInput, Input, Outputs, PlaneInput, Source, SourceModel, SourceSpec, SourceWeights, Tap,
    TapOf, fingerprint, host,
};
use crate::kernel::composed::{MARGIN, TAPS};
use crate::kernel::mel::{
    CLIP_SAMPLES, FRAME_SAMPLES, FRAMES, HOP_SAMPLES, SAMPLE_RATE, mel_centres,
};
use crate::kernel::{Attended, BiLstmWeights, ConvolutionWeights, Kernels};
use crate::storage::HostTensor;

/// The `epsilon` of both norms.
const NORM_EPSILON: f32 = 1e-3;
/// The magnitude of a sine of amplitude 1 in a frame: half of the window's sum.
const MAGNITUDE_OF_ONE: f32 = 256.0;

/// The labels for Speech Commands, in the order of the logits.
pub const LABELS: [&str; 36] = [
    "unknown", "nine", "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go",
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "backward", "bed",
    "bird", "cat", "dog", "follow", "forward", "happy", "house", "learn", "marvin", "sheila",
    "tree", "visual", "wow",
];

/// Name and shape of every tensor.
const ARCHITECTURE: [(&str, &[usize]); 26] = [
    ("attend.bias", &[128]),
    ("attend.kernel", &[128, 128]),
    ("conv1.bias", &[10]),
    ("conv1.kernel", &[10, 5]),
    ("conv2.bias", &[1]),
    ("conv2.kernel", &[5, 10]),
    ("dense1.bias", &[64]),
    ("dense1.kernel", &[128, 64]),
    ("dense2.bias", &[32]),
    ("dense2.kernel", &[64, 32]),
    ("lstm1.bias", &[512]),
    ("lstm1.input", &[80, 512]),
    ("lstm1.recurrent", &[2, 64, 256]),
    ("lstm2.bias", &[512]),
    ("lstm2.input", &[128, 512]),
    ("lstm2.recurrent", &[2, 64, 256]),
    ("norm1.beta", &[10]),
    ("norm1.gamma", &[10]),
    ("norm1.mean", &[10]),
    ("norm1.variance", &[10]),
    ("norm2.beta", &[1]),
    ("norm2.gamma", &[1]),
    ("norm2.mean", &[1]),
    ("norm2.variance", &[1]),
    ("output.bias", &[36]),
    ("output.kernel", &[32, 36]),
];

/// The kind of source: one-second clips at 16 kHz, or their log-mel planes, to 36 labels.
#[derive(Debug)]
pub struct AttentionRnnSource;

impl Source for AttentionRnnSource {
    const FORMAT: &'static str = "retune-source-1";

    fn tensors() -> Vec<(String, Vec<usize>)> {
        let named = ARCHITECTURE.iter();
        named
            .map(|(name, shape)| ((*name).to_owned(), shape.to_vec()))
            .collect()
    }

    fn labels() -> Vec<String> {
        LABELS.map(str::to_owned).to_vec()
    }

    fn spec(name: String, sha256: String, labels: Vec<String>) -> SourceSpec {
        let tap = |name, width, of| Tap {
            name,
            width,
            of,
            read: name != "attention",
        };
        SourceSpec {
            name,
            sha256,
            audio: Some(AudioInput {
                rate: SAMPLE_RATE,
                samples: CLIP_SAMPLES,
            }),
            plane: Some(PlaneInput {
                frames: FRAMES,
                hop: HOP_SAMPLES,
                window: FRAME_SAMPLES,
                rate: SAMPLE_RATE,
                centres: mel_centres().to_vec(),
                offset: 0.0,
                slope: 1.0,
                magnitude_of_one: MAGNITUDE_OF_ONE,
            }),
            labels,
            taps: vec![
                tap("context", 128, TapOf::Mean),
                tap("dense", 64, TapOf::Clip),
                tap("lstm1", 128, TapOf::Frames),
                tap("lstm2", 128, TapOf::Frames),
                tap("attention", 1, TapOf::Frames),
            ],
        }
    }

    fn model<B: Kernels>(weights: &SourceWeights, device: &B::Device) -> Arc<dyn SourceModel<B>> {
        Arc::new(AttentionRnn::<B>::new(weights, device))
    }

    fn is_trained(tensor: &str) -> bool {
        !tensor.ends_with(".mean") && !tensor.ends_with(".variance")
    }

    fn random(seed: u64) -> BTreeMap<String, HostTensor> {
        random::tensors(seed)
    }
}

/// A frozen attention-RNN on a backend.
#[derive(Debug, Clone)]
pub struct AttentionRnn<B: Backend> {
    spec: SourceSpec,
    folded: Folded<B>,
}

/// The folded weights, as the forward pass uses them.
#[derive(Debug, Clone)]
struct Folded<B: Backend> {
    convolutions: ConvolutionWeights<B>,
    lstm1: BiLstmWeights<B>,
    head: Head<B>,
}

/// Everything after the first LSTM.
#[derive(Debug, Clone)]
struct Head<B: Backend> {
    lstm2: BiLstmWeights<B>,
    attend: (Tensor<B, 2>, Tensor<B, 1>),
    dense1: (Tensor<B, 2>, Tensor<B, 1>),
    dense2: (Tensor<B, 2>, Tensor<B, 1>),
    output: (Tensor<B, 2>, Tensor<B, 1>),
}

impl<B: Kernels> AttentionRnn<B> {
    /// Puts weights of an [`AttentionRnnSource`] on a device, frozen.
    pub fn new(weights: &SourceWeights, device: &B::Device) -> Self {
        let (layers, statistics) = Layers::<B>::new(weights, device);
        Self {
            spec: weights.spec().clone(),
            folded: Folded::at_rest(&layers.no_grad(), &statistics),
        }
    }

    /// Everything that it computes from log-mel planes `[batch, 125, 80]`.
    pub fn activations(&self, log_mel: Tensor<B, 3>) -> Activations<B> {
        let normalised = B::normalise(log_mel.clone());
        let convolved = B::convolutions(normalised.clone(), &self.folded.convolutions);
        let lstm1 = B::bilstm_output(convolved.clone(), &self.folded.lstm1);
        let head = &self.folded.head;
        head.finish(log_mel, normalised, convolved, lstm1)
    }
}

impl<B: Kernels> SourceModel<B> for AttentionRnn<B> {
    fn spec(&self) -> &SourceSpec {
        &self.spec
    }

    fn plane(&self, input: Input<B>) -> Tensor<B, 3> {
        match input {
            Input::Audio(audio) => B::log_mel(audio),
            Input::Sum(audio, shared) => B::log_mel_of_sum(audio, shared.audio, shared.plane),
            Input::Plane(plane) => plane,
        }
    }

    fn forward(&self, input: Input<B>, taps: &[usize]) -> Outputs<B> {
        let found = self.activations(self.plane(input));
        let clip = |values: &Tensor<B, 2>| values.clone().unsqueeze_dim(1);
        let tap = |place: &usize| {
            let values = match self.spec.taps[*place].name {
                "context" => clip(&found.context),
                "dense" => clip(&found.dense),
                "lstm1" => found.lstm1.clone(),
                "lstm2" => found.lstm2.clone(),
                _ => found.attention.clone().unsqueeze_dim(2),
            };
            (*place, values)
        };
        Outputs {
            taps: taps.iter().map(tap).collect(),
            logits: Some(found.logits.clone()),
        }
    }

    fn fingerprint(&self) -> String {
        self.folded.fingerprint()
    }
}

impl<B: Kernels> Folded<B> {
    fn at_rest(layers: &Layers<B>, statistics: &NormStatistics<B>) -> Self {
        let NormStatistics {
            mean1,
            variance1,
            mean2,
            variance2,
        } = statistics.clone();
        let (kernel2, bias2) = fold_conv2(layers, mean1, variance1);
        Self {
            convolutions: ConvolutionWeights {
                kernel1: layers.conv1.kernel.val(),
                bias1: layers.conv1.bias.val(),
                kernel2,
                bias2,
            },
            lstm1: fold_lstm1(layers, mean2, variance2),
            head: Head::new(layers),
        }
    }

    /// The hash of every weight, read from the device.
    fn fingerprint(&self) -> String {
        let pair = |(kernel, bias): &(Tensor<B, 2>, Tensor<B, 1>)| {
            [host(kernel.clone()).values, host(bias.clone()).values].concat()
        };
        let bilstm = |weights: &BiLstmWeights<B>| {
            let input = host(weights.input.clone()).values;
            let recurrent = host(weights.recurrent.clone()).values;
            [input, recurrent, host(weights.bias.clone()).values].concat()
        };
        let ConvolutionWeights {
            kernel1,
            bias1,
            kernel2,
            bias2,
        } = self.convolutions.clone();
        fingerprint([
            pair(&(kernel1, bias1)),
            pair(&(kernel2, bias2)),
            bilstm(&self.lstm1),
            bilstm(&self.head.lstm2),
            pair(&self.head.attend),
            pair(&self.head.dense1),
            pair(&self.head.dense2),
            pair(&self.head.output),
        ])
    }
}

impl<B: Kernels> Head<B> {
    fn new(layers: &Layers<B>) -> Self {
        Self {
            lstm2: layers.lstm2.weights(),
            attend: pair(&layers.attend),
            dense1: pair(&layers.dense1),
            dense2: pair(&layers.dense2),
            output: pair(&layers.output),
        }
    }

    fn finish(
        &self,
        log_mel: Tensor<B, 3>,
        normalised: Tensor<B, 3>,
        convolved: Tensor<B, 3>,
        lstm1: Tensor<B, 3>,
    ) -> Activations<B> {
        let lstm2 = B::bilstm_output(lstm1.clone(), &self.lstm2);
        let [batch, time, width] = lstm2.dims();
        let last = lstm2.clone().narrow(1, time - 1, 1).reshape([batch, width]);
        let query = affine(last, &self.attend);
        let Attended { attention, context } = B::attend(lstm2.clone(), query);
        let dense = relu(affine(context.clone(), &self.dense1));
        let logits = affine(affine(dense.clone(), &self.dense2), &self.output);
        Activations {
            log_mel,
            normalised,
            convolved,
            lstm1,
            lstm2,
            attention,
            context,
            dense,
            logits,
        }
    }
}

fn pair<B: Backend>(layer: &Dense<B>) -> (Tensor<B, 2>, Tensor<B, 1>) {
    (layer.kernel.val(), layer.bias.val())
}

fn affine<B: Backend>(input: Tensor<B, 2>, layer: &(Tensor<B, 2>, Tensor<B, 1>)) -> Tensor<B, 2> {
    input.matmul(layer.0.clone()) + layer.1.clone().unsqueeze::<2>()
}

/// A norm as the scale and shift of each channel.
fn scale_and_shift<B: Backend>(
    gamma: Tensor<B, 1>,
    beta: Tensor<B, 1>,
    mean: Tensor<B, 1>,
    variance: Tensor<B, 1>,
) -> (Tensor<B, 1>, Tensor<B, 1>) {
    let scale = gamma / variance.add_scalar(NORM_EPSILON).sqrt();
    let shift = beta - mean * scale.clone();
    (scale, shift)
}

/// The second convolution with the first norm folded in: kernel `[5, 10]`, bias `[125]`.
fn fold_conv2<B: Backend>(
    layers: &Layers<B>,
    mean: Tensor<B, 1>,
    variance: Tensor<B, 1>,
) -> (Tensor<B, 2>, Tensor<B, 1>) {
    let kernel = layers.conv2.kernel.val();
    let device = kernel.device();
    let (gamma, beta) = (layers.norm1.gamma.val(), layers.norm1.beta.val());
    let (scale, shift) = scale_and_shift(gamma, beta, mean, variance);
    // A tap that reaches beyond the ends meets zeros, which no norm has shifted.
    let reaches: Vec<f32> = (0..FRAMES)
        .flat_map(|frame| {
            (0..TAPS).map(move |tap| {
                let inside = (MARGIN..FRAMES + MARGIN).contains(&(frame + tap));
                f32::from(u8::from(inside))
            })
        })
        .collect();
    let reaches = Tensor::<B, 2>::from_data(TensorData::new(reaches, [FRAMES, TAPS]), &device);
    let of_shift = kernel.clone().matmul(shift.unsqueeze_dim::<2>(1));
    let bias = reaches.matmul(of_shift).squeeze_dim(1) + layers.conv2.bias.val();
    (kernel * scale.unsqueeze::<2>(), bias)
}

/// The first LSTM with the second norm folded into its input weights.
fn fold_lstm1<B: Backend>(
    layers: &Layers<B>,
    mean: Tensor<B, 1>,
    variance: Tensor<B, 1>,
) -> BiLstmWeights<B> {
    let (gamma, beta) = (layers.norm2.gamma.val(), layers.norm2.beta.val());
    let (scale, shift) = scale_and_shift(gamma, beta, mean, variance);
    let BiLstmWeights {
        input,
        recurrent,
        bias,
    } = layers.lstm1.weights();
    let of_shift = input.clone().sum_dim(0).squeeze_dim::<1>(0) * shift;
    BiLstmWeights {
        input: input * scale.unsqueeze::<2>(),
        recurrent,
        bias: bias + of_shift,
    }
}
