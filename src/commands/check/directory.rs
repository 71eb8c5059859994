//! What the directory answers, asked as the daemon asks it.

use std::time::Duration;

use tokio::{
    runtime::{Builder, Handle},
    time::{sleep, timeout},
};

use crate::{
    app::Parts,
    config::{Fault, Places, Severity},
    token::{NotReady, StartError, TokenSettings, Tokens},
};

/// Whether the directory's metadata can be had and is the configured issuer's.
///
/// A directory that is away is a warning, since the daemon waits for it; one that says
/// something else than the configuration is an error.
pub(super) fn finding(parts: Parts, places: &Places) -> Fault {
    let settings = parts.into_token_settings();
    let issuer = settings.issuer.clone();
    let (severity, finding, remedy) = match ask(settings) {
        Ok(()) => (
            Severity::Fine,
            format!("the directory {issuer} answers"),
            "",
        ),
        Err(Silence::NotReady(error @ (NotReady::Unavailable(_) | NotReady::NotAskedYet))) => (
            Severity::Warning,
            error.to_string(),
            "see that this machine reaches the directory, and that it knows directory.certificate",
        ),
        Err(Silence::NotReady(error)) => (
            Severity::Error,
            error.to_string(),
            "correct directory.issuer or directory.discovery_url",
        ),
        Err(Silence::Start(error)) => (Severity::Error, error.to_string(), ""),
        Err(Silence::Io(error)) => (Severity::Error, error.to_string(), ""),
    };
    Fault {
        severity,
        place: places.of("directory.issuer"),
        finding,
        remedy: remedy.to_owned(),
        ends: None,
    }
}

#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    NotReady(#[from] NotReady),
    #[error(transparent)]
    Start(#[from] StartError),
}

fn ask(settings: TokenSettings) -> Result<(), Silence> {
    let limit = settings.timeout + Duration::from_secs(1);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let tokens = Tokens::start(settings, None, Handle::current())?;
        let settled = timeout(limit, first_answer(&tokens)).await;
        Ok(settled.unwrap_or(Err(NotReady::NotAskedYet))?)
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
