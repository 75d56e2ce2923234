//! Where things stand in the text of a Dex configuration: a tree of YAML nodes with their byte ranges. Pure.
//!
//! Owns finding `staticPasswords`, its entries and their fields, and saying why a text cannot be edited safely.
//! Changes nothing.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle};

/// Why a text is left as it is. A sentence that ends the clause “was left alone: …”.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("it is no valid YAML")]
    NotYaml,
    #[error("it holds more than one YAML document")]
    SeveralDocuments,
    #[error(
        "it has characters that YAML readers do not agree about (a lone carriage return, a byte-order mark, a control character or a Unicode line separator)"
    )]
    OddCharacters,
    #[error("its outermost level is no plain list of “key: value” lines")]
    NotBlockStyle,
    #[error("it has no staticPasswords")]
    NoList,
    #[error(
        "staticPasswords is there more than once; Dex reads only the last. Leave one of them first"
    )]
    SeveralLists,
    #[error("staticPasswords uses anchors, aliases, tags or merge keys; write it out first")]
    Indirect,
    #[error("staticPasswords is not a list of entries with fields")]
    NotEntries,
    #[error(
        "staticPasswords is written as one list in brackets; put each entry on lines of its own first"
    )]
    FlowList,
    #[error("there is no such entry in staticPasswords")]
    NoEntry,
    #[error("its e-mail has upper case; write it in lower case first")]
    UpperCase,
    #[error("the entry has no hash that Dex could read")]
    NoHash,
    #[error("somebody else changed the same entry since")]
    ChangedSince,
    #[error("a removed entry had more than plain fields, and is not written anew by guess")]
    NotPlain,
    #[error("the entry has the field {0} more than once")]
    SeveralFields(String),
    #[error("the field {0} is not a text on one line")]
    NotOneLine(String),
    #[error("the entry is laid out in a way that cannot be changed line by line")]
    OddLayout,
    #[error("the lines of staticPasswords are indented with tabs")]
    Tabs,
    #[error(
        "the edited text would not have said exactly what was asked for. That is a fault of this program: please report it with the layout of the file"
    )]
    Unproved,
}

/// A YAML node and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) what: What,
    pub(super) start: usize,
    /// Just after the last character that belongs to it.
    pub(super) end: usize,
    /// Anchored, tagged, an alias, or something of that kind inside.
    pub(super) indirect: bool,
    /// A `|` or `>` text, or one inside: where such a text ends is not told exactly.
    pub(super) block_text: bool,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// Nothing written at all, or `null` in one of its spellings.
    Nothing,
    Text(String),
    List(StructureStyle, Vec<Node>),
    Map(StructureStyle, Vec<(Node, Node)>),
    Alias,
}

impl Node {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.what {
            What::Text(text) => Some(text),
            What::Nothing | What::List(..) | What::Map(..) | What::Alias => None,
        }
    }

    /// The fields of a map; their names in any case, as Dex reads them.
    pub(super) fn field(&self, name: &str) -> Result<Option<&(Node, Node)>, Refusal> {
        let What::Map(_, pairs) = &self.what else {
            return Err(Refusal::NotEntries);
        };
        let mut found = pairs.iter().filter(|(key, _)| {
            key.text()
                .is_some_and(|text| text.eq_ignore_ascii_case(name))
        });
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(Refusal::SeveralFields(name.to_owned())),
            (first, None) => Ok(first),
        }
    }
}

/// A comment: the range from `#` to the end of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) range: Range<usize>,
    pub(super) beside_content: bool,
}

/// A text with one YAML document.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) root: Node,
    pub(super) comments: Vec<Comment>,
}

impl Layout {
    pub(super) fn of(text: &str) -> Result<Self, Refusal> {
        if has_odd_characters(text) {
            return Err(Refusal::OddCharacters);
        }
        let mut events = Events {
            parser: Parser::new_from_str(text),
            text,
            comments: Vec::new(),
        };
        let root = events.document()?;
        Ok(Self {
            root,
            comments: events.comments,
        })
    }

    /// Key and value of `staticPasswords`, when both can be edited.
    pub(super) fn list(&self) -> Result<&(Node, Node), Refusal> {
        let What::Map(StructureStyle::Block, pairs) = &self.root.what else {
            return Err(Refusal::NotBlockStyle);
        };
        if pairs.iter().any(|(key, _)| key.text() == Some("<<")) {
            return Err(Refusal::Indirect);
        }
        let found = self.root.field("staticPasswords");
        let pair = found
            .map_err(|_| Refusal::SeveralLists)?
            .ok_or(Refusal::NoList)?;
        if pair.0.indirect || pair.1.indirect {
            return Err(Refusal::Indirect);
        }
        Ok(pair)
    }

    /// The entries, each a map; none when the value is empty.
    pub(super) fn entries(&self) -> Result<&[Node], Refusal> {
        match &self.list()?.1.what {
            What::Nothing => Ok(&[]),
            What::List(_, entries)
                if entries
                    .iter()
                    .all(|entry| matches!(entry.what, What::Map(..))) =>
            {
                Ok(entries)
            }
            What::List(..) | What::Text(_) | What::Map(..) | What::Alias => {
                Err(Refusal::NotEntries)
            }
        }
    }
}

fn is_null(text: &str) -> bool {
    ["null", "Null", "NULL", "~", ""].contains(&text)
}

