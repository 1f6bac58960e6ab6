//! Where histories are cut for a backtest.

use std::str::FromStr;

use anyhow::Result;
use retune::forecast::History;

use super::super::problem::Problem;

/// The training, validation and test parts: numbers of values, or shares of each history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts([f64; 3]);

impl FromStr for Parts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected three numbers of values, such as 8640,2880,2880, or three shares \
                        of at most 1 together, such as 0.7,0.1,0.2";
        let numbers: Vec<f64> = text
            .split(',')
            .map(|number| number.trim().parse().unwrap_or(f64::NAN))
            .collect();
        let Ok(parts) = <[f64; 3]>::try_from(numbers) else {
            return Err(expected.to_owned());
        };
        let positive = parts.iter().all(|part| part.is_finite() && *part > 0.0);
        let whole = parts.iter().all(|part| part.fract() == 0.0);
        let shares = parts.iter().sum::<f64>() <= 1.0 + 1e-9;
        if positive && (whole || shares) {
            Ok(Self(parts))
        } else {
            Err(expected.to_owned())
        }
    }
}

/// A history cut in two.
pub struct Cut {
    /// What is fitted on.
    pub history: History,
    /// What comes after it.
    pub after: Vec<f64>,
}

impl Parts {
    /// The share of the fitted part that is for validation.
    pub fn validation(&self) -> f64 {
        let [training, validation, _] = self.0;
        validation / (training + validation)
    }

    /// Cuts a history; what lies beyond the test part is dropped.
    ///
    /// # Errors
    ///
    /// When it has fewer values than the parts together.
    pub fn cut(&self, mut history: History) -> Result<Cut> {
        let length = history.values.len();
        let counted = self.0.iter().all(|part| *part >= 1.0);
        let unit = if counted { 1.0 } else { length as f64 };
        let [training, validation, test] = self.0.map(|part| part * unit);
        let start = (training + validation).round() as usize;
        let end = (training + validation + test).round() as usize;
        if end > length {
            return Err(Problem::new(format!(
                "`{}` has {length} values, and the parts have {end} together",
                history.name
            ))
            .with_hint("give --split smaller parts, or shares such as 0.7,0.1,0.2")
            .into());
        }
        let after = history.values[start..end].to_vec();
        history.values.truncate(start);
        Ok(Cut { history, after })
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
            let cut = parts.parse::<Parts>().unwrap().cut(history)?;
            anyhow::Ok((cut.history.values.len(), cut.after))
        };
        assert_eq!(cut("6,2,1", 10).unwrap(), (8, vec![8.0]));
        assert_eq!(cut("0.6,0.2,0.2", 10).unwrap(), (8, vec![8.0, 9.0]));
        assert_eq!(
            cut("6,3,2", 10).unwrap_err().to_string(),
            "`a` has 10 values, and the parts have 11 together"
        );
        assert_eq!("6,2,1".parse::<Parts>().unwrap().validation(), 0.25);
        for wrong in [
            "",
            "1,2",
            "0.7,0.2,0.2",
            "5,0,1",
            "a,b,c",
            "0.5,2,3",
            "1,2,3,4",
        ] {
            assert!(wrong.parse::<Parts>().is_err(), "{wrong}");
        }
    }
}
