//! Streams encrypted and opened, cut at every byte, altered in every bit, and given to the wrong key.

use std::io::{Read as _, Write as _};

use super::*;

fn keys(seed: usize) -> (Identities, Recipient) {
    let pairs: Vec<_> = (0..=seed).map(|_| new_identity()).collect();
    let (text, recipient) = pairs.into_iter().next_back().expect("at least one");
    (Identities::parse(&text).expect("our own file"), recipient)
}

fn seal(recipients: &[Recipient], plain: &[u8]) -> Vec<u8> {
    let mut sealer = Sealer::begin(recipients, Vec::new()).expect("memory takes every byte");
    sealer.write_all(plain).expect("memory takes every byte");
    sealer.finish().expect("memory takes every byte")
}

fn open(identities: &Identities, sealed: &[u8]) -> Result<Vec<u8>, String> {
    let mut opener = Opener::begin(identities, sealed).map_err(|error| format!("{error:?}"))?;
    let mut plain = Vec::new();
    opener.read_to_end(&mut plain).map_err(|error| error.to_string())?;
    Ok(plain)
}

#[test]
fn every_recipient_can_open_it_and_nobody_else() {
    let ((one, for_one), (other, for_other), (stranger, _)) = (keys(0), keys(0), keys(0));
    for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
        let plain: Vec<u8> = (0..length).map(|at: usize| (at % 251) as u8).collect();
        let sealed = seal(&[for_one.clone(), for_other.clone()], &plain);
        assert!(sealed.starts_with(MAGIC));
        for identities in [&one, &other] {
            assert_eq!(open(identities, &sealed).expect("it is theirs"), plain, "{length}");
        }
        assert_eq!(open(&stranger, &sealed).expect_err("it is not theirs"), "OtherKeys");
        if length > 64 {
            assert!(!sealed.windows(32).any(|window| window == &plain[..32]), "nothing shows through");
        }
    }
    assert!(Sealer::begin(&[], Vec::new()).is_err(), "for nobody is for everybody who finds it");
}

#[test]
fn a_stream_cut_anywhere_is_an_error_before_its_end() {
    let (identities, recipient) = keys(0);
    for length in [0, 10, 300] {
        let sealed = seal(std::slice::from_ref(&recipient), &vec![b'x'; length]);
        for cut in 0..sealed.len() {
            assert!(open(&identities, &sealed[..cut]).is_err(), "{length}: cut at {cut}");
        }
    }
    // At the borders of its parts, where what is left is whole parts.
    let sealed = seal(std::slice::from_ref(&recipient), &vec![b'x'; 3 * 65_536]);
    let body = sealed.len() - 3 * (65_536 + 16);
    for parts in 0..3 {
        assert!(open(&identities, &sealed[..body + parts * (65_536 + 16)]).is_err(), "{parts} parts");
    }
    assert!(open(&identities, &[sealed.as_slice(), b"more"].concat()).is_err(), "continued");
    let swapped = [
        &sealed[..body],
        &sealed[body + 65_552..body + 2 * 65_552],
        &sealed[body..body + 65_552],
        &sealed[body + 2 * 65_552..],
    ];
    assert!(open(&identities, &swapped.concat()).is_err(), "parts in another order");
}

#[test]
fn a_stream_altered_in_any_bit_is_an_error() {
    let (identities, recipient) = keys(0);
    let plain = b"customer_id\nC-1\n".to_vec();
    let sealed = seal(&[recipient], &plain);
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut altered = sealed.clone();
            altered[at] ^= 1 << bit;
            assert!(open(&identities, &altered).is_err(), "byte {at}, bit {bit}");
        }
    }
    assert_eq!(open(&identities, &sealed).expect("unaltered"), plain);
}

#[test]
fn only_what_is_a_key_is_taken_for_one() {
    let (text, recipient) = new_identity();
    let secret = text.lines().last().expect("the key");
    for (what, wrong) in [
        ("nothing", String::new()),
        ("a comment", "# nothing\n".to_owned()),
        ("a public key", recipient.to_string()),
        ("another line", format!("{secret}\nhello\n")),
        ("cut", secret[..secret.len() - 1].to_owned()),
        ("too many", format!("{secret}\n").repeat(IDENTITIES_MAX + 1)),
    ] {
        assert!(Identities::parse(&wrong).is_none(), "{what}");
    }
    let known = Identities::parse(&format!("# made today\n\n  {secret}  \n")).expect("a key");
    assert_eq!(known.recipients(), std::slice::from_ref(&recipient));
    assert_eq!(format!("{known:?}"), "Identities(1)");

    assert_eq!(recipient.to_string().parse::<Recipient>(), Ok(recipient.clone()));
    assert_eq!(recipient.to_string().to_uppercase().parse::<Recipient>(), Ok(recipient.clone()));
    for wrong in [
        "",
        "age1",
        secret,
        "ssh-ed25519 AAAA",
        "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
    ] {
        assert!(wrong.parse::<Recipient>().is_err(), "{wrong}");
    }
}
