//! Roughly where an address is, by a database that the operator names (`places.database`, in MaxMind's format: GeoLite2, GeoIP2, DB-IP).
//!
//! Asked when a page or a mail shows the address: no place is stored, and nothing leaves the installation. The file is read again
//! when it has changed, since such databases are renewed every week.
//!
//! Specs: MaxMind DB File Format 2.0.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use maxminddb::{MaxMindDbError, Reader, geoip2};

use crate::language::{Language, Text, Texts};

/// The database, in memory; none where the operator named none.
#[derive(Default)]
pub struct Places(Option<File>);

struct File {
    path: PathBuf,
    read: RwLock<Arc<Read>>,
}

struct Read {
    reader: Reader<Vec<u8>>,
    changed_at: SystemTime,
}

/// Why a file is no such database.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    #[error("cannot read {path}: {source}")]
    Io { path: String, source: io::Error },
    #[error("{path} is no database of places in MaxMind's format: {source}")]
    Format { path: String, source: MaxMindDbError },
}

impl Places {
    /// Cost: reads the whole file into memory.
    pub fn open(path: Option<&Path>) -> Result<Self, PlacesError> {
        let file = path.map(|path| Ok(File { path: path.to_owned(), read: RwLock::new(Arc::new(Read::of(path)?)) }));
        file.transpose().map(Self)
    }

    /// Reads the file again when it is another one by now. What is in memory stays when that fails.
    pub fn read_again_if_changed(&self) -> Result<(), PlacesError> {
        let Some(file) = &self.0 else { return Ok(()) };
        let before = file.read().changed_at;
        if fs::metadata(&file.path).and_then(|metadata| metadata.modified()).is_ok_and(|now| now == before) {
            return Ok(());
        }
        let read = Arc::new(Read::of(&file.path)?);
        *file.read.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// As in `Berlin, Germany`; `None` where the database has nothing.
    pub fn name(&self, texts: &Texts, language: Language, address: &str) -> Option<String> {
        let address: IpAddr = address.parse().ok()?;
        let read = self.0.as_ref()?.read();
        // A record that cannot be read is worth no error on a page about something else.
        let found = read.reader.lookup(address.to_canonical()).ok()?.decode::<geoip2::City<'_>>().ok()??;
        let country = in_language(&found.country.names, language)?;
        Some(match in_language(&found.city.names, language) {
            Some(city) => texts.say(language, &Text::new("account-place").with("city", city).with("country", country)),
            None => country.to_owned(),
        })
    }
}

impl File {
    fn read(&self) -> Arc<Read> {
        self.read.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Read {
    fn of(path: &Path) -> Result<Self, PlacesError> {
        let io = |source| PlacesError::Io { path: path.display().to_string(), source };
        let changed_at = fs::metadata(path).and_then(|metadata| metadata.modified()).map_err(io)?;
        let bytes = fs::read(path).map_err(io)?;
        let reader = Reader::from_source(bytes).map_err(|source| PlacesError::Format { path: path.display().to_string(), source })?;
        Ok(Self { reader, changed_at })
    }
}

/// The format has no Arabic names.
fn in_language<'a>(names: &geoip2::Names<'a>, language: Language) -> Option<&'a str> {
    let own = match language {
        Language::German => names.german,
        Language::French => names.french,
        Language::Spanish => names.spanish,
        Language::Portuguese => names.brazilian_portuguese,
        Language::English | Language::Arabic => None,
    };
    own.or(names.english)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const FIRST: &[u8] = include_bytes!("../tests/it/support/places.mmdb");
    const LATER: &[u8] = include_bytes!("../tests/it/support/places-later.mmdb");

    #[test]
    fn a_file_that_has_changed_is_read_again_and_a_broken_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("places.mmdb");
        let texts = Texts::load(None).unwrap();
        let mut written_at = SystemTime::now();
        let mut write = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            written_at += Duration::from_secs(1);
            fs::File::open(&path).unwrap().set_modified(written_at).unwrap();
        };
        write(FIRST);
        let places = Places::open(Some(&path)).unwrap();
        let city = || places.name(&texts, Language::English, "::ffff:198.51.100.7").unwrap();
        assert_eq!(city(), "Cologne, Germany");
        places.read_again_if_changed().unwrap();
        write(LATER);
        assert_eq!(city(), "Cologne, Germany");
        places.read_again_if_changed().unwrap();
        assert_eq!(city(), "Bonn, Germany");
        write(b"half a download");
        assert!(places.read_again_if_changed().is_err());
        assert_eq!(city(), "Bonn, Germany");
    }

    #[test]
    fn what_is_no_address_is_nowhere() {
        let texts = Texts::load(None).unwrap();
        let places = Places(Some(File {
            path: PathBuf::new(),
            read: RwLock::new(Arc::new(Read { reader: Reader::from_source(FIRST.to_vec()).unwrap(), changed_at: SystemTime::UNIX_EPOCH })),
        }));
        for address in ["", "unknown", "192.0.2.1", "::1"] {
            assert_eq!(places.name(&texts, Language::German, address), None, "{address}");
        }
        assert_eq!(Places::default().name(&texts, Language::German, "198.51.100.7"), None);
    }
}
