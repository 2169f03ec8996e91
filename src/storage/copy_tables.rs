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
    users(id) { id: String, email: String, email_verified: bool, enabled: bool, profile: String, attributes: String, user_groups: String, roles: String, created_at: i64, updated_at: i64, phone_number_verified: bool, deletion_due_at: Option<i64>, locked_down_at: Option<i64>, sign_up_language: Option<String> }
    passwords(user_id) { user_id: String, hash: String, changed_at: i64 }
    sessions(id) { id: String, secret_digest: String, user_id: String, authenticated_at: i64, acr: String, amr: String, created_at: i64, refreshed_at: i64, expires_at: i64, user_agent: Option<String>, address: Option<String> }
    consents(user_id, client_id) { user_id: String, client_id: String, scope: String, resources: String, granted_at: i64 }
    grants(id) { id: String, code_id: Option<String>, grant_type: String, client_id: String, user_id: Option<String>, session_id: Option<String>, scope: String, resources: String, claims: String, nonce: Option<String>, authenticated_at: Option<i64>, acr: Option<String>, amr: Option<String>, offline: bool, generation: i64, rotated_at: i64, created_at: i64, expires_at: i64, ended_at: Option<i64>, ended_reason: Option<String> }
    revoked_tokens(jti) { jti: String, expires_at: i64 }
    consumed_assertions(client_id, jti_digest) { client_id: String, jti_digest: String, expires_at: i64 }
    consumed_tickets(id) { id: String, purpose: String, expires_at: i64 }
    failed_guesses(key_digest) { key_digest: String, failures: i64, last_failed_at: i64, blocked_until: i64, expires_at: i64 }
    events(id) { id: String, at: i64, kind: String, user_id: Option<String>, client_id: Option<String>, session_id: Option<String>, request_id: Option<String>, address: Option<String>, detail: String, user_agent: Option<String> }
    outgoing_mail(id) { id: String, kind: String, sealed_message: String, attempts: i64, due_at: i64, created_at: i64, expires_at: i64 }
    mailed_proofs(id) { id: String, purpose: String, user_id: String, email: String, secret_digest: String, code_digest: Option<String>, browser_digest: Option<String>, created_at: i64, expires_at: i64 }
    passkeys(credential_id) { credential_id: String, user_id: String, name: String, passkey: String, user_verified: bool, backup_eligible: bool, backed_up: bool, suspected_clone: bool, created_at: i64, last_used_at: Option<i64>, foreign_handle: bool }
    totp_secrets(user_id) { user_id: String, sealed_secret: String, last_step: i64, created_at: i64, last_used_at: Option<i64> }
    recovery_codes(user_id, code_digest) { user_id: String, code_digest: String, created_at: i64, used_at: Option<i64> }
    replaced_factors(user_id, kind) { user_id: String, kind: String, value: String, created_at: i64, replaced_at: i64 }
    phone_factors(user_id) { user_id: String, phone_number: String, created_at: i64, last_used_at: Option<i64> }
    trusted_devices(id) { id: String, secret_digest: String, user_id: String, user_agent: Option<String>, address: Option<String>, created_at: i64, last_used_at: i64, expires_at: i64 }
    linked_identities(provider, subject) { provider: String, subject: String, user_id: String, email: Option<String>, sealed_tokens: Option<String>, created_at: i64, last_used_at: i64 }
    imported_users(source, source_id) { source: String, source_id: String, user_id: String, seen: String, imported_at: i64 }
    deleted_imports(digest) { digest: String, deleted_at: i64 }
    logout_deliveries(session_id, client_id) { session_id: String, client_id: String, user_id: String, attempts: i64, due_at: i64, expires_at: i64 }
    refusals(client_id, request_id) { client_id: String, request_id: String, at: i64, endpoint: String, error: String, description: String, cause: Option<String>, sent: Option<String> }
    logout_failures(client_id, reason) { client_id: String, reason: String, detail: Option<String>, given_up: i64, since: i64, at: i64 }
}
