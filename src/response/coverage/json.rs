//! CoverageJSON: one coverage, or for several places a collection of them, which have their parameters in common.
//!
//! A value that there is none of is `null`, whatever the reason. Each variable is written by itself, cell by cell, so
//! that values along dimensions, which lie together in the store, are read together.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{
    axes::{Axes, text},
    ranges::{Answered, cells, each, eastward, share_name},
};
use crate::{
    dataset::{
        edr::{Cells, Selection},
        grid::{self, Variable},
    },
    response::number::push_decimal,
};

/// Writes `selection` to `out`.
pub(super) fn write(selection: &Selection, out: &mut impl Write) -> io::Result<()> {
    let writer = Writer {
        axes: Axes::new(selection),
        selection,
    };
    match selection.cells() {
        Cells::Places {
            is_several: true, ..
        } => writer.collection(out),
        Cells::Area(_)
        | Cells::Grid { .. }
        | Cells::Places { .. }
        | Cells::Radius(_)
        | Cells::Trajectory(_) => {
            let parameters = writer.parameters();
            write!(out, "{{\"type\":\"Coverage\",\"parameters\":{parameters},")?;
            let referencing = writer.axes.referencing();
            writer.coverage(out, &|| cells(selection), Some(&referencing))
        }
    }
}

struct Writer<'s> {
    axes: Axes<'s>,
    selection: &'s Selection,
}

/// Cells that can be gone through again and again.
type Again<'c, 's> = &'c dyn Fn() -> Box<dyn Iterator<Item = Answered> + 's>;

impl<'s> Writer<'s> {
    /// A coverage for each place.
    fn collection(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"{\"type\":\"CoverageCollection\",")?;
        if let Some(domain_type) = self.axes.domain_type() {
            write!(out, "\"domainType\":\"{domain_type}\",")?;
        }
        let (parameters, referencing) = (self.parameters(), self.axes.referencing());
        write!(
            out,
            "\"parameters\":{parameters},\"referencing\":{referencing},\"coverages\":["
        )?;
        let mut is_first = true;
        for one in cells(self.selection) {
            out.write_all(if is_first { b"" } else { b"," })?;
            is_first = false;
            out.write_all(b"{\"type\":\"Coverage\",")?;
            self.coverage(out, &|| Box::new(std::iter::once(one)), None)?;
        }
        out.write_all(b"]}")
    }

    /// Domain and ranges, to the end of the object.
    fn coverage(
        &self,
        out: &mut impl Write,
        again: Again<'_, 's>,
        referencing: Option<&Value>,
    ) -> io::Result<()> {
        out.write_all(b"\"domain\":{\"type\":\"Domain\",")?;
        if let Some(domain_type) = self.axes.domain_type() {
            write!(out, "\"domainType\":\"{domain_type}\",")?;
        }
        out.write_all(b"\"axes\":{")?;
        self.places(out, again)?;
        write!(out, "{}}}", self.axes.members())?;
        if let Some(referencing) = referencing {
            write!(out, ",\"referencing\":{referencing}")?;
        }
        out.write_all(b"},\"ranges\":{")?;
        self.ranges(out, again)?;
        out.write_all(b"}}")
    }

    /// The axes of longitude and latitude: both in one, where cells are no grid.
    fn places(&self, out: &mut impl Write, again: Again<'_, 's>) -> io::Result<()> {
        match self.selection.cells() {
            Cells::Area(_) | Cells::Radius(_) | Cells::Trajectory(_) => {
                out.write_all(
                    b"\"composite\":{\"dataType\":\"tuple\",\"coordinates\":[\"x\",\"y\"],\"values\":[",
                )?;
                let tuples = again()
                    .map(|one| format!("[{},{}]", one.position.longitude, one.position.latitude));
                separated(out, tuples)?;
                out.write_all(b"]}")
            }
            Cells::Grid { rows, columns } => {
                let shape = self.selection.coverage().shape();
                out.write_all(b"\"x\":{\"values\":[")?;
                separated(out, eastward(self.selection, columns))?;
                out.write_all(b"]},\"y\":{\"values\":[")?;
                separated(out, rows.iter().map(|row| shape.latitude.coordinate(*row)))?;
                out.write_all(b"]}")
            }
            Cells::Places { .. } => {
                for one in again() {
                    let (x, y) = (one.position.longitude, one.position.latitude);
                    write!(out, "\"x\":{{\"values\":[{x}]}},\"y\":{{\"values\":[{y}]}}")?;
                }
                Ok(())
            }
        }
    }

    fn ranges(&self, out: &mut impl Write, again: Again<'_, 's>) -> io::Result<()> {
        let (names, shape) = (json!(self.axes.names()), json!(self.axes.shape()));
        let begin = |out: &mut dyn Write, name: &str, data_type: &str| {
            write!(
                out,
                "{}:{{\"type\":\"NdArray\",\"dataType\":\"{data_type}\",\"axisNames\":{names},\"shape\":{shape},\
                 \"values\":[",
                json!(name)
            )
        };
        let columns = self.selection.columns();
        let mut piece = Vec::new();
        for (at, (place, variable)) in self.variables().enumerate() {
            out.write_all(if at == 0 { b"" } else { b"," })?;
            begin(out, &variable.name, data_type(variable))?;
            let wanted = self.selection.slice().columns(columns, place);
            let mut is_first = true;
            each(self.selection, again(), &wanted, |_, values| {
                piece.clear();
                for value in values {
                    if !is_first {
                        piece.push(b',');
                    }
                    is_first = false;
                    match value {
                        grid::Value::Known(steps) => {
                            push_decimal(&mut piece, *steps, variable.decimals);
                        }
                        grid::Value::NotApplicable | grid::Value::NotCovered => {
                            piece.extend_from_slice(b"null");
                        }
                    }
                }
                out.write_all(&piece)
            })?;
            out.write_all(b"]}")?;
        }
        if let Cells::Area(_) = self.selection.cells() {
            out.write_all(b",")?;
            begin(out, &self.share(), "float")?;
            // A range has all axes of its domain.
            let copies = self.selection.slice().of_a_variable();
            let shares = again().flat_map(|one| std::iter::repeat_n(one.share, copies));
            separated(out, shares)?;
            out.write_all(b"]}")?;
        }
        Ok(())
    }

    fn parameters(&self) -> Value {
        let mut parameters: Map<_, _> = self
            .variables()
            .map(|(_, variable)| (variable.name.to_string(), parameter(variable)))
            .collect();
        if let Cells::Area(_) = self.selection.cells() {
            let share = parameter(&Variable {
                name: self.share().into(),
                title: "Share of the cell's area that lies in the polygon".into(),
                unit: "1".into(),
                ..Variable::default()
            });
            parameters.insert(self.share(), share);
        }
        parameters.into()
    }

    fn variables(&self) -> impl Iterator<Item = (usize, &'s Variable)> {
        let all = self.selection.columns().variables();
        let chosen = self.selection.slice().variables().iter();
        chosen.filter_map(|place| Some((*place, all.get(*place)?)))
    }

    /// Name of the range of shares, which no variable has.
    fn share(&self) -> String {
        share_name(self.selection)
    }
}

