//! `perild keygen`: a private key, and the request for a transport certificate to upload to the directory.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use clap::Args;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::disk;

/// Arguments of `perild keygen`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLE)]
pub struct KeygenArgs {
    /// The software statement's id (the CLIENT ID on the directory's page): the subject's CN
    #[arg(long, value_name = "ID", value_parser = subject_text)]
    pub software_statement: String,

    /// The organisation's name as the directory has it: the subject's O
    #[arg(long, value_name = "NAME", value_parser = subject_text)]
    pub organisation: String,

    /// The organisation's id in the directory: the subject's OU
    #[arg(long, value_name = "ID", value_parser = subject_text)]
    pub organisation_unit: String,

    /// Where a.key and a.csr are written; made, for the owner only, when it does not exist
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Makes an RSA key of 2048 bits (`a.key`, mode 0600) and a PKCS #10 request for it (`a.csr`, RFC 2986).
///
/// The subject is `C=GB, O=NAME, OU=ID, CN=ID`, as UK directories build their own commands. The
/// request asks for no extensions: the directory decides what a transport certificate may do.
///
/// # Errors
///
/// [`KeygenError`]; nothing that exists is overwritten, and no half of the pair stays behind.
pub fn run(args: &KeygenArgs) -> Result<(), KeygenError> {
    let pair = Pair::generate(args)?;
    let written = pair.write(&args.out)?;
    say_what_next(&written, &args.out).map_err(KeygenError::Print)
}

/// Reason why no key pair was made.
#[derive(Debug, Error)]
pub enum KeygenError {
    /// The directory for the files could not be made.
    #[error("cannot make the directory {}: {source}; give --out a place that you may write to", .path.display())]
    Directory {
        /// The directory asked for.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file of that name is there already.
    #[error("{} exists and is left as it is; give --out another directory, or move the old pair away first", .0.display())]
    Exists(PathBuf),
    /// The key or the request could not be made.
    #[error("cannot make the key pair: {0}; run the command again, and report it when it stays")]
    Generate(#[from] rcgen::Error),
    /// Standard output could not be written.
    #[error("the files are written, but standard output is closed: {0}")]
    Print(io::Error),
    /// A file could not be written.
    #[error("cannot write {}: {source}; free some space or give --out another directory", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

struct Pair {
    private_key: Zeroizing<String>,
    request: String,
}

struct Written {
    private_key: PathBuf,
    request: PathBuf,
}

impl Pair {
    fn generate(args: &KeygenArgs) -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = subject(args);
        let request = params.serialize_request(&key)?.pem()?;
        Ok(Self {
            private_key: Zeroizing::new(key.serialize_pem()),
            request,
        })
    }

    fn write(&self, out: &Path) -> Result<Written, KeygenError> {
        disk::make_folder(out, 0o700).map_err(|source| KeygenError::Directory {
            path: out.to_owned(),
            source,
        })?;
        let written = Written {
            private_key: out.join("a.key"),
            request: out.join("a.csr"),
        };
        write_new(&written.private_key, self.private_key.as_bytes(), 0o600)?;
        // A key without its request would only stand in the way of the next attempt.
        write_new(&written.request, self.request.as_bytes(), 0o644).inspect_err(|_| {
            let _ = fs::remove_file(&written.private_key);
        })?;
        // The directory's certificate will be of this key: it must not be gone with the power.
        disk::settle(out).map_err(|source| {
            let _ = fs::remove_file(&written.private_key);
            let _ = fs::remove_file(&written.request);
            KeygenError::Write {
                path: out.to_owned(),
                source,
            }
        })?;
        Ok(written)
    }
}

fn subject(args: &KeygenArgs) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CountryName, "GB");
    subject.push(DnType::OrganizationName, args.organisation.as_str());
    subject.push(
        DnType::OrganizationalUnitName,
        args.organisation_unit.as_str(),
    );
    subject.push(DnType::CommonName, args.software_statement.as_str());
    subject
}

fn write_new(path: &Path, content: &[u8], mode: u32) -> Result<(), KeygenError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeygenError::Exists(path.to_owned()),
            _ => KeygenError::Write {
                path: path.to_owned(),
                source,
            },
        })?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(|source| {
            let _ = fs::remove_file(path);
            KeygenError::Write {
                path: path.to_owned(),
                source,
            }
        })
}

fn say_what_next(written: &Written, out: &Path) -> io::Result<()> {
    let (key, request) = (written.private_key.display(), written.request.display());
    let certificate = out.join("a.pem");
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "wrote {key} (private: it never leaves this machine) and {request}"
    )?;
    writeln!(stdout, "next:")?;
    writeln!(
        stdout,
        "  1. on the directory's page of your software statement, add a TRANSPORT certificate"
    )?;
    writeln!(stdout, "     and upload {request}")?;
    writeln!(
        stdout,
        "  2. download the certificate and save it as {}",
        certificate.display()
    )?;
    writeln!(
        stdout,
        "  3. name both in perild.toml: directory.private_key and directory.certificate"
    )?;
    writeln!(
        stdout,
        "  4. let perild say whether all is well: perild check"
    )
}

fn subject_text(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("must not be empty");
    }
    if text.chars().any(char::is_control) {
        return Err("must not hold control characters");
    }
    Ok(text.to_owned())
}

const EXAMPLE: &str = "Example:
  perild keygen --software-statement olQh4BLV0mQUaM3OZbpXy --organisation 'Example Ltd' \\
      --organisation-unit 0015800001041RHAAY --out /etc/perild/certs

Writes a.key and a.csr there and overwrites nothing. Upload a.csr to the directory, save what it
returns as a.pem beside the key.";

#[cfg(test)]
mod tests {
    use x509_parser::{certification_request::X509CertificationRequest, prelude::FromDer};

    use super::*;

    fn args(out: &Path) -> KeygenArgs {
        KeygenArgs {
            software_statement: "olQh4BLV0mQUaM3OZbpXy".to_owned(),
            organisation: "Brontë & Söhne, Ltd".to_owned(),
            organisation_unit: "0015800001041RHAAY".to_owned(),
            out: out.to_owned(),
        }
    }

    #[test]
    fn the_request_names_the_software_statement_and_asks_for_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let pair = Pair::generate(&args(dir.path())).unwrap();
        let (_, pem) = x509_parser::pem::parse_x509_pem(pair.request.as_bytes()).unwrap();
        let (rest, request) = X509CertificationRequest::from_der(&pem.contents).unwrap();
        assert!(rest.is_empty());
        assert_eq!(
            request.certification_request_info.subject.to_string(),
            "C=GB, O=Brontë & Söhne, Ltd, OU=0015800001041RHAAY, CN=olQh4BLV0mQUaM3OZbpXy"
        );
        assert!(
            request
                .certification_request_info
                .iter_attributes()
                .next()
                .is_none()
        );
    }

    #[test]
    fn a_request_in_the_way_leaves_no_key_behind() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.csr"), "someone's").unwrap();
        let pair = Pair::generate(&args(dir.path())).unwrap();
        assert!(matches!(
            pair.write(dir.path()),
            Err(KeygenError::Exists(_))
        ));
        assert!(!dir.path().join("a.key").exists());
        assert_eq!(fs::read(dir.path().join("a.csr")).unwrap(), b"someone's");
    }

    #[test]
    fn a_subject_is_text_that_is_there() {
        assert!(subject_text("Example Ltd").is_ok());
        assert!(subject_text("  ").is_err());
        assert!(subject_text("a\nb").is_err());
    }
}
