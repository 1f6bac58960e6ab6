//! The log-mel plane as two matrix products: the windowed Fourier basis and the mel filters.

use std::f64::consts::PI;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use crate::mel::{
    BINS, CLIP_SAMPLES, FRAME_SAMPLES, FRAMES, HOP_SAMPLES, LOG_OFFSET, MELS, hann_window,
    mel_filters,
};

const HOPS_PER_FRAME: usize = FRAME_SAMPLES / HOP_SAMPLES;

/// Everything between the audio and the logarithm.
struct Spectrum<B: Backend> {
    real: Tensor<B, 2>,
    imaginary: Tensor<B, 2>,
    magnitude: Tensor<B, 2>,
    mel: Tensor<B, 2>,
}

/// See [`Kernels::log_mel`](crate::Kernels::log_mel).
pub fn log_mel<B: Backend>(audio: Tensor<B, 2>) -> Tensor<B, 3> {
    let [batch, _] = audio.dims();
    let mel = spectrum(audio).mel.add_scalar(LOG_OFFSET);
    mel.log().reshape([batch, FRAMES, MELS])
}

/// See [`Kernels::log_mel_backward`](crate::Kernels::log_mel_backward).
pub fn log_mel_backward<B: Backend>(audio: Tensor<B, 2>, gradient: Tensor<B, 3>) -> Tensor<B, 2> {
    let device = audio.device();
    let [batch, _] = audio.dims();
    let spectrum = spectrum(audio);
    let magnitude = spectrum.magnitude;

    let mel = spectrum.mel.add_scalar(LOG_OFFSET);
    let gradient = gradient.reshape([batch * FRAMES, MELS]) / mel;
    let gradient = gradient.matmul(filters::<B>(&device).transpose());
    // Where the magnitude is zero its direction is undefined: no gradient passes.
    let silent = magnitude.clone().equal_elem(0.0);
    let scale = (gradient / magnitude.mask_fill(silent.clone(), 1.0)).mask_fill(silent, 0.0);
    let [cosine, sine] = basis::<B>(&device);
    let frames = (scale.clone() * spectrum.real).matmul(cosine.transpose())
        + (scale * spectrum.imaginary).matmul(sine.transpose());

    let frames = frames.reshape([batch, FRAMES, FRAME_SAMPLES]);
    let hops = FRAMES + HOPS_PER_FRAME - 1;
    let mut overlapped = Tensor::<B, 3>::zeros([batch, hops, HOP_SAMPLES], &device);
    for hop in 0..HOPS_PER_FRAME {
        let part = frames.clone().narrow(2, hop * HOP_SAMPLES, HOP_SAMPLES);
        let ranges = [0..batch, hop..hop + FRAMES, 0..HOP_SAMPLES];
        let sum = overlapped.clone().slice(ranges.clone()) + part;
        overlapped = overlapped.slice_assign(ranges, sum);
    }
    let samples = overlapped.reshape([batch, hops * HOP_SAMPLES]);
    samples.narrow(1, 0, CLIP_SAMPLES)
}

fn spectrum<B: Backend>(audio: Tensor<B, 2>) -> Spectrum<B> {
    let device = audio.device();
    let [batch, samples] = audio.dims();
    let hops = FRAMES + HOPS_PER_FRAME - 1;
    let padding = Tensor::zeros([batch, hops * HOP_SAMPLES - samples], &device);
    let hops_of_audio = Tensor::cat(vec![audio, padding], 1).reshape([batch, hops, HOP_SAMPLES]);
    // A frame is eight hops beside each other.
    let part = |hop| hops_of_audio.clone().narrow(1, hop, FRAMES);
    let frames = Tensor::cat((0..HOPS_PER_FRAME).map(part).collect(), 2)
        .reshape([batch * FRAMES, FRAME_SAMPLES]);
    let [cosine, sine] = basis::<B>(&device);
    let real = frames.clone().matmul(cosine);
    let imaginary = frames.matmul(sine);
    let magnitude = (real.clone().powi_scalar(2) + imaginary.clone().powi_scalar(2)).sqrt();
    let mel = magnitude.clone().matmul(filters(&device));
    Spectrum {
        real,
        imaginary,
        magnitude,
        mel,
    }
}

/// The windowed cosine and (negative) sine waves of each bin, each `[FRAME_SAMPLES, BINS]`.
fn basis<B: Backend>(device: &B::Device) -> [Tensor<B, 2>; 2] {
    let wave = |function: fn(f64) -> f64| {
        let window = hann_window();
        let mut values = Vec::with_capacity(FRAME_SAMPLES * BINS);
        for (sample, weight) in window.iter().enumerate() {
            for bin in 0..BINS {
                // Reduced first, so that the angle stays exact for large products.
                let turn = (sample * bin % FRAME_SAMPLES) as f64 / FRAME_SAMPLES as f64;
                values.push((f64::from(*weight) * function(2.0 * PI * turn)) as f32);
            }
        }
        Tensor::from_data(TensorData::new(values, [FRAME_SAMPLES, BINS]), device)
    };
    [wave(f64::cos), wave(|angle| -angle.sin())]
}

/// The mel filters as a dense matrix `[BINS, MELS]`.
fn filters<B: Backend>(device: &B::Device) -> Tensor<B, 2> {
    let mut values = vec![0.0f32; BINS * MELS];
    for (column, filter) in mel_filters().iter().enumerate() {
        for (offset, weight) in filter.weights.iter().enumerate() {
            values[(filter.first_bin + offset) * MELS + column] = *weight;
        }
    }
    Tensor::from_data(TensorData::new(values, [BINS, MELS]), device)
}
