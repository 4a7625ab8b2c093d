//! Who goes up: the unique rows of an audience on a platform, in the order of their bytes.
//! It knows digests only.

mod member;

pub use member::{MEMBER_BUCKETS, MemberKey, PackedKeys, RowLike, each_sorted, member_bucket};
