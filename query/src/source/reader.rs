//! The second pass: rows in batches, and what is wrong with them.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::AtomicU64},
};

use arrow_array::RecordBatch;

use super::{
    batch::{Batch, Misfit, NoBatch},
    column::Column,
    columns::Columns,
    fault::{Fault, Place, What},
    files::{Input, Version},
    hints::Hints,
    open::OpenFile,
    places::Places,
    row::Row,
    steps::Steps,
    survey::Survey,
};
use crate::schema::TableSchema;

/// A source whose schema is known, read batch by batch. After a fault the rows behind it are still looked at, so that
/// all faults are told; batches come no more then.
pub struct Reader {
    inputs: Vec<Input>,
    versions: Vec<Version>,
    hints: Hints,
    columns: Columns,
    schema: TableSchema,
    notes: Vec<String>,
    read: Arc<AtomicU64>,
    /// The file that is read, by its position.
    at: usize,
    file: Option<OpenFile>,
    row: Row,
    batch: Batch,
    places: Places,
    steps: Option<Steps>,
    /// The first row of the batch.
    first: u64,
    rows: u64,
    faults: VecDeque<Fault>,
    is_faulty: bool,
}

/// Opens `inputs` as one table: looks at all rows of all files, and finds the types of the columns. `read` counts the
/// octets that were read from the disk, which are twice those of the files in the end.
///
/// # Errors
/// All that keeps the table from being read at all: faults of single rows come from the reader.
pub fn open(inputs: Vec<Input>, hints: Hints, read: &Arc<AtomicU64>) -> Result<Reader, Vec<Fault>> {
    let survey = Survey::of(&inputs, &hints, read)?;
    let named = survey.columns.names().iter().zip(&survey.verdicts);
    let columns = named.map(|(name, verdict)| {
        // The key may be one that the data have of themselves.
        let part = survey.schema.key.iter().any(|key| **key == **name);
        let part = part.then_some("key").or(hints.part(name));
        Column::new(Arc::clone(name), *verdict, part)
    });
    let columns = columns.collect();
    let zone = hints.zone.clone();
    let steps = Steps::of(&survey.schema, zone.as_ref());
    let batch = Batch::new(survey.schema.arrow(), columns, zone, survey.point);
    Ok(Reader {
        inputs,
        versions: survey.versions,
        hints,
        columns: survey.columns,
        schema: survey.schema,
        notes: survey.notes,
        read: Arc::clone(read),
        at: 0,
        file: None,
        row: Row::default(),
        batch,
        places: Places::default(),
        steps,
        first: 0,
        rows: 0,
        faults: VecDeque::new(),
        is_faulty: false,
    })
}

impl Reader {
    /// The schema of the table and of its batches.
    #[must_use]
    pub fn schema(&self) -> &TableSchema {
        &self.schema
    }

    /// Sentences for the publisher: what was found that he may not expect.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.notes
            .iter()
            .cloned()
            .chain(self.batch.notes())
            .chain(self.note_of_steps())
            .collect()
    }

    fn note_of_steps(&self) -> Option<String> {
        let between = self.steps.as_ref()?.between()?;
        Some(format!(
            "{}: {} rows lie between the steps of the others, the first in {}, at {}",
            between.column.escape_debug(),
            between.rows,
            self.place_of(between.first),
            between.time
        ))
    }

    /// Rows that were read by now, also those with faults.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows without a value, for each column of the source in their order.
    #[must_use]
    pub fn nulls(&self) -> Vec<u64> {
        let columns = self.batch.columns().iter();
        columns.map(|column| column.nulls).collect()
    }

    /// The fault of the row at `row`, counted from 0 over all batches, which somebody else has found.
    #[must_use]
    pub fn fault_of(&self, row: u64, column: Option<&str>, what: What) -> Fault {
        let place = self.places.of(row);
        let input = place.and_then(|(file, _)| self.inputs.get(file));
        Fault {
            file: input.map_or_else(|| "".into(), |input| Arc::clone(&input.name)),
            place: place.map_or(Place::Row(row + 1), |(_, place)| place),
            column: column.map(Arc::from),
            what: Box::new(what),
        }
    }

    /// The file and the line of the row at `row`, counted from 0 over all batches.
    #[must_use]
    pub fn place_of(&self, row: u64) -> Box<str> {
        let place = self.places.of(row);
        let named = place.and_then(|(file, place)| Some((&self.inputs.get(file)?.name, place)));
        match named {
            Some((name, place)) => format!("{name}, {place}").into(),
            None => Place::Row(row + 1).to_string().into(),
        }
    }

    /// The next row into the batch; false at the end of all files.
    fn step(&mut self) -> Result<bool, Fault> {
        let Some(input) = self.inputs.get(self.at) else {
            return Ok(false);
        };
        let whole = |what| input.fault(Place::File, None, what);
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let file = OpenFile::open(input, &self.hints, &mut self.columns, &self.read);
                none.insert(file.map_err(whole)?)
            }
        };
        let read = file.read(&mut self.row, &mut self.columns);
        let place = file.place(self.row.number);
        match read {
            Ok(true) => {
                self.places.push(self.at, self.row.number, file.has_lines());
                self.rows += 1;
                let (faults, is_faulty) = (&mut self.faults, &mut self.is_faulty);
                self.batch.push(&self.row, |Misfit { column, what }| {
                    *is_faulty = true;
                    faults.push_back(input.fault(place, Some(column), what));
                });
            }
            Ok(false) => {
                let expected = self.versions.get(self.at);
                file.check_unchanged(input, expected).map_err(whole)?;
                let note = file.note().map(|note| format!("{}: {note}", input.name));
                self.notes.extend(note);
                self.file = None;
                self.at += 1;
            }
            Err(broken) => {
                if broken.is_last {
                    self.at = self.inputs.len();
                }
                self.rows += 1;
                self.places.push(self.at, self.row.number, file.has_lines());
                return Err(input.fault(place, broken.column, broken.what));
            }
        }
        Ok(true)
    }

    fn finish(&mut self) -> Result<Option<RecordBatch>, Fault> {
        let first = std::mem::replace(&mut self.first, self.rows);
        if self.is_faulty {
            self.batch.clear();
            return Ok(None);
        }
        let batch = match self.batch.finish() {
            Ok(batch) => batch,
            Err(NoBatch::Point(row, what)) => {
                let row = u64::try_from(row).unwrap_or(0);
                return Err(self.fault_of(first + row, None, what));
            }
            Err(NoBatch::Arrow(error)) => {
                let what = What::Unreadable(error.to_string().into());
                return Err(self.fault_of(first, None, what));
            }
        };
        if let Some(steps) = &mut self.steps {
            steps.look(&batch, first);
        }
        Ok(Some(batch))
    }
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(fault) = self.faults.pop_front() {
                return Some(Err(fault));
            }
            let is_on = match self.step() {
                Ok(is_on) => is_on,
                Err(fault) => {
                    self.is_faulty = true;
                    return Some(Err(fault));
                }
            };
            if self.faults.is_empty() && (self.batch.is_full() || !is_on && !self.batch.is_empty())
            {
                match self.finish() {
                    Ok(Some(batch)) => return Some(Ok(batch)),
                    Ok(None) => (),
                    Err(fault) => {
                        self.is_faulty = true;
                        return Some(Err(fault));
                    }
                }
            }
            if !is_on {
                return self.faults.pop_front().map(Err);
            }
        }
    }
}
