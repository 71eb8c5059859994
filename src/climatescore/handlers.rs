//! The walk of requests at the old service's paths.

use std::{io, sync::Arc};

use actix_web::{
    HttpResponse,
    web::{self, Payload},
};

use super::{
    Column, ContractRoute, Peril, answer,
    request::{Filter, LocationRequest, Point},
};
use crate::{
    app::{RequestContext, consumer},
    dataset::perils::{Refused, Served, Values},
    edge::{Body, ContentType, NotTaken},
    log::Access,
    policy::Permit,
    response::{Refusal, validators::Validators},
};

/// The answer to a request at `route`.
pub(crate) async fn answer(
    context: RequestContext<'_>,
    route: ContractRoute,
    body: Payload,
    access: &mut Access,
) -> Result<HttpResponse, Refusal> {
    match route {
        ContractRoute::All => all(context, access).await,
        ContractRoute::Listing => listing(context, access).await,
        ContractRoute::Locations => locations(context, body, access).await,
        ContractRoute::One(peril) => one(context, peril, access).await,
    }
}

async fn listing(
    context: RequestContext<'_>,
    access: &mut Access,
) -> Result<HttpResponse, Refusal> {
    context.permit_group(access).await?;
    let perils = context.site.perils.perils();
    let stores = perils.filter_map(|peril| peril.store.as_deref());
    let validators = validators(context, stores);
    answer::whole(
        context.request,
        validators,
        answer::listing(),
        &Peril::ALL,
        false,
    )
}

async fn one(
    context: RequestContext<'_>,
    peril: Peril,
    access: &mut Access,
) -> Result<HttpResponse, Refusal> {
    let (_, permits) = context
        .peril_permits(None, &[peril.collection()], access)
        .await?;
    let parameters = context.parameters();
    let filter = Filter::read(&parameters);
    let columns = filter.columns(peril);
    let values = values(context, &permits, &columns)?;
    let imported = context.site.perils.description(peril.name());
    if imported.is_none_or(|peril| peril.store.is_none()) {
        let peril = peril.name().into();
        return Err(Refused::NotImported { peril }.into());
    }
    let point = Point::read(&parameters)?;
    let body = answer::one_peril(peril, point, &filter, &columns, &values);
    let validators = validators(context, values.stores());
    let has_quirk = filter.has_quirk();
    let answer = answer::whole(
        context.request,
        validators,
        body.into(),
        &[peril],
        has_quirk,
    )?;
    Ok(of_one_place(context, answer))
}

async fn all(context: RequestContext<'_>, access: &mut Access) -> Result<HttpResponse, Refusal> {
    let asked = Peril::ALL.map(Peril::collection);
    let (_, permits) = context.peril_permits(None, &asked, access).await?;
    let parameters = context.parameters();
    let columns = |peril| Filter::default().columns(peril);
    let each = Peril::ALL.map(|peril| {
        let columns = columns(peril);
        let values = values(context, &permits, &columns)?;
        Ok((peril, columns, values))
    });
    let values = each.into_iter().collect::<Result<Vec<_>, Refused>>()?;
    let point = Point::read(&parameters)?;
    let body = answer::all_perils(point, &values);
    let stores = values.iter().flat_map(|(_, _, values)| values.stores());
    let validators = validators(context, stores);
    // The old service took no filter here, and did not say so.
    let has_quirk = Filter::read(&parameters).is_given();
    let answer = answer::whole(
        context.request,
        validators,
        body.into(),
        &Peril::ALL,
        has_quirk,
    )?;
    Ok(of_one_place(context, answer))
}

/// Counts the place of `answer`, unless it is one that the client has already.
fn of_one_place(context: RequestContext<'_>, answer: HttpResponse) -> HttpResponse {
    if answer.status().is_success() {
        context.rows.add(1);
    }
    answer
}

