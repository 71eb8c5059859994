//! The notification protocol, `sd_notify(3)`: silent when systemd does not listen.

use sd_notify::NotifyState;

/// Messages to systemd, one datagram each.
#[derive(Clone, Copy, Debug)]
pub enum Notify<'s> {
    /// Sockets are bound and the configuration is valid.
    Ready(&'s str),
    /// A reload begins.
    Reloading,
    /// In-flight requests are finished, then perild ends.
    Stopping,
    /// The event loop lives.
    Watchdog,
}

impl Notify<'_> {
    /// Sends it; a failure is logged, since nothing else depends on it.
    pub fn send(self) {
        let sent = match self {
            Self::Ready(status) => {
                sd_notify::notify(&[NotifyState::Ready, NotifyState::Status(status)])
            }
            Self::Reloading => NotifyState::monotonic_usec_now().and_then(|now| {
                sd_notify::notify(&[
                    NotifyState::Reloading,
                    now,
                    NotifyState::Status("reloading"),
                ])
            }),
            Self::Stopping => sd_notify::notify(&[
                NotifyState::Stopping,
                NotifyState::Status("finishing requests"),
            ]),
            Self::Watchdog => sd_notify::notify(&[NotifyState::Watchdog]),
        };
        if let Err(error) = sent {
            tracing::warn!("systemd was not told that perild {}: {error}", self.says());
        }
    }

    /// The message, as the end of a sentence about perild.
    fn says(self) -> &'static str {
        match self {
            Self::Ready(_) => "serves",
            Self::Reloading => "reloads",
            Self::Stopping => "stops",
            Self::Watchdog => "lives",
        }
    }
}
