//! Described fields beside the columns of the files: CSV on the Web names each column, in the order of the file.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use crate::dataset::{Collection, Kind};

/// A difference between the fields of a description and the columns of a CSV file.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Difference {
    /// A field that no column is named as.
    #[error("{field} is no column of {file}, which has {}", .columns.join(", "))]
    Absent {
        /// The name of the field.
        field: Box<str>,
        /// The file.
        file: Box<str>,
        /// Its columns.
        columns: Vec<String>,
    },
    /// Fields that are the columns, in another order.
    #[error("the columns of {file} are in another order: {}", .columns.join(", "))]
    Order {
        /// The file.
        file: Box<str>,
        /// Its columns.
        columns: Vec<String>,
    },
    /// Columns of which no field speaks, beside others.
    #[error("{file} has columns that no field describes: {}", .columns.join(", "))]
    Undescribed {
        /// The file.
        file: Box<str>,
        /// These columns.
        columns: Vec<String>,
    },
}

impl Difference {
    pub(super) const fn remedy(&self) -> &'static str {
        match self {
            Self::Absent { .. } => "write the name as it stands in the file",
            Self::Order { .. } | Self::Undescribed { .. } => {
                "write a [[field]] for each column, in the order of the file"
            }
        }
    }
}

/// The first difference of each CSV file of `collection` in `folder`, where its fields are its schema. What cannot be read
/// here is told elsewhere.
pub(super) fn differences(collection: &Collection, folder: &Path) -> Vec<Difference> {
    let metadata = collection.metadata();
    let is_schema = collection.kind() == Kind::Files && metadata.entry.data_schema.is_none();
    let fields: Vec<_> = metadata.fields.iter().map(|field| &*field.name).collect();
    if !is_schema || fields.is_empty() {
        return Vec::new();
    }
    let files = collection.representations().iter();
    let tables = files.filter(|file| file.media_type.essence() == "text/csv");
    let found = tables.filter_map(|file| {
        let columns = columns(&folder.join(&*file.name)).ok()?;
        difference(&fields, &file.name, columns)
    });
    found.collect()
}

fn difference(fields: &[&str], file: &str, columns: Vec<String>) -> Option<Difference> {
    let file = file.into();
    let mut each = fields.iter();
    if let Some(field) = each.find(|field| !columns.iter().any(|column| column == **field)) {
        let field = Box::from(*field);
        return Some(Difference::Absent {
            field,
            file,
            columns,
        });
    }
    let is_described = |column: &String| fields.contains(&&**column);
    let others: Vec<_> = columns
        .iter()
        .filter(|one| !is_described(one))
        .cloned()
        .collect();
    if !others.is_empty() {
        let columns = others;
        return Some(Difference::Undescribed { file, columns });
    }
    (fields != columns).then_some(Difference::Order { file, columns })
}

/// The names in the first line of the file `path`, which is UTF-8 and has commas, as CSV on the Web reads it.
fn columns(path: &Path) -> io::Result<Vec<String>> {
    let mut begin = Vec::new();
    File::open(path)?
        .take(LONGEST_HEADER)
        .read_to_end(&mut begin)?;
    let mut reader = csv::Reader::from_reader(&*begin);
    let header = reader.headers()?;
    Ok(header.iter().map(str::to_owned).collect())
}

/// Octets of a file in which its header is looked for.
const LONGEST_HEADER: u64 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_the_columns_of_a_file_in_its_order_or_the_first_difference_is_told() {
        for (fields, columns, told) in [
            (&["a", "b"][..], &["a", "b"][..], None),
            (
                &["a", "c"],
                &["a", "b"],
                Some("c is no column of t.csv, which has a, b"),
            ),
            (&["A"], &["a"], Some("A is no column of t.csv, which has a")),
            (
                &["b"],
                &["a", "b", "d"],
                Some("t.csv has columns that no field describes: a, d"),
            ),
            (
                &["b", "a"],
                &["a", "b"],
                Some("the columns of t.csv are in another order: a, b"),
            ),
            (
                &["a"],
                &["a", "a"],
                Some("the columns of t.csv are in another order: a, a"),
            ),
            (
                &["a"],
                &["a;b"],
                Some("a is no column of t.csv, which has a;b"),
            ),
        ] {
            let columns = columns.iter().map(|one| (*one).to_owned()).collect();
            let said = difference(fields, "t.csv", columns).map(|one| one.to_string());
            assert_eq!(said.as_deref(), told, "{fields:?}");
        }
    }

    #[test]
    fn a_header_is_read_past_a_byte_order_mark_and_one_that_is_no_text_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let read = |octets: &[u8]| {
            std::fs::write(&path, octets).unwrap();
            columns(&path).ok()
        };
        let names = |names: &[&str]| Some(names.iter().map(|one| (*one).to_owned()).collect());
        assert_eq!(read(b"a,\"b, c\"\r\n1,2\r\n"), names(&["a", "b, c"]));
        assert_eq!(read(b"\xef\xbb\xbfa,b"), names(&["a", "b"]));
        assert_eq!(read(b"\xff\xfea"), None);
        assert_eq!(read(b""), names(&[]));
    }
}
