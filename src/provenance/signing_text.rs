//! The text that is signed (IB1-PRV-3): the framework's URL, the elements, then version, serial number and time of the
//! list that is being signed, joined by points; lists within stand between `%` and `&`.
//!
//! The specification leaves the last three out, and what is written and verified in practice has them (CON-10).

use super::record::{Element, SignatureBlock, SignedList};

/// The text of a list of `elements` that is signed as `block` says.
pub(super) fn signing_text(
    framework: &str,
    elements: &[Element],
    block: &SignatureBlock,
) -> String {
    let mut text = framework.to_owned();
    push_elements(&mut text, elements);
    push_head(&mut text, block);
    text
}

fn push_elements(text: &mut String, elements: &[Element]) {
    for element in elements {
        match element {
            Element::List(list) => push_list(text, list),
            Element::Step(step) => push(text, step),
        }
    }
}

/// A list within: its own signature is part of what is signed again.
fn push_list(text: &mut String, list: &SignedList) {
    push(text, "%");
    push_elements(text, &list.elements);
    push(text, "%");
    push_head(text, &list.signature);
    push(text, &list.signature.signature);
    push(text, "&");
    push(text, "&");
}

fn push_head(text: &mut String, block: &SignatureBlock) {
    push(text, &block.version.to_string());
    push(text, &block.serial);
    push(text, &block.signed_at);
}

fn push(text: &mut String, part: &str) {
    text.push('.');
    text.push_str(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(serial: &str) -> SignatureBlock {
        SignatureBlock {
            version: 0,
            serial: serial.to_owned(),
            signed_at: "2026-11-30T12:00:00Z".to_owned(),
            signature: format!("sig{serial}"),
        }
    }

    fn step(text: &str) -> Element {
        Element::Step(text.to_owned())
    }

    /// Rows: IB1-PRV-3, CON-10
    #[test]
    fn ib1_prv_3_the_text_has_the_framework_the_elements_and_the_head_of_the_signature() {
        let inner = Element::List(SignedList {
            elements: vec![step("b")],
            signature: block("1"),
        });
        for (elements, expected) in [
            (vec![], "u.0.2.2026-11-30T12:00:00Z"),
            (vec![step("a"), step("c")], "u.a.c.0.2.2026-11-30T12:00:00Z"),
            (
                vec![step("a"), inner],
                "u.a.%.b.%.0.1.2026-11-30T12:00:00Z.sig1.&.&.0.2.2026-11-30T12:00:00Z",
            ),
        ] {
            assert_eq!(signing_text("u", &elements, &block("2")), expected);
        }
    }
}
