//! Secrets that must not be taken, each with the reason that must be told, and nothing of the secret.

use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

/// No pattern in it; invented for these tests.
const GOOD: &str = "7d3fa1c95e08b264f91b6ac2803de75d1492c6ff30ab5e8877e1d4093b6c2af5";

fn write(folder: &Path, text: &[u8], mode: u32) -> PathBuf {
    let place = folder.join("root.key");
    let _ = std::fs::remove_file(&place);
    std::fs::write(&place, text).expect("writable");
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(mode)).expect("ours");
    place
}

fn code(error: &RootKeyError) -> &'static str {
    match error {
        RootKeyError::Unreadable { .. } => "unreadable",
        RootKeyError::NotAFile { .. } => "not-a-file",
        RootKeyError::Open { .. } => "open",
        RootKeyError::OwnedBySomebodyElse { .. } => "owner",
        RootKeyError::Shape { .. } => "shape",
        RootKeyError::Weak { .. } => "weak",
        RootKeyError::NotIdentities { .. } => "not-identities",
        RootKeyError::Standard { .. } => "standard",
        RootKeyError::Both => "both",
        RootKeyError::Ring { .. } => "ring",
        RootKeyError::Needed => "needed",
    }
}

#[test]
fn only_a_private_random_key_is_taken() {
    let folder = tempfile::tempdir().expect("scratch folder");
    let counted: String = (0..32).map(|number| format!("{number:02x}")).collect();
    let down: String = (0..32).map(|number| format!("{:02x}", 255 - number * 3)).collect();
    let sentence = hex::encode("a long pass phrase, in 32 bytes.");
    for (what, text, mode, expect) in [
        ("a good key", GOOD.to_owned(), 0o600, "ok"),
        ("read-only", GOOD.to_owned(), 0o400, "ok"),
        ("with a line end", format!("{GOOD}\n"), 0o600, "ok"),
        ("in capitals, with blanks", format!("  {}\r\n", GOOD.to_uppercase()), 0o600, "ok"),
        ("for the group", GOOD.to_owned(), 0o640, "open"),
        ("for the world", GOOD.to_owned(), 0o604, "open"),
        ("to be written by the group", GOOD.to_owned(), 0o620, "open"),
        ("short", GOOD[..62].to_owned(), 0o600, "shape"),
        ("long", format!("{GOOD}00"), 0o600, "shape"),
        ("two", format!("{GOOD}\n{GOOD}\n"), 0o600, "shape"),
        ("far too long", GOOD.repeat(1000), 0o600, "shape"),
        ("nothing", String::new(), 0o600, "shape"),
        ("no hex", GOOD.replace('d', "g"), 0o600, "shape"),
        ("with a prefix", format!("0x{GOOD}"), 0o600, "shape"),
        ("all zero", "00".repeat(32), 0o600, "weak"),
        ("one byte again and again", "a7".repeat(32), 0o600, "weak"),
        ("two halves alike", GOOD[..32].repeat(2), 0o600, "weak"),
        ("few different bytes", "0123456789abcdef".repeat(4), 0o600, "weak"),
        ("counted up", counted, 0o600, "weak"),
        ("counted down", down, 0o600, "weak"),
        ("a sentence", sentence, 0o600, "weak"),
    ] {
        let place = write(folder.path(), text.as_bytes(), mode);
        let read = read_root_key(&place);
        assert_eq!(read.as_ref().map_or_else(code, |_| "ok"), expect, "{what}");
        if let Err(error) = read {
            let told = format!("{error} {error:?} {}", error.hint());
            assert!(text.len() < 16 || !told.contains(&text[..16]), "{what}: {told}");
        }
        // Through a link it is the same file, with the same faults.
        let link = folder.path().join("link");
        let _ = std::fs::remove_file(&link);
        symlink(&place, &link).expect("a link");
        assert_eq!(read_root_key(&link).as_ref().map_or_else(code, |_| "ok"), expect, "{what}, by a link");
    }
}

#[test]
fn what_is_no_file_is_told() {
    let folder = tempfile::tempdir().expect("scratch folder");
    assert_eq!(code(&read_root_key(folder.path()).expect_err("a folder")), "not-a-file");
    assert_eq!(code(&read_root_key(&folder.path().join("no")).expect_err("nothing")), "unreadable");
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("a pipe");
    assert_eq!(code(&read_root_key(&pipe).expect_err("a pipe")), "not-a-file");
    assert_eq!(code(&read_root_key(Path::new("/dev/zero")).expect_err("a device")), "not-a-file");
}

#[test]
fn a_descriptor_is_a_pipe_or_a_private_file() {
    let folder = tempfile::tempdir().expect("scratch folder");
    let number = |file: &dyn std::os::fd::AsFd| file.as_fd().as_raw_fd().cast_unsigned();
    for (mode, expect) in [(0o600, "ok"), (0o644, "open")] {
        let file = File::open(write(folder.path(), GOOD.as_bytes(), mode)).expect("opens");
        let read = read_root_key_fd(number(&file));
        assert_eq!(read.as_ref().map_or_else(code, |_| "ok"), expect, "{mode:o}");
    }
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    std::io::Write::write_all(&mut writer, format!("{GOOD}\n").as_bytes()).expect("fits");
    drop(writer);
    assert_eq!(hex::encode(*read_root_key_fd(number(&reader)).expect("a key")), GOOD);

    let folder = File::open(folder.path()).expect("opens");
    let error = read_root_key_fd(number(&folder)).expect_err("a folder");
    assert_eq!((code(&error), error.to_string().ends_with("or a pipe")), ("not-a-file", true));
    for number in 0..3 {
        assert_eq!(code(&read_root_key_fd(number).expect_err("never")), "standard");
    }
    assert_eq!(code(&read_root_key_fd(900).expect_err("not open")), "unreadable");
}

#[test]
fn identities_are_read_as_carefully() {
    let folder = tempfile::tempdir().expect("scratch folder");
    let (text, recipient) = crate::envelope::new_identity();
    for (what, text, mode, expect) in [
        ("good", text.as_bytes().to_vec(), 0o600, "ok"),
        ("for the group", text.as_bytes().to_vec(), 0o640, "open"),
        ("a public key", recipient.to_string().into_bytes(), 0o600, "not-identities"),
        ("nothing", Vec::new(), 0o600, "not-identities"),
        ("no text", vec![0xFF; 80], 0o600, "not-identities"),
        ("too long", [text.as_bytes(), &vec![b'\n'; 1 << 16]].concat(), 0o600, "not-identities"),
    ] {
        let read = read_identities(&write(folder.path(), &text, mode));
        assert_eq!(read.as_ref().map_or_else(code, |_| "ok"), expect, "{what}");
    }
}
