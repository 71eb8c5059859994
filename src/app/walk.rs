//! The walk of one request through the rooms.

use std::{any::Any, panic::AssertUnwindSafe};

use actix_web::{
    HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::Extensions,
    http::{
        Method,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue},
    },
    web::{self, Data, Payload, ServiceConfig},
};
use futures_util::FutureExt;

use super::{Perild, Route, Site, perils, routes};
use crate::{
    caller::Caller,
    clock::Timestamp,
    dataset::{Absent, FileName},
    edge::{Authorization, Inbound, InteractionId, Malformed, Neighbour, NotTaken, Peer},
    log::{Access, Recorded},
    policy::Permit,
    response::{self, Refusal},
    token::BoundToken,
};

/// Sends every request to [`answer`].
pub fn configure(perild: Data<Perild>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(perild).default_service(web::to(answer));
    }
}

/// Notes who connected, and shuts a stranger's TCP connection, before anything is read of it.
pub fn on_connect(perild: Data<Perild>) -> impl Fn(&dyn Any, &mut Extensions) {
    move |connection, extensions| {
        if let Some(peer) = perild.gate().pass(connection, &perild.site().peers) {
            extensions.insert(peer);
        }
    }
}

/// Answers one request: the walk, its panic if there is one, the header fields that every answer
/// carries, and the access record.
pub async fn answer(request: HttpRequest, body: Payload, perild: Data<Perild>) -> HttpResponse {
    let Some(&peer) = request.conn_data::<Peer>() else {
        // Shut by the gate: what had arrived before that is not looked at, and no answer leaves.
        return HttpResponse::Forbidden().finish();
    };
    let route = Route::find(request.uri().path());
    let lines = request.headers().get_all(InteractionId::HEADER);
    let id = InteractionId::read(lines.map(HeaderValue::as_bytes));
    let meter = perild.meter(&route);
    let mut access = Access::begin(id, request.method().as_str(), route.template(), meter);
    let outcome = guarded(walk(&request, body, peer, &route, &perild, &mut access)).await;
    let mut answer = outcome.unwrap_or_else(|refusal| refuse(&refusal, &route, &mut access));
    if let Ok(id) = HeaderValue::from_str(access.interaction_id().as_str()) {
        answer
            .headers_mut()
            .insert(HeaderName::from_static(InteractionId::HEADER), id);
    }
    if perild.is_stopping() {
        answer
            .head_mut()
            .set_connection_type(actix_web::http::ConnectionType::Close);
    }
    record(access, request.method(), answer)
}

/// A panic in `walk` is one request's 500, and nobody else's trouble (DEC-6).
async fn guarded(
    walk: impl Future<Output = Result<HttpResponse, Refusal>>,
) -> Result<HttpResponse, Refusal> {
    let walked = AssertUnwindSafe(walk).catch_unwind().await;
    walked.unwrap_or(Err(Refusal::Fault))
}

/// The rooms in order; each hands the next the proof of its check.
async fn walk(
    request: &HttpRequest,
    body: Payload,
    peer: Peer,
    route: &Route,
    perild: &Perild,
    access: &mut Access,
) -> Result<HttpResponse, Refusal> {
    let now = Timestamp::now();
    let site = perild.site();
    let neighbour = match site.peers.admit(peer) {
        Ok(neighbour) => neighbour,
        // Only the hop may speak; perild itself may ask whether it lives (CERT-14).
        Err(_) if perild.is_itself(peer) && *route == Route::Health => return Ok(healthy()),
        Err(stranger) => return Err(stranger.into()),
    };
    site.limits.admit(request)?;
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent()
            .insert_header((ALLOW, route.allow()))
            .finish());
    }
    if !route.answers(request.method()) {
        let is_known = routes::is_known(request.method());
        return Err(if is_known {
            Refusal::MethodNotAllowed
        } else {
            Refusal::MethodUnknown
        });
    }
    match route {
        Route::Description => {
            let parameters = perils::parameters(request);
            site.description.document(request, &parameters)
        }
        Route::Docs => site.description.page(request),
        Route::Health => Ok(healthy()),
        Route::Readiness => ready(&site),
        Route::File {
            file: Some(file), ..
        } => {
            if site.policy.lists(file.dataset()) {
                access.dataset(file.as_str());
            }
            let permit = match site.policy.open(file.dataset()) {
                Some(open) => open,
                None => permit(request, neighbour, &site, file, now, access).await?,
            };
            access.decision(format!("granted: {}", permit.rule()));
            let selection = site.files.select(&permit, file, now)?;
            access.dataset(file.as_str());
            response::file::answer(request, selection, &site.accel_prefix)
        }
        Route::Perils(route) => {
            let visit = perils::Visit {
                request,
                neighbour,
                site: &site,
                now,
            };
            visit.answer(*route, body, access).await
        }
        Route::File { file: None, .. } | Route::Nothing => {
            authenticate(request, neighbour, &site, now, access).await?;
            Err(Refusal::NoRoute)
        }
    }
}

