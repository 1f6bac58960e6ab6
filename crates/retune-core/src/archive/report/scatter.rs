//! The accuracies of two methods against each other, a dot for each data set.

use super::percent;
use super::svg::{Anchor, Svg};
use crate::archive::Comparison;
use crate::archive::accuracies::parts;

const SIZE: f64 = 300.0;
const LEFT: f64 = 52.0;
const BOTTOM: f64 = 44.0;
const EDGE: f64 = 12.0;

/// Draws one method (upright) against another; above the diagonal the one is better.
pub(super) fn draw(comparison: &Comparison, one: usize, other: usize) -> String {
    let accuracies = &comparison.accuracies;
    let (one_name, other_name) = (&accuracies.methods[one], &accuracies.methods[other]);
    let dots: Vec<(&str, f64, f64)> = accuracies
        .rows
        .iter()
        .filter_map(|row| Some((row.dataset.as_str(), row.values[one]?, row.values[other]?)))
        .collect();
    let least = dots
        .iter()
        .map(|(_, one, other)| one.min(*other))
        .fold(1.0, f64::min);
    // To the tenth below, and never an empty range.
    let lowest = ((least * 10.0).floor() / 10.0).min(0.9);
    let across = |value: f64| LEFT + (value - lowest) / (1.0 - lowest) * (SIZE - LEFT - EDGE);
    let up =
        |value: f64| SIZE - BOTTOM - (value - lowest) / (1.0 - lowest) * (SIZE - BOTTOM - EDGE);
    let description = format!(
        "Accuracy of {one_name} against {other_name} on {} data sets",
        dots.len()
    );
    let mut svg = Svg::new(SIZE, SIZE, &description);
    let steps = ((1.0 - lowest) * 10.0).round() as usize;
    for step in 0..=steps {
        let value = lowest + step as f64 / 10.0;
        svg.line(
            "grid",
            &[(across(value), up(lowest)), (across(value), up(1.0))],
        );
        svg.line(
            "grid",
            &[(across(lowest), up(value)), (across(1.0), up(value))],
        );
        // Numbers at every second line where there are many.
        if steps <= 5 || (steps - step).is_multiple_of(2) {
            let number = format!("{:.0}", value * 100.0);
            svg.text((across(value), up(lowest) + 15.0), Anchor::Middle, &number);
            svg.text(
                (across(lowest) - 6.0, up(value) + 4.0),
                Anchor::End,
                &number,
            );
        }
    }
    svg.line(
        "axis",
        &[(across(lowest), up(lowest)), (across(1.0), up(1.0))],
    );
    for (dataset, one, other) in dots {
        let class = match parts(one).total_cmp(&parts(other)) {
            std::cmp::Ordering::Greater => "dot win",
            std::cmp::Ordering::Equal => "dot tie",
            std::cmp::Ordering::Less => "dot loss",
        };
        let title = format!("{dataset}: {} against {}", percent(one), percent(other));
        svg.dot(class, (across(other), up(one)), &title);
    }
    svg.text(
        ((across(lowest) + across(1.0)) / 2.0, SIZE - 10.0),
        Anchor::Middle,
        other_name,
    );
    svg.turned((16.0, (up(lowest) + up(1.0)) / 2.0), one_name);
    svg.finish()
}
