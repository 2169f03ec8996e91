//! What time it is. Nothing else in the crate asks the operating system, so that a test can move time.

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use serde::{Deserialize, Serialize};

/// An instant: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted. A BIGINT column on both databases.
///
/// Arithmetic saturates: a lifetime that is too long never wraps into the past.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Of unix microseconds, as they are stored.
    pub const fn from_unix_microseconds(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// Of unix seconds, as JWT claims carry them (RFC 7519 §2, NumericDate).
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Unix microseconds, as they are stored.
    pub const fn unix_microseconds(self) -> i64 {
        self.0
    }

    /// Whole unix seconds, rounded down, as JWT claims carry them (RFC 7519 §2, NumericDate).
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// This instant in the calendar; the epoch when it lies outside the years that the calendar knows.
    pub fn to_utc(self) -> time::OffsetDateTime {
        time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000).unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
    }
}

/// Prints as RFC 3339.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_utc().format(&time::format_description::well_known::Rfc3339).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(microseconds(span)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(microseconds(span)))
    }
}

fn microseconds(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

impl<DB: Backend> ToSql<BigInt, DB> for Timestamp
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Timestamp
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<BigInt, DB>>::from_sql(bytes).map(Self)
    }
}

/// Where instants come from: the operating system, or a test's hand. Clones of a manual clock share its time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The operating system's clock.
    System,
    /// Stands still until it is moved; unix microseconds.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `start` until [`Clock::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.0)))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp(match SystemTime::now().duration_since(UNIX_EPOCH) {
                Ok(since) => microseconds(since),
                Err(before) => microseconds(before.duration()).saturating_neg(),
            }),
            Self::Manual(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock forward. The system's clock is nobody's to move: there it does nothing.
    pub fn advance(&self, span: Duration) {
        if let Self::Manual(at) = self {
            at.fetch_add(microseconds(span), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_hand_and_clones_share_it() {
        let clock = Clock::manual(Timestamp::from_unix_seconds(1_700_000_000));
        let other = clock.clone();
        other.advance(Duration::from_millis(1500));
        assert_eq!(clock.now().unix_microseconds(), 1_700_000_001_500_000);
        assert_eq!(clock.now().to_string(), "2023-11-14T22:13:21.5Z");
    }

    #[test]
    fn arithmetic_saturates_and_seconds_round_down() {
        let late = Timestamp::from_unix_microseconds(i64::MAX - 1);
        assert_eq!((late + Duration::MAX).unix_microseconds(), i64::MAX);
        assert_eq!(Timestamp::from_unix_microseconds(-1).unix_seconds(), -1);
        let noon = Timestamp::from_unix_seconds(12 * 3600);
        assert_eq!(noon.since(noon - Duration::from_secs(5)), Duration::from_secs(5));
        assert_eq!(noon.since(noon + Duration::from_secs(5)), Duration::ZERO);
    }
}
