//! Answer of the directory, asked as the daemon asks it.

use std::time::Duration;

use tokio::{
    runtime::{Builder, Handle},
    time::{sleep, timeout},
};

use super::clock;
use crate::{
    app::Parts,
    config::{Finding, SettingPlaces, Severity},
    token::{
        Attempt, Clocks, MetadataFault, NotReady, StartError, TokenSettings, Tokens, TransportKind,
        Unavailability,
    },
};

/// Findings on whether the directory's metadata can be had and is the configured issuer's, it knows us, and its
/// clock is ours.
///
/// A directory that is away is a warning, since the daemon waits for it; one that says
/// something else than the configuration is an error.
pub(super) fn findings(parts: Parts, places: &SettingPlaces) -> Vec<Finding> {
    let settings = parts.into_token_settings();
    let issuer = settings.issuer.clone();
    let asks = settings.kinds.ask();
    let mut clocks = None;
    let (severity, finding, remedy) = match ask(settings, &mut clocks) {
        Ok(keys) => (Severity::Fine, answers(&issuer, asks, keys), ""),
        Err(Silence::NotReady(NotReady::NotAskedYet)) => (
            Severity::Warning,
            format!("the directory {issuer} gave no metadata in time"),
            TransportKind::Unreachable.remedy(),
        ),
        Err(Silence::NotReady(NotReady::NoKeys(reason))) => (
            Severity::Warning,
            format!("the key set of the directory {issuer} cannot be had: {reason}"),
            remedy(&reason),
        ),
        Err(Silence::NotReady(error @ NotReady::Undiscovered(_))) => undiscovered(&error),
        Err(Silence::Unknown(reason)) => {
            let finding =
                format!("asked about a token, the directory {issuer} gave no answer: {reason}");
            (Severity::Warning, finding, remedy(&reason))
        }
        Err(Silence::Start(error)) => (Severity::Error, error.to_string(), ""),
        Err(Silence::Io(error)) => (Severity::Error, error.to_string(), ""),
    };
    let place = places.of("directory.issuer");
    let mut findings = vec![Finding::new(severity, place.clone(), finding, remedy)];
    findings.extend(clocks.and_then(|clocks| clock::apart(place, clocks)));
    findings
}

/// Answer of the directory in words: that it knows us, where it is asked about tokens, and the number of its keys.
fn answers(issuer: &str, asks: bool, keys: Option<usize>) -> String {
    let known = if asks {
        ", and knows this provider"
    } else {
        ""
    };
    let keys = keys.map_or_else(String::new, |keys| {
        format!("; keys of its that verify JWTs: {keys}")
    });
    format!("the directory {issuer} answers{known}{keys}")
}

/// Metadata that says something else than the configuration is an error wherever it was found; the rest may pass.
fn undiscovered(error: &NotReady) -> (Severity, String, &'static str) {
    let NotReady::Undiscovered(attempts) = error else {
        return (Severity::Warning, error.to_string(), "");
    };
    let faults = || attempts.iter().map(Attempt::fault);
    let is_away = |fault: &MetadataFault| matches!(fault, MetadataFault::Unavailable(_));
    let first = faults().find_map(|fault| match fault {
        MetadataFault::Unavailable(reason) => Some(remedy(reason)),
        _ => None,
    });
    if faults().all(is_away) {
        (
            Severity::Warning,
            error.to_string(),
            first.unwrap_or_default(),
        )
    } else {
        let remedy = "correct directory.issuer or directory.discovery_url";
        (Severity::Error, error.to_string(), remedy)
    }
}

/// Remedy for `reason` by whoever set the files up.
fn remedy(reason: &Unavailability) -> &'static str {
    match reason {
        Unavailability::RefusedUs { .. }
        | Unavailability::UnexpectedStatus { status: 401 | 403 } => {
            TransportKind::RefusedOurs.remedy()
        }
        Unavailability::UnexpectedStatus { status: 404 | 410 }
        | Unavailability::Redirected { .. }
        | Unavailability::NotJson(_) => {
            "correct directory.issuer, directory.discovery_url or directory.introspection_endpoint"
        }
        Unavailability::Transport(fault) => fault.kind().remedy(),
        _ => "if it lasts, ask the directory's operator",
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
    #[error(transparent)]
    Unknown(#[from] Unavailability),
}

fn ask(settings: TokenSettings, clocks: &mut Option<Clocks>) -> Result<Option<usize>, Silence> {
    // Two places may have the metadata.
    let limit = settings.timeout * 2 + Duration::from_secs(1);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let tokens = Tokens::start(settings, None, Handle::current())?;
        let settled = timeout(limit, first_answer(&tokens)).await;
        *clocks = tokens.clocks();
        settled.unwrap_or(Err(NotReady::NotAskedYet))?;
        tokens.probe().await?;
        tokens.probe_keys().await?;
        Ok(tokens.keys())
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
