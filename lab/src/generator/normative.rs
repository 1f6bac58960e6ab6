//! Able-bodied walking: mean curves of hip, knee and ankle.
//!
//! The coefficients are our own least-squares fit of eight harmonics to published mean curves, not
//! a published table of coefficients. The curves are the means of sagittal joint angles of
//! able-bodied adults walking at 0.9 and 1.2 m/s, 101 points from one heel strike to the next, as
//! the repository `nathantim/amputee_gait_simulation` gives them, computed from the data set of
//! C. A. Fukuchi, R. K. Fukuchi and M. Duarte, "A public dataset of overground and treadmill
//! walking kinematics and kinetics in healthy individuals", PeerJ 6:e4640, 2018,
//! doi:10.7717/peerj.4640 (42 volunteers). Only these coefficients were taken. The signs of hip and
//! ankle are turned, so that flexion and dorsiflexion are positive. The root mean square difference
//! from the curves is below 0.1 degrees at the hip, below 0.3 at knee and ankle.

use super::fourier::Fourier;

/// The speeds of the two rows of [`CURVES`], in m/s.
pub(super) const SPEEDS: [f64; 2] = [0.9, 1.2];

/// Hip, knee and ankle at each speed, from heel strike to heel strike.
pub(super) const CURVES: [[Fourier; 3]; 2] = [
    [
        Fourier {
            mean: 16.32,
            harmonics: [
                (17.61, -3.04),
                (-2.35, -2.57),
                (-0.56, 1.66),
                (0.1, -0.1),
                (-0.31, 0.17),
                (0.04, 0.14),
                (-0.03, -0.09),
                (0.02, 0.01),
            ],
        },
        Fourier {
            mean: 19.49,
            harmonics: [
                (-1.48, -21.74),
                (-14.55, 2.49),
                (-1.2, 5.38),
                (-0.13, 0.44),
                (-0.73, 0.68),
                (0.16, 0.33),
                (0.01, -0.03),
                (0.12, 0.09),
            ],
        },
        Fourier {
            mean: 4.57,
            harmonics: [
                (-4.3, 2.71),
                (1.72, -5.4),
                (-3.63, -0.61),
                (1.16, 1.23),
                (0.66, -0.97),
                (-0.06, 0.16),
                (0.63, 0.09),
                (0.23, -0.13),
            ],
        },
    ],
    [
        Fourier {
            mean: 12.9,
            harmonics: [
                (20.71, -2.3),
                (-3.0, -2.33),
                (-0.96, 1.83),
                (-0.03, -0.07),
                (-0.46, 0.16),
                (-0.04, 0.19),
                (0.04, -0.04),
                (0.05, 0.06),
            ],
        },
        Fourier {
            mean: 19.85,
            harmonics: [
                (0.52, -22.87),
                (-17.07, 3.67),
                (-2.56, 5.32),
                (-1.23, 0.57),
                (-1.2, 0.93),
                (0.01, 0.51),
                (-0.01, 0.05),
                (0.16, 0.22),
            ],
        },
        Fourier {
            mean: 2.08,
            harmonics: [
                (-2.56, 4.97),
                (1.55, -6.35),
                (-4.16, -0.37),
                (1.56, 0.94),
                (0.47, -1.11),
                (0.16, 0.35),
                (0.73, -0.04),
                (0.17, -0.02),
            ],
        },
    ],
];

/// Hip, knee and ankle at a speed between the two, by linear interpolation of the coefficients.
pub(super) fn curves(speed: f64) -> [Fourier; 3] {
    let [slow, fast] = &CURVES;
    let [slowest, fastest] = SPEEDS;
    let share = ((speed - slowest) / (fastest - slowest)).clamp(0.0, 1.0);
    let mut curves = *slow;
    for (curve, fast) in curves.iter_mut().zip(fast) {
        *curve = curve.towards(fast, share);
    }
    curves
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published curves at phases 0, 0.25, 0.5 and 0.74 (rows 0, 25, 50 and 74 of the file):
    /// hip and ankle with turned signs, to two digits.
    #[test]
    fn the_series_follow_the_published_curves() {
        let published = [
            [
                [31.21, 14.28, -2.60, 21.75],
                [1.97, 7.43, 8.41, 60.37],
                [1.76, 6.52, 14.23, 0.52],
            ],
            [
                [29.50, 12.00, -9.46, 18.25],
                [-0.95, 8.55, 4.89, 63.07],
                [0.27, 6.37, 10.93, -3.92],
            ],
        ];
        for (speed, joints) in SPEEDS.iter().zip(published) {
            for (curve, values) in curves(*speed).iter().zip(joints) {
                for (phase, value) in [0.0, 0.25, 0.5, 0.74].into_iter().zip(values) {
                    assert!(
                        (curve.at(phase) - value).abs() < 1.3,
                        "{speed} {phase} {value}"
                    );
                }
            }
        }
    }
}