/// The variables of `selection` as parameters, by their names.
pub(super) fn parameters(selection: &Selection) -> Value {
    let axes = Axes::new(selection);
    Writer { axes, selection }.parameters()
}

fn parameter(variable: &Variable) -> Value {
    let title = if variable.title.is_empty() {
        &variable.name
    } else {
        &variable.title
    };
    let mut observed = Map::from_iter([("label".to_owned(), text(title))]);
    if !variable.standard_name.is_empty() {
        let name = &variable.standard_name;
        let id = format!("http://vocab.nerc.ac.uk/standard_name/{name}/");
        observed.insert("id".to_owned(), id.into());
    }
    let mut parameter = Map::from_iter([
        ("type".to_owned(), "Parameter".into()),
        ("observedProperty".to_owned(), observed.into()),
    ]);
    if !variable.definition.is_empty() {
        parameter.insert("description".to_owned(), text(&variable.definition));
    }
    if !variable.unit.is_empty() {
        let symbol = json!({
            "symbol": {"value": variable.unit, "type": "http://www.opengis.net/def/uom/UCUM/"},
        });
        parameter.insert("unit".to_owned(), symbol);
    }
    parameter.into()
}

fn data_type(variable: &Variable) -> &'static str {
    if variable.decimals == 0 {
        "integer"
    } else {
        "float"
    }
}

fn separated<T: std::fmt::Display>(
    out: &mut impl Write,
    items: impl Iterator<Item = T>,
) -> io::Result<()> {
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        write!(out, "{item}")?;
    }
    Ok(())
}
