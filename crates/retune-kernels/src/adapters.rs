//! The graphics adapters of this machine.

use std::fmt;

/// What an adapter is, the most wanted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdapterKind {
    /// A graphics card with memory of its own.
    Discrete,
    /// Part of a processor, whose memory it shares.
    Integrated,
    /// A card that is lent to a virtual machine.
    Virtual,
    /// Its driver does not say.
    Other,
    /// A processor that computes what a card would.
    Software,
}

impl AdapterKind {
    /// In a word: `discrete`, `integrated`, `virtual`, `other` or `software`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Discrete => "discrete",
            Self::Integrated => "integrated",
            Self::Virtual => "virtual",
            Self::Other => "other",
            Self::Software => "software",
        }
    }
}

/// How the runtime is asked for an adapter: those of a kind are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdapterPlace {
    /// Among the discrete ones.
    Discrete(usize),
    /// Among the integrated ones.
    Integrated(usize),
    /// Among the virtual ones.
    Virtual(usize),
    /// The first that computes in software; there is no way to ask for another.
    Software,
}

/// A graphics adapter that the backend `wgpu` can run on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// As its driver calls it.
    pub name: String,
    /// What it is.
    pub kind: AdapterKind,
    /// What it is spoken to through: `vulkan`, `metal`.
    pub interface: String,
    /// The name and version of its driver, where they are told.
    pub driver: String,
    /// How the runtime is asked for it.
    pub place: AdapterPlace,
}

impl fmt::Display for Adapter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.name();
        write!(formatter, "{} ({kind}, {})", self.name, self.interface)
    }
}

/// The adapters that can be asked for, the most wanted first, of those that a driver lists.
///
/// It mirrors how cubecl chooses: by the place among those of a kind; where there are not so many,
/// by the place among those of unknown kind.
#[cfg(any(feature = "wgpu", test))]
fn placed(listed: impl IntoIterator<Item = (AdapterKind, [String; 3])>) -> Vec<Adapter> {
    use AdapterKind::{Discrete, Integrated, Other, Software, Virtual};

    let listed: Vec<_> = listed.into_iter().collect();
    let count = |kind| listed.iter().filter(|(of, _)| *of == kind).count();
    let places = [
        (
            Discrete,
            AdapterPlace::Discrete as fn(usize) -> AdapterPlace,
        ),
        (Integrated, AdapterPlace::Integrated),
        (Virtual, AdapterPlace::Virtual),
    ];
    let mut adapters = Vec::new();
    for (row, (kind, words)) in listed.iter().enumerate() {
        let before = listed[..row].iter().filter(|(of, _)| of == kind).count();
        let answers = |of: AdapterKind| match kind {
            Other => count(of) <= before,
            kind => of == *kind,
        };
        let place = match kind {
            Software => (before == 0).then_some(AdapterPlace::Software),
            _ => {
                let found = places.iter().find(|(of, _)| answers(*of));
                found.map(|(_, place)| place(before))
            }
        };
        let [name, interface, driver] = words.clone();
        adapters.extend(place.map(|place| Adapter {
            name,
            kind: *kind,
            interface,
            driver,
            place,
        }));
    }
    adapters.sort_by_key(|adapter| adapter.kind);
    adapters
}

#[cfg(feature = "wgpu")]
mod listed {
    use std::sync::OnceLock;

    use burn_wgpu::WgpuDevice;
    use burn_wgpu::graphics::{AutoGraphicsApi, GraphicsApi};

    use super::{Adapter, AdapterKind, AdapterPlace, placed};

    impl From<AdapterPlace> for WgpuDevice {
        fn from(place: AdapterPlace) -> Self {
            match place {
                AdapterPlace::Discrete(index) => Self::DiscreteGpu(index),
                AdapterPlace::Integrated(index) => Self::IntegratedGpu(index),
                AdapterPlace::Virtual(index) => Self::VirtualGpu(index),
                AdapterPlace::Software => Self::Cpu,
            }
        }
    }

    /// The adapters of this machine: discrete ones first, then integrated, virtual and other ones, and
    /// software last. To be asked before the backend is used, which panics without one.
    ///
    /// Drivers are asked once a process.
    pub fn adapters() -> &'static [Adapter] {
        static ADAPTERS: OnceLock<Vec<Adapter>> = OnceLock::new();
        ADAPTERS.get_or_init(|| {
            let backends = AutoGraphicsApi::backend().into();
            let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
                backends,
                ..wgpu::InstanceDescriptor::new_without_display_handle()
            });
            let found = pollster::block_on(instance.enumerate_adapters(backends));
            placed(found.into_iter().map(|adapter| {
                let info = adapter.get_info();
                let kind = match info.device_type {
                    wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
                    wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
                    wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
                    wgpu::DeviceType::Other => AdapterKind::Other,
                    wgpu::DeviceType::Cpu => AdapterKind::Software,
                };
                let driver = format!("{} {}", info.driver, info.driver_info);
                let interface = info.backend.to_string();
                (kind, [info.name, interface, driver.trim().to_owned()])
            }))
        })
    }
}

#[cfg(feature = "wgpu")]
pub use listed::adapters;

#[cfg(test)]
mod tests {
    use super::AdapterKind::{Discrete, Integrated, Other, Software, Virtual};
    use super::*;

    fn places(kinds: &[AdapterKind]) -> Vec<(String, AdapterPlace)> {
        let words = |row: usize| [row.to_string(), "vulkan".to_owned(), String::new()];
        let listed = kinds.iter().enumerate();
        let found = placed(listed.map(|(row, kind)| (*kind, words(row))));
        found.into_iter().map(|one| (one.name, one.place)).collect()
    }

    #[test]
    fn cards_come_first_and_are_counted_by_kind() {
        let found = places(&[Software, Integrated, Discrete, Virtual, Discrete]);
        let expected = [
            ("2", AdapterPlace::Discrete(0)),
            ("4", AdapterPlace::Discrete(1)),
            ("1", AdapterPlace::Integrated(0)),
            ("3", AdapterPlace::Virtual(0)),
            ("0", AdapterPlace::Software),
        ];
        assert_eq!(
            found,
            expected.map(|(name, place)| (name.to_owned(), place))
        );
    }

    #[test]
    fn one_of_unknown_kind_answers_for_a_kind_that_has_too_few() {
        let place = |kinds: &[AdapterKind]| places(kinds).pop().map(|(_, place)| place);
        assert_eq!(place(&[Other]), Some(AdapterPlace::Discrete(0)));
        assert_eq!(place(&[Discrete, Other]), Some(AdapterPlace::Integrated(0)));
        let all = [Discrete, Integrated, Virtual, Other];
        assert_eq!(places(&all).len(), 3, "the last cannot be asked for");
        let second = [Discrete, Integrated, Virtual, Other, Other];
        assert_eq!(place(&second), Some(AdapterPlace::Discrete(1)));
    }

    #[test]
    fn only_the_first_that_computes_in_software_can_be_asked_for() {
        let found = places(&[Software, Software]);
        assert_eq!(found, [("0".to_owned(), AdapterPlace::Software)]);
        assert!(places(&[]).is_empty());
    }
}
