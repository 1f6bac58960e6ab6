//! Sources on a backend chosen at run time.

#[cfg(feature = "import")]
use std::path::Path;

use burn::tensor::{Tensor, TensorData};

use super::{Engine, Inner, on};
use crate::Error;
#[cfg(feature = "import")]
use crate::source::SpeechFolder;
#[cfg(feature = "import")]
use crate::source::attention_rnn::pretrain::{EpochProgress, PretrainSettings, Prior, pretrain};
use crate::source::{Input, Report, SourceWeights, SpeechClip, host, measure};

impl Engine {
    /// The probability of each of the source's labels for each recording, `[samples]` at the
    /// source's rate and as long as it hears.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Labels`](crate::ErrorKind::Labels) for a source without labels.
    pub fn listen(
        self,
        source: &SourceWeights,
        clips: &[Vec<f32>],
    ) -> Result<Vec<Vec<f32>>, Error> {
        on!(self, A, device => {
            let model = source.model::<Inner<A>>(device);
            let answers = clips.iter().map(|clip| {
                let samples = TensorData::new(clip.clone(), [1, clip.len()]);
                let outputs = model.forward(Input::Audio(Tensor::from_data(samples, device)), &[]);
                let found = outputs.probabilities().ok_or_else(|| source.spec().no_labels())?;
                let found = host(found).values;
                source.spec().check_heard(&found)?;
                Ok(found)
            });
            answers.collect()
        })
    }

    /// How well a source knows its words; see [`measure`].
    ///
    /// # Errors
    ///
    /// As [`measure`].
    pub fn measure(self, source: &SourceWeights, clips: &[SpeechClip]) -> Result<Report, Error> {
        on!(self, A, device => measure::<Inner<A>>(source, clips, device))
    }

    /// Trains an attention-RNN on recorded words; see [`pretrain`].
    ///
    /// # Errors
    ///
    /// As [`pretrain`].
    #[cfg(feature = "import")]
    pub fn pretrain(
        self,
        speech: &SpeechFolder,
        settings: &PretrainSettings,
        prior: Prior,
        checkpoint: Option<&Path>,
        resume: bool,
        progress: &mut dyn FnMut(&EpochProgress),
    ) -> Result<SourceWeights, Error> {
        on!(self, A, device => {
            pretrain::<A>(speech, settings, prior, checkpoint, resume, device, progress)
        })
    }
}
