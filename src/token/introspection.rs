//! The introspection request, RFC 7662 §2.1: bounded in time, number and size.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::header::ACCEPT;
use tokio::time::{Instant as Deadline, timeout_at};

use super::{
    answer::Answer,
    body,
    breaker::{Breaker, Open},
    directory::Whereabouts,
    discovery::Endpoint,
    json::Object,
    refused::{TokenRefused, Unavailability},
    statistics::Counters,
};
use crate::turns::Turns;

/// Asks the directory about tokens, one call per question.
pub(super) struct Introspector {
    pub(super) breaker: Breaker,
    pub(super) client: reqwest::Client,
    pub(super) client_id: String,
    pub(super) counters: Arc<Counters>,
    pub(super) slots: Turns,
    pub(super) timeout: Duration,
    pub(super) whereabouts: Whereabouts,
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    LacksActive,
    Unavailable {
        reason: Unavailability,
        retry_after: Duration,
    },
}

impl Introspector {
    /// The directory's answer about `token`, for the caller named `who`; never takes longer than the time limit.
    pub(super) async fn ask(&self, token: &str, who: &str) -> Result<Answer, Failure> {
        let outcome = match self.exchange(token, who).await {
            Ok(object) => Answer::read(&object).map_err(|_lacks| Failure::LacksActive),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = &outcome {
            self.counters.count_fault();
            failure.log();
        }
        outcome
    }

    /// Waiting for the endpoint and for a free slot counts against the time limit too.
    async fn exchange(&self, token: &str, who: &str) -> Result<Object, Failure> {
        let deadline = Deadline::now() + self.timeout;
        self.breaker.allows(Instant::now())?;
        let Ok(Some(endpoint)) = timeout_at(deadline, self.whereabouts.endpoint()).await else {
            return Err(Unavailability::NotDiscovered.into());
        };
        let Ok(Some(_slot)) = timeout_at(deadline, self.slots.take(who)).await else {
            return Err(Unavailability::Saturated.into());
        };
        let admission = self.breaker.admit(Instant::now())?;
        let answer = timeout_at(deadline, self.call(&endpoint, token)).await;
        let answer = answer.unwrap_or(Err(Unavailability::TimedOut));
        match &answer {
            Err(reason) if reason.tells_of_failing() => admission.failed(Instant::now()),
            _ => admission.succeeded(),
        }
        Ok(answer?)
    }

    async fn call(&self, endpoint: &Endpoint, token: &str) -> Result<Object, Unavailability> {
        let response = match self.post(endpoint, token).await {
            Err(error) if may_have_met_a_closing_connection(&error) => {
                self.post(endpoint, token).await
            }
            first => first,
        };
        body::read_object(response?).await
    }

    /// The token goes into the body, never into a URL.
    async fn post(
        &self,
        endpoint: &Endpoint,
        token: &str,
    ) -> Result<reqwest::Response, reqwest::Error> {
        self.counters.count_call();
        let form = [("token", token), ("client_id", &self.client_id)];
        let request = self.client.post(endpoint.url().clone());
        request
            .header(ACCEPT, "application/json")
            .form(&form)
            .send()
            .await
    }
}

/// A connection kept from an earlier call may close just as it is used again; asking twice is
/// harmless.
fn may_have_met_a_closing_connection(error: &reqwest::Error) -> bool {
    error.is_request() && !error.is_timeout() && !error.is_connect()
}

impl Failure {
    fn log(&self) {
        match self {
            Self::LacksActive => {
                tracing::warn!("the directory's introspection answer lacks `active`");
            }
            Self::Unavailable {
                reason: Unavailability::RefusedUs { status },
                ..
            } => tracing::error!(
                status,
                "the directory refuses our own credentials (status {status}): \
                 check directory.client_id, directory.certificate and directory.private_key"
            ),
            // Said once when it opens.
            Self::Unavailable {
                reason: Unavailability::BreakerOpen,
                ..
            } => {}
            Self::Unavailable { reason, .. } => {
                tracing::warn!(%reason, "introspection failed: {reason}");
            }
        }
    }
}

impl From<Unavailability> for Failure {
    fn from(reason: Unavailability) -> Self {
        Self::Unavailable {
            reason,
            retry_after: RETRY_AFTER,
        }
    }
}

impl From<Open> for Failure {
    fn from(open: Open) -> Self {
        Self::Unavailable {
            reason: Unavailability::BreakerOpen,
            retry_after: open.retry_after,
        }
    }
}

impl From<Failure> for TokenRefused {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::LacksActive => Self::AnswerLacksActive,
            Failure::Unavailable {
                reason,
                retry_after,
            } => Self::Unavailable {
                reason,
                retry_after,
            },
        }
    }
}

/// How many calls may run at once; a caller who brings ever new tokens does not have all of them.
pub(super) const SLOTS: usize = 64;

const RETRY_AFTER: Duration = Duration::from_secs(2);
