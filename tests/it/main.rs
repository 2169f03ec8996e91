//! The integration tests, one binary since linking is slow. One file a capability; a test's name is the rule, its comment the section.
//! Run by `tests/run`. The actors are in `support`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
// Each actor can do more than today's tests ask of it.
#![allow(dead_code)]

mod support;

mod harness;
