//! What the directory answers, asked as the daemon asks it.

use std::time::Duration;

use tokio::{
    runtime::{Builder, Handle},
    time::{sleep, timeout},
};

use crate::{
    app::Parts,
    config::{Fault, Places, Severity},
    token::{NotReady, StartError, TokenSettings, Tokens, Unavailability},
};

/// Whether the directory's metadata can be had and is the configured issuer's, and whether it knows us.
///
/// A directory that is away is a warning, since the daemon waits for it; one that says
/// something else than the configuration is an error.
pub(super) fn finding(parts: Parts, places: &Places) -> Fault {
    let settings = parts.into_token_settings();
    let issuer = settings.issuer.clone();
    let (severity, finding, remedy) = match ask(settings) {
        Ok(()) => (
            Severity::Fine,
            format!("the directory {issuer} answers, and knows this provider"),
            "",
        ),
        Err(Silence::NotReady(error @ (NotReady::Unavailable(_) | NotReady::NotAskedYet))) => {
            let finding = error.to_string();
            let remedy = remedy(&finding);
            (Severity::Warning, finding, remedy)
        }
        Err(Silence::NotReady(error)) => (
            Severity::Error,
            error.to_string(),
            "correct directory.issuer or directory.discovery_url",
        ),
        Err(Silence::Unknown(reason)) => {
            let finding =
                format!("asked about a token, the directory {issuer} gave no answer: {reason}");
            let remedy = match reason {
                Unavailability::RefusedUs { .. } => OTHER_ENVIRONMENT,
                _ => remedy(&finding),
            };
            (Severity::Warning, finding, remedy)
        }
        Err(Silence::Start(error)) => (Severity::Error, error.to_string(), ""),
        Err(Silence::Io(error)) => (Severity::Error, error.to_string(), ""),
    };
    Fault::new(severity, places.of("directory.issuer"), finding, remedy)
}

/// What the TLS library's words mean for whoever set the files up.
fn remedy(finding: &str) -> &'static str {
    let says = |word: &str| finding.contains(word);
    if says("UnknownIssuer") {
        "directory.trust_anchors are not this directory's: are they of another environment (sandbox, production)?"
    } else if says("not valid yet") || says("NotValidYet") || says("expired") || says("Expired") {
        "see that this machine's clock is right (timedatectl), or that of the directory"
    } else if says("fatal alert") {
        OTHER_ENVIRONMENT
    } else if says("dns error") || says("lookup") {
        "see that this machine can look names up (getent hosts), and correct directory.issuer or directory.discovery_url"
    } else {
        "see that this machine reaches the directory, and that it knows directory.certificate"
    }
}

const OTHER_ENVIRONMENT: &str = "see that directory.certificate and directory.client_id are of this directory and not of another environment \
    (sandbox, production), and that the certificate is active there";

#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    NotReady(#[from] NotReady),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Unknown(#[from] Unavailability),
}

fn ask(settings: TokenSettings) -> Result<(), Silence> {
    let limit = settings.timeout + Duration::from_secs(1);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let tokens = Tokens::start(settings, None, Handle::current())?;
        let settled = timeout(limit, first_answer(&tokens)).await;
        settled.unwrap_or(Err(NotReady::NotAskedYet))?;
        Ok(tokens.introduce().await?)
    })
}

async fn first_answer(tokens: &Tokens) -> Result<(), NotReady> {
    loop {
        match tokens.readiness() {
            Err(NotReady::NotAskedYet) => sleep(POLL).await,
            answer => return answer,
        }
    }
}

const POLL: Duration = Duration::from_millis(20);
