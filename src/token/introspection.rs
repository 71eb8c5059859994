//! The introspection request, RFC 7662 §2.1: bounded in time, number and size.

mod control;

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::{Either, select};
use reqwest::{
    StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING},
};
use tokio::time::{Instant as Deadline, timeout, timeout_at};

use self::control::watch_over;
pub(super) use self::control::{Control, Standing};
use super::{
    answer::Answer,
    authorization_server::EndpointWatch,
    backoff::{Admission, Backoffs},
    body::{ACCEPTED_CODINGS, Received},
    breaker::{Breaker, Silence},
    connections::Connections,
    discovery::Endpoint,
    failure::{Failure, NoAnswer},
    json::Object,
    jwt::SignedAnswers,
    oauth_error::OAuthError,
    refused::Unavailability,
    retry_after,
    statistics::Counters,
};
use crate::{
    clock::Timestamp,
    fair_semaphore::{FairSemaphore, Slot},
};

/// Asks the authorization server about tokens, one call per question.
pub(super) struct Introspector {
    pub(super) backoffs: Backoffs,
    pub(super) breaker: Breaker,
    pub(super) client_id: String,
    pub(super) connections: Connections,
    pub(super) control: Control,
    pub(super) counters: Arc<Counters>,
    /// The reader of signed answers, where no other is believed.
    pub(super) signed: Option<SignedAnswers>,
    pub(super) slots: FairSemaphore,
    pub(super) timeout: Duration,
    pub(super) endpoint_watch: EndpointWatch,
}

/// Reply of the authorization server to a question.
pub(super) enum Reply {
    /// `200 OK` and an object.
    Object(Object),
    /// It refuses, RFC 7662 §2.3: us, or what was asked.
    Refusal {
        status: u16,
        error: Option<OAuthError>,
    },
}

impl Introspector {
    /// The authorization server's answer about `token`, for the caller named `who`.
    ///
    /// Waiting for a free slot takes no longer than the time limit, and the call itself no longer either.
    pub(super) async fn ask(self: &Arc<Self>, token: &str, who: &str) -> Result<Answer, Failure> {
        // Its state is large, and lives in each task that waits for it.
        let outcome = Box::pin(self.question(token, who)).await;
        if let Err(failure) = &outcome {
            if failure.is_the_servers() {
                self.counters.count_fault();
            }
            let endpoint = self.endpoint_watch.known();
            failure.log(
                endpoint
                    .as_ref()
                    .map_or("-", |endpoint| endpoint.url().as_str()),
            );
        }
        outcome
    }

    /// Our standing with the authorization server: asked about a token that nobody has.
    pub(super) async fn standing(&self) -> Standing {
        Standing::ask(self).await
    }

    async fn question(self: &Arc<Self>, token: &str, who: &str) -> Result<Answer, Failure> {
        let (endpoint, _slot, admission) = self.slot(who).await?;
        let deadline = Deadline::now() + self.timeout;
        let reply = timeout_at(deadline, self.reply(&endpoint, token, who)).await;
        let reply = reply.unwrap_or_else(|_late| Err(Unavailability::TimedOut.into()));
        self.settle(&reply, admission, who);
        match reply? {
            Reply::Object(object) => Answer::read(&object).map_err(|_lacks| Failure::LacksActive),
            Reply::Refusal { status, error } => self
                .refusal(status, error, deadline)
                .await
                .map_err(Failure::from),
        }
    }

    /// The endpoint to ask, and leave to do so, waited for no longer than a call may take.
    ///
    /// The time until then is ours and not the authorization server's: it tells nothing of how it is.
    async fn slot(&self, who: &str) -> Result<(Endpoint, Slot, Admission), Failure> {
        let patience = Deadline::now() + self.timeout;
        self.breaker.allows(Instant::now())?;
        self.backoffs.allows(who, Instant::now())?;
        let Ok(Some(endpoint)) = timeout_at(patience, self.endpoint_watch.endpoint()).await else {
            return Err(Unavailability::NotDiscovered.into());
        };
        let Ok(Some(slot)) = timeout_at(patience, self.slots.acquire(who)).await else {
            return Err(Unavailability::Saturated.into());
        };
        self.breaker.allows(Instant::now())?;
        let admission = self.backoffs.admit(who, Instant::now())?;
        Ok((endpoint, slot, admission))
    }

    /// Party that an outcome counts against: nobody, this consumer, or the authorization server as a whole.
    fn settle(self: &Arc<Self>, reply: &Result<Reply, NoAnswer>, admission: Admission, who: &str) {
        let now = Instant::now();
        let silence = match reply {
            Ok(_) => {
                self.breaker.answered();
                return admission.answered();
            }
            Err(no_answer) => no_answer.silence(who),
        };
        match silence {
            Some(Silence::Unreachable) => admission.undecided(now),
            Some(Silence::WithoutAnswer(_)) | None => admission.failed(now),
        }
        if silence.is_some_and(|silence| self.breaker.failed(silence, now)) {
            tokio::spawn(watch_over(Arc::downgrade(self)));
        }
    }

