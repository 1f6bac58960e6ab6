//! Sources on a backend chosen at run time.

#[cfg(feature = "import")]
use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{Tensor, TensorData};

use super::{Engine, on};
use crate::kernel::mel::CLIP_SAMPLES;
#[cfg(feature = "import")]
use crate::source::SourceError;
#[cfg(feature = "import")]
use crate::source::SpeechFolder;
#[cfg(feature = "import")]
use crate::source::pretrain::{EpochProgress, PretrainSettings, pretrain};
use crate::source::{AttentionRnn, Report, SourceModel, SourceWeights, SpeechClip, host, measure};

impl Engine {
    /// The probability of each of the source's labels for each recording, `[samples]` at the
    /// source's rate; shorter ones are filled up with zeros.
    pub fn listen(self, source: &SourceWeights, clips: &[Vec<f32>]) -> Vec<Vec<f32>> {
        on!(self, A, device => {
            type B = <A as AutodiffBackend>::InnerBackend;
            let model = AttentionRnn::<B>::new(source, device);
            let heard = clips.iter().map(|clip| {
                let mut samples = clip.clone();
                samples.resize(CLIP_SAMPLES, 0.0);
                let samples = TensorData::new(samples, [1, CLIP_SAMPLES]);
                host(model.hear(Tensor::from_data(samples, device)).probabilities()).values
            });
            heard.collect()
        })
    }

    /// How well a source knows its words; see [`measure`].
    pub fn measure(self, source: &SourceWeights, clips: &[SpeechClip]) -> Report {
        on!(self, A, device => {
            measure::<<A as AutodiffBackend>::InnerBackend>(source, clips, device)
        })
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
        teacher: Option<&SourceWeights>,
        checkpoint: Option<&Path>,
        resume: bool,
        progress: &mut dyn FnMut(&EpochProgress),
    ) -> Result<SourceWeights, SourceError> {
        on!(self, A, device => {
            pretrain::<A>(speech, settings, teacher, checkpoint, resume, device, progress)
        })
    }
}
