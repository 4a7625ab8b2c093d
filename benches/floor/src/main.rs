//! The floor: one thread that tokenises a customer table, hashes every e-mail address and phone number
//! in it as it stands, and writes as many bytes as the real job does. With `--proof` it digests
//! everything that it reads and writes, too. No decision is made, nothing is normalised or sorted.
//!
//!     floor CUSTOMERS.CSV OUT BYTES [--proof]

use std::fs::File;
use std::io::{Read, Write};

use sha2::{Digest, Sha256};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, customers, out, bytes, more @ ..] = arguments.as_slice() else {
        eprintln!("usage: floor CUSTOMERS.CSV OUT BYTES [--proof]");
        std::process::exit(2);
    };
    let proves = more.iter().any(|word| word == "--proof");
    let wanted: u64 = bytes.parse().expect("a number of bytes");
    let mut input = File::open(customers)?;
    let mut output = File::create(std::path::Path::new(out).join("digests"))?;
    let (mut read_proof, mut write_proof) = (Sha256::new(), Sha256::new());
    let mut reader = csv_core::Reader::new();
    let mut block = vec![0; 1 << 20];
    let (mut cell, mut filled) = (vec![0; 1 << 16], 0);
    let (mut column, mut is_head, mut identifiers) = (0_usize, true, Vec::new());
    let (mut line, mut written) = (Vec::with_capacity(1 << 20), 0_u64);
    let mut flush = |line: &mut Vec<u8>, written: &mut u64| -> std::io::Result<()> {
        let left = (wanted - *written).min(line.len() as u64) as usize;
        if proves {
            write_proof.update(&line[..left]);
        }
        *written += left as u64;
        output.write_all(&line[..left])?;
        line.clear();
        Ok(())
    };
    loop {
        let length = input.read(&mut block)?;
        if proves {
            read_proof.update(&block[..length]);
        }
        let mut rest = &block[..length];
        loop {
            let (result, used, wrote) = reader.read_field(rest, &mut cell[filled..]);
            rest = &rest[used..];
            filled += wrote;
            match result {
                csv_core::ReadFieldResult::InputEmpty => break,
                csv_core::ReadFieldResult::OutputFull => cell.resize(cell.len() * 2, 0),
                csv_core::ReadFieldResult::Field { record_end } => {
                    let text = &cell[..filled];
                    if is_head {
                        let is_identifier = matches!(text, b"email" | b"work_email" | b"phone");
                        identifiers.extend(is_identifier.then_some(column));
                    } else if identifiers.contains(&column) && !text.is_empty() {
                        line.extend_from_slice(const_hex::encode(Sha256::digest(text)).as_bytes());
                        line.push(if record_end { b'\n' } else { b',' });
                    }
                    filled = 0;
                    column += 1;
                    if record_end {
                        (column, is_head) = (0, false);
                        if line.len() >= 1 << 20 {
                            flush(&mut line, &mut written)?;
                        }
                    }
                }
                csv_core::ReadFieldResult::End => {
                    flush(&mut line, &mut written)?;
                    // The real job may write more than one digest for each identifier.
                    let filler = vec![b'0'; 1 << 20];
                    while written < wanted {
                        line.extend_from_slice(&filler);
                        flush(&mut line, &mut written)?;
                    }
                    println!("{:x}{:x}", FirstByte(read_proof), FirstByte(write_proof));
                    return Ok(());
                }
            }
        }
    }
}

/// So that no digest is computed for nothing.
struct FirstByte(Sha256);

impl std::fmt::LowerHex for FirstByte {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02x}", self.0.clone().finalize()[0])
    }
}
