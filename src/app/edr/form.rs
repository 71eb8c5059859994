//! The parameters of a data query: those of its address, and those of a form that is sent, for an outline may be longer
//! than an address can be (EDR 1.1, HTTP POST).

use std::sync::Arc;

use actix_web::{
    http::Method,
    web::{self, Payload},
};
use tokio::sync::OwnedSemaphorePermit;

use super::super::context::RequestContext;
use crate::{
    dataset::{
        edr::{Parameters, QueryKind},
        grid::Columns,
        perils::Refused,
    },
    edge::{Body, ContentType, Intake, NotTaken},
    response::Refusal,
};

/// Parameters, with what they hold of the slots of long bodies.
pub(super) struct Form {
    pairs: Vec<(String, String)>,
    sent: Option<Sent>,
}

/// A long body that was read, and the place among those who may read one.
struct Sent {
    _body: Body,
    _reader: OwnedSemaphorePermit,
}

impl Form {
    /// The parameters, for a coverage with `columns`.
    pub(super) fn parameters(
        &self,
        kind: QueryKind,
        columns: &Columns,
    ) -> Result<Parameters, Refused> {
        Parameters::read(kind, &self.pairs, columns)
    }

    /// `true` when reading them takes longer than others on the same thread can wait.
    pub(super) fn is_long(&self) -> bool {
        self.sent.is_some()
    }
}

impl RequestContext<'_> {
    /// The parameters of the request; those that are sent come after those of the address, and together each is given
    /// once.
    pub(super) async fn form(self, body: Payload, consumer: &str) -> Result<Form, Refusal> {
        let mut pairs = self.parameters();
        if *self.request.method() != Method::POST {
            return Ok(Form { pairs, sent: None });
        }
        if ContentType::of(self.request).essence != FORM {
            return Err(Refusal::NotRead { taken: FORM });
        }
        let intake = Intake {
            limit_bytes: self.site.intake.limit_bytes.min(FORM_BYTES),
            ..self.site.intake.clone()
        };
        let body = self.take(&intake, body, consumer).await?;
        if let Some(octets) = body.in_memory().filter(|_| body.is_short()) {
            pairs.extend(url::form_urlencoded::parse(octets).into_owned());
            return Ok(Form { pairs, sent: None });
        }
        let readers = Arc::clone(&self.site.readers).acquire_owned();
        let reader = readers.await.or(Err(Refusal::Fault))?;
        let folder = intake.folder;
        let read = web::block(move || -> Result<Form, Refusal> {
            let octets = body
                .whole()
                .map_err(|source| NotTaken::Kept { folder, source })?;
            pairs.extend(url::form_urlencoded::parse(&octets).into_owned());
            let sent = Sent {
                _body: body,
                _reader: reader,
            };
            Ok(Form {
                pairs,
                sent: Some(sent),
            })
        });
        read.await.or(Err(Refusal::Fault))?
    }
}

/// The media type of a form, by the `WHATWG` URL standard; its text is UTF-8 whatever its parameters say.
const FORM: &str = "application/x-www-form-urlencoded";
/// A million positions with all their digits, and as much again for what is escaped.
const FORM_BYTES: u64 = 64 << 20;
