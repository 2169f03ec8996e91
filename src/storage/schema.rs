//! The tables, one description for both databases. Kept by hand: only `Text`, `BigInt` and `Bool` (and `Nullable` of them), so that
//! SQLite and PostgreSQL mean the same by it. Instants are unix microseconds ([`crate::clock::Timestamp`]), documents and lists are
//! JSON text ([`super::columns::Json`]). A new table also gets a line in `copy_tables.rs`; a test fails when it is forgotten.
#![allow(missing_docs)]

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    changes (topic) {
        topic -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        sealed_private_jwk -> Text,
        public_jwk -> Text,
        created_at -> BigInt,
        active_at -> BigInt,
        retired_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    clients (client_id) {
        client_id -> Text,
        metadata -> Text,
        enabled -> Bool,
        declared -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    client_secrets (id) {
        id -> Text,
        client_id -> Text,
        digest -> Text,
        sealed -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    resources (identifier) {
        identifier -> Text,
        metadata -> Text,
        declared -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        email -> Text,
        email_verified -> Bool,
        enabled -> Bool,
        profile -> Text,
        attributes -> Text,
        user_groups -> Text,
        roles -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        phone_number_verified -> Bool,
        deletion_due_at -> Nullable<BigInt>,
        locked_down_at -> Nullable<BigInt>,
        sign_up_language -> Nullable<Text>,
    }
}

diesel::table! {
    passwords (user_id) {
        user_id -> Text,
        hash -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        secret_digest -> Text,
        user_id -> Text,
        authenticated_at -> BigInt,
        acr -> Text,
        amr -> Text,
        created_at -> BigInt,
        refreshed_at -> BigInt,
        expires_at -> BigInt,
        user_agent -> Nullable<Text>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    consents (user_id, client_id) {
        user_id -> Text,
        client_id -> Text,
        scope -> Text,
        resources -> Text,
        granted_at -> BigInt,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        code_id -> Nullable<Text>,
        grant_type -> Text,
        client_id -> Text,
        user_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        scope -> Text,
        resources -> Text,
        claims -> Text,
        nonce -> Nullable<Text>,
        authenticated_at -> Nullable<BigInt>,
        acr -> Nullable<Text>,
        amr -> Nullable<Text>,
        offline -> Bool,
        generation -> BigInt,
        rotated_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    revoked_tokens (jti) {
        jti -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    consumed_assertions (client_id, jti_digest) {
        client_id -> Text,
        jti_digest -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    consumed_tickets (id) {
        id -> Text,
        purpose -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    failed_guesses (key_digest) {
        key_digest -> Text,
        failures -> BigInt,
        last_failed_at -> BigInt,
        blocked_until -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        at -> BigInt,
        kind -> Text,
        user_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        request_id -> Nullable<Text>,
        address -> Nullable<Text>,
        detail -> Text,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    outgoing_mail (id) {
        id -> Text,
        kind -> Text,
        sealed_message -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    mailed_proofs (id) {
        id -> Text,
        purpose -> Text,
        user_id -> Text,
        email -> Text,
        secret_digest -> Text,
        code_digest -> Nullable<Text>,
        browser_digest -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    passkeys (credential_id) {
        credential_id -> Text,
        user_id -> Text,
        name -> Text,
        passkey -> Text,
        user_verified -> Bool,
        backup_eligible -> Bool,
        backed_up -> Bool,
        suspected_clone -> Bool,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        foreign_handle -> Bool,
    }
}

diesel::table! {
    totp_secrets (user_id) {
        user_id -> Text,
        sealed_secret -> Text,
        last_step -> BigInt,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    recovery_codes (user_id, code_digest) {
        user_id -> Text,
        code_digest -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    phone_factors (user_id) {
        user_id -> Text,
        phone_number -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    replaced_factors (user_id, kind) {
        user_id -> Text,
        kind -> Text,
        value -> Text,
        created_at -> BigInt,
        replaced_at -> BigInt,
    }
}

diesel::table! {
    trusted_devices (id) {
        id -> Text,
        secret_digest -> Text,
        user_id -> Text,
        user_agent -> Nullable<Text>,
        address -> Nullable<Text>,
        created_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    linked_identities (provider, subject) {
        provider -> Text,
        subject -> Text,
        user_id -> Text,
        email -> Nullable<Text>,
        sealed_tokens -> Nullable<Text>,
        created_at -> BigInt,
        last_used_at -> BigInt,
    }
}

diesel::table! {
    imported_users (source, source_id) {
        source -> Text,
        source_id -> Text,
        user_id -> Text,
        seen -> Text,
        imported_at -> BigInt,
    }
}

diesel::table! {
    deleted_imports (digest) {
        digest -> Text,
        deleted_at -> BigInt,
    }
}

diesel::table! {
    logout_deliveries (session_id, client_id) {
        session_id -> Text,
        client_id -> Text,
        user_id -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    refusals (client_id, request_id) {
        client_id -> Text,
        request_id -> Text,
        at -> BigInt,
        endpoint -> Text,
        error -> Text,
        description -> Text,
        cause -> Nullable<Text>,
        sent -> Nullable<Text>,
    }
}

diesel::table! {
    logout_failures (client_id, reason) {
        client_id -> Text,
        reason -> Text,
        detail -> Nullable<Text>,
        given_up -> BigInt,
        since -> BigInt,
        at -> BigInt,
    }
}

diesel::joinable!(client_secrets -> clients (client_id));
diesel::joinable!(passwords -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(consents -> users (user_id));
diesel::joinable!(consents -> clients (client_id));
diesel::joinable!(grants -> clients (client_id));
diesel::joinable!(grants -> users (user_id));
diesel::joinable!(mailed_proofs -> users (user_id));
diesel::joinable!(passkeys -> users (user_id));
diesel::joinable!(totp_secrets -> users (user_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(phone_factors -> users (user_id));
diesel::joinable!(replaced_factors -> users (user_id));
diesel::joinable!(trusted_devices -> users (user_id));
diesel::joinable!(linked_identities -> users (user_id));
diesel::joinable!(imported_users -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(
    settings,
    changes,
    signing_keys,
    clients,
    client_secrets,
    resources,
    users,
    passwords,
    sessions,
    consents,
    grants,
    revoked_tokens,
    consumed_assertions,
    consumed_tickets,
    failed_guesses,
    events,
    outgoing_mail,
    mailed_proofs,
    passkeys,
    totp_secrets,
    recovery_codes,
    phone_factors,
    replaced_factors,
    trusted_devices,
    linked_identities,
    imported_users,
    deleted_imports,
    logout_deliveries,
    refusals,
    logout_failures,
);
