//! The short way for common shapes of numbers whose whole range is in use. It promises the library's
//! answer or none at all; tests compare the two, and one can compare every number.

use super::country::Region;
use super::phone::Phone;
use super::reject::Reject;

/// Reads a cell, or leaves it to the slow parser.
pub(in crate::identifiers) fn read(_cell: &[u8], _region: Option<Region>) -> Option<Result<Phone, Reject>> {
    None
}
