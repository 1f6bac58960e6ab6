//! The accuracies of two methods against each other, a dot for each data set.

use std::cmp::Ordering;

use super::svg::Svg;
use crate::archive::Comparison;
use crate::archive::accuracies::parts;

const SIZE: f64 = 300.0;
const LEFT: f64 = 52.0;
const BOTTOM: f64 = 44.0;
const EDGE: f64 = 12.0;

/// Draws one method (upright) against another; above the diagonal the one is better.
pub(super) fn draw(comparison: &Comparison, one: usize, other: usize) -> String {
    let names = &comparison.accuracies.methods;
    let (one_name, other_name) = (&names[one], &names[other]);
    let rows = comparison.accuracies.rows.iter();
    let dots: Vec<(&String, f64, f64)> = rows
        .filter_map(|(dataset, values)| Some((dataset, values[one]?, values[other]?)))
        .collect();
    let lower = dots.iter().map(|(_, one, other)| one.min(*other));
    // To the tenth below, and never an empty range.
    let lowest = ((lower.fold(1.0, f64::min) * 10.0).floor() / 10.0).min(0.9);
    let share = |value: f64| (value - lowest) / (1.0 - lowest);
    let place = |x: f64, y: f64| {
        let (across, up) = (SIZE - LEFT - EDGE, SIZE - BOTTOM - EDGE);
        (LEFT + share(x) * across, SIZE - BOTTOM - share(y) * up)
    };
    let sets = dots.len();
    let description = format!("Accuracy of {one_name} against {other_name} on {sets} data sets");
    let mut svg = Svg::new(SIZE, SIZE, &description);
    let steps = ((1.0 - lowest) * 10.0).round() as usize;
    for step in 0..=steps {
        let value = lowest + step as f64 / 10.0;
        let (below, beside) = (place(value, lowest), place(lowest, value));
        svg.line("grid", &[below, place(value, 1.0)]);
        svg.line("grid", &[beside, place(1.0, value)]);
        // Numbers at every second line where there are many.
        if steps <= 5 || (steps - step).is_multiple_of(2) {
            let number = format!("{:.0}", value * 100.0);
            svg.text((below.0, below.1 + 15.0), "middle", &number);
            svg.text((beside.0 - 6.0, beside.1 + 4.0), "end", &number);
        }
    }
    let ends = [place(lowest, lowest), place(1.0, 1.0)];
    svg.line("axis", &ends);
    for (dataset, one, other) in dots {
        let class = match parts(one).total_cmp(&parts(other)) {
            Ordering::Greater => "dot win",
            Ordering::Equal => "dot tie",
            Ordering::Less => "dot loss",
        };
        let title = format!("{dataset}: {} against {}", percent(one), percent(other));
        svg.dot(class, place(other, one), &title);
    }
    let [from, to] = ends;
    svg.text(((from.0 + to.0) / 2.0, SIZE - 10.0), "middle", other_name);
    svg.turned((16.0, (from.1 + to.1) / 2.0), one_name);
    svg.finish()
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.2}", share * 100.0)
}
