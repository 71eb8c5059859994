//! A whole table as a Parquet file of the octets that it has on the disk: its length is known before it is sent, and parts
//! of it can be had.

use std::io;

use actix_web::{HttpRequest, HttpResponse, http::Method};
use bytes::Bytes;
use perild_query::table::WholeFile;
use serde_json::Map;

use super::Form;
use crate::{
    fair_semaphore::Slot,
    response::{
        Refusal, StreamBody,
        body::LengthOnly,
        part::{self, Part},
        representation::Representation,
        stream::Sink,
    },
};

/// The file of `form` without rows: the schema and the metadata of one with rows.
///
/// # Errors
/// [`Refusal::Fault`].
pub(crate) fn empty(form: &Form) -> Result<Bytes, Refusal> {
    let written = form.written(std::iter::empty(), Map::new(), Vec::new());
    written.map(Bytes::from).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        Refusal::Fault
    })
}

/// The answer with `file`, or with the part of it that `request` asks for.
///
/// # Errors
/// [`Refusal`] for preconditions that fail and a range that is not there, [`Refusal::Busy`] where as many long answers
/// are under way as may be.
pub(crate) fn whole(
    request: &HttpRequest,
    representation: &Representation,
    form: Form,
    file: WholeFile,
    slot: Option<Slot>,
) -> Result<HttpResponse, Refusal> {
    if let Some(mut answer) = representation.judge(request)? {
        part::say_bytes(answer.headers_mut());
        return Ok(answer);
    }
    let part = Part::of(request, representation, file.length(), form.now)?;
    let mut answer = form.described(part.begin(representation));
    if request.method() == Method::HEAD {
        return Ok(answer.body(LengthOnly(file.length())));
    }
    let slot = slot.ok_or(Refusal::Busy)?;
    let file = file.part(part.first, part.last);
    Ok(
        answer.body(StreamBody::start_sized(slot, file.length(), move |sink| {
            sent(&form, &file, sink)
        })),
    )
}

/// Hands the octets on, and counts the rows of each row group when its last octet has been.
fn sent(form: &Form, file: &WholeFile, mut sink: Sink) -> io::Result<()> {
    form.rows.add(0);
    for piece in file.pieces() {
        sink.hand_on(piece.bytes.clone())?;
        form.rows.add(piece.rows);
    }
    Ok(())
}
