//! Vectors that other programs made: Python's `bcrypt` 5.0 and `argon2-cffi`, Node's `crypto` (scrypt, PBKDF2), and Firebase's own
//! published example (its README of the scrypt variant). The password is `correct horse battery` unless it is said otherwise.

use super::*;
use crate::credentials::password::{Checked, Password, PasswordHasher, PasswordPolicy, argon2_text, recognise};
use crate::random::Random;
use std::time::Duration;

const WORDS: &str = "correct horse battery";
/// `bcrypt.hashpw(b"correct horse battery", b"$2a$10$N9qo8uLOickgx2ZMRZoMye")`, and with `$2b$04$`.
const BCRYPT_10: &str = "$2a$10$N9qo8uLOickgx2ZMRZoMyeUalutVAUeK1iyhYKLzwpTyWAft3dHE.";
const BCRYPT_4: &str = "$2b$04$N9qo8uLOickgx2ZMRZoMye9COBKsOPKEJDHJoe/BuRouJin6Qswhq";
/// Of 72 times the letter a.
const BCRYPT_OF_72: &str = "$2a$04$N9qo8uLOickgx2ZMRZoMyeF1J3tt0w8.ywyH26Gg0MaR3.85io4ma";
/// Salt `0123456789abcdef`, 27,500 rounds, 32 bytes; and 30,000 rounds, 64 bytes: `crypto.pbkdf2Sync`.
const PBKDF2_SHA256: &str = "$pbkdf2-sha256$i=27500$MDEyMzQ1Njc4OWFiY2RlZg$b6d8nI3jKQfQGxSmGfyG42OTSAtX2ZrYDIO7bZ7DTd0";
const PBKDF2_SHA512: &str =
    "$pbkdf2-sha512$i=30000$MDEyMzQ1Njc4OWFiY2RlZg$V6Bbb9nnnol+IGTpLB7xhQg08yRxBSerR2ttQZnVErD3VrdFjAsrVqoH2FmqMRNXaADgOOGX6uI/sqZFPZc80Q";
/// `crypto.scryptSync(words, "0123456789abcdef", 32, {N: 1024, r: 8, p: 1})`.
const SCRYPT: &str = "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8";
/// As Better Auth's own hash.ts does it: `scryptSync("Ｐａss ﬁne 1".normalize("NFKC"), SALT AS TEXT, 64, {N: 16384, r: 16, p: 1})`.
const BETTER_AUTH: &str = "00112233445566778899aabbccddeeff:c6e7b119a0a228c7c45fe4d2b8f3e1fab16f271f4bae3debcfc7a9ee82a856481fc29e088a5a98880640de40472875720faf62b86895d42cb2f484d1a51e313b";
/// `user1password`.
const FIREBASE: &str = "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
/// `argon2.low_level.hash_secret(words, b"0123456789abcdef", 2, 64, 1, 32, Type.I)`, and `Type.ID`.
const ARGON2I: &str = "$argon2i$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$UUtTT8laPuIm8/TmLkReXFgdxmGB1aaT/wC2uA2Hs0Y";
const ARGON2ID: &str = "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE";

fn hasher(permits: usize) -> PasswordHasher {
    let policy = PasswordPolicy { memory: 8, iterations: 1, parallelism: 1, permits, queue: 10, longest_wait: Duration::from_secs(20) };
    PasswordHasher::new(policy, Random::System).unwrap()
}

#[tokio::test]
async fn hashes_of_other_systems_are_right_and_to_be_replaced() {
    let hasher = hasher(2);
    let y = BCRYPT_4.replace("$2b$", "$2y$");
    let passlib = PBKDF2_SHA512.replace("i=30000", "30000").replace('+', ".");
    for (stored, name) in [
        (BCRYPT_10, "bcrypt"),
        (BCRYPT_4, "bcrypt"),
        (&y, "bcrypt"),
        (PBKDF2_SHA256, "PBKDF2"),
        (PBKDF2_SHA512, "PBKDF2"),
        (&passlib, "PBKDF2"),
        (SCRYPT, "scrypt"),
        (ARGON2I, "argon2i"),
        (ARGON2ID, "argon2id"),
    ] {
        assert_eq!(recognise(stored), Ok(name));
        assert_eq!(hasher.check(&Password::typed(WORDS), Some(stored)).await, Ok(Checked::RightButOutdated), "{stored}");
        for wrong in ["", "correct horse batterz", "correct horse battery "] {
            assert_eq!(hasher.check(&Password::typed(wrong), Some(stored)).await, Ok(Checked::Wrong), "{wrong} {stored}");
        }
    }
}

#[test]
fn the_published_example_of_firebase_holds() {
    let hash = ForeignHash::parse(FIREBASE).ok().unwrap();
    assert!(hash.matches("user1password") && !hash.matches("user2password"));
    assert_eq!(hash.memory_kib(), 16 * 1024);
}

