//! Histories in which nothing moves: their value goes on, and there is nothing to fit.

use retune::forecast::{History, Interval, LEVELS};
use retune::task::Forecast;

use super::super::common::Common;
use super::super::{output, text};

/// Whether nothing moves in any of the histories.
pub fn are_constant(histories: &[History]) -> bool {
    histories.iter().all(is_constant)
}

/// Fewer values, all alike, do not say that nothing moves.
const LEAST: usize = 10;

fn is_constant(history: &History) -> bool {
    let values = &history.values;
    values.len() >= LEAST && values.windows(2).all(|pair| pair[0] == pair[1])
}

/// The value of each, with intervals of no width.
pub fn forecast(histories: &[History], horizon: usize) -> Vec<Forecast> {
    let of = |history: &History| {
        let last = history.values.last().copied();
        let values = vec![last.expect("what is constant has values"); horizon];
        let interval = |level| Interval {
            level,
            reached: true,
            lower: values.clone(),
            upper: values.clone(),
        };
        Forecast {
            intervals: LEVELS.into_iter().map(interval).collect(),
            values,
        }
    };
    histories.iter().map(of).collect()
}

/// Says which histories are constant.
pub fn note(common: &Common, histories: &[History]) {
    const SHOWN: usize = 5;
    let names: Vec<&str> = histories
        .iter()
        .filter(|history| is_constant(history))
        .map(|history| history.name.as_str())
        .collect();
    if common.quiet || names.is_empty() {
        return;
    }
    let shown = names.iter().take(SHOWN).map(|name| format!("`{name}`"));
    let mut shown = shown.collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        shown.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    let all = text::counted(names.len(), "series is", "series are");
    output::say(&format!(
        "constant: {all} the same throughout ({shown}): that value is forecast, with intervals of \
         no width"
    ));
}
