//! Tables that are asked for whole, as Parquet.

use perild_query::{Query, table::WholeFile};

use super::{
    super::context::{Bearer, RequestContext},
    leave::read,
};
use crate::{
    dataset::tables::{Asked, PermittedTable},
    response::{
        Refusal,
        items::{self, Form, Format},
    },
};

impl RequestContext<'_> {
    /// The file with all rows of `table` as they lie, where that is what was `asked` for. To make
    /// its footer takes as long as to read a few of them.
    pub(super) async fn as_it_lies(
        self,
        table: &PermittedTable,
        form: &Form,
        asked: &Asked,
        bearer: &Bearer,
    ) -> Result<Option<WholeFile>, Refusal> {
        let is_simplified = form.tolerance.is_some() && form.columns.geometry.is_some();
        let is_whole = asked.limit.is_none() && asked.offset == 0 && !is_simplified;
        if form.negotiated.format() != Format::Parquet || !is_whole {
            return Ok(None);
        }
        let empty = items::empty(form)?;
        let query = Query {
            properties: Some(form.columns.read.clone()),
            ..asked.query.clone()
        };
        let table = table.clone();
        let slot = self.query_slot(bearer).await?;
        read(slot, move || table.file(&query, &empty)).await
    }
}
