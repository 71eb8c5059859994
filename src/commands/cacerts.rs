//! `perild cacerts`: installs the directory's CA certificates once their fingerprint is what it should be.

use std::{
    fmt,
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    str::FromStr,
};

use aws_lc_rs::digest;
use clap::Args;
use rustls_pki_types::pem::{PemObject, SectionKind};
use thiserror::Error;
use url::Url;
use x509_parser::prelude::{FromDer, X509Certificate};

pub(super) use self::fetch::with_any_server;
use super::cause::Cause;
use crate::{clock::Timestamp, disk};

mod fetch;

/// Arguments of `perild cacerts`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLE)]
pub struct CacertsArgs {
    /// A PEM file, or an https URL to fetch it from
    #[arg(long, value_name = "FILE|URL")]
    pub from: Source,

    /// SHA-256 of the whole file in hexadecimal, from a source that you trust
    #[arg(long, value_name = "HEX")]
    pub sha256: Fingerprint,

    /// Where the certificates go: the file that the configuration names as `trust_anchors`
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Reads the bundle, compares its SHA-256, sees that it holds CA certificates only, and puts it in
/// place whole or not at all (a rename, mode 0644).
///
/// Over https the server's certificate is *not* verified: the fingerprint alone decides, as it does
/// for a file. A directory's roots often sit behind those same roots, so there may be nothing yet to
/// verify with; and a web certificate would vouch for the server of the moment, not for these bytes.
///
/// # Errors
///
/// [`CacertsError`]; `--out` is then as it was before.
pub fn run(args: &CacertsArgs) -> Result<(), CacertsError> {
    let certificates = verify_and_install(args)?;
    report(&certificates, &args.out).map_err(CacertsError::Print)
}

/// Source of the bundle.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file on this machine.
    File(PathBuf),
    /// An `https` URL.
    Url(Url),
}

/// SHA-256 of a whole file, 32 octets; written in hexadecimal.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Fingerprint([u8; 32]);

/// Reason why nothing was installed.
#[derive(Debug, Error)]
pub enum CacertsError {
    /// The bundle holds no certificate.
    #[error("there is no certificate in it; --from must name a PEM file of CA certificates")]
    Empty,
    /// The bytes are not the ones asked for.
    #[error(
        "the fingerprint differs, nothing was installed\n  expected {expected}\n  found    {found}\nask the directory for its present fingerprint before you try again"
    )]
    Fingerprint {
        /// The fingerprint of `--sha256`.
        expected: Fingerprint,
        /// The fingerprint of the bytes.
        found: Fingerprint,
    },
    /// The fingerprint is that of a certificate in the bundle, as `openssl x509 -fingerprint` prints it.
    #[error(
        "--sha256 is the fingerprint of certificate {position} ({subject}) and not of the file, nothing was installed\n  the file has {found}\nthe fingerprint of one certificate says nothing of the others: ask the directory for the SHA-256 of the whole file{alone}"
    )]
    FingerprintOfCertificate {
        /// Help where the file holds that certificate alone.
        alone: &'static str,
        /// Place in the bundle, from 1.
        position: usize,
        /// The certificate's subject.
        subject: String,
        /// The fingerprint of the whole file.
        found: Fingerprint,
    },
    /// The fingerprint is that of a certificate's key, as a pin is.
    #[error(
        "--sha256 is the fingerprint of the key of certificate {position} ({subject}) and not of the file, nothing was installed\n  the file has {found}\nask the directory for the SHA-256 of the whole file"
    )]
    FingerprintOfKey {
        /// Place in the bundle, from 1.
        position: usize,
        /// The certificate's subject.
        subject: String,
        /// The fingerprint of the whole file.
        found: Fingerprint,
    },
    /// The URL gave no bundle.
    #[error("cannot fetch {url}: {}; download it another way and give the file to --from", Cause(.source))]
    Fetch {
        /// The URL asked.
        url: Url,
        /// The client's error.
        source: reqwest::Error,
    },
    /// A certificate of the bundle is not a CA's.
    #[error(
        "certificate {position} ({subject}) is not a CA certificate; a bundle of trust anchors holds nothing else"
    )]
    NotAnAuthority {
        /// Place in the bundle, from 1.
        position: usize,
        /// The certificate's subject.
        subject: String,
    },
    /// Something in the bundle is not a certificate.
    #[error(
        "section {position} of the PEM file is not a readable certificate; leave only CERTIFICATE sections in it"
    )]
    NotACertificate {
        /// Place in the bundle, from 1.
        position: usize,
    },
    /// Standard output could not be written.
    #[error("the certificates are installed, but standard output is closed: {0}")]
    Print(io::Error),
    /// The file could not be read.
    #[error("cannot read {}: {source}; --from takes a file or an https URL", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The outbound client or its runtime could not be made.
    #[error("cannot open a connection: {0}; download the file another way and give it to --from")]
    Start(String),
    /// The bundle is larger than any bundle of CA certificates.
    #[error(
        "it is larger than {MAX_BYTES} octets, which no list of CA certificates is; see what --from names"
    )]
    TooLarge,
    /// The file could not be put in place.
    #[error("cannot write {}: {source}; run the command as a user who may", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

