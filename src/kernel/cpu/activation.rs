//! Sigmoid and hyperbolic tangent without branches, so that the compiler can use vectors.

const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// ln 2 in two parts: the first has few bits, so its product with a small integer is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// 1.5 · 2^23: adding it moves the nearest integer into the low bits of a float.
const TO_INTEGER: f32 = 12_582_912.0;

/// e^x within 2e-7 relative for |x| ≤ 80, and clamped beyond.
#[inline(always)]
fn exponential(x: f32) -> f32 {
    let x = x.clamp(-80.0, 80.0);
    let shifted = x * LOG2_E + TO_INTEGER;
    let whole = shifted - TO_INTEGER;
    let rest = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    // Taylor polynomial of degree 7 on |rest| ≤ ln(2)/2.
    let mut sum = 1.0 / 5040.0;
    sum = sum * rest + 1.0 / 720.0;
    sum = sum * rest + 1.0 / 120.0;
    sum = sum * rest + 1.0 / 24.0;
    sum = sum * rest + 1.0 / 6.0;
    sum = sum * rest + 0.5;
    sum = sum * rest + 1.0;
    sum = sum * rest + 1.0;
    // The integer's low bits, moved to where a float keeps its exponent, are 2^whole.
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0f32.to_bits()));
    sum * power
}

/// 1 / (1 + e^−x).
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exponential(-x))
}

/// The hyperbolic tangent, as 2·sigmoid(2x) − 1: absolute error below 3e-7.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    2.0 / (1.0 + exponential(-2.0 * x)) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_agree_with_the_standard_library_everywhere() {
        for step in -4000..=4000 {
            let x = step as f32 * 0.025;
            let exact = f64::from(x);
            let error = (f64::from(tanh(x)) - exact.tanh()).abs();
            assert!(error < 3e-7, "tanh({x}) is off by {error}");
            let error = (f64::from(sigmoid(x)) - 1.0 / (1.0 + (-exact).exp())).abs();
            assert!(error < 2e-7, "sigmoid({x}) is off by {error}");
        }
    }
}
