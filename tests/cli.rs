//! The program as its users meet it: the built binary, its exit codes, and what it says on standard
//! output and standard error.

mod base;
mod by_hand;
mod contracts;
mod diff;
mod encryption;
mod ends;
mod explain;
mod faults;
mod feeds;
mod hostile;
mod hygiene;
mod init;
mod invocations;
mod leaks;
mod life;
mod odd_names;
mod ring;
mod runs;
mod strace;
mod subjects;
mod wrong_inputs;
mod wrong_words;
