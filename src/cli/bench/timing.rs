//! How long work takes, within a budget of seconds.

use std::time::Instant;

use anyhow::Result;

/// The most steps of training in one fit, so that a wrong guess at their speed does not last.
const MOST_STEPS: usize = 500;

/// Does the work again and again until the budget is spent: what it gave first, and the seconds of
/// each time after the first, which only warms up.
///
/// Where the first time exceeds the budget, there is no second and the first one counts.
pub(super) fn repeat<T>(budget: f64, mut work: impl FnMut() -> Result<T>) -> Result<(T, Vec<f64>)> {
    let start = Instant::now();
    let first = work()?;
    let warm_up = start.elapsed().as_secs_f64();
    if warm_up >= budget {
        return Ok((first, vec![warm_up]));
    }
    let mut seconds = Vec::new();
    let mut spent = 0.0;
    while spent < budget {
        let start = Instant::now();
        work()?;
        let took = start.elapsed().as_secs_f64();
        spent += took;
        seconds.push(took);
    }
    Ok((first, seconds))
}

/// Trains until the budget is spent: what one step alone gave, and the seconds of the steps.
///
/// `fit` trains for so many steps and calls back after each. A fit cannot be stopped on the way, so
/// the number of steps follows from how long those before took. The first step of a fit is never
/// counted, for it also sets the fit up, unless it exceeds the budget.
pub(super) fn steps<T>(
    budget: f64,
    mut fit: impl FnMut(usize, &mut dyn FnMut()) -> Result<T>,
) -> Result<(T, Vec<f64>)> {
    let start = Instant::now();
    let first = fit(1, &mut || {})?;
    // All of the fit, and not only up to the callback: some backends work on behind it.
    let mut each = start.elapsed().as_secs_f64();
    if each >= budget {
        return Ok((first, vec![each]));
    }
    let mut seconds = Vec::new();
    let mut left = budget;
    while seconds.is_empty() || left >= each {
        let counted = ((left / each) as usize).clamp(1, MOST_STEPS);
        let mut ends = Vec::with_capacity(counted + 1);
        fit(counted + 1, &mut || ends.push(Instant::now()))?;
        let took = ends
            .windows(2)
            .map(|ends| (ends[1] - ends[0]).as_secs_f64());
        let took: Vec<f64> = took.collect();
        if took.is_empty() {
            break;
        }
        left -= took.iter().sum::<f64>();
        seconds.extend(took);
        each = quantile(&seconds, 0.5);
    }
    Ok((first, seconds))
}

/// The smallest value that so large a share of the values does not exceed; 0.5 gives the median.
pub(super) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    let place = rank.clamp(1, sorted.len().max(1)) - 1;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    const STEP: Duration = Duration::from_millis(2);

    #[test]
    fn work_that_is_slower_than_the_budget_is_done_once() {
        let mut done = 0;
        let work = || {
            done += 1;
            sleep(STEP);
            Ok(done)
        };
        let (first, seconds) = repeat(1e-6, work).unwrap();
        assert_eq!((first, seconds.len()), (1, 1));
        assert!(seconds[0] >= STEP.as_secs_f64());
        let fit = |steps, _: &mut dyn FnMut()| {
            sleep(STEP);
            Ok(steps)
        };
        let (first, seconds) = steps(1e-6, fit).unwrap();
        assert_eq!((first, seconds.len()), (1, 1));
    }

    #[test]
    fn the_first_step_of_each_fit_only_warms_up() {
        let mut fitted = 0;
        let fit = |steps: usize, done: &mut dyn FnMut()| {
            fitted += steps;
            for step in 0..steps {
                sleep(if step == 0 { STEP * 10 } else { STEP });
                done();
            }
            Ok(())
        };
        let ((), seconds) = steps(0.1, fit).unwrap();
        assert!(seconds.len() >= 5 && seconds.len() < fitted, "{seconds:?}");
        assert!(quantile(&seconds, 0.5) < 10.0 * STEP.as_secs_f64());
    }

    #[test]
    fn quantiles_are_values_that_were_found() {
        let values = [3.0, 1.0, 2.0, 4.0];
        assert_eq!(quantile(&values, 0.5), 2.0);
        assert_eq!(quantile(&values, 0.99), 4.0);
        assert_eq!(quantile(&[5.0], 0.5), 5.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
