//! The master key: 32 random bytes under which signing keys, secrets and tickets are sealed.
//!
//! It is given in the configuration, or (for a server on this machine only) kept in a file of the data folder that the first start makes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::{Zeroize as _, Zeroizing};

use super::Config;
use crate::secret::Secret;

/// Name of the key's file in the data folder.
pub const FILE_NAME: &str = "master.key";

/// 32 bytes; prints nothing, wiped when dropped.
#[derive(Clone, Debug)]
pub struct MasterKey(Secret<[u8; 32]>);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The data folder or the file cannot be read or made.
    #[error("{path}: {source}")]
    Io {
        /// What was touched.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Others on this machine can read the key.
    #[error(
        "{0} can be read or written by other users of this machine: run chmod 600 on it, and rotate the key if somebody had the chance to read it"
    )]
    Exposed(PathBuf),
    /// The file does not hold a key.
    #[error("{0} does not hold a master key: {1}")]
    Invalid(PathBuf, String),
    /// There is no file, where something was sealed with it.
    #[error(
        "{0} is missing, but this database was made with one: restore it from your backup, or give the key as master_key; no new one was made"
    )]
    Missing(PathBuf),
    /// The system has no random numbers.
    #[error("no random numbers from the system: {0}")]
    Random(getrandom::Error),
}

impl MasterKey {
    /// A key from its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`MasterKeyError::Random`].
    pub fn generate() -> Result<Self, MasterKeyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(MasterKeyError::Random)?;
        let key = Self::from_bytes(bytes);
        bytes.zeroize();
        Ok(key)
    }

    /// Reads base64 or base64url, padded or not, of 32 bytes.
    ///
    /// # Errors
    /// What is wrong, without the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('=');
        let decoded = URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
        let bytes = Zeroizing::new(decoded.map_err(|_| "must be base64 of 32 bytes (openssl rand -base64 32)".to_owned())?);
        let array: [u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| format!("must be base64 of 32 bytes, not of {} (openssl rand -base64 32)", bytes.len()))?;
        if array.iter().all(|byte| Some(byte) == array.first()) {
            return Err("is one byte repeated, not a random key (openssl rand -base64 32)".to_owned());
        }
        Ok(Self::from_bytes(array))
    }

    /// The bytes, for key derivation.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The key as base64url, for the file and for `keys rotate-master`.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.as_bytes()))
    }

    /// The key that the configuration gives, else the one in the data folder. It is made when missing, unless something has been
    /// `sealed` with a key before: that one cannot be made again, and a new one beside the database would hide that it is lost.
    ///
    /// # Errors
    /// [`MasterKeyError`]; a file that is damaged or readable by others is never replaced.
    pub fn load(config: &Config, sealed: bool) -> Result<Self, MasterKeyError> {
        let path = config.data_dir.join(FILE_NAME);
        match &config.master_key {
            Some(key) => Ok(key.clone()),
            None if sealed && !path.exists() => Err(MasterKeyError::Missing(path)),
            None => Self::load_or_create(&config.data_dir),
        }
    }

    /// Reads the key's file in `data_dir`, which is made when missing. Of several processes that start at once all get the same key:
    /// the file appears whole or not at all, by a hard link that fails when the name is taken.
    ///
    /// # Errors
    /// See [`MasterKey::load`].
    pub fn load_or_create(data_dir: &Path) -> Result<Self, MasterKeyError> {
        let path = data_dir.join(FILE_NAME);
        if !path.exists() {
            Self::create(data_dir, &path)?;
        }
        let at = |source| MasterKeyError::Io { path: path.clone(), source };
        let mode = fs::metadata(&path).map_err(at)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(MasterKeyError::Exposed(path));
        }
        let text = Zeroizing::new(fs::read_to_string(&path).map_err(at)?);
        Self::parse(&text).map_err(|problem| MasterKeyError::Invalid(path, problem))
    }

    fn create(data_dir: &Path, path: &Path) -> Result<(), MasterKeyError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| MasterKeyError::Io { path, source }
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(at(data_dir))?;
        let key = Self::generate()?;
        let draft = data_dir.join(format!("{FILE_NAME}.{}", uuid::Uuid::now_v7()));
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).and_then(|mut file| {
            file.write_all(key.to_text().as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        });
        let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        });
        // The draft holds a key that may not be the one in use: it must not stay, whatever happened above.
        let removed = fs::remove_file(&draft);
        linked.map_err(at(path))?;
        removed.map_err(at(&draft))?;
        File::open(data_dir).and_then(|folder| folder.sync_all()).map_err(at(data_dir))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO_TO_31: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn keys_are_read_in_both_alphabets() {
        let expected: Vec<u8> = (0..32).collect();
        for text in [ZERO_TO_31, ZERO_TO_31.trim_end_matches('='), &format!(" {ZERO_TO_31}\n")] {
            assert_eq!(MasterKey::parse(text).unwrap().as_bytes().as_slice(), expected);
        }
        let slashes = STANDARD_NO_PAD.encode([&[0xff; 31][..], &[0xfe]].concat());
        assert!(slashes.contains('/'));
        let dashes = slashes.replace('/', "_").replace('+', "-");
        assert_eq!(MasterKey::parse(&slashes).unwrap().as_bytes(), MasterKey::parse(&dashes).unwrap().as_bytes());
    }

    #[test]
    fn what_is_no_key_is_refused_without_repeating_it() {
        for text in ["", "hunter2", "AAAA", &STANDARD_NO_PAD.encode([7; 32]), &STANDARD_NO_PAD.encode([1; 33])] {
            let problem = MasterKey::parse(text).unwrap_err();
            assert!(text.is_empty() || !problem.contains(text), "{problem}");
        }
    }

    #[test]
    fn the_file_is_made_once_private_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("a/b");
        let first = MasterKey::load_or_create(&data_dir).unwrap();
        let again = MasterKey::load_or_create(&data_dir).unwrap();
        assert_eq!(first.as_bytes(), again.as_bytes());
        let mode = fs::metadata(data_dir.join(FILE_NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&data_dir).unwrap().count(), 1, "the draft must not stay");
    }

    #[test]
    fn starts_at_once_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..16).map(|_| scope.spawn(|| *MasterKey::load_or_create(folder.path()).unwrap().as_bytes())).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| key == &keys[0]));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        MasterKey::load_or_create(folder.path()).unwrap();
        let path = folder.path().join(FILE_NAME);
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(MasterKey::load_or_create(folder.path()), Err(MasterKeyError::Exposed(_))), "{mode:o}");
        }
    }

    #[test]
    fn a_damaged_file_is_refused_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, "garbage").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(MasterKey::load_or_create(folder.path()), Err(MasterKeyError::Invalid(..))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "garbage");
    }
}
