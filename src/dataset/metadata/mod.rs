//! What a collection says about itself, in the words of DCAT and OGC API.

pub mod description;

mod dimension;
mod extent;
mod field;
mod licence;
mod moment;
mod unit;

pub use dimension::{Dimension, DimensionValues};
pub use extent::{BoundingBox, Extent, Interval};
pub use field::{Field, FieldType};
pub use licence::Licence;
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
    /// Who publishes it (`dct:publisher`).
    pub publisher: Option<Box<str>>,
    /// Who is asked about it: an address of mail or of a page (`dcat:contactPoint`).
    pub contact: Option<Box<str>>,
    /// The publisher's own version (`dcat:version`).
    pub version: Option<Box<str>>,
    /// The first publication (`dct:issued`).
    pub issued: Option<Moment>,
    /// The last change (`dct:modified`).
    pub modified: Option<Moment>,
    /// Where and when the data lie (`dct:spatial`, `dct:temporal`).
    pub extent: Extent,
    /// The fields, in their order.
    pub fields: Vec<Field>,
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
        if self.fields.is_empty() {
            self.fields.clone_from(&told.fields);
        }
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
}
