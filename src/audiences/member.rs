//! A member's row as a key: what it holds, packed so that comparing keys is comparing the rows'
//! text. Hex keeps the order of bytes, and what ends an empty cell is below every digit.

use crate::ahead;
use crate::identifiers::Digest;

/// Bytes ahead of a row at hand that are asked for: pages of memory end before a processor sees that they are
/// read one after another.
const AHEAD_BYTES: usize = 1024;
/// Rows ahead of the row at hand that are asked for where they lie in no order.
const AHEAD_ROWS: usize = 8;
/// Bytes of a digest.
const DIGEST_BYTES: usize = 32;
/// Bytes of a key of one column.
const LONE_KEY_BYTES: usize = 1 + DIGEST_BYTES;
/// Buckets of members, by the first byte of their first digest: those whose first column is empty, then
/// all others.
pub const MEMBER_BUCKETS: usize = 512;

/// The bucket of a row; reading buckets in order, and sorting within, sorts all rows.
///
/// Columns of a kind are filled from the left, so all rows of an upload whose first column is empty have
/// their first digest in the same column, where the other kind begins. A row without a digest has no bucket.
#[must_use]
#[inline]
pub fn member_bucket<'d>(row: impl IntoIterator<Item = Option<&'d [u8; DIGEST_BYTES]>>) -> Option<usize> {
    let mut base = 256;
    for cell in row {
        if let Some(digest) = cell {
            return Some(base + usize::from(digest[0]));
        }
        base = 0;
    }
    None
}

/// Packed rows: for each column a byte 0, or a byte 1 and the digest.
pub struct MemberKey;

impl MemberKey {
    /// Appends a row's key.
    #[inline]
    pub fn write<'d>(row: impl IntoIterator<Item = Option<&'d [u8; DIGEST_BYTES]>>, out: &mut Vec<u8>) {
        for cell in row {
            match cell {
                None => out.push(0),
                Some(digest) => {
                    out.push(1);
                    out.extend_from_slice(digest);
                }
            }
        }
    }

    /// Splits packed keys of `columns` columns each, handing over every key.
    pub fn split(keys: &[u8], columns: usize) -> impl Iterator<Item = &[u8]> {
        Self::split_with(keys, columns, 0).map(|(key, _)| key)
    }

    /// The same where each key is followed by `tail` bytes that belong to it.
    pub fn split_with(keys: &[u8], columns: usize, tail: usize) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = keys;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            ahead::fetch(rest, AHEAD_BYTES);
            let (key, after) = rest.split_at(Self::len_of_first(rest, columns));
            let (belongs, after) = after.split_at(tail);
            rest = after;
            Some((key, belongs))
        })
    }

    /// How many bytes the first of packed keys has.
    #[inline]
    fn len_of_first(keys: &[u8], columns: usize) -> usize {
        (0..columns).fold(0, |end, _| end + if keys[end] == 0 { 1 } else { 1 + DIGEST_BYTES })
    }

    /// How many of a key's columns hold a digest.
    #[must_use]
    pub const fn filled(key: &[u8], columns: usize) -> usize {
        (key.len() - columns) / 32
    }

    /// The first two bytes of a key's first digest, big-endian.
    ///
    /// # Panics
    /// When it has none: the caller's mistake.
    #[must_use]
    pub fn prefix(key: &[u8]) -> u16 {
        let at = key.iter().position(|byte| *byte == 1).expect("a member has an identifier");
        u16::from_be_bytes([key[at + 1], key[at + 2]])
    }

    /// The row a key was made of.
    pub fn read(key: &[u8], row: &mut Vec<Option<Digest>>) {
        row.clear();
        let mut at = 0;
        while at < key.len() {
            if key[at] == 0 {
                row.push(None);
                at += 1;
            } else {
                let bytes = key[at + 1..at + 33].try_into().expect("a digest has 32 bytes");
                row.push(Some(Digest::from_bytes(bytes)));
                at += 33;
            }
        }
    }
}

