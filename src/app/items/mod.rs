//! Rows of tables: records, features and series, as OGC API Features has them.

mod leave;
mod locate;
mod queryables;
mod readings;
mod route;
mod sums;
mod whole;

use actix_web::{HttpResponse, web::Payload};
use perild_query::{Query, geometry::Crs};

use leave::{Leave, read};

use super::{
    context::{Bearer, RequestContext},
    other_kind::of_another_kind,
};
use crate::{
    dataset::tables::{
        Asked, Counting, Page, PageSize, Parameters, PermittedTable, Refused,
        parameters::{KNOWN, Known, OF_AN_ITEM},
    },
    log::Access,
    response::{
        Refusal,
        items::{self, AnswerColumns, Form, Format, Links},
        media::Negotiated,
    },
};

pub(super) use route::{TableResource, TableRoute};

impl RequestContext<'_> {
    /// The answer to a request for a resource of a table: the permit first, then what is asked.
    pub(super) async fn table(
        self,
        route: &TableRoute,
        body: Payload,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let (bearer, table) = self.permitted_table(route, access).await?;
        if !self.is_query_in_utf8() {
            let expected = "UTF-8 behind its percent signs";
            return Err(Refused::malformed("the query", expected).into());
        }
        match &route.resource {
            TableResource::Aggregate => self.sums(table, &bearer, access).await,
            TableResource::Item(key) => self.item(route, &table, key, (&bearer, access)).await,
            TableResource::Items => self.items(route, table, &bearer, access).await,
            TableResource::Locate => self.locate(table, &bearer, body, access).await,
            TableResource::Latest => self.latest(table, &bearer, access).await,
            TableResource::Queryables => self.queryables(route, &table),
        }
    }

    /// The table of `route`, with who asks for it: who may have a collection that is no table is told what it has.
    pub(super) async fn permitted_table(
        self,
        route: &TableRoute,
        access: &mut Access,
    ) -> Result<(Bearer, PermittedTable), Refusal> {
        let Some(id) = &route.collection else {
            self.authenticate(access).await?;
            return Err(Refusal::NoRoute);
        };
        let collection = self.site.catalog.get(id.as_str());
        let kind = collection.and_then(|collection| collection.kind().table());
        if kind.is_some() {
            access.dataset(id.as_str());
        }
        let (bearer, permits) = self.permits(None, &[id], access).await?;
        let [permit] = permits.as_slice() else {
            return Err(Refusal::Fault);
        };
        let Some(kind) = kind else {
            return Err(of_another_kind(collection));
        };
        let table = self.site.tables.table(permit)?;
        if table.schema().kind == kind {
            Ok((bearer, table))
        } else {
            // It was imported as another kind than is described now.
            Err(Refused::NoData.into())
        }
    }

    async fn items(
        self,
        route: &TableRoute,
        table: PermittedTable,
        bearer: &Bearer,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        if self.asks_for_a_profile(&table) {
            return self.readings(table, bearer).await;
        }
        let parameters = Parameters::read(&self.parameters(), table.schema(), KNOWN, true)?;
        let asked = Asked::read(&parameters, table.schema())?;
        let negotiated = Negotiated::of(self.request, parameters.get(Known::F), None)?;
        self.has_record_within(negotiated.media());
        let mut form = self.form_of(&table, negotiated, &asked)?;
        let format = negotiated.format();
        if asked.counting != Counting::No && !format.is_paged() {
            let parameter = if asked.counting == Counting::Only {
                "resultType"
            } else {
                "count"
            };
            return Err(Refused::malformed(
                parameter,
                "left out of tables: GeoJSON and JSON have it",
            )
            .into());
        }
        let representation = form.representation(self.request, &table);
        if let Some(unchanged) = representation.unchanged(self.request) {
            return Ok(unchanged);
        }
        if let Some(file) = self.as_it_lies(&table, &form, &asked, bearer).await? {
            let slot = self.site.streams.try_acquire(bearer.consumer());
            return items::whole(self.request, &representation, form, file, slot);
        }
        let links = self.links(route);
        let limit = asked.limit.or(format.is_paged().then_some(DEFAULT_LIMIT));
        let query = Query {
            properties: Some(form.columns.read.clone()),
            ..asked.query
        };
        let long = || self.site.streams.try_acquire(bearer.consumer());
        let Some(rows) = limit else {
            let query = Query {
                limit: None,
                ..query
            };
            // Rows in the order of the table are read while they are sent.
            let leave = if query.sort.is_empty() {
                Leave::Few(self.query_slot(bearer).await?)
            } else {
                self.leave(&table, &query, bearer).await?
            };
            let rows = read(leave, move || table.select(query)).await?;
            if let Some(answer) = representation.judge(self.request)? {
                return Ok(answer);
            }
            return items::all(&representation, form, rows, asked.offset, long()).await;
        };
        let (counting, offset) = (asked.counting, asked.offset);
        let size = PageSize {
            rows,
            offset,
            bytes: PAGE_BYTES,
        };
        let shape = form.clone();
        let walk = Query {
            limit: Some(rows.saturating_add(offset)).filter(|_| counting == Counting::No),
            ..query.clone()
        };
        let leave = self.leave(&table, &walk, bearer).await?;
        let found = read(leave, move || {
            let matched = match counting {
                Counting::No => None,
                Counting::Only | Counting::Yes => Some(table.count(&query)?),
            };
            let page = match counting {
                Counting::Only => None,
                Counting::No | Counting::Yes => {
                    let page = Page::read(&table, query, size)?;
                    Some(page.each(|batch| shape.simplified(batch))?)
                }
            };
            Ok((page, matched))
        });
        let (page, matched) = found.await?;
        if let Some(answer) = representation.judge(self.request)? {
            return Ok(answer);
        }
        form.closing = self.closing(negotiated.media(), access).await?;
        match page {
            Some(page) => items::page(&representation, form, page, matched, &links, long),
            None => items::hits(&representation, &form, matched.unwrap_or(0), &links),
        }
    }

    async fn item(
        self,
        route: &TableRoute,
        table: &PermittedTable,
        key: &str,
        (bearer, access): (&Bearer, &mut Access),
    ) -> Result<HttpResponse, Refusal> {
        let parameters = Parameters::read(&self.parameters(), table.schema(), OF_AN_ITEM, false)?;
        let asked = Asked::read(&parameters, table.schema())?;
        let negotiated = Negotiated::of(self.request, parameters.get(Known::F), None)?;
        self.has_record_within(negotiated.media());
        let mut form = self.form_of(table, negotiated, &asked)?;
        let row = table.item(key)?;
        let representation = form.representation(self.request, table);
        if let Some(answer) = representation.judge(self.request)? {
            return Ok(answer);
        }
        form.closing = self.closing(negotiated.media(), access).await?;
        let row = row
            .project(&form.columns.read)
            .or(Err(Refused::Unreadable))?;
        let row = if form.tolerance.is_some() {
            let (slot, shape) = (self.query_slot(bearer).await?, form.clone());
            read(slot, move || shape.simplified(row)).await?
        } else {
            row
        };
        items::item(&representation, &form, row, &self.links(route))
    }

    /// The form of an answer from `table`; geometries of tables that say what they are lie as they are stored.
    pub(super) fn form_of(
        self,
        table: &PermittedTable,
        negotiated: Negotiated<Format>,
        asked: &Asked,
    ) -> Result<Form, Refusal> {
        let (format, properties) = (negotiated.format(), asked.properties.as_deref());
        let is_turned = asked.crs.is_some_and(|crs| crs != Crs::default());
        if is_turned && matches!(format, Format::Arrow | Format::Parquet) {
            let expected = "CRS84 where the answer is Arrow or Parquet";
            return Err(Refused::malformed("crs", expected).into());
        }
        let schema = table.schema();
        let crs = asked.crs.unwrap_or_default();
        Ok(Form {
            negotiated,
            columns: AnswerColumns::of(schema, &table.unique(), properties, format, crs),
            crs: schema.geometry.is_some().then_some(crs),
            tolerance: asked.tolerance,
            now: self.now,
            rows: self.rows.clone(),
            closing: None,
        })
    }

    /// The links of an answer about the collection of `route`.
    fn links(&self, route: &TableRoute) -> Links<'_> {
        let id = route.collection.as_ref();
        let id = id.map_or("", |id| id.as_str());
        Links::new(self.request, &self.site.base_url, id)
    }
}

/// Rows of a page where nobody says how many.
const DEFAULT_LIMIT: usize = 100;
/// Bytes of a page in memory.
const PAGE_BYTES: usize = 8 << 20;
