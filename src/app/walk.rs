//! The walk of one request through the rooms.

use std::{
    cell::{Cell, OnceCell},
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
};

use actix_web::{
    HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::Extensions,
    http::{
        Method,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION},
    },
    web::{self, Data, Payload, ServiceConfig},
};
use futures_util::FutureExt;

use super::{
    Perild, Present, Route, Site,
    context::RequestContext,
    heartbeat::{Heartbeats, has_heartbeat},
    provenance::Told,
    routes,
};
use crate::{
    audit::NotRecorded,
    climatescore,
    clock::Timestamp,
    edge::{InteractionId, Malformed, NotTaken, Peer, Screen, Unreadable},
    log::{Access, Recorded},
    response::{self, Refusal},
};

/// Sends every request to [`answer`].
pub fn configure(perild: Data<Perild>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(perild).default_service(web::to(answer));
    }
}

/// Notes who connected, and shuts a stranger's TCP connection, before anything is read of it.
pub fn on_connect<T: 'static>(
    perild: Data<Perild>,
) -> impl Fn(&Screen<T>, &mut Extensions) + Send + Sync + Clone {
    move |connection, extensions| {
        let stream = connection.stream();
        if let Some(peer) = perild.guard().pass(stream, perild.present().peers()) {
            extensions.insert(peer);
        }
        extensions.insert(connection.unreadable());
    }
}

/// Answers one request: the walk, its panic if there is one, the header fields that every answer
/// carries, and the access record.
pub async fn answer(request: HttpRequest, body: Payload, perild: Data<Perild>) -> HttpResponse {
    let Some(&peer) = request.conn_data::<Peer>() else {
        // Shut by the guard: what had arrived before that is not looked at, and no answer leaves.
        return HttpResponse::Forbidden().finish();
    };
    let path = request.uri().path();
    let (found, id, method) = if let Some(unreadable) = unreadable(&request) {
        let method = unreadable.method.as_ref().map_or("-", recorded_method);
        (Route::Nothing, unreadable.id.clone(), method)
    } else {
        let lines = request.headers().get_all(InteractionId::HEADER);
        let id = InteractionId::read(lines.map(HeaderValue::as_bytes));
        (Route::find(path), id, recorded_method(request.method()))
    };
    let is_probe = matches!(found, Route::Health | Route::Readiness);
    if !is_probe {
        perild.log().room().await;
    }
    let present = perild.present();
    let catalog = present.site().map(|site| &*site.catalog);
    let route = found.among(path, catalog);
    let asked = catalog.and_then(|catalog| route.asks(catalog));
    let meter = perild.meter(&route, asked.as_ref());
    let mut access = Access::begin(id, method, route.template(), meter);
    access.query(request.uri().query());
    let trail = present.site().filter(|_| !is_probe).map(|site| &site.audit);
    let kept = trail.map_or(Ok(()), |trail| access.keep_in(trail));
    let walked = if let Err(NotRecorded) = kept {
        // Nothing of it is looked at, but for which of our collections it names.
        let known = asked.as_ref().zip(catalog);
        if let Some((asked, _)) = known.filter(|(asked, of)| of.get(asked.as_str()).is_some()) {
            access.dataset(asked.as_str());
        }
        Err(Refusal::NotRecorded)
    } else {
        let walk = walk(&request, body, peer, &route, &perild, &present, &mut access);
        guarded(walk).await
    };
    let mut answer = walked.unwrap_or_else(|refusal| {
        let metadata = present.site().and_then(Site::resource_metadata_url);
        refuse(&refusal, &route, metadata, &mut access)
    });
    let of_catalog = catalog.zip(asked.as_ref());
    if let Some(collection) = of_catalog.and_then(|(catalog, asked)| catalog.get(asked.as_str())) {
        access.edition(collection);
    }
    let counted =
        asked.filter(|asked| catalog.is_some_and(|catalog| has_heartbeat(asked, catalog)));
    let status = answer.status().as_u16();
    perild.heartbeats().count(&route, counted.as_ref(), status);
    if let Ok(id) = HeaderValue::from_str(access.interaction_id().as_str()) {
        answer
            .headers_mut()
            .insert(HeaderName::from_static(InteractionId::HEADER), id);
    }
    response::conditions::date(answer.headers_mut(), Timestamp::now());
    if perild.is_stopping() {
        answer
            .head_mut()
            .set_connection_type(actix_web::http::ConnectionType::Close);
    }
    record(access, request.method(), answer)
}

/// The method as a record has it: one that nobody knows is the client's own text, and could be a token that went astray.
fn recorded_method(method: &Method) -> &str {
    if routes::is_known(method) {
        method.as_str()
    } else {
        "-"
    }
}

/// The unreadable request in whose place this one was put.
fn unreadable(request: &HttpRequest) -> Option<&Unreadable> {
    let unreadable = request.conn_data::<Arc<OnceLock<Unreadable>>>()?.get()?;
    Some(unreadable).filter(|unreadable| unreadable.stands_at(request.uri().path()))
}

