//! The attention-RNN of de Andrade et al. 2018 (arXiv 1808.08929), with its norms folded away.
//!
//! A batch norm at rest is a scale and a shift of each channel. Both norms follow a ReLU, so each
//! is folded into the layer after it: the first into the second convolution (whose bias then
//! depends on the frame, because the convolution's own zero padding is not shifted), the second
//! into the first LSTM's input weights.

#[cfg(feature = "import")]
pub mod pretrain;

use std::sync::Arc;

use burn::tensor::activation::softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use rand::RngExt;

use super::{
    AudioInput, Input, Outputs, PlaneInput, Source, SourceModel, SourceSpec, SourceWeights, Tap,
    TapOf, fingerprint, generator, host,
};
use crate::kernel::composed::{MARGIN, TAPS};
use crate::kernel::mel::{
    CLIP_SAMPLES, FRAME_SAMPLES, FRAMES, HOP_SAMPLES, SAMPLE_RATE, mel_centres,
};
use crate::kernel::{Attended, BiLstmWeights, ConvolutionWeights, Kernels};
use crate::parameters::{Numbers, Parameters, tensor};

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
        let named = ARCHITECTURE.map(|(name, shape)| (name.to_owned(), shape.to_vec()));
        named.into()
    }

    fn labels() -> Vec<String> {
        LABELS.map(str::to_owned).to_vec()
    }

    fn spec(name: String, sha256: String, labels: Vec<String>) -> SourceSpec {
        let attention = Tap {
            read: false,
            of_speech: false,
            ..Tap::read("attention", 1, TapOf::Frames)
        };
        let before_logits = Tap {
            read: false,
            of_speech: false,
            ..Tap::read("before-logits", 32, TapOf::Clip)
        };
        SourceSpec {
            audio: Some(AudioInput {
                rate: SAMPLE_RATE,
                samples: CLIP_SAMPLES,
            }),
            plane: Some(PlaneInput {
                frames: FRAMES,
                most_frames: FRAMES,
                hop: HOP_SAMPLES,
                window: FRAME_SAMPLES,
                rate: SAMPLE_RATE,
                centres: mel_centres().to_vec(),
                offset: 0.0,
                slope: 1.0,
                magnitude_of_one: MAGNITUDE_OF_ONE,
            }),
            taps: vec![
                Tap::read("context", 128, TapOf::Mean),
                Tap::read("dense", 64, TapOf::Clip),
                Tap::read("lstm1", 128, TapOf::Frames),
                Tap::read("lstm2", 128, TapOf::Frames),
                attention,
                before_logits,
            ],
            ..SourceSpec::new(name, sha256, labels)
        }
    }

    fn model<B: Kernels>(weights: &SourceWeights, device: &B::Device) -> Arc<dyn SourceModel<B>> {
        Arc::new(AttentionRnn::<B>::new(weights, device))
    }

    fn is_trained(tensor: &str) -> bool {
        !tensor.ends_with(".mean") && !tensor.ends_with(".variance")
    }

    /// Kernels uniform within ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010), forget gates biased
    /// to 1 (Jozefowicz et al. 2015), norms at rest.
    fn random(seed: u64) -> Numbers {
        let places = ARCHITECTURE.iter().enumerate();
        let tensors = places.map(|(place, (name, shape))| {
            let count: usize = shape.iter().product();
            let mut random = generator(seed, [u64::MAX, place as u64]);
            let values: Vec<f32> = match name.split_once('.') {
                Some((_, "gamma" | "variance")) => vec![1.0; count],
                Some(("lstm1" | "lstm2", "bias")) => {
                    let is_forget = |index| index / (count / 8) % 4 == 1;
                    (0..count)
                        .map(|index| f32::from(u8::from(is_forget(index))))
                        .collect()
                }
                Some((_, "beta" | "mean" | "bias")) => vec![0.0; count],
                _ => {
                    let bound = (6.0 / fan(name, shape)).sqrt();
                    (0..count)
                        .map(|_| random.random_range(-bound..=bound))
                        .collect()
                }
            };
            ((*name).to_owned(), tensor(*shape, values))
        });
        tensors.collect()
    }
}

/// Inputs plus outputs of one unit of the layer of a kernel.
fn fan(kernel: &str, shape: &[usize]) -> f32 {
    let sum = match (kernel, shape) {
        ("conv1.kernel", [filters, taps]) => taps + taps * filters,
        ("conv2.kernel", [taps, channels]) => taps * channels + taps,
        // Four gates of 64 units stand beside each other, in each direction.
        ("lstm1.input" | "lstm2.input", [inputs, _]) => inputs + 256,
        (_, [inputs, outputs]) => inputs + outputs,
        (_, [_, inputs, outputs]) => inputs + outputs,
        _ => 1,
    };
    sum as f32
}

