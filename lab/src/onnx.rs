//! Reading the nodes and weights of an ONNX file.
//!
//! Only the messages and fields that are needed are declared, by the numbers that they have in
//! [`onnx.proto`](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); all else is skipped.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use prost::Message;
use retune_core::storage::{HostTensor, read_file};
use retune_core::{Error, ErrorKind};

/// The most bytes of a file that is read: a model that this is meant for has one or two million.
const MAX_BYTES: u64 = 1 << 28;
/// `TensorProto.DataType.FLOAT`.
const FLOAT: i32 = 1;

#[derive(Message)]
struct ModelProto {
    #[prost(message, optional, tag = "7")]
    graph: Option<GraphProto>,
}

#[derive(Message)]
struct GraphProto {
    #[prost(message, repeated, tag = "1")]
    node: Vec<NodeProto>,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<TensorProto>,
}

/// One operation of the graph.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct NodeProto {
    /// The names of what it takes.
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    /// The names of what it gives.
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    /// What it does.
    #[prost(string, tag = "4")]
    pub op_type: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<AttributeProto>,
}

#[derive(Clone, PartialEq, Message)]
struct AttributeProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(float, tag = "2")]
    f: f32,
    #[prost(int64, tag = "3")]
    i: i64,
    #[prost(int64, repeated, tag = "8")]
    ints: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
struct TensorProto {
    #[prost(int64, repeated, tag = "1")]
    dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(float, repeated, tag = "4")]
    float_data: Vec<f32>,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "vec", tag = "9")]
    raw_data: Vec<u8>,
}

impl NodeProto {
    /// The whole numbers of an attribute; none of them where it is absent.
    pub fn integers(&self, name: &str) -> &[i64] {
        self.find(name).map_or(&[], |attribute| &attribute.ints)
    }

    /// The whole number of an attribute, where it is there.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.find(name).map(|attribute| attribute.i)
    }

    /// The number of an attribute, where it is there.
    pub fn float(&self, name: &str) -> Option<f32> {
        self.find(name).map(|attribute| attribute.f)
    }

    fn find(&self, name: &str) -> Option<&AttributeProto> {
        self.attribute.iter().find(|known| known.name == name)
    }
}

/// The graph of an ONNX file.
pub(crate) struct Graph {
    path: PathBuf,
    /// In an order in which each comes after those whose results it takes.
    pub nodes: Vec<NodeProto>,
    weights: Vec<TensorProto>,
}

impl Graph {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is no ONNX file with a graph.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let shown = path.display();
        let unreadable = |error: std::io::Error| {
            let message = format!("{shown}: cannot read the ONNX file: {error}");
            Error::new(ErrorKind::Read, message).with_source(error)
        };
        let bytes = read_file(path, MAX_BYTES).map_err(unreadable)?;
        let model = ModelProto::decode(bytes.as_slice()).map_err(|error| {
            let message = format!("{shown}: not an ONNX file, or damaged: {error}");
            Error::new(ErrorKind::Malformed, message).with_source(error)
        })?;
        let GraphProto { node, initializer } = model.graph.unwrap_or_default();
        let graph = Self {
            path: path.to_owned(),
            nodes: node,
            weights: initializer,
        };
        if graph.nodes.is_empty() {
            return Err(graph.unexpected("the model", "it has no nodes"));
        }
        Ok(graph)
    }

    /// What was expected at a place of this file and was not there.
    pub fn unexpected(&self, place: &str, reason: impl Display) -> Error {
        let message = format!("{}: {place}: {reason}", self.path.display());
        Error::new(ErrorKind::Unsupported, message)
    }

    /// The weight that a node takes as its input `index`.
    ///
    /// # Errors
    ///
    /// When it is no weight of the file, or not made of finite 32-bit floats.
    pub fn weight(&self, node: &NodeProto, index: usize) -> Result<HostTensor, Error> {
        let place = node.output.first().map_or("", String::as_str);
        let name = node.input.get(index).map_or("", String::as_str);
        let Some(tensor) = self.weights.iter().find(|weight| weight.name == name) else {
            let reason = format!(
                "input {index} ({name:?}) of a {} is no weight",
                node.op_type
            );
            return Err(self.unexpected(place, reason));
        };
        self.host(tensor)
    }

    fn host(&self, tensor: &TensorProto) -> Result<HostTensor, Error> {
        let unexpected = |reason: &str| self.unexpected(&tensor.name, reason);
        if tensor.data_type != FLOAT {
            return Err(unexpected("expected 32-bit floats"));
        }
        let values: Vec<f32> = if tensor.raw_data.is_empty() {
            tensor.float_data.clone()
        } else {
            let (values, rest) = tensor.raw_data.as_chunks();
            if !rest.is_empty() {
                return Err(unexpected("the bytes are no whole number of floats"));
            }
            values
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect()
        };
        let shape: Option<Vec<usize>> = tensor.dims.iter().map(|d| (*d).try_into().ok()).collect();
        let shape = shape.ok_or_else(|| unexpected("a negative dimension"))?;
        let count = shape.iter().try_fold(1usize, |all, d| all.checked_mul(*d));
        if count != Some(values.len()) {
            let reason = format!("{} values for the shape {shape:?}", values.len());
            return Err(unexpected(&reason));
        }
        if values.iter().any(|value| value.is_nan()) {
            return Err(unexpected("a value that is no number"));
        }
        Ok(HostTensor { shape, values })
    }
}
