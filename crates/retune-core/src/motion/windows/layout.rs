//! How a trial is cut.

/// Which joints are to be predicted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Target {
    /// All joints, from the past of all.
    #[default]
    All,
    /// One joint from the past of the others: as a prosthesis must move from what the body does,
    /// the joint's own past does not go in.
    Joint(String),
}

/// How a trial is cut into windows: `window` samples go in, the `horizon` samples after them are
/// to be predicted, and the next window begins `stride` samples later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowLayout {
    /// How many samples go in.
    pub window: usize,
    /// How many samples after them are to be predicted.
    pub horizon: usize,
    /// How many samples later the next window begins.
    pub stride: usize,
    /// Whether the trial is one cycle whose end goes on at its beginning, as phase averages are:
    /// then 100 points give 100 windows at a stride of 1.
    pub cyclic: bool,
    /// Which joints are to be predicted.
    pub target: Target,
}

impl WindowLayout {
    /// Windows at every sample, of all joints, that do not wrap around.
    pub fn new(window: usize, horizon: usize) -> Self {
        Self {
            window,
            horizon,
            stride: 1,
            cyclic: false,
            target: Target::All,
        }
    }

    /// How many windows a trial of so many samples gives: `⌊(samples − window − horizon) / stride⌋ + 1`,
    /// or `⌈samples / stride⌉` of a cycle; none when `window + horizon` samples do not fit, so that
    /// not even in a cycle a window sees what it is to predict.
    pub fn count(&self, samples: usize) -> usize {
        let Some(needed) = self.window.checked_add(self.horizon) else {
            return 0;
        };
        match samples.checked_sub(needed) {
            None => 0,
            Some(_) if self.stride == 0 => 0,
            Some(_) if self.cyclic => samples.div_ceil(self.stride),
            Some(rest) => rest / self.stride + 1,
        }
    }
}
