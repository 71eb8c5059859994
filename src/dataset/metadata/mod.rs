//! Metadata of a collection, in the words of DCAT and OGC API.

pub mod description;

mod catalog_entry;
mod dimension;
mod extent;
mod field;
mod iri;
mod licence;
mod lifecycle;
mod moment;
mod unit;

pub use catalog_entry::{Assurance, CatalogEntry, Series};
pub use dimension::{Dimension, DimensionValues};
pub use extent::{BoundingBox, Extent, Interval};
pub use field::{Field, FieldType};
pub use iri::{Iri, NotAnIri};
pub use licence::Licence;
pub use lifecycle::Lifecycle;
pub use moment::Moment;
pub use unit::Unit;

/// Everything that is said of a collection, apart from who may have it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// The name for people (`dct:title`).
    pub title: Box<str>,
    /// Some sentences (`dct:description`).
    pub description: Option<Box<str>>,
    /// Words to find it by (`dcat:keyword`).
    pub keywords: Vec<Box<str>>,
    /// The terms of use (`dct:license`).
    pub licence: Option<Licence>,
    /// The publisher (`dct:publisher`).
    pub publisher: Option<Box<str>>,
    /// The contact: an address of mail or of a page (`dcat:contactPoint`).
    pub contact: Option<Box<str>>,
    /// The publisher's own version (`dcat:version`).
    pub version: Option<Box<str>>,
    /// The first publication (`dct:issued`).
    pub issued: Option<Moment>,
    /// The last change (`dct:modified`).
    pub modified: Option<Moment>,
    /// Its announced end.
    pub lifecycle: Lifecycle,
    /// Its entry in a catalogue.
    pub entry: CatalogEntry,
    /// The extent in space and time (`dct:spatial`, `dct:temporal`).
    pub extent: Extent,
    /// The fields, in their order.
    pub fields: Vec<Field>,
    /// The dimensions of a coverage beside longitude and latitude, in their order, as its store has them.
    pub dimensions: Vec<Dimension>,
}

impl Metadata {
    /// Adds what `told` says where nothing was said.
    pub(super) fn lay_under(&mut self, told: &Self) {
        fn add<T: Clone>(said: &mut Option<T>, told: Option<&T>) {
            if said.is_none() {
                *said = told.cloned();
            }
        }
        if self.title.is_empty() {
            self.title.clone_from(&told.title);
        }
        if self.keywords.is_empty() {
            self.keywords.clone_from(&told.keywords);
        }
        self.lay_over_fields(&told.fields);
        self.dimensions.clone_from(&told.dimensions);
        add(&mut self.description, told.description.as_ref());
        add(&mut self.licence, told.licence.as_ref());
        add(&mut self.publisher, told.publisher.as_ref());
        add(&mut self.contact, told.contact.as_ref());
        add(&mut self.version, told.version.as_ref());
        add(&mut self.issued, told.issued.as_ref());
        add(&mut self.modified, told.modified.as_ref());
        add(&mut self.extent.spatial, told.extent.spatial.as_ref());
        add(&mut self.extent.temporal, told.extent.temporal.as_ref());
    }

    /// Takes the fields that the data `have`, with the names and definitions that people were told of them: what was
    /// described and not imported is not there.
    fn lay_over_fields(&mut self, have: &[Field]) {
        let said = std::mem::replace(&mut self.fields, have.to_vec());
        for field in &mut self.fields {
            if let Some(said) = said.iter().find(|said| said.name == field.name) {
                field.title = said.title.clone().or_else(|| field.title.take());
                field.definition = said.definition.clone().or_else(|| field.definition.take());
            }
        }
    }
}
