//! The `perild` command: arguments, then the command they name, then its exit code.

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand};
use perild::commands::{check, import, sample, serve};

/// Publishes peril data and files to those who may have them, and to no one else.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say everything that is wrong with the configuration and what it names
    Check(check::CheckArgs),
    /// Build the served store from peril CSV files or a database, all or nothing
    Import(import::ImportArgs),
    /// Write synthetic peril CSV files
    Sample(sample::SampleArgs),
    /// Run the daemon
    Serve(serve::ServeArgs),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Check(args) => {
            check::run(&args).unwrap_or_else(|error| complain(&error, ExitCode::FAILURE))
        }
        Command::Import(args) => import::run(&args).map_or_else(
            |error| complain(&error, error.exit_code()),
            |()| ExitCode::SUCCESS,
        ),
        Command::Sample(args) => sample::run(&args).map_or_else(
            |error| complain(&error, ExitCode::FAILURE),
            |()| ExitCode::SUCCESS,
        ),
        Command::Serve(args) => serve::run(&args).map_or_else(
            |error| complain(&error, error.exit_code()),
            |()| ExitCode::SUCCESS,
        ),
    }
}

/// Says what went wrong, on stderr, where there may be nobody to hear it.
fn complain(error: &dyn std::error::Error, code: ExitCode) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "perild: {error}");
    code
}
