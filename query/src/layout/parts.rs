//! Sorted rows on their way to parts.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::{Array, RecordBatch, StringArray, cast::AsArray};
use arrow_schema::SchemaRef;
use parquet::{
    arrow::ArrowWriter,
    file::{metadata::ParquetMetaData, properties::WriterProperties},
};

use crate::schema::ColumnType;

use super::{
    WriteError,
    arrow_file::{self, ArrowFile},
    digest::Digested,
    manifest::{self, ColumnStatistics, Form, MOST_DISTINCT, Part},
    properties::properties,
    scalar::{Scalar, literal_of},
    sizes::Sizes,
    statistics,
    stored::Stored,
};

/// Parts that are written from rows in their order.
pub(super) struct Parts {
    stored: Arc<Stored>,
    sizes: Sizes,
    folder: PathBuf,
    open: Option<Open>,
    written: Vec<Part>,
}

/// A place between two parts.
#[derive(Clone, Copy)]
pub(super) struct Begin(usize);

/// A part that is not whole yet.
struct Open {
    file: PartFile,
    /// The same rows for those who take one by its key.
    arrow: Option<ArrowFile>,
    rows: usize,
    first: Vec<Scalar>,
    last: Vec<Scalar>,
    /// Texts of each column, until they are too many.
    distinct: Vec<Option<BTreeSet<Box<str>>>>,
}

impl Parts {
    /// Parts in `folder`, each under its digest.
    pub(super) fn new(stored: Arc<Stored>, sizes: Sizes, folder: &Path) -> Self {
        Self {
            stored,
            sizes,
            folder: folder.to_owned(),
            open: None,
            written: Vec::new(),
        }
    }

    /// Writes rows that come after those before; columns beyond those of a file are left out.
    pub(super) fn push(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let columns = (0..self.stored.file().fields().len()).collect::<Vec<_>>();
        let batch = batch
            .project(&columns)?
            .with_schema(Arc::clone(self.stored.file()))?;
        let mut at = 0;
        while at < batch.num_rows() {
            let mut open = match self.open.take() {
                Some(open) => open,
                None => Open::new(&self.stored, self.sizes, &self.folder)?,
            };
            let count = (batch.num_rows() - at).min(self.sizes.part - open.rows);
            open.push(&self.stored, &batch.slice(at, count))?;
            at += count;
            if open.rows >= self.sizes.part || open.file.bytes_written() >= MOST_PART_BYTES {
                self.written.push(open.close(&self.stored)?);
            } else {
                self.open = Some(open);
            }
        }
        Ok(())
    }

    /// Ends the part that is not whole, so that what is pushed next begins another.
    pub(super) fn end_part(&mut self) -> Result<(), WriteError> {
        if let Some(open) = self.open.take() {
            self.written.push(open.close(&self.stored)?);
        }
        Ok(())
    }

    /// Ends the part that is not whole where it has half the rows of one that is imported, and says where the next one
    /// begins; none where rows that are pushed next join those of before.
    pub(super) fn begin_part(&mut self) -> Result<Option<Begin>, WriteError> {
        let is_large = |open: &Open| open.rows.saturating_mul(4) >= self.sizes.part;
        if self.open.as_ref().is_some_and(is_large) {
            self.end_part()?;
        }
        let begin = Begin(self.written.len());
        Ok(self.open.is_none().then_some(begin))
    }

    /// Lets go of all that was pushed since `begin`, in whose place a part is that is there already.
    pub(super) fn share_in_place(&mut self, begin: Begin, part: Part) {
        self.open = None;
        self.written.truncate(begin.0);
        self.written.push(part);
    }

    /// Puts a part that is there already behind those that were written.
    pub(super) fn share(&mut self, part: Part) -> Result<(), WriteError> {
        self.end_part()?;
        self.written.push(part);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Vec<Part>, WriteError> {
        self.end_part()?;
        Ok(self.written)
    }
}

impl Open {
    fn new(stored: &Stored, sizes: Sizes, folder: &Path) -> Result<Self, WriteError> {
        let columns = stored.table().columns.iter().enumerate();
        let distinct = columns.map(|(at, column)| {
            let is_text = column.column_type == ColumnType::Text && !stored.unique().contains(&at);
            is_text.then(BTreeSet::new)
        });
        let properties = properties(stored, sizes);
        let arrow = arrow_file::is_for(stored)
            .then(|| ArrowFile::create(folder, stored.file(), sizes.page));
        Ok(Self {
            file: PartFile::create(folder, stored.file(), properties)?,
            arrow: arrow.transpose()?,
            rows: 0,
            first: Vec::new(),
            last: Vec::new(),
            distinct: distinct.collect(),
        })
    }

