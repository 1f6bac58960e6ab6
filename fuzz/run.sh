#!/usr/bin/env bash
# Feeds every reader of files from strangers with what a fuzzer makes of the seeds: each target in turn for
# so many seconds. Fails at the first input that panics, takes longer than 10 s or more than 1 GiB of memory;
# it is kept under `fuzz/artifacts`. What was learnt is kept under `fuzz/corpus`, which begins with what
# `fuzz/keep.sh` packed.
#
#     fuzz/run.sh [SECONDS] [TARGET...]     60 seconds and all targets where none are given
#
# Needs `cargo install cargo-fuzz` and a compiler of C++; not a nightly Rust. With FUZZ_FEATURES=none the targets
# that need the tensor library (predict, program, source), which takes long to build, are left out.
set -euo pipefail
cd "$(dirname "$0")"
seconds="${1:-60}"
shift || true
features=()
[ "${FUZZ_FEATURES:-}" != none ] || features=(--no-default-features)
targets=("$@")
if [ "${#targets[@]}" = 0 ]; then
  mapfile -t targets < <(basename -s .rs fuzz_targets/*.rs)
  [ "${#features[@]}" = 0 ] || mapfile -t targets < <(printf '%s\n' "${targets[@]}" | grep -vx -e predict -e program -e source)
fi

[ -d corpus ] || tar -xJf corpora.tar.xz
# The same versions as everywhere else; cargo takes out what is not used.
[ -e Cargo.lock ] || cp ../Cargo.lock .
# Instrumentation is an option of the compiler that only nightly offers by its name.
export RUSTC_BOOTSTRAP=1
TMPDIR="$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)" retune-fuzz.XXXXXX)"
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

for target in "${targets[@]}"; do
  echo "== $target"
  mkdir -p "corpus/$target"
  fuzz() { cargo fuzz run --sanitizer none "${features[@]}" "$target" "$@"; }
  # Seeds must be read, or most of the reader would be left untried.
  RETUNE_FUZZ_SEEDS=1 fuzz seeds/"$target"/* -- -rss_limit_mb=1024 -timeout=10
  fuzz "corpus/$target" "seeds/$target" -- -max_total_time="$seconds" -max_len=16384 \
    -rss_limit_mb=1024 -timeout=10 -print_final_stats=1
done
