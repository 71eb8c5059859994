use futures_util::FutureExt;

use super::*;

const MS: Duration = Duration::from_millis(1);

#[test]
fn where_nobody_else_wants_processors_no_query_rests() {
    let mut pace = Pace::default();
    for used in [Duration::ZERO, MS / 10, MS, 300 * MS] {
        for elapsed in [used, used + used / 2, used + MS / 2] {
            assert_eq!(pace.rest_after(elapsed, used), Duration::ZERO, "{used:?}");
        }
    }
}

#[test]
fn rests_grow_while_processors_are_wanted_and_end_when_they_are_not() {
    let mut pace = Pace::default();
    let wanted: Vec<_> = (0..7).map(|_| pace.rest_after(30 * MS, 10 * MS)).collect();
    assert_eq!(wanted, [10, 20, 40, 80, 160, 160, 160].map(|ms| ms * MS));
    let quiet: Vec<_> = (0..60).map(|_| pace.rest_after(10 * MS, 10 * MS)).collect();
    assert_eq!(quiet[0], 144 * MS);
    assert!(quiet.is_sorted_by(|one, next| one >= next));
    assert_eq!(quiet.last(), Some(&Duration::ZERO));
    // A query of a minute is not followed by a quarter of an hour.
    for _ in 0..9 {
        assert!(pace.rest_after(180_000 * MS, 60_000 * MS) <= LONGEST_REST);
    }
}

#[test]
fn a_rest_that_is_too_short_for_a_timer_is_taken_with_the_next() {
    let mut pace = Pace::default();
    let rests: Vec<_> = (0..4).map(|_| pace.rest_after(2 * MS, MS / 5)).collect();
    assert_eq!(
        rests,
        [Duration::ZERO, Duration::ZERO, MS * 7 / 5, MS * 8 / 5]
    );
}

#[tokio::test]
async fn so_many_run_at_once_and_who_waits_comes_when_one_has_ended() {
    let planned = Planned::new(4);
    let first = planned.turn("a").await.unwrap();
    let _second = planned.turn("a").await.unwrap();
    let mut third = Box::pin(planned.turn("b"));
    assert!(third.as_mut().now_or_never().is_none());
    first.end_after(MS, MS);
    assert!(third.now_or_never().flatten().is_some());
    for (processors, at_once) in [(1, 2), (2, 2), (16, 8)] {
        assert_eq!(Planned::new(processors).running.available(), at_once);
    }
}

#[tokio::test]
async fn a_turn_that_rests_is_nobodys_until_it_has() {
    let planned = Planned::new(1);
    let (first, _second) = (planned.turn("a").await.unwrap(), planned.turn("a").await);
    let begun = Instant::now();
    first.end_after(60 * MS, 20 * MS);
    let mut next = Box::pin(planned.turn("a"));
    assert!(next.as_mut().now_or_never().is_none());
    assert!(next.await.is_some());
    assert!(begun.elapsed() >= 20 * MS);
}

#[tokio::test]
async fn only_so_many_wait_and_who_goes_away_makes_room() {
    let planned = Planned::new(1);
    let _running = (planned.turn("a").await.unwrap(), planned.turn("a").await);
    let mut waiting = Vec::new();
    loop {
        let mut turn = Box::pin(planned.turn("a"));
        match turn.as_mut().now_or_never() {
            None => waiting.push(turn),
            Some(refused) => {
                assert!(refused.is_none());
                break;
            }
        }
    }
    // One consumer leaves room for others.
    assert_eq!(waiting.len(), MOST_WAITING - MOST_WAITING / 4);
    assert!(planned.turn("b").now_or_never().is_none());
    waiting.pop();
    assert!(planned.turn("a").now_or_never().is_none());
}

#[test]
fn the_time_of_the_processor_is_that_of_this_thread() {
    let before = processor_time();
    let begun = Instant::now();
    let mut numbers = 0_u64;
    while processor_time() < before + 2 * MS {
        numbers = std::hint::black_box(numbers.wrapping_add(1));
    }
    // One clock may go a little faster than the other.
    assert!(begun.elapsed() >= MS);
    let idle = processor_time();
    std::thread::park_timeout(5 * MS);
    assert!(processor_time() < idle + 5 * MS);
}
