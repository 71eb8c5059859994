//! `perild get`: a token over mTLS, then a call with it: what a consumer does, in one command.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use reqwest::{Client, Response, StatusCode, header};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use thiserror::Error;
use url::Url;
use uuid::Uuid;

use super::{
    cause::Cause,
    serve::{CONFIGURATION, config_path},
};
use crate::{
    config::{Config, ConfigError, Directory},
    token::{ClientError, Identity, IdentityError, outbound_client},
};

mod grant;

pub use grant::GrantError;

/// Arguments of `perild get`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLE)]
pub struct GetArgs {
    /// The https URL to call
    #[arg(value_name = "URL", value_parser = https)]
    pub url: Url,

    /// The configuration whose `[directory]` says who we are; without it, the one that serve would take
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// POST this file instead of asking with GET: as CSV or GeoJSON when it is named .csv, .tsv or
    /// .geojson, else as JSON
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,

    /// The scope to ask the directory for, when it is not to choose
    #[arg(long, value_name = "SCOPE")]
    pub scope: Option<String>,
}

/// Gets a certificate-bound token (RFC 6749 §4.4, RFC 8705 §3) with the `[directory]` of the
/// configuration, calls the URL with it and the same certificate, and streams the body to stdout.
///
/// The directory must be known by `directory.trust_anchors`. The URL's server may be known by those
/// or by the system's web roots (`SSL_CERT_FILE` in their place when set): providers show a web
/// certificate to consumers. Redirects are not followed, so that the token goes nowhere else, and
/// the token is never printed.
///
/// # Errors
///
/// [`GetError`]; an error status is one, once its body has been written to stderr.
pub fn run(args: &GetArgs) -> Result<(), GetError> {
    let (config, _places) = Config::read(&config_path(args.config.as_deref()))?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(GetError::Start)?
        .block_on(call(args, &config))
}

/// Reason why there is no body on stdout.
#[derive(Debug, Error)]
pub enum GetError {
    /// The call was not answered.
    #[error("{url} does not answer: {}; see that the host is right, and that its certificate is known to this system or to directory.trust_anchors", Cause(.source))]
    Call {
        /// The URL that was called.
        url: Url,
        /// The client's error.
        source: reqwest::Error,
    },
    /// The outbound client could not be made.
    #[error("{0}; see [directory] in the configuration")]
    Client(#[from] ClientError),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file to send could not be read.
    #[error("cannot read {}: {source}; --data wants a file that you may read", .path.display())]
    Data {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The directory gave no token.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// Our certificate or key cannot be used.
    #[error("{0}; see directory.certificate and directory.private_key in the configuration")]
    Identity(#[from] IdentityError),
    /// A file that the configuration names could not be read.
    #[error("cannot read {}: {source}; see [directory] in the configuration", .path.display())]
    Named {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Standard output or error could not be written.
    #[error("cannot write the answer: {0}")]
    Print(io::Error),
    /// The runtime could not be started.
    #[error("cannot start: {0}")]
    Start(io::Error),
    /// The answer is an error, or a redirect.
    #[error("{status} from {url} (x-fapi-interaction-id {interaction_id}); {}", advice(*.status))]
    Status {
        /// The answer's status.
        status: StatusCode,
        /// The URL that was called.
        url: Url,
        /// The interaction id of this call in the provider's log.
        interaction_id: Uuid,
    },
}

impl GetError {
    /// 78 when the configuration, or what it names, is at fault; else 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Client(_) | Self::Config(_) | Self::Identity(_) | Self::Named { .. } => {
                ExitCode::from(CONFIGURATION)
            }
            _ => ExitCode::FAILURE,
        }
    }
}

async fn call(args: &GetArgs, config: &Config) -> Result<(), GetError> {
    let data = args.data.as_deref().map(Data::read).transpose()?;
    let timeout = Duration::from_millis(config.introspection.timeout_ms);
    let to = Clients::new(&config.directory, timeout)?;
    let token = grant::token(&to.directory, &config.directory, args.scope.as_deref()).await?;

    let interaction_id = Uuid::new_v4();
    let request = match data {
        None => to.provider.get(args.url.clone()),
        Some(data) => to
            .provider
            .post(args.url.clone())
            .header(header::CONTENT_TYPE, data.media_type)
            .body(data.content),
    };
    let answer = request
        .bearer_auth(token.secret())
        .header("x-fapi-interaction-id", interaction_id.to_string())
        .timeout(LONGEST_DOWNLOAD)
        .send()
        .await
        .map_err(|source| failed(&args.url, source))?;
    let status = answer.status();
    if status.is_success() {
        return stream(answer, &args.url, &mut io::stdout().lock()).await;
    }
    explain(answer).await.map_err(GetError::Print)?;
    Err(GetError::Status {
        status,
        url: args.url.clone(),
        interaction_id,
    })
}

/// The body that is sent.
struct Data {
    content: Vec<u8>,
    media_type: &'static str,
}

impl Data {
    fn read(path: &Path) -> Result<Self, GetError> {
        let content = fs::read(path).map_err(|source| GetError::Data {
            path: path.to_owned(),
            source,
        })?;
        let media_type = media_type(path);
        Ok(Self {
            content,
            media_type,
        })
    }
}

/// The media type that the extension of `path` stands for.
fn media_type(path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    match extension.to_str() {
        Some("csv") => "text/csv",
        Some("tsv" | "tab") => "text/tab-separated-values",
        Some("geojson") => "application/geo+json",
        _ => "application/json",
    }
}

struct Clients {
    directory: Client,
    provider: Client,
}

impl Clients {
    fn new(directory: &Directory, timeout: Duration) -> Result<Self, GetError> {
        let named = |path: &Path| {
            fs::read(path).map_err(|source| GetError::Named {
                path: path.to_owned(),
                source,
            })
        };
        let certificate = named(&directory.certificate)?;
        let identity = Identity::from_pem(&certificate, &named(&directory.private_key)?)?;
        let mut anchors = named(&directory.trust_anchors)?;
        let to_directory = outbound_client(&anchors, identity.clone(), timeout)?;
        anchors.extend_from_slice(web_roots().as_bytes());
        let to_provider = outbound_client(&anchors, identity, timeout)?;
        Ok(Self {
            directory: to_directory,
            provider: to_provider,
        })
    }
}

/// The system's roots in PEM, without those that TLS could not use; none is not a fault here.
fn web_roots() -> String {
    let is_usable =
        |root: &CertificateDer<'static>| RootCertStore::empty().add(root.clone()).is_ok();
    let roots = rustls_native_certs::load_native_certs().certs;
    roots
        .into_iter()
        .filter(is_usable)
        .map(|root| pem(&root))
        .collect()
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    format!(
        "\n-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(certificate)
    )
}

async fn stream(mut answer: Response, url: &Url, out: &mut impl Write) -> Result<(), GetError> {
    while let Some(chunk) = answer.chunk().await.map_err(|source| failed(url, source))? {
        out.write_all(&chunk).map_err(GetError::Print)?;
    }
    out.flush().map_err(GetError::Print)
}

/// Writes what the provider says of its refusal to stderr, bounded and without control characters.
async fn explain(mut answer: Response) -> io::Result<()> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_EXPLANATION_BYTES {
            body.truncate(LONGEST_EXPLANATION_BYTES);
            break;
        }
    }
    let text: String = String::from_utf8_lossy(&body)
        .chars()
        .map(|character| {
            if character.is_control() && character != '\n' {
                ' '
            } else {
                character
            }
        })
        .collect();
    let mut stderr = io::stderr().lock();
    for name in [header::WWW_AUTHENTICATE, header::RETRY_AFTER] {
        if let Some(Ok(value)) = answer.headers().get(&name).map(|value| value.to_str()) {
            writeln!(stderr, "{name}: {value}")?;
        }
    }
    if text.is_empty() {
        Ok(())
    } else {
        writeln!(stderr, "{}", text.trim_end())
    }
}

