//! Ready settings: what the operator need not know of a provider.

/// A provider whose ways are known, or any other that speaks OpenID Connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpstreamKind {
    OpenIdConnect,
    Google,
    Microsoft,
    Apple,
    GitLab,
    /// Speaks OAuth 2 only: who somebody is, its API tells.
    GitHub,
}

/// Stands for the tenant in the issuer of a Microsoft token.
pub const TENANT: &str = "{tenantid}";

impl UpstreamKind {
    pub const ALL: [Self; 6] = [Self::OpenIdConnect, Self::Google, Self::Microsoft, Self::Apple, Self::GitLab, Self::GitHub];

    /// As the configuration writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenIdConnect => "oidc",
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Apple => "apple",
            Self::GitLab => "gitlab",
            Self::GitHub => "github",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What people call it; another provider has the name that the operator gives it.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::OpenIdConnect => None,
            Self::Google => Some("Google"),
            Self::Microsoft => Some("Microsoft"),
            Self::Apple => Some("Apple"),
            Self::GitLab => Some("GitLab"),
            Self::GitHub => Some("GitHub"),
        }
    }

    /// The static file with its mark.
    pub fn mark(self) -> &'static str {
        match self {
            Self::OpenIdConnect => "mark-oidc.svg",
            Self::Google => "mark-google.svg",
            Self::Microsoft => "mark-microsoft.svg",
            Self::Apple => "mark-apple.svg",
            Self::GitLab => "mark-gitlab.svg",
            Self::GitHub => "mark-github.svg",
        }
    }

    pub fn issuer(self) -> Option<&'static str> {
        match self {
            Self::OpenIdConnect => None,
            Self::Google => Some("https://accounts.google.com"),
            Self::Microsoft => Some("https://login.microsoftonline.com/{tenantid}/v2.0"),
            Self::Apple => Some("https://appleid.apple.com"),
            Self::GitLab => Some("https://gitlab.com"),
            Self::GitHub => Some("https://github.com"),
        }
    }

    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Apple => &["openid", "email", "name"],
            Self::GitHub => &["read:user", "user:email"],
            _ => &["openid", "email", "profile"],
        }
    }

    /// Whether its word that an address is somebody's is taken, unless the operator says otherwise. In a Microsoft directory whoever
    /// administers a tenant writes what they like into it; of a provider that nobody knows nothing can be said.
    pub fn trusts_email(self) -> bool {
        matches!(self, Self::Google | Self::Apple | Self::GitLab | Self::GitHub)
    }

    /// Whether the answer comes as a form that the provider's page posts (Apple insists, when name or address are asked for).
    pub fn posts_its_answer(self) -> bool {
        self == Self::Apple
    }
}
