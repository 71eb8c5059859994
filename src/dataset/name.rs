//! Names of files as they stand in a request, and what their extension says.

use crate::policy::{CollectionId, is_reserved};

/// The type of a file, by its extension.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MediaType {
    extension: &'static str,
    content_type: &'static str,
}

impl MediaType {
    /// Value for `Content-Type`; text is UTF-8 (FAPI 1.0 Baseline §6.2.1-8).
    #[must_use]
    pub fn content_type(self) -> &'static str {
        self.content_type
    }

    /// The type without parameters, as `text/csv`.
    #[must_use]
    pub fn essence(self) -> &'static str {
        self.content_type
            .split(';')
            .next()
            .unwrap_or(self.content_type)
    }
}

/// A name that stays within its directory, and names a file of a known type.
///
/// One path segment: no separator, no control character, no leading dot, at most 200 bytes. Extensions have no
/// case: rules, permits and records know the file by the name that has them in lower case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileName {
    asked: String,
    name: CollectionId,
    media_type: MediaType,
}

impl FileName {
    /// Reads the segment of `/{name}`: always a CSV file, the extension left out.
    #[must_use]
    pub fn csv(segment: &str) -> Option<Self> {
        let family = decode(segment)?;
        Self::new(format!("{family}.csv"))
    }

    /// Reads the segment of `/v1/files/{name}`: with a known extension, or CSV when it has none.
    #[must_use]
    pub fn with_extension(segment: &str) -> Option<Self> {
        let name = decode(segment)?;
        Self::new(name).or_else(|| Self::csv(segment))
    }

    /// Takes the name of a file on the disk: as [`Self::asked`], it is spelt as it is there.
    pub(crate) fn of_entry(name: &str) -> Option<Self> {
        Self::new(name.to_owned())
    }

    /// The name that a rule for `name` is listed under: with its extensions in lower case.
    #[must_use]
    pub fn of_rule(name: &str) -> String {
        let (family, extensions) = name.split_at(without_extensions(name).len());
        format!("{family}{}", extensions.to_ascii_lowercase())
    }

    /// The collection of this one file, where nothing speaks of a wider one.
    pub(super) fn id(&self) -> &CollectionId {
        &self.name
    }

    /// The name with its extensions in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.name.as_str()
    }

    /// The name as it was asked for: a file of exactly this name stands before one of another spelling.
    #[must_use]
    pub fn asked(&self) -> &str {
        &self.asked
    }

    /// The media type of the extension.
    #[must_use]
    pub fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// The collection of the name without extensions. One that would have a reserved name has an extension left: a
    /// rule for the peril `wind` says nothing of a file `wind.csv`.
    #[must_use]
    pub fn family(&self) -> CollectionId {
        let shortest = self.candidates().last();
        let family = shortest.and_then(|name| CollectionId::parse(name).ok());
        // Each beginning of the name is an identifier as the whole is.
        family.unwrap_or_else(|| self.name.clone())
    }

    /// `tidy.csv.gz`, `tidy.csv` and `tidy`: a packed representation belongs where what is packed does.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.as_str()), |name| {
            without_extension(name).filter(|rest| !is_reserved(rest))
        })
    }

    fn new(asked: String) -> Option<Self> {
        let (family, extension) = asked.rsplit_once('.')?;
        let media_type = media_type(extension)?;
        let name = CollectionId::parse(&Self::of_rule(&asked)).ok()?;
        (!family.is_empty()).then_some(Self {
            asked,
            name,
            media_type,
        })
    }
}

/// `tidy` for `tidy.csv.gz`.
fn without_extensions(name: &str) -> &str {
    without_extension(name).map_or(name, without_extensions)
}

/// `tidy.csv` for `tidy.csv.gz`; none when the name has no extension that is known.
fn without_extension(name: &str) -> Option<&str> {
    let (rest, last) = name.rsplit_once('.')?;
    (!rest.is_empty() && media_type(last).is_some()).then_some(rest)
}

fn media_type(extension: &str) -> Option<MediaType> {
    let mut known = MEDIA_TYPES.into_iter();
    known.find(|known| known.extension.eq_ignore_ascii_case(extension))
}

/// Undoes percent escapes once and strictly: `%` and two hexadecimal digits, UTF-8 as the result.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

macro_rules! media_types {
    ($($extension:literal => $content_type:literal,)*) => {
        [$(MediaType { extension: $extension, content_type: $content_type }),*]
    };
}