#[derive(Debug)]
struct Authority {
    subject: String,
    not_after: Timestamp,
}

fn verify_and_install(args: &CacertsArgs) -> Result<Vec<Authority>, CacertsError> {
    let bundle = args.from.read()?;
    let found = Fingerprint::of(&bundle);
    if found != args.sha256 {
        return Err(differs(&bundle, args.sha256, found));
    }
    let certificates = authorities(&bundle)?;
    install(&bundle, &args.out).map_err(|source| CacertsError::Write {
        path: args.out.clone(),
        source,
    })?;
    Ok(certificates)
}

/// Part of the bundle that the fingerprint asked for is of, if it is of any.
fn differs(bundle: &[u8], expected: Fingerprint, found: Fingerprint) -> CacertsError {
    let sections: Vec<_> = <(SectionKind, Vec<u8>)>::pem_slice_iter(bundle)
        .filter_map(Result::ok)
        .map(|(_, der)| der)
        .collect();
    let alone = if sections.len() == 1 { ALONE } else { "" };
    for (index, der) in sections.iter().enumerate() {
        let Ok((_, certificate)) = X509Certificate::from_der(der) else {
            continue;
        };
        let (position, subject) = (index + 1, printed(&certificate));
        if Fingerprint::of(der) == expected {
            return CacertsError::FingerprintOfCertificate {
                alone,
                position,
                subject,
                found,
            };
        }
        if Fingerprint::of(certificate.public_key().raw) == expected {
            return CacertsError::FingerprintOfKey {
                position,
                subject,
                found,
            };
        }
    }
    CacertsError::Fingerprint { expected, found }
}

/// The subject, without what would disturb the line that it is printed on.
fn printed(certificate: &X509Certificate<'_>) -> String {
    let subject = certificate.subject().to_string();
    subject.chars().flat_map(char::escape_debug).collect()
}

impl Source {
    fn read(&self) -> Result<Vec<u8>, CacertsError> {
        match self {
            Self::File(path) => read_file(path),
            Self::Url(url) => fetch::bundle(url),
        }
    }
}

impl FromStr for Source {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Url::parse(text) {
            Ok(url) if url.scheme() == "https" => Ok(Self::Url(url)),
            Ok(_) if text.contains("://") => Err("a URL must begin with https://"),
            _ if text.is_empty() => Err("must name a file or an https URL"),
            _ => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

impl Fingerprint {
    fn of(bytes: &[u8]) -> Self {
        let mut octets = [0; 32];
        octets.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
        Self(octets)
    }
}

impl FromStr for Fingerprint {
    type Err = &'static str;