fn failed(url: &Url, source: reqwest::Error) -> GetError {
    GetError::Call {
        url: url.clone(),
        source: source.without_url(),
    }
}

fn advice(status: StatusCode) -> &'static str {
    match status.as_u16() {
        300..=399 => "redirects are not followed, call the address that was meant",
        401 => {
            "the provider takes our certificate or token for invalid; compare directory.issuer with the provider's"
        }
        403 => "the token lacks a right; ask with --scope, or ask the provider",
        404 => "see that the name is right; a dataset has no extension",
        429 | 503 => "the provider cannot answer now; try again later, and see the answer above",
        400..=499 => "see what the answer above wants mended",
        _ => "give the interaction id to whoever runs the provider",
    }
}

fn https(text: &str) -> Result<Url, String> {
    let url =
        Url::parse(text).map_err(|error| format!("{error}; write it as https://host/name"))?;
    match url.scheme() {
        "https" => Ok(url),
        _ => Err("must begin with https://, a token is never sent without TLS".into()),
    }
}

const LONGEST_DOWNLOAD: Duration = Duration::from_hours(24);

const LONGEST_EXPLANATION_BYTES: usize = 64 * 1024;

const EXAMPLE: &str = "Examples:
  perild get https://example.energydata.org.uk/tidy_DYTS01_kWh > tidy_DYTS01_kWh.csv
  perild get https://example.energydata.org.uk/location --data places.json
  perild get 'https://example.energydata.org.uk/v1/location?perils=heat' --data portfolio.csv > answered.csv

The configuration needs its [directory] only: issuer, client_id, certificate, private_key and
trust_anchors. The URL's server may be known by those anchors or by this system's web roots.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_as_what_its_name_says_it_is() {
        for (path, expected) in [
            ("a/portfolio.csv", "text/csv"),
            ("PORTFOLIO.CSV", "text/csv"),
            ("portfolio.tsv", "text/tab-separated-values"),
            ("sites.geojson", "application/geo+json"),
            ("places.json", "application/json"),
            ("csv", "application/json"),
        ] {
            assert_eq!(media_type(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn a_token_is_sent_over_https_only() {
        assert!(https("https://provider.example/a").is_ok());
        for url in ["http://provider.example/a", "provider.example", ""] {
            assert!(https(url).is_err(), "{url}");
        }
    }
}
