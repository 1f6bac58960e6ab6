//! The attention-RNN against golden values, and what a source promises.

use crate::common::{
    WORDS, check_golden_gradient, difference, golden, label, noise_tensor, on_device, published,
    reference, values,
};
use burn::backend::Autodiff;
use burn::tensor::Tensor;
use retune::Engine;
use retune::audio::load_clip;
use retune::kernel::Cpu;
use retune::kernel::Kernels;
use retune::motion::{MotionSourceWeights, Scaling, SourceSignals};
use retune::source::attention_rnn::{Activations, AttentionRnn, AttentionRnnSource, LABELS};
use retune::source::{Input, SourceModel, SourceWeights, SpeechClip};

/// The probabilities of the words in audio.
fn heard(source: &AttentionRnn<Cpu>, audio: Tensor<Cpu, 2>) -> Tensor<Cpu, 2> {
    let outputs = source.forward(Input::Audio(audio), &[]);
    outputs.probabilities().unwrap()
}

/// Tolerances: about ten times the difference that float32 rounding makes; the log-mel's is the
/// agreement of two independent front ends.
fn compare(found: &Activations<Cpu>, golden: impl Fn(&str) -> Vec<f32>) {
    for (name, found, tolerance) in [
        ("log_mel", values(found.log_mel.clone()), 2e-3),
        ("normalised", values(found.normalised.clone()), 2e-3),
        ("lstm1", values(found.lstm1.clone()), 2e-3),
        ("lstm2", values(found.lstm2.clone()), 2e-3),
        ("attention", values(found.attention.clone()), 1e-4),
        ("context", values(found.context.clone()), 2e-3),
        ("logits", values(found.logits.clone()), 5e-3),
        ("probabilities", values(found.probabilities()), 1e-4),
    ] {
        let off = difference(&found, &golden(name));
        assert!(off < tolerance, "{name} is off by {off}");
    }
}

#[test]
fn every_intermediate_result_agrees_with_the_golden_file() {
    let (Some(weights), Some(golden)) = (published(), golden()) else {
        return;
    };
    let source = AttentionRnn::<Cpu>::new(&weights, &Default::default());
    let found = source.activations(Cpu::log_mel(on_device(&golden["waveform"])));
    compare(&found, |name| golden[name].values.clone());
    // The golden convolution is taken after the second norm, which is folded away here.
    let norm = |part: &str| weights.tensors()[&format!("norm2.{part}")].values[0];
    let scale = norm("gamma") / (norm("variance") + 1e-3).sqrt();
    let convolved: Vec<f32> = values(found.convolved)
        .iter()
        .map(|value| (value - norm("mean")) * scale + norm("beta"))
        .collect();
    let off = difference(&convolved, &golden["conv"].values);
    assert!(off < 2e-3, "conv is off by {off}");
}

#[test]
fn the_gradient_of_the_waveform_agrees_with_the_golden_file() {
    let (Some(weights), Some(golden)) = (published(), golden()) else {
        return;
    };
    let source = AttentionRnn::<Autodiff<Cpu>>::new(&weights, &Default::default());
    check_golden_gradient(&source, &golden);
}

#[test]
fn the_published_weights_hear_the_recorded_words() {
    let Some(weights) = published() else { return };
    let source = AttentionRnn::<Cpu>::new(&weights, &Default::default());
    for word in WORDS {
        let Some(path) = reference(&format!("word_{word}.wav")) else {
            return;
        };
        let clip = load_clip(path, 16_000, 16_000).unwrap();
        let clip = Tensor::<Cpu, 1>::from_floats(clip.as_slice(), &Default::default());
        let found = values(heard(&source, clip.reshape([1, 16_000])));
        assert!(found[label(word)] > 0.99, "{word}: {}", found[label(word)]);
    }
}

