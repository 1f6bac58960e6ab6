"""The graph in TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Callable

# Before the import: no start-up notes, and no search for a GPU.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import tensorflow as tf

import graph
from peer import Predict, TrainStep

BiLstm = Callable[[tf.Tensor], tf.Tensor]


def _keras_bilstm(weights: graph.Weights, name: str) -> BiLstm:
    """The layer that one would use: a loop over the steps."""
    layer = keras.layers.Bidirectional(keras.layers.LSTM(graph.UNITS, return_sequences=True))
    layer.build((None, graph.FRAMES, weights[f"{name}.input"].shape[0]))
    values = []
    for direction in range(2):
        columns = slice(direction * 4 * graph.UNITS, (direction + 1) * 4 * graph.UNITS)
        values.append(weights[f"{name}.input"][:, columns])
        values.append(weights[f"{name}.recurrent"][direction])
        values.append(weights[f"{name}.bias"][columns])
    layer.set_weights(values)
    layer.trainable = False
    return layer


def _fused_bilstm(weights: graph.Weights, name: str) -> BiLstm:
    """TensorFlow's fused CPU kernel, `BlockLSTM`: all steps in one operation.

    Its gates are i, c, f, o where Keras's are i, f, c, o. (`BlockLSTMV2` has Keras's order, but its
    registered gradient is that of the other order and so is wrong, as of TensorFlow 2.21.)
    """
    gates = 4 * graph.UNITS
    directions = []
    for direction in range(2):
        columns = slice(direction * gates, (direction + 1) * gates)
        matrix = [weights[f"{name}.input"][:, columns], weights[f"{name}.recurrent"][direction]]
        keras_gates = np.concatenate([*matrix, weights[f"{name}.bias"][None, columns]])
        i, f, c, o = np.split(keras_gates, 4, axis=1)
        reordered = np.concatenate([i, c, f, o], axis=1)
        directions.append((tf.constant(reordered[:-1]), tf.constant(reordered[-1])))
    no_peephole = tf.zeros([graph.UNITS])

    def one_way(steps: tf.Tensor, matrix: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
        start = tf.zeros([tf.shape(steps)[1], graph.UNITS])
        return tf.raw_ops.BlockLSTM(
            seq_len_max=tf.shape(steps, out_type=tf.int64)[0],
            x=steps,
            cs_prev=start,
            h_prev=start,
            w=matrix,
            wci=no_peephole,
            wcf=no_peephole,
            wco=no_peephole,
            b=bias,
            forget_bias=0.0,
            cell_clip=0.0,
        ).h

    def run(heard: tf.Tensor) -> tf.Tensor:
        steps = tf.transpose(heard, [1, 0, 2])
        forward = one_way(steps, *directions[0])
        backward = tf.reverse(one_way(tf.reverse(steps, [0]), *directions[1]), [0])
        return tf.transpose(tf.concat([forward, backward], axis=2), [1, 0, 2])

    return run


class Source:
    """The frozen attention-RNN: clips `[batch, 16000]` give logits `[batch, 36]`."""

    def __init__(
        self, weights: graph.Weights, bilstm: Callable[[graph.Weights, str], BiLstm]
    ) -> None:
        self.mel = tf.constant(graph.mel_matrix())
        self.kernel1 = tf.constant(weights["conv1.kernel"].T.reshape(5, 1, 1, 10))
        self.kernel2 = tf.constant(weights["conv2.kernel"].reshape(5, 1, 10, 1))
        self.bias1, self.bias2 = tf.constant(weights["conv1.bias"]), tf.constant(weights["conv2.bias"])
        self.norm1 = graph.norm_scale_and_shift(weights, "norm1")
        self.norm2 = graph.norm_scale_and_shift(weights, "norm2")
        self.lstm1, self.lstm2 = bilstm(weights, "lstm1"), bilstm(weights, "lstm2")
        self.dense = {
            name: (tf.constant(weights[f"{name}.kernel"]), tf.constant(weights[f"{name}.bias"]))
            for name in ("attend", "dense1", "dense2", "output")
        }

    def log_mel(self, audio: tf.Tensor) -> tf.Tensor:
        """`[batch, 125, 80]`."""
        # The default window of `tf.signal.stft` is the periodic Hann.
        spectrum = tf.signal.stft(audio, graph.FRAME_SAMPLES, graph.HOP_SAMPLES, pad_end=True)
        return tf.math.log(tf.abs(spectrum) @ self.mel + graph.LOG_OFFSET)

    def affine(self, values: tf.Tensor, name: str) -> tf.Tensor:
        kernel, bias = self.dense[name]
        return values @ kernel + bias

    def __call__(self, audio: tf.Tensor) -> tf.Tensor:
        plane = self.log_mel(audio)
        mean, variance = tf.nn.moments(plane, axes=[1, 2], keepdims=True)
        plane = (plane - mean) / tf.sqrt(variance + graph.VARIANCE_FLOOR)
        image = tf.nn.conv2d(plane[..., None], self.kernel1, strides=1, padding="SAME")
        image = tf.nn.relu(image + self.bias1) * self.norm1[0] + self.norm1[1]
        image = tf.nn.conv2d(image, self.kernel2, strides=1, padding="SAME")
        image = tf.nn.relu(image + self.bias2) * self.norm2[0] + self.norm2[1]
        heard = self.lstm2(self.lstm1(tf.squeeze(image, 3)))
        query = self.affine(heard[:, -1], "attend")
        attention = tf.nn.softmax(tf.linalg.matvec(heard, query), axis=1)
        context = tf.linalg.matvec(heard, attention, transpose_a=True)
        dense = tf.nn.relu(self.affine(context, "dense1"))
        return self.affine(self.affine(dense, "dense2"), "output")


class Program:
    """θ, the frozen source and the label mapping: placed series give ln P(class)."""

    def __init__(self, source: Source, mask: np.ndarray) -> None:
        self.source = source
        self.theta = tf.Variable(graph.initial_theta())
        self.mask = tf.constant(mask)
        self.groups = tf.constant(graph.label_groups())

    def __call__(self, placed: tf.Tensor) -> tf.Tensor:
        logits = self.source(placed + self.theta * self.mask)
        terms = tf.nn.log_softmax(logits)[:, None, :] + self.groups
        return tf.reduce_logsumexp(terms, axis=2)


class TensorFlow:
    """All are a `tf.function`: `graph` as it is, `xla` with `jit_compile`, `fused` with fused LSTMs."""

    variants = ("graph", "xla", "fused")

    def __init__(self, weights: graph.Weights, threads: int, device: str) -> None:
        if device == "cpu":
            tf.config.set_visible_devices([], "GPU")
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        self.version = tf.__version__
        self._keras = Source(weights, _keras_bilstm)
        self._fused = Source(weights, _fused_bilstm)

    def _source(self, variant: str) -> Source:
        return self._fused if variant == "fused" else self._keras

    def trainer(self, variant: str, mask: np.ndarray) -> TrainStep:
        program = Program(self._source(variant), mask)
        # PyTorch's epsilon, so that both take the same steps.
        optimizer = keras.optimizers.Adam(graph.LEARNING_RATE, epsilon=1e-8)
        optimizer.build([program.theta])

        @tf.function(jit_compile=variant == "xla")
        def step(placed: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(program.theta)
                chosen = tf.gather(program(placed), classes, axis=1, batch_dims=1)
                loss = -tf.reduce_mean(chosen)
            optimizer.apply_gradients([(tape.gradient(loss, program.theta), program.theta)])
            return loss

        return lambda placed, classes: float(step(tf.constant(placed), tf.constant(classes)))

    def predictor(self, variant: str) -> Predict:
        program = Program(self._source(variant), graph.padding_mask())
        run = tf.function(program, jit_compile=variant == "xla")
        return lambda values: run(tf.constant(graph.pad(values))).numpy()

    def probabilities(self, variant: str, waveform: np.ndarray) -> np.ndarray:
        source = self._source(variant)
        run = tf.function(lambda clips: tf.nn.softmax(source(clips)), jit_compile=variant == "xla")
        return run(tf.constant(waveform)).numpy()

    def gradient(self, variant: str, waveform: np.ndarray, labels: np.ndarray) -> np.ndarray:
        source = self._source(variant)

        @tf.function(jit_compile=variant == "xla")
        def run(clips: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                tape.watch(clips)
                chosen = tf.gather(tf.nn.log_softmax(source(clips)), labels, axis=1, batch_dims=1)
                loss = -tf.reduce_sum(chosen)
            return tape.gradient(loss, clips)

        return run(tf.constant(waveform)).numpy()
