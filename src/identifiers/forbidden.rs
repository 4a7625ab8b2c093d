//! Digests that may never stand in an output: of nothing, and of what stands for nothing. It promises
//! to know them in every form and knows nothing of people.

use super::digest::Digest;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Whether the digest is of the empty string or of a placeholder.
#[must_use]
pub fn is_forbidden_digest(digest: &Digest) -> bool {
    static FORBIDDEN: LazyLock<HashSet<Digest>> = LazyLock::new(|| {
        let mut all = HashSet::new();
        for word in WORDS {
            all.insert(Digest::of(word.as_bytes()));
            all.insert(Digest::of(word.to_uppercase().as_bytes()));
        }
        for digit in b'0'..=b'9' {
            for len in 1..=15 {
                let text = [digit; 15];
                all.insert(Digest::of(&text[..len]));
                let mut plus = [digit; 16];
                plus[0] = b'+';
                all.insert(Digest::of(&plus[..=len]));
            }
        }
        all
    });
    FORBIDDEN.contains(digest)
}

/// Texts that stand for nothing, in the shapes a careless export would hash.
const WORDS: &[&str] = &[
    "", " ", "  ", "\n", "\r\n", "\t", "\0", "\u{feff}", "+", "-", "--", ".", "@", "0", "?", "null", "nul", "nil",
    "none", "na", "n/a", "n.a.", "nan", "undefined", "unknown", "missing", "blank", "empty", "false", "true", "no",
    "x", "xx", "xxx", "email", "e-mail", "phone", "ei", "ei ole", "puuttuu", "tuntematon", "saknas", "ingen",
    "puudub", "@gmail.com", "@googlemail.com", "@hotmail.com", "@outlook.com", "@yahoo.com", "@icloud.com",
    "@example.com", "noemail@example.com", "no@email.com", "none@none.com", "na@na.com", "noreply@noreply.com",
    "no-reply@no-reply.com", "noemail@noemail.com", "none@none.none", "null@null.com", "unknown@unknown.com",
];