    fn push(&mut self, stored: &Stored, batch: &RecordBatch) -> Result<(), WriteError> {
        if self.rows == 0 {
            self.first = key(stored, batch, 0);
        }
        self.last = key(stored, batch, batch.num_rows().saturating_sub(1));
        self.rows += batch.num_rows();
        for (distinct, column) in self.distinct.iter_mut().zip(batch.columns()) {
            if let (Some(texts), Some(column)) = (distinct.as_mut(), column.as_string_opt())
                && !add(texts, column)
            {
                *distinct = None;
            }
        }
        if let Some(arrow) = &mut self.arrow {
            arrow.write(batch)?;
        }
        self.file.write(batch)
    }

    fn close(self, stored: &Stored) -> Result<Part, WriteError> {
        let (file, metadata) = self.file.close()?;
        let arrow = self.arrow.map(ArrowFile::close).transpose()?.flatten();
        let columns = stored.table().columns.iter().enumerate().zip(self.distinct);
        let columns = columns.map(|((at, column), distinct)| {
            let statistics = statistics::of_column(&metadata, at, column.column_type);
            let distinct = distinct.map(|texts| texts.into_iter().collect());
            ColumnStatistics {
                distinct,
                ..statistics
            }
        });
        let first_side = stored.table().columns.len();
        let bounds = stored
            .geometry()
            .and_then(|_| statistics::bounds(&metadata, first_side));
        Ok(Part {
            file,
            arrow,
            first: self.first,
            last: self.last,
            columns: columns.collect(),
            bounds,
        })
    }
}

/// A Parquet file that gets its digest as its name.
pub(super) struct PartFile {
    writer: ArrowWriter<Digested<BufWriter<File>>>,
    path: PathBuf,
}

impl PartFile {
    pub(super) fn create(
        folder: &Path,
        schema: &SchemaRef,
        properties: WriterProperties,
    ) -> Result<Self, WriteError> {
        let path = folder.join("part");
        let sink = Digested::new(BufWriter::new(File::create(&path)?));
        let writer = ArrowWriter::try_new(sink, Arc::clone(schema), Some(properties))?;
        Ok(Self { writer, path })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        Ok(self.writer.write(batch)?)
    }

    fn bytes_written(&self) -> usize {
        self.writer.bytes_written()
    }

    pub(super) fn close(mut self) -> Result<(manifest::File, ParquetMetaData), WriteError> {
        let metadata = self.writer.finish()?;
        let digested = self.writer.inner_mut();
        digested.get_mut().flush()?;
        digested.get_mut().get_ref().sync_all()?;
        let (digest, bytes) = digested.finish();
        let name = format!("{digest}.{}", Form::Parquet.extension());
        let name = self.path.with_file_name(name);
        fs::rename(&self.path, name)?;
        let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default();
        let file = manifest::File {
            digest,
            bytes,
            rows,
        };
        Ok((file, metadata))
    }
}

fn key(stored: &Stored, batch: &RecordBatch, row: usize) -> Vec<Scalar> {
    let columns = stored.unique().into_iter().filter_map(|at| {
        let column = stored.table().columns.get(at)?;
        literal_of(batch.columns().get(at)?, row, column.column_type)
    });
    columns.map(Scalar::from).collect()
}

/// Adds the texts; whether they are still few.
fn add(texts: &mut BTreeSet<Box<str>>, column: &StringArray) -> bool {
    if column.is_empty() {
        return true;
    }
    let mut before = None;
    for text in column.iter().flatten() {
        if before == Some(text) {
            continue;
        }
        before = Some(text);
        if !texts.contains(text) {
            if text.len() > MOST_DISTINCT_BYTES || texts.len() == MOST_DISTINCT {
                return false;
            }
            texts.insert(text.into());
        }
    }
    true
}

/// Octets of a part, after which another begins: a change rewrites whole parts.
const MOST_PART_BYTES: usize = 256 << 20;
const MOST_DISTINCT_BYTES: usize = 100;
