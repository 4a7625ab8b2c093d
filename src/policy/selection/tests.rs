//! Tests of the `where`.
