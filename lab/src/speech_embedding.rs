//! Google's speech embedding (Lin et al. 2020, arXiv 2002.01322) and its front end from ONNX.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::path::Path;

use retune_core::Error;
use retune_core::storage::HostTensor;

use crate::onnx::{Graph, NodeProto};

/// A frame of the short-time Fourier transform, and from one frame to the next, in samples.
const FRAME: usize = 512;
const HOP: i64 = 160;
const BINS: usize = FRAME / 2 + 1;
const MELS: usize = 32;
/// The slope of the leaky ReLU and the floor under it.
const SLOPE: f32 = 0.2;
const FLOOR: f32 = -0.4;

/// Two convolutions along frequency and two along time, in turn.
const FOUR: [[i64; 2]; 4] = [[1, 3], [3, 1], [1, 3], [3, 1]];
/// The kernels (time × frequency) of a block's convolutions, their channels, and the window of the
/// max-pool after them.
type Block = (&'static [[i64; 2]], usize, [i64; 2]);
/// The blocks. A last convolution of 3×1, linear, follows.
const BLOCKS: [Block; 5] = [
    (&[[3, 3], [1, 3], [3, 1]], 24, [2, 2]),
    (&FOUR, 48, [1, 2]),
    (&FOUR, 72, [2, 2]),
    (&FOUR, 96, [1, 2]),
    (&FOUR, 96, [2, 2]),
];

/// Reads the weights from the files of the embedding and of its front end: `conv1.kernel` …
/// `conv20.kernel` (`[outputs, inputs, time, frequency]`), `conv1.bias` … `conv19.bias`
/// (`[outputs]`; the last convolution has none), `window` (`[512]`) and `mel.filters` (`[257, 32]`).
///
/// # Errors
///
/// When a file cannot be read, or is not this model operation for operation.
pub fn import_speech_embedding(
    embedding: &Path,
    melspectrogram: &Path,
) -> Result<BTreeMap<String, HostTensor>, Error> {
    let mut tensors = convolutions(&Graph::read(embedding)?)?;
    let [window, filters] = front_end(&Graph::read(melspectrogram)?)?;
    tensors.insert("window".to_owned(), window);
    tensors.insert("mel.filters".to_owned(), filters);
    Ok(tensors)
}

/// Walks the graph, each operation of which must be the expected one.
fn convolutions(graph: &Graph) -> Result<BTreeMap<String, HostTensor>, Error> {
    let mut walk = Walk {
        graph,
        // A reshape at either end only names the axes anew.
        nodes: graph.nodes.iter().filter(|node| node.op_type != "Reshape"),
        number: 0,
        channels: 1,
        tensors: BTreeMap::new(),
    };
    for (kernels, outputs, window) in BLOCKS {
        for kernel in kernels {
            walk.convolution(*kernel, outputs, true)?;
            let slope = walk.next("LeakyRelu")?.float("alpha");
            walk.check(slope == Some(SLOPE), "LeakyRelu", &slope, &SLOPE)?;
            let floor = graph.weight(walk.next("Max")?, 1)?.values;
            walk.check(floor == [FLOOR], "Max", &floor, &FLOOR)?;
        }
        let pool = walk.next("MaxPool")?;
        for attribute in ["kernel_shape", "strides"] {
            let found = pool.integers(attribute);
            walk.check(found == window, attribute, &found, &window)?;
        }
    }
    walk.convolution([3, 1], 96, false)?;
    match walk.nodes.next() {
        None => Ok(walk.tensors),
        Some(node) => {
            Err(graph.unexpected(&node.op_type, "expected nothing after 20 convolutions"))
        }
    }
}

struct Walk<'a, N> {
    graph: &'a Graph,
    nodes: N,
    /// Convolutions that have been read, and the channels that the last one gives.
    number: usize,
    channels: usize,
    tensors: BTreeMap<String, HostTensor>,
}

impl<'a, N: Iterator<Item = &'a NodeProto>> Walk<'a, N> {
    fn next(&mut self, operation: &str) -> Result<&'a NodeProto, Error> {
        let node = self.nodes.next();
        let found = node.map_or("nothing", |node| node.op_type.as_str());
        match node {
            Some(node) if found == operation => Ok(node),
            _ => {
                let place = format!("after {} convolutions", self.number);
                let reason = format!("expected a {operation}, found {found}");
                Err(self.graph.unexpected(&place, reason))
            }
        }
    }

    fn check(
        &self,
        holds: bool,
        what: &str,
        found: &dyn std::fmt::Debug,
        expected: &dyn std::fmt::Debug,
    ) -> Result<(), Error> {
        if holds {
            return Ok(());
        }
        let place = format!("convolution {} or what follows it", self.number);
        let reason = format!("{what} is {found:?}, expected {expected:?}");
        Err(self.graph.unexpected(&place, reason))
    }

    fn convolution(&mut self, size: [i64; 2], outputs: usize, biased: bool) -> Result<(), Error> {
        let node = self.next("Conv")?;
        self.number += 1;
        let ones = |found: &[i64]| found.is_empty() || found == [1, 1];
        let strides = node.integers("strides");
        self.check(ones(strides), "strides", &strides, &[1, 1])?;
        let dilations = node.integers("dilations");
        self.check(ones(dilations), "dilations", &dilations, &[1, 1])?;
        let group = node.integer("group").unwrap_or(1);
        self.check(group == 1, "group", &group, &1)?;
        // Valid in time, padded in frequency.
        let side = size[1] / 2;
        let pads = node.integers("pads");
        let as_expected = pads == [0, side, 0, side] || (pads.is_empty() && side == 0);
        self.check(as_expected, "pads", &pads, &[0, side, 0, side])?;

        let kernel = self.graph.weight(node, 1)?;
        let shape = [outputs, self.channels, size[0] as usize, size[1] as usize];
        self.check(
            kernel.shape == shape,
            "the kernel's shape",
            &kernel.shape,
            &shape,
        )?;
        let inputs = node.input.len();
        self.check(
            (inputs == 3) == biased,
            "the number of inputs",
            &inputs,
            &(2 + usize::from(biased)),
        )?;
        if biased {
            let bias = self.graph.weight(node, 2)?;
            self.check(
                bias.shape == [outputs],
                "the bias's shape",
                &bias.shape,
                &[outputs],
            )?;
            self.tensors
                .insert(format!("conv{}.bias", self.number), bias);
        }
        self.tensors
            .insert(format!("conv{}.kernel", self.number), kernel);
        self.channels = outputs;
        Ok(())
    }
}

