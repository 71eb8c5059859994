//! A connection whose requests are looked at before the HTTP library reads them.
//!
//! The library answers what it cannot read with a bare status: no body, no interaction id, no access record, and an
//! error in the log. So each head is judged here first ([`head`]), and in place of one that the library would
//! refuse it gets a short request of ours, to be answered like every other one, and then the end of the connection.
//! Everything else passes as it came. Nothing is believed because of what is found here.

use std::{
    io,
    mem::MaybeUninit,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::http::Method;
use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};
use uuid::Uuid;

use super::{
    InteractionId, Malformed,
    chunks::Chunks,
    head::{self, Framing},
};

/// A connection, and how far its requests have been looked at.
pub struct Screen<T> {
    stream: T,
    /// Bytes that have come and are not looked at.
    arrived: BytesMut,
    /// Bytes that may be handed on.
    screened: BytesMut,
    next: Next,
    patience: Duration,
    /// When a head that has begun, or the first one at all, must be there.
    deadline: Option<Pin<Box<Sleep>>>,
    unreadable: Arc<OnceLock<Unreadable>>,
}

/// Part of a request that comes next on a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Next {
    Body(u64),
    Chunks(Chunks),
    End,
    Head,
    Tunnel,
}

/// The request on a connection that could not be read: its last one.
#[derive(Debug)]
pub struct Unreadable {
    /// Its fault.
    pub malformed: Malformed,
    /// The method, when it had one.
    pub method: Option<Method>,
    /// Its interaction id, or a fresh one.
    pub id: InteractionId,
    /// The path of the request that stands in its place; nobody else can know it.
    path: String,
}

impl Unreadable {
    /// `true` when a request for `path` stands in its place.
    #[must_use]
    pub fn stands_at(&self, path: &str) -> bool {
        self.path == path
    }
}

impl<T> Screen<T> {
    /// Looks at what comes over `stream`, where a head has to arrive within `patience`.
    #[must_use]
    pub fn new(stream: T, patience: Duration) -> Self {
        Self {
            stream,
            arrived: BytesMut::new(),
            screened: BytesMut::new(),
            next: Next::Head,
            patience,
            deadline: Some(Box::pin(sleep(patience))),
            unreadable: Arc::default(),
        }
    }

    /// The connection itself.
    pub fn stream(&self) -> &T {
        &self.stream
    }

    /// The place in which a request that cannot be read will be told of.
    pub fn unreadable(&self) -> Arc<OnceLock<Unreadable>> {
        Arc::clone(&self.unreadable)
    }

    /// Looks at what has arrived, as far as it goes.
    fn look(&mut self) {
        while !self.arrived.is_empty() {
            match &mut self.next {
                Next::Head => match head::read(&self.arrived) {
                    Ok(None) => return,
                    Ok(Some(head)) => {
                        self.deadline = None;
                        self.pass(head.length);
                        self.next = match head.body {
                            Framing::Chunked => Next::Chunks(Chunks::Size),
                            Framing::Length(0) => Next::Head,
                            Framing::Length(length) => Next::Body(length),
                            Framing::Tunnel => Next::Tunnel,
                        };
                    }
                    Err(malformed) => return self.refuse(malformed),
                },
                Next::Body(left) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX);
                    let here = here.min(self.arrived.len());
                    *left = left.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX));
                    if *left == 0 {
                        self.next = Next::Head;
                    }
                    self.pass(here);
                }
                Next::Chunks(chunks) => {
                    let (good, outcome) = chunks.advance(&self.arrived);
                    if *chunks == Chunks::End {
                        self.next = Next::Head;
                    }
                    self.pass(good);
                    if outcome.is_err() {
                        // Who reads the body hears that it broke off; no request behind it is one.
                        self.end();
                    }
                }
                Next::Tunnel => self.pass(self.arrived.len()),
                Next::End => return self.arrived.clear(),
            }
        }
    }

    fn pass(&mut self, bytes: usize) {
        let passed = self.arrived.split_to(bytes.min(self.arrived.len()));
        if self.screened.is_empty() {
            self.screened = passed;
        } else {
            self.screened.extend_from_slice(&passed);
        }
    }

    /// Puts a request of ours in the place of the head that has arrived, and ends.
    fn refuse(&mut self, malformed: Malformed) {
        let unreadable = Unreadable {
            malformed,
            method: head::method(&self.arrived),
            id: head::interaction_id(&self.arrived),
            path: format!("/{}", Uuid::new_v4()),
        };
        // An answer to HEAD has no body, whatever it answers.
        let method = match unreadable.method {
            Some(Method::HEAD) => "HEAD",
            _ => "GET",
        };
        let request = format!(
            "{method} {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
            unreadable.path
        );
        self.screened.extend_from_slice(request.as_bytes());
        // It is the connection's last, so there is none before it.
        let _ = self.unreadable.set(unreadable);
        self.end();
    }

    fn end(&mut self) {
        self.next = Next::End;
        self.arrived.clear();
        self.deadline = None;
    }

    fn hand_on(&mut self, into: &mut ReadBuf<'_>) {
        let here = into.remaining().min(self.screened.len());
        into.put_slice(self.screened.get(..here).unwrap_or_default());
        self.screened.advance(here);
    }

    /// `true` when the time for a head is over. A head that has begun has the whole of it.
    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        if self.next != Next::Head {
            return false;
        }
        if self.deadline.is_none() && !self.arrived.is_empty() {
            self.deadline = Some(Box::pin(sleep(self.patience)));
        }
        let deadline = self.deadline.as_mut();
        deadline.is_some_and(|deadline| deadline.as_mut().poll(context).is_ready())
    }
}

