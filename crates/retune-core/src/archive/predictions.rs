//! Predictions of a test split in the layout of tsml-eval, which its tools and published results share.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{Job, Scores};
use crate::Error;
use crate::storage::write_whole;

/// What a program said of a test split, series by series.
#[derive(Debug, Clone, Copy)]
pub struct Predictions<'a> {
    /// The classes, in the order of the probabilities.
    pub classes: &'a [String],
    /// The label of each series.
    pub truth: &'a [String],
    /// The place of the class that each was given, and the probability of each class.
    pub found: &'a [(usize, &'a [f32])],
}

impl Predictions<'_> {
    /// Writes `FOLDER/retune-PRESET/Predictions/DATASET/testResampleSEED.csv`: two lines of what was run,
    /// one of its scores with times in milliseconds, and a line for each series with its class, the
    /// predicted class and, after an empty field, the probabilities.
    ///
    /// Classes are numbered from 0 in alphabetical order, as tsml-eval does; a label that the training
    /// split does not have comes after them.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, folder: &Path, job: &Job, scores: &Scores) -> Result<(), Error> {
        let (dataset, estimator) = (&job.dataset, format!("retune-{}", job.method()));
        let folder = folder.join(&estimator).join("Predictions").join(dataset);
        fs::create_dir_all(&folder).map_err(|error| Error::write(&folder, error))?;
        let path = folder.join(format!("testResample{}.csv", job.seed));
        let written = write_whole(&path, self.text(&estimator, job, scores).as_bytes());
        written.map_err(|error| Error::write(&path, error))
    }

    fn text(&self, estimator: &str, job: &Job, scores: &Scores) -> String {
        let names = self.classes;
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by_key(|place| &names[*place]);
        let mut number = vec![0; names.len()];
        for (at, place) in order.iter().enumerate() {
            number[*place] = at;
        }
        // A comma within a name would be a field.
        let numbered = order.iter().enumerate();
        let numbered = numbered.map(|(at, place)| format!("{at} = {}", names[*place]));
        let comment = numbered.collect::<Vec<_>>().join("; ").replace(',', " ");
        let milliseconds = |seconds: f64| (seconds * 1000.0).round();
        let mut text = format!(
            "{},{estimator},TEST,{},MILLISECONDS,{comment}\nretune {}\n{},{},{},-1,-1,{},N/A,-1,-1\n",
            job.dataset,
            job.seed,
            env!("CARGO_PKG_VERSION"),
            scores.accuracy,
            milliseconds(scores.seconds.fit),
            milliseconds(scores.seconds.predict),
            names.len(),
        );
        for (label, (class, probabilities)) in self.truth.iter().zip(self.found) {
            let truth = names.iter().position(|name| name == label);
            let truth = truth.map_or(names.len(), |place| number[place]);
            let mut add = |field: &dyn std::fmt::Display| {
                write!(text, "{field},").expect("writing to a text does not fail");
            };
            add(&truth);
            add(&number[*class]);
            for place in &order {
                text.push(',');
                write!(text, "{}", probabilities[*place]).expect("writing to a text does not fail");
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::scores;
    use super::*;

    /// The layout as tsml-eval's `validate_results_file` wants it: at least five fields, anything, nine
    /// fields of which the seventh is a word, then two numbers, nothing and probabilities.
    #[test]
    fn predictions_are_written_as_tsml_eval_has_them() {
        let folder = tempfile::tempdir().unwrap();
        // By value 2, 10; by letter 10, 2.
        let labels = ["2", "10"].map(str::to_owned);
        let truth = ["10", "2", "7"].map(str::to_owned);
        let found: [(usize, &[f32]); 3] = [(1, &[0.25, 0.75]), (0, &[1.0, 0.0]), (1, &[0.5, 0.5])];
        let predictions = Predictions {
            classes: &labels,
            truth: &truth,
            found: &found,
        };
        let job = Job {
            dataset: "Alpha".to_owned(),
            preset: "fast".to_owned(),
            mapping: None,
            seed: 3,
        };
        predictions
            .write(folder.path(), &job, &scores(0.5))
            .unwrap();
        let path = "retune-fast/Predictions/Alpha/testResample3.csv";
        let text = fs::read_to_string(folder.path().join(path)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "Alpha,retune-fast,TEST,3,MILLISECONDS,0 = 10; 1 = 2"
        );
        assert!(lines[1].starts_with("retune "));
        let third: Vec<&str> = lines[2].split(',').collect();
        assert_eq!(third.len(), 9);
        assert_eq!((third[0], third[5], third[6]), ("0.5", "2", "N/A"));
        assert_eq!(lines[3..], ["0,0,,0.75,0.25", "1,1,,0,1", "2,0,,0.5,0.5"]);
    }
}