/// Every extension that is served; another one is not a file that perild offers.
const MEDIA_TYPES: [MediaType; 16] = media_types! {
    "arrow" => "application/vnd.apache.arrow.file",
    "csv" => "text/csv; charset=utf-8",
    "geojson" => "application/geo+json",
    "gpkg" => "application/geopackage+sqlite3",
    "gz" => "application/gzip",
    "json" => "application/json",
    "md" => "text/markdown; charset=utf-8",
    "nc" => "application/netcdf",
    "parquet" => "application/vnd.apache.parquet",
    "pdf" => "application/pdf",
    "tif" => "image/tiff",
    "txt" => "text/plain; charset=utf-8",
    "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml" => "application/xml",
    "zip" => "application/zip",
    "zst" => "application/zstd",
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(file: Option<FileName>) -> Option<String> {
        file.map(|file| file.as_str().to_owned())
    }

    #[test]
    fn the_original_path_means_a_csv_file() {
        assert_eq!(
            name(FileName::csv("tidy_DYTS01_kWh")).as_deref(),
            Some("tidy_DYTS01_kWh.csv")
        );
        assert_eq!(
            name(FileName::csv("tidy.csv")).as_deref(),
            Some("tidy.csv.csv")
        );
        assert_eq!(
            name(FileName::csv("%C3%9Cbersicht%202026")).as_deref(),
            Some("Übersicht 2026.csv")
        );
    }

    #[test]
    fn the_versioned_path_takes_a_known_extension_or_means_csv() {
        for (segment, expected) in [
            ("tidy", "tidy.csv"),
            ("tidy.csv", "tidy.csv"),
            ("map.geojson", "map.geojson"),
            ("v1.2", "v1.2.csv"),
            ("keys.pem", "keys.pem.csv"),
        ] {
            assert_eq!(
                name(FileName::with_extension(segment)).as_deref(),
                Some(expected)
            );
        }
    }

    /// Rows: HTTP-28
    #[test]
    fn rfc9110_4_2_3_a_name_that_could_leave_the_directory_is_no_name() {
        for segment in [
            "",
            ".",
            "..",
            "..%2f..%2fetc%2fpasswd",
            "%2e%2e",
            ".hidden",
            "%2Ehidden.csv",
            "a%00",
            "a%2fb",
            "a%5cb",
            "a\\b",
            "a%0ab",
            "%",
            "%2",
            "%zz",
            "%ff",
            "a%7f",
            &"a".repeat(CollectionId::MAX_BYTES),
        ] {
            assert_eq!(FileName::csv(segment), None, "{segment}");
            assert_eq!(FileName::with_extension(segment), None, "{segment}");
        }
        assert_eq!(FileName::with_extension(".csv"), None);
    }

    /// Rows: CERT-2
    #[test]
    fn escapes_are_undone_once_only() {
        assert_eq!(name(FileName::csv("a%252fb")).as_deref(), Some("a%2fb.csv"));
    }

    #[test]
    fn a_rule_for_the_dataset_holds_for_each_of_its_representations() {
        for segment in ["tidy", "tidy.csv", "tidy.json", "tidy.csv.gz"] {
            assert_eq!(
                FileName::with_extension(segment).unwrap().family().as_str(),
                "tidy"
            );
        }
    }

    #[test]
    fn a_file_never_belongs_to_a_peril_or_a_fixed_path_of_its_name() {
        for (file, collection) in [
            ("wind.csv", "wind.csv"),
            ("wind.csv.gz", "wind.csv"),
            ("Wind.csv", "Wind.csv"),
            ("perils.json", "perils.json"),
            ("docs.pdf", "docs.pdf"),
            ("openapi.json", "openapi"),
        ] {
            let file = FileName::with_extension(file).unwrap();
            assert_eq!(file.family().as_str(), collection);
        }
    }

    #[test]
    fn extensions_have_no_case_and_the_rest_of_a_name_has() {
        for (segment, name, media_type) in [
            ("Data.CSV", "Data.csv", "text/csv"),
            ("Data.Csv", "Data.csv", "text/csv"),
            ("Map.GeoJSON", "Map.geojson", "application/geo+json"),
            (
                "a.b.PARQUET",
                "a.b.parquet",
                "application/vnd.apache.parquet",
            ),
            ("Tidy.CSV.Gz", "Tidy.csv.gz", "application/gzip"),
            ("V1.B", "V1.B.csv", "text/csv"),
        ] {
            let file = FileName::with_extension(segment).unwrap();
            assert_eq!(
                (file.as_str(), file.media_type().essence()),
                (name, media_type)
            );
            assert_eq!(file.as_str(), name);
            assert!(file.asked().starts_with(segment));
        }
        for (rule, listed) in [
            ("Tidy.CSV", "Tidy.csv"),
            ("Tidy.CSV.GZ", "Tidy.csv.gz"),
            ("Tidy", "Tidy"),
            ("V1.B", "V1.B"),
            (".CSV", ".CSV"),
        ] {
            assert_eq!(FileName::of_rule(rule), listed);
        }
    }

    proptest! {
        #[test]
        fn no_name_has_a_separator_or_a_leading_dot(segment in "[ -~]{0,40}") {
            for file in [FileName::csv(&segment), FileName::with_extension(&segment)].into_iter().flatten() {
                prop_assert!(!file.as_str().contains(['/', '\\', '\0']));
                prop_assert!(!file.as_str().starts_with('.'));
                prop_assert!(file.as_str().starts_with(file.family().as_str()));
            }
        }
    }
}