impl<T: AsyncRead + Unpin> Screen<T> {
    /// Reads bytes of a body of a known length, at which nobody has to look.
    fn poll_body(
        &mut self,
        left: u64,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = usize::try_from(left).unwrap_or(usize::MAX);
        let room = room.min(into.remaining());
        let mut piece = ReadBuf::new(into.initialize_unfilled_to(room));
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut piece))?;
        let read = piece.filled().len();
        into.advance(read);
        self.next = match left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX)) {
            _ if read == 0 => Next::End,
            0 => Next::Head,
            left => Next::Body(left),
        };
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Screen<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if !this.screened.is_empty() {
                this.hand_on(into);
                return Poll::Ready(Ok(()));
            }
            match this.next {
                Next::Body(left) => return this.poll_body(left, context, into),
                Next::End => return Poll::Ready(Ok(())),
                Next::Chunks(_) | Next::Head | Next::Tunnel => {}
            }
            let mut piece = [MaybeUninit::uninit(); PIECE];
            let mut piece = ReadBuf::uninit(&mut piece);
            match Pin::new(&mut this.stream).poll_read(context, &mut piece) {
                Poll::Ready(read) => read?,
                Poll::Pending if !this.is_late(context) => return Poll::Pending,
                Poll::Pending if this.arrived.is_empty() => {}
                Poll::Pending => {
                    this.refuse(Malformed::HeadLate);
                    continue;
                }
            }
            if piece.filled().is_empty() {
                this.end();
            }
            this.arrived.extend_from_slice(piece.filled());
            this.look();
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Screen<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Bytes read at once where they are looked at: more than most heads have.
const PIECE: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// The bytes of `sent` that are handed on, in pieces of `at_once`, and what is said of the request that ends it.
    async fn screened(sent: &[u8], at_once: usize) -> (Vec<u8>, Option<Malformed>) {
        let (mut client, server) = tokio::io::duplex(64);
        let sent = sent.to_vec();
        let sending = tokio::spawn(async move {
            for piece in sent.chunks(at_once) {
                if client.write_all(piece).await.is_err() {
                    break;
                }
            }
        });
        let mut screen = Screen::new(server, Duration::from_mins(1));
        let unreadable = screen.unreadable();
        let mut read = Vec::new();
        screen.read_to_end(&mut read).await.unwrap();
        drop(screen);
        sending.await.unwrap();
        let found = unreadable.get();
        if let Some(found) = found {
            let text = String::from_utf8(read.clone()).unwrap();
            let line = format!(" {} HTTP/1.1\r\n", found.path);
            assert!(text.contains(&line), "{text}");
            read.truncate(text.find(&line).unwrap() - 3);
        }
        (read, found.map(|found| found.malformed))
    }

    /// Rows: HTTP-22
    #[tokio::test]
    async fn what_can_be_read_passes_as_it_came() {
        let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
        let post = "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nGET bad\0\n";
        let chunked = "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        let large = format!(
            "POST /d HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n{}",
            "x".repeat(100_000)
        );
        let tunnel = "GET /e HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n\0\u{e9} no HTTP";
        let all = [get, post, get, chunked, chunked, &large, get, tunnel].concat();
        for at_once in [1, 7, 50_000] {
            let (read, malformed) = screened(all.as_bytes(), at_once).await;
            assert_eq!(malformed, None);
            assert!(read == all.as_bytes(), "{at_once}");
        }
    }

    /// Rows: HTTP-22
    #[tokio::test]
    async fn a_head_that_cannot_be_read_is_the_last_and_what_stands_before_it_passes() {
        let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
        let bad = "GET /caf\u{e9} HTTP/1.1\r\nHost: h\r\n\r\n";
        for at_once in [1, 7, 5000] {
            let all = [get, bad, get].concat();
            let (read, malformed) = screened(all.as_bytes(), at_once).await;
            assert_eq!(malformed, Some(Malformed::Target));
            assert_eq!(read, get.as_bytes());
        }
        let chunk = "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello";
        let all = [chunk, "X\r\n0\r\n\r\n", get].concat();
        let (read, malformed) = screened(all.as_bytes(), 5000).await;
        assert_eq!((read, malformed), (chunk.as_bytes().to_vec(), None));
    }

    /// Rows: HTTP-26
    #[tokio::test]
    async fn a_head_that_does_not_come_in_time_is_told_so_and_one_never_begun_is_not() {
        for (sent, malformed) in [("GET /a HT", Some(Malformed::HeadLate)), ("", None)] {
            let (mut client, server) = tokio::io::duplex(64);
            client.write_all(sent.as_bytes()).await.unwrap();
            let mut screen = Screen::new(server, Duration::from_millis(50));
            let unreadable = screen.unreadable();
            let mut read = Vec::new();
            screen.read_to_end(&mut read).await.unwrap();
            assert_eq!(unreadable.get().map(|found| found.malformed), malformed);
            assert_eq!(read.is_empty(), malformed.is_none());
        }
    }
}
