//! Requests for peril values: who asks, for which perils, and what there is for them.

use actix_web::{
    HttpResponse,
    http::Method,
    web::{self, Payload},
};

use super::{
    PerilRoute,
    context::{Bearer, RequestContext},
};
use crate::{
    dataset::{
        Perils,
        perils::{
            Refused,
            places::PlaceList,
            query::{Options, Query, Reach, Subset},
        },
    },
    edge::{Body, Charset, ContentType},
    log::Access,
    policy::{CollectionId, Permit},
    response::{Refusal, catalogue, location, media::Negotiated},
};

impl RequestContext<'_> {
    /// The answer to a request for perils at `route`.
    pub(super) async fn perils(
        self,
        route: PerilRoute,
        body: Payload,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        match route {
            PerilRoute::Catalogue => self.catalogue(access).await,
            PerilRoute::Query => self.query(body, access).await,
        }
    }

    async fn catalogue(self, access: &mut Access) -> Result<HttpResponse, Refusal> {
        self.permit_group(access).await?;
        catalogue::answer(self.request, &self.site.perils)
    }

    async fn query(self, body: Payload, access: &mut Access) -> Result<HttpResponse, Refusal> {
        let known = self.known_bearer(access).await?;
        let read = self.read_query(body, consumer(known.as_ref())).await;
        let (query, places) = self.readable(known.as_ref(), read, access).await?;
        let (known, withheld) = self.withheld(known, &query.options, access).await?;
        let subset = self.subset(&query.options, &withheld);
        let subset = self.readable(known.as_ref(), subset, access).await?;
        let asked: Vec<_> = subset.coverages.iter().map(|one| &one.collection).collect();
        let (bearer, permits) = self.peril_permits(known, &asked, access).await?;
        let values = self
            .site
            .perils
            .values(&permits, subset.columns_by_name())?;
        let limits = &self.site.peril_limits;
        let like_input = Some(places.format().into());
        let format = query.format.as_deref();
        let negotiated = Negotiated::<location::Format>::of(self.request, format, like_input)?;
        let closing = self.closing(negotiated.media(), access).await?;
        location::answer(
            self.request,
            negotiated,
            places,
            subset,
            values,
            || self.site.streams.try_acquire(bearer.consumer()),
            location::Means {
                schemas: &self.site.schemas,
                rows: self.rows.clone(),
                closing,
                limits: location::Limits {
                    columns: limits.max_columns,
                    header_bytes: limits.max_header_bytes,
                    cells: limits.max_cells,
                    answer_bytes: limits.max_answer_bytes,
                },
            },
        )
    }

    /// The question at `/v1/location`, and its places.
    async fn read_query(
        self,
        body: Payload,
        consumer: &str,
    ) -> Result<(Query, PlaceList), Refusal> {
        if !self.site.perils.is_imported() {
            return Err(Refused::NoStore.into());
        }
        let is_post = self.request.method() == Method::POST;
        let mut query = Query::read(&self.parameters(), !is_post)?;
        let places = if is_post {
            self.sent_places(body, consumer, &mut query.options).await?
        } else {
            let body = Body::Memory(query.places()?.into());
            PlaceList::of(body, false, &mut query.options, self.most_places())?
        };
        Ok((query, places))
    }

    /// The collections that `options` name and that who asks may not know of. Who names one that is not for everyone
    /// to know of needs a token, as who names one that there is none of.
    async fn withheld(
        self,
        known: Option<Bearer>,
        options: &Options,
        access: &mut Access,
    ) -> Result<(Option<Bearer>, Vec<CollectionId>), Refusal> {
        let asked = options.items("collections").unwrap_or_default();
        let mut withheld: Vec<_> = asked
            .iter()
            .filter_map(|id| CollectionId::parse(id).ok())
            .filter(|id| self.is_unlisted(id) && self.site.policy.open(id).is_none())
            .collect();
        if withheld.is_empty() {
            return Ok((known, withheld));
        }
        let bearer = match known {
            Some(bearer) => bearer,
            None => self.bearer(access).await?,
        };
        withheld.retain(|id| !self.may_read(&bearer, id));
        Ok((Some(bearer), withheld))
    }

    /// The columns that `options` ask for, where those that are `withheld` are not known.
    fn subset(self, options: &Options, withheld: &[CollectionId]) -> Result<Subset, Refusal> {
        let limits = &self.site.peril_limits;
        let reach = Reach {
            max_radius_km: limits.max_radius_km,
            max_search_cells: limits.max_search_cells,
        };
        let perils = &self.site.perils;
        Ok(Subset::read(options, reach, perils, withheld)?)
    }

    /// The places of the body, with the options beside them; where they are many, another thread reads them.
    pub(super) async fn sent_places(
        self,
        body: Payload,
        consumer: &str,
        options: &mut Options,
    ) -> Result<PlaceList, Refusal> {
        let content_type = ContentType::of(self.request);
        let is_csv = content_type.is_csv();
        if !is_csv && !content_type.is_json() {
            return Err(Refusal::NotRead { taken: BODIES });
        }
        let header = content_type.parameter("header").unwrap_or("present");
        if is_csv && !header.eq_ignore_ascii_case("present") {
            return Err(Refusal::NotRead { taken: WITH_HEADER });
        }
        let charset = Charset::declared(content_type.parameter("charset"))?;
        let limit = self.most_places();
        let intake = &self.site.intake;
        let body = self.take(intake, body, consumer).await?;
        if body.is_short() {
            let body = intake.in_utf_8(body, charset)?;
            return Ok(PlaceList::of(body, is_csv, options, limit)?);
        }
        let mut read = std::mem::take(options);
        let intake = intake.clone();
        let read_through = web::block(move || {
            let body = intake.in_utf_8(body, charset)?;
            let places = PlaceList::of(body, is_csv, &mut read, limit)?;
            Ok::<_, Refusal>((places, read))
        });
        let (places, read) = read_through.await.or(Err(Refusal::Fault))??;
        *options = read;
        Ok(places)
    }

    fn most_places(self) -> usize {
        usize::try_from(self.site.peril_limits.max_places).unwrap_or(usize::MAX)
    }

    /// Steps 3 to 8 for what is said of all perils, if any was imported.
    pub(crate) async fn permit_group(self, access: &mut Access) -> Result<(), Refusal> {
        self.peril_permits(None, &[Perils::group()], access).await?;
        let mut perils = self.site.perils.perils();
        if perils.any(|peril| peril.store.is_some()) {
            Ok(())
        } else {
            Err(Refused::NoStore.into())
        }
    }

    /// The bearer, before a request has said of which coverages it asks: none where that has to be read first, for
    /// some are open.
    pub(crate) async fn known_bearer(self, access: &mut Access) -> Result<Option<Bearer>, Refusal> {
        let each = self.site.perils.descriptions().iter();
        let each = each.map(|one| &one.collection);
        self.bearer_of_any([Perils::group()].into_iter().chain(each), access)
            .await
    }

    /// The outcome of reading. A body that cannot be read asks for nothing open: whoever sends it hears of that last.
    pub(crate) async fn readable<T>(
        self,
        known: Option<&Bearer>,
        read: Result<T, Refusal>,
        access: &mut Access,
    ) -> Result<T, Refusal> {
        if read.is_err() && known.is_none() {
            self.authenticate(access).await?;
        }
        read
    }

    /// Steps 3 to 8 for each of the coverages that are `asked` for; without any, for what is said of all perils.
    pub(crate) async fn peril_permits(
        self,
        known: Option<Bearer>,
        asked: &[&CollectionId],
        access: &mut Access,
    ) -> Result<(Bearer, Vec<Permit>), Refusal> {
        let group = [Perils::group()];
        let asked = if asked.is_empty() { &group[..] } else { asked };
        let named: Vec<_> = asked.iter().map(|asked| asked.as_str()).collect();
        access.dataset(&named.join(","));
        self.permits(known, asked, access).await
    }
}

/// The consumer whose slots for long bodies are used: strangers together, where a body has to be read before it is
/// known whether anything in it needs a token.
pub(crate) fn consumer(known: Option<&Bearer>) -> &str {
    known.map_or("", Bearer::consumer)
}

/// The media types of a body of `/v1/location`.
const BODIES: &str = "application/json, application/geo+json or text/csv";
/// The rule for a CSV: which of its columns is the latitude, nothing else says.
const WITH_HEADER: &str = "CSV with a header that names its columns, not header=absent";
