//! Fetches lists. Where from is not believed: each list is judged by its signature.

use std::{io, time::Duration};

use reqwest::redirect;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs::default_provider};
use url::Url;

use crate::commands::cause::Cause;

/// Answer of one address: the bytes, or why there are none.
type Fetched = Result<Vec<u8>, String>;

/// A client that asks one address after the other.
pub(super) struct Fetcher {
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Fetcher {
    pub(super) fn new() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let client = client().map_err(io::Error::other)?;
        Ok(Self { client, runtime })
    }

    /// Asks once.
    pub(super) fn get(&self, url: &Url) -> Fetched {
        self.runtime.block_on(bytes(&self.client, url))
    }
}

async fn bytes(client: &reqwest::Client, url: &Url) -> Fetched {
    let said = |error: reqwest::Error| Cause(&error.without_url()).to_string();
    let mut answer = client.get(url.clone()).send().await.map_err(said)?;
    if !answer.status().is_success() {
        return Err(format!("the answer is {}", answer.status()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(said)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return Err(format!("it is larger than {LARGEST} octets"));
        }
    }
    Ok(bytes)
}

/// Over https the system's roots hold, as for any web page.
fn client() -> Result<reqwest::Client, Box<dyn std::error::Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = ClientConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::limited(3))
        .connect_timeout(Duration::from_secs(30))
        .read_timeout(Duration::from_secs(30))
        // A large list over a slow line, and less than the unit's TimeoutStartSec.
        .timeout(Duration::from_mins(4))
        .build()?;
    Ok(client)
}

/// Lists of 100 MB in DER, 135 MB in PEM, have been published.
const LARGEST: usize = 256 * 1024 * 1024;
