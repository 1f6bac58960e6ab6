use super::*;

/// Numbers between −1 and 1 that look random.
fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let off = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    off.fold(0.0, f32::max)
}

#[test]
fn both_versions_agree_and_a_sample_gives_the_same_bits_in_any_company() {
    for (batch, time, features, units) in [(1, 40, 5, 7), (3, 9, 16, 16), (33, 6, 80, 64)] {
        let sizes = Sizes {
            batch,
            time,
            features,
            units,
        };
        let scaled = |count, seed| -> Vec<f32> {
            noise(count, seed).iter().map(|value| value * 0.3).collect()
        };
        let (of_input, recurrent, bias) = (
            scaled(features * 8 * units, 1),
            scaled(units * 8 * units, 2),
            scaled(8 * units, 3),
        );
        let weights = Weights {
            input: &of_input,
            recurrent: &recurrent,
            bias: &bias,
        };
        let input = noise(batch * time * features, 4);
        let gradient = noise(batch * time * 2 * units, 5);
        let mut versions = Machine::all().into_iter().map(|machine| {
            let [output, gates, cells] = run(&input, weights, sizes, true, machine);
            let untraced = run(&input, weights, sizes, false, machine);
            assert_eq!(output, untraced[0]);
            let found = run_backward([&gates, &cells, &gradient], weights, sizes, false, machine);
            (output, super::of_input(&found, sizes))
        });
        let any = versions.next().expect("one runs everywhere");
        for this in versions {
            assert!(difference(&any.0, &this.0) < 1e-5);
            assert!(difference(&any.1, &this.1) < 1e-4);
        }

        let alone = Sizes { batch: 1, ..sizes };
        let last = (batch - 1) * time * features;
        for machine in Machine::all() {
            let [together, _, _] = run(&input, weights, sizes, true, machine);
            let [output, _, _] = run(&input[last..], weights, alone, true, machine);
            assert_eq!(output, together[(batch - 1) * time * 2 * units..]);
        }
    }
}
