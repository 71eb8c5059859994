//! Files of rows that follow each other.

use crate::layout::{self, Digest, Folder, Part, Stored, manifest::Form};

use super::{
    arrow_file::ArrowFile, blocks::Blocks, error::TableError, mapped::Mapped, octets::Octets,
};

/// Rows in files, one after the other.
#[derive(Debug)]
pub(super) struct Files {
    stored: Stored,
    mapped: Vec<(Mapped, Option<Part>)>,
    /// Of each file the same rows, where a row can be taken from them.
    arrow: Vec<Option<ArrowFile>>,
    groups: Vec<Group>,
    blocks: Blocks,
}

/// A row group of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// The file.
    pub(super) file: usize,
    /// The row group of it.
    pub(super) at: usize,
    /// The number of its first row among all rows.
    pub(super) first: u64,
    /// The number of its first row among those of the file.
    pub(super) first_of_file: usize,
    /// Its rows.
    pub(super) rows: usize,
}

impl Files {
    pub(super) fn open<'a>(
        folder: &Folder,
        stored: Stored,
        files: impl IntoIterator<Item = (&'a layout::File, Option<&'a Part>)>,
        blocks: &Blocks,
    ) -> Result<Self, TableError> {
        let mapped = files.into_iter().map(|(file, part)| {
            let path = folder.part(&file.digest, Form::Parquet);
            let mapped = Mapped::open(&path, file, stored.file())?;
            Ok((mapped, part.cloned()))
        });
        let mapped = mapped.collect::<Result<Vec<_>, TableError>>()?;
        let arrow = mapped.iter().map(|(_, part)| {
            let file = part.as_ref()?.arrow.as_ref()?;
            let path = folder.part(&file.digest, Form::Arrow);
            Some(ArrowFile::open(&path, file, stored.file()))
        });
        let arrow = arrow.map(Option::transpose);
        let arrow = arrow.collect::<Result<Vec<_>, TableError>>()?;
        let mut groups = Vec::new();
        let mut first = 0_u64;
        for (at, (mapped, _)) in mapped.iter().enumerate() {
            let mut first_of_file = 0;
            for (group, rows) in mapped.groups().iter().enumerate() {
                groups.push(Group {
                    file: at,
                    at: group,
                    first,
                    first_of_file,
                    rows: *rows,
                });
                first_of_file += rows;
                first = first.saturating_add(u64::try_from(*rows).unwrap_or(u64::MAX));
            }
        }
        Ok(Self {
            stored,
            mapped,
            arrow,
            groups,
            blocks: blocks.clone(),
        })
    }

    /// Compares the digests of all octets with those that the files are named by.
    pub(super) fn verify(&self) -> Result<(), TableError> {
        let mapped = self.mapped.iter().map(|(mapped, _)| mapped.all());
        let arrow = self.arrow.iter().flatten().map(ArrowFile::all);
        mapped.chain(arrow).try_for_each(Octets::verify)
    }

    pub(super) fn stored(&self) -> &Stored {
        &self.stored
    }

    /// Row groups of all files, in the order of their rows.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The row group that a row is in.
    pub(super) fn group_of(&self, row: u64) -> usize {
        let after = self.groups.partition_point(|group| group.first <= row);
        after.saturating_sub(1)
    }

    pub(super) fn file(&self, group: Group) -> Option<&Mapped> {
        self.mapped.get(group.file).map(|(mapped, _)| mapped)
    }

    /// The same rows as the file's, to take one of them.
    pub(super) fn arrow(&self, group: Group) -> Option<&ArrowFile> {
        self.arrow.get(group.file)?.as_ref()
    }

    /// The digest that the file is named by.
    pub(super) fn digest(&self, group: Group) -> Option<&Digest> {
        self.file(group).map(|mapped| mapped.all().digest())
    }

    /// Pages that were decoded.
    pub(super) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// The manifest's part of the file.
    pub(super) fn part(&self, group: Group) -> Option<&Part> {
        self.mapped.get(group.file)?.1.as_ref()
    }
}
