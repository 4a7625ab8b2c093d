//! Proof that nothing of a customer's row leaves: a base in which every cell is unmistakable, every
//! command run over it in good days and bad, and every byte that comes out searched for every cell in
//! every spelling a leak could take, and for the hashes of those who may not go up.
//!
//! A search that finds nothing proves nothing by itself, so `leaky` builds copies of the program that
//! leak on purpose, and each must be found.

mod alphabet;
mod calls;
mod interference;
mod leaky;
mod needles;
mod people;
mod sweep;
mod watch;