async fn permit(
    request: &HttpRequest,
    neighbour: Neighbour,
    site: &Site,
    file: &FileName,
    now: Timestamp,
    access: &mut Access,
) -> Result<Permit, Refusal> {
    let (_, token) = authenticate(request, neighbour, site, now, access).await?;
    Ok(site.policy.decide(&token, file.dataset())?)
}

/// Steps 3 to 7: syntax before presence, presence before validity, and the directory last.
pub(super) async fn authenticate(
    request: &HttpRequest,
    neighbour: Neighbour,
    site: &Site,
    now: Timestamp,
    access: &mut Access,
) -> Result<(Caller, BoundToken), Refusal> {
    site.notice_other_certificate_headers(request);
    let inbound = Inbound::read(request, neighbour, &site.hop)?;
    let presented = inbound
        .certificate()
        .map(|forwarded| site.callers.recognise(forwarded))
        .transpose()?;
    let token = match inbound.authorization() {
        Authorization::Absent => return Err(Refusal::NoToken),
        Authorization::NotAToken => return Err(Refusal::NotAToken),
        Authorization::Token(token) => token,
    };
    let caller = presented.ok_or(Refusal::NoCertificate)?.verify(now)?;
    access.caller(&caller);
    let token = site.tokens.redeem(token, &caller, now).await?;
    access.token(&token);
    Ok((caller, token))
}

fn ready(site: &Site) -> Result<HttpResponse, Refusal> {
    match site.tokens.readiness() {
        Ok(()) => Ok(plain("text/plain; charset=utf-8", "ready\n")),
        Err(not_ready) => Err(Refusal::NotReady(not_ready.to_string())),
    }
}

fn healthy() -> HttpResponse {
    plain("text/html; charset=utf-8", "OK")
}

fn plain(content_type: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}

fn refuse(refusal: &Refusal, route: &Route, access: &mut Access) -> HttpResponse {
    match refusal {
        Refusal::Absent(Absent::Unreadable { .. })
        | Refusal::Body(NotTaken::Kept { .. })
        | Refusal::Fault => {
            tracing::error!(
                interaction_id = access.interaction_id().as_str(),
                "{refusal}"
            );
        }
        Refusal::Malformed(Malformed::RepeatedCertificate) | Refusal::Stranger(_) => {
            tracing::warn!(
                interaction_id = access.interaction_id().as_str(),
                "{refusal}"
            );
        }
        _ => {}
    }
    access.refused(refusal.into());
    access.decision(format!("refused: {refusal}"));
    response::problem::answer(refusal, access.interaction_id(), route.allow())
}

/// Writes the access record: now for a body that is whole, else when its last octet has left.
fn record(access: Access, method: &Method, answer: HttpResponse) -> HttpResponse {
    let status = answer.status().as_u16();
    answer.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => {
            let sent = if method == Method::HEAD {
                0
            } else {
                bytes.len()
            };
            access.write(status, u64::try_from(sent).unwrap_or(u64::MAX));
            BoxBody::new(bytes)
        }
        Err(body) => BoxBody::new(Recorded::new(access, status, body)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: DEC-6
    #[tokio::test]
    async fn dec_6_a_panic_is_a_refusal_and_what_follows_is_answered() {
        let panicking = guarded(async { panic!("the secret of the panic") }).await;
        let refusal = panicking.unwrap_err();
        assert!(matches!(refusal, Refusal::Fault));
        assert!(!refusal.to_string().contains("secret"));
        let fine = guarded(async { Ok(plain("text/plain", "fine")) }).await;
        assert_eq!(fine.unwrap().status(), 200);
    }
}
