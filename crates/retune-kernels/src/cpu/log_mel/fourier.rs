//! Real Fourier transforms of [`LANES`] frames at once, one frame in each lane: no value ever moves
//! between lanes, and each frame's result is the same in any company.
//!
//! A real transform of 1,024 samples is a complex one of 512 (even samples real, odd ones
//! imaginary) and a pass that takes the two apart. The complex one is three passes of radix 8, whose
//! results lie in the order of reversed digits ([`place`]) and are read from there.

use std::f64::consts::PI;
use std::sync::OnceLock;

use crate::cpu::vectors::{Lanes, Vector};
use crate::mel::{BINS, FRAME_SAMPLES};

/// One complex value of each frame, in memory.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub struct Complex {
    pub real: Lanes,
    pub imaginary: Lanes,
}

/// One complex value of each frame, in registers.
#[derive(Clone, Copy)]
struct Value<V> {
    real: V,
    imaginary: V,
}

impl<V: Vector> Value<V> {
    #[inline(always)]
    fn load(value: &Complex) -> Self {
        Self {
            real: V::load(&value.real),
            imaginary: V::load(&value.imaginary),
        }
    }

    #[inline(always)]
    fn store(self, value: &mut Complex) {
        self.real.store(&mut value.real);
        self.imaginary.store(&mut value.imaginary);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            real: self.real.add(other.real),
            imaginary: self.imaginary.add(other.imaginary),
        }
    }

    #[inline(always)]
    fn subtract(self, other: Self) -> Self {
        Self {
            real: self.real.subtract(other.real),
            imaginary: self.imaginary.subtract(other.imaginary),
        }
    }

    /// Times `turn`.
    #[inline(always)]
    fn turned(self, turn: Turn) -> Self {
        let (cosine, sine) = (V::splat(turn.cosine), V::splat(turn.sine));
        let minus = V::splat(-turn.sine);
        Self {
            real: self
                .real
                .multiply_add(cosine, self.imaginary.multiply(minus)),
            imaginary: self
                .real
                .multiply_add(sine, self.imaginary.multiply(cosine)),
        }
    }

    /// Half of this.
    #[inline(always)]
    fn halved(self) -> Self {
        let half = V::splat(0.5);
        Self {
            real: self.real.multiply(half),
            imaginary: self.imaginary.multiply(half),
        }
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

fn turns() -> &'static Turns {
    static TURNS: OnceLock<Turns> = OnceLock::new();
    TURNS.get_or_init(|| Turns {
        passes: [HALF, HALF / 8].map(|span| {
            (0..span / 8)
                .map(|place| std::array::from_fn(|result| Turn::new(place * (result + 1), span)))
                .collect()
        }),
        split: (0..=HALF / 2)
            .map(|bin| Turn::new(bin, FRAME_SAMPLES))
            .collect(),
    })
}

/// Where the transform of 512 values leaves result `index`: its three octal digits reversed.
#[inline(always)]
fn place(index: usize) -> usize {
    (index & 7) << 6 | (index & 0o70) | (index >> 6 & 7)
}

/// Results 0 and 2, and 1 and 3, of a transform of four values: `a − c ∓ i (b − d)`.
#[inline(always)]
fn four<V: Vector>([a, b, c, d]: [Value<V>; 4]) -> [Value<V>; 4] {
    let (sum, difference) = (a.add(c), a.subtract(c));
    let (other, turned) = (b.add(d), b.subtract(d));
    [
        sum.add(other),
        Value {
            real: difference.real.add(turned.imaginary),
            imaginary: difference.imaginary.subtract(turned.real),
        },
        sum.subtract(other),
        Value {
            real: difference.real.subtract(turned.imaginary),
            imaginary: difference.imaginary.add(turned.real),
        },
    ]
}

