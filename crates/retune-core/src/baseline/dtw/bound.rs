//! What a distance is at least, found without warping.

/// The least and the largest value of a series in a window around each place.
pub struct Envelope {
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Envelope {
    pub fn new(series: &[f64], window: usize) -> Self {
        Self {
            lower: sliding(series, window, |new, old| new <= old),
            upper: sliding(series, window, |new, old| new >= old),
        }
    }
}

/// The best value within `window` places of each place, by a queue of those that may still be best.
fn sliding(series: &[f64], window: usize, beats: impl Fn(f64, f64) -> bool) -> Vec<f64> {
    let mut queue = std::collections::VecDeque::new();
    let mut next = 0;
    (0..series.len())
        .map(|place| {
            while next < series.len() && next <= place + window {
                while queue
                    .back()
                    .is_some_and(|&old: &usize| beats(series[next], series[old]))
                {
                    queue.pop_back();
                }
                queue.push_back(next);
                next += 1;
            }
            while queue.front().is_some_and(|&old| old + window < place) {
                queue.pop_front();
            }
            queue.front().map_or(f64::NAN, |&best| series[best])
        })
        .collect()
}

/// How far a value lies outside the envelope at a place, squared.
fn outside(value: f64, envelope: &Envelope, place: usize) -> f64 {
    let above = value - envelope.upper[place];
    let below = envelope.lower[place] - value;
    let far = above.max(below).max(0.0);
    far * far
}

/// At most the distance between `series` and the series `other` of the envelope (Keogh). The first
/// values must meet, and so must the last ones (Kim).
pub fn bound(series: &[f64], other: &[f64], envelope: &Envelope) -> f64 {
    let last = series.len() - 1;
    let ends = |place: usize| (series[place] - other[place]).powi(2);
    if last == 0 {
        return ends(0);
    }
    let middle = (1..last).map(|place| outside(series[place], envelope, place));
    ends(0) + middle.sum::<f64>() + ends(last)
}

/// The same bound for each place and all after it, and 0 at the end.
pub fn bounds_ahead(series: &[f64], envelope: &Envelope, ahead: &mut Vec<f64>) {
    ahead.clear();
    ahead.resize(series.len() + 1, 0.0);
    for place in (0..series.len()).rev() {
        ahead[place] = ahead[place + 1] + outside(series[place], envelope, place);
    }
}
