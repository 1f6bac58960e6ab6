use std::ops::Range;

use super::rows::{Fit, Origin, Row, parts, thinned};
use super::validation::Validation;
use super::with_source::clearly_less;
use super::*;
use crate::forecast::Timeline;

fn settings() -> ForecastSettings {
    ForecastSettings {
        horizon: 3,
        context: 5,
        season: None,
        transforms: Vec::new(),
        validation: 0.25,
        windows: 10,
        refit: false,
        seed: 0,
    }
}

fn histories(lengths: &[usize]) -> Vec<History> {
    let history = |length: &usize| History {
        name: "sales".to_owned(),
        timeline: Timeline::counts(),
        values: (0..*length).map(|at| (at as f64).sin()).collect(),
    };
    lengths.iter().map(history).collect()
}

fn places<'a>(origins: impl IntoIterator<Item = &'a Origin>, history: usize) -> Vec<usize> {
    let own = origins.into_iter().filter(|one| one.history == history);
    own.map(|origin| origin.place).collect()
}

fn ends(places: &[usize]) -> (usize, usize) {
    (places[0], places[places.len() - 1])
}

#[test]
fn no_training_row_sees_the_validation_part_and_no_row_goes_beyond_its_history() {
    let (histories, settings) = (histories(&[40, 24]), settings());
    let [training, validation] = parts(&histories, &settings);
    for (history, values, held) in [(0, 40, 10), (1, 24, 6)] {
        assert_eq!(ends(&places(&training, history)), (5, values - held - 3));
        assert_eq!(
            ends(&places(&validation, history)),
            (values - held, values - 3)
        );
    }
    let found = Fit::new(&settings, &histories).rows(&training);
    assert_eq!(found.len(), training.len());
    let restored = found[2].window.restore(&found[2].after);
    for (value, expected) in restored.iter().zip(&histories[0].values[7..]) {
        assert!((value - expected).abs() < 1e-6);
    }
}

#[test]
fn thinning_keeps_the_order_and_follows_the_seed() {
    let origins: Vec<Origin> = (0..1000)
        .map(|place| Origin { history: 0, place })
        .collect();
    for count in [1, 7, 300, 999] {
        let kept = thinned(&origins, count, 3);
        assert_eq!(kept.len(), count);
        assert!(places(&kept, 0).is_sorted_by(|one, next| one < next));
        assert_eq!(kept, thinned(&origins, count, 3));
    }
    assert_ne!(thinned(&origins, 10, 1), thinned(&origins, 10, 2));
    assert_eq!(thinned(&origins, 1000, 1), origins);
}

fn validation(lengths: &[usize]) -> (Validation, Vec<Origin>) {
    let (histories, settings) = (histories(lengths), settings());
    let [_, origins] = parts(&histories, &settings);
    let rows = Fit::new(&settings, &histories).rows(&origins);
    (Validation::of(rows, &histories, &settings), origins)
}

#[test]
fn what_measures_forecasts_no_value_that_chose() {
    // 375 of 1500 values from 1125 on, the middle at 1312; and 100 of 400 from 300 on, at 350.
    let (validation, origins) = validation(&[1500, 400]);
    assert!(validation.apart());
    assert_eq!(validation.rows.len(), origins.len());
    let (choosing, calibration) = (&validation.choosing, &validation.calibration);
    for (range, history, expected, count) in [
        (choosing, 0, (1125, 1309), 185),
        (calibration, 0, (1312, 1497), 186),
        (choosing, 1, (300, 347), 48),
        (calibration, 1, (350, 397), 48),
    ] {
        let origins = validation.rows[Range::clone(range)]
            .iter()
            .map(|row| &row.origin);
        let places = places(origins, history);
        assert_eq!((ends(&places), places.len()), (expected, count));
    }
    let numbers: Vec<usize> = (0..validation.rows.len()).collect();
    assert_eq!(validation.choosing_of(&numbers, 1), &numbers[..233]);
    assert_eq!(validation.calibration_of(&numbers, 1), &numbers[237..]);
}

#[test]
fn where_that_leaves_too_few_all_do_both() {
    // Halves of 180 values, which are 60 horizons; and of 178.
    assert!(validation(&[1440]).0.apart());
    let (validation, origins) = validation(&[1428]);
    assert!(!validation.apart());
    for range in [&validation.choosing, &validation.calibration] {
        assert_eq!(*range, 0..origins.len());
    }
    assert!(
        validation
            .rows
            .iter()
            .map(|row: &Row| row.origin)
            .eq(origins)
    );
}

#[test]
fn a_gain_must_exceed_its_standard_errors() {
    let apart = [0, 8, 16, 24].map(|place| Origin { history: 0, place });
    let other = [2.0, 1.0, 3.0, 2.0];
    let less = |one: &[f64]| clearly_less(one, &other, &apart, 8);
    assert!(less(&[1.0, 0.5, 2.0, 1.5]));
    // Gains 1, 0, 1, 0: a mean of 0.5, which is 1.7 standard errors of 0.29.
    assert!(!less(&[1.0, 1.0, 2.0, 2.0]));
    assert!(!less(&other));
    assert!(!less(&[1.9, 3.0, 1.0, 2.0]));
    assert!(!clearly_less(&[], &[], &[], 8));
    // Four windows that overlap are one group, and one group proves nothing.
    assert!(!clearly_less(&[1.0, 0.5, 2.0, 1.5], &other, &apart, 64));
}

#[test]
fn the_context_suits_the_shortest_history() {
    for (lengths, horizon, season, context) in [
        (&[11_520][..], 96, Some(24), 512),
        (&[144], 12, Some(12), 48),
        (&[5000, 144], 12, None, 51),
        (&[30], 3, Some(12), 10),
    ] {
        let found = ForecastSettings::new(&histories(lengths), horizon, season).unwrap();
        assert_eq!(found.context, context);
    }
}

#[test]
fn a_history_that_is_too_short_is_told_what_it_needs() {
    let refused = |lengths: &[usize], horizon| {
        ForecastSettings::new(&histories(lengths), horizon, None).unwrap_err()
    };
    let error = refused(&[20], 10);
    assert_eq!(
        error.to_string(),
        "`sales` has 20 values; expected at least 24 for a context of 2, a horizon of 10 and \
         a validation part"
    );
    assert!(error.settings().contains(&("horizon", "")));
    for (lengths, horizon) in [(&[99][..], 0), (&[], 5), (&[99], usize::MAX)] {
        refused(lengths, horizon);
    }
}
