//! Real Fourier transforms of [`LANES`] frames at once, one frame in each lane: no value ever moves
//! between lanes, and each frame's result is the same in any company.
//!
//! A real transform of 1,024 samples is a complex one of 512 (even samples real, odd ones
//! imaginary) and a pass that takes the two apart. The complex one is three passes of radix 8, whose
//! results lie in the order of reversed digits ([`place`]) and are read from there.

use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::cpu::vectors::{Lanes, Vector};
use crate::mel::{BINS, FRAME_SAMPLES};

/// One complex value of each frame, in memory: real and imaginary parts.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub struct Complex(pub [Lanes; 2]);

/// One complex value of each frame, in registers: real and imaginary parts.
#[derive(Clone, Copy)]
struct Value<V>(V, V);

impl<V: Vector> Value<V> {
    #[inline(always)]
    fn load(Complex([real, imaginary]): &Complex) -> Self {
        Self(V::load(real), V::load(imaginary))
    }

    #[inline(always)]
    fn store(self, Complex([real, imaginary]): &mut Complex) {
        self.0.store(real);
        self.1.store(imaginary);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0), self.1.add(other.1))
    }

    #[inline(always)]
    fn subtract(self, other: Self) -> Self {
        Self(self.0.subtract(other.0), self.1.subtract(other.1))
    }

    /// This plus i times `other`.
    #[inline(always)]
    fn add_turned(self, other: Self) -> Self {
        Self(self.0.subtract(other.1), self.1.add(other.0))
    }

    /// This minus i times `other`.
    #[inline(always)]
    fn subtract_turned(self, other: Self) -> Self {
        Self(self.0.add(other.1), self.1.subtract(other.0))
    }

    /// Times `turn`.
    #[inline(always)]
    fn turned(self, turn: Turn) -> Self {
        let (cosine, sine) = (V::splat(turn.cosine), V::splat(turn.sine));
        let minus = V::splat(-turn.sine);
        Self(
            self.0.multiply_add(cosine, self.1.multiply(minus)),
            self.0.multiply_add(sine, self.1.multiply(cosine)),
        )
    }

    #[inline(always)]
    fn scaled(self, factor: f32) -> Self {
        let factor = V::splat(factor);
        Self(self.0.multiply(factor), self.1.multiply(factor))
    }
}

/// Complex values of half a frame.
const HALF: usize = FRAME_SAMPLES / 2;

/// A root of unity.
#[derive(Debug, Clone, Copy)]
struct Turn {
    cosine: f32,
    sine: f32,
}

impl Turn {
    /// e^(−2πi · part / whole).
    fn new(part: usize, whole: usize) -> Self {
        let angle = -2.0 * PI * part as f64 / whole as f64;
        Self {
            cosine: angle.cos() as f32,
            sine: angle.sin() as f32,
        }
    }
}

/// The roots that the passes multiply by.
struct Turns {
    /// For each place in an eighth of 512 values, those of the results 1 to 7; then for 64 values.
    passes: [Vec<[Turn; 7]>; 2],
    /// e^(−2πi k / 1024) for k from 0 to 256.
    split: Vec<Turn>,
}

static TURNS: LazyLock<Turns> = LazyLock::new(|| {
    let pass = |span: usize| {
        let of_place = |place| std::array::from_fn(|result| Turn::new(place * (result + 1), span));
        (0..span / 8).map(of_place).collect()
    };
    let split = (0..=HALF / 2).map(|bin| Turn::new(bin, FRAME_SAMPLES));
    Turns {
        passes: [pass(HALF), pass(HALF / 8)],
        split: split.collect(),
    }
});

/// Where the transform of 512 values leaves result `index`: its three octal digits reversed.
#[inline(always)]
fn place(index: usize) -> usize {
    (index & 7) << 6 | (index & 0o70) | (index >> 6 & 7)
}

/// The transform of four values.
#[inline(always)]
fn four<V: Vector>([a, b, c, d]: [Value<V>; 4]) -> [Value<V>; 4] {
    let (sum, difference) = (a.add(c), a.subtract(c));
    let (other, turned) = (b.add(d), b.subtract(d));
    [
        sum.add(other),
        difference.subtract_turned(turned),
        sum.subtract(other),
        difference.add_turned(turned),
    ]
}

