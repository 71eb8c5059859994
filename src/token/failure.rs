//! Questions without an answer: whose failure each is, and what the log says of it.

use std::time::Duration;

use super::{
    backoff::Held,
    breaker::{Open, Silence},
    refused::{TokenRefused, Unavailability},
    transport::TransportKind,
};

/// Reason why there is no answer.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    LacksActive,
    Unavailable {
        reason: Unavailability,
        retry_after: Duration,
    },
}

/// Failure of a question, and the time at which the authorization server would have it asked again.
pub(super) struct NoAnswer {
    pub(super) reason: Unavailability,
    pub(super) retry_after: Option<Duration>,
}

/// Sign of a failure for the authorization server as a whole; `None` when it did answer, if only nonsense.
pub(super) fn silence<'w>(reason: &Unavailability, who: &'w str) -> Option<Silence<'w>> {
    match reason {
        Unavailability::Transport(fault) if fault.is_of_the_whole() => Some(Silence::Unreachable),
        Unavailability::TimedOut | Unavailability::Transport(_) => {
            Some(Silence::WithoutAnswer(who))
        }
        // A status is an answer: it may be about one token, and so may that to our own question.
        _ => None,
    }
}

impl NoAnswer {
    pub(super) fn silence<'w>(&self, who: &'w str) -> Option<Silence<'w>> {
        silence(&self.reason, who)
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(
            self.reason,
            Unavailability::UnexpectedStatus { status: 404 | 410 }
        )
    }

    /// A connection that was kept may close just as it is used again.
    pub(super) fn is_of_the_connection(&self) -> bool {
        matches!(
            self.reason,
            Unavailability::Transport(_) | Unavailability::TimedOut
        )
    }
}

impl Failure {
    /// `true` when the authorization server failed, rather than its consumer's time or place in our queue.
    pub(super) fn is_the_servers(&self) -> bool {
        let Self::Unavailable { reason, .. } = self else {
            return true;
        };
        !matches!(reason, Unavailability::HeldBack | Unavailability::Saturated)
    }

    pub(super) fn log(&self, endpoint: &str) {
        let Self::Unavailable { reason, .. } = self else {
            tracing::warn!("the directory's introspection answer lacks `active` ({endpoint})");
            return;
        };
        match reason {
            Unavailability::RefusedUs { status, .. } => tracing::error!(
                status,
                "introspection at {endpoint} failed: {reason}: check directory.client_id, directory.certificate and \
                 directory.private_key"
            ),
            // Said once when it begins, and in the access record.
            Unavailability::BreakerOpen | Unavailability::HeldBack => {}
            Unavailability::Transport(fault) if fault.kind() == TransportKind::RefusedOurs => {
                let remedy = fault.kind().remedy();
                tracing::error!(%reason, "introspection at {endpoint} failed: {reason}; {remedy}");
            }
            Unavailability::Transport(fault) => {
                let remedy = fault.kind().remedy();
                tracing::warn!(%reason, "introspection at {endpoint} failed: {reason}; {remedy}");
            }
            reason => tracing::warn!(%reason, "introspection at {endpoint} failed: {reason}"),
        }
    }
}

impl From<Unavailability> for NoAnswer {
    fn from(reason: Unavailability) -> Self {
        Self {
            reason,
            retry_after: None,
        }
    }
}

impl From<reqwest::Error> for NoAnswer {
    fn from(error: reqwest::Error) -> Self {
        Unavailability::from(error).into()
    }
}

impl From<NoAnswer> for Failure {
    fn from(no_answer: NoAnswer) -> Self {
        Self::Unavailable {
            reason: no_answer.reason,
            retry_after: no_answer.retry_after.unwrap_or(RETRY_AFTER),
        }
    }
}

impl From<Unavailability> for Failure {
    fn from(reason: Unavailability) -> Self {
        NoAnswer::from(reason).into()
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

impl From<Held> for Failure {
    fn from(held: Held) -> Self {
        Self::Unavailable {
            reason: Unavailability::HeldBack,
            retry_after: held.retry_after,
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

/// When to come again, where neither the authorization server nor a wait of ours says it.
const RETRY_AFTER: Duration = Duration::from_secs(2);