/// The transform of eight values.
#[inline(always)]
fn eight<V: Vector>(a: [Value<V>; 8]) -> [Value<V>; 8] {
    let [e0, e1, e2, e3] = four([a[0], a[2], a[4], a[6]]);
    let [o0, o1, o2, o3] = four([a[1], a[3], a[5], a[7]]);
    let root = V::splat(std::f32::consts::FRAC_1_SQRT_2);
    // Times (1 − i) / √2.
    let o1 = Value {
        real: o1.real.add(o1.imaginary).multiply(root),
        imaginary: o1.imaginary.subtract(o1.real).multiply(root),
    };
    // Times (1 + i) / √2, which is left to turn by −i.
    let o3 = Value {
        real: o3.real.subtract(o3.imaginary).multiply(root),
        imaginary: o3.imaginary.add(o3.real).multiply(root),
    };
    [
        e0.add(o0),
        e1.add(o1),
        Value {
            real: e2.real.add(o2.imaginary),
            imaginary: e2.imaginary.subtract(o2.real),
        },
        e3.subtract(o3),
        e0.subtract(o0),
        e1.subtract(o1),
        Value {
            real: e2.real.subtract(o2.imaginary),
            imaginary: e2.imaginary.add(o2.real),
        },
        e3.add(o3),
    ]
}

/// The transform of 512 complex values, in place; results at [`place`].
#[inline(always)]
fn transform<V: Vector>(values: &mut [Complex; HALF]) {
    for (pass, span) in [HALF, HALF / 8].into_iter().enumerate() {
        let stride = span / 8;
        let turns = &turns().passes[pass];
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
    let zero = Value::<V>::load(&packed[0]);
    let nothing = V::splat(0.0);
    for (bin, real) in [
        (0, zero.real.add(zero.imaginary)),
        (HALF, zero.real.subtract(zero.imaginary)),
    ] {
        let imaginary = nothing;
        Value { real, imaginary }.store(&mut spectrum[bin]);
    }
    for (bin, turn) in turns().split.iter().enumerate().skip(1) {
        let a = Value::<V>::load(&packed[place(bin)]);
        let b = Value::<V>::load(&packed[place(HALF - bin)]);
        // The transforms of the even and of the odd samples.
        let even = Value {
            real: a.real.add(b.real),
            imaginary: a.imaginary.subtract(b.imaginary),
        };
        let odd = Value {
            real: a.imaginary.add(b.imaginary),
            imaginary: b.real.subtract(a.real),
        };
        let (even, odd) = (even.halved(), odd.halved().turned(*turn));
        let mirrored = Value {
            real: even.real.subtract(odd.real),
            imaginary: odd.imaginary.subtract(even.imaginary),
        };
        mirrored.store(&mut spectrum[HALF - bin]);
        even.add(odd).store(&mut spectrum[bin]);
    }
}

/// The adjoint of [`forward`]: the gradient with respect to the frames, from that with respect to
/// the spectrum. Sample 2n is then the imaginary and 2n + 1 the real part of `packed[place(n)]`.
#[inline(always)]
pub fn adjoint<V: Vector>(spectrum: &[Complex; BINS], packed: &mut [Complex; HALF]) {
    // The inverse transform is the forward one with real and imaginary parts exchanged.
    let (low, high) = (V::load(&spectrum[0].real), V::load(&spectrum[HALF].real));
    let exchanged = Value {
        real: low.subtract(high),
        imaginary: low.add(high),
    };
    exchanged.store(&mut packed[0]);
    for (bin, turn) in turns().split.iter().enumerate().skip(1) {
        let a = Value::<V>::load(&spectrum[bin]);
        let b = Value::<V>::load(&spectrum[HALF - bin]);
        let even = Value {
            real: a.real.add(b.real),
            imaginary: a.imaginary.subtract(b.imaginary),
        };
        let odd = Value {
            real: a.real.subtract(b.real),
            imaginary: a.imaginary.add(b.imaginary),
        };
        let back = Turn {
            cosine: turn.cosine,
            sine: -turn.sine,
        };
        let (even, odd) = (even.halved(), odd.halved().turned(back));
        let first = Value {
            real: even.imaginary.add(odd.real),
            imaginary: even.real.subtract(odd.imaginary),
        };
        let second = Value {
            real: odd.real.subtract(even.imaginary),
            imaginary: even.real.add(odd.imaginary),
        };
        second.store(&mut packed[HALF - bin]);
        first.store(&mut packed[bin]);
    }
    transform::<V>(packed);
}

/// Samples 2n and 2n + 1 of what [`adjoint`] left.
#[inline(always)]
pub fn samples(packed: &[Complex; HALF], pair: usize) -> [&Lanes; 2] {
    let value = &packed[place(pair)];
    [&value.imaginary, &value.real]
}
