//! Places of a body with the features around each: `POST /v1/collections/{id}/items/locate`.

use actix_web::{HttpResponse, web::Payload};

use super::{
    super::context::{Bearer, RequestContext},
    leave::read,
};
use crate::{
    dataset::{
        located::{Coordinates, Located, LocatedFeatures},
        perils::{
            Refused as PlacesRefused,
            places::{InputFormat, PlaceList},
            query::Options,
        },
        tables::{Asked, Parameters, PermittedTable, Refused, parameters::Known},
    },
    log::Access,
    response::{
        Refusal,
        items::{self, Format},
        media::Negotiated,
    },
};

impl RequestContext<'_> {
    /// The answer with each place of the body and the features of `table` around it.
    pub(super) async fn locate(
        self,
        table: PermittedTable,
        bearer: &Bearer,
        body: Payload,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let Some(geometry) = geometry_of(&table) else {
            let kind = table.schema().kind.into();
            return Err(Refused::OtherKind { kind }.into());
        };
        let parameters = Parameters::read(&self.parameters(), table.schema(), &TAKEN, true)?;
        let asked = Asked::read(&parameters, table.schema())?;
        let told = asked.properties.unwrap_or_else(|| {
            let all = 0..table.schema().columns.len();
            all.filter(|column| *column != geometry).collect()
        });
        if told.contains(&geometry) {
            let expected = "columns beside that of geometries";
            return Err(Refused::malformed("properties", expected).into());
        }
        let mut options = Options::default();
        let places = self.sent_places(body, bearer.consumer(), &mut options);
        let places = places.await?;
        if options != Options::default() {
            let expected = "places alone; what is asked of features stands in the query";
            return Err(Refused::malformed("the body", expected).into());
        }
        self.admit(&places, told.len())?;
        let like_input = match places.format() {
            InputFormat::Csv => Format::Csv,
            InputFormat::GeoJson => Format::GeoJson,
            InputFormat::Json => Format::Json,
        };
        let f = parameters.get(Known::F);
        let negotiated = Negotiated::of(self.request, f, Some(like_input))?;
        let slot = self.site.streams.try_acquire(bearer.consumer());
        let slot = slot.ok_or(Refusal::Busy)?;
        let coordinates = match negotiated.format() {
            Format::Csv => Coordinates::AsSent,
            _ => Coordinates::AsNumbers,
        };
        let (schema, query, columns) = (table.schema().clone(), asked.query, told.clone());
        let located = read(self.query_slot(bearer).await?, move || {
            let features = LocatedFeatures::read(&table, query, &columns, &places)?;
            Ok(Located::new(&places, features, coordinates))
        });
        let located = located.await?;
        let (now, rows) = (self.now, self.rows.clone());
        let closing = self.closing(negotiated.media(), access).await?;
        let columns = (&schema, &*told);
        Ok(items::located(
            negotiated, located, columns, slot, now, rows, closing,
        ))
    }

    /// No more columns, and no more of their values and names, than one answer may have.
    fn admit(self, places: &PlaceList, of_features: usize) -> Result<(), PlacesRefused> {
        let limits = &self.site.peril_limits;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let names = places.header().map_or(&[][..], |header| &header.names);
        let bytes = names.iter().map(|name| count(name.len())).sum::<u64>();
        let values = count(places.count()).saturating_mul(count(names.len() + of_features));
        for (what, found, limit) in [
            ("columns of the CSV", count(names.len()), limits.max_columns),
            ("octets of their names", bytes, limits.max_header_bytes),
            ("places times their columns", values, limits.max_cells),
            (
                "octets of the answer, if each place has its names",
                bytes.saturating_mul(count(places.count())),
                limits.max_answer_bytes,
            ),
        ] {
            if found > limit {
                return Err(PlacesRefused::TooMuch { what, found, limit });
            }
        }
        Ok(())
    }
}

/// The column of geometries of a table of features.
fn geometry_of(table: &PermittedTable) -> Option<usize> {
    let schema = table.schema();
    let geometry = schema.geometry.as_ref()?;
    schema.column(geometry).map(|(column, _)| column)
}

/// Parameters that are known here, beside columns of the table.
const TAKEN: [Known; 6] = [
    Known::Datetime,
    Known::F,
    Known::Filter,
    Known::FilterCrs,
    Known::FilterLang,
    Known::Properties,
];
