#![forbid(unsafe_code)]

pub mod clock;
pub mod random;
pub mod storage;
