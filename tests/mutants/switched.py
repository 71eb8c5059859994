"""Faults of cargo-mutants, all of them in one text of the source: a number says which of them is there."""

from itertools import pairwise

import tree_sitter
import tree_sitter_rust

LANGUAGE = tree_sitter.Language(tree_sitter_rust.language())

# What tells the faults apart, as the root of the library has it.
CHOSEN = b"""
#[allow(warnings)]
pub mod mutant {
    pub fn chosen() -> u32 {
        static CHOSEN: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {
            std::env::var("MUTANT").ok().and_then(|number| number.parse().ok()).unwrap_or(0)
        });
        *CHOSEN
    }
}
"""


def switched(source, faults):
    """The text with the faults that can be chosen, and the faults that cannot: those of what must be constant, or of one type
    that is not named."""
    root = tree_sitter.Parser(LANGUAGE).parse(source).root_node
    starts = line_starts(source)
    at, alone = {}, []
    for fault in faults:
        span = [offset(source, starts, fault["span"][end]) for end in ("start", "end")]
        node = place_of(root, span, fault)
        if node is None:
            alone.append(fault)
        else:
            at.setdefault(key(node), []).append((fault, span))
    return emit(source, root, at), alone


def replaced(source, fault):
    """The text with the fault in it, as cargo-mutants writes it."""
    starts = line_starts(source)
    start, end = (offset(source, starts, fault["span"][end]) for end in ("start", "end"))
    return source[:start] + fault["replacement"].encode() + source[end:]


def place_of(root, span, fault):
    """What has its alternatives where the fault is: an expression, or the body of a function."""
    node = root.descendant_for_byte_range(*span)
    match fault["genre"]:
        case "BinaryOperator":
            node = only(node.parent, "binary_expression", "compound_assignment_expr")
        case "UnaryOperator":
            node = only(node if node.type == "unary_expression" else node.parent, "unary_expression")
        case "MatchArm":
            node = above(node, "match_expression")
        case "StructField":
            node = above(node, "struct_expression")
        case "FnValue":
            function = above(node, "function_item")
            is_named = "impl " not in fault["function"]["return_type"]
            node = function.child_by_field_name("body") if is_named else None
        case "MatchArmGuard":
            pass
        case _:
            node = None
    return None if node is None or is_constant(node) else node


def only(node, *types):
    return node if node.type in types else None


def above(node, kind):
    while node is not None and node.type != kind:
        node = node.parent
    return node


def is_constant(node):
    while node.parent is not None:
        parent = node.parent
        if parent.type in ("const_item", "static_item"):
            return True
        if parent.type == "array_expression" and node == parent.child_by_field_name("length"):
            return True
        modifiers = [child for child in parent.children if child.type == "function_modifiers"]
        if parent.type == "function_item" and any(b"const" in modifier.text for modifier in modifiers):
            return True
        node = parent
    return False


def emit(source, node, at):
    """The text of a node; where it has faults, each is an alternative of what is there."""
    text, end = [], node.start_byte
    for child in node.children:
        text += [source[end : child.start_byte], emit(source, child, at)]
        end = child.end_byte
    text = b"".join([*text, source[end : node.end_byte]])
    faults = at.get(key(node))
    if faults is None:
        return text
    # What is there comes first: the others must be of its type, and are refused where they are not.
    arms = [others(fault["number"] for fault, _ in faults) + b" => { " + text + b" }"]
    for fault, (start, end) in faults:
        other = source[node.start_byte : start] + fault["replacement"].encode() + source[end : node.end_byte]
        begin, close = (mark.encode() % fault["number"] for mark in ("/*%d(*/", "/*)%d*/"))
        arms.append(b"%d => { " % fault["number"] + begin + other + close + b" }")
    switch = b"match crate::mutant::chosen() { " + b" ".join(arms) + b" }"
    if node.type == "block":
        return b"{ " + switch + b" }"
    # A `match` may stand as a statement, where one in brackets would not end.
    return switch if node.type == "match_expression" else b"(" + switch + b")"


def others(numbers):
    """The pattern of all numbers but these."""
    numbers = [-1, *sorted(numbers), 2**32]
    gaps = [(one + 1, other - 1) for one, other in pairwise(numbers) if other - one > 1]
    return " | ".join(f"{first}..={last}" for first, last in gaps).encode()


def key(node):
    return node.start_byte, node.end_byte, node.type


def line_starts(source):
    starts = [0]
    for line in source.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def offset(source, starts, place):
    """The octet at a line and a column, which counts characters from 1."""
    start = starts[place["line"] - 1]
    line = source[start : starts[place["line"]]].decode()
    return start + len(line[: place["column"] - 1].encode())
