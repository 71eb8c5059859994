use std::io::Read as _;

use actix_web::{FromRequest, rt::System, test::TestRequest, web::Payload};

use super::*;

async fn taken(request: TestRequest, intake: &Intake) -> Result<Body, NotTaken> {
    let (request, mut payload) = request.to_http_parts();
    let payload = Payload::from_request(&request, &mut payload).await.unwrap();
    intake.take(&request, payload, "consumer").await
}

fn intake(folder: &Path) -> Intake {
    Intake {
        limit_bytes: 100,
        memory_bytes: 10,
        folder: folder.into(),
        slots: Arc::new(FairSemaphore::new(1)),
        wait: Duration::from_millis(10),
    }
}

#[test]
fn a_long_body_has_a_slot_until_nobody_holds_it_and_a_short_one_has_none() {
    System::new().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        for memory_bytes in [10, 200_000] {
            let intake = Intake {
                limit_bytes: 200_000,
                memory_bytes,
                ..intake(folder.path())
            };
            let request = |bytes| TestRequest::post().set_payload(vec![7; bytes]);
            let short = taken(request(65_536), &intake).await.unwrap();
            assert_eq!(intake.slots.available(), 1);
            let long = taken(request(65_537), &intake).await.unwrap();
            assert_eq!(long.in_memory().is_some(), memory_bytes > 10);
            let reader = long.reader(0);
            drop(long);
            assert_eq!(intake.slots.available(), 0);
            drop((short, reader));
            assert_eq!(intake.slots.available(), 1);
        }
    });
}

#[test]
fn a_body_that_waits_too_long_for_its_slot_is_not_taken_and_was_not_read() {
    System::new().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let intake = Intake {
            limit_bytes: 200_000,
            ..intake(folder.path())
        };
        let held = intake.slots.try_acquire("another").unwrap();
        for announced in [true, false] {
            let request = TestRequest::post().set_payload(vec![7; 100_000]);
            let request = if announced {
                request.insert_header(("content-length", "100000"))
            } else {
                request
            };
            let refused = taken(request, &intake).await;
            assert!(matches!(refused, Err(NotTaken::Busy)), "{announced}");
        }
        assert!(
            taken(TestRequest::post().set_payload(vec![7; 60_000]), &intake)
                .await
                .is_ok()
        );
        drop(held);
        let request = TestRequest::post().set_payload(vec![7; 100_000]);
        assert!(taken(request, &intake).await.is_ok());
    });
}

#[test]
fn a_body_is_read_back_from_wherever_it_is_kept_and_leaves_no_file() {
    System::new().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        for length in [0_usize, 10, 11, 100] {
            let content: Vec<u8> = (0..length).map(|at| u8::try_from(at).unwrap()).collect();
            let request = TestRequest::post().set_payload(content.clone());
            let body = taken(request, &intake(folder.path())).await.unwrap();
            assert_eq!(body.in_memory().is_some(), length <= 10);
            for start in [0, length / 2] {
                let mut read = Vec::new();
                let from = u64::try_from(start).unwrap();
                body.reader(from).read_to_end(&mut read).unwrap();
                assert_eq!(read, content[start..]);
            }
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    });
}

#[test]
fn a_body_over_the_limit_or_with_a_coding_is_not_taken() {
    System::new().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let large = TestRequest::post().set_payload(vec![0; 101]);
        assert!(matches!(
            taken(large, &intake(folder.path())).await,
            Err(NotTaken::TooLarge { limit: 100 })
        ));
        for coding in [
            "gzip",
            "deflate",
            "br",
            "zstd",
            "compress",
            "x",
            "identity, gzip",
        ] {
            let encoded = TestRequest::post().insert_header(("content-encoding", coding));
            assert!(matches!(
                taken(encoded, &intake(folder.path())).await,
                Err(NotTaken::Encoded)
            ));
        }
        for coding in ["identity", " Identity "] {
            let plain = TestRequest::post().insert_header(("content-encoding", coding));
            assert!(taken(plain, &intake(folder.path())).await.is_ok());
        }
        let announced = TestRequest::post().insert_header(("content-length", "101"));
        assert!(matches!(
            taken(announced, &intake(folder.path())).await,
            Err(NotTaken::TooLarge { .. })
        ));
    });
}

/// Rows: HTTP-26
#[test]
fn a_body_that_does_not_say_its_length_is_taken_up_to_the_limit_and_no_further() {
    System::new().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        for (length, is_taken) in [(100, true), (101, false), (5000, false)] {
            let (_, mut body) = TestRequest::post()
                .set_payload(vec![0; length])
                .to_http_parts();
            let chunked = TestRequest::post()
                .insert_header(("transfer-encoding", "chunked"))
                .to_http_request();
            let payload = Payload::from_request(&chunked, &mut body).await.unwrap();
            let taken = intake(folder.path()).take(&chunked, payload, "").await;
            assert_eq!(taken.is_ok(), is_taken, "{length}");
            let is_too_large = matches!(taken, Err(NotTaken::TooLarge { limit: 100 }));
            assert_eq!(is_too_large, !is_taken, "{length}");
        }
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    System::new().block_on(async {
        let broken = Intake {
            folder: "/proc/none".into(),
            ..intake(Path::new("/"))
        };
        let request = TestRequest::post().set_payload(vec![0; 50]);
        assert!(matches!(
            taken(request, &broken).await,
            Err(NotTaken::Kept { .. })
        ));
    });
}
