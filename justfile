# Shorthands; everything here also works without just.

# List them.
default:
    @just --list

# Exactly what continuous integration runs.
check *STEPS:
    ./test {{ STEPS }}

# The whole system on loopback, until Ctrl-C.
dev *ARGUMENTS:
    cargo run --release -- dev {{ ARGUMENTS }}

# Measure on this machine and write benches/RESULTS.md.
bench *ARGUMENTS:
    ./benches/run {{ ARGUMENTS }}

# Each fuzz target for so many seconds.
fuzz SECONDS="60":
    FUZZ_SECONDS={{ SECONDS }} ./test fuzz

# Known vulnerabilities; needs github.com.
advisories:
    ./test advisories

# Faults put in, each of which a test must notice: hours for all, or of one file.
mutants PATTERN="":
    MUTANTS={{ quote(PATTERN) }} ./test mutants

# Write docs/conformance.md anew.
conformance:
    ./test test conformance
