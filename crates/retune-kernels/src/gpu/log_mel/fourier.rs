//! A Fourier transform of 1,024 numbers in a workgroup's memory.

use cubecl::prelude::*;

use super::tables::COSINES;
use crate::mel::FRAME_SAMPLES;

/// Each of them does one butterfly of four numbers in each of five passes.
pub const INVOCATIONS: usize = FRAME_SAMPLES / 4;

/// Stockham's transform with radix 4, which leaves the bins in order (Govindaraju et al. 2008); the
/// inverse is not divided by N. All invocations must come here.
#[cube]
pub fn transform(
    real: &mut SharedMemory<f32>,
    imaginary: &mut SharedMemory<f32>,
    tables: &Array<f32>,
    #[comptime] inverse: bool,
) {
    let here = UNIT_POS as usize;
    let sign = comptime!(if inverse { 1.0f32 } else { -1.0f32 }).runtime();
    #[unroll]
    for pass in 0..5 {
        let span = comptime!(4usize.pow(pass as u32));
        let within = here % span;
        let step = within * comptime!(INVOCATIONS / span);

        let (a, b) = (real[here], imaginary[here]);
        let (c, d) = turned(real, imaginary, tables, here + INVOCATIONS, step, sign);
        let (e, f) = turned(
            real,
            imaginary,
            tables,
            here + 2 * INVOCATIONS,
            2 * step,
            sign,
        );
        let (g, h) = turned(
            real,
            imaginary,
            tables,
            here + 3 * INVOCATIONS,
            3 * step,
            sign,
        );
        sync_cube();

        let (even_a, even_b) = (a + e, b + f);
        let (odd_a, odd_b) = (a - e, b - f);
        let (sum_a, sum_b) = (c + g, d + h);
        // ±i times the difference
        let (turn_a, turn_b) = (-sign * (d - h), sign * (c - g));
        let to = (here / span) * comptime!(4 * span) + within;
        real[to] = even_a + sum_a;
        imaginary[to] = even_b + sum_b;
        real[to + span] = odd_a + turn_a;
        imaginary[to + span] = odd_b + turn_b;
        real[to + 2 * span] = even_a - sum_a;
        imaginary[to + 2 * span] = even_b - sum_b;
        real[to + 3 * span] = odd_a - turn_a;
        imaginary[to + 3 * span] = odd_b - turn_b;
        sync_cube();
    }
}

/// A number times the `part`-th part of a turn.
#[cube]
fn turned(
    real: &SharedMemory<f32>,
    imaginary: &SharedMemory<f32>,
    tables: &Array<f32>,
    at: usize,
    part: usize,
    sign: f32,
) -> (f32, f32) {
    let cosine = tables[COSINES + part];
    let sine = sign * tables[COSINES + FRAME_SAMPLES + part];
    let (a, b) = (real[at], imaginary[at]);
    (a * cosine - b * sine, a * sine + b * cosine)
}
