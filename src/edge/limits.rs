//! Limits of a request, and the one thing about its shape that every route wants.

use actix_web::{
    HttpRequest,
    http::{Version, header},
};

use super::Malformed;

/// Limits of a request.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the request target (LIM-1).
    pub target_bytes: usize,
    /// Bytes of the header block: names, values and their separators (LIM-2).
    pub header_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            target_bytes: 8 * 1024,
            header_bytes: 64 * 1024,
        }
    }
}

impl Limits {
    /// Checks the size of `request` and its `Host`; what every route wants first.
    ///
    /// # Errors
    /// The first [`Malformed`] among target, header block and `Host`.
    pub fn admit(&self, request: &HttpRequest) -> Result<(), Malformed> {
        let target = request
            .uri()
            .path_and_query()
            .map_or(0, |target| target.as_str().len());
        if target > self.target_bytes {
            return Err(Malformed::TargetTooLong {
                bytes: target,
                limit: self.target_bytes,
            });
        }
        let headers = request.headers();
        let block = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if block > self.header_bytes {
            return Err(Malformed::HeaderBlockTooLarge {
                bytes: block,
                limit: self.header_bytes,
            });
        }
        let hosts = headers.get_all(header::HOST).count();
        let is_ambiguous = hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11);
        if is_ambiguous {
            Err(Malformed::HostMissingOrRepeated)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    /// Rows: LIM-1, LIM-2
    #[test]
    fn lim_1_and_2_target_and_header_block_are_bounded() {
        let limits = Limits::default();
        let target = |bytes: usize| {
            TestRequest::with_uri(&format!("/{}", "a".repeat(bytes - 1)))
                .insert_header(("host", "h"))
                .to_http_request()
        };
        assert_eq!(limits.admit(&target(8192)), Ok(()));
        let too_long = Err(Malformed::TargetTooLong {
            bytes: 8193,
            limit: 8192,
        });
        assert_eq!(limits.admit(&target(8193)), too_long);
        let block = |bytes: usize| {
            TestRequest::get()
                .insert_header(("host", "h"))
                .insert_header(("x", "a".repeat(bytes - 14)))
                .to_http_request()
        };
        assert_eq!(limits.admit(&block(65_536)), Ok(()));
        assert!(matches!(
            limits.admit(&block(65_537)),
            Err(Malformed::HeaderBlockTooLarge { .. })
        ));
    }

    /// Rows: HTTP-23
    #[test]
    fn rfc9112_3_2_exactly_one_host_is_wanted() {
        let limits = Limits::default();
        let request = |hosts: &[&'static str]| {
            let request = TestRequest::get();
            hosts
                .iter()
                .fold(request, |r, host| r.append_header(("host", *host)))
                .to_http_request()
        };
        assert_eq!(limits.admit(&request(&["h"])), Ok(()));
        for hosts in [&[][..], &["h", "h"]] {
            assert_eq!(
                limits.admit(&request(hosts)),
                Err(Malformed::HostMissingOrRepeated)
            );
        }
    }
}
