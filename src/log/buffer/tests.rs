use std::sync::mpsc::{self, Receiver, Sender};

use super::*;

/// Hands each batch on, once it is let to.
struct Gated {
    written: Sender<Vec<Vec<u8>>>,
    gate: Receiver<()>,
}

impl Sink for Gated {
    fn write(&mut self, records: &Records) -> u64 {
        self.written
            .send(records.iter().map(<[u8]>::to_vec).collect())
            .unwrap();
        let _ = self.gate.recv();
        0
    }
}

struct Ends {
    buffer: Buffer,
    written: Receiver<Vec<Vec<u8>>>,
    gate: Option<Sender<()>>,
    reported: Receiver<u64>,
}

fn gated() -> Ends {
    let (tell, written) = mpsc::channel();
    let (open, gate) = mpsc::channel();
    let (report, reported) = mpsc::channel();
    let sink = Gated {
        written: tell,
        gate,
    };
    let buffer = Buffer::start(sink, move |lost| report.send(lost).unwrap()).unwrap();
    Ends {
        buffer,
        written,
        gate: Some(open),
        reported,
    }
}

fn open() -> Ends {
    let mut ends = gated();
    ends.gate = None;
    ends
}

/// Leaves the sink in the middle of a write that does not end.
fn hung() -> Ends {
    let ends = gated();
    ends.buffer.push(b"first", false);
    assert_eq!(ends.written.recv().unwrap(), [b"first"]);
    ends
}

fn fill(buffer: &Buffer) -> usize {
    let record = vec![b'x'; 64 * 1024];
    let most = GATHERED_BYTES / record.len();
    (0..most).for_each(|_| buffer.push(&record, false));
    most
}

#[test]
fn a_record_is_written_without_a_second_one() {
    let ends = open();
    for record in [&b"one"[..], b"two"] {
        ends.buffer.push(record, false);
        assert_eq!(ends.written.recv().unwrap(), [record]);
    }
}

#[test]
fn every_record_of_every_thread_is_written_once_in_its_order_and_whole() {
    const RECORDS: usize = 20_000;
    let ends = open();
    thread::scope(|threads| {
        for name in ["a", "b"] {
            let buffer = ends.buffer.clone();
            threads.spawn(move || {
                (0..RECORDS).for_each(|n| buffer.push(format!("{name} {n:040}").as_bytes(), false));
            });
        }
    });
    ends.buffer.flush(Duration::from_mins(1));
    let written: Vec<_> = ends.written.try_iter().flatten().collect();
    for name in ["a ", "b "] {
        let mut of_one = written
            .iter()
            .filter_map(|record| record.strip_prefix(name.as_bytes()));
        assert!((0..RECORDS).all(|n| of_one.next() == Some(format!("{n:040}").as_bytes())));
        assert_eq!(of_one.next(), None);
    }
    assert_eq!(ends.buffer.dropped(), 0);
}

#[test]
fn a_log_that_hangs_holds_up_nobody_and_what_is_lost_is_counted_and_reported() {
    let mut ends = hung();
    let kept = fill(&ends.buffer);
    ends.buffer.push(b"one too many", false);
    ends.buffer.push(b"another", false);
    ends.buffer.push(b"a warning", true);
    assert_eq!(ends.buffer.dropped(), 2);
    ends.gate = None;
    assert_eq!(ends.written.recv().unwrap().len(), kept + 1);
    assert_eq!(ends.reported.recv().unwrap(), 2);
    ends.buffer.push(b"after", false);
    assert_eq!(ends.written.recv().unwrap(), [b"after"]);
}

#[test]
fn the_end_of_the_process_waits_for_a_hanging_log_for_a_bounded_time() {
    let ends = hung();
    ends.buffer.push(b"last", false);
    ends.buffer.flush(Duration::from_millis(1));
    assert!(ends.written.try_recv().is_err());
}

#[tokio::test]
async fn requests_wait_for_room_only_where_no_record_may_be_lost() {
    let mut ends = hung();
    fill(&ends.buffer);
    ends.buffer.room().await;
    ends.buffer.on_overflow(Overflow::Block);
    let waiting = tokio::spawn({
        let buffer = ends.buffer.clone();
        async move { buffer.room().await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    ends.buffer.push(b"of a request under way", false);
    assert_eq!(ends.buffer.dropped(), 0);
    ends.gate = None;
    waiting.await.unwrap();
}

#[tokio::test]
async fn who_waits_for_room_goes_on_when_the_choice_changes() {
    let ends = hung();
    fill(&ends.buffer);
    ends.buffer.on_overflow(Overflow::Block);
    let waiting = tokio::spawn({
        let buffer = ends.buffer.clone();
        async move { buffer.room().await }
    });
    tokio::task::yield_now().await;
    ends.buffer.on_overflow(Overflow::Drop);
    waiting.await.unwrap();
}
