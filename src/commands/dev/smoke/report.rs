//! Report of a smoke run: a line for each call, and the verdict.

use std::io::{self, Write};

use reqwest::{RequestBuilder, Response};

use crate::commands::dev::{DevError, stack::DevStack};

/// Calls that were made, and those that went wrong.
#[derive(Default)]
pub(super) struct SmokeReport {
    calls: usize,
    wrong: usize,
}

impl SmokeReport {
    /// Makes a call that must be answered with `status`; what came, when it was that.
    pub(super) async fn allowed(
        &mut self,
        status: u16,
        what: &str,
        call: RequestBuilder,
    ) -> Result<Option<Response>, DevError> {
        self.status("allowed", status, what, call).await
    }

    /// Makes a call that must be refused with `status`.
    pub(super) async fn forbidden(
        &mut self,
        status: u16,
        what: &str,
        call: RequestBuilder,
    ) -> Result<(), DevError> {
        self.status("refused", status, what, call)
            .await
            .map(|_answer| ())
    }

    /// Makes a call that must not get as far as a status.
    ///
    /// Which error the client sees depends on whether the alert or the closed connection comes first.
    pub(super) async fn forbidden_handshake(
        &mut self,
        what: &str,
        call: RequestBuilder,
    ) -> Result<(), DevError> {
        match call.send().await {
            Err(error) if !error.is_timeout() => self.line(true, "refused", "TLS", what),
            Err(error) => self.line(false, "refused", &error.to_string(), what),
            Ok(answer) => self.line(false, "refused", answer.status().as_str(), what),
        }
    }

    async fn status(
        &mut self,
        verdict: &str,
        expected: u16,
        what: &str,
        call: RequestBuilder,
    ) -> Result<Option<Response>, DevError> {
        match call.send().await {
            Ok(answer) if answer.status().as_u16() == expected => {
                self.line(true, verdict, answer.status().as_str(), what)?;
                Ok(Some(answer))
            }
            Ok(answer) => {
                let status = format!("{} instead of {expected}", answer.status().as_u16());
                self.line(false, verdict, &status, what).map(|()| None)
            }
            Err(error) => {
                let status = format!("no answer ({}) instead of {expected}", error.without_url());
                self.line(false, verdict, &status, what).map(|()| None)
            }
        }
    }

    /// Says whether something holds about the call before.
    pub(super) fn claim(&mut self, holds: bool, what: &str) -> Result<(), DevError> {
        self.line(holds, "allowed", "   ", what)
    }

    fn line(
        &mut self,
        is_right: bool,
        verdict: &str,
        status: &str,
        what: &str,
    ) -> Result<(), DevError> {
        self.calls += 1;
        self.wrong += usize::from(!is_right);
        let mark = if is_right { "ok   " } else { "WRONG" };
        writeln!(io::stdout().lock(), "{mark} {verdict} {status} {what}").map_err(DevError::Print)
    }

    /// The verdict on all the calls.
    pub(super) fn verdict(self, stack: &DevStack) -> Result<(), DevError> {
        let Self { calls, wrong } = self;
        if wrong > 0 {
            return Err(DevError::Smoke {
                wrong,
                calls,
                account: stack.daemon.account(),
            });
        }
        writeln!(io::stdout().lock(), "all {calls} as they should be").map_err(DevError::Print)
    }
}