    /// Party that a refusal blames; where it does not say, a question of our own decides.
    async fn refusal(
        &self,
        status: u16,
        error: Option<OAuthError>,
        deadline: Deadline,
    ) -> Result<Answer, Unavailability> {
        match error {
            Some(code) if code.is_of_the_client() => {
                Err(Unavailability::RefusedUs { status, error })
            }
            Some(_) => Ok(Answer::Rejected { status, error }),
            None => match timeout_at(deadline, self.control.standing(self)).await {
                Ok(Standing::Known) => Ok(Answer::Rejected { status, error }),
                Ok(Standing::Refused { error, .. }) => {
                    Err(Unavailability::RefusedUs { status, error })
                }
                Ok(Standing::Unknown(_)) | Err(_) => {
                    Err(Unavailability::UnexpectedStatus { status })
                }
            },
        }
    }

    /// Asks; an endpoint that is gone is looked for anew, and asked once where it is now.
    async fn reply(&self, endpoint: &Endpoint, token: &str, who: &str) -> Result<Reply, NoAnswer> {
        let reply = self.call(endpoint, token, who).await;
        if !matches!(&reply, Err(no_answer) if no_answer.is_gone()) {
            return reply;
        }
        match self.endpoint_watch.look_again(endpoint).await {
            Some(elsewhere) => self.call(&elsewhere, token, who).await,
            None => reply,
        }
    }

    /// Asks on a kept connection, if there is one, and where that stays silent or breaks on a fresh one too.
    ///
    /// What forgets connections, such as a firewall that was restarted, tells neither side. Asking twice is
    /// harmless, and an authorization server that is merely slow may still answer the first.
    async fn call(&self, endpoint: &Endpoint, token: &str, who: &str) -> Result<Reply, NoAnswer> {
        let Some(kept) = self.connections.kept() else {
            return self.over(self.connections.fresh()?, endpoint, token).await;
        };
        let mut first = pin!(self.over(kept, endpoint, token));
        match timeout(self.timeout / 3, first.as_mut()).await {
            Ok(Err(broken)) if broken.is_of_the_connection() => {
                self.connections.forget();
                return self.over(self.connections.fresh()?, endpoint, token).await;
            }
            Ok(settled) => return settled,
            Err(_silent) => {}
        }
        // Only as many questions as may be are asked at once, these included.
        let Some(_second_slot) = self.slots.try_acquire(who) else {
            return first.await;
        };
        let second = pin!(self.over(self.connections.fresh()?, endpoint, token));
        match select(first, second).await {
            Either::Left((Err(_), second)) => second.await,
            Either::Left((answered, _)) => answered,
            Either::Right((Err(_), first)) => first.await,
            Either::Right((answered, _silent)) => {
                self.connections.forget();
                answered
            }
        }
    }

    /// Asks on a connection of its own, with no part in what is counted.
    pub(super) async fn probe(&self, token: &str) -> Result<Reply, Unavailability> {
        let Some(endpoint) = self.endpoint_watch.endpoint().await else {
            return Err(Unavailability::NotDiscovered);
        };
        let client = self.connections.fresh()?;
        let reply = self.over(client, &endpoint, token).await;
        reply.map_err(|no_answer| no_answer.reason)
    }

    /// One exchange over `client`, whose connection is kept when the answer was read to its end.
    async fn over(
        &self,
        client: reqwest::Client,
        endpoint: &Endpoint,
        token: &str,
    ) -> Result<Reply, NoAnswer> {
        let response = self.post(&client, endpoint, token).await?;
        let status = response.status();
        let retry_after = retry_after::read(response.headers(), Timestamp::now());
        // A 429 is about how often we ask, whatever stands in it.
        let is_refusal = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
        if status != StatusCode::OK && !is_refusal {
            let reason = Unavailability::of_status(status);
            return Err(NoAnswer {
                reason,
                retry_after,
            });
        }
        let headers = response.headers().clone();
        let received = Received::whole(response).await;
        if received.is_ok() {
            self.connections.keep(client);
        }
        if status == StatusCode::OK {
            return Ok(Reply::Object(self.object(&received?).await?));
        }
        // What cannot be read of a refusal leaves its status and its fields.
        let received = received.unwrap_or_else(|_unreadable| Received::empty(headers));
        let error = received.oauth_error();
        let may_be_about_us = matches!(
            status,
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        );
        if error.is_none() && !may_be_about_us {
            let reason = Unavailability::of_status(status);
            return Err(NoAnswer {
                reason,
                retry_after,
            });
        }
        let status = status.as_u16();
        Ok(Reply::Refusal { status, error })
    }

    /// The answer in `received`, signed where it must be.
    async fn object(&self, received: &Received) -> Result<Object, Unavailability> {
        match &self.signed {
            Some(signed) => signed.read(received, Timestamp::now()).await,
            None => received.object(),
        }
    }

    /// The token goes into the body, never into a URL.
    async fn post(
        &self,
        client: &reqwest::Client,
        endpoint: &Endpoint,
        token: &str,
    ) -> Result<reqwest::Response, reqwest::Error> {
        self.counters.count_call();
        let form = [("token", token), ("client_id", &self.client_id)];
        let request = client.post(endpoint.url().clone());
        request
            .header(ACCEPT, self.accepted())
            .header(ACCEPT_ENCODING, ACCEPTED_CODINGS)
            .form(&form)
            .send()
            .await
    }

    fn accepted(&self) -> &'static str {
        match self.signed {
            Some(_) => SignedAnswers::MEDIA_TYPE,
            None => "application/json",
        }
    }
}

/// Number of calls that may run at once; a caller who brings ever new tokens does not have all of them.
pub(super) const SLOTS: usize = 64;