/// The window and the mel filters. The file holds the Fourier transform as two convolutions with
/// the windowed waves of every bin; that of bin 0 is the window itself.
fn front_end(graph: &Graph) -> Result<[HostTensor; 2], Error> {
    let find = |operation: &'static str| graph.nodes.iter().filter(move |n| n.op_type == operation);
    let waves: Vec<&NodeProto> = find("Conv").collect();
    let filters: Vec<&NodeProto> = find("MatMul").collect();
    let ([real, imaginary], [filters]) = (&waves[..], &filters[..]) else {
        let reason = format!(
            "expected 2 convolutions and 1 product of matrices, found {} and {}",
            waves.len(),
            filters.len()
        );
        return Err(graph.unexpected("the front end", reason));
    };
    let mut parts = Vec::new();
    for node in [real, imaginary] {
        let part = graph.weight(node, 1)?;
        if part.shape != [BINS, 1, FRAME] || node.integers("strides") != [HOP] {
            let reason = format!(
                "shape {:?} and strides {:?}, expected {:?} and [{HOP}]",
                part.shape,
                node.integers("strides"),
                [BINS, 1, FRAME]
            );
            return Err(graph.unexpected("the Fourier transform", reason));
        }
        parts.push(part.values);
    }
    let window = parts[0][..FRAME].to_vec();
    for bin in 0..BINS {
        for (sample, weight) in window.iter().enumerate() {
            let angle = TAU * (bin * sample % FRAME) as f64 / FRAME as f64;
            let weight = f64::from(*weight);
            let expected = [weight * angle.cos(), -weight * angle.sin()];
            for (part, expected) in parts.iter().zip(expected) {
                if (f64::from(part[bin * FRAME + sample]) - expected).abs() > 1e-5 {
                    let reason = format!("bin {bin} is no wave under the window of bin 0");
                    return Err(graph.unexpected("the Fourier transform", reason));
                }
            }
        }
    }
    let filters = graph.weight(filters, 1)?;
    if filters.shape != [BINS, MELS] {
        let reason = format!("shape {:?}, expected {:?}", filters.shape, [BINS, MELS]);
        return Err(graph.unexpected("the mel filters", reason));
    }
    let window = HostTensor {
        shape: vec![FRAME],
        values: window,
    };
    Ok([window, filters])
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn shared(file: &str) -> PathBuf {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.join("../../shared/weights").join(file)
    }

    #[test]
    fn the_two_files_give_42_sound_tensors_and_nothing_else_does() {
        let files = [
            "speech-embedding.onnx",
            "speech-embedding-melspectrogram.onnx",
        ]
        .map(shared);
        if !files.iter().all(|file| file.exists()) {
            return eprintln!("skipped: {files:?} are not there");
        }
        let [embedding, front_end] = &files;
        let tensors = import_speech_embedding(embedding, front_end).unwrap();
        assert_eq!(tensors.len(), 20 + 19 + 2);
        assert_eq!(tensors["conv20.kernel"].shape, [96, 96, 3, 1]);
        let trained = tensors.iter().filter(|(name, _)| name.starts_with("conv"));
        assert_eq!(trained.map(|(_, t)| t.values.len()).sum::<usize>(), 328_128);

        let error = import_speech_embedding(front_end, front_end).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("after 0 convolutions: expected a Conv"),
            "{error}"
        );
        let error = import_speech_embedding(embedding, embedding).unwrap_err();
        assert!(
            error.to_string().contains("the front end: expected 2"),
            "{error}"
        );

        let cut = tempfile::NamedTempFile::new().unwrap();
        let bytes = std::fs::read(embedding).unwrap();
        std::fs::write(cut.path(), &bytes[..bytes.len() / 2]).unwrap();
        let error = import_speech_embedding(cut.path(), front_end).unwrap_err();
        assert_eq!(error.kind(), retune_core::ErrorKind::Malformed, "{error}");
        std::fs::write(cut.path(), b"").unwrap();
        let error = import_speech_embedding(cut.path(), front_end).unwrap_err();
        assert!(error.to_string().contains("it has no nodes"), "{error}");
    }
}
