//! The first pass: all rows are looked at, and the types of their columns follow.

use std::sync::{Arc, atomic::AtomicU64};

use super::{
    columns::Columns,
    evidence::{Around, Evidence, Verdict},
    fault::{Fault, Place, What},
    files::{Input, Version},
    hints::{GEOMETRY, GeometryHint, Hints},
    open::OpenFile,
    row::Row,
};
use crate::schema::{Column, ColumnType, Kind, SchemaFault, TableSchema, Time};

/// The schema that all rows of a source have in common.
pub(super) struct Survey {
    pub(super) columns: Columns,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) schema: TableSchema,
    pub(super) versions: Vec<Version>,
    /// The columns that make points, by their positions.
    pub(super) point: Option<(usize, usize)>,
    pub(super) notes: Vec<String>,
}

impl Survey {
    /// Looks at all rows of `inputs`. Rows that cannot be read are left to the second pass, which tells of each.
    pub(super) fn of(
        inputs: &[Input],
        hints: &Hints,
        read: &Arc<AtomicU64>,
    ) -> Result<Self, Vec<Fault>> {
        let (mut columns, mut evidence) = (Columns::default(), Vec::new());
        for name in hints.table_columns() {
            // A table has fewer columns than a source may have.
            let _ = columns.position(name);
        }
        if hints.table.is_some() {
            columns.close(hints.reason_of_others());
        }
        let (mut notes, mut versions) = (Vec::new(), Vec::new());
        let (mut faults, mut broken) = (Vec::new(), Vec::new());
        let mut has_semicolons = false;
        for input in inputs {
            let file = look(input, hints, read, &mut columns, &mut evidence, &mut broken);
            match file {
                Ok(file) => {
                    versions.push(file.version());
                    has_semicolons |= file.has_semicolons();
                }
                Err(fault) => faults.push(fault),
            }
        }
        let Some(first) = inputs.first() else {
            return Err(faults);
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        columns.close("was not at first: the file was changed while it was read");
        evidence.resize_with(columns.names().len(), Evidence::default);
        let fault = |column: Option<&Arc<str>>, what| Fault {
            file: first.name.clone(),
            place: Place::File,
            column: column.cloned(),
            what: Box::new(what),
        };
        let mut verdicts = Vec::new();
        let around = Around::of(&evidence, has_semicolons);
        for (name, evidence) in columns.names().iter().zip(&evidence) {
            match evidence.judge(name, hints, around) {
                Ok((verdict, note)) => {
                    verdicts.push(verdict);
                    notes.extend(note);
                }
                Err(what) => faults.push(fault(Some(name), what)),
            }
        }
        // Rows that could not be read may be the reason for all that follows.
        let all = |faults: Vec<Fault>| broken.iter().cloned().chain(faults).collect::<Vec<_>>();
        if !faults.is_empty() {
            return Err(all(faults));
        }
        if let Some(absent) = absent(hints, &columns) {
            return Err(all(vec![fault(None, absent.into())]));
        }
        let point = point(hints, &columns);
        let schema = match &hints.table {
            Some(table) => table.clone(),
            None => schema(&columns, &verdicts, hints),
        };
        let checked = schema.check();
        checked.map_err(|error| {
            all(vec![fault(
                None,
                unfit(error, &columns, &evidence, &verdicts),
            )])
        })?;
        Ok(Self {
            columns,
            verdicts,
            schema,
            versions,
            point,
            notes,
        })
    }
}

fn look(
    input: &Input,
    hints: &Hints,
    read: &Arc<AtomicU64>,
    columns: &mut Columns,
    evidence: &mut Vec<Evidence>,
    broken: &mut Vec<Fault>,
) -> Result<OpenFile, Fault> {
    let mut file = OpenFile::open(input, hints, columns, read)
        .map_err(|what| input.fault(Place::File, None, what))?;
    let types = file.types();
    evidence.resize_with(columns.names().len(), Evidence::default);
    for (column, column_type) in &types {
        if let Some(evidence) = evidence.get_mut(*column) {
            evidence.typed(*column_type, &input.name);
        }
    }
    if file.is_typed() {
        for (column, cell) in file.partitions() {
            if let Some(evidence) = evidence.get_mut(column) {
                evidence.see(cell, &input.name, Place::File);
            }
        }
        return Ok(file);
    }
    let mut row = Row::default();
    loop {
        match file.read(&mut row, columns) {
            Ok(true) => (),
            Ok(false) => return Ok(file),
            Err(found) => {
                let place = file.place(row.number);
                let fault = input.fault(place, found.column, found.what);
                if found.is_last {
                    return Err(fault);
                }
                if broken.len() < MOST_BROKEN {
                    broken.push(fault);
                }
                continue;
            }
        }
        if evidence.len() < columns.names().len() {
            evidence.resize_with(columns.names().len(), Evidence::default);
        }
        let place = file.place(row.number);
        for (column, cell) in row.cells() {
            let is_typed = types.iter().any(|(typed, _)| *typed == column);
            if let Some(evidence) = evidence.get_mut(column).filter(|_| !is_typed) {
                evidence.see(cell, &input.name, place);
            }
        }
    }
}

fn schema(columns: &Columns, verdicts: &[Verdict], hints: &Hints) -> TableSchema {
    let named = columns.names().iter().zip(verdicts);
    let mut table: Vec<Column> = named
        .map(|(name, verdict)| {
            let hint = hints.column(name);
            Column {
                name: (**name).into(),
                column_type: verdict.column_type,
                is_nullable: hints.part(name).is_none(),
                unit: hint.and_then(|hint| hint.unit.clone()),
                definition: hint.and_then(|hint| hint.definition.clone()),
            }
        })
        .collect();
    let is_point = matches!(hints.geometry, Some(GeometryHint::Point { .. }));
    if is_point {
        table.push(Column::new(GEOMETRY, ColumnType::Geometry));
    }
    let shape = table
        .iter()
        .find(|column| column.column_type == ColumnType::Geometry);
    let geometry = match &hints.geometry {
        Some(GeometryHint::Column(name)) => Some(name.clone()),
        _ => shape.map(|column| column.name.clone()),
    };
    let kind = hints.kind.unwrap_or(match (&geometry, &hints.time) {
        (Some(_), _) => Kind::Features,
        (None, Some(Time::At { .. })) => Kind::Series,
        _ => Kind::Records,
    });
    let has_id = kind == Kind::Features && columns.get(ID).is_some();
    let key = if hints.key.is_empty() && has_id {
        vec![ID.into()]
    } else {
        hints.key.clone()
    };
    TableSchema {
        kind,
        columns: table,
        key,
        time: hints.time.clone(),
        geometry,
        step_ms: hints.step_ms,
    }
}

/// The fault with the value that it comes of, where one is the reason for a column's type.
fn unfit(
    fault: SchemaFault,
    columns: &Columns,
    evidence: &[Evidence],
    verdicts: &[Verdict],
) -> What {
    let SchemaFault::Type { name, .. } = &fault else {
        return fault.into();
    };
    let seen = columns.get(name).and_then(|at| {
        let column_type = verdicts.get(at)?.column_type;
        evidence.get(at)?.reason(column_type)
    });
    match seen {
        Some(seen) => What::Unfit {
            fault: Box::new(fault),
            seen,
        },
        None => fault.into(),
    }
}

/// The first thing that was said of a column that is not there.
fn absent(hints: &Hints, columns: &Columns) -> Option<SchemaFault> {
    let fields = hints.columns.iter().map(|column| (&column.name, "a field"));
    let point = match &hints.geometry {
        Some(GeometryHint::Point {
            longitude,
            latitude,
        }) => vec![(longitude, "a longitude"), (latitude, "a latitude")],
        _ => Vec::new(),
    };
    let mut named = fields.chain(point);
    named.find_map(|(name, role)| {
        let is_absent = columns.get(name).is_none();
        is_absent.then(|| SchemaFault::Absent {
            name: name.clone(),
            role,
        })
    })
}

fn point(hints: &Hints, columns: &Columns) -> Option<(usize, usize)> {
    let Some(GeometryHint::Point {
        longitude,
        latitude,
    }) = &hints.geometry
    else {
        return None;
    };
    columns.get(longitude).zip(columns.get(latitude))
}

/// The column of ids that features have of themselves.
const ID: &str = "id";

/// Rows that cannot be read of which the first pass tells.
const MOST_BROKEN: usize = 20;
