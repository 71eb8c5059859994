//! Header fields as RFC 9110 §5 reads and writes them.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::http::header::{HeaderMap, HeaderName};

/// All lines of a field as one list (RFC 9110 §5.3).
pub(crate) fn joined<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<Cow<'h, str>> {
    let mut lines = headers
        .get_all(name)
        .map(|line| line.to_str().unwrap_or_default());
    let first = Cow::Borrowed(lines.next()?);
    Some(lines.fold(first, |list, line| list + "," + line))
}

/// `time` as an HTTP date, which ends with the year 9999: a file may claim a later one (RFC 9110 §5.6.7).
pub(super) fn http_date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time.clamp(UNIX_EPOCH, UNIX_EPOCH + LAST_DATE))
}

/// The end of the year 9999.
const LAST_DATE: Duration = Duration::from_secs(253_402_300_799);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_beyond_all_dates_is_the_last_date() {
        let at = |seconds| http_date(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        for seconds in [253_402_300_799, 253_402_300_800, u64::MAX / 2] {
            assert_eq!(at(seconds), "Fri, 31 Dec 9999 23:59:59 GMT");
        }
    }
}
