//! A body in UTF-8, whatever charset it came in.

use std::{
    fs::File,
    io::{self, Read, Write},
};

use super::{Body, Charset, Intake, NotTaken, intake::nameless};

impl Intake {
    /// `body`, whose charset is declared as `declared`, in UTF-8: for a thread that may wait for the disk when the
    /// body does.
    ///
    /// # Errors
    /// [`NotTaken::TooLarge`] as it is in UTF-8, [`NotTaken::Kept`].
    pub fn in_utf_8(&self, body: Body, declared: Charset) -> Result<Body, NotTaken> {
        let mut begin = Vec::new();
        let of_disk = |source| NotTaken::Kept {
            folder: self.folder.clone(),
            source,
        };
        let read = body.reader(0).take(MARK).read_to_end(&mut begin);
        read.map_err(of_disk)?;
        let charset = declared.of(&begin);
        if charset.is_utf_8() {
            return Ok(body);
        }
        let mut charset = charset.reader();
        let mut reader = body.reader(0);
        let (mut kept, mut file, mut length) = (Vec::new(), None, 0);
        loop {
            let piece = reader.fill_buf().map_err(of_disk)?;
            let piece = piece.get(..PIECE).unwrap_or(piece);
            let (read, before) = (piece.len(), kept.len());
            charset.read(piece, read == 0, &mut kept);
            length += u64::try_from(kept.len() - before).unwrap_or(u64::MAX);
            if length > self.limit_bytes {
                return Err(NotTaken::TooLarge {
                    limit: self.limit_bytes,
                });
            }
            if kept.len() > self.memory_bytes || (read == 0 && file.is_some()) {
                file = Some(self.append(file, &kept).map_err(of_disk)?);
                kept.clear();
            }
            if read == 0 {
                drop(reader);
                let held = body.into_held();
                return Ok(match file {
                    Some(file) => Body::on_disk(file, held),
                    None => Body::in_slot(kept.into(), held),
                });
            }
            reader.consume(read);
        }
    }

    /// Writes `bytes` behind what `file` has; into a new one when there is none.
    fn append(&self, file: Option<File>, bytes: &[u8]) -> io::Result<File> {
        let mut file = file.map_or_else(|| nameless(&self.folder), Ok)?;
        file.write_all(bytes)?;
        Ok(file)
    }
}

/// Bytes that show a charset.
const MARK: u64 = 3;
/// Bytes that are turned at once.
const PIECE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::{super::body::Held, *};
    use crate::fair_semaphore::FairSemaphore;

    #[test]
    fn a_body_in_another_charset_is_had_in_utf_8_and_bounded_as_that() {
        let folder = tempfile::tempdir().unwrap();
        let latin = Charset::declared(Some("iso-8859-1")).unwrap();
        for (length, is_in_memory) in [(0_usize, true), (5, true), (6, false), (50, false)] {
            let body = Body::Memory(vec![0xe9; length].into());
            let read = intake(folder.path()).in_utf_8(body, latin).unwrap();
            assert_eq!(read.in_memory().is_some(), is_in_memory);
            assert_eq!(read.whole().unwrap(), "\u{e9}".repeat(length));
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
        let body = Body::Memory(vec![0xe9; 51].into());
        assert!(matches!(
            intake(folder.path()).in_utf_8(body, latin),
            Err(NotTaken::TooLarge { limit: 100 })
        ));
    }

    fn intake(folder: &std::path::Path) -> Intake {
        Intake {
            limit_bytes: 100,
            memory_bytes: 10,
            folder: folder.into(),
            slots: Arc::new(FairSemaphore::new(1)),
            wait: Duration::ZERO,
        }
    }

    #[test]
    fn a_body_in_another_charset_keeps_the_slot_it_came_with() {
        let folder = tempfile::tempdir().unwrap();
        let latin = Charset::declared(Some("iso-8859-1")).unwrap();
        for length in [1, 50] {
            let slots = Arc::new(FairSemaphore::new(1));
            let on_disk = |slot| {
                let mut file = nameless(folder.path()).unwrap();
                file.write_all(&vec![0xe9; length]).unwrap();
                Body::on_disk(file, Held::Slot(slot))
            };
            let in_memory = |slot| Body::in_slot(vec![0xe9; length].into(), Held::Slot(slot));
            for is_on_disk in [true, false] {
                let slot = slots.try_acquire("a");
                let body = if is_on_disk {
                    on_disk(slot)
                } else {
                    in_memory(slot)
                };
                let read = intake(folder.path()).in_utf_8(body, latin).unwrap();
                assert_eq!(slots.available(), 0);
                drop(read);
                assert_eq!(slots.available(), 1);
            }
        }
    }
}