/// A frozen attention-RNN on a backend.
#[derive(Debug, Clone)]
pub struct AttentionRnn<B: Backend> {
    spec: SourceSpec,
    convolutions: ConvolutionWeights<B>,
    lstm1: BiLstmWeights<B>,
    head: Head<B>,
}

impl<B: Kernels> AttentionRnn<B> {
    /// Puts weights of an [`AttentionRnnSource`] on a device, frozen.
    pub fn new(weights: &SourceWeights, device: &B::Device) -> Self {
        let numbers = Parameters::<B>::new(weights.tensors(), device);
        let part = |norm: &str, part: &str| numbers.get(&format!("{norm}.{part}"));
        let rest = |norm: &str| (part(norm, "mean"), part(norm, "variance"));
        let (kernel2, bias2) = fold_conv2(&numbers, rest("norm1"));
        Self {
            spec: weights.spec().clone(),
            convolutions: ConvolutionWeights {
                kernel1: shaped(&numbers, "conv1.kernel"),
                bias1: numbers.get("conv1.bias"),
                kernel2,
                bias2,
            },
            lstm1: fold_lstm1(&numbers, rest("norm2")),
            head: Head::new(numbers),
        }
    }

    /// Everything that it computes from log-mel planes `[batch, 125, 80]`.
    pub fn activations(&self, log_mel: Tensor<B, 3>) -> Activations<B> {
        let normalised = B::normalise(log_mel.clone());
        let convolved = B::convolutions(normalised.clone(), &self.convolutions);
        let lstm1 = B::bilstm_output(convolved.clone(), &self.lstm1);
        self.head.finish(log_mel, normalised, convolved, lstm1)
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
            Input::Window(_) => unreachable!("its spec takes no windows"),
        }
    }

    fn forward(&self, input: Input<B>, taps: &[usize]) -> Outputs<B> {
        let found = self.activations(self.plane(input));
        let clip = |values: &Tensor<B, 2>| values.clone().unsqueeze_dim(1);
        let tap = |place: &usize| {
            let values = match self.spec.taps[*place].name {
                "context" => clip(&found.context),
                "dense" => clip(&found.dense),
                "before-logits" => clip(&found.dense2),
                "lstm1" => found.lstm1.clone(),
                "lstm2" => found.lstm2.clone(),
                _ => found.attention.clone().unsqueeze_dim(2),
            };
            (*place, values)
        };
        Outputs {
            taps: taps.iter().map(tap).collect(),
            logits: Some(found.logits.clone()),
            ..Outputs::default()
        }
    }

    fn fingerprint(&self) -> String {
        let lstm = |lstm: &BiLstmWeights<B>| {
            [flat(&lstm.input), flat(&lstm.recurrent), flat(&lstm.bias)].concat()
        };
        let folded = &self.convolutions;
        let folded = [
            [flat(&folded.kernel1), flat(&folded.bias1)].concat(),
            [flat(&folded.kernel2), flat(&folded.bias2)].concat(),
            lstm(&self.lstm1),
            lstm(&self.head.lstm2),
        ];
        let dense = self.head.numbers.values().map(flat);
        fingerprint(folded.into_iter().chain(dense))
    }
}

/// A tensor's numbers, read from the device.
fn flat<B: Backend, const D: usize>(tensor: &Tensor<B, D>) -> Vec<f32> {
    host(tensor.clone()).values
}

/// Everything after the first LSTM.
#[derive(Debug, Clone)]
struct Head<B: Backend> {
    lstm2: BiLstmWeights<B>,
    /// Of the dense layers.
    numbers: Parameters<B>,
}

impl<B: Kernels> Head<B> {
    fn new(numbers: Parameters<B>) -> Self {
        Self {
            lstm2: lstm(&numbers, "lstm2"),
            numbers,
        }
    }

    fn finish(
        &self,
        log_mel: Tensor<B, 3>,
        normalised: Tensor<B, 3>,
        convolved: Tensor<B, 3>,
        lstm1: Tensor<B, 3>,
    ) -> Activations<B> {
        let dense = |name: &str, input: Tensor<B, 2>, relu| {
            let [_, inputs] = input.dims();
            B::dense(input, &self.numbers.dense_weights(name, inputs), relu)
        };
        let lstm2 = B::bilstm_output(lstm1.clone(), &self.lstm2);
        let [batch, time, width] = lstm2.dims();
        let last = lstm2.clone().narrow(1, time - 1, 1).reshape([batch, width]);
        let Attended { attention, context } =
            B::attend(lstm2.clone(), dense("attend", last, false));
        let dense1 = dense("dense1", context.clone(), true);
        let dense2 = dense("dense2", dense1.clone(), false);
        Activations {
            log_mel,
            normalised,
            convolved,
            lstm1,
            lstm2,
            attention,
            context,
            logits: dense("output", dense2.clone(), false),
            dense: dense1,
            dense2,
        }
    }
}

