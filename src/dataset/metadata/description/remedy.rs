//! The remedy of each fault of a description.

use super::Problem;

impl Problem {
    pub(super) fn remedy(&self) -> String {
        match self {
            Self::AliasMalformed { .. } => "write names with / before each, as alias = \"/info/v2\", the first none of perild's own".into(),
            Self::ClaimedTwice { .. } => "describe it in one of them".into(),
            Self::ControlCharacter => "write text without them".into(),
            Self::Credentials => "leave user and password out; the importer takes them from its environment".into(),
            Self::DimensionEmpty => "write its values, as values = [1, 2, 3]".into(),
            Self::DimensionOrder => "put them in order, or write them as texts with type = \"text\"".into(),
            Self::DimensionUnknown { name } => format!("add [[dimension]] name = {name:?}, or write the name as it stands in the columns"),
            Self::DimensionUnused { name, .. } => format!("put {{{name}}} where it stands in the names of the columns, or remove the dimension"),
            Self::Empty => "write something, or leave the key out".into(),
            Self::IdMalformed { .. } | Self::IdReserved { .. } => "write another `id` in [collection]".into(),
            Self::IdTaken { .. } => "give one of them another `id`, or remove one".into(),
            Self::LicenceUnknown { nearest, .. } => meant(*nearest).unwrap_or_else(|| "write an id of https://spdx.org/licenses, as CC-BY-4.0, or the address of the terms".into()),
            Self::Missing { key } => format!("add it: {}", example(key)),
            Self::NotABox => "write bbox = [-8.2, 49.9, 1.8, 60.9]".into(),
            Self::NotADate { .. } => "write 2026-01-31, or 2026-01-31T12:00:00Z".into(),
            Self::NotAnIri { .. } => "write an address, as https://registry.example/scheme/electricity".into(),
            Self::NotASpan { .. } => "write 2020-01-01/2024-12-31, with .. for an open end".into(),
            Self::NotOfKind { .. } => "write the kind, as kind = \"records\", or remove the key".into(),
            Self::NotUtf8 { .. } => "save the file as UTF-8".into(),
            Self::Backwards => "write a later one; the rule counts from the first until before the second".into(),
            Self::ClassNotShared { .. } => "keep it out of paths.shared_data: perild does not check the permission that OE-SP and IB1-SP want".into(),
            Self::OpenWithDemands => "remove them, or write class = \"OE-SA\"".into(),
            Self::OutOfBounds { low, high, .. } => format!("write a whole number from {low} to {high}"),
            Self::OutsideFolder { .. } => "name a file in the folder of the description, and no link out of it".into(),
            Self::PatternMalformed { .. } => "write each name once in braces and something between two of them, as \"{variable}_{year}\"".into(),
            Self::PublicCredentials => "write the address without user and password".into(),
            Self::ProfileAbsent { .. } => "name a file in this folder that has a table [profile]".into(),
            Self::ProfileCycle { .. } => "let one of them name no profile".into(),
            Self::ProfileDepth { .. } => "write the keys into fewer profiles".into(),
            Self::Repeated { .. } | Self::Together { .. } => "leave one of them".into(),
            Self::RuledElsewhere { id, .. } => format!("write id = {id:?}, or ask the operator to remove that rule"),
            Self::ScopeMalformed { .. } => "write each scope by itself, without blanks and quotes, as scopes = [\"energy:read\"]".into(),
            Self::SourceAbsent { .. } => "put it there, or write the `source`".into(),
            Self::SourceElsewhere { .. } => "name a file in the folder of the description".into(),
            Self::SourceNoTable => "write it as source = \"postgres://db.example/meters?table=readings\"; user and password belong into PGUSER and a file as ~/.pgpass".into(),
            Self::SourceNotServed { .. } => "name a file in this very folder whose extension is served, as meters.csv".into(),
            Self::SuccessorMalformed { .. } => "write the id of a collection, as successor = \"readings-2\"".into(),
            Self::SuccessorUnfit { .. } => "name the collection that takes its place, or leave the key out".into(),
            Self::SunsetBeforeDeprecated { .. } => "write a later `sunset`, or an earlier `deprecated`".into(),
            Self::SunsetPassed { .. } => "remove its description and its data, or write the `sunset` to which it stays".into(),
            Self::StepMalformed { .. } => "write it as ISO 8601 has it, as step = \"PT30M\"".into(),
            Self::Syntax { .. } => "correct it".into(),
            Self::TooLong { .. } => "keep data out of descriptions".into(),
            Self::TooMany { .. } => "write fewer".into(),
            Self::UnitUnknown { nearest, .. } => meant(*nearest).unwrap_or_else(|| "write the code of https://ucum.org, as kW.h or m/s, and 1 for a plain number".into()),
            Self::UnknownKey { nearest: Some(nearest), .. } => format!("write {nearest}"),
            Self::UnknownKey { nearest: None, known } => format!("correct or remove it; known here are {}", known.join(", ")),
            Self::UnknownWord { known, .. } => format!("write one of {}", known.join(", ")),
            Self::Unreadable { .. } => "let the user that perild runs as read it".into(),
            Self::WrongType { wanted, .. } => format!("write {wanted}"),
            Self::ZoneUnknown { .. } => "write its name in the time zone database, as zone = \"Europe/London\"".into(),
        }
    }
}

fn meant(nearest: Option<&'static str>) -> Option<String> {
    nearest.map(|nearest| format!("write {nearest:?} if that is meant"))
}

fn example(key: &str) -> &'static str {
    match key {
        "collection" => "a table [collection] with title and licence",
        "title" => "title = \"Half-hourly meter readings\"",
        "licence" => "licence = \"CC-BY-4.0\"",
        "key" => "key = [\"sku\"], the columns that tell rows apart",
        "time" => "time = \"from\", the column of times",
        "begin" => "begin = \"from\", the column of begins",
        "end" => "end = \"until\", the column of ends",
        "longitude" => "longitude = \"lon\", the column of longitudes",
        "latitude" => "latitude = \"lat\", the column of latitudes",
        "name" => "name = \"kwh\"",
        "series" => "series = \"generation-report\", the last part of its address",
        "series_title" => "series_title = \"Generation reports\"",
        "values" => "values = [1, 2, 3]",
        _ => "the page on descriptions says what it is for",
    }
}
