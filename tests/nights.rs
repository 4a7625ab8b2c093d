//! Night after night: a base that changes, objections that come and go, a register that fails, uploads
//! that are skipped or refused, a state that is lost and put back. What each release's files do is held
//! against sets computed here from the files alone, and against platforms that match a person by any
//! identifier. And a night is broken off at every operation on the disk.

mod crashes;
mod endings;
mod guards;
mod ledger;
mod moved;
mod thirty;
mod world;
