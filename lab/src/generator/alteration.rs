//! How the affected leg differs from an able-bodied one.
//!
//! Numbers that sources give:
//!
//! - Stiff knee after a stroke: peak knee flexion in swing is below 40 degrees (J. Clin. Med.
//!   11(21):6270, 2022, doi:10.3390/jcm11216270: "Classification of Stiff-Knee Gait Kinematic
//!   Severity after Stroke Using Retrospective k-Means Clustering Algorithm"). The means over the
//!   42 trials of seven stroke survivors that go with T. S. Winner and others, "Discovering
//!   individual-specific gait signatures from data-driven models of neuromechanical dynamics", PLOS
//!   Comput. Biol. 19(10):e1011556, 2023, doi:10.1371/journal.pcbi.1011556, are, by our own count
//!   and reading of its columns, at the paretic side: peak knee flexion 35.7 degrees (68.6 at the
//!   other side), hip from −9.0 to 21.0 degrees and largest plantarflexion 5.0 degrees; in the 30
//!   able-bodied trials hip from −7.0 to 35.3 and largest plantarflexion 12.7 degrees.
//! - Transfemoral prosthesis: peak knee flexion in swing 55.2 ± 6.5 degrees with a C-Leg, 56.0 ± 3.4
//!   in able-bodied walking; the knee-flexion moment in stance is reduced from 0.477 to 0.142 (A. D.
//!   Segal and others, "Kinematic and kinetic comparisons of transfemoral amputee gait using C-Leg
//!   and Mauch SNS prosthetic knees", J. Rehabil. Res. Dev. 43(7):857–870, 2006). Ankle
//!   plantarflexion at the end of stance is smaller with energy-storing prosthetic feet than at the
//!   intact side (transtibial amputees; J. R. Yang and others, Ann. Rehabil. Med. 42(4):609–616,
//!   2018, doi:10.5535/arm.2018.42.4.609).
//!
//! Our own inference from the moment, and our own numbers: that a prosthetic knee keeps a tenth of its
//! flexion in stance and a prosthetic ankle a tenth of its plantarflexion, and how the changes fade
//! in and out. What happens outside the sagittal plane, such as circumduction, has no place here.

use std::f64::consts::PI;

use super::kind::GaitKind;

/// What is changed in one leg.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Alteration {
    /// Knee flexion in swing is multiplied by this.
    pub(super) swing_knee: f64,
    /// Knee flexion in stance is multiplied by this.
    pub(super) stance_knee: f64,
    /// The hip's distance from its mean is multiplied by this.
    pub(super) hip: f64,
    /// Plantarflexion is multiplied by this.
    pub(super) plantarflexion: f64,
}

/// Mean and standard deviation of the peak of knee flexion in swing at the affected side, in
/// degrees; `None` for able-bodied walking. The deviation of the stiff knee is our choice: that of
/// the 42 trials is 10.7 degrees by our own count, with which some persons would not be stiff.
pub(super) fn swing_peak(kind: GaitKind) -> Option<(f64, f64)> {
    match kind {
        GaitKind::AbleBodied => None,
        GaitKind::StiffKnee => Some((35.7, 4.0)),
        GaitKind::TransfemoralProsthesis => Some((55.2, 6.5)),
    }
}

impl Alteration {
    /// That of the affected leg, whose knee would flex up to `peak` degrees and shall up to `wanted`.
    pub(super) fn new(kind: GaitKind, peak: f64, wanted: f64) -> Option<Self> {
        let swing_knee = wanted / peak.max(1.0);
        match kind {
            GaitKind::AbleBodied => None,
            GaitKind::StiffKnee => Some(Self {
                swing_knee,
                stance_knee: 1.0,
                hip: (21.0 + 9.0) / (35.3 + 7.0),
                plantarflexion: 5.0 / 12.7,
            }),
            GaitKind::TransfemoralProsthesis => Some(Self {
                swing_knee,
                stance_knee: 0.1,
                hip: 1.0,
                plantarflexion: 0.1,
            }),
        }
    }

    /// The changed angle of a joint (0 hip, 1 knee, 2 ankle) whose mean angle is `mean`.
    pub(super) fn apply(&self, joint: usize, phase: f64, angle: f64, mean: f64) -> f64 {
        match joint {
            0 => mean + self.hip * (angle - mean),
            1 => {
                let phase = phase.rem_euclid(1.0);
                let swing = plateau(phase, [0.48, 0.62, 0.86, 0.97]);
                // Stance begins just before the heel strike.
                let stance = plateau((phase + 0.06).fract(), [0.0, 0.06, 0.44, 0.56]);
                let swing = 1.0 + swing * (self.swing_knee - 1.0);
                angle * swing * (1.0 + stance * (self.stance_knee - 1.0))
            }
            _ => {
                // A negative part without a corner, which is half a degree wide.
                let positive = (angle + (angle * angle + 1.0).sqrt()) / 2.0;
                positive + self.plantarflexion * (angle - positive)
            }
        }
    }
}

/// 0, rising to 1 between the first two places and falling back between the last two.
fn plateau(at: f64, [begin, full, fading, end]: [f64; 4]) -> f64 {
    let rise =
        |from: f64, to: f64| (1.0 - (PI * ((at - from) / (to - from)).clamp(0.0, 1.0)).cos()) / 2.0;
    rise(begin, full) - rise(fading, end)
}
