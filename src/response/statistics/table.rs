//! Statistics as CSV: a line for each number.

use std::io::{self, Write};

use super::lines;
use crate::dataset::edr::AreaStatistics;

/// Writes `statistics` to `out`; a number that there is none of is an empty field.
pub(super) fn write(statistics: &AreaStatistics, out: &mut impl Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let dimensions = statistics.selection().columns().dimensions().iter();
    let names: Vec<_> = dimensions.map(|one| name(&one.name)).collect();
    let names = names.iter().map(String::as_str);
    table.write_record(["parameter"].into_iter().chain(names).chain([
        "statistic",
        "limit",
        "value",
        "unit",
    ]))?;
    for line in lines(statistics) {
        let along: Vec<_> = line
            .along()
            .filter_map(|(dimension, position)| dimension.values.text(position))
            .collect();
        for number in line.numbers() {
            let along = along.iter().map(AsRef::as_ref);
            let value = number.value.as_deref().unwrap_or_default();
            let numbers = [
                number.name,
                number.limit.unwrap_or_default(),
                value,
                number.unit,
            ];
            table.write_record(
                [&*line.variable.name]
                    .into_iter()
                    .chain(along)
                    .chain(numbers),
            )?;
        }
    }
    table.flush()
}

/// Name of a dimension's column, and none that another column has.
fn name(dimension: &str) -> String {
    if TAKEN.contains(&dimension) {
        format!("{dimension}_")
    } else {
        dimension.to_owned()
    }
}

const TAKEN: [&str; 5] = ["parameter", "statistic", "limit", "value", "unit"];
