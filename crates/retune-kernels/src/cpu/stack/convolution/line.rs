//! Kernels that are a line of three taps, along time or along frequency, with half the products.
//!
//! Four outputs after one another touch six inputs, and take twelve products. Winograd's F(4, 3)
//! takes six: as polynomials can be multiplied through their values at points, inputs and taps are
//! taken to six of them (0, ±1, ±2 and infinity), and the products back to the outputs. The ways
//! there and back are a few sums for each channel, not for each pair of channels. Rounding is a few
//! times that of direct sums, and what is no number spreads over the four.

use std::cell::Cell;

use super::tile::{Band, Panels};
use crate::cpu::vectors::{LANES, Lanes, Vector, Work, run};
use crate::layers::Activation;

/// Outputs that are worked out together.
pub const OUTPUTS: usize = 4;
/// Inputs that they touch, and points.
const POINTS: usize = 6;

thread_local! {
    /// A band's inputs and sums at the points, kept because fresh memory is slow.
    static AT_POINTS: Cell<Vec<Lanes>> = const { Cell::new(Vec::new()) };
}

/// Packs weights as [`Panels::new`] does, and at each point where the kernel is a line of three taps.
pub fn packed(
    size: [usize; 2],
    channels: usize,
    bias: &[f32],
    weight: &dyn Fn(usize, usize) -> f32,
) -> Panels {
    let whole = bias.len().is_multiple_of(LANES) && channels.is_multiple_of(LANES);
    let mut packed = Panels::new(size, channels, bias, weight);
    if whole && matches!(size, [1, 3] | [3, 1]) {
        packed.line = panels(bias, channels, weight);
    }
    packed
}

/// The weights at each point of a kernel with the taps `weight(column, tap · channels + channel)`.
fn panels(bias: &[f32], channels: usize, weight: &dyn Fn(usize, usize) -> f32) -> Vec<Panels> {
    let none = vec![0.0; bias.len()];
    let at = |point| {
        // What is added to the second point is added to each output.
        let bias = if point == 1 { bias } else { &none };
        Panels::new([1, 1], channels, bias, &|column, channel| {
            let [a, b, c] = [0, 1, 2].map(|tap| weight(column, tap * channels + channel));
            match point {
                0 => a / 4.0,
                1 => -(a + b + c) / 6.0,
                2 => -(a - b + c) / 6.0,
                3 => (a + 2.0 * b + 4.0 * c) / 24.0,
                4 => (a - 2.0 * b + 4.0 * c) / 24.0,
                _ => c,
            }
        })
    };
    (0..POINTS).map(at).collect()
}

/// Six inputs at the six points.
#[inline(always)]
fn to_points<V: Vector>([a, b, c, d, e, f]: [V; POINTS]) -> [V; POINTS] {
    let [two, minus_four, minus_five] = [2.0, -4.0, -5.0].map(V::splat);
    let four = V::splat(4.0);
    let (even, odd) = (c.multiply_add(minus_four, e), b.multiply_add(minus_four, d));
    let (further, rise) = (e.subtract(c), d.subtract(b));
    [
        a.multiply_add(four, c.multiply_add(minus_five, e)),
        even.add(odd),
        even.subtract(odd),
        rise.multiply_add(two, further),
        further.subtract(rise.add(rise)),
        b.multiply_add(four, d.multiply_add(minus_five, f)),
    ]
}

/// Four outputs from their sums at the six points.
#[inline(always)]
fn from_points<V: Vector>([a, b, c, d, e, f]: [V; POINTS]) -> [V; OUTPUTS] {
    let [two, four, eight] = [2.0, 4.0, 8.0].map(V::splat);
    let (even, odd) = (b.add(c), b.subtract(c));
    let (further, rise) = (d.add(e), d.subtract(e));
    [
        a.add(even).add(further),
        rise.multiply_add(two, odd),
        further.multiply_add(four, even),
        rise.multiply_add(eight, odd.add(f)),
    ]
}

/// How the outputs of a band are cut into tiles of [`OUTPUTS`] in a line.
#[derive(Clone, Copy)]
struct Tiles {
    /// (time, frequency) of the band's outputs.
    size: [usize; 2],
    /// The same of one tile.
    tile: [usize; 2],
}

