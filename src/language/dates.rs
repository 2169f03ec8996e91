//! Days, times and numbers as a language writes them (Unicode CLDR, by ICU4X).

use super::Language;
use crate::clock::Timestamp;
use fluent_bundle::FluentValue;
use fluent_bundle::memoizer::MemoizerKind;
use icu_calendar::Gregorian;
use icu_datetime::fieldsets::{YMD, YMDT};
use icu_datetime::input::{Date, DateTime, Time};
use icu_datetime::{FixedCalendarDateTimeFormatter, fieldsets};
use icu_decimal::DecimalFormatter;
use icu_locale_core::Locale;
use intl_memoizer::Memoizable;
use unic_langid::LanguageIdentifier;

/// How one language writes days and times.
pub(super) struct Dates {
    date: Option<FixedCalendarDateTimeFormatter<Gregorian, YMD>>,
    moment: Option<FixedCalendarDateTimeFormatter<Gregorian, YMDT>>,
}

/// The digits are the same in every language, as in the addresses and codes beside them.
fn locale(tag: &str) -> Locale {
    format!("{tag}-u-nu-latn").parse().unwrap_or(Locale::UNKNOWN)
}

impl Dates {
    pub(super) fn of(language: Language) -> Self {
        let locale = locale(language.tag());
        Self {
            date: FixedCalendarDateTimeFormatter::try_new((&locale).into(), fieldsets::YMD::long()).ok(),
            moment: FixedCalendarDateTimeFormatter::try_new((&locale).into(), fieldsets::YMD::long().with_time_hm()).ok(),
        }
    }

    pub(super) fn date(&self, at: Timestamp) -> String {
        let utc = at.to_utc();
        match (&self.date, day_of(utc)) {
            (Some(formatter), Some(day)) => on_one_line(formatter.format(&day)),
            _ => utc.date().to_string(),
        }
    }

    pub(super) fn moment(&self, at: Timestamp) -> String {
        let utc = at.to_utc();
        let time = Time::try_new(utc.hour(), utc.minute(), 0, 0).ok();
        match (&self.moment, day_of(utc).zip(time)) {
            (Some(formatter), Some((date, time))) => format!("{} UTC", on_one_line(formatter.format(&DateTime { date, time }))),
            _ => utc.to_string(),
        }
    }
}

/// Day and month stay together where a line breaks.
fn on_one_line(written: impl std::fmt::Display) -> String {
    written.to_string().replacen(' ', "\u{a0}", 1)
}

fn day_of(utc: time::OffsetDateTime) -> Option<Date<Gregorian>> {
    Date::try_new_gregorian(utc.year(), u8::from(utc.month()), utc.day()).ok()
}

struct Number(DecimalFormatter);

impl Memoizable for Number {
    type Args = ();
    type Error = ();

    fn construct(language: LanguageIdentifier, (): ()) -> Result<Self, ()> {
        DecimalFormatter::try_new((&locale(&language.to_string())).into(), icu_decimal::options::DecimalFormatterOptions::default())
            .map(Self)
            .map_err(|_| ())
    }
}

/// Writes a whole number with the language's separators; leaves everything else to Fluent.
pub(super) fn number<M: MemoizerKind>(value: &FluentValue, memoizer: &M) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let whole = number.value as i64;
    memoizer
        .with_try_get_threadsafe::<Number, _, _>((), |formatter| formatter.0.format(&icu_decimal::input::Decimal::from(whole)).to_string())
        .ok()
}
