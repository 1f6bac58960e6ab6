//! Both shipped sources against the golden files in the repository, which `tests/golden/make.py`
//! made, and the speech embedding against those beside it.

use std::collections::BTreeMap;

use burn::backend::Autodiff;
use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;
use retune::kernel::{Cpu, Kernels};
use retune::source::SourceWeights;
use retune::source::attention_rnn::AttentionRnn;
use retune::source::speech_embedding::{
    EmbeddingTap, MIN_FRAMES, MIN_SAMPLES, SpeechEmbedding, frames,
};
use retune::storage::{HostTensor, Stored};

use crate::common::{difference, noise_tensor, on_device, reference, values};

type Recorded = Autodiff<Cpu>;
type Golden = BTreeMap<String, HostTensor>;

const ATTENTION_RNN: &[u8] = include_bytes!("../golden/attrnn-gsc35.safetensors");
const EMBEDDING: &[u8] = include_bytes!("../golden/speech-embedding.safetensors");

fn shipped<B: Kernels>() -> SpeechEmbedding<B> {
    let weights = SourceWeights::find("speech-embedding").expect("the shipped weights are sound");
    SpeechEmbedding::new(&weights, &Default::default())
}

fn read(bytes: &[u8]) -> Golden {
    Stored::from_bytes(bytes).expect("it is sound").tensors
}

fn waveform<B: burn::tensor::backend::Backend>(golden: &Golden) -> Tensor<B, 2> {
    on_device::<B, 1>(&golden["waveform"]).unsqueeze()
}

/// The difference from a golden tensor, in parts of its largest value.
fn relative(found: &[f32], golden: &HostTensor) -> f32 {
    let most = golden
        .values
        .iter()
        .fold(0.0f32, |most, v| most.max(v.abs()));
    difference(found, &golden.values) / most
}

fn check(golden: &Golden, name: &str, found: &[f32], tolerance: f32) {
    let off = relative(found, &golden[name]);
    assert!(
        off < tolerance,
        "{name} is off by {off} of its largest value"
    );
}

/// The mean over the time of `[1, time, width]`, and one frame of it.
fn mean_and_frame(layer: Tensor<Cpu, 3>, frame: usize) -> [Vec<f32>; 2] {
    let mean = layer.clone().mean_dim(1);
    [values(mean), values(layer.narrow(1, frame, 1))]
}

/// The gradient at the samples that the golden file has it at.
fn at(golden: &Golden, gradient: Tensor<Cpu, 2>) -> Vec<f32> {
    let all = values(gradient);
    let at = golden["gradient_at"].values.iter();
    at.map(|sample| all[*sample as usize]).collect()
}

#[test]
fn the_shipped_attention_rnn_agrees_with_float64() {
    let golden = read(ATTENTION_RNN);
    let weights = SourceWeights::find("attrnn-gsc35").unwrap();
    let source = AttentionRnn::<Cpu>::new(&weights, &Default::default());
    let found = source.activations(Cpu::log_mel(waveform(&golden)));
    for (name, layer) in [
        ("log_mel", found.log_mel),
        ("lstm1", found.lstm1),
        ("lstm2", found.lstm2),
    ] {
        let [mean, frame] = mean_and_frame(layer, 60);
        check(&golden, &format!("{name}_mean"), &mean, 1e-3);
        check(&golden, &format!("{name}_frame60"), &frame, 1e-3);
    }
    check(&golden, "attention", &values(found.attention), 1e-3);
    check(&golden, "context", &values(found.context), 1e-3);
    check(&golden, "logits", &values(found.logits), 1e-3);

    // Of −log p(two).
    let source = AttentionRnn::<Recorded>::new(&weights, &Default::default());
    let audio = waveform::<Recorded>(&golden).require_grad();
    let loss = log_softmax(
        source.activations(Recorded::log_mel(audio.clone())).logits,
        1,
    )
    .narrow(1, 14, 1);
    let gradient = audio.grad(&loss.neg().sum().backward()).unwrap();
    check(&golden, "gradient", &at(&golden, gradient), 5e-3);
}

