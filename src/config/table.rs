//! The machine behind the key table: one declaration of a key makes its field, its parser, its environment variable and its line in
//! the reference page. The table itself is in `keys.rs`.

use super::fault::Fault;
use super::source::{Origin, Raw};
use super::value::Setting;

/// One key as the table declares it.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key in TOML, with dots.
    pub name: &'static str,
    /// What holds when nothing is written.
    pub preset: Preset,
    /// Smallest and largest value, as they are written.
    pub bounds: Option<(&'static str, &'static str)>,
    /// What is written: a unit or a kind of text.
    pub unit: &'static str,
    /// An array of it.
    pub is_list: bool,
    /// Whether the value must not be shown; such a key has a `…_file` variant.
    pub secret: bool,
    /// Whether the value is a list of tables (JSON in the environment).
    pub document: bool,
    /// What it does.
    pub meaning: &'static str,
}

/// What holds when a key is not written.
#[derive(Debug, Clone, Copy)]
pub enum Preset {
    /// Nothing: the field is an `Option` or a list.
    Nothing,
    /// This text.
    Text(&'static str),
    /// A value that follows from others, explained in words; `Raw::derive` supplies it.
    Derived(&'static str),
}

impl Key {
    /// The environment variable of the key.
    pub fn variable(&self) -> String {
        format!("OSTIARY_{}", self.name.to_ascii_uppercase().replace('.', "_"))
    }
}

/// Takes typed values out of the raw texts and collects every fault on the way.
pub(super) struct Reader {
    pub(super) raw: Raw,
    pub(super) faults: Vec<Fault>,
}

impl Reader {
    /// The value of a key; after a fault, which is noted, its default if it has one.
    pub(super) fn read<T: Setting>(&mut self, key: &Key) -> Option<T> {
        let given = self.raw.values.get(key.name);
        let (text, origin) = match (given, key.preset) {
            (Some(given), _) => (given.text.expose().as_str(), &given.origin),
            (None, Preset::Text(text)) => (text, &Origin::Default),
            (None, _) => return self.absent(key),
        };
        match T::parse(text).and_then(|value| within(value, key)) {
            Ok(value) => Some(value),
            Err(problem) => {
                let place = origin.place();
                self.faults.push(Fault::new(key.name, format!("{problem}{place}")));
                // The default stands in, so that what depends on other keys is checked too and all faults are listed at once.
                let default = match key.preset {
                    Preset::Text(default) => Some(default),
                    _ => self.raw.derived.get(key.name).map(String::as_str),
                };
                default.and_then(|default| T::parse(default).ok()).or_else(T::absent)
            }
        }
    }

    fn absent<T: Setting>(&mut self, key: &Key) -> Option<T> {
        let value = T::absent();
        // A derived value is supplied by `Raw::derive`.
        if value.is_none() && !matches!(key.preset, Preset::Derived(_)) {
            self.faults.push(Fault::new(key.name, "must be given"));
        }
        value
    }
}

fn within<T: Setting>(value: T, key: &Key) -> Result<T, String> {
    let (Some((least, most)), Some(size)) = (key.bounds, value.size()) else {
        return Ok(value);
    };
    let bound = |text| T::parse(text).ok().and_then(|bound| bound.size());
    let inside = bound(least).is_none_or(|least| size >= least) && bound(most).is_none_or(|most| size <= most);
    if inside { Ok(value) } else { Err(format!("must be from {least} to {most}")) }
}

/// Declares a group of keys: its struct, and beside it the table and the reader.
///
/// A line reads `/// meaning`, `field: Type = [default] from "least" to "most";`. The default is a text, `none`, or `derived "words"`;
/// `as "name"` gives a key a name that differs from the field's.
macro_rules! settings {
    ($(#[$attribute:meta])* $name:ident in $prefix:literal {
        $( $(#[doc = $doc:literal])+ $field:ident $(as $key:literal)? : $type:ty = [$($preset:tt)+] $(from $least:literal to $most:literal)? ; )*
        $(groups { $( $(#[doc = $group_doc:literal])+ $group:ident : $group_type:ident; )* })?
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $( $(#[doc = $doc])+ pub $field: $type, )*
            $($( $(#[doc = $group_doc])+ pub $group: $group_type, )*)?
        }

        impl $name {
            /// Every key of this group and of those in it, in the order of the reference page.
            pub(super) fn keys() -> Vec<Key> {
                #[allow(unused_mut)]
                let mut keys = vec![ $( settings!(@key $prefix, $field, $type, [$($preset)+], [$($key)?], [$($least, $most)?], [$($doc),+]) ),* ];
                $($( keys.extend($group_type::keys()); )*)?
                keys
            }

            /// Reads the whole group, so that every fault is found, not only the first.
            pub(super) fn read(reader: &mut Reader) -> Option<Self> {
                $( let $field = reader.read::<$type>(&settings!(@key $prefix, $field, $type, [$($preset)+], [$($key)?], [$($least, $most)?], [$($doc),+])); )*
                $($( let $group = $group_type::read(reader); )*)?
                Some(Self { $( $field: $field?, )* $($( $group: $group?, )*)? })
            }

            /// Each key with its value as TOML writes it; `None` when it is not set.
            pub(super) fn values(&self) -> Vec<(&'static str, Option<String>)> {
                #[allow(unused_mut)]
                let mut values = vec![ $( (settings!(@name $prefix, $field, [$($key)?]), self.$field.show()) ),* ];
                $($( values.extend(self.$group.values()); )*)?
                values
            }
        }
    };
    (@key $prefix:literal, $field:ident, $type:ty, $preset:tt, $key:tt, $bounds:tt, [$($doc:literal),+]) => {
        Key {
            name: settings!(@name $prefix, $field, $key),
            preset: settings!(@preset $preset),
            bounds: settings!(@bounds $bounds),
            unit: <$type as Setting>::UNIT,
            is_list: <$type as Setting>::IS_LIST,
            secret: <$type as Setting>::SECRET,
            document: <$type as Setting>::DOCUMENT,
            meaning: concat!($($doc),+),
        }
    };
    (@name $prefix:literal, $field:ident, []) => { concat!($prefix, stringify!($field)) };
    (@name $prefix:literal, $field:ident, [$key:literal]) => { $key };
    (@preset [none]) => { Preset::Nothing };
    (@preset [derived $words:literal]) => { Preset::Derived($words) };
    (@preset [$text:literal]) => { Preset::Text($text) };
    (@bounds []) => { None };
    (@bounds [$least:literal, $most:literal]) => { Some(($least, $most)) };
}
pub(super) use settings;