/// Rows that hold digests in the same columns: their keys differ in these alone. `T` says which digest is meant.
pub struct RowLike<T> {
    /// A key of zeros, and what follows it.
    key: Vec<u8>,
    /// Which digests, and where in the key each stands.
    digests: Vec<(T, usize)>,
    /// What the first byte of the first digest is added to for the bucket.
    bucket: usize,
}

impl<T: Copy> RowLike<T> {
    /// Rows with digests in these columns; `None` where that is in none.
    #[must_use]
    pub fn of(row: &[Option<T>]) -> Option<Self> {
        let zeros = [0; DIGEST_BYTES];
        let cells = || row.iter().map(|cell| cell.map(|_| &zeros));
        let bucket = member_bucket(cells())?;
        let (mut key, mut digests) = (Vec::new(), Vec::new());
        for (cell, held) in row.iter().zip(cells()) {
            MemberKey::write([held], &mut key);
            digests.extend(cell.map(|which| (which, key.len() - DIGEST_BYTES)));
        }
        Some(Self { key, digests, bucket })
    }

    /// The same, each followed by these bytes.
    #[must_use]
    pub fn followed_by(mut self, tail: &[u8]) -> Self {
        self.key.extend_from_slice(tail);
        self
    }

    /// The bucket of one of them.
    #[inline]
    pub fn bucket<'d>(&self, digest: impl Fn(T) -> &'d [u8; DIGEST_BYTES]) -> usize {
        self.bucket + usize::from(digest(self.digests[0].0)[0])
    }

    /// Appends the key of one of them and what follows it.
    #[inline]
    pub fn write<'d>(&self, digest: impl Fn(T) -> &'d [u8; DIGEST_BYTES], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.key);
        for (which, at) in &self.digests {
            out[start + at..][..DIGEST_BYTES].copy_from_slice(digest(*which));
        }
    }
}

/// Keys of rows one after another, in order and each once.
#[derive(Default)]
pub struct PackedKeys {
    bytes: Vec<u8>,
    rows: usize,
    /// Where the last begins.
    last: usize,
}

impl PackedKeys {
    /// Takes in all packed rows of `columns` columns each.
    pub fn sort_in(&mut self, stretches: &[&[u8]], columns: usize) {
        if columns > 1 || self.merge_in(stretches).is_none() {
            self.sort_in_with(stretches, columns, 0, |_, _| ());
        }
    }

    /// Takes in rows of one column, where nearly all are in order already, stretch behind stretch; `None`, and
    /// nothing is taken in, where they are not.
    fn merge_in(&mut self, stretches: &[&[u8]]) -> Option<()> {
        let mut stretches: Vec<_> =
            stretches.iter().map(|stretch| stretch.as_chunks::<LONE_KEY_BYTES>().0).collect();
        stretches.retain(|stretch| !stretch.is_empty());
        stretches.sort_unstable_by_key(|stretch| stretch[0]);
        let rows: usize = stretches.iter().map(|stretch| stretch.len()).sum();
        let (mut run, mut others): (Vec<&[_]>, Vec<[u8; LONE_KEY_BYTES]>) = (Vec::new(), Vec::new());
        for stretch in stretches {
            let is_behind =
                run.last().and_then(|before| before.last()).is_none_or(|last| *last <= stretch[0]);
            if is_behind && stretch.is_sorted_by(|one, next| !is_below(next, one)) {
                run.push(stretch);
            } else {
                others.extend(stretch);
                if others.len() > rows / 4 {
                    return None;
                }
            }
        }
        others.sort_unstable();
        self.bytes.reserve(rows * LONE_KEY_BYTES);
        let mut others = others.into_iter().peekable();
        for mut keys in run {
            // From one to the next: few lie between, and near ones at that.
            while let Some(other) =
                others.next_if(|other| keys.last().is_some_and(|last| is_below(other, last)))
            {
                let (before, after) =
                    keys.split_at(keys.iter().take_while(|key| is_below(key, &other)).count());
                self.take_over(before);
                self.push(&other);
                keys = after;
            }
            self.take_over(keys);
        }
        others.for_each(|other| self.push(&other));
        Some(())
    }

