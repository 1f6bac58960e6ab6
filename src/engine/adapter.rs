//! Choosing the graphics adapter that the backend `wgpu` runs on.

use retune_kernels::Adapter;

use crate::{Error, ErrorKind};

/// The adapter of that number, counted from 1, or whose name has this in it, whatever the case; without a wish
/// the first.
pub(super) fn choose<'a>(
    adapters: &'a [Adapter],
    wanted: Option<&str>,
) -> Result<&'a Adapter, Error> {
    let Some(first) = adapters.first() else {
        let message =
            "the wgpu backend found no adapter: no Vulkan, Metal or DirectX 12 driver answers";
        return Err(Error::new(ErrorKind::Backend, message)
            .with_hint(
                "install the graphics driver (Debian: `apt-get install mesa-vulkan-drivers libvulkan1` for a \
                 software one), or use the other backend",
            )
            .with_setting("backend", "cpu"));
    };
    let Some(wanted) = wanted else {
        return Ok(first);
    };
    let number = wanted.parse::<usize>().ok();
    if let Some(adapter) = number.and_then(|number| adapters.get(number.checked_sub(1)?)) {
        return Ok(adapter);
    }
    let lower = wanted.to_lowercase();
    let called = |name: &str| !lower.is_empty() && name.to_lowercase().contains(&lower);
    let mut found = adapters.iter().filter(|adapter| called(&adapter.name));
    match (found.next(), found.next()) {
        (Some(adapter), None) => Ok(adapter),
        (Some(_), Some(_)) => {
            let message = format!("several adapters are called {wanted:?}{}", all(adapters));
            Err(Error::new(ErrorKind::Setting, message)
                .with_hint("give more of its name, or its number"))
        }
        (None, _) => {
            let message = format!("no adapter is called {wanted:?}{}", all(adapters));
            Err(Error::new(ErrorKind::UnknownName, message)
                .with_hint("give part of a name, or a number"))
        }
    }
}

/// What there is, with the number of each.
fn all(adapters: &[Adapter]) -> String {
    let listed = (1..).zip(adapters);
    let listed: Vec<_> = listed
        .map(|(number, adapter)| format!("{number} {adapter}"))
        .collect();
    format!("; there are: {}", listed.join(", "))
}

#[cfg(test)]
mod tests {
    use retune_kernels::{AdapterKind, AdapterPlace};

    use super::*;

    fn adapters() -> [Adapter; 3] {
        [
            (
                "NVIDIA H100",
                AdapterKind::Discrete,
                AdapterPlace::Discrete(0),
            ),
            (
                "Intel Arc A770",
                AdapterKind::Discrete,
                AdapterPlace::Discrete(1),
            ),
            (
                "Intel Iris Xe",
                AdapterKind::Integrated,
                AdapterPlace::Integrated(0),
            ),
        ]
        .map(|(name, kind, place)| Adapter {
            name: name.to_owned(),
            kind,
            interface: "vulkan".to_owned(),
            driver: String::new(),
            place,
        })
    }

    fn name(wanted: Option<&str>) -> Result<String, String> {
        let adapters = adapters();
        let found = choose(&adapters, wanted).map(|adapter| adapter.name.clone());
        found.map_err(|error| error.to_string())
    }

    #[test]
    fn one_is_chosen_by_number_or_by_part_of_its_name() {
        assert_eq!(name(None).unwrap(), "NVIDIA H100");
        assert_eq!(name(Some("2")).unwrap(), "Intel Arc A770");
        assert_eq!(name(Some("nvidia")).unwrap(), "NVIDIA H100");
        assert_eq!(name(Some("iris xe")).unwrap(), "Intel Iris Xe");
        // No number of the list, and so part of a name.
        assert_eq!(name(Some("770")).unwrap(), "Intel Arc A770");
    }

    #[test]
    fn what_is_unknown_or_ambiguous_is_refused_with_what_there_is() {
        let listed = "1 NVIDIA H100 (discrete, vulkan), 2 Intel Arc A770 (discrete, vulkan), 3 Intel Iris Xe \
                      (integrated, vulkan)";
        for wanted in ["radeon", "9", "4", ""] {
            let expected = format!("no adapter is called {wanted:?}; there are: {listed}");
            assert_eq!(name(Some(wanted)).unwrap_err(), expected);
        }
        let expected = format!("several adapters are called \"intel\"; there are: {listed}");
        assert_eq!(name(Some("intel")).unwrap_err(), expected);
        let none = choose(&[], Some("1")).unwrap_err();
        assert_eq!(none.kind(), ErrorKind::Backend);
        assert_eq!(none.settings(), [("backend", "cpu")]);
    }
}
