//! The period after which a history repeats itself.

use std::collections::BTreeMap;

use super::History;
use super::scaled::{LEAST_DEVIATION, moments};

/// Histories that are looked at for a season that most have.
const LOOKED_AT: usize = 50;

/// The longest period that is looked for: a week of quarters of an hour has 672 values, a day of
/// minutes 1440.
const LONGEST: usize = 1500;
/// How many of the last values are looked at.
const LATEST: usize = 30_000;
/// The least correlation of values a period apart.
const LEAST_CORRELATION: f64 = 0.3;
/// How many standard errors the correlation must be above 0, of so many periods that are tried.
const STANDARD_ERRORS: f64 = 3.5;
/// A correlation that is enough however few periods there are.
const CLEAR_CORRELATION: f64 = 0.9;
/// How much the correlation must rise from its lowest at shorter lags: what is merely smooth
/// resembles itself at all short lags.
const LEAST_RISE: f64 = 0.25;
/// At how many lags below the period the lowest correlation is looked for.
const LAGS: usize = 24;
/// A shorter period is preferred when its correlation is this share of the best one.
const SHORTER_SHARE: f64 = 0.85;

/// How many multiples of a period are looked at to tell it from those beside it.
const MULTIPLES: usize = 6;

/// The [period] that most of the first 50 histories have; `None` where most have none.
pub fn common(histories: &[History]) -> Option<usize> {
    let mut counts = BTreeMap::<_, usize>::new();
    for history in histories.iter().take(LOOKED_AT) {
        *counts.entry(period(&history.values)).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.and_then(|(season, _)| season)
}

/// The period of a history, in values, at least 2 and at most a third of its length; `None` when
/// nothing repeats clearly.
///
/// For each candidate the trend is taken away as in a classical decomposition, by a moving average
/// over the candidate's own length; what is left is correlated with itself one period later. For a
/// random walk and for noise that correlation is 0 at every candidate, however long they wander in
/// one direction: the average and the lag have the same length. The smallest candidate that is a
/// local maximum, clear of chance, and nearly as good as the best one is the period, so that a day
/// is preferred to a week which repeats it.
///
/// At most the last 30,000 values are looked at, for periods up to 1,500.
pub fn period(values: &[f64]) -> Option<usize> {
    let start = values.len().saturating_sub(LATEST);
    let values = standardised(values.get(start..)?)?;
    let longest = (values.len() / 3).min(LONGEST);
    let sums = running_sums(&values);
    let mut residual = Vec::with_capacity(values.len());
    let correlations: Vec<f64> = (2..=longest + 1)
        .map(|period| {
            remove_trend(&values, &sums, period, &mut residual);
            correlation(&residual, period)
        })
        .collect();
    let at = |period: usize| period.checked_sub(2).and_then(|at| correlations.get(at));
    let is_peak = |period: usize, correlation: f64| {
        let neighbours = [period.wrapping_sub(1), period + 1];
        let mut neighbours = neighbours.into_iter().filter_map(at);
        neighbours.all(|other| correlation >= *other)
    };
    let candidates = (2..=longest)
        .zip(&correlations)
        .filter(|&(period, &correlation)| {
            let least = least_correlation(values.len(), period);
            correlation >= least && is_peak(period, correlation) && {
                remove_trend(&values, &sums, period, &mut residual);
                rises(&residual, period, correlation)
            }
        });
    let candidates: Vec<(usize, f64)> = candidates.map(|(period, &high)| (period, high)).collect();
    let best = candidates
        .iter()
        .fold(0.0f64, |best, (_, high)| best.max(*high));
    let mut candidates = candidates.into_iter();
    let (period, _) = candidates.find(|(_, high)| *high >= SHORTER_SHARE * best)?;
    remove_trend(&values, &sums, period, &mut residual);
    Some(refined(&residual, period).min(longest))
}

/// The period near another one, of which the whole multiples fit best, too: noise moves the top of
/// a wide peak, but moves that of its multiples less for their distance.
fn refined(residual: &[f64], period: usize) -> usize {
    let reach = (period / 10).max(1);
    let multiples = (residual.len() / period)
        .saturating_sub(1)
        .clamp(1, MULTIPLES);
    let fit = |period: usize| -> f64 {
        let lags = (1..=multiples).map(|multiple| multiple * period);
        lags.map(|lag| correlation(residual, lag)).sum()
    };
    let mut best = (period, fit(period));
    for near in period.saturating_sub(reach).max(2)..=period + reach {
        let found = fit(near);
        if found > best.1 {
            best = (near, found);
        }
    }
    best.0
}

/// The values at mean 0 and deviation 1; `None` when they are constant or not finite.
fn standardised(values: &[f64]) -> Option<Vec<f64>> {
    let (mean, deviation, size) = moments(values);
    (deviation > size * LEAST_DEVIATION && deviation.is_finite()).then(|| {
        let scale = |value: &f64| (value - mean) / deviation;
        values.iter().map(scale).collect()
    })
}

/// The sums of the values before each place.
fn running_sums(values: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = values.iter().map(|value| {
        sum += value;
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// The values without their centred moving average over one period; of an even period the first
/// and the last value count half. Values too near the ends have no average.
fn remove_trend(values: &[f64], sums: &[f64], period: usize, residual: &mut Vec<f64>) {
    residual.clear();
    let half = period / 2;
    let width = period as f64;
    let ends = sums.iter().zip(sums.iter().skip(period));
    let averages = ends.map(|(before, after)| (after - before) / width);
    let middle = values.iter().skip(half);
    if period.is_multiple_of(2) {
        let next = averages.clone().skip(1);
        let centred = averages.zip(next).map(|(one, next)| (one + next) / 2.0);
        residual.extend(middle.zip(centred).map(|(value, mean)| value - mean));
    } else {
        residual.extend(middle.zip(averages).map(|(value, mean)| value - mean));
    }
}

/// The correlation of values with those a lag later.
fn correlation(values: &[f64], lag: usize) -> f64 {
    let Some(later) = values.get(lag..).filter(|later| !later.is_empty()) else {
        return 0.0;
    };
    let mut sums = [0.0f64; 3];
    for (value, later) in values.iter().zip(later) {
        sums[0] += value * later;
        sums[1] += value * value;
        sums[2] += later * later;
    }
    let size = (sums[1] * sums[2]).sqrt();
    // What the average leaves of a straight line is rounding.
    let least = 1e-12 * later.len() as f64;
    if size > least { sums[0] / size } else { 0.0 }
}

/// The least correlation that is not chance: what wanders keeps its direction for a part of the
/// period, so that there are that many fewer independent values.
fn least_correlation(length: usize, period: usize) -> f64 {
    let pairs = length.saturating_sub(2 * period).max(1) as f64;
    let independent = pairs / (1.0 + period as f64 / 10.0);
    let chance = STANDARD_ERRORS / independent.sqrt();
    // The average over an even period is one value longer, so that noise is left with this
    // correlation: 1/6 for a period of 2.
    let overlap = match period.is_multiple_of(2) {
        true => 2.0 / 3.0 / (period * period) as f64,
        false => 0.0,
    };
    (chance + overlap).clamp(LEAST_CORRELATION, CLEAR_CORRELATION)
}

/// Whether the correlation is clearly lower at some lag below the period than the `high` one of it.
fn rises(residual: &[f64], period: usize, high: f64) -> bool {
    let mut lags = (1..period).step_by(period.div_ceil(LAGS));
    lags.any(|lag| correlation(residual, lag) <= high - LEAST_RISE)
}

#[cfg(test)]
mod tests;
