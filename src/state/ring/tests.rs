//! Rings made, made longer, put under another root, cut short at every operation, and altered.

use std::io::ErrorKind;

use super::*;

const OLD: [u8; 32] = [1; 32];
const NEW_ROOT: [u8; 32] = [2; 32];

fn place<'r>(disk: &'r Disk, dir: &'r Path, root: &'r [u8; 32], seed: u8) -> RingPlace<'r> {
    RingPlace { disk, dir, root, random: [seed; 32] }
}

fn keys(ring: &Ring) -> BTreeMap<String, [u8; 32]> {
    ring.keys.iter().map(|(name, key)| (name.clone(), **key)).collect()
}

fn look(dir: &Path, root: &[u8; 32]) -> Option<BTreeMap<String, [u8; 32]>> {
    let ring = Ring::look(&place(&Disk::real(), dir, root, 0)).ok()??;
    Some(keys(&ring))
}

#[test]
fn a_ring_is_made_once_and_made_longer() {
    let scratch = tempfile::tempdir().expect("scratch");
    let (disk, dir) = (Disk::real(), scratch.path().join("state"));
    let first = keys(&Ring::take(&place(&disk, &dir, &OLD, 1), ["a"]).expect("made"));
    let second = keys(&Ring::take(&place(&disk, &dir, &OLD, 2), ["b", "a"]).expect("made longer"));
    assert_eq!((first.len(), second.len()), (7, 8));
    assert!(first.iter().all(|(name, key)| second[name] == *key), "what was made stays");
    let distinct: BTreeSet<[u8; 32]> = second.values().copied().collect();
    assert_eq!(distinct.len(), 8, "each use has a key of its own");
    assert_eq!(look(&dir, &OLD), Some(second.clone()));
    assert!(Ring::look(&place(&disk, &dir, &NEW_ROOT, 1)).is_err(), "another root opens nothing");
    // None of it can be derived from the root, and none of it stands there readable.
    let written = std::fs::read(dir.join(RING)).expect("was written");
    for key in second.values() {
        let hex = hex::encode(key);
        assert!(!written.windows(64).any(|window| window == hex.as_bytes()));
        assert!(!written.windows(32).any(|window| window == key));
    }
    let other = tempfile::tempdir().expect("scratch");
    let elsewhere = keys(&Ring::take(&place(&disk, other.path(), &OLD, 3), ["a"]).expect("made"));
    assert!(elsewhere.iter().all(|(name, key)| second[name] != *key), "another ring under the same root");
}

#[test]
fn a_ring_under_a_new_root_has_the_same_keys() {
    let scratch = tempfile::tempdir().expect("scratch");
    let (disk, dir) = (Disk::real(), scratch.path());
    let before = keys(&Ring::take(&place(&disk, dir, &OLD, 1), ["a", "b"]).expect("made"));
    Ring::rewrap(&place(&disk, dir, &OLD, 2), &NEW_ROOT).expect("put under the new root");
    assert_eq!((look(dir, &OLD), look(dir, &NEW_ROOT)), (None, Some(before.clone())));
    // Asked again, as after a cut, it is done already.
    Ring::rewrap(&place(&disk, dir, &OLD, 3), &NEW_ROOT).expect("nothing left to do");
    assert_eq!(look(dir, &NEW_ROOT), Some(before));
    assert!(Ring::rewrap(&place(&disk, dir, &[9; 32], 4), &[8; 32]).is_err(), "neither root opens it");
}

/// Cut short at every operation, either root opens the ring, and every key is there.
#[test]
fn a_cut_at_any_operation_leaves_a_ring_that_one_of_the_roots_opens() {
    let mut cut = 0;
    for fails_at in 0.. {
        let scratch = tempfile::tempdir().expect("scratch");
        let dir = scratch.path();
        let before = keys(&Ring::take(&place(&Disk::real(), dir, &OLD, 1), ["a"]).expect("made"));
        let disk = Disk::failing_at(fails_at, ErrorKind::StorageFull);
        let result = Ring::rewrap(&place(&disk, dir, &OLD, 2), &NEW_ROOT);
        let (old, new) = (look(dir, &OLD), look(dir, &NEW_ROOT));
        assert!(old.is_some() != new.is_some(), "operation {fails_at}");
        assert_eq!(old.or(new.clone()), Some(before.clone()), "operation {fails_at}");
        Ring::rewrap(&place(&Disk::real(), dir, &OLD, 3), &NEW_ROOT).expect("the next try goes well");
        assert_eq!(look(dir, &NEW_ROOT), Some(before), "operation {fails_at}");
        if result.is_ok() {
            assert!(new.is_some());
            break;
        }
        cut += 1;
    }
    assert!(cut > 4, "{cut} operations");
}

