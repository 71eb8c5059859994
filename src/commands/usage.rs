//! `perild usage`: counts what audit files have, for reports.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::moment::moment;
use crate::{
    audit::{Dimension, Group, Usage, UsageFault, Wanted, usage},
    clock::Milliseconds,
};

/// Arguments of `perild usage`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Example:\n  perild usage --from 2026-11-01 --to 2026-12-01 --by member,collection /var/log/perild/audit.jsonl*\n\n\
    Known are application, client, collection, day, licence, member, organisation, route and version. docs/audit.md says\n\
    which column answers which question of a scheme's report."
)]
pub struct UsageArgs {
    /// Count calls from this moment on, as 2026-11-01 or 2026-11-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub from: Milliseconds,
    /// Count calls before this moment
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub to: Milliseconds,
    /// Group calls by these, with commas between
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "day,version", value_parser = dimension)]
    pub by: Vec<Dimension>,
    /// The form of the report
    #[arg(long, value_enum, default_value = "csv")]
    pub format: Form,
    /// The audit files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Form of a report.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Form {
    /// A line a group.
    Csv,
    /// One object.
    Json,
}

/// Reason why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// The end is not behind the beginning.
    #[error("--to is not behind --from: nothing lies between them")]
    NoTime,
    /// It cannot be printed.
    #[error("cannot print: {0}")]
    Output(#[from] io::Error),
    /// It cannot be written as CSV.
    #[error("cannot print: {0}")]
    Csv(#[from] csv::Error),
    /// The files.
    #[error(transparent)]
    Usage(#[from] UsageFault),
}

/// Prints the report.
///
/// # Errors
/// [`UsageError`].
pub fn run(args: &UsageArgs) -> Result<(), UsageError> {
    if args.from >= args.to {
        return Err(UsageError::NoTime);
    }
    let wanted = Wanted {
        from: args.from,
        to: args.to,
        now: Milliseconds::now(),
        by: args.by.clone(),
    };
    let found = usage(&args.files, &wanted)?;
    if found.unread > 0 {
        let unread = found.unread;
        writeln!(
            io::stderr(),
            "perild: {unread} lines are none of an audit file: perild audit verify says more"
        )?;
    }
    if found.repeated > 0 {
        let repeated = found.repeated;
        writeln!(
            io::stderr(),
            "perild: {repeated} lines are there twice or out of their order, and not counted again: perild audit verify says more"
        )?;
    }
    if found.lost > 0 {
        let lost = found.lost;
        writeln!(
            io::stderr(),
            "perild: {lost} calls are not counted: they were not recorded (audit.on_failure)"
        )?;
    }
    match args.format {
        Form::Csv => csv(&found, &args.by),
        Form::Json => {
            let report = json(&found, args);
            Ok(writeln!(io::stdout().lock(), "{report:#}")?)
        }
    }
}

fn csv(found: &Usage, by: &[Dimension]) -> Result<(), UsageError> {
    let mut writer = csv::Writer::from_writer(io::stdout().lock());
    let names = by.iter().map(|dimension| name(*dimension));
    let columns = COLUMNS.iter().map(|(column, _)| *column);
    let stages = STAGES.map(|stage| format!("refused_{stage}"));
    let uptime = has_day(by).then_some("uptime_percent");
    let header = names
        .chain(columns)
        .chain(stages.iter().map(String::as_str));
    writer.write_record(header.chain(uptime))?;
    for (key, group) in &found.groups {
        let numbers = COLUMNS.iter().map(|(_, value)| value(group).to_string());
        let stages = STAGES.map(|stage| refused(group, stage).to_string());
        let uptime =
            day_of(key, by).map(|day| uptime_of(found, day).map_or_else(String::new, percent));
        let row = key
            .iter()
            .map(ToString::to_string)
            .chain(numbers)
            .chain(stages);
        writer.write_record(row.chain(uptime))?;
    }
    Ok(writer.flush()?)
}

fn json(found: &Usage, args: &UsageArgs) -> Value {
    let groups = found.groups.iter().map(|(key, group)| {
        let mut members = Map::new();
        for (dimension, value) in args.by.iter().zip(key) {
            let value = if value.is_empty() {
                Value::Null
            } else {
                value.as_ref().into()
            };
            members.insert(name(*dimension).to_owned(), value);
        }
        for (column, value) in COLUMNS {
            members.insert((*column).to_owned(), value(group));
        }
        let refusals = group.refusals.iter();
        let refusals = refusals.map(|(stage, count)| (stage.to_string(), json!(count)));
        members.insert("refusals".to_owned(), Value::Object(refusals.collect()));
        Value::Object(members)
    });
    let days = found
        .days
        .iter()
        .map(|(day, up)| json!({"day": day, "uptime_percent": rounded(*up)}));
    json!({
        "from": args.from.to_string(),
        "to": args.to.to_string(),
        "groups": groups.collect::<Vec<_>>(),
        "days": days.collect::<Vec<_>>(),
        "not_recorded": found.lost,
        "repeated_lines": found.repeated,
        "unread_lines": found.unread,
    })
}

/// A column and its value.
type Column = (&'static str, fn(&Group) -> Value);

const COLUMNS: &[Column] = &[
    ("calls", |group| group.calls.into()),
    ("successes", |group| group.successes.into()),
    ("failures_4xx", |group| group.failures_of_callers.into()),
    ("failures_5xx", |group| group.failures_of_ours.into()),
    ("rejections", |group| group.rejections.into()),
    ("rows", |group| group.rows.into()),
    ("bytes", |group| group.bytes.into()),
    ("availability_percent", |group| {
        rounded(group.availability())
    }),
    ("average_us", |group| group.average_us().into()),
    ("p50_us", |group| group.quantile_us(50).into()),
    ("p95_us", |group| group.quantile_us(95).into()),
    ("peak_calls_per_second", |group| group.peak.into()),
];

/// The rooms that refuse, in the order of the walk.
const STAGES: [&str; 7] = [
    "edge", "caller", "token", "policy", "dataset", "response", "perild",
];

fn refused(group: &Group, stage: &str) -> u64 {
    group.refusals.get(stage).copied().unwrap_or(0)
}

fn has_day(by: &[Dimension]) -> bool {
    by.contains(&Dimension::Day)
}

fn day_of<'k>(key: &'k [Box<str>], by: &[Dimension]) -> Option<&'k str> {
    let position = by
        .iter()
        .position(|dimension| *dimension == Dimension::Day)?;
    key.get(position).map(AsRef::as_ref)
}

fn uptime_of(found: &Usage, day: &str) -> Option<f64> {
    let up = found.days.iter().find(|(of, _)| **of == *day);
    up.map(|(_, percent)| *percent)
}

/// A share with three decimals: a day has 86 thousandths of a percent a minute.
fn percent(share: f64) -> String {
    format!("{share:.3}")
}

fn rounded(share: f64) -> Value {
    ((share * 1000.0).round() / 1000.0).into()
}

fn name(dimension: Dimension) -> &'static str {
    dimension.into()
}

fn dimension(text: &str) -> Result<Dimension, String> {
    use strum::VariantNames as _;
    let known = || format!("known are {}", Dimension::VARIANTS.join(", "));
    text.trim().parse().map_err(|_unknown| known())
}
