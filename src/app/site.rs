//! What a reload may change, whole or not at all.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use actix_web::HttpRequest;
use arc_swap::ArcSwap;
use tokio::sync::Semaphore;

use super::Parts;
use crate::{
    caller::Callers,
    config::PerilLimits,
    dataset::{Files, Perils},
    edge::{Gate, Hop, Intake, Limits, Peer, Peers},
    policy::Policy,
    response::{description::Published, location::Schemas},
    token::{StartError, Tokens},
};

/// The rooms as one configuration sets them up.
pub struct Site {
    /// Who may connect to the sockets.
    pub peers: Peers,
    /// How much of a request is taken.
    pub limits: Limits,
    /// How certificates arrive.
    pub hop: Hop,
    /// Who consumers are.
    pub callers: Callers,
    /// What the directory says of their tokens.
    pub tokens: Tokens,
    /// Which rules hold.
    pub policy: Policy,
    /// The files.
    pub files: Files,
    /// nginx's internal location, or empty.
    pub accel_prefix: String,
    /// The peril values.
    pub perils: Perils,
    /// How much a request may ask of them.
    pub peril_limits: PerilLimits,
    /// How bodies are taken in.
    pub intake: Intake,
    /// What all this is, in words.
    pub description: Published,
    /// Places for long answers.
    pub streams: Arc<Semaphore>,
    /// Schemas of answers from these perils.
    pub schemas: Arc<Schemas>,
    has_warned: AtomicBool,
}

impl Site {
    /// Puts the rooms together; `previous` lends what the directory has said already.
    ///
    /// # Errors
    /// [`StartError`] when the client toward the directory cannot be built.
    pub fn assemble(
        parts: Parts,
        previous: Option<&Self>,
        runtime: &tokio::runtime::Handle,
    ) -> Result<Self, StartError> {
        let tokens = Tokens::start(
            parts.tokens,
            previous.map(|site| &site.tokens),
            runtime.clone(),
        )?;
        Ok(Self {
            peers: parts.peers,
            limits: Limits::default(),
            hop: parts.hop,
            callers: parts.callers,
            tokens,
            policy: parts.policy,
            files: parts.files,
            accel_prefix: parts.accel_prefix,
            perils: parts.perils,
            intake: parts.intake,
            description: parts
                .description
                .following(previous.map(|site| &site.description)),
            streams: Arc::new(Semaphore::new(
                usize::try_from(parts.peril_limits.max_streams)
                    .unwrap_or(Semaphore::MAX_PERMITS)
                    .min(Semaphore::MAX_PERMITS),
            )),
            schemas: Arc::default(),
            peril_limits: parts.peril_limits,
            has_warned: AtomicBool::new(false),
        })
    }

    /// Says once that certificates arrive under another name than the configured one (CERT-13).
    pub fn notice_other_certificate_headers(&self, request: &HttpRequest) {
        if self.has_warned.load(Ordering::Relaxed) {
            return;
        }
        if let Some(name) = self.hop.unexpected_certificate_header(request) {
            self.has_warned.store(true, Ordering::Relaxed);
            tracing::warn!(
                "{name} is sent and not looked at: consumers.certificate_header is {}",
                self.hop.certificate_header
            );
        }
    }
}

/// The running daemon: the present [`Site`], and whether it is about to end.
pub struct Perild {
    site: ArcSwap<Site>,
    gate: Gate,
    own_uid: u32,
    is_stopping: AtomicBool,
}

impl Perild {
    /// A daemon that serves `site`.
    #[must_use]
    pub fn new(site: Site) -> Self {
        let own_uid = rustix::process::geteuid().as_raw();
        Self {
            site: ArcSwap::from_pointee(site),
            gate: Gate::default(),
            own_uid,
            is_stopping: AtomicBool::new(false),
        }
    }

    /// The site for one request, from its start to its end.
    #[must_use]
    pub fn site(&self) -> Arc<Site> {
        self.site.load_full()
    }

    /// Takes `site` for every request from now on.
    pub fn replace(&self, site: Site) {
        self.site.store(Arc::new(site));
    }

    /// What strangers' connections come to.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Whether `peer` is the user that perild runs as: its watchdog, or `perild healthcheck`.
    #[must_use]
    pub fn is_itself(&self, peer: Peer) -> bool {
        peer == Peer::User(self.own_uid)
    }

    /// From now on each connection ends with its answer.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Whether connections end with their answers.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }
}