/// The activations of one batch, from the log-mel plane to the logits.
#[derive(Debug, Clone)]
pub struct Activations<B: Backend> {
    /// The plane that was heard, `[batch, 125, 80]`.
    pub log_mel: Tensor<B, 3>,
    /// The plane with mean 0 and deviation 1 over each clip, `[batch, 125, 80]`.
    pub normalised: Tensor<B, 3>,
    /// After both convolutions, before the second norm, `[batch, 125, 80]`.
    pub convolved: Tensor<B, 3>,
    /// The first bidirectional LSTM, `[batch, 125, 128]`.
    pub lstm1: Tensor<B, 3>,
    /// The second bidirectional LSTM, `[batch, 125, 128]`.
    pub lstm2: Tensor<B, 3>,
    /// The weight of each frame, `[batch, 125]`; a clip's weights sum to 1.
    pub attention: Tensor<B, 2>,
    /// The attended mean of the second LSTM, `[batch, 128]`.
    pub context: Tensor<B, 2>,
    /// The first dense layer, `[batch, 64]`.
    pub dense: Tensor<B, 2>,
    /// The second dense layer, before the logits, `[batch, 32]`.
    pub dense2: Tensor<B, 2>,
    /// `[batch, labels]`.
    pub logits: Tensor<B, 2>,
}

impl<B: Backend> Activations<B> {
    /// The probability of each label, `[batch, labels]`.
    pub fn probabilities(&self) -> Tensor<B, 2> {
        softmax(self.logits.clone(), 1)
    }
}

/// The numbers of a name in their shape.
fn shaped<B: Backend, const D: usize>(numbers: &Parameters<B>, name: &str) -> Tensor<B, D> {
    let named = ARCHITECTURE.iter().find(|(of, _)| *of == name);
    let shape = named.and_then(|(_, shape)| <[usize; D]>::try_from(*shape).ok());
    let shape = shape.expect("the architecture has the name, in as many dimensions");
    numbers.get(name).reshape(shape)
}

/// A bidirectional LSTM as the kernels take it.
fn lstm<B: Backend>(numbers: &Parameters<B>, name: &str) -> BiLstmWeights<B> {
    BiLstmWeights {
        input: shaped(numbers, &format!("{name}.input")),
        recurrent: shaped(numbers, &format!("{name}.recurrent")),
        bias: numbers.get(&format!("{name}.bias")),
    }
}

/// Mean and variance, or scale and shift, of the channels of a norm.
type OfChannels<B> = (Tensor<B, 1>, Tensor<B, 1>);

/// A norm of the mean and variance given, as the scale and shift of each channel.
fn scale_and_shift<B: Backend>(
    numbers: &Parameters<B>,
    norm: &str,
    (mean, variance): OfChannels<B>,
) -> OfChannels<B> {
    let gamma = numbers.get(&format!("{norm}.gamma"));
    let scale = gamma / variance.add_scalar(NORM_EPSILON).sqrt();
    let shift = numbers.get(&format!("{norm}.beta")) - mean * scale.clone();
    (scale, shift)
}

/// The second convolution with the first norm folded in: kernel `[5, 10]`, bias `[125]`.
fn fold_conv2<B: Backend>(
    numbers: &Parameters<B>,
    moments: OfChannels<B>,
) -> (Tensor<B, 2>, Tensor<B, 1>) {
    let kernel: Tensor<B, 2> = shaped(numbers, "conv2.kernel");
    let (scale, shift) = scale_and_shift(numbers, "norm1", moments);
    // A tap that reaches beyond the ends meets zeros, which no norm has shifted.
    let reach = |at: usize| (MARGIN..FRAMES + MARGIN).contains(&(at / TAPS + at % TAPS));
    let reaches = (0..FRAMES * TAPS).map(|at| f32::from(u8::from(reach(at))));
    let reaches = TensorData::new(reaches.collect::<Vec<f32>>(), [FRAMES, TAPS]);
    let reaches = Tensor::<B, 2>::from_data(reaches, &kernel.device());
    let of_shift = kernel.clone().matmul(shift.unsqueeze_dim::<2>(1));
    let bias = reaches.matmul(of_shift).squeeze_dim(1) + numbers.get("conv2.bias");
    (kernel * scale.unsqueeze::<2>(), bias)
}

/// The first LSTM with the second norm folded into its input weights.
fn fold_lstm1<B: Backend>(numbers: &Parameters<B>, moments: OfChannels<B>) -> BiLstmWeights<B> {
    let (scale, shift) = scale_and_shift(numbers, "norm2", moments);
    let BiLstmWeights {
        input,
        recurrent,
        bias,
    } = lstm(numbers, "lstm1");
    let of_shift = input.clone().sum_dim(0).squeeze_dim::<1>(0) * shift;
    BiLstmWeights {
        input: input * scale.unsqueeze::<2>(),
        recurrent,
        bias: bias + of_shift,
    }
}