/// A panic in `walk` is one request's 500, and nobody else's trouble (DEC-6).
async fn guarded(
    walk: impl Future<Output = Result<HttpResponse, Refusal>>,
) -> Result<HttpResponse, Refusal> {
    let walked = AssertUnwindSafe(walk).catch_unwind().await;
    walked.unwrap_or(Err(Refusal::Fault))
}

/// The walk: what every route wants, then the rooms in order; each hands the next the proof of its check.
async fn walk(
    request: &HttpRequest,
    body: Payload,
    peer: Peer,
    route: &Route,
    perild: &Perild,
    present: &Present,
    access: &mut Access,
) -> Result<HttpResponse, Refusal> {
    let proxy = match present.peers().admit(peer) {
        Ok(proxy) => proxy,
        // Only the proxy may speak; perild itself may ask whether it lives (CERT-14).
        Err(_) if perild.is_itself(peer) && *route == Route::Health => return Ok(healthy()),
        Err(stranger) => return Err(stranger.into()),
    };
    if let Some(unreadable) = unreadable(request) {
        return Err(unreadable.malformed.into());
    }
    present.limits().admit(request)?;
    if request.method() == Method::OPTIONS {
        return Ok(options(route));
    }
    taken(request.method(), route)?;
    let site = match (present, route) {
        (Present::Site(site), _) => site,
        (Present::Waiting(_), Route::Health) => return Ok(healthy()),
        (Present::Waiting(waiting), _) => return Err(Refusal::Waiting(waiting.to_string())),
    };
    let rows = access.rows().clone();
    let told = Told::at(route);
    let pseudonym = OnceCell::new();
    let has_identified = Cell::new(false);
    let context = RequestContext {
        request,
        proxy,
        site,
        rows: &rows,
        body: &pseudonym,
        now: Timestamp::now(),
        told: &told,
        has_identified: &has_identified,
    };
    let answer = rooms(context, route, body, perild.heartbeats(), access).await;
    access.body(pseudonym.get().copied());
    let mut answer = answer?;
    context.announce(route, answer.headers_mut());
    context.tell(&mut answer, access).await?;
    if !has_identified.get() {
        response::share(answer.headers_mut());
    }
    Ok(answer)
}

/// The rooms that `route` leads through.
async fn rooms(
    context: RequestContext<'_>,
    route: &Route,
    body: Payload,
    heartbeats: &Heartbeats,
    access: &mut Access,
) -> Result<HttpResponse, Refusal> {
    let RequestContext { request, site, .. } = context;
    match route {
        Route::Description => site.description.document(request, &context.parameters()),
        Route::Discovery(route) => context.discover(route, access).await,
        Route::Docs => site.description.page(request),
        Route::Edr(route) => context.data_query(route, body, access).await,
        Route::File {
            file: Some(file), ..
        } => context.file(file, access).await,
        Route::Harvest(route) => context.harvest(route, access),
        Route::Health => Ok(healthy()),
        Route::Heartbeat(route) => context.heartbeat(route, heartbeats, access).await,
        Route::Perils(route) => context.perils(*route, body, access).await,
        Route::Climatescore(route) => climatescore::handle(context, *route, body, access).await,
        Route::Provenance(route) => context.provenance(route, access).await,
        Route::Readiness => ready(site),
        Route::ResourceMetadata(about) => match &site.resource_metadata {
            Some(metadata) => metadata.0.answer(request, about),
            None => Err(Refusal::NoRoute),
        },
        Route::Root => Ok(elsewhere("/v1")),
        Route::Table(route) => context.table(route, body, access).await,
        Route::File { file: None, .. } | Route::Nothing => {
            context.authenticate(access).await?;
            Err(Refusal::NoRoute)
        }
    }
}

fn options(route: &Route) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ALLOW, route.allow()))
        .finish()
}

/// RFC 9110 §15.5.6 and §15.6.2: a method that is known but not for `route`, or that nobody knows.
fn taken(method: &Method, route: &Route) -> Result<(), Refusal> {
    if route.answers(method) {
        Ok(())
    } else if routes::is_known(method) {
        Err(Refusal::MethodNotAllowed)
    } else {
        Err(Refusal::MethodUnknown)
    }
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

/// A redirect to `path` (RFC 9110 §15.4.4).
fn elsewhere(path: &'static str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, path))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .finish()
}

fn plain(content_type: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}

fn refuse(
    refusal: &Refusal,
    route: &Route,
    metadata: Option<&str>,
    access: &mut Access,
) -> HttpResponse {
    match refusal {
        Refusal::Body(NotTaken::Kept { .. }) | Refusal::Fault => {
            tracing::error!(
                interaction_id = access.interaction_id().as_str(),
                "{refusal}"
            );
        }
        Refusal::Malformed(Malformed::RepeatedCertificate) | Refusal::UntrustedPeer(_) => {
            tracing::warn!(
                interaction_id = access.interaction_id().as_str(),
                "{refusal}"
            );
        }
        _ => {}
    }
    access.without_provenance();
    access.refused(refusal);
    response::problem::answer(refusal, access.interaction_id(), route.allow(), metadata)
}

/// Writes the access record: now for a body that is whole, else when its last byte has left.
fn record(mut access: Access, method: &Method, answer: HttpResponse) -> HttpResponse {
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
