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
    (0..known.len())
        .filter(|index| left_out != Some(*index))
        .map(|index| (plain(series, &known[index], window), index))
        .min_by(|a, b| a.partial_cmp(b).unwrap())
        .map(|(_, index)| index)
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

fn split(series: &[Vec<f64>], labels: &[usize]) -> Split {
    Split {
        series: series.to_vec(),
        labels: labels.iter().map(usize::to_string).collect(),
        ..Split::default()
    }
}

proptest! {
    #[test]
    fn distances_are_those_of_the_whole_table((one, other, window) in pair()) {
        let expected = plain(&one, &other, window);
        let found = warped(&one, &other, window, f64::INFINITY).unwrap();
        prop_assert!((found - expected).abs() <= 1e-12 * (1.0 + expected));
        let back = warped(&other, &one, window, f64::INFINITY).unwrap();
        prop_assert!((found - back).abs() <= 1e-12 * (1.0 + expected));
    }

    #[test]
    fn giving_up_early_gives_up_nothing((one, other, window) in pair(), share in 0.0..2.0f64) {
        let expected = plain(&one, &other, window);
        match warped(&one, &other, window, expected * share) {
            Some(found) => prop_assert!((found - expected).abs() <= 1e-12 * (1.0 + expected)),
            None => prop_assert!(share <= 1.0 + 1e-9),
        }
    }

    #[test]
    fn bounds_are_below_the_distance((one, other, window) in pair()) {
        let distance = plain(&one, &other, window);
        let envelope = Envelope::new(&other, window);
        prop_assert!(bound(&one, &other, &envelope) <= distance * (1.0 + 1e-12));
        let envelope = Envelope::new(&one, window);
        prop_assert!(bound(&other, &one, &envelope) <= distance * (1.0 + 1e-12));
    }

    #[test]
    fn larger_windows_bring_series_nearer((one, other, window) in pair()) {
        let near = warped(&one, &other, window + 1, f64::INFINITY).unwrap();
        prop_assert!(near <= warped(&one, &other, window, f64::INFINITY).unwrap());
    }

    #[test]
    fn the_nearest_is_the_one_that_trying_all_finds((known, queries, window) in many(), start in any::<prop::sample::Index>()) {
        let searcher = Searcher::new(known.iter().collect(), window);
        for series in &queries {
            let query = Query { series, left_out: None, start: Some(start.index(known.len())) };
            prop_assert_eq!(searcher.nearest(vec![query]), vec![plain_nearest(series, &known, window, None)]);
        }
        for (index, series) in known.iter().enumerate() {
            let query = Query { series, left_out: Some(index), start: None };
            prop_assert_eq!(searcher.nearest(vec![query]), vec![plain_nearest(series, &known, window, Some(index))]);
        }
    }

    #[test]
    fn the_window_is_the_smallest_of_the_best(
        (known, _, _) in many(), labels in prop::collection::vec(0..3usize, 12),
    ) {
        let labels = &labels[..known.len()];
        let found = learn_window(&split(&known, labels), Scaling::None).unwrap();
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
            if percent < found.percent {
                prop_assert!(accuracy(percent) < found.accuracy);
            } else {
                prop_assert!(accuracy(percent) <= found.accuracy);
            }
        }
    }

    #[test]
    fn thinning_out_keeps_classes_and_order(labels in prop::collection::vec(0..5usize, 1..200), most in 1..50usize) {
        let names: Vec<String> = labels.iter().map(usize::to_string).collect();
        let kept = thin_out(&names, most);
        prop_assert!(kept.is_sorted_by(|a, b| a < b));
        prop_assert!(kept.len() <= (most + 5).min(labels.len()));
        let classes = |places: &mut dyn Iterator<Item = usize>| {
            places.map(|place| labels[place]).collect::<std::collections::BTreeSet<_>>()
        };
        prop_assert_eq!(classes(&mut kept.iter().copied()), classes(&mut (0..labels.len())));
    }
}

/// A bump at one of two heights, early or late.
fn bump(place: usize, height: f64) -> Vec<f64> {
    (0..100)
        .map(|time| {
            height * (-(time as f64 - place as f64).powi(2) / 8.0).exp() - time as f64 * 1e-3
        })
        .collect()
}

#[test]
fn warping_finds_what_was_shifted() {
    let series: Vec<Vec<f64>> = (0..12)
        .map(|index| {
            bump(
                40 + (7 * index) % 17,
                if index % 2 == 0 { 1.0 } else { -1.0 },
            )
        })
        .collect();
    let labels: Vec<usize> = (0..12).map(|index| index % 2).collect();
    let train = split(&series, &labels);
    let score = nearest_neighbour_dtw(&train, &train, Scaling::ZNormalise).unwrap();
    assert_eq!(score.accuracy, 1.0);
    assert_eq!(score.window.series, 12);
}

#[test]
fn long_and_many_series_are_thinned_out() {
    assert_eq!(most_series(1, MOST_CELLS), 55_470);
    assert!((200..500).contains(&most_series(500, MOST_CELLS)));
    assert_eq!(most_series(1_000_000, MOST_CELLS), LEAST_SERIES);
}

#[test]
fn a_single_series_has_no_neighbour_when_it_is_left_out() {
    let one = split(&[vec![1.0, 2.0]], &[0]);
    let score = nearest_neighbour_dtw(&one, &one, Scaling::None).unwrap();
    assert_eq!((score.accuracy, score.window.accuracy), (1.0, 0.0));
    assert_eq!(score.window.percent, 0);
}

#[test]
fn empty_splits_are_errors() {
    let one = split(&[vec![1.0, 2.0]], &[0]);
    let empty = Split::default();
    let fails = |train: &Split, test: &Split| {
        nearest_neighbour_dtw(train, test, Scaling::None)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(fails(&empty, &one), "the training split has no series");
    assert_eq!(fails(&one, &empty), "the test split has no series");
    let no_values = split(&[Vec::new()], &[0]);
    assert_eq!(
        fails(&no_values, &no_values),
        "the training split has no series"
    );
    assert!(learn_window(&empty, Scaling::None).is_err());
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let series: Vec<Vec<f64>> = (0..40)
        .map(|index| bump(20 + (13 * index) % 60, f64::from(index as u32 % 5)))
        .collect();
    let labels: Vec<usize> = (0..40).map(|index| index % 5).collect();
    let train = split(&series, &labels);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| nearest_neighbour_dtw(&train, &train, Scaling::ZNormalise).unwrap())
    };
    assert_eq!(with(1), with(3));
}
