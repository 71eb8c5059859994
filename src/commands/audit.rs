//! `perild audit`: says whether audit files are as they were written, and removes what is old.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, Subcommand};

use super::moment::moment;
use crate::{
    audit::{Digest, PruneFault, Unreadable, Verification, prune, verify},
    clock::Milliseconds,
};

/// Arguments of `perild audit`.
#[derive(Args, Clone, Debug)]
pub struct AuditArgs {
    /// The command.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// One variant a command.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// Replace old lines by one that keeps the chain whole
    #[command(
        after_help = "Example:\n  perild audit prune --before 2026-01-01 /var/log/perild/audit.jsonl.*\n\n\
        Each file is written anew and takes its name, whole or not at all; one that is packed stays so. One that a daemon\n\
        writes to, or whose chain has a fault, is left as it is."
    )]
    Prune(PruneArgs),
    /// Find lines that were removed, changed, put in or moved
    #[command(
        after_help = "Example:\n  perild audit verify /var/log/perild/audit.jsonl*\n  \
        perild audit verify --head \"$(journalctl -u perild -o cat --output-fields=PERILD_AUDIT_HEAD -n1 PERILD_AUDIT_SEQ=4711)\" audit.jsonl\n\n\
        The files may come in any order, and packed by gzip; they are one chain. That lines were cut off at its end no chain\n\
        can show: --head compares with a hash that the journal has, or that somebody wrote down. Exit code 0 when there is no\n\
        fault, else 1."
    )]
    Verify(VerifyArgs),
}

/// Arguments of `perild audit prune`.
#[derive(Args, Clone, Debug)]
pub struct PruneArgs {
    /// Remove lines before this moment, as 2026-01-01 or 2026-01-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub before: Milliseconds,
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Arguments of `perild audit verify`.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// The hash of a line that must be there, from the journal
    #[arg(long, value_name = "HASH", value_parser = digest)]
    pub head: Option<Digest>,
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Reason why a command about audit files failed.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The files are not as they were written; what is wrong has been said.
    #[error("the chain is not whole: {0} faults")]
    Faults(u64),
    /// It cannot be printed.
    #[error("cannot print: {0}")]
    Output(#[from] io::Error),
    /// A file is left as it is.
    #[error(transparent)]
    Prune(#[from] PruneFault),
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Does what `args` say.
///
/// # Errors
/// [`AuditError`].
pub fn run(args: &AuditArgs) -> Result<(), AuditError> {
    match &args.command {
        AuditCommand::Prune(args) => prune_all(args),
        AuditCommand::Verify(args) => {
            let verified = verify(&args.files, args.head)?;
            print(&verified, args)?;
            match verified.faults_found {
                0 => Ok(()),
                faults => Err(AuditError::Faults(faults)),
            }
        }
    }
}

fn print(verified: &Verification, args: &VerifyArgs) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for fault in &verified.faults {
        writeln!(output, "fault   {fault}")?;
    }
    let named = u64::try_from(verified.faults.len()).unwrap_or(u64::MAX);
    if verified.faults_found > named {
        let more = verified.faults_found - named;
        writeln!(output, "fault   {more} more")?;
    }
    for note in &verified.notes {
        writeln!(output, "note    {note}")?;
    }
    let (lines, files) = (verified.lines, args.files.len());
    match verified.end {
        Some((seq, head)) => writeln!(
            output,
            "{lines} lines in {files} files stand in their place; the chain ends with line {seq}, hash {head}"
        )?,
        None => writeln!(output, "there is no line in {files} files")?,
    }
    match verified.behind_head {
        Some(0) => writeln!(output, "the last line has the hash of --head"),
        Some(behind) => writeln!(
            output,
            "a line has the hash of --head, and {behind} lines follow it"
        ),
        None => Ok(()),
    }
}

fn prune_all(args: &PruneArgs) -> Result<(), AuditError> {
    let mut output = io::stdout().lock();
    for path in &args.files {
        let pruned = prune(path, args.before, Milliseconds::now())?;
        let (removed, kept) = (pruned.removed, pruned.kept);
        writeln!(
            output,
            "{}: {removed} lines removed, {kept} kept",
            path.display()
        )?;
    }
    Ok(())
}

fn digest(text: &str) -> Result<Digest, String> {
    let read = Digest::parse(text.trim().as_bytes());
    read.ok_or_else(|| "a hash has 64 digits of lower-case hexadecimal".to_owned())
}