    /// Takes in keys of one column that are in order, each once.
    fn take_over(&mut self, keys: &[[u8; LONE_KEY_BYTES]]) {
        // Nearly always one.
        for mut keys in keys.chunk_by(|one, next| head(one) != head(next) || one != next) {
            // Where there are several, each begins with the key that the one before ends with.
            if self.last() == keys[0] {
                keys = &keys[1..];
            }
            let Some(last) = keys.len().checked_sub(1) else { continue };
            self.last = self.bytes.len() + last * LONE_KEY_BYTES;
            self.bytes.extend_from_slice(keys.as_flattened());
            self.rows += keys.len();
        }
    }

    /// The same of rows that are each followed by `tail` bytes; every row, those that are alike too, and what
    /// follows it is shown to `see` in order.
    pub fn sort_in_with(
        &mut self,
        stretches: &[&[u8]],
        columns: usize,
        tail: usize,
        mut see: impl FnMut(&[u8], &[u8]),
    ) {
        self.bytes.reserve(stretches.iter().map(|stretch| stretch.len()).sum());
        each_sorted(stretches, columns, tail, |key, belongs, is_alike| {
            see(key, belongs);
            if !is_alike || self.last() != key {
                self.add(key);
            }
        });
    }

    /// Takes a key in that is not below those before.
    pub fn push(&mut self, key: &[u8]) {
        if self.last() != key {
            self.add(key);
        }
    }

    #[inline]
    fn add(&mut self, key: &[u8]) {
        self.last = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.rows += 1;
    }

    /// Lets go of all, but not of their room.
    pub fn clear(&mut self) {
        (self.rows, self.last) = (0, 0);
        self.bytes.clear();
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// All of them, of `columns` columns each.
    pub fn keys(&self, columns: usize) -> impl Iterator<Item = &[u8]> {
        MemberKey::split(&self.bytes, columns)
    }

    /// The last; empty where there is none.
    fn last(&self) -> &[u8] {
        &self.bytes[self.last..]
    }

    /// The prefixes of the first and of the last.
    #[must_use]
    pub fn prefixes(&self) -> Option<[u16; 2]> {
        (!self.is_empty()).then(|| [&self.bytes, self.last()].map(MemberKey::prefix))
    }
}

/// Whether a key of one column is below another: nearly always told by two numbers.
#[inline]
fn is_below(one: &[u8; LONE_KEY_BYTES], other: &[u8; LONE_KEY_BYTES]) -> bool {
    let (heads, others) = (head(one), head(other));
    heads < others || heads == others && one < other
}

/// How many packed rows there are at most: each has a digest.
fn most_rows(stretches: &[&[u8]], columns: usize, tail: usize) -> usize {
    let bytes: usize = stretches.iter().map(|stretch| stretch.len()).sum();
    bytes / (columns + DIGEST_BYTES + tail)
}

/// Where a packed row lies.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    /// The place of its first byte in its stretch.
    at: u32,
    /// The place of its stretch.
    stretch: u16,
    /// Bytes of its key.
    bytes: u16,
}

impl Spot {
    /// Its key and what follows it.
    #[inline]
    fn row<'k>(self, stretches: &[&'k [u8]], tail: usize) -> (&'k [u8], &'k [u8]) {
        stretches[usize::from(self.stretch)][self.at as usize..][..usize::from(self.bytes) + tail]
            .split_at(usize::from(self.bytes))
    }
}

