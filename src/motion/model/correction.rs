//! Corrected inputs: what the frozen network would have to see.

use burn::module::{Module, Param};
use burn::optim::{AdamWConfig, GradientsParams, Optimizer};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use serde::{Deserialize, Serialize};

use super::dense::values;
use super::train::{Examples, mean_squared};
use super::{MotionModelError, MotionNetwork};
use crate::motion::Retrieval;

/// Where corrected inputs come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Correction {
    /// The able-bodied windows whose future motion is most like the person's, their inputs
    /// averaged with weights 1 / distance.
    Retrieval {
        /// How many windows.
        neighbours: usize,
    },
    /// Inversion of the network: the person's own inputs, changed by so many steps of Adam until
    /// the network's forecast comes near the person's future motion.
    Inversion {
        /// How many steps.
        steps: usize,
        /// The learning rate, in deviations.
        learning_rate: f64,
    },
}

impl Default for Correction {
    fn default() -> Self {
        Self::Retrieval { neighbours: 5 }
    }
}

impl Correction {
    /// Corrected scaled inputs of the person's windows, `[windows, window · joints]`.
    pub(super) fn inputs<A: AutodiffBackend>(
        &self,
        person: &Examples,
        able_bodied: Option<&Examples>,
        network: &MotionNetwork<A>,
        device: &A::Device,
    ) -> Result<Vec<f32>, MotionModelError> {
        match *self {
            Self::Retrieval { neighbours } => {
                let known = able_bodied.ok_or(MotionModelError::NothingToRetrieve)?;
                let known = Retrieval::new(
                    known.inputs.clone(),
                    known.input_width(),
                    known.targets.clone(),
                    known.target_width,
                )?;
                Ok(known.mean_inputs(&person.targets, neighbours)?)
            }
            Self::Inversion {
                steps,
                learning_rate,
            } => invert(person, network, steps, learning_rate, device),
        }
    }
}

/// Inputs that are sought.
#[derive(Module, Debug)]
struct Sought<B: Backend> {
    inputs: Param<Tensor<B, 3>>,
}

/// Goes down the gradient of the forecast error on the inputs. Every window has a gradient of its
/// own, since the errors are summed over the windows.
fn invert<A: AutodiffBackend>(
    person: &Examples,
    network: &MotionNetwork<A>,
    steps: usize,
    learning_rate: f64,
    device: &A::Device,
) -> Result<Vec<f32>, MotionModelError> {
    if !(learning_rate.is_finite() && learning_rate > 0.0) {
        return Err(MotionModelError::Setting {
            setting: "learning rate of the inversion",
            found: learning_rate.to_string(),
            expected: "a positive number",
        });
    }
    let places: Vec<usize> = (0..person.len()).collect();
    let targets = person.targets_of::<A>(&places, device);
    let inputs = person.inputs_of::<A>(&person.inputs, &places, device);
    let mut sought = Sought {
        inputs: Param::from_tensor(inputs),
    };
    let mut optimizer = AdamWConfig::new()
        .with_epsilon(1e-8)
        .with_weight_decay(0.0)
        .init::<A, Sought<A>>();
    for _ in 0..steps {
        let forecast = network.forward(sought.inputs.val());
        let loss = mean_squared(forecast, targets.clone()).mul_scalar(person.len() as f64);
        let gradients = GradientsParams::from_grads(loss.backward(), &sought);
        sought = optimizer.step(learning_rate, sought, gradients);
    }
    let inputs = values(sought.inputs.val());
    match inputs.iter().all(|value| value.is_finite()) {
        true => Ok(inputs),
        false => Err(MotionModelError::Diverged { epoch: steps }),
    }
}
