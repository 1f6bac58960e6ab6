"""Threads, forks, signals and memory."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from retune_ts import RetuneClassifier


def probabilities(classifier, X, sender):
    sender.send(classifier.predict_proba(X))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_child_predicts_what_its_parent_does(method, fitted, gunpoint):
    X = gunpoint[2]
    # Two threads have worked before the fork, and are not there after it.
    fitted.set_params(n_jobs=2)
    expected = fitted.predict_proba(X)
    context = multiprocessing.get_context(method)
    receiver, sender = context.Pipe()
    child = context.Process(target=probabilities, args=(fitted, X, sender))
    child.start()
    assert receiver.poll(60), "the child hangs"
    np.testing.assert_array_equal(receiver.recv(), expected)
    child.join(10)
    assert child.exitcode == 0
    fitted.set_params(n_jobs=1)


def test_a_child_of_a_fork_fits(gunpoint, fitted):
    X, y, _, _ = gunpoint
    pid = os.fork()
    if pid == 0:
        same = RetuneClassifier("fast", n_jobs=2).fit(X, y).program_ == fitted.program_
        os._exit(0 if same else 1)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            assert status == 0
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the child hangs")


def test_threads_share_a_classifier(fitted, gunpoint):
    X = gunpoint[2]
    expected = fitted.predict_proba(X)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: fitted.predict_proba(X), range(16)):
            np.testing.assert_array_equal(found, expected)


def test_other_threads_go_on_while_it_works(gunpoint):
    X, y, _, _ = gunpoint
    steps, done = 0, threading.Event()

    def count():
        nonlocal steps
        while not done.is_set():
            steps += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    RetuneClassifier("default").fit(X, y)
    done.set()
    counter.join()
    assert steps > 50


@pytest.mark.parametrize(("preset", "cases", "values"), [("default", 400, 500), ("paper", 50, 150), ("best", 1500, 60)])
@pytest.mark.parametrize("after", [0.4, 2.5])
def test_an_interrupt_ends_a_fit_within_a_second(preset, cases, values, after):
    script = (
        "import signal, numpy as np, retune_ts\n"
        # A shell makes its background jobs ignore the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"series = np.random.default_rng(0).normal(size=({cases}, {values}))\n"
        "print('ready', flush=True)\n"
        "try:\n"
        f"    retune_ts.RetuneClassifier({preset!r}).fit(series, ['a', 'b'] * {cases // 2})\n"
        "    print('fitted')\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', flush=True)\n"
        "    x = retune_ts.RetuneClassifier('fast').fit(series[:4], ['a', 'b'] * 2)\n"
        "    print('works')\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(after)
    start = time.monotonic()
    child.send_signal(signal.SIGINT)
    assert child.stdout.readline() == "interrupted\n"
    waited = time.monotonic() - start
    assert child.stdout.readline() == "works\n"
    assert child.wait(10) == 0
    assert waited < 1, waited


def test_memory_stays_flat_over_predictions(fitted, gunpoint):
    X = gunpoint[2][:8]
    for _ in range(100):
        fitted.predict_proba(X)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(1000):
        fitted.predict_proba(X)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 4096, f"{grown} KiB"


def test_importing_is_quick_and_imports_no_other_library():
    script = (
        "import sys, retune_ts\n"
        "loaded = [name for name in ('sklearn', 'aeon', 'sktime', 'pandas', 'scipy', 'numba') if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