#[test]
fn a_destroyed_key_is_gone_for_good_and_no_other_with_it() {
    let scratch = tempfile::tempdir().expect("scratch");
    let (disk, dir) = (Disk::real(), scratch.path());
    let before = keys(&Ring::take(&place(&disk, dir, &OLD, 1), ["a", "b"]).expect("made"));
    assert!(Ring::destroy(&place(&disk, dir, &OLD, 2), "a").expect("destroyed"));
    assert!(!Ring::destroy(&place(&disk, dir, &OLD, 3), "a").expect("was so already"));
    let ring = Ring::look(&place(&disk, dir, &OLD, 4)).expect("opens").expect("is there");
    assert!(ring.is_destroyed("a") && ring.audience("a").is_none());
    assert_eq!(ring.audience("b"), Some(&before["tag/b"]));
    // The seed it was made from makes no other: the name is closed, also under another root.
    assert!(matches!(Ring::take(&place(&disk, dir, &OLD, 1), ["a"]), Err(StateError::Closed { .. })));
    Ring::rewrap(&place(&disk, dir, &OLD, 5), &NEW_ROOT).expect("put under the new root");
    assert!(matches!(Ring::take(&place(&disk, dir, &NEW_ROOT, 1), ["a"]), Err(StateError::Closed { .. })));
    assert!(Ring::take(&place(&disk, dir, &NEW_ROOT, 1), ["b"]).is_ok());
}

#[test]
fn an_altered_or_cut_ring_does_not_open_and_is_never_made_anew() {
    let scratch = tempfile::tempdir().expect("scratch");
    let (disk, dir) = (Disk::real(), scratch.path());
    Ring::take(&place(&disk, dir, &OLD, 1), ["a"]).expect("made");
    let file = dir.join(RING);
    let sound = std::fs::read(&file).expect("was written");
    for at in 0..sound.len() {
        let mut altered = sound.clone();
        altered[at] ^= 1 << (at % 8);
        std::fs::write(&file, &altered).expect("ours");
        assert!(Ring::take(&place(&disk, dir, &OLD, 2), ["a"]).is_err(), "byte {at}");
        std::fs::write(&file, &sound[..at]).expect("ours");
        assert!(Ring::take(&place(&disk, dir, &OLD, 2), ["a"]).is_err(), "cut at {at}");
    }
    // Lost while there is a state: keys of the state are lost with it, and new ones would open nothing.
    std::fs::remove_file(&file).expect("ours");
    std::fs::write(dir.join("head"), b"sealed").expect("ours");
    assert!(matches!(Ring::take(&place(&disk, dir, &OLD, 2), ["a"]), Err(StateError::RingMissing { .. })));
}

#[test]
fn two_runs_cannot_change_a_ring_at_once() {
    let scratch = tempfile::tempdir().expect("scratch");
    let (disk, dir) = (Disk::real(), scratch.path());
    Ring::take(&place(&disk, dir, &OLD, 1), ["a"]).expect("made");
    let _lock = take_lock(&disk, dir).expect("free");
    assert!(matches!(Ring::take(&place(&disk, dir, &OLD, 2), ["b"]), Err(StateError::Output(_))));
    assert!(matches!(Ring::destroy(&place(&disk, dir, &OLD, 2), "a"), Err(StateError::Output(_))));
    assert!(Ring::rewrap(&place(&disk, dir, &OLD, 2), &NEW_ROOT).is_err());
    assert!(look(dir, &OLD).is_some(), "looking takes no lock");
}
