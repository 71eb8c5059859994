//! Names of columns, in the order in which sources have them.

use std::{collections::HashMap, sync::Arc};

use super::fault::{Shown, What};

/// The columns of a table that are known by now.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    names: Vec<Arc<str>>,
    positions: HashMap<Arc<str>, usize>,
    /// The reason for which another column is a fault; none while there may be more.
    closed: Option<&'static str>,
}

impl Columns {
    /// The position of `name`, which is new or known.
    pub(super) fn position(&mut self, name: &str) -> Result<usize, What> {
        if let Some(position) = self.positions.get(name) {
            return Ok(*position);
        }
        if let Some(reason) = self.closed {
            let message = format!("a column {} is there, and {reason}", Shown::new(name));
            return Err(What::Refused(message.into()));
        }
        if self.names.len() == MOST_COLUMNS {
            return Err(What::TooManyColumns(MOST_COLUMNS));
        }
        let name: Arc<str> = name.into();
        let position = self.names.len();
        self.names.push(Arc::clone(&name));
        self.positions.insert(name, position);
        Ok(position)
    }

    pub(super) fn name(&self, position: usize) -> Option<&Arc<str>> {
        self.names.get(position)
    }

    pub(super) fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    pub(super) fn get(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// Takes no more columns, for the `reason`.
    pub(super) fn close(&mut self, reason: &'static str) {
        self.closed = Some(reason);
    }
}

const MOST_COLUMNS: usize = 4_096;
