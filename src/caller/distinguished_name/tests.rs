use proptest::prelude::*;

use super::*;

/// `true` when two `Name`s in DER are the same, RFC 5280 §7.1; names that cannot be read, byte for byte.
fn same_name(a: &[u8], b: &[u8]) -> bool {
    a == b || matches!((canonical(a), canonical(b)), (Some(a), Some(b)) if a == b)
}

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANISATION: &[u8] = &[0x55, 4, 10];

fn attribute(kind: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
    let kind = der::element(OBJECT_IDENTIFIER, kind);
    der::element(SEQUENCE, &[kind, der::element(tag, value)].concat())
}

fn name(components: &[&[Vec<u8>]]) -> Vec<u8> {
    let components = components
        .iter()
        .map(|set| der::element(SET, &set.concat()));
    der::element(SEQUENCE, &components.collect::<Vec<_>>().concat())
}

fn common_name(tag: u8, value: &[u8]) -> Vec<u8> {
    name(&[&[attribute(COMMON_NAME, tag, value)]])
}

fn utf8(text: &str) -> Vec<u8> {
    common_name(UTF8_STRING, text.as_bytes())
}

#[test]
fn rfc5280_7_1_the_string_type_does_not_matter() {
    let plain = utf8("Directory CA 1");
    for tag in [PRINTABLE_STRING, IA5_STRING, TELETEX_STRING, VISIBLE_STRING] {
        assert!(
            same_name(&plain, &common_name(tag, b"Directory CA 1")),
            "{tag:x}"
        );
        assert!(
            !same_name(&plain, &common_name(tag, b"Directory CA 2")),
            "{tag:x}"
        );
    }
    assert!(same_name(&utf8("17"), &common_name(NUMERIC_STRING, b"17")));
    let zurich = utf8("Zürich");
    let utf16: Vec<u8> = "Zürich".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let utf32: Vec<u8> = "Zürich"
        .chars()
        .flat_map(|c| u32::from(c).to_be_bytes())
        .collect();
    assert!(same_name(&zurich, &common_name(BMP_STRING, &utf16)));
    assert!(same_name(&zurich, &common_name(UNIVERSAL_STRING, &utf32)));
    assert!(same_name(
        &zurich,
        &common_name(TELETEX_STRING, b"Z\xfcrich")
    ));
}

#[test]
fn rfc5280_7_1_case_and_white_space_do_not_matter() {
    let plain = utf8("Directory CA");
    for same in [
        "directory ca",
        "  Directory   CA ",
        "DIRECTORY\tCA",
        "Ｄirectory CA",
        "Directory\u{a0}CA",
    ] {
        assert!(same_name(&plain, &utf8(same)), "{same}");
    }
    for other in [
        "DirectoryCA",
        "Directory",
        "Directory CA.",
        "",
        "Directory CÂ",
    ] {
        assert!(!same_name(&plain, &utf8(other)), "{other}");
    }
    assert!(same_name(&utf8("Straße"), &utf8("STRASSE")));
    assert!(same_name(&utf8("é"), &utf8("e\u{301}")));
}

#[test]
fn rfc5280_7_1_components_have_an_order_and_attributes_of_one_have_none() {
    let (a, b) = (
        attribute(COMMON_NAME, UTF8_STRING, b"a"),
        attribute(ORGANISATION, UTF8_STRING, b"b"),
    );
    let both = name(&[&[a.clone(), b.clone()]]);
    assert!(same_name(&both, &name(&[&[b.clone(), a.clone()]])));
    let (one, other) = (std::slice::from_ref(&a), std::slice::from_ref(&b));
    let apart = name(&[one, other]);
    assert!(!same_name(&both, &apart));
    assert!(!same_name(&apart, &name(&[other, one])));
    assert!(!same_name(&apart, &name(&[one])));
    let organisation = attribute(ORGANISATION, UTF8_STRING, b"a");
    assert!(!same_name(&name(&[&[a]]), &name(&[&[organisation]])));
}

#[test]
fn what_is_no_text_is_compared_byte_for_byte() {
    let bits = |byte| common_name(0x03, &[0, byte]);
    assert!(same_name(&bits(1), &bits(1)));
    assert!(!same_name(&bits(1), &bits(2)));
    // Not of its type, and not assigned in Unicode 3.2: the same bytes alone are the same.
    let latin = |tag| common_name(tag, b"Z\xfcrich");
    assert!(!same_name(&latin(PRINTABLE_STRING), &latin(TELETEX_STRING)));
    assert!(!same_name(&utf8("Wind \u{1f32c}"), &utf8("wind \u{1f32c}")));
    assert!(same_name(&utf8("Wind \u{1f32c}"), &utf8("Wind \u{1f32c}")));
    assert!(!same_name(
        &common_name(BMP_STRING, &[0]),
        &common_name(BMP_STRING, &[1])
    ));
}

#[test]
fn what_is_no_name_has_no_canonical_form() {
    let good = utf8("a");
    assert!(canonical(&good).is_some());
    assert!(canonical(&[0x30, 0]).is_some(), "a subject may be empty");
    let trailing = [good.as_slice(), &[0]].concat();
    for broken in [
        &[][..],
        &[0x31, 0],
        &[0x30, 2, 0x31, 0],
        &[0x30, 2, 5, 0],
        &trailing,
    ] {
        assert_eq!(canonical(broken), None, "{broken:02x?}");
    }
    assert!(same_name(&trailing, &trailing));
    assert!(!same_name(&trailing, &good));
}

/// The same text in another string type, case and spacing.
fn disguised(text: &str, tag: u8, spaces: usize) -> Vec<u8> {
    let space = " ".repeat(spaces + 1);
    let text = format!(
        "{space}{}{space}",
        text.to_ascii_uppercase().replace(' ', &space)
    );
    match tag {
        BMP_STRING => common_name(
            tag,
            &text
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect::<Vec<_>>(),
        ),
        UNIVERSAL_STRING => common_name(
            tag,
            &text
                .chars()
                .flat_map(|c| u32::from(c).to_be_bytes())
                .collect::<Vec<_>>(),
        ),
        _ => common_name(tag, text.as_bytes()),
    }
}

proptest! {
    #[test]
    fn a_disguised_name_is_the_same_and_another_text_is_not(
        text in "[A-Za-z0-9'()+,./:=?-]{1,9}( [A-Za-z0-9]{1,9}){0,3}",
        other in "[a-z0-9 ]{0,12}",
        tag in prop::sample::select(vec![UTF8_STRING, PRINTABLE_STRING, IA5_STRING, TELETEX_STRING, VISIBLE_STRING, BMP_STRING, UNIVERSAL_STRING]),
        spaces in 0_usize..4,
    ) {
        let disguised = disguised(&text, tag, spaces);
        prop_assert!(same_name(&utf8(&text), &disguised));
        prop_assert_eq!(canonical(&utf8(&text)), canonical(&disguised));
        let is_same = words(&other) == words(&text.to_ascii_lowercase());
        prop_assert_eq!(same_name(&utf8(&other), &disguised), is_same);
    }

    #[test]
    fn a_canonical_name_stands_for_itself(text: String) {
        let once = canonical(&utf8(&text)).unwrap();
        prop_assert!(same_name(&once, &utf8(&text)));
        let twice = canonical(&once).unwrap();
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, tag: u8) {
        let _ = canonical(&bytes);
        let named = common_name(tag, &bytes);
        prop_assert!(same_name(&named, &named));
        let _ = canonical(&named);
    }
}
