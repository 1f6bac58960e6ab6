//! `retune bench --adapters`: the graphics adapters of this machine.

use retune::engine::Adapter;

use crate::cli::prelude::*;

#[derive(Debug, Serialize)]
struct Listed<'a> {
    /// What `--adapter` takes beside a name.
    number: usize,
    name: &'a str,
    kind: &'static str,
    interface: &'a str,
    driver: &'a str,
}

/// Prints them, the most wanted first.
pub(super) fn list(common: &Common) -> Result<()> {
    let listed = |(number, adapter): (usize, &'static Adapter)| Listed {
        number,
        name: &adapter.name,
        kind: adapter.kind.name(),
        interface: &adapter.interface,
        driver: &adapter.driver,
    };
    let adapters: Vec<_> = (1..).zip(Engine::adapters()?).map(listed).collect();
    output::show(common, &adapters, |adapters| {
        let row = |one: &Listed| {
            let words = [one.name, one.kind, one.interface, one.driver].map(str::to_owned);
            once(one.number.to_string())
                .chain(words)
                .collect::<Vec<_>>()
        };
        match adapters.is_empty() {
            true => "no adapter: no Vulkan, Metal or DirectX 12 driver answers\n".to_owned(),
            false => text::headed(
                &[Right, Left],
                ",name,kind,interface,driver",
                adapters.iter().map(row),
            ),
        }
    })
}
