//! Ways of walking.

/// A way of walking. The affected leg is the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GaitKind {
    /// Able-bodied.
    AbleBodied,
    /// Stiff knee, as after a stroke: the affected knee flexes about 36 degrees in swing instead of
    /// 62, its hip and ankle move less.
    StiffKnee,
    /// Like walking with a transfemoral prosthesis: the affected knee hardly flexes in stance, its
    /// ankle hardly plantarflexes.
    TransfemoralProsthesis,
}

impl GaitKind {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self::AbleBodied,
        Self::StiffKnee,
        Self::TransfemoralProsthesis,
    ];

    /// The name, as in a person's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AbleBodied => "able-bodied",
            Self::StiffKnee => "stiff-knee",
            Self::TransfemoralProsthesis => "transfemoral-prosthesis",
        }
    }
}
