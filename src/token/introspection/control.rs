//! Our own question: about a token that nobody has, it tells what becomes of questions as such.
//!
//! An authorization server that refuses a consumer's question without saying why is asked it, to learn whether it
//! refuses us; one that several consumers had no answer from is asked it, to learn whether it answers at all.

use std::{
    sync::Weak,
    time::{Duration, Instant},
};

use tokio::{sync::Mutex, time::sleep};

use super::{Introspector, Reply};
use crate::token::{
    breaker::Silence, failure::silence, oauth_error::OAuthError, refused::Unavailability,
};

/// Our standing with the authorization server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::token) enum Standing {
    /// It answers us.
    Known,
    /// It refuses us, or every token that it does not know: without a code the two look alike.
    Refused {
        status: u16,
        error: Option<OAuthError>,
    },
    /// It gives no answer that tells.
    Unknown(Unavailability),
}

impl Standing {
    /// Asks the authorization server.
    pub(in crate::token) async fn ask(introspector: &Introspector) -> Self {
        match introspector.probe(NOBODYS).await {
            Ok(Reply::Object(_)) => Self::Known,
            // It looked at the token, so it has accepted us.
            Ok(Reply::Refusal {
                error: Some(error), ..
            }) if !error.is_of_the_client() => Self::Known,
            Ok(Reply::Refusal { status, error }) => Self::Refused { status, error },
            Err(reason) => Self::Unknown(reason),
        }
    }
}

/// The standing as it was found last, and how often it may be asked for.
///
/// Whoever sends tokens that are refused without a reason makes us ask once for each at first, and then once
/// in [`RENEWED`] seconds.
pub(in crate::token) struct Control(Mutex<Last>);

struct Last {
    budget: u32,
    filled: Instant,
    found: Option<(Instant, Standing)>,
}

impl Control {
    pub(in crate::token) fn new() -> Self {
        Self(Mutex::new(Last {
            budget: BURST,
            filled: Instant::now(),
            found: None,
        }))
    }

    /// The standing: found since this was called, or asked for anew, or the last one when the budget is spent.
    pub(in crate::token) async fn standing(&self, introspector: &Introspector) -> Standing {
        let called = Instant::now();
        let mut last = self.0.lock().await;
        let may_ask = last.draw(Instant::now());
        match &last.found {
            Some((at, standing)) if *at >= called || !may_ask => standing.clone(),
            _ => {
                let standing = Standing::ask(introspector).await;
                last.found = Some((Instant::now(), standing.clone()));
                standing
            }
        }
    }
}

impl Last {
    /// Takes one question out of the budget, after what has come into it.
    fn draw(&mut self, now: Instant) -> bool {
        while self.budget < BURST && now.saturating_duration_since(self.filled) >= RENEWED {
            self.budget += 1;
            self.filled += RENEWED;
        }
        if self.budget == BURST {
            self.filled = now;
        }
        let may_ask = self.budget > 0;
        self.budget = self.budget.saturating_sub(1);
        may_ask
    }
}

/// Asks a question of our own, and while that has no answer leaves the authorization server in peace, until it has.
///
/// An authorization server that takes connections may have no answer to *our* token alone; so without an answer, others
/// are asked about again after a while. One that takes none is waited for.
pub(super) async fn watch_over(introspector: Weak<Introspector>) {
    let (mut wait, began) = (FIRST_WAIT, Instant::now());
    let mut is_open = false;
    while let Some(introspector) = introspector.upgrade() {
        let found = introspector.standing().await;
        let silence = match &found {
            Standing::Unknown(reason) => silence(reason, ""),
            Standing::Known | Standing::Refused { .. } => None,
        };
        let is_over = match silence {
            None => true,
            Some(Silence::Unreachable) => false,
            Some(Silence::WithoutAnswer(_)) => began.elapsed() >= LONGEST_WAIT,
        };
        if is_over {
            introspector.breaker.close();
            if is_open {
                // What its absence did to consumers' questions is no longer theirs to wait for.
                if silence.is_none() {
                    introspector.backoffs.forget();
                }
                tracing::info!("the directory is asked again");
            }
            return;
        }
        if !introspector.breaker.open(Instant::now() + wait) {
            return;
        }
        if let (false, Standing::Unknown(reason)) = (is_open, &found) {
            tracing::warn!(
                %reason,
                "the directory answers neither consumers' questions nor ours and is left in peace until it does: {reason}"
            );
        }
        is_open = true;
        drop(introspector);
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// No authorization server issues it: it says who asks, and why.
const NOBODYS: &str = "perild-check";

const BURST: u32 = 5;
const RENEWED: Duration = Duration::from_secs(2);

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_questions_at_once_and_then_one_every_two_seconds() {
        let now = Instant::now();
        let mut last = Last {
            budget: BURST,
            filled: now,
            found: None,
        };
        let at = |seconds| now + Duration::from_secs(seconds);
        let mut drawn = |seconds, times| (0..times).filter(|_| last.draw(at(seconds))).count();
        assert_eq!(drawn(100, 50), 5);
        assert_eq!(drawn(101, 50), 0);
        assert_eq!(drawn(102, 50), 1);
        assert_eq!(drawn(107, 50), 2);
        assert_eq!(drawn(1000, 50), 5);
    }
}
