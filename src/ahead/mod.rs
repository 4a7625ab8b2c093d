//! Asking for memory before it is needed: a table of megabytes is asked for a word at random places, and each
//! answer takes as long as hashing an address. What is asked for here changes nothing but when it is there. It
//! knows slices and places, and not what they hold.

use std::mem::MaybeUninit;

/// Bytes that a processor fetches at once.
const LINE: usize = 64;

/// Asks for an element, where there is one.
#[inline]
pub(crate) fn fetch<T>(of: &[T], place: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(element) = of.get(place) {
        safe_arch::prefetch_t0(element);
    }
    // Elsewhere nothing safe asks.
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (of, place);
}

/// Asks for the first bytes of a piece of memory.
#[inline]
pub(crate) fn fetch_front(of: &[u8], bytes: usize) {
    (0..bytes).step_by(LINE).for_each(|place| fetch(of, place));
}

/// Asks for room that is about to be written: so many bytes behind what a buffer holds.
#[inline]
pub(crate) fn fetch_room(of: &mut Vec<u8>, bytes: usize) {
    let room: &[MaybeUninit<u8>] = of.spare_capacity_mut();
    (0..bytes).step_by(LINE).for_each(|place| fetch(room, place));
}
