//! Kinds of faults of a description.

use std::{io::ErrorKind, path::PathBuf};

use crate::dataset::metadata::Moment;

/// Reason why nobody can be sent to a successor.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UnfitSuccessor {
    /// No collection of that name.
    #[error("nothing that is published is called {id:?}")]
    Absent {
        /// The name.
        id: Box<str>,
    },
    /// Collections that name one another in a circle.
    #[error("the successors go in a circle: {}", .chain.join(" -> "))]
    Circle {
        /// The ids, in order.
        chain: Vec<Box<str>>,
    },
    /// A collection that only some may know of, named by one that everybody sees.
    #[error("{id} is in no public list, and this collection is")]
    Unlisted {
        /// The name.
        id: Box<str>,
    },
}

/// A kind of fault.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Problem {
    /// An address that no collection can have.
    #[error("{text:?} is no address that a collection can have")]
    AliasMalformed {
        /// As it was written.
        text: Box<str>,
    },
    /// Two descriptions speak of one file, neither of them named as it is.
    #[error("{file} belongs to the collection that {} describes", .by.display())]
    ClaimedTwice {
        /// The file of data.
        file: Box<str>,
        /// The other description.
        by: PathBuf,
    },
    /// A character that no terminal and no page should be sent.
    #[error("control characters do not fit")]
    ControlCharacter,
    /// A password in a file that publishers share.
    #[error("credentials do not belong here")]
    Credentials,
    /// A dimension without values.
    #[error("a dimension has at least one value")]
    DimensionEmpty,
    /// Values that are not in order, or are there twice.
    #[error("the values of a dimension of numbers or times ascend, each once")]
    DimensionOrder,
    /// The pattern of the columns names what is no dimension.
    #[error("{{{name}}} is neither `variable` nor a dimension")]
    DimensionUnknown {
        /// The word in braces.
        name: Box<str>,
    },
    /// A dimension that the pattern of the columns does not name.
    #[error("the dimension {name} is not in the pattern of the columns, {pattern:?}")]
    DimensionUnused {
        /// The dimension.
        name: Box<str>,
        /// The pattern.
        pattern: Box<str>,
    },
    /// A text that must say something.
    #[error("must not be empty")]
    Empty,
    /// An id that has not the form of one.
    #[error("{id:?} is no id: {reason}")]
    IdMalformed {
        /// The id.
        id: Box<str>,
        /// The rule that it breaks.
        reason: Box<str>,
    },
    /// An id that is an address of perild itself, or one of its own groups.
    #[error("{id} is reserved")]
    IdReserved {
        /// The id.
        id: Box<str>,
    },
    /// Two descriptions of one id.
    #[error("{id} is described by {} already", .by.display())]
    IdTaken {
        /// The id.
        id: Box<str>,
        /// The other description.
        by: PathBuf,
    },
    /// Terms that machines cannot read.
    #[error("the licence {text:?} is neither an SPDX id nor the address of the terms")]
    LicenceUnknown {
        /// As it was written.
        text: Box<str>,
        /// The id that was likely meant.
        nearest: Option<&'static str>,
    },
    /// A time that ends before it begins, or with its begin.
    #[error("is not after from")]
    Backwards,
    /// A key that must be there.
    #[error("{key} is missing")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A value that is no part of the globe.
    #[error("is not [west, south, east, north] in degrees")]
    NotABox,
    /// A value that is neither a day nor a moment.
    #[error("{text:?} is no date")]
    NotADate {
        /// As it was written.
        text: Box<str>,
    },
    /// A text that is no address.
    #[error("{text:?} is no address")]
    NotAnIri {
        /// As it was written.
        text: Box<str>,
    },
    /// A value that is no span of time.
    #[error("{text:?} is no span of time")]
    NotASpan {
        /// As it was written.
        text: Box<str>,
    },
    /// A key that collections of the kind do not have.
    #[error("a collection of {kind} has no such key")]
    NotOfKind {
        /// The kind.
        kind: &'static str,
    },
    /// Bytes that are no UTF-8.
    #[error("byte {offset} is not UTF-8")]
    NotUtf8 {
        /// Counted from 0.
        offset: usize,
    },
    /// A class whose data is not shared here (OE-CLS-1, IB1-SEN-1).
    #[error("data of class {class} is not for sharing")]
    ClassNotShared {
        /// Its name.
        class: Box<str>,
    },
    /// Conditions on data that everyone may have (OE-CLS-2).
    #[error("OE-O is open to everyone, and has neither scopes nor conditions")]
    OpenWithDemands,
    /// A number beyond its bounds.
    #[error("{number} is not within {low} and {high}")]
    OutOfBounds {
        /// As it was written.
        number: Box<str>,
        /// The lowest that is taken.
        low: i64,
        /// The highest.
        high: i64,
    },
    /// A source that is not in the folder of the description.
    #[error("{source_text:?} leads out of the folder")]
    OutsideFolder {
        /// As it was written.
        source_text: Box<str>,
    },
    /// A pattern with a brace that does not fit another.
    #[error("{pattern:?} is no pattern of names")]
    PatternMalformed {
        /// As it was written.
        pattern: Box<str>,
    },
    /// An address with user or password, of which everyone is told.
    #[error("an address that everyone reads has neither user nor password in it")]
    PublicCredentials,
    /// A profile that is not there, or is broken itself.
    #[error("there is no whole profile {name}")]
    ProfileAbsent {
        /// The file.
        name: Box<str>,
    },
    /// Profiles that name one another in a circle.
    #[error("the profiles go in a circle: {}", .chain.join(" -> "))]
    ProfileCycle {
        /// The files, in order.
        chain: Vec<Box<str>>,
    },
    /// More profiles upon another than anyone can follow.
    #[error("more than {most} profiles build upon one another")]
    ProfileDepth {
        /// As many are followed.
        most: usize,
    },
    /// Two entries of one name.
    #[error("{name} is there twice")]
    Repeated {
        /// The name.
        name: Box<str>,
    },
    /// A file that the operator has a rule for.
    #[error("{file} has a rule in the configuration, as {id}")]
    RuledElsewhere {
        /// The file of data.
        file: Box<str>,
        /// The collection that the rule is for.
        id: Box<str>,
    },
    /// A scope that no token could carry (RFC 6749 §3.3).
    #[error("{scope:?} is no scope")]
    ScopeMalformed {
        /// As it was written.
        scope: Box<str>,
    },
    /// Nothing to publish.
    #[error("there is no file {name}")]
    SourceAbsent {
        /// The name, or the pattern of names.
        name: Box<str>,
    },
    /// Data that are elsewhere.
    #[error("perild reads no source at {scheme}://")]
    SourceElsewhere {
        /// The scheme of the address.
        scheme: Box<str>,
    },
    /// An address of a database without the one thing that it says.
    #[error("the address of a database names one table, and nothing else")]
    SourceNoTable,
    /// Data of a form that is not served, or in a folder below.
    #[error("{name} is not among the files that are served")]
    SourceNotServed {
        /// The name.
        name: Box<str>,
    },
    /// A successor that is no collection's id.
    #[error("{id:?} is no id: {reason}")]
    SuccessorMalformed {
        /// As it was written.
        id: Box<str>,
        /// The rule that it breaks.
        reason: Box<str>,
    },
    /// A successor that nobody finds.
    #[error("{because}")]
    SuccessorUnfit {
        /// The reason.
        because: UnfitSuccessor,
    },
    /// A collection that would be gone before it is deprecated.
    #[error("{end} is before {since}, from which it is deprecated")]
    SunsetBeforeDeprecated {
        /// `deprecated`.
        since: Moment,
        /// `sunset`.
        end: Moment,
    },
    /// A collection that is still there after its announced end.
    #[error("it was to be gone from {end}, and is published all the same")]
    SunsetPassed {
        /// `sunset`.
        end: Moment,
    },
    /// A time that is not of one length, or none.
    #[error("{text:?} is no length of time")]
    StepMalformed {
        /// As it was written.
        text: Box<str>,
    },
    /// Text that is no TOML.
    #[error("{message}")]
    Syntax {
        /// The reader's own words.
        message: Box<str>,
    },
    /// Two keys of which one can hold.
    #[error("cannot stand beside {with}")]
    Together {
        /// The other.
        with: &'static str,
    },
    /// A file that is longer than any description.
    #[error("{bytes} bytes are more than the {most} of the longest description")]
    TooLong {
        /// The file's length.
        bytes: u64,
        /// The longest that is read.
        most: u64,
    },
    /// More entries than are read.
    #[error("there are more than {most}")]
    TooMany {
        /// As many are read.
        most: usize,
    },
    /// A unit that machines cannot convert.
    #[error("the unit {code:?} is not UCUM")]
    UnitUnknown {
        /// As it was written.
        code: Box<str>,
        /// The code that was likely meant.
        nearest: Option<&'static str>,
    },
    /// A key that no description has.
    #[error("there is no such key")]
    UnknownKey {
        /// The key that was likely meant.
        nearest: Option<&'static str>,
        /// The keys that stand here.
        known: Vec<&'static str>,
    },
    /// A word that is none of a few.
    #[error("{word:?} is not known")]
    UnknownWord {
        /// As it was written.
        word: Box<str>,
        /// The words that are.
        known: &'static [&'static str],
    },
    /// A file that is there, and cannot be read.
    #[error("cannot be read: {kind}")]
    Unreadable {
        /// The kind of the system's error.
        kind: ErrorKind,
    },
    /// A value of another type.
    #[error("{found} does not fit")]
    WrongType {
        /// The type that it has.
        found: &'static str,
        /// The type that it should have.
        wanted: &'static str,
    },
    /// A zone that the time zone database does not have.
    #[error("{text:?} is no time zone")]
    ZoneUnknown {
        /// As it was written.
        text: Box<str>,
    },
}
