use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::{holder::Holder, json::parse_object},
    *,
};

fn inactive() -> Answer {
    Answer::Inactive {
        holder: Holder::default(),
    }
}

fn answer(value: &Value) -> Answer {
    Answer::read(&parse_object(value.to_string().as_bytes()).unwrap()).unwrap()
}

fn kept_for(value: &Value, longest: u64, now: i64) -> u64 {
    let longest = Duration::from_secs(longest);
    lifetime(&answer(value), longest, Timestamp::from_seconds(now)).as_secs()
}

/// Rows: INT-11, INT-12, OE-VAL-9
#[test]
fn rfc7662_4_answers_are_kept_for_a_bounded_time() {
    let until = |exp: i64| json!({"active": true, "exp": exp});
    assert_eq!(kept_for(&until(1000), 60, 900), 60);
    assert_eq!(kept_for(&until(1000), 60, 995), 5);
    assert_eq!(kept_for(&until(1000), 60, 1000), 0);
    assert_eq!(kept_for(&until(1000), 60, 2000), 0);
    let endless = json!({"active": true});
    assert_eq!(kept_for(&endless, 60, 900), 60);
    assert_eq!(kept_for(&endless, 3600, 900), 60);
    assert_eq!(kept_for(&endless, 20, 900), 20);
    for refused in [
        json!({"active": false}),
        json!({"active": true, "exp": "1000"}),
    ] {
        assert_eq!(kept_for(&refused, 60, 900), 5);
        assert_eq!(kept_for(&refused, 2, 900), 2);
    }
}

proptest! {
    /// Rows: INT-11
    #[test]
    fn no_answer_is_kept_past_exp(
        exp in any::<i64>(), now in any::<i64>(), longest in any::<u32>(),
    ) {
        let answer = answer(&json!({"active": true, "exp": exp}));
        let now = Timestamp::from_seconds(now);
        let longest = Duration::from_secs(longest.into());
        let end = now.after(lifetime(&answer, longest, now));
        prop_assert!(end <= now.max(Timestamp::from_seconds(exp)));
        prop_assert!(now.until(end) <= longest);
    }
}

#[test]
fn an_entry_outlives_neither_a_shorter_setting_nor_a_sleep() {
    let since = Timestamp::from_seconds(1000);
    let kept = Kept::new(
        answer(&json!({"active": true})),
        Duration::from_mins(1),
        since,
    );
    let stale =
        |longest, now| kept.is_stale(Duration::from_secs(longest), Timestamp::from_seconds(now));
    assert!(!stale(60, 1059) && stale(60, 1062));
    assert!(!stale(10, 1009) && stale(10, 1012));
    assert!(!stale(600, 1059) && stale(600, 1062));
}

/// Rows: INT-12
#[test]
fn an_active_answer_is_renewed_by_one_caller_a_quarter_into_its_time() {
    let kept = |value: &Value, longest| {
        let longest = Duration::from_secs(longest);
        Kept::new(answer(value), longest, Timestamp::from_seconds(1000))
    };
    let due = |kept: &Kept, now| kept.is_due(Timestamp::from_seconds(now));
    let active = kept(&json!({"active": true, "exp": 9000}), 60);
    assert!(!due(&active, 1014), "too early");
    assert!(due(&active, 1015), "the first one asks");
    assert!(
        !due(&active, 1015) && !due(&active, 1019),
        "the others do not"
    );
    assert!(due(&active, 1020), "that failed: the next one asks");
    assert!(!due(
        &kept(&json!({"active": true, "exp": 9000}), 600),
        1149
    ));
    assert!(due(&kept(&json!({"active": true, "exp": 9000}), 600), 1150));
    assert!(!due(&kept(&json!({"active": false}), 60), 9000));
}

/// Rows: INT-11, INT-12
#[tokio::test]
async fn a_renewed_answer_takes_the_place_of_the_one_before() {
    let cache = Cache::new(10).unwrap();
    let (key, longest) = (cache.key("t"), Duration::from_mins(1));
    let at = Timestamp::from_seconds;
    let good = async { Ok(answer(&json!({"active": true}))) };
    assert!(
        cache
            .get_or_fetch(key, longest, at(1000), good)
            .await
            .is_ok()
    );
    assert!(cache.get(&key, longest, at(1030)).await.unwrap().is_due);
    let active = answer(&json!({"active": true}));
    cache.renew(key, active, longest, at(1030)).await;
    let cached = cache.get(&key, longest, at(1085)).await.unwrap();
    assert!(matches!(cached.answer, Answer::Active(_)));
    cache.renew(key, inactive(), longest, at(1085)).await;
    let cached = cache.get(&key, longest, at(1085)).await.unwrap();
    assert!(
        matches!(cached.answer, Answer::Inactive { .. }),
        "a token that was revoked"
    );
}

/// Rows: INT-13
#[test]
fn keys_are_keyed_hashes_of_the_whole_token() {
    let (cache, other) = (Cache::new(1).unwrap(), Cache::new(1).unwrap());
    assert_eq!(cache.key("token"), cache.key("token"));
    assert_ne!(cache.key("token"), cache.key("token2"));
    assert_ne!(cache.key("token"), other.key("token"));
}

/// Rows: INT-12
#[tokio::test]
async fn failures_are_told_and_not_remembered() {
    let cache = Cache::new(10).unwrap();
    let (key, longest, now) = (
        cache.key("t"),
        Duration::from_mins(1),
        Timestamp::from_seconds(1000),
    );
    let failing = async { Err(Failure::LacksActive) };
    assert!(
        cache
            .get_or_fetch(key, longest, now, failing)
            .await
            .is_err()
    );
    assert!(cache.get(&key, longest, now).await.is_none());
    let good = async { Ok(answer(&json!({"active": true}))) };
    assert!(cache.get_or_fetch(key, longest, now, good).await.is_ok());
    assert!(cache.get(&key, longest, now).await.is_some());
}

#[tokio::test]
async fn an_answer_past_its_exp_is_not_remembered() {
    let cache = Cache::new(10).unwrap();
    let (key, longest, now) = (
        cache.key("t"),
        Duration::from_mins(1),
        Timestamp::from_seconds(1000),
    );
    let past = async { Ok(answer(&json!({"active": true, "exp": 1000}))) };
    assert!(cache.get_or_fetch(key, longest, now, past).await.is_ok());
    assert!(cache.get(&key, longest, now).await.is_none());
}

#[tokio::test]
async fn a_flood_of_tokens_leaves_no_more_than_the_cache_holds() {
    let cache = Cache::new(50).unwrap();
    for number in 0..1000 {
        let key = cache.key(&number.to_string());
        let ask = async { Ok(inactive()) };
        let _ = cache
            .get_or_fetch(key, Duration::from_mins(1), Timestamp::from_seconds(0), ask)
            .await;
    }
    cache.entries.run_pending_tasks().await;
    assert!(cache.len() <= 50, "{}", cache.len());
}
