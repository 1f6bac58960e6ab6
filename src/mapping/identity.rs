//! A source's answer as it is, where it answers with the numbers that are asked for.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::OutputMapping;
use crate::kernel::Kernels;
use crate::parameters::Parameters;
use crate::source::{Outputs, SourceSpec};
use crate::{Error, ErrorKind};

/// `score = answer`: for a source that answers with as many numbers as there are scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity;

impl OutputMapping for Identity {
    const KIND: &'static str = "identity";

    fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), Error> {
        let (name, answer) = (&source.name, source.answer);
        if answer == classes && answer > 0 {
            return Ok(());
        }
        let message =
            format!("the source {name} answers with {answer} numbers, expected {classes}");
        Err(Error::new(ErrorKind::Mismatch, message))
    }

    fn scores<B: Kernels>(
        &self,
        _source: &SourceSpec,
        outputs: &Outputs<B>,
        _numbers: &Parameters<B>,
    ) -> Tensor<B, 2> {
        let answer = outputs.answer.clone();
        answer.expect("the check of the mapping found that the source answers with numbers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_answers_with_other_numbers_or_with_labels_is_refused() {
        let source = |answer| SourceSpec {
            answer,
            ..SourceSpec::default()
        };
        assert!(Identity.check(&source(3), 3).is_ok());
        for (answer, classes) in [(3, 2), (0, 2), (0, 0)] {
            let error = Identity.check(&source(answer), classes).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Mismatch);
        }
    }
}
