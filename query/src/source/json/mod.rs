//! Objects of JSON: an array of them, or one after the other.

mod geojson;
mod members;
mod values;

pub(super) use geojson::GeoJsonFile;

use super::{
    columns::Columns,
    fault::What,
    read::{Broken, RowReader},
    row::Row,
    window::Window,
};
use members::{Members, push};
use values::Values;

/// A file of objects, whose members are columns.
pub(super) struct JsonFile {
    values: Values,
}

impl JsonFile {
    /// The file: an array when it begins with a bracket.
    pub(super) fn open(window: Window) -> Result<Self, What> {
        let mut values = Values::new(window)?;
        match values.peek()? {
            None => return Err(What::NoRows),
            Some(b'[') => values.begin_array()?,
            Some(_) => (),
        }
        Ok(Self { values })
    }
}

impl RowReader for JsonFile {
    fn read(&mut self, row: &mut Row, columns: &mut Columns) -> Result<bool, Broken> {
        let (line, text) = match self.values.next() {
            Ok(Some(found)) => found,
            Ok(None) => return end(&mut self.values, row),
            Err(what) => {
                row.begin(self.values.line());
                return Err(last(what));
            }
        };
        row.begin(line);
        for (name, value) in Members::of(text)?.0 {
            push(row, columns, &name, value)?;
        }
        Ok(true)
    }
}

/// The end of a file, behind which nothing comes.
fn end(values: &mut Values, row: &mut Row) -> Result<bool, Broken> {
    let next = values.peek();
    row.begin(values.line());
    match next {
        Ok(None) => Ok(false),
        Ok(Some(octet)) => {
            let found = char::from(octet);
            Err(last(What::Json(
                format!("'{}' stands behind its end", found.escape_debug()).into(),
            )))
        }
        Err(what) => Err(last(what)),
    }
}

fn last(what: What) -> Broken {
    Broken {
        what,
        column: None,
        is_last: true,
    }
}
