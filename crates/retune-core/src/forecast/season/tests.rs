use std::f64::consts::TAU;

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::*;

fn noise(seed: u64, count: usize) -> Vec<f64> {
    let random = ChaCha8Rng::seed_from_u64(seed);
    StandardNormal.sample_iter(random).take(count).collect()
}

fn walk(seed: u64, count: usize, memory: f64) -> Vec<f64> {
    let mut place = 0.0;
    let steps = noise(seed, count).into_iter();
    steps
        .map(|step| {
            place = memory * place + step;
            place
        })
        .collect()
}

fn found(values: impl IntoIterator<Item = f64>) -> Option<usize> {
    period(&values.into_iter().collect::<Vec<f64>>())
}

fn sine(place: usize, period: f64) -> f64 {
    (TAU * place as f64 / period).sin()
}

#[test]
fn a_sine_under_noise_is_found() {
    for length in [7, 12, 24, 48, 168] {
        for seed in 0..20 {
            let values = noise(seed, length * 20).into_iter().enumerate();
            let values = values.map(|(place, noise)| sine(place, length as f64) + 0.5 * noise);
            let found = found(values).unwrap();
            // Noise may move the top of a long wave a little.
            let near = length / 20;
            assert!(found.abs_diff(length) <= near, "{length} {found} {seed}");
        }
    }
}

#[test]
fn patterns_repeat_whatever_their_shape() {
    // A spike, a week of two kinds of days, and plus and minus by turns.
    type Pattern = fn(usize) -> f64;
    let patterns: [(usize, Pattern); 4] = [
        (24, |at| if at == 5 { 4.0 } else { 0.0 }),
        (7, |at| if at < 5 { 2.0 } else { -2.0 }),
        (2, |at| at as f64 * 3.0),
        (12, |at| {
            sine(at, 12.0) + sine(at, 6.0) * 1.5 + sine(at, 4.0)
        }),
    ];
    for (length, pattern) in patterns {
        for seed in 0..10 {
            let values = noise(seed, 300).into_iter().enumerate();
            let values = values.map(|(place, noise)| pattern(place % length) + 0.4 * noise);
            assert_eq!(found(values), Some(length), "{seed}");
        }
    }
    assert_eq!(found((0..72).map(|place| sine(place, 24.0))), Some(24));
    let weeks =
        (0..2000).map(|place| sine(place, 24.0) + if place % 168 < 120 { 0.5 } else { -0.5 });
    assert_eq!(found(weeks), Some(24));
}

#[test]
fn a_trend_does_not_hide_a_season() {
    // Like the numbers of airline passengers: a season that grows with its trend.
    for seed in 0..10 {
        let values = noise(seed, 144).into_iter().enumerate();
        let values = values.map(|(place, noise)| {
            let level = 100.0 * (place as f64 * 0.01).exp();
            let season = 1.0 + 0.2 * sine(place, 12.0) + 0.08 * sine(place, 6.0);
            level * season * (1.0 + 0.03 * noise)
        });
        assert_eq!(found(values), Some(12));
        let values = walk(seed, 600, 1.0).into_iter().enumerate();
        let values = values.map(|(place, walk)| walk + 4.0 * sine(place, 12.0));
        assert_eq!(found(values), Some(12));
    }
}

#[test]
fn what_does_not_repeat_has_no_period() {
    for constant in [0.0, 0.1, -1e9] {
        assert_eq!(found([constant; 100]), None);
    }
    let straight: [fn(f64) -> f64; 2] = [|place| place * 0.1, |place| (place * 0.01).exp()];
    for line in straight {
        assert_eq!(found((0..500).map(|place| line(f64::from(place)))), None);
    }
    for short in [&[][..], &[1.0], &[1.0, 2.0], &[1.0, 2.0, 1.0, 2.0]] {
        assert_eq!(period(short), None);
    }
    assert_eq!(period(&[f64::NAN; 30]), None);
    assert_eq!(period(&[f64::INFINITY, 1.0, 2.0, 3.0, 4.0, 5.0]), None);
}

#[test]
fn chance_seldom_looks_like_a_season() {
    let of = |make: &dyn Fn(u64) -> Vec<f64>| {
        (0..200).filter(|seed| found(make(*seed)).is_some()).count()
    };
    for length in [60, 200, 1000] {
        let counts = [
            of(&|seed| noise(seed, length)),
            of(&|seed| walk(seed, length, 1.0)),
            of(&|seed| walk(seed, length, 0.8)),
        ];
        assert!(counts.iter().all(|&count| count <= 6), "{counts:?}");
    }
}

proptest! {
    #[test]
    fn any_values_have_a_period_within_a_third_or_none(
        values in prop::collection::vec(any::<f64>(), 0..80),
    ) {
        if let Some(period) = period(&values) {
            prop_assert!(period >= 2 && period * 3 <= values.len());
        }
    }

    #[test]
    fn the_unit_of_the_values_does_not_matter(seed in 0u64..50, factor in 1e-3f64..1e3) {
        let values = || noise(seed, 120).into_iter().enumerate().map(|(at, noise)| sine(at, 12.0) + noise * 0.3);
        prop_assert_eq!(found(values()), found(values().map(|value| value * factor)));
    }
}