/// Hands over the packed rows of all stretches, each followed by `tail` bytes, in the order of their keys;
/// equal keys in the order of what follows them. With each goes whether its key may be that of the row before,
/// so that nobody has to look at two keys which lie far apart to learn that they differ.
///
/// Sorted are small entries, a number made of a key's first bytes and where the row begins: digests are
/// random, so that the number nearly always tells, and keys themselves are looked at where it does not.
///
/// # Panics
/// At a stretch of four thousand million bytes, or at sixty-five thousand stretches.
pub fn each_sorted<'k>(
    stretches: &[&'k [u8]],
    columns: usize,
    tail: usize,
    mut each: impl FnMut(&'k [u8], &'k [u8], bool),
) {
    let mut entries = Vec::with_capacity(most_rows(stretches, columns, tail));
    for (place, stretch) in stretches.iter().enumerate() {
        let stretch_place = u16::try_from(place).expect("fewer stretches than that");
        assert!(u32::try_from(stretch.len()).is_ok(), "a stretch of fewer than 4 GiB");
        let mut at = 0;
        for (key, belongs) in MemberKey::split_with(stretch, columns, tail) {
            entries.push((head(key), Spot { at, stretch: stretch_place, bytes: key.len() as u16 }));
            at += (key.len() + belongs.len()) as u32;
        }
    }
    let mut entries = sorted_by_head(entries);
    for alike in entries.chunk_by_mut(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        alike.sort_unstable_by_key(|(_, spot)| spot.row(stretches, tail));
    }
    let mut before = None;
    for (place, (head, spot)) in entries.iter().enumerate() {
        if let Some((_, later)) = entries.get(place + AHEAD_ROWS) {
            let (key, _) = later.row(stretches, tail);
            ahead::fetch_front(key, key.len());
        }
        let (key, belongs) = spot.row(stretches, tail);
        each(key, belongs, before == Some(*head));
        before = Some(*head);
    }
}

/// Entries in the order of their heads.
///
/// Those of a bucket differ from their second byte on, and are spread evenly over the bits that follow: each is
/// put where these say, and few are left to be sorted among one another.
fn sorted_by_head(mut entries: Vec<(u64, Spot)>) -> Vec<(u64, Spot)> {
    const BITS: u32 = 12;
    const PLACES: usize = 1 << BITS;
    // Where all first bytes are alike, which is nearly always, these bits are in the order of the whole.
    let first = entries.first().map_or(0, |(head, _)| head >> 56);
    let is_bucket = entries.len() > PLACES / 8 && entries.iter().all(|(head, _)| head >> 56 == first);
    if !is_bucket {
        entries.sort_unstable_by_key(|(head, _)| *head);
        return entries;
    }
    let place = |head: u64| (head >> (56 - BITS)) as usize % PLACES;
    let mut ends = vec![0_usize; PLACES + 1];
    entries.iter().for_each(|(head, _)| ends[place(*head) + 1] += 1);
    for at in 1..=PLACES {
        ends[at] += ends[at - 1];
    }
    let mut sorted = vec![(0, Spot::default()); entries.len()];
    for entry in entries {
        let end = &mut ends[place(entry.0)];
        sorted[*end] = entry;
        *end += 1;
    }
    for alike in sorted.chunk_by_mut(|a, b| place(a.0) == place(b.0)) {
        alike.sort_unstable_by_key(|(head, _)| *head);
    }
    sorted
}

/// The eight bytes after the first, or what there is of them, big-endian: within a bucket the first is
/// the same everywhere, since it says whether the first column is empty.
fn head(key: &[u8]) -> u64 {
    let from = &key[1..];
    if let Some(head) = from.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    let mut head = [0; 8];
    let len = from.len();
    head[..len].copy_from_slice(&from[..len]);
    u64::from_be_bytes(head)
}

#[cfg(test)]
mod tests {
    use super::{MemberKey, PackedKeys, RowLike, Spot, each_sorted, member_bucket};
    use crate::identifiers::Digest;

    /// The digests of a row, as they are handed over.
    fn cells(row: &[Option<Digest>]) -> impl Iterator<Item = Option<&[u8; 32]>> {
        row.iter().map(|cell| cell.as_ref().map(Digest::as_bytes))
    }

    fn row(cells: &[Option<u8>]) -> Vec<Option<Digest>> {
        cells.iter().map(|cell| cell.map(|byte| Digest::from_bytes([byte; 32]))).collect()
    }

