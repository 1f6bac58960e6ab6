"""Serves the attention-RNN as a black box in a process of its own, from the definition in make.py:

    python3 -m venv venv && venv/bin/pip install numpy safetensors
    retune classify data/GunPoint --source-command 'venv/bin/python tests/golden/serve.py'

answers as `retune classify data/GunPoint --black-box` does, but for rounding.
"""

import json
import sys

import numpy as np
from safetensors import safe_open

from make import RATE, ROOT, attention_rnn, softmax


def main():
    with safe_open(f"{ROOT}/models/attrnn-gsc35.safetensors", "numpy") as file:
        weights = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}
        labels = json.loads(file.metadata()["labels"])
    audio = {"rate": RATE, "samples": RATE}
    for line in sys.stdin:
        question = json.loads(line)
        if question.get("describe"):
            answer = {"name": "attention-rnn", "labels": labels, "audio": audio}
        else:
            logits = attention_rnn(weights, np.array(question["inputs"]))["logits"]
            answer = {"probabilities": softmax(logits).tolist()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