impl Tiles {
    fn count(self) -> usize {
        self.size[0].div_ceil(self.tile[0]) * self.size[1].div_ceil(self.tile[1])
    }

    /// Where each tile starts among lines of `width` positions. The last ones end with the band:
    /// they overlap those before them where they do not fit.
    #[inline(always)]
    fn starts(self, width: usize) -> impl Iterator<Item = usize> {
        let ([frames, frequencies], [high, wide]) = (self.size, self.tile);
        (0..frames).step_by(high).flat_map(move |time| {
            let line = time.min(frames - high) * width;
            let starts = (0..frequencies).step_by(wide);
            starts.map(move |start| line + start.min(frequencies - wide))
        })
    }

    /// From one position of a tile to the next, among lines of `width` positions.
    fn step(self, width: usize) -> usize {
        if self.tile[0] > 1 { width } else { 1 }
    }
}

/// Convolves a band: through the points if its kernel is a line and it has outputs enough along it.
pub fn convolve(band: Band) {
    let (panels, width) = (band.panels, band.frequencies);
    let size = [band.out.len() / (width * panels.columns), width];
    let tile = match panels.rows {
        1 => [1, OUTPUTS],
        _ => [OUTPUTS, 1],
    };
    if panels.line.is_empty() || size[0] < tile[0] || size[1] < tile[1] {
        return run(band);
    }
    let tiles = Tiles { size, tile };
    let (count, inputs) = (tiles.count(), band.channels / LANES);
    let (before, after) = (count * inputs, count * panels.columns / LANES);
    let mut values = AT_POINTS.take();
    values.resize(POINTS * (before + after), [0.0; LANES]);
    let (sources, sums) = values.split_at_mut(POINTS * before);
    run(ToPoints(tiles, &band, sources));
    let sources = sources.chunks_exact(before);
    let each = sources.zip(sums.chunks_exact_mut(after));
    for (panels, (source, out)) in panels.line.iter().zip(each) {
        run(Band {
            source: source.as_flattened(),
            width: count,
            channels: band.channels,
            panels,
            activation: Activation::Linear,
            out: out.as_flattened_mut(),
            frequencies: count,
        });
    }
    run(FromPoints(tiles, sums, band));
    AT_POINTS.set(values);
}

/// Writes a band's inputs at the points, `[points, tiles, channels]`.
struct ToPoints<'a>(Tiles, &'a Band<'a>, &'a mut [Lanes]);

impl Work for ToPoints<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self(tiles, band, out) = self;
        let (channels, apart) = (band.channels / LANES, out.len() / POINTS);
        let (source, _) = band.source.as_chunks::<LANES>();
        let step = tiles.step(band.width) * channels;
        for (tile, start) in tiles.starts(band.width).enumerate() {
            for channel in 0..channels {
                let mut values = [V::splat(0.0); POINTS];
                for (index, value) in values.iter_mut().enumerate() {
                    *value = V::load(&source[start * channels + channel + index * step]);
                }
                for (point, value) in to_points(values).into_iter().enumerate() {
                    value.store(&mut out[point * apart + tile * channels + channel]);
                }
            }
        }
    }
}

/// Writes a band's outputs, given their sums at the points, `[points, tiles, columns]`.
struct FromPoints<'a>(Tiles, &'a [Lanes], Band<'a>);

impl Work for FromPoints<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self(tiles, sums, band) = self;
        let (columns, apart) = (band.panels.columns / LANES, sums.len() / POINTS);
        let (out, _) = band.out.as_chunks_mut::<LANES>();
        let step = tiles.step(band.frequencies) * columns;
        for (tile, start) in tiles.starts(band.frequencies).enumerate() {
            for column in 0..columns {
                let mut values = [V::splat(0.0); POINTS];
                for (point, value) in values.iter_mut().enumerate() {
                    *value = V::load(&sums[point * apart + tile * columns + column]);
                }
                for (index, value) in from_points(values).into_iter().enumerate() {
                    let value = band.activation.apply(value);
                    value.store(&mut out[start * columns + column + index * step]);
                }
            }
        }
    }
}
