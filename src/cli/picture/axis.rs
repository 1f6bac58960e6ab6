//! Axes: where values lie, and which of them get a number.

/// A straight map from values to pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) first: f64,
    pub(super) last: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// The axis on which `first` lies at the pixel `from` and `last` at the pixel `to`.
    pub(super) fn new(first: f64, last: f64, from: f64, to: f64) -> Self {
        Self {
            first,
            last,
            from,
            to,
        }
    }

    /// The pixel of a value.
    pub(super) fn place(&self, value: f64) -> f64 {
        self.from + (value - self.first) / (self.last - self.first) * (self.to - self.from)
    }
}

/// A value that gets a number, and the number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// Round values from `first` to `last`, about as many as `wanted` and never many more.
pub(super) fn ticks(first: f64, last: f64, wanted: usize) -> Vec<Tick> {
    ticks_with_step(
        first,
        last,
        round_step((last - first) / wanted.max(1) as f64),
    )
}

/// The multiples of a step from `first` to `last`.
pub(super) fn ticks_with_step(first: f64, last: f64, step: f64) -> Vec<Tick> {
    if !(step.is_finite() && step > 0.0 && first.is_finite() && last.is_finite()) {
        return Vec::new();
    }
    // The ends may miss a multiple by a rounding error and are still meant.
    let start = (first / step - 1e-6).ceil();
    let count = ((last / step + 1e-6).floor() - start).clamp(-1.0, 100.0) as i64;
    (0..=count)
        .map(|index| (start + index as f64) * step)
        .map(|value| Tick {
            value,
            label: number(value, step),
        })
        .collect()
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `rough`.
pub(super) fn round_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    let round = [1.0, 2.0, 5.0].map(|factor| factor * power);
    round
        .into_iter()
        .find(|&step| step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// A number with as many decimals as tell it from its neighbours a step away.
pub(super) fn number(value: f64, step: f64) -> String {
    // A rounding error around zero would otherwise be written in full, or as "-0".
    let value = if value.abs() < step * 1e-6 {
        0.0
    } else {
        value
    };
    let decimals = (-step.log10().floor()).clamp(0.0, 20.0) as usize;
    let text = if value != 0.0 && (value.abs() >= 1e6 || decimals > 4) {
        format!("{value:.2e}")
    } else if value == 0.0 {
        "0".to_owned()
    } else {
        format!("{value:.decimals$}")
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(first: f64, last: f64, wanted: usize) -> Vec<String> {
        let ticks = ticks(first, last, wanted);
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            labels(0.0, 1.0, 5),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(labels(-1.3, 1.1, 4), ["−1", "0", "1"]);
        assert_eq!(
            labels(0.0, 149.0, 8),
            ["0", "20", "40", "60", "80", "100", "120", "140"]
        );
        assert_eq!(labels(0.0, 3e-6, 3), ["0", "1.00e−6", "2.00e−6", "3.00e−6"]);
    }

    #[test]
    fn impossible_ranges_have_no_ticks() {
        for (first, last) in [
            (0.0, 0.0),
            (1.0, -1.0),
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
        ] {
            assert_eq!(ticks(first, last, 5), [], "{first} to {last}");
        }
    }
}
