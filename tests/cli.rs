//! The program as its users meet it: the built binary, its exit codes, and what it says on standard
//! output and standard error.

mod base;
mod canary;
mod contracts;
mod diff;
mod encryption;
mod explain;
mod hygiene;
mod invocations;
mod ring;
mod runs;
mod wrong_inputs;