    /// Keys of one column in order, stretch behind stretch, with a few others in no order, and repeats wherever
    /// there can be some.
    #[test]
    fn rows_in_order_are_merged() {
        let key = |number: u32| {
            let mut key = [0; 33];
            (key[0], key[1]) = (1, 7);
            key[5..9].copy_from_slice(&(number / 4).to_be_bytes());
            // What heads do not tell.
            key[32] = (number % 4) as u8;
            key
        };
        let keys = |numbers: &[u32]| numbers.iter().map(|number| key(*number)).collect::<Vec<_>>().concat();
        let run: Vec<u32> = (0..900).map(|at| at / 3 * 2).collect();
        for others in
            [vec![], vec![0], vec![700, 3, 3, 4, 0, 599, 598, 1], vec![5, 4], vec![9, 8, 7, 900, 901]]
        {
            for cuts in [vec![], vec![450], vec![1, 2, 3, 400, 401, 899]] {
                let mut stretches = vec![keys(&others)];
                let mut from = 0;
                for to in cuts.iter().copied().chain([run.len()]) {
                    stretches.push(keys(&run[from..to]));
                    from = to;
                }
                // However they come.
                for _ in 0..stretches.len() {
                    stretches.rotate_left(1);
                    let stretches: Vec<&[u8]> = stretches.iter().map(Vec::as_slice).collect();
                    let mut packed = PackedKeys::default();
                    assert!(packed.merge_in(&stretches).is_some());
                    let mut sorted = PackedKeys::default();
                    sorted.sort_in_with(&stretches, 1, 0, |_, _| ());
                    assert!(packed.bytes == sorted.bytes && packed.len() == sorted.len());
                    assert!(packed.last() == sorted.last() && packed.prefixes() == sorted.prefixes());
                }
            }
        }
        let mut packed = PackedKeys::default();
        let (up, down) = (keys(&run), keys(&run.iter().rev().copied().collect::<Vec<_>>()));
        assert!(packed.merge_in(&[&up, &down]).is_none() && packed.is_empty());
        assert!(packed.merge_in(&[]).is_some() && packed.is_empty());
    }

    /// What follows a key stays with it, and orders equal keys.
    #[test]
    fn what_belongs_to_a_key_goes_with_it() {
        let firsts = [Some(3), None, Some(200), Some(3), Some(200), Some(3)];
        let mut packed = Vec::new();
        for (place, first) in firsts.into_iter().enumerate() {
            MemberKey::write(cells(&row(&[first, Some(7)])), &mut packed);
            packed.extend([9 - place as u8, 1]);
        }
        let mut sorted = Vec::new();
        each_sorted(&[&packed], 2, 2, |key, belongs, _| sorted.push((key[1], belongs.to_vec())));
        let expected = [(1, 8), (3, 4), (3, 6), (3, 9), (200, 5), (200, 7)];
        assert_eq!(sorted, expected.map(|(first, place)| (first, vec![place, 1])));
    }

    /// Packed rows in two stretches.
    fn halves(packed: &[u8], columns: usize) -> [&[u8]; 2] {
        let rows = MemberKey::split(packed, columns).count();
        let half = MemberKey::split(packed, columns).take(rows / 2).map(<[u8]>::len).sum();
        let (one, other) = packed.split_at(half);
        [one, other]
    }

    fn text(row: &[Option<Digest>]) -> String {
        row.iter().map(|cell| cell.map(|d| d.to_hex()).unwrap_or_default()).collect::<Vec<_>>().join(",")
    }

