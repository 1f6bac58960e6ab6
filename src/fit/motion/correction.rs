//! Corrected inputs: what the frozen network would have to see.

use burn::tensor::backend::AutodiffBackend;
use retune_core::motion::Retrieval;

use super::train::{Examples, check_rate, mean_squared, train};
use crate::parameters::{Numbers, Parameters};
use crate::source::motion::MotionNetwork;
use crate::storage::HostTensor;
use crate::train::Plan;
use crate::{Error, ErrorKind};

/// What inputs that are sought are called while they are.
const SOUGHT: &str = "inputs";

/// Where corrected inputs come from.
#[derive(Debug, Clone, PartialEq)]
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
    ) -> Result<Vec<f32>, Error> {
        match *self {
            Self::Retrieval { neighbours } => {
                let known = able_bodied.ok_or_else(nothing_to_retrieve)?;
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

fn nothing_to_retrieve() -> Error {
    let message = "there are no able-bodied windows to retrieve corrections from";
    Error::new(ErrorKind::Empty, message)
        .with_setting("able_bodied", "FILE")
        .with_setting("correction", "inversion")
}

/// Goes down the gradient of the forecast error on the inputs. Every window has a gradient of its
/// own, since the errors are summed over the windows.
fn invert<A: AutodiffBackend>(
    person: &Examples,
    network: &MotionNetwork<A>,
    steps: usize,
    learning_rate: f64,
    device: &A::Device,
) -> Result<Vec<f32>, Error> {
    check_rate("learning rate of the inversion", learning_rate)?;
    let places: Vec<usize> = (0..person.len()).collect();
    let targets = person.targets_of::<A>(&places, device);
    let shape = [person.len(), person.window, person.joints];
    let loss = |sought: &Parameters<A>, _: &[usize]| {
        let forecast = network.forecast(sought.get(SOUGHT).reshape(shape));
        mean_squared(forecast, targets.clone()).mul_scalar(person.len() as f64)
    };
    let plan = Plan {
        training: vec![0],
        epochs: steps,
        learning_rate,
        ..Plan::default()
    };
    let start = HostTensor {
        shape: shape.to_vec(),
        values: person.inputs.clone(),
    };
    let start = Numbers::from([(SOUGHT.to_owned(), start)]);
    let (found, _) = train::<A>(start, plan, &loss, device, &mut |_| {})?;
    Ok(found.into_values().flat_map(|one| one.values).collect())
}
