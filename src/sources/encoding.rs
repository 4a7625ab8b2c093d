//! Text in any of the known encodings, as UTF-8 bytes on the fly.
//!
//! It removes byte-order marks and recognises UTF-16 by its mark. A sequence that is wrong in the
//! file's encoding comes out as the byte 0xFF, which is wrong in UTF-8 too: the row that holds it is
//! found by the same check as in a UTF-8 file, and its neighbours stay readable. It knows no rows.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use zeroize::Zeroizing;

use crate::config::Encoding;

/// Bytes read at once for transcoding.
const CHUNK: usize = 64 * 1024;

/// A reader whose bytes are UTF-8, as far as the input was right.
pub(super) enum Utf8Reader<R> {
    /// UTF-8 already; what was read while looking for a mark comes first.
    Plain { head: Vec<u8>, at: usize, inner: R },
    /// Another encoding.
    Transcoded(Box<Transcoder<R>>),
}

pub(super) struct Transcoder<R> {
    decoder: Decoder,
    inner: R,
    input: Zeroizing<Vec<u8>>,
    input_at: usize,
    ended: bool,
    output: Zeroizing<Vec<u8>>,
    output_at: usize,
}

impl<R: Read> Utf8Reader<R> {
    /// The first bytes, in which a mark may stand.
    pub(super) fn head(inner: &mut R) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(4);
        inner.take(3).read_to_end(&mut head)?;
        Ok(head)
    }

    /// Begins, with the first bytes read already.
    pub(super) fn start(head: Vec<u8>, inner: R, declared: Encoding) -> Self {
        let (encoding, mark) = match (declared, head.as_slice()) {
            (_, [0xEF, 0xBB, 0xBF]) => (None, 3),
            (Encoding::Utf8 | Encoding::Utf16, [0xFF, 0xFE, ..]) => (Some(UTF_16LE), 2),
            (Encoding::Utf8 | Encoding::Utf16, [0xFE, 0xFF, ..]) => (Some(UTF_16BE), 2),
            (Encoding::Utf8, _) => (None, 0),
            (Encoding::Utf16, _) => (Some(UTF_16LE), 0),
            (Encoding::Windows1252, _) => (Some(WINDOWS_1252), 0),
        };
        match encoding {
            None => Self::Plain { head, at: mark, inner },
            Some(encoding) => Self::Transcoded(Box::new(Transcoder {
                decoder: encoding.new_decoder_without_bom_handling(),
                inner,
                input: Zeroizing::new(head),
                input_at: mark,
                ended: false,
                output: Zeroizing::new(Vec::with_capacity(CHUNK * 3 + 1)),
                output_at: 0,
            })),
        }
    }

    /// What it reads from.
    pub(super) fn inner(&self) -> &R {
        match self {
            Self::Plain { inner, .. } => inner,
            Self::Transcoded(transcoder) => &transcoder.inner,
        }
    }

    /// What it reads from.
    pub(super) fn inner_mut(&mut self) -> &mut R {
        match self {
            Self::Plain { inner, .. } => inner,
            Self::Transcoded(transcoder) => &mut transcoder.inner,
        }
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain { head, at, inner } if *at >= head.len() => inner.read(out),
            Self::Plain { head, at, .. } => {
                let count = out.len().min(head.len() - *at);
                out[..count].copy_from_slice(&head[*at..*at + count]);
                *at += count;
                Ok(count)
            }
            Self::Transcoded(transcoder) => transcoder.read(out),
        }
    }
}

impl<R: Read> Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.output_at == self.output.len() {
            if self.ended && self.input_at == self.input.len() {
                return Ok(0);
            }
            self.refill()?;
        }
        let count = out.len().min(self.output.len() - self.output_at);
        out[..count].copy_from_slice(&self.output[self.output_at..self.output_at + count]);
        self.output_at += count;
        Ok(count)
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.input_at == self.input.len() {
            self.input.clear();
            self.input_at = 0;
            self.inner.by_ref().take(CHUNK as u64).read_to_end(&mut self.input)?;
            self.ended = self.input.is_empty();
        }
        self.output.resize(CHUNK * 3, 0);
        self.output_at = 0;
        let mut written = 0;
        loop {
            let (result, read, wrote) = self.decoder.decode_to_utf8_without_replacement(
                &self.input[self.input_at..],
                &mut self.output[written..],
                self.ended,
            );
            self.input_at += read;
            written += wrote;
            match result {
                DecoderResult::Malformed(..) if written < self.output.len() => {
                    self.output[written] = 0xFF;
                    written += 1;
                }
                DecoderResult::Malformed(..) => {
                    self.output.push(0xFF);
                    written += 1;
                    break;
                }
                DecoderResult::InputEmpty | DecoderResult::OutputFull => break,
            }
        }
        self.output.truncate(written);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(declared: Encoding, mut input: &[u8], expect: &[u8]) {
        let mut out = Vec::new();
        let head = Utf8Reader::head(&mut input).expect("memory can be read");
        Utf8Reader::start(head, input, declared).read_to_end(&mut out).expect("memory can be read");
        assert_eq!(out, expect, "{declared:?} {input:?}");
    }

    #[test]
    fn every_encoding_comes_out_as_utf8_without_its_mark() {
        let le = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let be = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        check(Encoding::Utf8, b"", b"");
        check(Encoding::Utf8, b"ab", b"ab");
        check(Encoding::Utf8, b"\xEF\xBB\xBFab", b"ab");
        check(Encoding::Utf8, &[b"\xFF\xFE".as_slice(), &le("hä,€😀")].concat(), "hä,€😀".as_bytes());
        check(Encoding::Utf8, &[b"\xFE\xFF".as_slice(), &be("hä,€😀")].concat(), "hä,€😀".as_bytes());
        check(Encoding::Utf16, &le("hä,€😀"), "hä,€😀".as_bytes());
        check(Encoding::Utf16, &[b"\xFE\xFF".as_slice(), &be("hä")].concat(), "hä".as_bytes());
        check(Encoding::Windows1252, b"h\xE4,\x80", "hä,€".as_bytes());
        check(Encoding::Windows1252, b"\xEF\xBB\xBFh\xC3\xA4", "hä".as_bytes());
    }

    #[test]
    fn what_is_wrong_comes_out_wrong_and_the_rest_stays() {
        check(Encoding::Utf16, &[0x41, 0, 0x00, 0xD8, 0x42, 0], b"A\xFFB");
        check(Encoding::Utf16, &[0x41, 0, 0x42], b"A\xFF");
        check(Encoding::Utf8, b"a\xE4b", b"a\xE4b");
    }

    #[test]
    fn chunk_ends_split_no_character() {
        let text = "ä€😀b".repeat(CHUNK / 5);
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(Encoding::Utf16, &utf16, text.as_bytes());
        let bad: Vec<u8> = [0x00, 0xD8].repeat(CHUNK);
        check(Encoding::Utf16, &bad, &[0xFF].repeat(CHUNK));
    }
}
