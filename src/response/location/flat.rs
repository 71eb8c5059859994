//! Flat properties of a GeoJSON feature: a member for each column of a wide table, so that programs that read features
//! as rows (QGIS, GDAL, `GeoPandas`) have a column for each.

use std::{collections::HashSet, io::Write};

use super::{
    Question,
    properties::keep_apart,
    table::{OWN, cell_columns},
    values::{cells_of, decimals, missing, push_interpolations, quoted},
};
use crate::{
    dataset::{
        grid::Value,
        perils::query::{PlaceResult, Subset, UsedCell},
    },
    response::number::push_decimal,
};

/// Writes what came of one place after another as members of an object.
pub(super) struct FlatResults {
    subset: Subset,
    /// For each value its column's name.
    names: Vec<String>,
    /// For each value, what stands before it.
    heads: Vec<Box<[u8]>>,
    /// For each value, its digits after the point.
    decimals: Vec<u8>,
    /// For each coverage that has cells of its own, what stands before each number of its cell.
    cells: Vec<[String; 3]>,
    ours: HashSet<String>,
    synthetic: bool,
    text: Vec<u8>,
}

impl FlatResults {
    pub(super) fn new(question: &Question) -> Self {
        let subset = question.subset.clone();
        let names = subset.names();
        let head = |name: &String| format!(",{}:", quoted(name));
        let of_coverages = cell_columns(&subset);
        let cells = of_coverages.chunks(3).filter_map(|three| {
            let heads: Vec<_> = three.iter().map(head).collect();
            heads.try_into().ok()
        });
        let cells = cells.collect();
        let mut ours: HashSet<_> = OWN.map(str::to_owned).into();
        // A reader that looks for the nested values must not find what was sent.
        ours.insert("perils".to_owned());
        ours.extend(of_coverages);
        ours.extend(names.iter().cloned());
        Self {
            heads: names
                .iter()
                .map(|name| head(name).into_bytes().into_boxed_slice())
                .collect(),
            decimals: decimals(&subset),
            names,
            cells,
            ours,
            synthetic: question.origins().synthetic,
            subset,
            text: Vec::new(),
        }
    }

    /// Appends the members of a place behind those that were sent, which begin at `start`.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, start: usize, answered: &PlaceResult) {
        keep_apart(out, start, |name| self.ours.contains(name));
        if out.len() > start {
            out.push(b',');
        }
        let status = answered.status;
        let (name, reason) = (status.name(), status.reason());
        let reason = reason.map_or("null".to_owned(), quoted);
        let has_values = !answered.values.is_empty();
        let nearest = answered.cells.first().filter(|_| has_values);
        // A vector takes everything.
        let _ = write!(out, "\"status\":\"{name}\",\"reason\":{reason}");
        push_cell(out, OF_THE_CELL, nearest);
        self.text.clear();
        push_interpolations(&mut self.text, answered);
        let interpolation = str::from_utf8(&self.text).unwrap_or_default();
        push_text(out, ",\"interpolation\":", interpolation);
        let _ = write!(out, ",\"synthetic\":{}", self.synthetic);
        let missing = missing(&self.subset, &self.names, &answered.values);
        push_text(out, ",\"missing\":", &missing);
        for (cell, heads) in cells_of(&self.subset, answered).zip(&self.cells) {
            let heads = heads.each_ref().map(String::as_str);
            push_cell(out, heads, cell);
        }
        for (index, (head, decimals)) in self.heads.iter().zip(&self.decimals).enumerate() {
            out.extend_from_slice(head);
            match answered.values.get(index) {
                Some(Value::Known(steps)) => push_decimal(out, *steps, *decimals),
                _ => out.extend_from_slice(b"null"),
            }
        }
    }
}

fn push_text(out: &mut Vec<u8>, head: &str, text: &str) {
    out.extend_from_slice(head.as_bytes());
    if text.is_empty() {
        out.extend_from_slice(b"null");
    } else {
        out.extend_from_slice(quoted(text).as_bytes());
    }
}

fn push_cell(out: &mut Vec<u8>, heads: [&str; 3], cell: Option<&UsedCell>) {
    let [latitude, longitude, distance] = heads;
    // A vector takes everything.
    let _ = match cell {
        Some(cell) => write!(
            out,
            "{latitude}{}{longitude}{}{distance}{:.3}",
            cell.latitude, cell.longitude, cell.distance_km
        ),
        None => write!(out, "{latitude}null{longitude}null{distance}null"),
    };
}

const OF_THE_CELL: [&str; 3] = [
    ",\"cell_latitude\":",
    ",\"cell_longitude\":",
    ",\"distance_km\":",
];
