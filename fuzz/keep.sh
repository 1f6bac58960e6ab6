#!/usr/bin/env bash
# Packs what was learnt under `fuzz/corpus` into `fuzz/corpora.tar.xz`, which `run.sh` begins with on a new machine:
# of each target the fewest inputs of at most 1 KiB that together cover what all such inputs cover.
#
#     fuzz/keep.sh [TARGET...]     all targets where none are given; the others are kept as they were packed
set -euo pipefail
cd "$(dirname "$0")"
export RUSTC_BOOTSTRAP=1
kept="$(mktemp -d)"
trap 'rm -rf "$kept"' EXIT
[ ! -e corpora.tar.xz ] || tar -xJf corpora.tar.xz -C "$kept"
targets=("$@")
if [ "${#targets[@]}" = 0 ]; then
  mapfile -t targets < <(basename -s .rs fuzz_targets/*.rs)
fi
for target in "${targets[@]}"; do
  rm -rf "$kept/corpus/$target"
  mkdir -p "$kept/corpus/$target"
  cargo fuzz run --sanitizer none "$target" "$kept/corpus/$target" "corpus/$target" "seeds/$target" -- \
    -set_cover_merge=1 -max_len=1024
done
# The same inputs give the same file.
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$kept" -c corpus | xz -9e > corpora.tar.xz
