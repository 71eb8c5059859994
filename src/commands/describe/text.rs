//! The description as text, with questions where only the publisher can know.

use std::{collections::HashSet, fmt::Write, path::Path};

use toml::Value;

use super::findings::{Findings, FoundDimension, FoundField, FoundGrid, FoundUnit};
use crate::dataset::metadata::{BoundingBox, FieldType, Moment, Unit};

/// The description of `data`, to stand at `description`.
pub(super) fn write(data: &Path, description: &Path, findings: &Findings) -> String {
    let name = data.file_name().unwrap_or_default().to_string_lossy();
    let stem = description
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let mut lines = Lines::default();
    lines.opening(&name, findings);
    lines.collection(&name, &stem, findings);
    lines.rule();
    if let Some(grid) = &findings.grid {
        lines.coverage(grid, findings);
    }
    match &findings.grid {
        Some(grid) if grid.says_itself() => lines.fields(findings, |_| true),
        Some(grid) if !grid.dimensions.is_empty() => lines.variables(grid),
        Some(grid) => lines.fields(findings, |field| grid.variables.contains(&field.name)),
        None => lines.fields(findings, |_| true),
    }
    lines.0
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn opening(&mut self, name: &str, findings: &Findings) {
        let rows = match findings.rows {
            Some(1) => ", from 1 row".to_owned(),
            Some(rows) => format!(", from {rows} rows"),
            None => String::new(),
        };
        self.line(&format!(
            "# {}, described by `perild describe`{rows}. A question stands where only the publisher can know:",
            flat(name)
        ));
        self.line("# correct the line or take its # away. Every key: docs/description.md. Then: perild check");
        for note in &findings.notes {
            self.line(&format!("# NOTE: {}.", flat(note)));
        }
    }

    fn collection(&mut self, name: &str, stem: &str, findings: &Findings) {
        let package = &findings.package;
        self.line("\n[collection]");
        if let Some(title) = &package.title {
            self.key("title", title);
        } else {
            let title = stem.replace('_', " ");
            let title = if title.trim().is_empty() {
                name
            } else {
                &title
            };
            self.line(&format!("title = {}   # ? a title for people", text(title)));
        }
        match &package.description {
            Some(description) => self.key("description", description),
            None => self
                .line("# description = \"\"   # ? some sentences: what it is, and how it was made"),
        }
        if !package.keywords.is_empty() {
            self.list("keywords", &package.keywords);
        }
        match &package.licence {
            Some(licence) => self.key("licence", licence),
            None => self.line("# licence = \"CC-BY-4.0\"   # ? the terms of use, an id of https://spdx.org/licenses or an address"),
        }
        for (key, said) in [
            ("version", &package.version),
            ("publisher", &package.publisher),
            ("contact", &package.contact),
        ] {
            if let Some(said) = said {
                self.key(key, said);
            }
        }
        if let Some(issued) = package.issued.as_deref().and_then(Moment::parse) {
            self.key("issued", &issued.to_string());
        }
        let kind = if findings.grid.is_some() {
            "coverage"
        } else {
            "files"
        };
        self.key("kind", kind);
        if let Some(table) = findings.table.as_ref().filter(|_| findings.grid.is_none()) {
            self.line(table.lines(|words| text(&flat(words))).trim_end());
        }
        if let Some(corners) = findings
            .bbox
            .filter(|corners| BoundingBox::new(*corners).is_some())
        {
            let [west, south, east, north] = corners;
            self.line(&format!("bbox = [{west}, {south}, {east}, {north}]"));
        }
        if let Some(interval) = &findings.interval {
            self.key("datetime", &interval.to_string());
        }
    }

    fn rule(&mut self) {
        self.line("\n# ? Who may have it: OE-O is open to everyone; OE-SA and OE-SB want a token that carries all of the scopes.");
        self.line("# [[rule]]\n# class = \"OE-SA\"\n# scopes = [\"energy:read\"]");
    }

    fn coverage(&mut self, grid: &FoundGrid, findings: &Findings) {
        if grid.says_itself() {
            self.line("\n# The values lie on a regular grid: perild import makes a coverage of them, which is asked by place and area.");
            for dimension in &grid.dimensions {
                self.dimension(dimension);
            }
            return;
        }
        self.line("\n# The rows are cells of a regular grid: perild import makes a coverage of them, which is asked by place and area.");
        self.line("# ? To offer the file as it is instead: kind = \"files\", without [coverage] and [[dimension]].");
        self.line("[coverage]");
        self.key("columns", &grid.columns);
        self.key("latitude", &grid.latitude);
        self.key("longitude", &grid.longitude);
        if !grid.ignore.is_empty() {
            self.list("ignore", &grid.ignore);
        }
        let missing = &findings.package.missing;
        if !missing.is_empty() {
            self.list("missing", missing);
        }
        for dimension in &grid.dimensions {
            self.dimension(dimension);
        }
    }

    fn dimension(&mut self, dimension: &FoundDimension) {
        self.line("\n[[dimension]]");
        let question = if dimension.is_known {
            ""
        } else {
            "   # ? a name for it, here and in the pattern of the columns"
        };
        self.line(&format!("name = {}{question}", text(&dimension.name)));
        if dimension.are_times {
            self.key("type", "time");
        }
        if dimension.are_numbers {
            self.line(&format!("values = [{}]", dimension.values.join(", ")));
        } else {
            self.list("values", &dimension.values);
        }
    }

    fn variables(&mut self, grid: &FoundGrid) {
        for variable in &grid.variables {
            self.field(&FoundField {
                name: variable.clone(),
                field_type: Some(FieldType::Number),
                unit: FoundUnit::of_name(variable),
                ..FoundField::default()
            });
        }
    }

    /// The fields that are `wanted`: each name once, for two of one name cannot be told apart.
    fn fields(&mut self, findings: &Findings, wanted: impl Fn(&FoundField) -> bool) {
        let mut seen = HashSet::new();
        for field in findings.fields.iter().filter(|field| wanted(field)) {
            let name = flat(&field.name).trim().to_owned();
            if name.is_empty() || !seen.insert(name) {
                self.line(
                    "\n# NOTE: here is a column without a name, or with one that is there already.",
                );
            } else {
                self.field(field);
            }
        }
    }

    fn field(&mut self, field: &FoundField) {
        self.line("\n[[field]]");
        self.key("name", &field.name);
        if let Some(title) = &field.title {
            self.key("title", title);
        }
        if let Some(field_type) = field.field_type {
            self.key("type", field_type.name());
        }
        let is_number = matches!(
            field.field_type,
            Some(FieldType::Integer | FieldType::Number) | None
        );
        match &field.unit {
            FoundUnit::Said(unit) if Unit::parse(unit).is_ucum() => self.key("unit", unit),
            FoundUnit::Said(unit) => match Unit::nearest(unit) {
                Some(ucum) => self.line(&format!(
                    "unit = {}   # ? the data say {}, which is not UCUM",
                    text(ucum),
                    flat(&text(unit))
                )),
                None => self.line(&format!(
                    "# unit = {}   # ? as the data say; this is not UCUM, see https://ucum.org",
                    flat(&text(unit))
                )),
            },
            FoundUnit::Guessed(unit) if is_number => {
                self.line(&format!(
                    "# unit = {}   # ? guessed from the name",
                    text(unit)
                ));
            }
            FoundUnit::None if is_number => {
                self.line("# unit = \"1\"   # ? UCUM, as kW.h or m/s; 1 for a plain number");
            }
            FoundUnit::Guessed(_) | FoundUnit::None => {}
        }
        match &field.definition {
            Some(definition) => self.key("definition", definition),
            None => self.line("# definition = \"\"   # ? what a value means"),
        }
    }

    /// A key whose value says something; others are left out, as the reader would refuse them.
    fn key(&mut self, key: &str, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        let is_prose = matches!(key, "description" | "definition");
        let value = if is_prose {
            printable(value)
        } else {
            flat(value)
        };
        self.line(&format!("{key} = {}", text(&value)));
    }

    fn list(&mut self, key: &str, values: &[String]) {
        let values: Vec<_> = values.iter().map(|value| text(&flat(value))).collect();
        self.line(&format!("{key} = [{}]", values.join(", ")));
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.0, "{line}");
    }
}

/// `text` as a string of TOML.
fn text(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// `text` without control characters, on one line.
fn flat(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn printable(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n', " ")
}
