"""The graph in PyTorch."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

# Before the import: threads that wait in a spin make PyTorch several times slower as soon as anything
# else runs on its cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import graph
from peer import Predict, TrainStep

Forward = Callable[..., Tensor]


def _lstm(weights: graph.Weights, name: str) -> nn.LSTM:
    """PyTorch's gates i, f, g, o are Keras's i, f, c, o; matrices are transposed, one bias is zero."""
    features, gates = weights[f"{name}.input"].shape[0], 4 * graph.UNITS
    lstm = nn.LSTM(features, graph.UNITS, batch_first=True, bidirectional=True)
    for direction, suffix in enumerate(["l0", "l0_reverse"]):
        columns = slice(direction * gates, (direction + 1) * gates)
        values = {
            "weight_ih": weights[f"{name}.input"][:, columns].T,
            "weight_hh": weights[f"{name}.recurrent"][direction].T,
            "bias_ih": weights[f"{name}.bias"][columns],
            "bias_hh": np.zeros(gates, np.float32),
        }
        for parameter, value in values.items():
            getattr(lstm, f"{parameter}_{suffix}").data.copy_(torch.from_numpy(value.copy()))
    return lstm


def _dense(weights: graph.Weights, name: str) -> nn.Linear:
    inputs, outputs = weights[f"{name}.kernel"].shape
    layer = nn.Linear(inputs, outputs)
    layer.weight.data.copy_(torch.from_numpy(weights[f"{name}.kernel"].T.copy()))
    layer.bias.data.copy_(torch.from_numpy(weights[f"{name}.bias"]))
    return layer


class Source(nn.Module):
    """The frozen attention-RNN: clips `[batch, 16000]` give logits `[batch, 36]`."""

    def __init__(self, weights: graph.Weights) -> None:
        super().__init__()
        constant = torch.from_numpy
        self.register_buffer("window", constant(graph.hann_window()))
        self.register_buffer("mel", constant(graph.mel_matrix()))
        self.register_buffer("kernel1", constant(weights["conv1.kernel"]).reshape(10, 1, 5, 1))
        self.register_buffer("bias1", constant(weights["conv1.bias"]))
        kernel2 = weights["conv2.kernel"].T.copy()
        self.register_buffer("kernel2", constant(kernel2).reshape(1, 10, 5, 1))
        self.register_buffer("bias2", constant(weights["conv2.bias"]))
        for norm in ("norm1", "norm2"):
            scale, shift = graph.norm_scale_and_shift(weights, norm)
            self.register_buffer(f"{norm}_scale", constant(scale).reshape(1, -1, 1, 1))
            self.register_buffer(f"{norm}_shift", constant(shift).reshape(1, -1, 1, 1))
        self.lstm1, self.lstm2 = _lstm(weights, "lstm1"), _lstm(weights, "lstm2")
        self.attend, self.dense1 = _dense(weights, "attend"), _dense(weights, "dense1")
        self.dense2, self.output = _dense(weights, "dense2"), _dense(weights, "output")
        self.requires_grad_(False)

    def log_mel(self, audio: Tensor) -> Tensor:
        """`[batch, 125, 80]`."""
        padded = F.pad(audio, (0, graph.FRAME_SAMPLES - graph.HOP_SAMPLES))
        spectrum = torch.stft(
            padded,
            graph.FRAME_SAMPLES,
            graph.HOP_SAMPLES,
            window=self.window,
            center=False,
            return_complex=True,
        )
        return torch.log(spectrum.abs().transpose(1, 2) @ self.mel + graph.LOG_OFFSET)

    def forward(self, audio: Tensor) -> Tensor:
        plane = self.log_mel(audio)
        variance, mean = torch.var_mean(plane, dim=(1, 2), correction=0, keepdim=True)
        plane = (plane - mean) / torch.sqrt(variance + graph.VARIANCE_FLOOR)
        image = F.conv2d(plane.unsqueeze(1), self.kernel1, self.bias1, padding=(2, 0))
        image = F.relu(image) * self.norm1_scale + self.norm1_shift
        image = F.conv2d(image, self.kernel2, self.bias2, padding=(2, 0))
        image = F.relu(image) * self.norm2_scale + self.norm2_shift
        heard, _ = self.lstm1(image.squeeze(1))
        heard, _ = self.lstm2(heard)
        query = self.attend(heard[:, -1])
        attention = torch.softmax(torch.einsum("btc,bc->bt", heard, query), dim=1)
        context = torch.einsum("btc,bt->bc", heard, attention)
        return self.output(self.dense2(F.relu(self.dense1(context))))


class Program(nn.Module):
    """θ, the frozen source and the label mapping: placed series give ln P(class)."""

    def __init__(self, source: Source, mask: np.ndarray) -> None:
        super().__init__()
        self.source = source
        self.theta = nn.Parameter(torch.from_numpy(graph.initial_theta()))
        self.register_buffer("mask", torch.from_numpy(mask))
        self.register_buffer("groups", torch.from_numpy(graph.label_groups()))

    def forward(self, placed: Tensor) -> Tensor:
        logits = self.source(placed + self.theta * self.mask)
        terms = F.log_softmax(logits, dim=1).unsqueeze(1) + self.groups
        return torch.logsumexp(terms, dim=2)


class PyTorch:
    """`eager`, and `compiled` by `torch.compile` (which leaves the LSTMs to oneDNN's or cuDNN's kernel).

    On a card everything goes there and comes back within what is timed, and all products have 32 bits.
    """

    variants = ("eager", "compiled")

    def __init__(self, weights: graph.Weights, threads: int, device: str) -> None:
        torch.set_num_threads(threads)
        # Its own type would make the process that asks import torch to read it.
        self.version = str(torch.__version__)
        if device == "cuda":
            if not torch.cuda.is_available():
                raise RuntimeError("PyTorch sees no CUDA device")
            torch.backends.cuda.matmul.allow_tf32 = False
            torch.backends.cudnn.allow_tf32 = False
            self.version += f" on {torch.cuda.get_device_name()}"
        self._device = torch.device(device)
        # cuDNN's LSTM goes backward only in training mode, and keeps more there.
        self._trained = Source(weights).to(device)
        self._source = Source(weights).to(device).eval()

    def _there(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(self._device)

    def _prepare(self, variant: str, function: Forward) -> Forward:
        """`function` as the variant runs it."""
        if variant == "eager":
            return function
        if not (shutil.which("g++") or shutil.which("clang++")):
            raise RuntimeError("torch.compile needs a C++ compiler, and there is none")
        # What is measured always has the same shape: no code for sizes that may change.
        return torch.compile(function, dynamic=False)

    def trainer(self, variant: str, mask: np.ndarray) -> TrainStep:
        program = Program(self._trained, mask).to(self._device)
        optimizer = torch.optim.Adam([program.theta], lr=graph.LEARNING_RATE)
        loss_of = self._prepare(variant, lambda placed, truth: F.nll_loss(program(placed), truth))

        def step(placed: np.ndarray, classes: np.ndarray) -> float:
            optimizer.zero_grad()
            loss = loss_of(self._there(placed), self._there(classes))
            loss.backward()
            optimizer.step()
            return loss.item()

        return step

    def predictor(self, variant: str) -> Predict:
        program = Program(self._source, graph.padding_mask()).to(self._device)
        around = (graph.START, graph.CLIP_SAMPLES - graph.SERIES_SAMPLES - graph.START)
        run = self._prepare(variant, lambda values: program(F.pad(values, around)))

        def predict(values: np.ndarray) -> np.ndarray:
            with torch.inference_mode():
                return run(self._there(values)).cpu().numpy()

        return predict

    def probabilities(self, variant: str, waveform: np.ndarray) -> np.ndarray:
        run = self._prepare(variant, self._source)
        with torch.inference_mode():
            return torch.softmax(run(self._there(waveform)), dim=1).cpu().numpy()

    def gradient(self, variant: str, waveform: np.ndarray, labels: np.ndarray) -> np.ndarray:
        clips = self._there(waveform.copy()).requires_grad_()
        run = self._prepare(variant, self._trained)
        loss = F.cross_entropy(run(clips), self._there(labels), reduction="sum")
        return torch.autograd.grad(loss, clips)[0].cpu().numpy()