    /// However heads are spread, and however many there are.
    #[test]
    fn heads_are_sorted() {
        let mut seed = 5_u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed ^ seed >> 29
        };
        for len in [0, 1, 2, 100, 5_000, 50_000] {
            for (alike, bits) in [(0, 64), (0, 56), (7 << 56, 56), (7 << 56, 44), (7 << 56, 3), (7 << 56, 50)]
            {
                let head = |random: u64| if bits == 64 { random } else { alike | random & ((1 << bits) - 1) };
                let spot = |number| Spot { at: number, stretch: number as u16 % 7, bytes: 1 };
                let entries: Vec<(u64, Spot)> = (0..len).map(|number| (head(next()), spot(number))).collect();
                let (mut expected, mut sorted) = (entries.clone(), super::sorted_by_head(entries.clone()));
                assert!(sorted.is_sorted_by_key(|(head, _)| *head), "{len} entries of {bits} bits");
                expected.sort_unstable();
                sorted.sort_unstable();
                assert!(sorted == expected, "{len} entries of {bits} bits");
            }
        }
    }

    #[test]
    fn keys_sort_as_rows_read_and_split_back() {
        let bytes = [None, Some(0), Some(9), Some(10), Some(255)];
        let mut rows = Vec::new();
        for a in bytes {
            for b in bytes {
                for c in bytes {
                    // Two columns of one kind, filled from the left, and one of the other.
                    if a.is_some() || b.is_none() && c.is_some() {
                        rows.push(row(&[a, b, c]));
                    }
                }
            }
        }
        let key = |row: &[Option<Digest>]| {
            let mut key = Vec::new();
            MemberKey::write(cells(row), &mut key);
            key
        };
        let bucket = |row: &[Option<Digest>]| member_bucket(cells(row)).expect("a row with a digest");
        for row in &rows {
            let columns: Vec<Option<usize>> =
                row.iter().enumerate().map(|(column, cell)| cell.map(|_| column)).collect();
            let like = RowLike::of(&columns).expect("a row with a digest");
            let digest = |column: usize| row[column].as_ref().expect("there is one").as_bytes();
            let mut written = b"before".to_vec();
            like.write(digest, &mut written);
            assert_eq!((&written[6..], like.bucket(digest)), (&*key(row), bucket(row)));
        }
        assert!(RowLike::<u8>::of(&[None, None]).is_none());
        assert_eq!(member_bucket([None; 3]), None);
        let mut by_text = rows.clone();
        by_text.sort_by_key(|row| text(row));
        rows.sort_by_key(|row| (bucket(row), key(row)));
        assert!(rows == by_text);
        let packed: Vec<u8> = rows.iter().flat_map(|row| key(row)).collect();
        let mut back = Vec::new();
        for (packed, row) in MemberKey::split(&packed, 3).zip(&rows) {
            MemberKey::read(packed, &mut back);
            assert!(back == *row);
        }
        assert_eq!(MemberKey::split(&packed, 3).count(), rows.len());
        // The first columns alone are rows of uploads with fewer columns.
        for (columns, times) in [(1, 1), (2, 3), (3, 2)] {
            let filled: Vec<_> = rows.iter().filter(|row| columns == 3 || row[0].is_some()).collect();
            let mut buckets = vec![Vec::new(); super::MEMBER_BUCKETS];
            for row in filled.iter().rev().chain(&filled).cycle().take(filled.len() * times) {
                let row = &row[..columns];
                MemberKey::write(cells(row), &mut buckets[bucket(row)]);
            }
            let mut all = Vec::new();
            let mut packed = PackedKeys::default();
            for bucket in &buckets {
                packed.clear();
                packed.sort_in(&halves(bucket, columns), columns);
                let from = all.len();
                all.extend(packed.keys(columns).map(<[u8]>::to_vec));
                assert_eq!(packed.len(), all.len() - from);
                let ends = all[from..].first().zip(all.last());
                let prefixes = ends.map(|(first, last)| [first, last].map(|key| MemberKey::prefix(key)));
                assert_eq!(packed.prefixes(), prefixes);
            }
            let mut expected: Vec<Vec<u8>> = buckets
                .iter()
                .flat_map(|bucket| MemberKey::split(bucket, columns).map(<[u8]>::to_vec))
                .collect();
            expected.sort();
            expected.dedup();
            assert_eq!(all, expected, "{columns} columns");
        }
    }
}
