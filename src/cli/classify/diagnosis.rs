//! `retune classify --diagnose`: whether the source could be reprogrammed further.

use retune::source::SpeechClip;
use retune::task::Diagnosis;

use crate::cli::prelude::*;

/// Random directions that distances are averaged over, as `retune distance` has them.
const PROJECTIONS: usize = 256;

/// Two cheap numbers of a fitted program.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Diagnosis")]
pub struct DiagnoseArgs {
    /// Show for each part how large the gradient of the loss is at what its source hears of the training
    /// series, and how well the series agree on its direction (Zheng et al. 2021)
    #[arg(long, conflicts_with_all = ["black_box", "source_command"])]
    diagnose: bool,
    /// The same with the distance from recorded words, as `retune distance` has it: DIR/WORD/*.wav, or
    /// DIR/test/WORD/*.wav and so on; the test part is heard
    #[arg(long, value_name = "DIR", requires = "diagnose")]
    diagnose_speech: Option<PathBuf>,
}

/// What is told of one part.
#[derive(Debug, Serialize)]
pub struct Diagnosed {
    /// Counted from 1.
    part: usize,
    #[serde(flatten)]
    of_gradients: Diagnosis,
    /// The sliced Wasserstein distance of the logits from those on speech, where the source has words.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
}

impl DiagnoseArgs {
    /// All parts of a program, on the series that it was fitted on; none where nobody asked.
    pub fn of(
        &self,
        classifier: &Classifier,
        train: &Split,
        sources: &[SourceWeights],
        common: &Common,
    ) -> Result<Vec<Diagnosed>> {
        if !self.diagnose {
            return Ok(Vec::new());
        }
        let _waiting = Waiting::new(common, "diagnosing the program on the training series");
        let speech = self.read_speech(classifier, sources)?;
        let of_gradients = classifier.diagnose(train)?;
        let parts = classifier.program().parts().iter().zip(1..);
        let diagnosed = parts.zip(of_gradients).map(|((of, part), of_gradients)| {
            let speech = speech.get(&of.source);
            let distance = speech.map(|speech| {
                classifier.distance(train, speech, part - 1, PROJECTIONS, common.seed)
            });
            let distance = distance.transpose()?.map(|distance| distance.after);
            Ok(Diagnosed {
                part,
                of_gradients,
                distance,
            })
        });
        diagnosed.collect()
    }

    /// The recorded words as each of the program's sources that has words hears them, by its place.
    fn read_speech(
        &self,
        classifier: &Classifier,
        sources: &[SourceWeights],
    ) -> Result<BTreeMap<usize, Vec<SpeechClip>>> {
        let mut speech = BTreeMap::new();
        let Some(folder) = &self.diagnose_speech else {
            return Ok(speech);
        };
        for (place, of) in classifier.program().sources().iter().enumerate() {
            let source = sources.iter().find(|one| one.sha256() == of.sha256);
            if let Some(source) = source.filter(|one| !one.labels().is_empty()) {
                let read = SpeechFolder::read(folder, None, source.spec())?;
                speech.insert(place, read.test);
            }
        }
        if speech.is_empty() {
            let message =
                "no source of the program has words to compare with those of --diagnose-speech";
            let hint = format!("fit it on one that has: `--source {DEFAULT_SOURCE}`");
            bail!(problem(message, hint));
        }
        Ok(speech)
    }
}

/// A table of all parts.
pub fn table(parts: &[Diagnosed]) -> String {
    if parts.is_empty() {
        return String::new();
    }
    let has_distance = parts.iter().any(|one| one.distance.is_some());
    let rows = parts.iter().map(|one| {
        let distance = match one.distance {
            Some(distance) => text::accuracy(distance),
            None if has_distance => "–".to_owned(),
            None => String::new(),
        };
        [
            format!("part {}", one.part),
            format!("{:.3e}", one.of_gradients.gradient),
            text::accuracy(one.of_gradients.alignment),
            distance,
        ]
    });
    let last = if has_distance {
        "distance from speech"
    } else {
        ""
    };
    let head = format!(",input gradient,alignment,{last}");
    text::headed(&[Left, Right, Right, Right], &head, rows) + "\n"
}
