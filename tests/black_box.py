"""A black box for the tests: it answers lines of JSON by a simple rule on the sound, without any package.

How fast the mean of 50 samples changes from one to the next, against how loud it is, decides between four
labels. With an argument it misbehaves from the second question about sounds on.
"""

import json
import math
import os
import sys
import time

SAMPLES, BLOCK = 2000, 50
CENTRES = [-3.0, -2.0, 0.0, 1.0]


def probabilities(clip):
    means = [sum(clip[at : at + BLOCK]) / BLOCK for at in range(0, len(clip), BLOCK)]
    loudness = sum(mean * mean for mean in means) + 1e-9
    change = sum((after - before) ** 2 for before, after in zip(means, means[1:])) + 1e-9
    powers = [math.exp(-((math.log(change / loudness) - centre) ** 2)) for centre in CENTRES]
    total = sum(powers) + 1e-30
    return [power / total for power in powers]


def main():
    fault = sys.argv[1] if len(sys.argv) > 1 else ""
    asked = 0
    if fault in ("hang", "deaf"):
        with open("pid", "w") as file:
            file.write(str(os.getpid()))
    for line in sys.stdin:
        question = json.loads(line)
        if question.get("describe"):
            audio = {"rate": 2000, "samples": SAMPLES}
            answer = {"name": "blocks", "labels": ["a", "b", "c", "d"], "audio": audio}
        else:
            asked += 1
            rows = [probabilities(clip) for clip in question["inputs"]]
            if asked > 1 and fault == "hang":
                time.sleep(600)
            elif asked > 1 and fault == "die":
                sys.exit("no memory is left")
            elif asked > 1 and fault == "rows":
                rows.pop()
            elif asked > 1 and fault == "labels":
                rows[0].pop()
            elif asked > 1 and fault == "percent":
                rows[0][0] = 100.0
            elif asked > 1 and fault == "ones":
                rows[0] = [1.0] * len(rows[0])
            elif asked > 1 and fault == "zeros":
                rows[0] = [0.0] * len(rows[0])
            answer = {"probabilities": rows}
        print(json.dumps(answer), flush=True)
        if asked > 1 and fault == "twice":
            print(json.dumps(answer), flush=True)
        if asked > 1 and fault == "deaf":
            time.sleep(600)


main()