/// The transform of eight values.
#[inline(always)]
fn eight<V: Vector>(a: [Value<V>; 8]) -> [Value<V>; 8] {
    let [e0, e1, e2, e3] = four([a[0], a[2], a[4], a[6]]);
    let [o0, o1, o2, o3] = four([a[1], a[3], a[5], a[7]]);
    let root = std::f32::consts::FRAC_1_SQRT_2;
    // Times (1 − i) / √2.
    let o1 = o1.subtract_turned(o1).scaled(root);
    // Times (1 + i) / √2, which is left to turn by −i.
    let o3 = o3.add_turned(o3).scaled(root);
    [
        e0.add(o0),
        e1.add(o1),
        e2.subtract_turned(o2),
        e3.subtract(o3),
        e0.subtract(o0),
        e1.subtract(o1),
        e2.add_turned(o2),
        e3.add(o3),
    ]
}

/// The transform of 512 complex values, in place; results at [`place`].
#[inline(always)]
fn transform<V: Vector>(values: &mut [Complex; HALF]) {
    for (pass, span) in [HALF, HALF / 8].into_iter().enumerate() {
        let stride = span / 8;
        let turns = &TURNS.passes[pass];
        for block in values.chunks_exact_mut(span) {
            for (index, turns) in turns.iter().enumerate() {
                let mut taken = [Value::<V>::load(&block[index]); 8];
                for part in 1..8 {
                    taken[part] = Value::load(&block[part * stride + index]);
                }
                let found = eight(taken);
                found[0].store(&mut block[index]);
                for part in 1..8 {
                    let found = found[part].turned(turns[part - 1]);
                    found.store(&mut block[part * stride + index]);
                }
            }
        }
    }
    let (blocks, _) = values.as_chunks_mut::<8>();
    for block in blocks {
        let mut taken = [Value::<V>::load(&block[0]); 8];
        for part in 1..8 {
            taken[part] = Value::load(&block[part]);
        }
        let found = eight(taken);
        for part in 0..8 {
            found[part].store(&mut block[part]);
        }
    }
}

/// The spectrum of real frames. `packed` holds sample 2n as the real and 2n + 1 as the imaginary
/// part of value n, and is overwritten.
#[inline(always)]
pub fn forward<V: Vector>(packed: &mut [Complex; HALF], spectrum: &mut [Complex; BINS]) {
    transform::<V>(packed);
    let Value(even, odd) = Value::<V>::load(&packed[0]);
    for (bin, real) in [(0, even.add(odd)), (HALF, even.subtract(odd))] {
        Value(real, V::splat(0.0)).store(&mut spectrum[bin]);
    }
    for (bin, turn) in TURNS.split.iter().enumerate().skip(1) {
        let a = Value::<V>::load(&packed[place(bin)]);
        let b = Value::<V>::load(&packed[place(HALF - bin)]);
        // The transforms of the even and of the odd samples.
        let even = Value(a.0.add(b.0), a.1.subtract(b.1)).scaled(0.5);
        let odd = Value(a.1.add(b.1), b.0.subtract(a.0))
            .scaled(0.5)
            .turned(*turn);
        let mirrored = Value(even.0.subtract(odd.0), odd.1.subtract(even.1));
        mirrored.store(&mut spectrum[HALF - bin]);
        even.add(odd).store(&mut spectrum[bin]);
    }
}

/// The adjoint of [`forward`]: the gradient with respect to the frames, from that with respect to
/// the spectrum. Sample 2n is then the imaginary and 2n + 1 the real part of `packed[place(n)]`.
#[inline(always)]
pub fn adjoint<V: Vector>(spectrum: &[Complex; BINS], packed: &mut [Complex; HALF]) {
    // The inverse transform is the forward one with real and imaginary parts exchanged.
    let (low, high) = (V::load(&spectrum[0].0[0]), V::load(&spectrum[HALF].0[0]));
    Value(low.subtract(high), low.add(high)).store(&mut packed[0]);
    for (bin, turn) in TURNS.split.iter().enumerate().skip(1) {
        let a = Value::<V>::load(&spectrum[bin]);
        let b = Value::<V>::load(&spectrum[HALF - bin]);
        let back = Turn {
            sine: -turn.sine,
            ..*turn
        };
        let even = Value(a.0.add(b.0), a.1.subtract(b.1)).scaled(0.5);
        let odd = Value(a.0.subtract(b.0), a.1.add(b.1))
            .scaled(0.5)
            .turned(back);
        let first = Value(even.1.add(odd.0), even.0.subtract(odd.1));
        let second = Value(odd.0.subtract(even.1), even.0.add(odd.1));
        second.store(&mut packed[HALF - bin]);
        first.store(&mut packed[bin]);
    }
    transform::<V>(packed);
}

/// Samples 2n and 2n + 1 of what [`adjoint`] left.
#[inline(always)]
pub fn pair_of_samples(packed: &[Complex; HALF], pair: usize) -> [&Lanes; 2] {
    let Complex([real, imaginary]) = &packed[place(pair)];
    [imaginary, real]
}
