//! Exponential, sigmoid, hyperbolic tangent and logarithm without branches, so that the compiler
//! can use vectors.

use super::vectors::{LANES, Vector, multiply_add};

const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// ln 2 in two parts: the first has few bits, so its product with a small integer is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// 1.5 · 2^23: adding it moves the nearest integer into the low bits of a float.
const TO_INTEGER: f32 = 12_582_912.0;
/// The powers of x in e^x, the lowest first, within 4e-9 relative for |x| ≤ ln(2)/2.
const EXPONENTIAL: [f32; 7] = [
    1.0,
    1.0,
    0.499_999_94,
    0.166_665_21,
    0.041_668_39,
    0.008_368_717,
    0.001_381_459_9,
];

/// e^x within 2e-7 relative for |x| ≤ 80, and clamped beyond.
#[inline(always)]
pub fn exponential<V: Vector>(x: f32) -> f32 {
    let x = x.clamp(-80.0, 80.0);
    let shifted = multiply_add::<V>(x, LOG2_E, TO_INTEGER);
    let whole = shifted - TO_INTEGER;
    let rest = multiply_add::<V>(whole, -LN_2_HIGH, x);
    let rest = multiply_add::<V>(whole, -LN_2_LOW, rest);
    let mut sum = EXPONENTIAL[6];
    for index in [5, 4, 3, 2, 1, 0] {
        sum = multiply_add::<V>(sum, rest, EXPONENTIAL[index]);
    }
    // The integer's low bits, moved to where a float keeps its exponent, are 2^whole.
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0f32.to_bits()));
    sum * power
}

/// 1 / (1 + e^−x).
#[inline(always)]
pub fn sigmoid<V: Vector>(mut x: [f32; LANES]) -> [f32; LANES] {
    for x in &mut x {
        *x = 1.0 / (1.0 + exponential::<V>(-*x));
    }
    x
}

/// The hyperbolic tangent, as 2·sigmoid(2x) − 1: absolute error below 3e-7.
#[inline(always)]
pub fn tanh<V: Vector>(mut x: [f32; LANES]) -> [f32; LANES] {
    for x in &mut x {
        *x = 2.0 / (1.0 + exponential::<V>(-2.0 * *x)) - 1.0;
    }
    x
}

/// ln(1 + t) = t − t² / 2 + t³ · (these, lowest power first), within 7e-9 for √½ ≤ 1 + t ≤ √2.
const LOGARITHM: [f32; 7] = [
    0.333_341_66,
    -0.250_017,
    0.199_548_75,
    -0.165_644_26,
    0.149_779_93,
    -0.143_790_08,
    0.086_721_88,
];

/// The natural logarithm of normal numbers above zero, within 2e-7 or one part in 10 million; of
/// anything that is not finite, NaN.
#[inline(always)]
pub fn logarithm<V: Vector>(mut x: [f32; LANES]) -> [f32; LANES] {
    /// √½ as bits.
    const LOWEST: i32 = 0x3f35_04f3;
    for x in &mut x {
        let bits = x.to_bits() as i32;
        let exponent = bits.wrapping_sub(LOWEST) >> 23;
        let rest = f32::from_bits(bits.wrapping_sub(exponent << 23) as u32) - 1.0;
        let whole = exponent as f32;
        let mut sum = LOGARITHM[6];
        for index in [5, 4, 3, 2, 1, 0] {
            sum = multiply_add::<V>(sum, rest, LOGARITHM[index]);
        }
        sum = multiply_add::<V>(sum, rest, -0.5);
        sum = multiply_add::<V>(sum * rest, rest, whole * LN_2_LOW);
        let found = multiply_add::<V>(whole, LN_2_HIGH, sum + rest);
        // Nothing for a finite number, and NaN for others.
        *x = found + *x * 0.0;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::vectors::{Work, in_every_version, run};

    /// Sigmoid, hyperbolic tangent and logarithm of one number.
    struct All(f32);

    impl Work<[f32; 3]> for All {
        #[inline(always)]
        fn run<V: Vector>(self) -> [f32; 3] {
            let x = [self.0; LANES];
            [sigmoid::<V>(x)[0], tanh::<V>(x)[1], logarithm::<V>(x)[2]]
        }
    }

    #[test]
    fn all_agree_with_the_standard_library_everywhere() {
        let check = |name: &str, x: f32, found: f32, exact: f64, tolerance: f64| {
            let error = (f64::from(found) - exact).abs();
            assert!(error < tolerance, "{name}({x}) is off by {error}");
        };
        in_every_version(|| {
            for step in -4000..=4000 {
                let x = step as f32 * 0.025;
                let exact = f64::from(x);
                let [sigmoid, tanh, _] = run(All(x));
                check("tanh", x, tanh, exact.tanh(), 3e-7);
                check("sigmoid", x, sigmoid, 1.0 / (1.0 + (-exact).exp()), 2e-7);
            }
            for step in -600..=600 {
                let x = (step as f32 * 0.0913).exp();
                let exact = f64::from(x).ln();
                check("ln", x, run(All(x))[2], exact, 1e-7 + 1e-7 * exact.abs());
            }
            assert_eq!(run(All(0.0))[..2], [0.5, 0.0]);
            let of_nan = run(All(f32::NAN));
            assert!(of_nan.iter().all(|value| value.is_nan()), "{of_nan:?}");
        });
    }
}
