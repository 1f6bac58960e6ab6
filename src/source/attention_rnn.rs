//! The attention-RNN of de Andrade et al. 2018 (arXiv 1808.08929), with its norms folded away.
//!
//! A batch norm at rest is a scale and a shift of each channel. Both norms follow a ReLU, so each
//! is folded into the layer after it: the first into the second convolution (whose bias then
//! depends on the frame, because the convolution's own zero padding is not shifted), the second
//! into the first LSTM's input weights.

use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::layers::{Dense, Layers, NormStatistics, host};
use super::{Activations, SourceError, SourceModel, SourceWeights};
use crate::kernel::composed::{MARGIN, TAPS};
use crate::kernel::mel::FRAMES;
use crate::kernel::{Attended, BiLstmWeights, ConvolutionWeights, Kernels};

/// The `epsilon` of both norms.
const NORM_EPSILON: f32 = 1e-3;

/// A frozen attention-RNN on a backend.
#[derive(Debug, Clone)]
pub struct AttentionRnn<B: Backend> {
    labels: Vec<String>,
    folded: Folded<B>,
    /// The folded weights' values as they were loaded, on the host.
    original: Vec<(&'static str, Vec<f32>)>,
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
pub(super) struct Head<B: Backend> {
    lstm2: BiLstmWeights<B>,
    attend: (Tensor<B, 2>, Tensor<B, 1>),
    dense1: (Tensor<B, 2>, Tensor<B, 1>),
    dense2: (Tensor<B, 2>, Tensor<B, 1>),
    output: (Tensor<B, 2>, Tensor<B, 1>),
}

impl<B: Kernels> AttentionRnn<B> {
    /// Puts a source's weights on a device, frozen: no gradient of them is ever worked out.
    pub fn new(weights: &SourceWeights, device: &B::Device) -> Self {
        let (layers, statistics) = Layers::<B>::new(weights, device);
        let folded = Folded::at_rest(&layers.no_grad(), &statistics);
        Self {
            labels: weights.labels().to_vec(),
            original: folded.parts(),
            folded,
        }
    }
}

impl<B: Kernels> SourceModel<B> for AttentionRnn<B> {
    fn labels(&self) -> &[String] {
        &self.labels
    }

    fn hear(&self, audio: Tensor<B, 2>) -> Activations<B> {
        self.hear_plane(B::log_mel(audio))
    }

    fn hear_plane(&self, log_mel: Tensor<B, 3>) -> Activations<B> {
        let normalised = B::normalise(log_mel.clone());
        let convolved = B::convolutions(normalised.clone(), &self.folded.convolutions);
        let lstm1 = B::bilstm_output(convolved.clone(), &self.folded.lstm1);
        self.folded
            .head
            .finish(log_mel, normalised, convolved, lstm1)
    }

    fn check_frozen(&self) -> Result<(), SourceError> {
        for ((name, now), (_, then)) in self.folded.parts().iter().zip(&self.original) {
            let same = now.len() == then.len()
                && now
                    .iter()
                    .zip(then)
                    .all(|(now, then)| now.to_bits() == then.to_bits());
            if !same {
                return Err(SourceError::Altered { tensor: name });
            }
        }
        Ok(())
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

    /// Every weight's values by name, read from the device.
    fn parts(&self) -> Vec<(&'static str, Vec<f32>)> {
        let pair = |(kernel, bias): &(Tensor<B, 2>, Tensor<B, 1>)| {
            let mut values = host(kernel.clone()).values;
            values.extend(host(bias.clone()).values);
            values
        };
        let bilstm = |weights: &BiLstmWeights<B>| {
            let mut values = host(weights.input.clone()).values;
            values.extend(host(weights.recurrent.clone()).values);
            values.extend(host(weights.bias.clone()).values);
            values
        };
        vec![
            (
                "conv1.kernel",
                host(self.convolutions.kernel1.clone()).values,
            ),
            ("conv1.bias", host(self.convolutions.bias1.clone()).values),
            (
                "conv2.kernel",
                host(self.convolutions.kernel2.clone()).values,
            ),
            ("conv2.bias", host(self.convolutions.bias2.clone()).values),
            ("lstm1", bilstm(&self.lstm1)),
            ("lstm2", bilstm(&self.head.lstm2)),
            ("attend", pair(&self.head.attend)),
            ("dense1", pair(&self.head.dense1)),
            ("dense2", pair(&self.head.dense2)),
            ("output", pair(&self.head.output)),
        ]
    }
}

impl<B: Kernels> Head<B> {
    pub(super) fn new(layers: &Layers<B>) -> Self {
        Self {
            lstm2: layers.lstm2.weights(),
            attend: pair(&layers.attend),
            dense1: pair(&layers.dense1),
            dense2: pair(&layers.dense2),
            output: pair(&layers.output),
        }
    }

    pub(super) fn finish(
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
pub(super) fn fold_conv2<B: Backend>(
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
pub(super) fn fold_lstm1<B: Backend>(
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
