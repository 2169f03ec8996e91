//! Where the database is: a file of SQLite, or a URL as libpq reads it, which may name several hosts, or none but a socket's folder.

use std::fmt;
use std::path::PathBuf;

use url::form_urlencoded;

use super::value::{Setting, quoted};
use crate::secret::{REDACTED, Secret};

/// Where the database is. `Debug` and `config show` leave the password out.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file, by `sqlite:PATH`.
    Sqlite(PathBuf),
    /// A server, by `postgres://…`; the whole URL.
    Postgres(Secret),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` or `postgres://…`. What follows that scheme is the database's to read: it is no URL as others know them
    /// (PostgreSQL documentation, §34.1.1.2).
    ///
    /// # Errors
    /// What it must be, without the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err("must name a file, as in sqlite:./data/ostiary.db".to_owned()),
                ":memory:" => Err("must name a file: a database in memory is lost at every stop".to_owned()),
                path => Ok(Self::Sqlite(PathBuf::from(path))),
            };
        }
        match text.starts_with("postgres://") || text.starts_with("postgresql://") {
            true => Ok(Self::Postgres(Secret::from(text))),
            false => Err("must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned()),
        }
    }

    /// The URL with its password, for the one who connects.
    pub fn expose(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => url.expose().clone(),
        }
    }

    /// The URL without its password, and of its parameters those of TLS alone, for people.
    pub fn redacted(&self) -> String {
        let Self::Postgres(url) = self else {
            return self.expose();
        };
        let Parts { scheme, before_host, rest, query } = Parts::of(url.expose());
        if query.contains('@') {
            // A `?` of a password may have been meant, which then stands on both sides of it.
            return REDACTED.to_owned();
        }
        let user = before_host.map(|text| match text.split_once(':') {
            Some((user, _)) => format!("{user}:{REDACTED}@"),
            None => format!("{text}@"),
        });
        let of_tls = |name: &str| name.starts_with("ssl") && !is_password(name);
        let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| of_tls(name));
        let kept = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        let mark = if kept.is_empty() { "" } else { "?" };
        format!("{scheme}://{}{rest}{mark}{kept}", user.unwrap_or_default())
    }

    /// Whether a password is in it: before the hosts, or among the parameters.
    pub fn has_password(&self) -> bool {
        let Self::Postgres(url) = self else { return false };
        let Parts { before_host, query, .. } = Parts::of(url.expose());
        before_host.is_some_and(|text| text.contains(':')) || form_urlencoded::parse(query.as_bytes()).any(|(name, _)| is_password(&name))
    }
}

fn is_password(parameter: &str) -> bool {
    parameter.ends_with("password")
}

/// `scheme://before_host@rest?query`; `before_host` is `user` or `user:password`.
struct Parts<'a> {
    scheme: &'a str,
    before_host: Option<&'a str>,
    rest: &'a str,
    query: &'a str,
}

impl<'a> Parts<'a> {
    /// The last `@` counts: of a password whose own was not written in code, nothing may be taken for a host.
    fn of(url: &'a str) -> Self {
        let (scheme, text) = url.split_once("://").unwrap_or(("postgres", url));
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        match address.rsplit_once('@') {
            Some((before, rest)) => Self { scheme, before_host: Some(before), rest, query },
            None => Self { scheme, before_host: None, rest: address, query },
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.redacted())
    }
}

impl Setting for DatabaseUrl {
    const UNIT: &'static str = "sqlite:PATH or postgres://…, secret";
    const SECRET: bool = true;
    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.redacted()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases() {
        for (text, shown) in [
            ("sqlite:./data/ostiary.db", "sqlite:./data/ostiary.db"),
            ("sqlite:///var/lib/ostiary.db", "sqlite:/var/lib/ostiary.db"),
            ("postgres://u:hunter2@db/app?sslmode=verify-full&password=hunter2", "postgres://u:[secret]@db/app?sslmode=verify-full"),
            ("postgresql://db/app", "postgresql://db/app"),
            ("postgresql://db/app?sslpassword=hunter2&sslmode=prefer", "postgresql://db/app?sslmode=prefer"),
            ("postgres://secret:secret@db/secret", "postgres://secret:[secret]@db/secret"),
        ] {
            let url = DatabaseUrl::parse(text).unwrap();
            assert_eq!(url.redacted(), shown);
            assert!(!format!("{url:?}").contains("hunter2"));
        }
        for text in ["", "sqlite:", "sqlite::memory:", "mysql://hunter2@db", "/var/lib/hunter2.db", "postgres:hunter2"] {
            assert!(!DatabaseUrl::parse(text).unwrap_err().contains("hunter2"), "{text}");
        }
    }

    /// PostgreSQL documentation, §34.1.1.2: several hosts, each with its port, or none, where `host` names a socket's folder.
    #[tokio::test]
    async fn a_url_of_libpq_names_any_number_of_hosts() {
        for (text, shown) in [
            ("postgres://u:hunter2@h1:5432,h2:5433/app?target_session_attrs=read-write", "postgres://u:[secret]@h1:5432,h2:5433/app"),
            ("postgresql://u@/app?host=/run/postgresql", "postgresql://u@/app"),
            ("postgresql:///app?host=/run/postgresql&user=u&password=hunter2", "postgresql:///app"),
            ("postgres://u@%2Frun%2Fpostgresql:25433/app", "postgres://u@%2Frun%2Fpostgresql:25433/app"),
            ("postgres://[::1]:5432/app?sslmode=prefer", "postgres://[::1]:5432/app?sslmode=prefer"),
        ] {
            let url = DatabaseUrl::parse(text).unwrap();
            assert_eq!((url.redacted().as_str(), url.has_password()), (shown, text.contains("hunter2")), "{text}");
            assert_eq!(url.expose(), text);
            crate::storage::StorageSettings::new(text).check().unwrap();
        }
    }

    #[test]
    fn nothing_of_a_password_with_marks_of_its_own_is_shown() {
        for password in
            ["hunter2@hunter2", "hunter2/hunter2", "hunter2?hunter2", "hunter2#hunter2", "hunter2:hunter2", "hunter2?hunter2@hunter2"]
        {
            let url = DatabaseUrl::parse(&format!("postgres://u:{password}@db/app")).unwrap();
            assert!(!url.redacted().contains("hunter2"), "{password}: {}", url.redacted());
        }
    }
}