    /// Takes 64 hexadecimal digits of either case, with or without colons between the pairs.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "must be 64 hexadecimal digits, as sha256sum prints them";
        let digits: String = text.chars().filter(|&character| character != ':').collect();
        if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(SHAPE);
        }
        let mut octets = [0; 32];
        for (octet, pair) in octets.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = str::from_utf8(pair).map_err(|_not_ascii| SHAPE)?;
            *octet = u8::from_str_radix(pair, 16).map_err(|_not_hex| SHAPE)?;
        }
        Ok(Self(octets))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, CacertsError> {
    let failed = |source| CacertsError::Read {
        path: path.to_owned(),
        source,
    };
    let mut bundle = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bundle)
        .map_err(failed)?;
    within_limit(bundle)
}

fn within_limit(bundle: Vec<u8>) -> Result<Vec<u8>, CacertsError> {
    match u64::try_from(bundle.len()) {
        Ok(length) if length <= MAX_BYTES => Ok(bundle),
        _ => Err(CacertsError::TooLarge),
    }
}

/// The bundle's certificates, each of them a CA's (RFC 5280 §4.2.1.9).
fn authorities(bundle: &[u8]) -> Result<Vec<Authority>, CacertsError> {
    let mut found = Vec::new();
    for (index, section) in <(SectionKind, Vec<u8>)>::pem_slice_iter(bundle).enumerate() {
        let position = index + 1;
        let Ok((SectionKind::Certificate, der)) = section else {
            return Err(CacertsError::NotACertificate { position });
        };
        found.push(authority(&der, position)?);
    }
    if found.is_empty() {
        Err(CacertsError::Empty)
    } else {
        Ok(found)
    }
}

fn authority(der: &[u8], position: usize) -> Result<Authority, CacertsError> {
    let Ok(([], certificate)) = X509Certificate::from_der(der) else {
        return Err(CacertsError::NotACertificate { position });
    };
    let subject = printed(&certificate);
    let constraints = certificate.basic_constraints().ok().flatten();
    if !constraints.is_some_and(|extension| extension.value.ca) {
        return Err(CacertsError::NotAnAuthority { position, subject });
    }
    let not_after = Timestamp::from_seconds(certificate.validity().not_after.timestamp());
    Ok(Authority { subject, not_after })
}

/// Writes beside `out` and renames, so that a reader sees the old bundle or the new one.
pub(super) fn install(bundle: &[u8], out: &Path) -> io::Result<()> {
    let name = out.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let directory = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let beside = directory.join(format!(".{}.{}", name.display(), uuid::Uuid::new_v4()));
    let written = write_synced(bundle, &beside).and_then(|()| fs::rename(&beside, out));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written?;
    disk::settle(directory)
}

fn write_synced(content: &[u8], path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)?;
    // Set here, not at creation, so that the daemon's user may read it whatever the umask.
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.sync_all()
}

fn report(certificates: &[Authority], out: &Path) -> io::Result<()> {
    let now = Timestamp::now();
    let mut stdout = io::stdout().lock();
    for Authority { subject, not_after } in certificates {
        let verdict = if *not_after < now {
            "EXPIRED"
        } else {
            "valid until"
        };
        writeln!(stdout, "{subject}: {verdict} {not_after}")?;
    }
    let count = certificates.len();
    writeln!(
        stdout,
        "installed {count} CA certificate(s) in {}",
        out.display()
    )?;
    writeln!(
        stdout,
        "next: perild check, then reload the daemon: systemctl reload perild"
    )
}

const ALONE: &str = "; this file holds that certificate alone, so that the fingerprint of the file may be given as well";

const MAX_BYTES: u64 = 4 * 1024 * 1024;

const EXAMPLE: &str = "Example:
  perild cacerts --from directory-ca.pem --out /etc/perild/certs/directory-ca.pem \\
      --sha256 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae

The fingerprint alone decides, also for an https URL, whose server certificate is not verified:
take it from the directory's operator by another way than the file itself.";

#[cfg(test)]
mod tests;