/// The salt is the text of 32 characters, not its 16 bytes; both sides normalise to NFKC.
#[test]
fn better_auths_form_becomes_text_that_says_what_it_is() {
    let text = better_auth_text(BETTER_AUTH).unwrap();
    let hash = ForeignHash::parse(&text).ok().unwrap();
    assert!(hash.matches("Ｐａss ﬁne 1") && hash.matches("Pass fine 1") && !hash.matches("Pass fine 2"));
    assert_eq!(hash.memory_kib(), 32 * 1024);
    for other in ["", ":", "a:b", &BETTER_AUTH[1..], &BETTER_AUTH.replace('0', "g")] {
        assert!(better_auth_text(other).is_none(), "{other}");
    }
}

#[test]
fn bcrypt_counts_seventy_two_bytes() {
    let hash = ForeignHash::parse(BCRYPT_OF_72).ok().unwrap();
    assert!(hash.matches(&"a".repeat(72)) && hash.matches(&"a".repeat(1000)) && !hash.matches(&"a".repeat(71)));
}

/// security.md L6: a stored text cannot make a check cost what it likes.
#[tokio::test]
async fn costs_are_bounded_and_unknown_formats_match_nothing() {
    for (stored, why) in [
        ("$2a$16$N9qo8uLOickgx2ZMRZoMyeUalutVAUeK1iyhYKLzwpTyWAft3dHE.", Unusable::TooCostly),
        ("$2a$31$N9qo8uLOickgx2ZMRZoMyeUalutVAUeK1iyhYKLzwpTyWAft3dHE.", Unusable::TooCostly),
        ("$pbkdf2-sha256$i=2000001$MDEyMzQ1Njc4OWFiY2RlZg$b6d8nI3jKQfQGxSmGfyG42OTSAtX2ZrYDIO7bZ7DTd0", Unusable::TooCostly),
        ("$scrypt$ln=20,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8", Unusable::TooCostly),
        ("$scrypt$ln=4294967295,r=4294967295,p=4294967295$MDEy$xXt6EAFzAOlee5Hgl8R5+g", Unusable::TooCostly),
        ("$argon2id$v=19$m=1048576,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE", Unusable::TooCostly),
        ("$argon2id$v=19$m=65536,t=101,p=1$MDEyMzQ1Njc4OWFiY2RlZg$T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE", Unusable::TooCostly),
        ("$argon2d$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE", Unusable::Unknown),
        ("$argon2id$v=16$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE", Unusable::Unknown),
        ("$2x$04$N9qo8uLOickgx2ZMRZoMye9COBKsOPKEJDHJoe/BuRouJin6Qswhq", Unusable::Unknown),
        ("$2a$10$short", Unusable::Unknown),
        ("$pbkdf2-sha256$i=0$MDEy$b6d8nI3jKQfQGxSmGfyG42OTSAtX2ZrYDIO7bZ7DTd0", Unusable::Unknown),
        ("$pbkdf2-sha256$i=1$MDEy$AAAA", Unusable::Unknown),
        ("$fbscrypt$v=2,n=14,r=8,p=1,ss=,sk=AAAA$AAAA$AAAA", Unusable::Unknown),
        ("5f4dcc3b5aa765d61d8327deb882cf99", Unusable::Unknown),
        ("", Unusable::Unknown),
        ("$", Unusable::Unknown),
    ] {
        assert_eq!(recognise(stored), Err(why), "{stored}");
        // What our own configuration could have made is checked nevertheless, whatever it costs.
        if !stored.starts_with("$argon2id$v=19$m=1048576") {
            assert_eq!(hasher(1).check(&Password::typed(WORDS), Some(stored)).await, Ok(Checked::Wrong), "{stored}");
        }
    }
}

/// A check that needs more memory than one of ours takes more permits, so that the memory bound holds for all of them together.
#[tokio::test(flavor = "multi_thread")]
async fn a_hungry_check_takes_all_the_permits_that_its_memory_is_worth() {
    let hasher = std::sync::Arc::new(hasher(3));
    let text = better_auth_text(BETTER_AUTH).unwrap();
    let running = {
        let hasher = hasher.clone();
        tokio::spawn(async move { hasher.check(&Password::typed("Pass fine 1"), Some(&text)).await })
    };
    let mut most = 0;
    while !running.is_finished() {
        most = most.max(hasher.load().1);
        tokio::task::yield_now().await;
    }
    assert_eq!(running.await.unwrap(), Ok(Checked::RightButOutdated));
    assert_eq!((most, hasher.load()), (3, (0, 0)));
}

#[test]
fn keycloaks_numbers_become_the_same_text() {
    let hash = data_encoding::BASE64_NOPAD.decode(b"b6d8nI3jKQfQGxSmGfyG42OTSAtX2ZrYDIO7bZ7DTd0").unwrap();
    assert_eq!(pbkdf2_text("pbkdf2-sha256", 27_500, b"0123456789abcdef", &hash), PBKDF2_SHA256);
    let hash = data_encoding::BASE64_NOPAD.decode(b"T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE").unwrap();
    assert_eq!(argon2_text("argon2id", (64, 2, 1), b"0123456789abcdef", &hash).as_deref(), Some(ARGON2ID));
    assert!(argon2_text("argon2d", (64, 2, 1), b"0123456789abcdef", &hash).is_none());
}
