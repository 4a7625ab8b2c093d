//! Who they are: the words for a person's capacity, and what one row of a source says of a person.
//! Nothing here reads a file, and nothing here can be printed with a value in it.

pub mod cell;
pub mod customer;
pub mod customer_id;
pub mod person_key;
mod terms;

pub use person_key::{PersonKey, PersonKeys};
pub use terms::{Context, Party, Use};
