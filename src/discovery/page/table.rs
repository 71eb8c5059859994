//! Tables of a page. On a narrow screen a row is a paragraph, each of its cells a line with the name of its column.

use std::fmt::Write;

/// The table of `rows` below `headings`, without the columns that no row has anything in.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let is_filled = headings.iter().enumerate().map(|(at, _)| {
        rows.iter()
            .any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()))
    });
    let is_filled: Vec<bool> = is_filled.collect();
    let mut text = String::from("<div class=\"wide\"><table><thead><tr>");
    for (heading, _) in headings
        .iter()
        .zip(&is_filled)
        .filter(|(_, is_filled)| **is_filled)
    {
        let _ = write!(text, "<th>{heading}");
    }
    text.push_str("</tr></thead><tbody>");
    for row in rows {
        text.push_str("<tr>");
        for ((heading, cell), is_filled) in headings.iter().zip(row).zip(&is_filled) {
            if *is_filled {
                let _ = write!(text, "<td data-name=\"{heading}\">{cell}</td>");
            }
        }
        text.push_str("</tr>");
    }
    text + "</tbody></table></div>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_stands_in_a_table_when_one_row_has_something_in_it() {
        let rows = |unit: &str| {
            [["kwh", "number", unit, ""], ["meter", "string", "", ""]]
                .map(|row| row.map(str::to_owned))
        };
        let headings = ["Name", "Type", "Unit", "Meaning"];
        for (unit, shown) in [
            ("kW.h", vec!["Name", "Type", "Unit"]),
            ("", vec!["Name", "Type"]),
        ] {
            let text = table(headings, &rows(unit));
            let heads: Vec<_> = text
                .split("<th>")
                .skip(1)
                .map(|rest| rest.split('<').next().unwrap())
                .collect();
            assert_eq!(heads, shown);
            assert_eq!(text.matches("<td ").count(), 2 * shown.len(), "{text}");
        }
    }
}