#[test]
fn a_batch_never_changes_what_is_heard_of_a_clip() {
    let weights = SourceWeights::find("attrnn-gsc35").unwrap();
    let source = AttentionRnn::<Cpu>::new(&weights, &Default::default());
    // Of very different loudness, so that shared statistics would show.
    let clips = Tensor::cat(
        vec![
            noise_tensor::<Cpu, 2>([1, 16_000], 1e-3, 1),
            noise_tensor([1, 16_000], 1.0, 2),
            Tensor::zeros([1, 16_000], &Default::default()),
        ],
        0,
    );
    let together = values(heard(&source, clips.clone()));
    for (row, expected) in together.chunks(LABELS.len()).enumerate() {
        let alone = heard(&source, clips.clone().narrow(0, row, 1));
        let off = difference(&values(alone), expected);
        assert!(off < 1e-6, "clip {row} is off by {off}");
    }
}

#[test]
fn both_inputs_lead_to_the_same_answer() {
    let weights = SourceWeights::find("attrnn-gsc35").unwrap();
    let source = AttentionRnn::<Cpu>::new(&weights, &Default::default());
    let audio = noise_tensor::<Cpu, 2>([2, 16_000], 0.1, 5);
    let plane = Input::Plane(Cpu::log_mel(audio.clone()));
    let logits = |input| values(source.forward(input, &[]).logits.unwrap());
    assert_eq!(logits(plane), logits(Input::Audio(audio)));
}

#[test]
fn a_source_file_is_read_back_as_written_and_damage_is_found() {
    let weights = SourceWeights::find("attrnn-gsc35").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("source.safetensors");
    weights.save(&path).unwrap();
    let read = SourceWeights::load(&path).unwrap();
    assert_eq!(read.sha256(), weights.sha256());
    assert_eq!(read.tensors(), weights.tensors());
    assert_eq!(read.labels().len(), LABELS.len());

    let bytes = std::fs::read(&path).unwrap();
    for (name, damaged) in [
        ("cut", bytes[..bytes.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("other", b"RIFF....WAVE".to_vec()),
    ] {
        std::fs::write(&path, damaged).unwrap();
        let error = SourceWeights::load(&path).unwrap_err().to_string();
        assert!(error.contains("source.safetensors"), "{name}: {error}");
    }
    let joints = vec!["knee".to_owned()];
    let signals = SourceSignals {
        input_joints: joints.clone(),
        target_joints: joints.clone(),
        window: 8,
        horizon: 4,
        rate_hz: 50.0,
        scaling: Scaling {
            joints,
            means: vec![0.0],
            deviations: vec![1.0],
        },
    };
    let motion = MotionSourceWeights::random("m", signals, 4, 0).unwrap();
    let error = SourceWeights::from_bytes(&motion.to_bytes(), "m.safetensors").unwrap_err();
    assert_eq!(
        error.to_string(),
        "m.safetensors is a source of motion; expected one that hears"
    );
    let error = SourceWeights::find("no-such-source").unwrap_err();
    assert!(error.hint().unwrap().contains("source list"));
}

/// The weights are finite and in their shapes, so the file is a source; what it answers is nonsense.
#[test]
fn an_answer_that_is_not_finite_is_an_error_whatever_asks_for_it() {
    let source = SourceWeights::find("random-0").unwrap();
    let mut tensors = source.tensors().clone();
    let kernel = tensors.get_mut("conv1.kernel").unwrap();
    kernel.values.fill(1e38);
    let source = SourceWeights::new::<AttentionRnnSource>("huge", tensors).unwrap();
    let engine = Engine::cpu().unwrap();
    let clip = |at: usize| 0.5 * (at as f32 * 0.1).sin();
    let samples: Vec<f32> = (0..16000).map(clip).collect();
    let expected = "what the source huge answers to a recording is not finite";
    let heard = engine.listen(&source, std::slice::from_ref(&samples));
    assert_eq!(heard.unwrap_err().to_string(), expected);
    let words = [SpeechClip::new(&samples, 0)];
    let error = engine.measure(&source, &words).unwrap_err();
    assert_eq!(error.to_string(), expected);
}
