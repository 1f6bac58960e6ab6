//! The fixed numbers of the log-mel plane as one table on a device.

use std::f64::consts::PI;
use std::sync::LazyLock;

use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;

use crate::gpu::launch::Constants;
use crate::mel::{BINS, FRAME_SAMPLES, MELS, hann_window, mel_filters};

/// Where the window begins.
pub const WINDOW: usize = 0;
/// Where the cosines of 0 … N − 1 parts of a turn begin; the sines come after them.
pub const COSINES: usize = WINDOW + FRAME_SAMPLES;
/// Where the first bin of each filter stands.
pub const FILTERS: usize = COSINES + 2 * FRAME_SAMPLES;
/// Where it stands at which of all weights each filter's begin, and the last's end.
pub const STARTS: usize = FILTERS + MELS;
/// Of each bin: the lower of the two filters that it may be in (from 1; 0 is none), then its weights
/// in that and in the next.
pub const CLOSEST: usize = STARTS + MELS + 1;
/// Where the weights of all filters begin.
pub const WEIGHTS: usize = CLOSEST + 3 * BINS;

/// The table, put on the device once. Counts and places are whole numbers below 2²⁴, which 32-bit
/// floats hold exactly.
pub fn tables<R: CubeRuntime>(device: &R::Device) -> CubeTensor<R> {
    static TABLES: LazyLock<Vec<f32>> = LazyLock::new(all);
    static ON_DEVICES: Constants = Constants::new();
    ON_DEVICES.of(&TABLES, device)
}

fn all() -> Vec<f32> {
    let turn = |part: usize| 2.0 * PI * part as f64 / FRAME_SAMPLES as f64;
    let filters = mel_filters();
    let mut table = hann_window().to_vec();
    table.extend((0..FRAME_SAMPLES).map(|part| turn(part).cos() as f32));
    table.extend((0..FRAME_SAMPLES).map(|part| turn(part).sin() as f32));
    table.extend(filters.iter().map(|filter| filter.first_bin as f32));
    let starts = filters.iter().scan(0, |start, filter| {
        *start += filter.weights.len();
        Some(*start as f32)
    });
    table.push(0.0);
    table.extend(starts);
    let weight = |filter: usize, bin: usize| {
        let filter = &filters[filter];
        let place = bin.checked_sub(filter.first_bin)?;
        filter.weights.get(place).copied()
    };
    let mut closest = vec![0.0; 3 * BINS];
    for bin in 0..BINS {
        let lower = (0..MELS).find(|filter| weight(*filter, bin).is_some());
        if let Some(lower) = lower {
            closest[bin] = (lower + 1) as f32;
            closest[BINS + bin] = weight(lower, bin).unwrap_or(0.0);
            let next = (lower + 1 < MELS).then(|| weight(lower + 1, bin)).flatten();
            closest[2 * BINS + bin] = next.unwrap_or(0.0);
        }
    }
    table.extend(closest);
    table.extend(filters.iter().flat_map(|filter| &filter.weights));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel's backward pass reads no more than two filters of a bin, after one another.
    #[test]
    fn no_bin_is_in_three_filters() {
        for bin in 0..BINS {
            let filters = mel_filters().iter().enumerate();
            let touching: Vec<usize> = filters
                .filter(|(_, filter)| {
                    (filter.first_bin..filter.first_bin + filter.weights.len()).contains(&bin)
                })
                .map(|(place, _)| place)
                .collect();
            let alone = touching.len() <= 1;
            assert!(
                alone || (touching.len() == 2 && touching[1] == touching[0] + 1),
                "{bin}: {touching:?}"
            );
        }
    }
}
