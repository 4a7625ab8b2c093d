//! The kernel's tests.
