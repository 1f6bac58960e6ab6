use proptest::prelude::*;

use super::*;

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-12 * expected.abs().max(1e-3)
}

fn check(differences: &[f64], exact: bool, [two_sided, greater, less]: [f64; 3]) {
    let test = wilcoxon(differences);
    assert_eq!(test.exact, exact);
    assert!(close(test.two_sided, two_sided), "{test:?}");
    assert!(close(test.greater, greater), "{test:?}");
    assert!(close(test.less, less), "{test:?}");
}

// The numbers of `scipy.stats.wilcoxon` 1.17.1 with `method="exact"`.
#[test]
fn exact_probabilities_are_those_of_scipy() {
    let differences = [
        6.0, 8.0, 14.0, 16.0, 23.0, 24.0, 28.0, 29.0, 41.0, -48.0, 49.0, 56.0, 60.0, -67.0, 75.0,
    ];
    let expected = [0.041259765625, 0.0206298828125, 0.982330322265625];
    check(&differences, true, expected);
    let differences: Vec<f64> = (1..=25)
        .map(|index| (f64::from(index) + 0.5) * if index % 3 == 0 { -1.0 } else { 1.0 })
        .collect();
    let expected = [0.14847958087921143, 0.07423979043960571, 0.9295423924922943];
    check(&differences, true, expected);
}

// The numbers of `scipy.stats.wilcoxon` 1.17.1 with `method="asymptotic"`, `zero_method="wilcox"`
// and no correction for continuity.
#[test]
fn approximate_probabilities_are_those_of_scipy() {
    let differences = [
        1.0, 1.0, -2.0, 2.0, 3.0, -3.0, 3.0, 5.0, 0.0, 0.0, -1.0, 4.0,
    ];
    let expected = [0.15116584269690098, 0.07558292134845049, 0.9244170786515495];
    check(&differences, false, expected);
    let differences: Vec<f64> = (0..40)
        .map(|index| f64::from(index * 7 % 31 + 1) * if index % 4 == 0 { -1.0 } else { 1.0 })
        .collect();
    let expected = [
        0.004659448445285983,
        0.0023297242226429913,
        0.997670275777357,
    ];
    check(&differences, false, expected);
}

#[test]
fn no_difference_tells_nothing() {
    for differences in [&[][..], &[0.0; 30][..]] {
        let test = wilcoxon(differences);
        let found = (test.two_sided, test.greater, test.less, test.count);
        assert_eq!(found, (1.0, 1.0, 1.0, 0));
    }
    assert_eq!(wilcoxon(&[1.0]).greater, 0.5);
}

// By hand: 4 · 0.01, then 3 · 0.015 below it, 2 · 0.03, and 0.04 not below that.
#[test]
fn holm_multiplies_and_never_falls() {
    let adjusted = holm(&[0.04, 0.01, 0.03, 0.015]);
    for (found, expected) in adjusted.iter().zip([0.06, 0.04, 0.06, 0.045]) {
        assert!(close(*found, expected), "{adjusted:?}");
    }
    assert!(holm(&[]).is_empty());
    assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
}

proptest! {
    #[test]
    fn sides_add_up_and_turn_over(
        differences in prop::collection::vec(-20..20i32, 0..60),
    ) {
        let differences: Vec<f64> = differences.into_iter().map(f64::from).collect();
        let test = wilcoxon(&differences);
        let size = test.count as f64;
        prop_assert_eq!(test.positive + test.negative, size * (size + 1.0) / 2.0);
        for probability in [test.two_sided, test.greater, test.less] {
            prop_assert!((0.0..=1.0).contains(&probability));
        }
        // Both sides count the case that came.
        prop_assert!(test.greater + test.less >= 1.0 - 1e-9);
        let turned: Vec<f64> = differences.iter().map(|value| -value).collect();
        let turned = wilcoxon(&turned);
        prop_assert!((turned.less - test.greater).abs() < 1e-12);
        prop_assert!((turned.two_sided - test.two_sided).abs() < 1e-12);
    }

    #[test]
    fn exact_probabilities_are_those_of_trying_all_signs(count in 1..10usize, signs in any::<u16>()) {
        let sum = |signs: usize| -> usize {
            (0..count).filter(|index| signs >> index & 1 == 1).map(|index| index + 1).sum()
        };
        let here = sum(signs as usize);
        let differences: Vec<f64> = (0..count)
            .map(|index| (index + 1) as f64 * if signs >> index & 1 == 1 { 1.0 } else { -1.0 })
            .collect();
        let test = wilcoxon(&differences);
        let far = (0..1usize << count).filter(|&signs| sum(signs) >= here).count();
        prop_assert!((test.greater - far as f64 / (1usize << count) as f64).abs() < 1e-12);
    }

    #[test]
    fn holm_keeps_the_order(probabilities in prop::collection::vec(0.0..1.0f64, 0..20)) {
        let adjusted = holm(&probabilities);
        for (one, adjusted_one) in probabilities.iter().zip(&adjusted) {
            prop_assert!(adjusted_one >= one && *adjusted_one <= 1.0);
            for (other, adjusted_other) in probabilities.iter().zip(&adjusted) {
                prop_assert!(one > other || adjusted_one <= adjusted_other);
            }
        }
    }
}
