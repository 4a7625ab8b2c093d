//! Tables to bytes, in the encodings and with the faults that exports have.

use std::io::Write as _;
use std::path::Path;

use super::rng::Rng;

/// How a file is written, and what the config says about it.
pub(crate) struct Style {
    delimiter: char,
    line_end: &'static str,
    encoding: &'static str,
    mark: bool,
    packed: bool,
    /// Lines for the config's table.
    pub(crate) keys: String,
    /// The file name's ending.
    pub(crate) ending: String,
}

impl Style {
    /// Chooses one.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let delimiter = rng.pick(&[',', ',', ';', '\t']);
        let encoding = rng.pick(&["utf-8", "utf-8", "utf-8", "utf-16", "windows-1252"]);
        let packed = rng.chance(10);
        let mut keys = String::new();
        if rng.chance(50) {
            let sign = if delimiter == '\t' { "\\t".to_owned() } else { delimiter.to_string() };
            keys.push_str(&format!("delimiter = \"{sign}\"\n"));
        }
        let mark = rng.chance(30) || encoding == "utf-16";
        // A mark tells UTF-16 even when the config does not.
        if encoding == "windows-1252" || (encoding == "utf-16" && rng.chance(70)) {
            keys.push_str(&format!("encoding = \"{encoding}\"\n"));
        }
        let ending = if packed { ".csv.gz" } else { ".csv" }.to_owned();
        Self { delimiter, line_end: rng.pick(&["\n", "\n", "\r\n"]), encoding, mark, packed, keys, ending }
    }

    /// One record, quoted where it must be and sometimes where it need not.
    pub(crate) fn line(&self, cells: &[String], rng: &mut Rng) -> String {
        let quote = |cell: &String, rng: &mut Rng| {
            let needed = cell.contains([self.delimiter, '"', '\n', '\r']);
            if needed || rng.chance(5) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
        };
        let cells: Vec<_> = cells.iter().map(|cell| quote(cell, rng)).collect();
        format!("{}{}", cells.join(&self.delimiter.to_string()), self.line_end)
    }

    /// The same record broken: too short, too long, or with a quote where none belongs.
    pub(crate) fn broken_line(&self, cells: &[String], rng: &mut Rng) -> String {
        let clean: Vec<String> =
            cells.iter().map(|cell| cell.replace(['"', '\n', '\r', self.delimiter], " ")).collect();
        let sign = self.delimiter.to_string();
        let text = match rng.below(4) {
            0 if clean.len() > 1 => clean[..rng.between(1, clean.len() - 1)].join(&sign),
            0 | 1 => format!("{}{sign}one more", clean.join(&sign)),
            2 => {
                let place = rng.below(clean.len());
                let with = |(at, cell): (usize, &String)| {
                    if at == place { format!("{cell}x\"") } else { cell.clone() }
                };
                clean.iter().enumerate().map(with).collect::<Vec<_>>().join(&sign)
            }
            _ => {
                let place = rng.below(clean.len());
                let with = |(at, cell): (usize, &String)| {
                    if at == place { format!("\"{cell}\"x") } else { cell.clone() }
                };
                clean.iter().enumerate().map(with).collect::<Vec<_>>().join(&sign)
            }
        };
        format!("{text}{}", self.line_end)
    }

    /// Writes the file.
    pub(crate) fn write(&self, path: &Path, text: &str) {
        let mut bytes = match self.encoding {
            "utf-16" => {
                let units = text.encode_utf16().flat_map(u16::to_le_bytes);
                [0xff, 0xfe].into_iter().chain(units).collect()
            }
            "windows-1252" => text.chars().filter_map(windows_1252).collect::<Vec<u8>>(),
            _ => {
                let mark: &[u8] = if self.mark { &[0xef, 0xbb, 0xbf] } else { &[] };
                [mark, text.as_bytes()].concat()
            }
        };
        if self.packed {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(&bytes).expect("memory takes every byte");
            bytes = packer.finish().expect("memory takes every byte");
        }
        std::fs::write(path, bytes).expect("the scratch folder takes a file");
    }
}

/// Latin-1 letters are themselves; what else there is, an export to Windows-1252 leaves out.
fn windows_1252(letter: char) -> Option<u8> {
    u8::try_from(u32::from(letter)).ok().filter(|code| !(0x80..=0x9f).contains(code))
}
