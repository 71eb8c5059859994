//! Pressure on the machine's processors: the time in which something could have run and had to wait, as the kernel
//! accounts for it (pressure stall information).

use std::{
    fs::File,
    os::unix::fs::FileExt,
    time::{Duration, Instant},
};

use super::pace::Demand;

/// The account of the kernel, where it keeps one and the daemon may read it.
#[derive(Debug, Default)]
pub(super) struct Pressure {
    account: Option<Account>,
}

#[derive(Debug)]
struct Account {
    file: File,
    read_at: Instant,
    waited: Duration,
    is_high: bool,
}

impl Pressure {
    /// The account of the whole machine, or of the container that this is.
    pub(super) fn of_machine() -> Self {
        // The unit hides the first: `ProcSubset=pid`.
        let files = ["/proc/pressure/cpu", "/sys/fs/cgroup/cpu.pressure"];
        let account = files.iter().find_map(|path| Account::open(path));
        Self { account }
    }

    /// The demand that it tells of; none where no account is kept. It rises once for each reading of high pressure; the
    /// account is read where the last reading is old enough.
    pub(super) fn demand(&mut self, now: Instant) -> Option<Demand> {
        let account = self.account.as_mut()?;
        Some(account.demand(now))
    }
}

impl Account {
    fn open(path: &str) -> Option<Self> {
        let file = File::open(path).ok()?;
        Some(Self {
            waited: waited(&file)?,
            file,
            read_at: Instant::now(),
            is_high: false,
        })
    }

    fn demand(&mut self, now: Instant) -> Demand {
        let elapsed = now.saturating_duration_since(self.read_at);
        let is_fresh = elapsed >= BETWEEN_READINGS;
        if is_fresh {
            let before = self.waited;
            self.waited = waited(&self.file).unwrap_or(before);
            self.read_at = now;
            self.is_high = self.waited.saturating_sub(before) > elapsed.mul_f64(HIGH);
        }
        match (self.is_high, is_fresh) {
            (true, true) => Demand::Rises,
            (true, false) => Demand::Stands,
            (false, _) => Demand::Falls,
        }
    }
}

/// The time for which something has waited for a processor since the machine was started.
fn waited(file: &File) -> Option<Duration> {
    let mut text = [0; 256];
    let length = file.read_at(&mut text, 0).ok()?;
    total(str::from_utf8(text.get(..length)?).ok()?)
}

/// The microseconds behind `total=` of the line `some`.
fn total(text: &str) -> Option<Duration> {
    let some = text.lines().find_map(|line| line.strip_prefix("some "))?;
    let total = some
        .split(' ')
        .find_map(|part| part.strip_prefix("total="))?;
    total.parse().ok().map(Duration::from_micros)
}

/// Time between two readings: the kernel adds up what waited since, of each processor.
const BETWEEN_READINGS: Duration = Duration::from_millis(50);
/// Part of the time in which something waits, from which on processors are wanted by others.
const HIGH: f64 = 0.3;

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn pressure_is_high_while_something_waits_for_a_third_of_the_time() {
        let account = tempfile::NamedTempFile::new().unwrap();
        let has_waited = |total: Duration| {
            let line = format!(
                "some avg10=0.00 avg60=0.00 avg300=0.00 total={}\n",
                total.as_micros()
            );
            std::fs::write(account.path(), line).unwrap();
        };
        has_waited(7 * MS);
        let account = Account::open(account.path().to_str().unwrap());
        let mut pressure = Pressure { account };
        let begun = pressure.account.as_ref().unwrap().read_at;
        // Milliseconds since the beginning, time for which something has waited since then.
        let readings = [
            (40, 40, Demand::Falls),
            (100, 31, Demand::Rises),
            (149, 100, Demand::Stands),
            (200, 60, Demand::Falls),
            (10_000, 6_000, Demand::Rises),
            // An account that begins anew, and a clock that is a moment behind.
            (10_100, 0, Demand::Falls),
            (10_000, 90, Demand::Falls),
        ];
        for (at, waited, demand) in readings {
            has_waited((7 + waited) * MS);
            assert_eq!(pressure.demand(begun + at * MS), Some(demand), "{at}");
        }
    }

    #[test]
    fn where_no_account_is_kept_pressure_tells_of_no_demand() {
        let mut pressure = Pressure {
            account: Account::open("/nonexistent/cpu.pressure"),
        };
        assert_eq!(pressure.demand(Instant::now() + 1_000 * MS), None);
    }

    #[test]
    fn the_line_of_what_waits_at_all_is_read() {
        let text = "some avg10=56.25 avg60=14.79 avg300=5.92 total=44186876662\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
        assert_eq!(total(text), Some(Duration::from_micros(44_186_876_662)));
        for odd in [
            "",
            "full avg10=0.00 total=7",
            "some avg10=0.00",
            "some total=x",
            "some total=-1",
        ] {
            assert_eq!(total(odd), None, "{odd}");
        }
    }
}
