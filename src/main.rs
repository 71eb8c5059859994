//! The `perild` command: arguments, then the command they name, then its exit code.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use rustix::process::{Resource, Rlimit, setrlimit};

use perild::commands::{
    Arguments, Command, audit, cacerts, catalog, check, crl, describe, dev, explain, get,
    healthcheck, import, keygen, openapi, provenance, reload, sample, serve, usage,
};

fn main() -> ExitCode {
    forbid_core_files();
    match Arguments::parse().command {
        Command::Audit(args) => code(audit::run(&args), |_| ExitCode::FAILURE),
        Command::Cacerts(args) => code(cacerts::run(&args), |_| ExitCode::FAILURE),
        Command::Catalog(args) => code(catalog::run(&args), catalog::CatalogError::exit_code),
        Command::Check(args) => {
            check::run(&args).unwrap_or_else(|error| complain(&error, ExitCode::FAILURE))
        }
        Command::Crl(args) => code(crl::run(&args), crl::CrlError::exit_code),
        Command::Describe(args) => code(describe::run(&args), |_| ExitCode::FAILURE),
        Command::Dev(args) => code(dev::run(&args), |_| ExitCode::FAILURE),
        Command::Explain(args) => code(explain::run(&args), explain::ExplainError::exit_code),
        Command::Get(args) => code(get::run(&args), get::GetError::exit_code),
        Command::Healthcheck(args) => code(healthcheck::run(&args), |_| ExitCode::FAILURE),
        Command::Import(args) => code(import::run(&args), import::ImportFailed::exit_code),
        Command::Keygen(args) => code(keygen::run(&args), |_| ExitCode::FAILURE),
        Command::Openapi(args) => code(openapi::run(&args), openapi::OpenapiError::exit_code),
        Command::Provenance(args) => code(provenance::run(&args), |_| ExitCode::FAILURE),
        Command::Reload(args) => code(reload::run(&args), |_| ExitCode::FAILURE),
        Command::Sample(args) => code(sample::run(&args), |_| ExitCode::FAILURE),
        Command::Serve(args) => code(serve::run(&args), serve::ServeError::exit_code),
        Command::Usage(args) => code(usage::run(&args), |_| ExitCode::FAILURE),
    }
}

/// No memory of ours on a disk: it holds keys and tokens. Where a filter of system calls refuses this, as that of
/// our unit may, `LimitCORE=0` has said the same before.
fn forbid_core_files() {
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, nothing);
}

fn code<E: std::error::Error>(
    done: Result<(), E>,
    failure: impl FnOnce(&E) -> ExitCode,
) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error, failure(&error)),
    }
}

/// Says what went wrong, on stderr, where there may be nobody to hear it.
fn complain(error: &dyn std::error::Error, code: ExitCode) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "perild: {error}");
    code
}