async fn locations(
    context: RequestContext<'_>,
    body: Payload,
    access: &mut Access,
) -> Result<HttpResponse, Refusal> {
    let known = context.known_bearer(access).await?;
    let read = read_locations(context, body, consumer(known.as_ref())).await;
    let request = context.readable(known.as_ref(), read, access).await?;
    let asked: Vec<_> = request
        .perils
        .iter()
        .map(|peril| peril.collection())
        .collect();
    let (bearer, permits) = context.peril_permits(known, &asked, access).await?;
    let values = values(context, &permits, &request.columns)?;
    refuse_off_grid(&request, &values)?;
    let slot = || context.site.streams.try_acquire(bearer.consumer());
    answer::locations(request, values, context.rows, slot)
}

/// Request at `/location`.
async fn read_locations(
    context: RequestContext<'_>,
    body: Payload,
    consumer: &str,
) -> Result<LocationRequest, Refusal> {
    if !ContentType::of(context.request).is_json() {
        return Err(Refusal::NotRead {
            taken: "application/json",
        });
    }
    if !context.site.perils.is_imported() {
        return Err(Refused::NoStore.into());
    }
    let mut intake = context.site.intake.clone();
    intake.limit_bytes = intake.limit_bytes.min(LONGEST_BODY);
    let body = context.take(&intake, body, consumer).await?;
    location_request(context, body).await
}

/// Request in a body of the old contract. It is read whole, and what is read takes more memory than its
/// text, so that only some long ones are read at a time.
async fn location_request(
    context: RequestContext<'_>,
    body: Body,
) -> Result<LocationRequest, Refusal> {
    let limit = usize::try_from(context.site.peril_limits.max_contract_places);
    let limit = limit.unwrap_or(usize::MAX);
    if let Some(bytes) = body.in_memory().filter(|_| body.is_short()) {
        return Ok(LocationRequest::read(bytes, limit)?);
    }
    let readers = Arc::clone(&context.site.readers).acquire_owned();
    let reader = readers.await.or(Err(Refusal::Fault))?;
    let read = web::block(move || {
        let _reader = reader;
        let bytes = body.whole()?;
        Ok(LocationRequest::read(&bytes, limit))
    });
    let read: io::Result<_> = read.await.or(Err(Refusal::Fault))?;
    let read = read.map_err(|source| NotTaken::Kept {
        folder: context.site.intake.folder.clone(),
        source,
    })?;
    Ok(read?)
}

/// The old service lost the whole request when one place had no row; this says which. Without a peril
/// it looked for none.
fn refuse_off_grid(request: &LocationRequest, values: &Values) -> Result<(), Refused> {
    if request.perils.is_empty() {
        return Ok(());
    }
    let mut first = Vec::new();
    let mut count = 0;
    for (index, (latitude, longitude)) in request.places.iter().enumerate() {
        let mut parts = values.parts().iter();
        if parts.all(|part| part.find(*latitude, *longitude).is_none()) {
            count += 1;
            if first.len() < NAMED_PLACES {
                first.push(index);
            }
        }
    }
    if count == 0 {
        Ok(())
    } else {
        Err(Refused::OffGrid { first, count })
    }
}

/// The values at `columns`.
fn values(
    context: RequestContext<'_>,
    permits: &[Permit],
    columns: &[Column],
) -> Result<Values, Refused> {
    let columns = columns.iter().map(|column| column.of_collection());
    context.site.perils.values(permits, columns)
}

/// Validators of an answer from `stores`, each of which counts once.
fn validators<'s>(
    context: RequestContext<'_>,
    stores: impl Iterator<Item = &'s Served>,
) -> Validators {
    let mut distinct: Vec<&Served> = Vec::new();
    for store in stores {
        if distinct
            .iter()
            .all(|known| known.checksum != store.checksum)
        {
            distinct.push(store);
        }
    }
    Validators::of_answer(&distinct.into_iter().collect(), context.request, "")
}

/// Bytes of a body: ten thousand places take about a megabyte.
const LONGEST_BODY: u64 = 16 * 1024 * 1024;
/// Places off the grid that are named one by one.
const NAMED_PLACES: usize = 10;
