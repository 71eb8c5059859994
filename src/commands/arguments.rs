//! The command line as a whole: `main` runs it, and the manual pages and completions are made from it.

use clap::{Parser, Subcommand};

use super::{
    audit, cacerts, catalog, check, crl, describe, dev, explain, get, healthcheck, import, keygen,
    openapi, provenance, reload, sample, serve, usage,
};

/// Publishes grids, tables and files to those who may have them, and to no one else.
#[derive(Debug, Parser)]
#[command(name = "perild", version, propagate_version = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// One variant a command, its arguments in it.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say whether audit files are as they were written, or remove what is old
    Audit(audit::AuditArgs),
    /// Install the directory's CA certificates, once their fingerprint is right
    Cacerts(cacerts::CacertsArgs),
    /// Print the catalogue as harvesters find it, or say what is wrong with it
    Catalog(catalog::CatalogArgs),
    /// Say everything that is wrong with the configuration and what it names
    Check(check::CheckArgs),
    /// Fetch newer revocation lists, check them, and put the good ones in place
    Crl(crl::CrlArgs),
    /// Write a first description of data, from the data
    Describe(describe::DescribeArgs),
    /// Run the whole system on this machine, with nothing to configure
    Dev(dev::DevArgs),
    /// Say what a caller would get of a collection, and why
    Explain(explain::ExplainArgs),
    /// Get a token, call a URL with it, and print the body
    Get(get::GetArgs),
    /// Ask the running daemon whether it answers
    Healthcheck(healthcheck::HealthcheckArgs),
    /// Build what is served from files or a database: coverages, tables and perils, all or nothing
    Import(import::ImportArgs),
    /// Make a key, and the request to upload to the directory
    Keygen(keygen::KeygenArgs),
    /// Print the description of the interface as OpenAPI
    Openapi(openapi::OpenapiArgs),
    /// Verify signed records of where data came from and who got them
    Provenance(provenance::ProvenanceArgs),
    /// Ask the running daemon to take its configuration anew, and wait for the outcome
    Reload(reload::ReloadArgs),
    /// Write synthetic data: peril CSV files, watches, outages or meters
    Sample(sample::SampleArgs),
    /// Run the daemon
    Serve(serve::ServeArgs),
    /// Count calls, rows, octets, refusals and times from audit files, for reports
    Usage(usage::UsageArgs),
}
