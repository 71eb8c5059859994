//! JSON for people: what is short stands in one line.

use serde_json::Value;

/// `value` in lines of at most [`WIDTH`] characters where that can be.
pub(super) fn readable(value: &Value) -> String {
    let mut out = String::new();
    push(&mut out, value, 0, 0);
    out
}

/// Appends `value`, of which the line has `taken` characters already, `depth` levels deep.
fn push(out: &mut String, value: &Value, depth: usize, taken: usize) {
    let short = in_one_line(value);
    if taken + short.len() <= WIDTH {
        out.push_str(&short);
        return;
    }
    let (open, close, items): (_, _, Vec<(String, &Value)>) = match value {
        Value::Array(items) => (
            '[',
            ']',
            items.iter().map(|item| (String::new(), item)).collect(),
        ),
        Value::Object(members) => {
            let named = members.iter().map(|(name, member)| (label(name), member));
            ('{', '}', named.collect())
        }
        scalar => return out.push_str(&scalar.to_string()),
    };
    out.push(open);
    let indent = "  ".repeat(depth + 1);
    for (index, (label, item)) in items.iter().enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.push_str(&indent);
        out.push_str(label);
        push(out, item, depth + 1, indent.len() + label.len());
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

fn in_one_line(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(in_one_line).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, member)| label(name) + &in_one_line(member));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

fn label(name: &str) -> String {
    format!("{}: ", Value::from(name))
}

const WIDTH: usize = 88;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_short_stands_in_one_line() {
        let place = json!({"latitude": 51.5, "longitude": -0.25});
        assert_eq!(
            readable(&place),
            "{\"latitude\": 51.5, \"longitude\": -0.25}"
        );
        let long = json!({"a": "x".repeat(50), "b": [1, "y".repeat(50)], "c": [1, 2]});
        let (x, y) = ("x".repeat(50), "y".repeat(50));
        let lines = format!("{{\n  \"a\": \"{x}\",\n  \"b\": [1, \"{y}\"],\n  \"c\": [1, 2]\n}}");
        assert_eq!(readable(&long), lines);
    }

    proptest! {
        #[test]
        fn it_stays_the_same_json(names in prop::collection::vec("[a-z\"\\\\ ]{0,40}", 0..9), number: i32) {
            let members = names.iter().map(|name| (name.clone(), json!([number, name, {"n": name}])));
            let value = Value::Object(members.collect());
            let again: Value = serde_json::from_str(&readable(&value)).unwrap();
            prop_assert_eq!(again, value);
        }
    }
}
