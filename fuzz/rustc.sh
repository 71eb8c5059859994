#!/bin/sh
# Stands before rustc (RUSTC_WORKSPACE_WRAPPER) and asks for what libFuzzer counts by. Only perild and
# the targets are compiled so: the crates they use are shared with the ordinary build, which is
# what makes a short run cheap. These flags are stable; no nightly is needed.
exec "$@" --cfg fuzzing \
    -C passes=sancov-module \
    -C llvm-args=-sanitizer-coverage-level=4 \
    -C llvm-args=-sanitizer-coverage-inline-8bit-counters \
    -C llvm-args=-sanitizer-coverage-pc-table \
    -C llvm-args=-sanitizer-coverage-trace-compares
