//! The critical-difference diagram: mean ranks on a line, with bars over methods that do not differ
//! significantly.

use super::svg::Svg;
use crate::archive::Comparison;

const WIDTH: f64 = 900.0;
/// Room for names on either side.
const SIDE: f64 = 250.0;
const AXIS: f64 = 40.0;
/// Between bars, and between names.
const BAR: f64 = 10.0;
const NAME: f64 = 24.0;

/// Draws it; the best method is at the left.
pub(super) fn draw(comparison: &Comparison) -> String {
    let count = comparison.order.len();
    let names = AXIS + 22.0 + BAR * comparison.cliques.len() as f64;
    let left = count.div_ceil(2);
    let height = names + NAME * left as f64 + 6.0;
    let best = &comparison.standings[comparison.order[0]];
    let description = format!(
        "Mean ranks of {count} methods; the best is {} at {:.2}",
        best.method, best.mean_rank
    );
    let mut svg = Svg::new(WIDTH, height, &description);
    let place = |rank: f64| SIDE + (rank - 1.0) / (count as f64 - 1.0) * (WIDTH - 2.0 * SIDE);
    svg.line("axis", &[(place(1.0), AXIS), (place(count as f64), AXIS)]);
    for rank in 1..=count {
        let x = place(rank as f64);
        svg.line("axis", &[(x, AXIS - 7.0), (x, AXIS)]);
        svg.text((x, AXIS - 12.0), "middle", &rank.to_string());
    }
    for (row, clique) in comparison.cliques.iter().enumerate() {
        let rank = |index: usize| comparison.standings[comparison.order[index]].mean_rank;
        let y = AXIS + 12.0 + BAR * row as f64;
        let (from, to) = (place(rank(clique.start)), place(rank(clique.end - 1)));
        svg.line("clique", &[(from - 4.0, y), (to + 4.0, y)]);
    }
    for (index, &method) in comparison.order.iter().enumerate() {
        let standing = &comparison.standings[method];
        let x = place(standing.mean_rank);
        let (name, rank) = (&standing.method, standing.mean_rank);
        // The outer names are the highest, so that no lines cross.
        let (row, end, gap, anchor, name) = if index < left {
            let name = format!("{name}  {rank:.2}");
            (index, SIDE - 12.0, -6.0, "end", name)
        } else {
            let name = format!("{rank:.2}  {name}");
            (count - 1 - index, WIDTH - SIDE + 12.0, 6.0, "start", name)
        };
        let y = names + NAME * row as f64 + NAME / 2.0;
        svg.line("leader", &[(x, AXIS), (x, y), (end, y)]);
        svg.text((end + gap, y + 4.0), anchor, &name);
    }
    svg.finish()
}
