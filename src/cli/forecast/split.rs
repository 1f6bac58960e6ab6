//! Where histories are cut for a backtest.

use std::str::FromStr;

use retune::forecast::History;

use crate::cli::prelude::*;

/// The training, validation and test parts: numbers of values, or shares of each history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts([f64; 3]);

impl FromStr for Parts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split(',');
        let numbers = numbers.map(|number| number.trim().parse().unwrap_or(f64::NAN));
        let parts = <[f64; 3]>::try_from(numbers.collect::<Vec<_>>());
        let good = |parts: &[f64; 3]| {
            let positive = parts.iter().all(|part| part.is_finite() && *part > 0.0);
            let whole = parts.iter().all(|part| part.fract() == 0.0);
            positive && (whole || parts.iter().sum::<f64>() <= 1.0 + 1e-9)
        };
        parts.ok().filter(good).map(Self).ok_or_else(|| {
            "expected three numbers of values, such as 8640,2880,2880, or three shares of at most \
             1 together, such as 0.7,0.1,0.2"
                .to_owned()
        })
    }
}

impl Parts {
    /// The share of the fitted part that is for validation.
    pub fn validation(&self) -> f64 {
        let [training, validation, _] = self.0;
        validation / (training + validation)
    }

    /// Cuts a history in what is fitted on and what comes after it; what lies beyond the test part is
    /// dropped. It must have as many values as the parts together.
    pub fn cut(&self, mut history: History) -> Result<(History, Vec<f64>)> {
        let length = history.values.len();
        let counted = self.0.iter().all(|part| *part >= 1.0);
        let unit = if counted { 1.0 } else { length as f64 };
        let [training, validation, test] = self.0.map(|part| part * unit);
        let start = (training + validation).round() as usize;
        let end = (training + validation + test).round() as usize;
        if end > length {
            let name = history.name;
            let found = format!("`{name}` has {length} values, and the parts have {end} together");
            let hint = "give --split smaller parts, or shares such as 0.7,0.1,0.2";
            bail!(problem(found, hint));
        }
        let after = history.values[start..end].to_vec();
        history.values.truncate(start);
        Ok((history, after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use retune::forecast::Timeline;

    #[test]
    fn parts_are_counted_or_shares() {
        let cut = |parts: &str, values: usize| {
            let values = (0..values).map(|value| value as f64).collect();
            let history = History {
                name: "a".to_owned(),
                timeline: Timeline::counts(),
                values,
            };
            let (history, after) = parts.parse::<Parts>().unwrap().cut(history)?;
            anyhow::Ok((history.values.len(), after))
        };
        assert_eq!(cut("6,2,1", 10).unwrap(), (8, vec![8.0]));
        assert_eq!(cut("0.6,0.2,0.2", 10).unwrap(), (8, vec![8.0, 9.0]));
        let refused = cut("6,3,2", 10).unwrap_err().to_string();
        assert_eq!(refused, "`a` has 10 values, and the parts have 11 together");
        assert_eq!("6,2,1".parse::<Parts>().unwrap().validation(), 0.25);
        for wrong in [
            "", "1,2", ".7,.2,.2", "5,0,1", "a,b,c", "0.5,2,3", "1,2,3,4",
        ] {
            assert!(wrong.parse::<Parts>().is_err(), "{wrong}");
        }
    }
}
