//! `perild keygen`: a private key, and the request for a transport certificate to upload to the directory.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Display, Path, PathBuf},
};

use clap::{Args, ValueEnum};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256,
    RsaKeySize,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::disk;

/// Arguments of `perild keygen`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLE)]
pub struct KeygenArgs {
    /// The software statement's id (the CLIENT ID on the directory's page): the subject's CN
    #[arg(long, value_name = "ID", value_parser = subject_text, required_unless_present = "profile")]
    pub software_statement: Option<String>,

    /// The organisation's name as the directory has it: the subject's O
    #[arg(long, value_name = "NAME", value_parser = subject_text)]
    pub organisation: String,

    /// The organisation's id in the directory: the subject's OU
    #[arg(long, value_name = "ID", value_parser = subject_text, required_unless_present = "profile")]
    pub organisation_unit: Option<String>,

    /// Where the key and the request are written; made, for the owner only, when it does not exist
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// The kind of key: RSA of 2048 bits or ECDSA on P-256; rsa, but ec with --profile ib1
    #[arg(long, value_enum)]
    pub key: Option<KeyKind>,

    /// The scheme whose directory signs the request; without it Open Energy's. In ib1 the directory says whose
    /// certificate it is, and no ids are needed
    #[arg(long, value_enum)]
    pub profile: Option<KeyProfile>,

    /// The name of both files: NAME.key and NAME.csr
    #[arg(long, value_name = "NAME", default_value = "a", value_parser = file_name)]
    pub name: String,
}

/// Kinds of keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum KeyKind {
    /// ECDSA on the curve P-256.
    Ec,
    /// RSA of 2048 bits.
    Rsa,
}

/// Schemes with requests of their own.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum KeyProfile {
    /// The IB1 trust framework.
    Ib1,
}

/// Makes a private key (`a.key`, mode 0600) and a PKCS #10 request for it (`a.csr`, RFC 2986).
///
/// The subject is `C=GB, O=NAME, OU=ID, CN=ID`, as UK directories build their own commands. The
/// request asks for no extensions: the directory decides what a transport certificate may do.
///
/// # Errors
///
/// [`KeygenError`]; nothing that exists is overwritten, and no half of the pair stays behind.
pub fn run(args: &KeygenArgs) -> Result<(), KeygenError> {
    let pair = Pair::generate(args)?;
    let written = pair.write(&args.out, &args.name)?;
    say_what_next(&written, args).map_err(KeygenError::Print)
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

impl KeygenArgs {
    fn kind(&self) -> KeyKind {
        let usual = match self.profile {
            Some(KeyProfile::Ib1) => KeyKind::Ec,
            None => KeyKind::Rsa,
        };
        self.key.unwrap_or(usual)
    }
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
        let key = match args.kind() {
            KeyKind::Ec => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
            KeyKind::Rsa => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?,
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = subject(args);
        let request = params.serialize_request(&key)?.pem()?;
        Ok(Self {
            private_key: Zeroizing::new(key.serialize_pem()),
            request,
        })
    }

    fn write(&self, out: &Path, name: &str) -> Result<Written, KeygenError> {
        disk::make_folder(out, 0o700).map_err(|source| KeygenError::Directory {
            path: out.to_owned(),
            source,
        })?;
        let written = Written {
            private_key: out.join(format!("{name}.key")),
            request: out.join(format!("{name}.csr")),
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
    if let Some(unit) = &args.organisation_unit {
        subject.push(DnType::OrganizationalUnitName, unit.as_str());
    }
    let name = args.software_statement.as_ref();
    subject.push(DnType::CommonName, name.unwrap_or(&args.name).as_str());
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

fn say_what_next(written: &Written, args: &KeygenArgs) -> io::Result<()> {
    let (key, request) = (written.private_key.display(), written.request.display());
    let certificate = args.out.join(format!("{}.pem", args.name));
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "wrote {key} (private: it never leaves this machine) and {request}"
    )?;
    writeln!(stdout, "next:")?;
    if args.profile == Some(KeyProfile::Ib1) {
        return say_what_next_in_ib1(&mut stdout, &request, &certificate);
    }
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

/// Next steps in the framework, whose directory has one CA for what signs records and another for what connects.
fn say_what_next_in_ib1(
    out: &mut impl Write,
    request: &Display<'_>,
    certificate: &Path,
) -> io::Result<()> {
    writeln!(
        out,
        "  1. give the directory {request}: its signing CA for records of provenance,"
    )?;
    writeln!(out, "     its client CA for calls to the issuer of tokens")?;
    writeln!(
        out,
        "  2. save the certificate, and its issuer's behind it, as {}",
        certificate.display()
    )?;
    writeln!(
        out,
        "  3. name both in perild.toml: provenance.private_key and provenance.certificate,"
    )?;
    writeln!(
        out,
        "     or directory.private_key and directory.certificate"
    )?;
    writeln!(out, "  4. let perild say whether all is well: perild check")
}

/// A file's name, not a path.
fn file_name(text: &str) -> Result<String, &'static str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty() || text.starts_with(['.', '-']) || !text.chars().all(is_plain) {
        return Err(
            "must be letters, digits, '-', '_' and '.', and begin with none of the last two",
        );
    }
    Ok(text.to_owned())
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
returns as a.pem beside the key.

A member of the IB1 trust framework needs two, on P-256:
  perild keygen --profile ib1 --organisation 'Example Energy' --name signing --out /etc/perild/certs
  perild keygen --profile ib1 --organisation 'Example Energy' --name client --out /etc/perild/certs";

#[cfg(test)]
mod tests {
    use x509_parser::{certification_request::X509CertificationRequest, prelude::FromDer};

    use super::*;

    fn args(out: &Path) -> KeygenArgs {
        KeygenArgs {
            software_statement: Some("olQh4BLV0mQUaM3OZbpXy".to_owned()),
            organisation: "Brontë & Söhne, Ltd".to_owned(),
            organisation_unit: Some("0015800001041RHAAY".to_owned()),
            out: out.to_owned(),
            key: None,
            profile: None,
            name: "a".to_owned(),
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
            pair.write(dir.path(), "a"),
            Err(KeygenError::Exists(_))
        ));
        assert!(!dir.path().join("a.key").exists());
        assert_eq!(fs::read(dir.path().join("a.csr")).unwrap(), b"someone's");
    }

    #[test]
    fn a_name_of_files_is_no_path() {
        for name in ["a", "signing", "client-2026.b"] {
            assert_eq!(file_name(name).as_deref(), Ok(name));
        }
        for name in ["", ".", "..", "../a", "/a", "a/b", "-a", "a b", "a\n"] {
            assert!(file_name(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_subject_is_text_that_is_there() {
        assert!(subject_text("Example Ltd").is_ok());
        assert!(subject_text("  ").is_err());
        assert!(subject_text("a\nb").is_err());
    }
}
