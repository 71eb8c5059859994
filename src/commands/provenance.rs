//! `perild provenance verify`: whether a record is what its signers signed, and what it says.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{
    caller::SignerCertificate,
    clock::Timestamp,
    provenance::{Malformed, Record, Unverified, VerifiedStep, verify},
};

/// Arguments of `perild provenance`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example:\n  perild provenance verify answer.json --anchors signing-ca.pem")]
pub struct ProvenanceArgs {
    /// The thing to do.
    #[command(subcommand)]
    pub command: ProvenanceCommand,
}

/// Commands about records.
#[derive(Clone, Debug, Subcommand)]
pub enum ProvenanceCommand {
    /// Say whether a record is what its signers signed, and each of its steps
    Verify(VerifyArgs),
}

/// Arguments of `perild provenance verify`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  perild provenance verify answer.json --anchors signing-ca.pem\n  \
    perild provenance verify - --anchors signing-ca.pem --framework https://registry.trust.ib1.org/trust-framework --json\n\n\
    Each certificate must lead to one of the anchors at the time of its signature; whether it was revoked since is not looked \
    at. Exit code 0 when all of it holds, else 1."
)]
pub struct VerifyArgs {
    /// A record, or an answer that has one beside its data; - reads it from stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The roots of the signing CA, PEM
    #[arg(long, value_name = "FILE")]
    pub anchors: PathBuf,
    /// The trust framework that it must be of
    #[arg(long, value_name = "URL")]
    pub framework: Option<String>,
    /// Print the steps as JSON, as the reference library decodes them
    #[arg(long)]
    pub json: bool,
}

/// The reason why a record is not good, or cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ProvenanceError {
    /// It is no record.
    #[error("{}: {fault}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The fault.
        fault: Malformed,
    },
    /// The outcome cannot be printed.
    #[error("cannot print: {0}")]
    Output(#[from] io::Error),
    /// A file that cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// It is not believed.
    #[error("{}: not verified: {reason}", .path.display())]
    Unverified {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: Unverified,
    },
}

/// Verifies a record and prints its steps.
///
/// # Errors
/// [`ProvenanceError`].
pub fn run(args: &ProvenanceArgs) -> Result<(), ProvenanceError> {
    let ProvenanceCommand::Verify(args) = &args.command;
    let path = args.file.clone();
    let record = match Record::read(&read(&args.file)?) {
        Ok(record) => record,
        Err(fault) => return Err(ProvenanceError::Malformed { path, fault }),
    };
    let anchors = read(&args.anchors)?;
    let framework = args.framework.as_deref();
    let steps = match verify(&record, &anchors, framework, Timestamp::now()) {
        Ok(steps) => steps,
        Err(reason) => return Err(ProvenanceError::Unverified { path, reason }),
    };
    let mut out = io::stdout().lock();
    if args.json {
        let steps: Vec<_> = steps.iter().map(decoded).collect();
        writeln!(out, "{}", Value::from(steps))?;
        return Ok(());
    }
    let framework = record.framework.escape_debug();
    writeln!(out, "verified  {} steps of {framework}", steps.len())?;
    for step in &steps {
        writeln!(out, "{}", line(step))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, ProvenanceError> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    read.map_err(|source| ProvenanceError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// A step in one line; its texts are those of strangers.
fn line(step: &VerifiedStep) -> String {
    let said = |name| step.text(name).escape_debug().to_string();
    let mut line = format!("{:<9} {} {}", said("type"), said("id"), said("timestamp"));
    for (name, word) in [
        ("origin", "from"),
        ("of", "of"),
        ("to", "to"),
        ("license", "under"),
    ] {
        if !step.text(name).is_empty() {
            // A string takes everything.
            let _ = write!(line, ", {word} {}", said(name));
        }
    }
    for signer in &step.signers {
        let _ = write!(
            line,
            ", signed by {} ({}, {})",
            signer.organisation().escape_debug(),
            signer.member().escape_debug(),
            signer.application().escape_debug(),
        );
    }
    line
}

/// The members of a step with `_signature`, which says who signed it and who has included it.
fn decoded(step: &VerifiedStep) -> Value {
    let said = |signer: &SignerCertificate| {
        json!({
            "member": signer.member(),
            "name": signer.organisation(),
            "application": signer.application(),
            "roles": signer.roles(),
        })
    };
    let mut members = step.members.clone();
    let mut signers = step.signers.iter().map(said);
    let signed = signers.next();
    // The outermost comes first.
    let included: Vec<_> = signers.rev().collect();
    let signature = json!({"signed": signed, "includedBy": included});
    members.insert("_signature".to_owned(), signature);
    members.into()
}
