//! Half hours of meters over 2025: a folder for each meter and month, the first half of the year in CSV and the second in
//! Parquet.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use perild_query::literal::instant::{self, Millisecond};

use super::{Chance, Written, file};

/// A reading: when its half hour begins, in milliseconds, and its watt hours.
type Reading = (i64, u32);

/// A meter, with what is the same in all of its rows.
struct Meter {
    number: u32,
    postcode: String,
    tariff: &'static str,
    chance: Chance,
}

/// Writes a year of `count` meters.
pub(super) fn write(out: &Path, count: u32, chance: Chance) -> io::Result<Written> {
    let folder = out.join("meters");
    fs::create_dir(&folder)?;
    let mut rows = 0;
    for number in 1..=count {
        let own = chance.of(number);
        let meter = Meter {
            number,
            postcode: format!("ZZ{:02}", own.of(POSTCODE).below(20) + 1),
            tariff: own.of(TARIFF).word(&["flat", "night", "tracker"]),
            chance: own,
        };
        rows += meter.write(&folder)?;
    }
    Ok(Written {
        paths: vec![folder],
        rows,
    })
}

impl Meter {
    /// Writes a file for each month; how many readings are in them.
    fn write(&self, folder: &Path) -> io::Result<u64> {
        let (mut first, mut rows) = (0, 0);
        for (month, days) in (1..).zip(DAYS) {
            let readings = self.readings(month, first, days);
            let month_folder = folder
                .join(format!("meter=M{:04}", self.number))
                .join(format!("month=2025-{month:02}"));
            fs::create_dir_all(&month_folder)?;
            if month <= 6 {
                self.csv(&month_folder, &readings)?;
            } else {
                self.parquet(&month_folder, &readings)?;
            }
            first += days;
            rows += u64::try_from(readings.len()).unwrap_or(0);
        }
        Ok(rows)
    }

    /// The readings of a month of `days`, which begins at the day `first` of the year: a meter in ten has none on 2 and 3
    /// July, and one in two thousand is missing anywhere.
    fn readings(&self, month: u32, first: u32, days: u32) -> Vec<Reading> {
        let is_broken = self.number % 10 == 7;
        let half_hours = first * 48..(first + days) * 48;
        let there = half_hours.filter(|half_hour| {
            let is_gap = is_broken && GAP.contains(&(half_hour / 48));
            !is_gap && self.chance.of(*half_hour).of(LOST).below(2_000) != 0
        });
        let readings = there.map(|half_hour| {
            let begin = instant::first_of(FIRST_DAY) + i64::from(half_hour) * 1_800_000;
            (begin, self.watt_hours(month, half_hour))
        });
        readings.collect()
    }

    /// More in the evening and in winter, and never quite the same.
    fn watt_hours(&self, month: u32, half_hour: u32) -> u32 {
        let usual = 80 + self.chance.of(USUAL).below(240);
        let of_day = match half_hour % 48 / 2 {
            0..=5 => 45,
            6..=8 => 110,
            9..=15 => 80,
            16..=20 => 190,
            _ => 100,
        };
        let of_year = match month {
            11 | 12 | 1 | 2 => 130,
            5..=8 => 80,
            _ => 100,
        };
        let chance = self.chance.of(half_hour).of(USUAL);
        usual * of_day / 100 * of_year / 100 * (70 + chance.below(61)) / 100
    }

    fn csv(&self, folder: &Path, readings: &[Reading]) -> io::Result<()> {
        file(&folder.join("readings.csv"), |sink| {
            writeln!(sink, "postcode,tariff,from,kwh")?;
            for (begin, watt_hours) in readings {
                let (postcode, tariff, from) = (&self.postcode, self.tariff, Millisecond(*begin));
                let (whole, rest) = (watt_hours / 1_000, watt_hours % 1_000);
                writeln!(sink, "{postcode},{tariff},{from},{whole}.{rest:03}")?;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn parquet(&self, folder: &Path, readings: &[Reading]) -> io::Result<()> {
        let same = |text: &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(readings.iter().map(|_| text)))
        };
        let begins = readings.iter().map(|(begin, _)| *begin);
        let begins = TimestampMillisecondArray::from_iter_values(begins).with_timezone("UTC");
        let kilowatt_hours = readings.iter().map(|(_, one)| f64::from(*one) / 1_000.0);
        let batch = RecordBatch::try_from_iter([
            ("postcode", same(&self.postcode)),
            ("tariff", same(self.tariff)),
            ("from", Arc::new(begins)),
            (
                "kwh",
                Arc::new(Float64Array::from_iter_values(kilowatt_hours)),
            ),
        ]);
        let batch = batch.map_err(io::Error::other)?;
        let packed = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let out = File::create(folder.join("readings.parquet"))?;
        let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(packed))?;
        writer.write(&batch)?;
        writer.close()?;
        Ok(())
    }
}

/// 1 January 2025.
const FIRST_DAY: i32 = 20_089;
const DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// 2 and 3 July, from the first day of the year on.
const GAP: std::ops::Range<u32> = 182..184;

const POSTCODE: u32 = 100_001;
const TARIFF: u32 = 100_002;
const USUAL: u32 = 100_003;
const LOST: u32 = 100_004;

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(number: u32) -> Meter {
        Meter {
            number,
            postcode: "ZZ01".to_owned(),
            tariff: "flat",
            chance: Chance::new(0).of(number),
        }
    }

    #[test]
    fn a_meter_in_ten_has_a_gap_of_two_days_in_july() {
        let july = |number: u32| meter(number).readings(7, 181, 31);
        let in_gap = |number: u32| {
            let gap = instant::millisecond("2025-07-02T00:00:00Z").unwrap()
                ..instant::millisecond("2025-07-04T00:00:00Z").unwrap();
            let july = july(number);
            july.iter().filter(|(begin, _)| gap.contains(begin)).count()
        };
        assert_eq!(in_gap(7), 0);
        assert!(in_gap(8) > 90);
        let first = instant::millisecond("2025-07-01T00:00:00Z").unwrap();
        assert!(july(8).iter().all(|(begin, _)| *begin >= first));
    }

    #[test]
    fn winter_is_heavier_than_summer_and_the_evening_than_the_night() {
        let sum = |readings: &[Reading]| readings.iter().map(|(_, one)| *one).sum::<u32>();
        let meter = meter(1);
        assert!(sum(&meter.readings(1, 0, 31)) > sum(&meter.readings(8, 212, 31)) * 5 / 4);
        assert!(meter.watt_hours(1, 36) > meter.watt_hours(1, 4) * 2);
    }
}
