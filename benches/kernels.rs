//! The CPU backend's kernels, one by one, in the shapes that the source has.
//!
//! Run with `cargo bench --bench kernels`, and with a part of a name behind it for some of them:
//! `cargo bench --bench kernels -- bilstm`. `RAYON_NUM_THREADS=1` gives the speed of one core.
#![allow(clippy::unwrap_used, reason = "a test that panics fails")]

use std::hint::black_box;
use std::time::Duration;

use burn::backend::Autodiff;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};
use retune::kernel::Cpu;
use retune::kernel::mel::CLIP_SAMPLES;
use retune::kernel::{BiLstmWeights, ConvolutionWeights, Kernels};
use retune::source::SourceWeights;
use retune::source::speech_embedding::{EmbeddingTap, SpeechEmbedding};

#[path = "../tests/library/common.rs"]
mod common;

use common::noise_tensor;

const BATCHES: [usize; 3] = [1, 32, 64];
const FRAMES: usize = 125;
const MELS: usize = 80;
const UNITS: usize = 64;
/// The features of the first LSTM and of the second.
const FEATURES: [usize; 2] = [MELS, 2 * UNITS];

/// A group of benchmarks that each take long enough for a few samples to do.
fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    group
}

/// Runs one kernel for each batch; `prepare` makes what it takes, and is not timed.
fn measure<I, O>(
    criterion: &mut Criterion,
    name: &str,
    prepare: impl Fn(usize) -> I,
    kernel: impl Fn(&I) -> O,
) {
    let mut group = group(criterion, name);
    for batch in BATCHES {
        let input = prepare(batch);
        group.throughput(Throughput::Elements(batch as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(batch),
            &input,
            |bencher, input| {
                bencher.iter(|| black_box(kernel(black_box(input))));
            },
        );
    }
    group.finish();
}

fn audio(batch: usize) -> Tensor<Cpu, 2> {
    noise_tensor([batch, CLIP_SAMPLES], 0.3, 1)
}

/// A log-mel plane, or a gradient of one.
fn plane(batch: usize, seed: u32) -> Tensor<Cpu, 3> {
    noise_tensor([batch, FRAMES, MELS], 1.0, seed)
}

fn log_mel(criterion: &mut Criterion) {
    measure(criterion, "log_mel", audio, |audio| {
        Cpu::log_mel(audio.clone())
    });
    measure(
        criterion,
        "log_mel_backward",
        |batch| (audio(batch), plane(batch, 2)),
        |(audio, gradient)| Cpu::log_mel_backward(audio.clone(), gradient.clone()),
    );
}

fn convolutions(criterion: &mut Criterion) {
    let weights: ConvolutionWeights<Cpu> = common::convolution_weights(FRAMES);
    measure(
        criterion,
        "convolutions",
        |batch| plane(batch, 3),
        |plane| Cpu::convolutions(plane.clone(), &weights),
    );
    measure(
        criterion,
        "convolutions_backward",
        |batch| (plane(batch, 3), plane(batch, 4)),
        |(plane, gradient)| Cpu::convolutions_backward(plane.clone(), &weights, gradient.clone()),
    );
}

fn bilstm(criterion: &mut Criterion) {
    for features in FEATURES {
        let weights = bilstm_weights::<Cpu>(features);
        let input = |batch| noise_tensor::<Cpu, 3>([batch, FRAMES, features], 1.0, 5);
        measure(criterion, &format!("bilstm_{features}"), input, |input| {
            Cpu::bilstm(input.clone(), &weights)
        });
        measure(
            criterion,
            &format!("bilstm_{features}_backward"),
            |batch| {
                let input = input(batch);
                let trace = Cpu::bilstm(input.clone(), &weights);
                let gradient = noise_tensor::<Cpu, 3>([batch, FRAMES, 2 * UNITS], 1.0, 6);
                (input, trace, gradient)
            },
            |(input, trace, gradient)| {
                // The source is frozen: nothing asks for the gradients of its weights.
                Cpu::bilstm_backward(input.clone(), &weights, trace, gradient.clone(), false)
            },
        );
    }
}

/// Weights as small as trained ones, so that the gates are not all shut or open.
fn bilstm_weights<B: Backend>(features: usize) -> BiLstmWeights<B> {
    BiLstmWeights {
        input: noise_tensor([features, 8 * UNITS], 0.2, 7),
        recurrent: noise_tensor([2, UNITS, 4 * UNITS], 0.2, 8),
        bias: noise_tensor([8 * UNITS], 0.2, 9),
    }
}

/// The speech embedding's front end, its stack of convolutions and pools, and back.
fn speech_embedding(criterion: &mut Criterion) {
    let weights = SourceWeights::find("speech-embedding").expect("the shipped weights are sound");
    let device = Default::default();
    let source = SpeechEmbedding::<Cpu>::new(&weights, &device);
    // 150 frames.
    let audio = |batch| noise_tensor::<Cpu, 2>([batch, 512 + 149 * 160], 0.3, 1);
    measure(criterion, "speech_embedding_plane", audio, |audio| {
        source.plane(audio.clone())
    });
    let plane = |batch| source.plane(audio(batch));
    measure(criterion, "speech_embedding", plane, |plane| {
        source.forward_plane(plane.clone(), &[EmbeddingTap::Embedding])
    });
    let recorded = SpeechEmbedding::<Autodiff<Cpu>>::new(&weights, &device);
    measure(criterion, "speech_embedding_and_back", plane, |plane| {
        let plane = Tensor::from_inner(plane.clone()).require_grad();
        let taps = recorded.forward_plane(plane.clone(), &[EmbeddingTap::Embedding]);
        let gradients = taps[0].clone().sum().backward();
        plane.grad(&gradients)
    });
}

criterion_group!(kernels, log_mel, convolutions, bilstm, speech_embedding);
criterion_main!(kernels);
