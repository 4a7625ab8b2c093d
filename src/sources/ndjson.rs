//! One JSON object a line (NDJSON): the wanted keys of each as text.
//!
//! It goes line by line through `serde_json` rather than through polars, which guesses each column's
//! type from the first lines and fails as a whole, quoting the line, where a later one differs. Here a
//! bad line is one fault and its neighbours are read. It promises the text that a CSV of the same data
//! has, and never a number that was rounded on the way. A key that is missing is a blank cell.

use std::fmt;

use memchr::{memchr, memchr2, memchr2_iter};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::batch::{Place, Records, RowFault, RowFaultCode, Span, Strip};
use super::blocks::Blocks;
use super::error::SourceError;
use super::framing;
use super::text::Start;

/// Lines looked at for the keys there are.
const SAMPLE_LINES: usize = 1000;
/// Lines that begin after this many bytes are not looked at.
const SAMPLE_BYTES: usize = 1 << 20;
/// Most keys kept from the sample; a file with more is no table.
const KEYS_MAX: usize = 4096;
/// From here on not every whole number has a float of its own.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// The keys of the first lines, in order of appearance, each once. A wanted key must be among them: one
/// that a file never mentions is a slip in the mapping, not a blank in every row.
pub(super) fn keys(blocks: &mut Blocks, with: &Start<'_>) -> Result<Vec<String>, SourceError> {
    while !blocks.ended() && blocks.view().len() < SAMPLE_BYTES {
        blocks.fill()?;
    }
    let mut keys = Vec::new();
    let mut at = 0;
    let view = blocks.view();
    for _ in 0..SAMPLE_LINES {
        if at >= view.len().min(SAMPLE_BYTES) {
            break;
        }
        let end = memchr2(b'\n', b'\r', &view[at..]).map_or(view.len(), |found| at + found);
        if end == view.len() && !blocks.ended() {
            break;
        }
        let mut line = serde_json::Deserializer::from_slice(&view[at..end]);
        // A line that is no object is a fault later; here it just has no keys.
        let _ = line.deserialize_map(KeyList(&mut keys));
        at = if end < view.len() { framing::after_line_end(view, end) } else { end };
    }
    if keys.is_empty() && view.iter().all(u8::is_ascii_whitespace) {
        return Err(SourceError::Empty { file: with.shown.to_owned() });
    }
    Ok(keys)
}

/// Collects the keys of an object.
struct KeyList<'k>(&'k mut Vec<String>);

impl<'de> Visitor<'de> for KeyList<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            if !self.0.contains(&key) && self.0.len() < KEYS_MAX {
                self.0.push(key);
            }
        }
        Ok(())
    }
}

/// Which keys are wanted.
pub(super) struct Keys {
    /// Each once.
    names: Vec<String>,
    /// For each wanted column its place in `names`.
    wanted: Vec<u32>,
    max_record_bytes: usize,
}

impl Keys {
    pub(super) fn new(wanted: &[String], max_record_bytes: usize) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut places = Vec::new();
        for name in wanted {
            let known = names.iter().position(|other| other == name);
            places.push(u32::try_from(known.unwrap_or(names.len())).expect("far fewer columns"));
            if known.is_none() {
                names.push(name.clone());
            }
        }
        Self { names, wanted: places, max_record_bytes }
    }

    /// Hands on each line's cells.
    pub(super) fn for_each(&self, data: &[u8], first: Place, f: &mut impl FnMut(Records<'_>)) {
        let mut row = Scratch { text: Vec::new(), spans: vec![(0, 0); self.names.len()] };
        let mut pieces = Vec::new();
        let (mut place, mut at) = (first, 0);
        let mut ends = memchr2_iter(b'\n', b'\r', data);
        while at < data.len() {
            let end = ends.find(|end| *end >= at).unwrap_or(data.len());
            let line = &data[at..end];
            if !line.trim_ascii().is_empty() {
                match self.read(line, &mut row) {
                    Ok(()) => f(Records::Rows(Strip {
                        data: &row.text,
                        spans: &row.spans,
                        width: self.names.len(),
                        wanted: &self.wanted,
                        places: &[place],
                    })),
                    Err(code) => {
                        let line = &line[..line.len().min(self.max_record_bytes)];
                        recover(line, &mut pieces);
                        f(Records::Fault(RowFault { code, place, data: line, spans: &pieces }));
                    }
                }
            }
            at = if end < data.len() { framing::after_line_end(data, end) } else { end };
            place.line += 1;
        }
    }

    fn read(&self, line: &[u8], row: &mut Scratch) -> Result<(), RowFaultCode> {
        if line.len() > self.max_record_bytes {
            return Err(RowFaultCode::TooLong);
        }
        if memchr(0, line).is_some() {
            return Err(RowFaultCode::Nul);
        }
        row.text.clear();
        row.spans.fill((0, 0));
        let mut reader = serde_json::Deserializer::from_slice(line);
        let read = reader.deserialize_map(Object { names: &self.names, row }).and_then(|()| reader.end());
        if read.is_err() {
            let text = std::str::from_utf8(line);
            return Err(if text.is_err() { RowFaultCode::InvalidEncoding } else { RowFaultCode::BadJson });
        }
        if memchr(0, &row.text).is_some() { Err(RowFaultCode::Nul) } else { Ok(()) }
    }
}

/// The text pieces of a line that is no row: whatever stands between marks of JSON.
fn recover(line: &[u8], pieces: &mut Vec<Span>) {
    pieces.clear();
    let mut from = 0;
    for (at, byte) in line.iter().chain(b",").enumerate() {
        if matches!(byte, b'"' | b',' | b':' | b'{' | b'}' | b'[' | b']' | 0) {
            if line[from..at].iter().any(|byte| !byte.is_ascii_whitespace()) {
                pieces.push((from as u32, at as u32));
            }
            from = at + 1;
        }
    }
}

/// The cells of one line, used again for the next.
struct Scratch {
    text: Vec<u8>,
    /// `(0, 0)` while the key was not seen; a value begins past the mark put before it.
    spans: Vec<Span>,
}

struct Object<'a> {
    names: &'a [String],
    row: &'a mut Scratch,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // So that no seen value has the span of an unseen one.
        self.row.text.push(b' ');
        while let Some(place) = map.next_key_seed(Key(self.names))? {
            let Some(place) = place else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if self.row.spans[place] != (0, 0) {
                return Err(A::Error::custom("doubled key"));
            }
            let start = self.row.text.len() as u32;
            map.next_value_seed(Value(&mut self.row.text))?;
            self.row.spans[place] = (start, self.row.text.len() as u32);
        }
        Ok(())
    }
}

/// A key, as its place among the wanted ones.
struct Key<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|name| name == key))
    }
}

/// A value, written as text.
struct Value<'a>(&'a mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Value<'_> {
    fn write(self, text: impl fmt::Display) {
        self.0.extend_from_slice(text.to_string().as_bytes());
    }
}

/// Lists and objects are refused: no method takes them.
impl Visitor<'_> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain value")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.0.extend_from_slice(value.as_bytes());
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.write(value);
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.write(value);
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.write(value);
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if value.abs() >= EXACT_MAX {
            return Err(E::custom("a number that may have been rounded"));
        }
        // Adding nought turns -0 into 0.
        self.write(value + 0.0);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