#[test]
fn the_shipped_embedding_agrees_with_onnxruntime() {
    let golden = read(EMBEDDING);
    let source = shipped::<Cpu>();
    let plane = source.plane(waveform(&golden));
    let off = difference(&values(plane.clone()), &golden["plane"].values);
    assert!(off < 2e-3, "the plane is off by {off}");

    let taps = source.forward_plane(plane, &EmbeddingTap::ALL);
    for (tap, layer) in EmbeddingTap::ALL.into_iter().zip(taps) {
        let [_, time, frequency, channels] = layer.dims();
        assert_eq!(tap.size(92), Some([time, frequency, channels]));
        if tap == EmbeddingTap::Embedding {
            check(&golden, "embedding", &values(layer), 1e-3);
            continue;
        }
        // The golden file has the pools of the first 76 frames.
        let [time, _, _] = tap.size(MIN_FRAMES).unwrap();
        let layer = layer.narrow(1, 0, time);
        let layer = layer.reshape([1, time, frequency * channels]);
        let [mean, frame] = mean_and_frame(layer, 2);
        check(&golden, &format!("{}_mean", tap.name()), &mean, 1e-3);
        check(&golden, &format!("{}_frame2", tap.name()), &frame, 1e-3);
    }
}

#[test]
fn the_gradient_of_the_audio_agrees_with_differences_in_float64() {
    let golden = read(EMBEDDING);
    let source = shipped::<Recorded>();
    let audio = waveform::<Recorded>(&golden).require_grad();
    let plane = source.plane(audio.clone());
    let [embedding] = &source.forward_plane(plane, &[EmbeddingTap::Embedding])[..] else {
        panic!("one tap was asked for");
    };
    let along: Vec<f32> = (0..3 * 96).map(|at| (at as f32).cos()).collect();
    let along = Tensor::<Recorded, 1>::from_floats(along.as_slice(), &Default::default());
    let loss = (embedding.clone().reshape([3 * 96]) * along).sum();
    let gradient = audio.grad(&loss.backward()).unwrap();
    check(&golden, "gradient", &at(&golden, gradient), 5e-3);
}

#[test]
fn the_recordings_beside_the_repository_agree() {
    let Some(path) = reference("speech-embedding.golden.safetensors") else {
        return;
    };
    let golden = read(&std::fs::read(path).unwrap());
    let source = shipped::<Cpu>();
    let plane = source.plane(on_device(&golden["waveform"]));
    let off = difference(&values(plane), &golden["plane"].values);
    assert!(off < 2e-3, "the plane is off by {off}");

    let taps = source.forward_plane(on_device(&golden["plane"]), &EmbeddingTap::ALL);
    // The pools are those of the 76 frames from frame 16 on, where one of theirs is 2, 2, 4, 4, 8.
    let steps = [2, 2, 4, 4, 8];
    for ((tap, layer), step) in EmbeddingTap::ALL.into_iter().zip(taps.clone()).zip(steps) {
        let [time, _, _] = tap.size(MIN_FRAMES).unwrap();
        let found = layer.narrow(1, 16 / step, time).permute([0, 3, 1, 2]);
        check(
            &golden,
            &format!("window2_{}", tap.name()),
            &values(found),
            1e-3,
        );
    }
    check(&golden, "embedding", &values(taps[5].clone()), 1e-3);
}

#[test]
fn a_clip_is_the_same_in_any_company_and_a_silent_one_is_finite() {
    let source = shipped::<Recorded>();
    assert_eq!(frames(MIN_SAMPLES), MIN_FRAMES);
    assert_eq!(frames(MIN_SAMPLES - 1), MIN_FRAMES - 1);
    let noise = noise_tensor::<Recorded, 2>([1, MIN_SAMPLES + 159], 0.1, 5);
    let silent = Tensor::cat(
        vec![noise.zeros_like(), noise.clone() * 0.01, noise.clone()],
        0,
    );
    let all = |audio: Tensor<Recorded, 2>| {
        let audio = audio.require_grad();
        let taps = source.forward_plane(source.plane(audio.clone()), &[EmbeddingTap::Embedding]);
        let gradient = audio.grad(&taps[0].clone().sum().backward()).unwrap();
        (values(taps[0].clone()), values(gradient))
    };
    let (alone, alone_gradient) = all(noise);
    let (together, gradient) = all(silent);
    assert!(
        together
            .iter()
            .chain(&gradient)
            .all(|value| value.is_finite())
    );
    assert!(difference(&alone, &together[2 * 96..]) < 1e-3);
    let start = gradient.len() - alone_gradient.len();
    let most = alone_gradient
        .iter()
        .fold(0.0f32, |most, v| most.max(v.abs()));
    assert!(difference(&alone_gradient, &gradient[start..]) < 1e-3 * most);
}
