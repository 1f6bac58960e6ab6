use proptest::prelude::*;

use super::bound::{Envelope, bound, bounds_ahead};
use super::distance::Warping;
use super::*;

/// The whole table, cell by cell.
fn plain(one: &[f64], other: &[f64], window: usize) -> f64 {
    let length = one.len();
    let mut table = vec![vec![f64::INFINITY; length + 1]; length + 1];
    table[0][0] = 0.0;
    for row in 1..=length {
        for column in 1..=length {
            if row.abs_diff(column) <= window {
                let before = table[row - 1][column]
                    .min(table[row][column - 1])
                    .min(table[row - 1][column - 1]);
                table[row][column] = before + (one[row - 1] - other[column - 1]).powi(2);
            }
        }
    }
    table[length][length]
}

fn plain_nearest(
    series: &[f64],
    known: &[Vec<f64>],
    window: usize,
    left_out: Option<usize>,
) -> Option<usize> {
    let others = (0..known.len()).filter(|index| left_out != Some(*index));
    let distances = others.map(|index| (plain(series, &known[index], window), index));
    let nearest = distances.min_by(|a, b| a.partial_cmp(b).unwrap());
    nearest.map(|(_, index)| index)
}

fn warped(one: &[f64], other: &[f64], window: usize, limit: f64) -> Option<f64> {
    let backwards: Vec<f64> = other.iter().rev().copied().collect();
    let mut ahead = Vec::new();
    bounds_ahead(one, &Envelope::new(other, window), &mut ahead);
    Warping::default().distance(one, &backwards, window, &ahead, limit)
}

/// Values in few steps, so that there are ties.
fn coarse(length: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-6..6i32).prop_map(|value| f64::from(value) / 2.0), length)
}

fn pair() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, usize)> {
    (1..60usize).prop_flat_map(|length| {
        let values = || prop::collection::vec(-2.0..2.0f64, length);
        (values(), values(), 0..length + 2)
    })
}

fn many() -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<Vec<f64>>, usize)> {
    (1..24usize).prop_flat_map(|length| {
        let series = |most| prop::collection::vec(coarse(length), 1..most);
        (series(12), series(5), 0..length + 1)
    })
}

fn names(labels: &[usize]) -> Vec<String> {
    labels.iter().map(usize::to_string).collect()
}

fn split(series: &[Vec<f64>], labels: &[usize]) -> Split {
    Split::new(series.to_vec(), names(labels))
}

proptest! {
    #[test]
    fn distances_are_those_of_the_whole_table_and_giving_up_early_gives_up_nothing(
        (one, other, window) in pair(), share in 0.0..2.0f64,
    ) {
        let expected = plain(&one, &other, window);
        let near = |found: f64| (found - expected).abs() <= 1e-12 * (1.0 + expected);
        prop_assert!(near(warped(&one, &other, window, f64::INFINITY).unwrap()));
        prop_assert!(near(warped(&other, &one, window, f64::INFINITY).unwrap()));
        match warped(&one, &other, window, expected * share) {
            Some(found) => prop_assert!(near(found)),
            None => prop_assert!(share <= 1.0 + 1e-9),
        }
        for (a, b) in [(&one, &other), (&other, &one)] {
            let least = bound(a, b, &Envelope::new(b, window));
            prop_assert!(least <= expected * (1.0 + 1e-12), "a bound above the distance");
        }
        let wider = warped(&one, &other, window + 1, f64::INFINITY).unwrap();
        prop_assert!(wider <= warped(&one, &other, window, f64::INFINITY).unwrap());
    }

    #[test]
    fn the_nearest_is_the_one_that_trying_all_finds((known, queries, window) in many(), start in any::<prop::sample::Index>()) {
        let searcher = Searcher::new(known.iter().collect(), window);
        let start = Some(start.index(known.len()));
        let left_out = known.iter().enumerate().map(|(index, series)| (series, Some(index), None));
        for (series, left_out, start) in queries.iter().map(|q| (q, None, start)).chain(left_out) {
            let expected = plain_nearest(series, &known, window, left_out);
            let query = Query { series, left_out, start };
            prop_assert_eq!(searcher.nearest(vec![query]), vec![expected]);
        }
    }

    #[test]
    fn the_window_is_the_smallest_of_the_best(
        (known, _, _) in many(), labels in prop::collection::vec(0..3usize, 12),
    ) {
        let labels = &labels[..known.len()];
        let found = learn(&known, &names(labels));
        let length = known[0].len();
        let accuracy = |percent: usize| {
            let right = (0..known.len()).filter(|&index| {
                let nearest = plain_nearest(&known[index], &known, percent * length / 100, Some(index));
                nearest.is_some_and(|nearest| labels[nearest] == labels[index])
            });
            right.count() as f64 / known.len() as f64
        };
        prop_assert_eq!(found.accuracy, accuracy(found.percent));
        for percent in WINDOWS {
            let this = accuracy(percent);
            prop_assert!(this < found.accuracy || percent >= found.percent && this == found.accuracy);
        }
    }

    #[test]
    fn thinning_out_keeps_classes_and_order(labels in prop::collection::vec(0..5usize, 1..200), most in 1..50usize) {
        let kept = thin_out(&names(&labels), most);
        prop_assert!(kept.is_sorted_by(|a, b| a < b));
        prop_assert!(kept.len() <= (most + 5).min(labels.len()));
        let classes = |places: &mut dyn Iterator<Item = usize>| {
            places.map(|place| labels[place]).collect::<std::collections::BTreeSet<_>>()
        };
        prop_assert_eq!(classes(&mut kept.iter().copied()), classes(&mut (0..labels.len())));
    }
}

/// Series with a bump of one of `classes` heights at different places, scaled and found again.
fn bumps(count: usize, classes: usize, spread: usize) -> DtwScore {
    let bump = |index: usize| {
        let (place, height) = (20 + (13 * index) % spread, (index % classes) as f64 - 0.5);
        let at = |time: usize| {
            let away = time as f64 - place as f64;
            height * (-away.powi(2) / 8.0).exp() - time as f64 * 1e-3
        };
        (0..100).map(at).collect()
    };
    let series: Vec<Vec<f64>> = (0..count).map(bump).collect();
    let labels: Vec<usize> = (0..count).map(|index| index % classes).collect();
    let train = split(&series, &labels);
    nearest_neighbour_dtw(&train, &train, Scaling::ZNormalise).unwrap()
}

#[test]
fn warping_finds_what_was_shifted_on_any_number_of_threads() {
    let score = bumps(12, 2, 17);
    assert_eq!((score.accuracy, score.window.series), (1.0, 12));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| bumps(40, 5, 60))
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn long_and_many_series_are_thinned_out() {
    assert_eq!(most_series(1, MOST_CELLS), 55_470);
    assert!((200..500).contains(&most_series(500, MOST_CELLS)));
    assert_eq!(most_series(1_000_000, MOST_CELLS), LEAST_SERIES);
}

#[test]
fn a_single_series_has_no_neighbour_when_it_is_left_out_and_none_at_all_is_an_error() {
    let one = split(&[vec![1.0, 2.0]], &[0]);
    let score = nearest_neighbour_dtw(&one, &one, Scaling::None).unwrap();
    assert_eq!((score.accuracy, score.window.accuracy), (1.0, 0.0));
    assert_eq!(score.window.percent, 0);
    let no_values = split(&[Vec::new()], &[0]);
    for empty in [Split::default(), no_values] {
        let error = nearest_neighbour_dtw(&empty, &one, Scaling::None).unwrap_err();
        assert_eq!(error.to_string(), "the training split has no series");
    }
}