/// What YAML 1.1 (Dex) and YAML 1.2 (we) do not read alike, or what is no text at all.
fn has_odd_characters(text: &str) -> bool {
    let odd = |c: char| {
        matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
            || c.is_control() && !matches!(c, '\n' | '\r' | '\t')
    };
    let lone_return = text
        .match_indices('\r')
        .any(|(at, _)| !text[at + 1..].starts_with('\n'));
    lone_return || text.chars().any(odd)
}

struct Events<'t> {
    parser: Parser<'t, StrInput<'t>>,
    text: &'t str,
    comments: Vec<Comment>,
}

impl<'t> Events<'t> {
    /// The next event that is no comment.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is not ours and grows; every other case is answered alike"
    )]
    fn next(&mut self) -> Result<(Event<'t>, Range<usize>), Refusal> {
        loop {
            let next = self.parser.next_event().ok_or(Refusal::NotYaml)?;
            let (event, span) = next.map_err(|_| Refusal::NotYaml)?;
            let range = span.byte_range().ok_or(Refusal::NotYaml)?;
            if self.text.get(range.clone()).is_none() {
                return Err(Refusal::NotYaml);
            }
            match event {
                Event::Comment(..) => {
                    let line = self.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
                    self.comments.push(Comment {
                        beside_content: !self.text[line..range.start].trim().is_empty(),
                        range,
                    });
                }
                other => return Ok((other, range)),
            }
        }
    }

    fn document(&mut self) -> Result<Node, Refusal> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd, _) => return Err(Refusal::NotBlockStyle),
                first => {
                    let root = self.node(first)?;
                    return self.ended().map(|()| root);
                }
            }
        }
    }

    fn ended(&mut self) -> Result<(), Refusal> {
        loop {
            match self.next()? {
                (Event::DocumentEnd, _) => {}
                (Event::StreamEnd, _) => return Ok(()),
                _ => return Err(Refusal::SeveralDocuments),
            }
        }
    }

    /// One node, of which the first event was read. The parser limits how deep they nest.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is not ours and grows; every other case is answered alike"
    )]
    fn node(&mut self, first: (Event<'t>, Range<usize>)) -> Result<Node, Refusal> {
        let (event, range) = first;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let nothing =
                    range.is_empty() || style == ScalarStyle::Plain && is_null(text.as_ref());
                Ok(Node {
                    what: if nothing {
                        What::Nothing
                    } else {
                        What::Text(text.into_owned())
                    },
                    start: range.start,
                    end: range.end,
                    indirect: anchor != 0 || tag.is_some(),
                    block_text: matches!(style, ScalarStyle::Literal | ScalarStyle::Folded),
                })
            }
            Event::Alias(_) => Ok(Node {
                what: What::Alias,
                start: range.start,
                end: range.end,
                indirect: true,
                block_text: false,
            }),
            Event::SequenceStart(style, anchor, tag) => self.sequence(
                style,
                Outline::new(range, anchor, tag.is_some().then_some(())),
            ),
            Event::MappingStart(style, anchor, tag) => self.mapping(
                style,
                Outline::new(range, anchor, tag.is_some().then_some(())),
            ),
            _ => Err(Refusal::NotYaml),
        }
    }

    fn sequence(&mut self, style: StructureStyle, mut outline: Outline) -> Result<Node, Refusal> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => {
                    outline.close(style, &end);
                    return Ok(outline.node(What::List(style, items)));
                }
                first => {
                    let item = self.node(first)?;
                    outline.take(&item);
                    items.push(item);
                }
            }
        }
    }

    fn mapping(&mut self, style: StructureStyle, mut outline: Outline) -> Result<Node, Refusal> {
        let mut pairs = Vec::<(Node, Node)>::new();
        loop {
            match self.next()? {
                (Event::MappingEnd, end) => {
                    outline.close(style, &end);
                    if let (StructureStyle::Block, Some((key, _))) = (style, pairs.first()) {
                        outline.start = key.start;
                    }
                    return Ok(outline.node(What::Map(style, pairs)));
                }
                first => {
                    let key = self.node(first)?;
                    let second = self.next()?;
                    let value = self.node(second)?;
                    outline.take(&key);
                    outline.take(&value);
                    outline.indirect |= key.text() == Some("<<");
                    pairs.push((key, value));
                }
            }
        }
    }
}

/// What a collection learns from its parts.
struct Outline {
    start: usize,
    end: usize,
    indirect: bool,
    block_text: bool,
}

impl Outline {
    fn new(range: Range<usize>, anchor: usize, tag: Option<()>) -> Self {
        Self {
            start: range.start,
            end: range.end,
            indirect: anchor != 0 || tag.is_some(),
            block_text: false,
        }
    }

    fn take(&mut self, part: &Node) {
        self.indirect |= part.indirect;
        self.block_text |= part.block_text;
        // Where nothing is written, the parser names a place further down.
        if !part.range().is_empty() {
            self.end = self.end.max(part.end);
        }
    }

    /// A bracket at the end belongs to the collection; the end of a block is where its last part ends.
    fn close(&mut self, style: StructureStyle, end: &Range<usize>) {
        if style == StructureStyle::Flow {
            self.end = self.end.max(end.end);
        }
    }

    fn node(self, what: What) -> Node {
        Node {
            what,
            start: self.start,
            end: self.end,
            indirect: self.indirect,
            block_text: self.block_text,
        }
    }
}
