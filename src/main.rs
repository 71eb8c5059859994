//! The `perild` command: arguments, then the command they name, then its exit code.

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand};
use perild::commands::{cacerts, check, dev, get, import, keygen, openapi, sample, serve};

/// Publishes peril data and files to those who may have them, and to no one else.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install the directory's CA certificates, once their fingerprint is right
    Cacerts(cacerts::CacertsArgs),
    /// Say everything that is wrong with the configuration and what it names
    Check(check::CheckArgs),
    /// Run the whole system on this machine, with nothing to configure
    Dev(dev::DevArgs),
    /// Get a token, call a URL with it, and print the body
    Get(get::GetArgs),
    /// Build the served store from peril CSV files or a database, all or nothing
    Import(import::ImportArgs),
    /// Make a key, and the request to upload to the directory
    Keygen(keygen::KeygenArgs),
    /// Print the description of the interface for programs
    Openapi(openapi::OpenapiArgs),
    /// Write synthetic peril CSV files
    Sample(sample::SampleArgs),
    /// Run the daemon
    Serve(serve::ServeArgs),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Cacerts(args) => code(cacerts::run(&args), |_| ExitCode::FAILURE),
        Command::Check(args) => {
            check::run(&args).unwrap_or_else(|error| complain(&error, ExitCode::FAILURE))
        }
        Command::Dev(args) => code(dev::run(&args), |_| ExitCode::FAILURE),
        Command::Get(args) => code(get::run(&args), get::GetError::exit_code),
        Command::Import(args) => code(import::run(&args), import::ImportFailed::exit_code),
        Command::Keygen(args) => code(keygen::run(&args), |_| ExitCode::FAILURE),
        Command::Openapi(args) => code(openapi::run(&args), openapi::OpenapiError::exit_code),
        Command::Sample(args) => code(sample::run(&args), |_| ExitCode::FAILURE),
        Command::Serve(args) => code(serve::run(&args), serve::ServeError::exit_code),
    }
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
