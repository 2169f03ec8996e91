//! Has the linker put what runs in common before all else (`order.ld`, which `.ci/order` writes): a third less of the program is in memory then
//! (docs/performance.md, "Memory"). It changes the order of functions, and takes the linker that comes with Rust: GNU ld needs more than ten
//! minutes for so many patterns, and mold knows no such files. Whoever chose a linker, by cargo's `linker`, RUSTFLAGS or `mold -run`, is left alone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, ffi::OsString};

fn main() {
    println!("cargo:rerun-if-changed=.ci/order.ld");
    for chosen in ["PATH", "LD_PRELOAD", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"] {
        println!("cargo:rerun-if-env-changed={chosen}");
    }
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let has_linker = env::var_os("RUSTC_LINKER").is_some() || env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("link"));
    if !is("PROFILE", "release") || !is("TARGET", "x86_64-unknown-linux-gnu") || has_linker {
        return;
    }
    let (Some(linker), Some(root)) = (linker_of_rust(), env::var_os("CARGO_MANIFEST_DIR")) else { return };
    let order = Path::new(&root).join(".ci/order.ld");
    for argument in ["-fuse-ld=lld", &format!("-B{}", linker.display()), "-T", &order.display().to_string()] {
        println!("cargo:rustc-link-arg-bin=ostiary={argument}");
    }
}

/// The folder with the `ld.lld` that comes with Rust, where `cc`, by which Rust links, takes it: distributions may leave it out, GCC before 9
/// does not know it, and under `mold -run` it is mold.
fn linker_of_rust() -> Option<PathBuf> {
    let told = Command::new(env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"))).args(["--print", "sysroot"]).output().ok()?;
    let folder = Path::new(String::from_utf8(told.stdout).ok()?.trim()).join("lib/rustlib").join(env::var_os("HOST")?).join("bin/gcc-ld");
    let told = Command::new("cc").args(["-fuse-ld=lld", &format!("-B{}", folder.display()), "-Wl,--version"]).output().ok()?;
    (told.status.success() && String::from_utf8_lossy(&told.stdout).lines().any(|line| line.starts_with("LLD"))).then_some(folder)
}
