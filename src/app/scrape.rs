//! `/metrics`, on sockets of its own: what was counted, and what the site says of itself now.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE},
    },
    web::{self, Data, ServiceConfig},
};

use super::{Perild, Site};
use crate::{
    audit::{Audit, AuditState},
    metrics::{AuditFile, State, TEXT},
};

/// Answers `GET /metrics`, and nothing else.
pub fn configure_metrics(perild: Data<Perild>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(perild).default_service(web::to(answer));
    }
}

async fn answer(request: HttpRequest, perild: Data<Perild>) -> HttpResponse {
    if request.path() != "/metrics" {
        return refusal(StatusCode::NOT_FOUND, "only /metrics is here\n");
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refusal = refusal(StatusCode::METHOD_NOT_ALLOWED, "use GET\n");
        let allow = actix_web::http::header::HeaderValue::from_static("GET, HEAD");
        refusal.headers_mut().insert(ALLOW, allow);
        return refusal;
    }
    scrape(&perild)
        .await
        .unwrap_or_else(|| refusal(StatusCode::INTERNAL_SERVER_ERROR, "see perild's log\n"))
}

async fn scrape(perild: &Perild) -> Option<HttpResponse> {
    let dropped = perild.log().dropped();
    let state = match perild.present().site() {
        Some(site) => site.state(dropped).await,
        None => State::of_nothing(dropped),
    };
    let text = perild.metrics()?.text(&state);
    let text = text.inspect_err(|error| tracing::error!("metrics cannot be written: {error}"));
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, TEXT));
    answer.insert_header((CACHE_CONTROL, "no-store"));
    Some(answer.body(text.ok()?))
}

impl Site {
    async fn state(&self, log_dropped: u64) -> State {
        let most_streams = self.peril_limits.max_streams;
        let free = u64::try_from(self.streams.available()).unwrap_or(u64::MAX);
        State {
            audit: self.audit.file().map(numbers),
            ends: self.ends.clone(),
            log_dropped,
            is_ready: self.tokens.readiness().is_ok(),
            store: self.perils.version(),
            streams: most_streams.saturating_sub(free),
            most_streams,
            tokens: self.tokens.settled_statistics().await,
        }
    }
}

/// The state of `file` as numbers.
fn numbers(file: &Audit) -> AuditFile {
    let AuditState {
        is_failing,
        lost,
        places,
    } = file.state();
    AuditFile {
        is_failing,
        lost,
        places,
        most_places: AuditState::MOST_PLACES,
    }
}

fn refusal(status: StatusCode, text: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}
