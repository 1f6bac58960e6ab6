#!/usr/bin/env bash
# Tests and measures the wgpu backend on this machine's graphics card; it ends within six minutes.
#
#     benches/gpu.sh [FOLDER]
#
# FOLDER takes what it finds [target/gpu]: `summary.txt`, `log.txt` with the output of every step,
# `bench.json`, `peers.json`. A step that fails is noted, and the rest goes on.
#
# What is built already is given in the environment; what is not, cargo builds first, which does not count:
#   RETUNE         the `retune` binary, with the features cpu and wgpu
#   WGPU_TESTS     the test binary of tests/wgpu: the kernels and the backend
# and besides:
#   PYTHON         with NumPy and PyTorch [python3]
#   PEER_VARIANTS  of PyTorch's variants these; `compiled` takes minutes more [eager]
#   LIMIT          seconds for all steps together [345]
set -u

here=$(pwd)
cd "$(dirname "$0")/.." || exit 1
at_home() { case $1 in /*) echo "$1" ;; *) echo "$here/$1" ;; esac; }
# The file that cargo makes for a test target.
built() {
    cargo test --release --no-run --message-format=json "$@" |
        sed -n '/"test":true/s/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1
}

out=$(at_home "${1:-$PWD/target/gpu}")
mkdir -p "$out" || exit 1
if [ -z "${RETUNE:-}" ]; then
    cargo build --release --features wgpu || exit 1
    RETUNE=${CARGO_TARGET_DIR:-$PWD/target}/release/retune
fi
retune=$(at_home "$RETUNE")
wgpu_tests=$(at_home "${WGPU_TESTS:-$(built --features wgpu --test wgpu)}")
python=${PYTHON:-python3}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

: >"$out/log.txt"
: >"$out/summary.txt"
SECONDS=0
limit=${LIMIT:-345}

now() { date +%s%N; }
milliseconds() { echo $((($(now) - $1) / 1000000)); }
note() { printf '%s\n' "$*" | tee -a "$out/summary.txt"; }

# step NAME SECONDS COMMAND...: runs it for so long at most, and leaves its stdout in $work/stdout.
step() {
    local name=$1 most=$2 left=$((limit - SECONDS)) start code
    shift 2
    [ "$most" -le "$left" ] || most=$left
    : >"$work/stdout"
    printf '\n==== %s: %s\n' "$name" "$*" >>"$out/log.txt"
    if [ "$most" -lt 3 ]; then
        note "$name: left out, no time is left"
        return 1
    fi
    start=$(now)
    timeout -k 5 "$most" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
    code=$?
    took=$(milliseconds "$start")
    cat "$work/stdout" "$work/stderr" >>"$out/log.txt"
    case $code in
    0) note "$name: done in $took ms" ;;
    124 | 137) note "$name: NOT DONE within $most s" ;;
    *) note "$name: FAILED with exit code $code: $(grep -v '^ *$' "$work/stderr" | head -n 1 | cut -c1-200)" ;;
    esac
    return "$code"
}

# The tests that passed and failed, from what a test binary printed.
results() { grep -E '^test result|^test .*FAILED$' "$work/stdout" | while read -r line; do note "    $line"; done; }

note "$(uname -sm), $(getconf _NPROCESSORS_ONLN) cores; $(date -u +%Y-%m-%d); $("$retune" --version 2>&1 | head -n 1)"
if command -v nvidia-smi >/dev/null; then
    step card 20 nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader &&
        note "    $(head -n 1 "$work/stdout")"
fi
step adapters 30 "$retune" bench --adapters && while read -r line; do note "    $line"; done <"$work/stdout"

step "tests of the kernels" 120 "$wgpu_tests" kernels:: --test-threads 2
results

# One series of GunPoint, and a program for it.
awk '{ print } /^@data/ { getline; print; exit }' data/GunPoint/GunPoint_TEST.ts >"$work/one.ts"
step "fit of fast, cpu" 60 "$retune" fit data/GunPoint/GunPoint_TRAIN.ts --preset fast --out "$work/gun.safetensors"
for backend in wgpu cpu; do
    found=
    for run in 1 2 3 4; do
        step "cold start $run, $backend" 30 "$retune" predict "$work/gun.safetensors" "$work/one.ts" --backend "$backend" || break
        [ "$run" = 1 ] || found="$found$took"$'\n'
    done
    [ "$run" = 4 ] && note "    cold start, $backend: median $(printf %s "$found" | sort -n | sed -n 2p) ms of three after the first"
done
for backend in wgpu cpu; do
    step "classify GunPoint, default, $backend" 60 "$retune" classify data/GunPoint --preset default --backend "$backend" --controls none &&
        note "    $(grep -m 1 'fitted in' "$work/stdout")"
done

step "tests of the backend" 60 "$wgpu_tests" --skip kernels::
results

step bench 120 "$retune" bench --json --backend wgpu --backend cpu && cp "$work/stdout" "$out/bench.json"
if [ -s "$out/bench.json" ]; then
    while read -r line; do note "    $line"; done < <(sed -n 's/[",]//g; /second\|_ms\|backend: \|difference\|seconds/p' "$out/bench.json")
fi

retune_numbers=(--bench "$out/bench.json")
[ -s "$out/bench.json" ] || retune_numbers=(--retune "$work/none")
# shellcheck disable=SC2086 # several variants are several words
step peers 100 "$python" benches/peers/run.py --device cuda "${retune_numbers[@]}" --rounds 1 --seconds 2 --json --variants ${PEER_VARIANTS:-eager} &&
    cp "$work/stdout" "$out/peers.json"
if [ -s "$out/peers.json" ]; then
    "$python" - "$out/peers.json" <<'PRINT' | tee -a "$out/summary.txt"
import json, sys
found = json.load(open(sys.argv[1]))
for name, version in found["versions"].items():
    print(f"    {name}: {version}")
for name, reason in found["skipped"].items():
    print(f"    {name} is missing: {reason}")
for row in found["results"]:
    print(f"    {row['metric']} ({row['unit']}):", ", ".join(f"{n} {v:.4g}" for n, v in row["median"].items()))
PRINT
fi

printf '\n==== summary, after %s s\n' "$SECONDS"
cat "$out/summary.txt"
grep -q 'FAILED\|NOT DONE\|left out' "$out/summary.txt" && exit 1
exit 0
