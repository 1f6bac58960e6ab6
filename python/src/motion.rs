//! Motion of joints, sample by sample.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use numpy::{PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use retune::Engine;
use retune::engine::MotionStream as Stream;
use retune::motion::{
    AdaptLoss, AdaptSettings, MotionProgram, MotionSourceWeights, SourceSignals, Trial,
};

use crate::arrays::table;
use crate::errors::exception;
use crate::programs::ORIGIN;
use crate::run::run;

/// Fits a program to recordings of a person, `[samples, joints]` in degrees, and gives its bytes; corrected
/// inputs are retrieved from recordings of able-bodied people where there are some.
#[pyfunction]
#[pyo3(signature = (source, person, able_bodied=None, *, epochs=None, seed=0, threads=1))]
pub fn fit_motion<'py>(
    py: Python<'py>,
    source: PathBuf,
    person: Vec<PyReadonlyArray2<'py, f32>>,
    able_bodied: Option<Vec<PyReadonlyArray2<'py, f32>>>,
    epochs: Option<usize>,
    seed: u64,
    threads: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let source = MotionSourceWeights::load(&source).map_err(exception)?;
    let trials = |recordings: &[PyReadonlyArray2<'py, f32>]| {
        let recordings = recordings.iter().zip(1..);
        recordings
            .map(|(recording, number)| trial(recording, number, source.signals()))
            .collect::<PyResult<Vec<Trial>>>()
    };
    let person = trials(&person)?;
    let able_bodied = able_bodied.as_deref().map(trials).transpose()?;
    let mut settings = AdaptSettings {
        seed,
        ..AdaptSettings::default()
    };
    settings.training.epochs = epochs.unwrap_or(settings.training.epochs);
    if able_bodied.is_none() {
        settings.loss = AdaptLoss::Target;
    }
    let program = run(py, threads, move |interrupt| {
        let layout = source.signals().layout();
        let able_bodied = able_bodied
            .map(|trials| layout.cut_all(&trials))
            .transpose()?;
        let person = layout.cut_all(&person)?;
        let engine = Engine::cpu()?;
        let adapt = Engine::adapt_motion;
        let program = adapt(
            engine,
            &source,
            &person,
            able_bodied.as_ref(),
            &settings,
            &mut |_| {
                interrupt.check();
            },
        )?;
        program.to_bytes()
    })?;
    Ok(PyBytes::new(py, &program))
}

/// The joints of a recording: those that go in, and behind them what is forecast and does not go in.
fn joints(signals: &SourceSignals) -> Vec<String> {
    let mut joints = signals.input_joints.clone();
    let hidden = signals.target_joints.iter();
    joints.extend(
        hidden
            .filter(|joint| !signals.input_joints.contains(joint))
            .cloned(),
    );
    joints
}

/// A recording with the joints that a source knows.
fn trial(
    recording: &PyReadonlyArray2<'_, f32>,
    number: usize,
    signals: &SourceSignals,
) -> PyResult<Trial> {
    let samples = recording.as_array().iter().copied().collect();
    let name = number.to_string();
    Trial::new(name, "", signals.rate_hz, joints(signals), samples).map_err(exception)
}

/// Forecasts of motion sample by sample, as a control loop asks for them.
#[pyclass(frozen, module = "retune_ts._native")]
pub struct MotionStream {
    stream: Arc<Mutex<Stream>>,
    signals: SourceSignals,
}

#[pymethods]
impl MotionStream {
    /// From the file of a source, and the bytes of a program where there is one.
    #[new]
    #[pyo3(signature = (source, program=None))]
    fn new(py: Python<'_>, source: PathBuf, program: Option<&[u8]>) -> PyResult<Self> {
        let program = program.map(<[u8]>::to_vec);
        run(py, 1, move |_| {
            let source = MotionSourceWeights::load(&source)?;
            let program = program.as_deref();
            let program = program.map(|bytes| MotionProgram::from_bytes(bytes, Path::new(ORIGIN)));
            let program = program.transpose()?;
            let stream = Stream::new(Engine::cpu()?, &source, program.as_ref())?;
            Ok(Self {
                stream: Arc::new(Mutex::new(stream)),
                signals: source.signals().clone(),
            })
        })
    }

    /// The joints of a sample, in order.
    #[getter]
    fn input_joints(&self) -> Vec<String> {
        self.signals.input_joints.clone()
    }

    /// The joints that are forecast, in order.
    #[getter]
    fn target_joints(&self) -> Vec<String> {
        self.signals.target_joints.clone()
    }

    /// The joints of a recording to fit to, in order.
    #[getter]
    fn recorded_joints(&self) -> Vec<String> {
        joints(&self.signals)
    }

    /// How many samples go into a forecast.
    #[getter]
    fn window(&self) -> usize {
        self.signals.window
    }

    /// How many samples are forecast.
    #[getter]
    fn horizon(&self) -> usize {
        self.signals.horizon
    }

    /// Samples a second.
    #[getter]
    fn rate(&self) -> f32 {
        self.signals.rate_hz
    }

    /// Takes the next sample, and forecasts `[horizon, target joints]` once there is a whole window.
    fn push<'py>(
        &self,
        py: Python<'py>,
        sample: PyReadonlyArray1<'py, f32>,
    ) -> PyResult<Option<Bound<'py, PyArray2<f32>>>> {
        let sample = sample.as_array().to_vec();
        let stream = self.stream.clone();
        let found = run(py, 1, move |_| locked(&stream).push(&sample))?;
        let joints = self.signals.target_joints.len();
        found
            .map(|found| table(py, found.angles, joints))
            .transpose()
    }

    /// Forgets what came before: another recording begins.
    fn clear(&self, py: Python<'_>) {
        py.detach(|| locked(&self.stream).clear());
    }
}

/// A stream that was left in the middle is as it was before: it changes once a sample is good.
fn locked(stream: &Mutex<Stream>) -> MutexGuard<'_, Stream> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}
