//! The tables that [`super::copy`] copies, in the order of their foreign keys: one line a table, with its key in parentheses and
//! its columns in the order of `schema.rs`. A column too few, too many or of another type does not compile; a table that is
//! missing fails a test.
//!
//! `changes` is left out: it only counts announcements to the readers of one SQLite file.

super::copy::copied_tables! {
    settings(name) { name: String, value: String }
    signing_keys(kid) { kid: String, algorithm: String, sealed_private_jwk: String, public_jwk: String, created_at: i64, active_at: i64, retired_at: Option<i64>, expires_at: Option<i64> }
    clients(client_id) { client_id: String, metadata: String, enabled: bool, declared: bool, created_at: i64, updated_at: i64 }
    client_secrets(id) { id: String, client_id: String, digest: String, sealed: String, created_at: i64, expires_at: Option<i64> }
    resources(identifier) { identifier: String, metadata: String, declared: bool, created_at: i64, updated_at: i64 }
    users(id) { id: String, email: String, email_verified: bool, enabled: bool, profile: String, attributes: String, user_groups: String, roles: String, created_at: i64, updated_at: i64 }
    passwords(user_id) { user_id: String, hash: String, changed_at: i64 }
    sessions(id) { id: String, secret_digest: String, user_id: String, authenticated_at: i64, acr: String, amr: String, created_at: i64, refreshed_at: i64, expires_at: i64, user_agent: Option<String>, address: Option<String> }
    consents(user_id, client_id) { user_id: String, client_id: String, scope: String, resources: String, granted_at: i64 }
    grants(id) { id: String, code_id: Option<String>, grant_type: String, client_id: String, user_id: Option<String>, session_id: Option<String>, scope: String, resources: String, claims: String, nonce: Option<String>, authenticated_at: Option<i64>, acr: Option<String>, amr: Option<String>, offline: bool, generation: i64, rotated_at: i64, created_at: i64, expires_at: i64, ended_at: Option<i64>, ended_reason: Option<String> }
    revoked_tokens(jti) { jti: String, expires_at: i64 }
    consumed_assertions(client_id, jti_digest) { client_id: String, jti_digest: String, expires_at: i64 }
    consumed_tickets(id) { id: String, purpose: String, expires_at: i64 }
    failed_guesses(key_digest) { key_digest: String, failures: i64, last_failed_at: i64, blocked_until: i64, expires_at: i64 }
    events(id) { id: String, at: i64, kind: String, user_id: Option<String>, client_id: Option<String>, session_id: Option<String>, request_id: Option<String>, address: Option<String>, detail: String }
}
