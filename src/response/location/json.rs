//! JSON: what is answered from, then each place with what was sent and what came of it.

use std::{borrow::Cow, io::Write};

use serde_json::json;

use super::{
    Question,
    results::{Counts, Results},
    values::quoted,
    writer::Writer,
};
use crate::dataset::{
    grid::StoreVersion,
    perils::{
        places::{Carried, Header, Place},
        query::{Form, PlaceResult, Subset},
    },
};

/// Writes `{"store":...,"query":...,"locations":[...],"summary":...}`.
pub(super) struct Locations {
    results: Results,
    counts: Counts,
    header: Option<Header>,
}

impl Locations {
    pub(super) fn new(question: &Question) -> Self {
        Self {
            results: Results::new(question),
            counts: Counts::default(),
            header: question.places.header().cloned(),
        }
    }
}

impl Writer for Locations {
    fn begin(&mut self, out: &mut Vec<u8>, question: &Question) {
        let start = format!("{{{},\"locations\":[", preamble(question));
        out.extend_from_slice(start.as_bytes());
    }

    fn place(&mut self, out: &mut Vec<u8>, place: &Place<'_>, answered: &PlaceResult) -> bool {
        let header = self.header.as_ref();
        self.counts.push_comma(out);
        let [latitude, longitude] = coordinates(place, header);
        let _ = write!(
            out,
            "{{\"index\":{},\"id\":{},\"latitude\":{latitude},\"longitude\":{longitude},\"properties\":{{",
            self.counts.places(),
            id(place, header)
        );
        push_carried(out, place, header);
        out.extend_from_slice(b"},");
        self.results.push(out, answered);
        out.push(b'}');
        self.counts.add(answered.status);
        false
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.counts.push_end(out);
    }
}

/// The members `store` and `query`: what is answered from, and what was understood.
pub(super) fn preamble(question: &Question) -> String {
    let about = question.origins();
    let subset = &question.subset;
    let version = about.version.unwrap_or(StoreVersion {
        id: 0,
        imported_at: 0,
    });
    let mut store = json!({
        "version": version.id,
        "imported_at": crate::clock::Timestamp::from_seconds(version.imported_at).to_string(),
        "synthetic": about.synthetic,
        "source": about.source,
        "licence": about.licence,
    });
    if question.values.stores().nth(1).is_some()
        && let Some(store) = store.as_object_mut()
    {
        store.insert("collections".to_owned(), collections(subset));
    }
    let ids: Vec<_> = subset.coverages.iter().map(|one| one.id()).collect();
    let of_coverages = match subset.form {
        Form::Collections => "collections",
        Form::Perils => "perils",
    };
    let query = json!({
        of_coverages: ids,
        "values_per_place": subset.outputs.len(),
        "interpolation": subset.interpolation.name(),
        "radius_km": subset.radius_km,
    });
    format!("\"store\":{store},\"query\":{query}")
}

/// Facts of each collection, where they are not from one store.
fn collections(subset: &Subset) -> serde_json::Value {
    let each = subset.coverages.iter().filter_map(|one| {
        let store = one.store.as_ref()?;
        let facts = json!({
            "version": store.version.id,
            "imported_at": crate::clock::Timestamp::from_seconds(store.version.imported_at).to_string(),
            "synthetic": one.coverage.synthetic,
            "source": one.coverage.source,
            "licence": one.coverage.licence,
        });
        Some((one.id().to_owned(), facts))
    });
    each.collect::<serde_json::Map<_, _>>().into()
}

/// Latitude and longitude as JSON, as they were sent; `null` for what is no number.
pub(super) fn coordinates<'p>(place: &Place<'p>, header: Option<&Header>) -> [Cow<'p, str>; 2] {
    let sent = place.coordinates(header);
    sent.map(|text| text.unwrap_or(Cow::Borrowed("null")))
}

/// The id of a place as JSON.
pub(super) fn id(place: &Place<'_>, header: Option<&Header>) -> String {
    let column = header.and_then(|header| header.id);
    match (place.id, place.carried, column) {
        (Some(id), _, _) => id.to_owned(),
        (None, Carried::Record(record), Some(column)) => quoted(&record.field(column)),
        _ => "null".to_owned(),
    }
}

/// Appends what came with a place, as members.
pub(super) fn push_carried(out: &mut Vec<u8>, place: &Place<'_>, header: Option<&Header>) {
    let (record, header) = match (place.carried, header) {
        (Carried::Members(members), _) => {
            out.extend_from_slice(members.as_bytes());
            return;
        }
        (Carried::Record(record), Some(header)) => (record, header),
        (Carried::Record(_), None) => return,
    };
    let ours = [Some(header.latitude), Some(header.longitude), header.id];
    let mut is_first = true;
    let fields = record.fields(header.names.len());
    for (index, (name, field)) in header.names.iter().zip(fields).enumerate() {
        if ours.contains(&Some(index)) {
            continue;
        }
        if !is_first {
            out.push(b',');
        }
        is_first = false;
        out.extend_from_slice(quoted(name).as_bytes());
        out.push(b':');
        out.extend_from_slice(quoted(&field).as_bytes());
    }
}
