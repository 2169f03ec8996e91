//! An operator's own texts, over those that come with the program.

use super::Language;
use super::arguments::{RETIRED, arguments_of};
use super::texts::{TextFault, built_in};
use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// An operator's own texts of a language, by name.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>, TextFault> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let fault = |error: std::io::Error| TextFault::Unreadable(folder.to_owned(), error.to_string());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        files.push(entry.map_err(fault)?.path());
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ftl"));
    files.sort();
    Ok(files)
}

/// Puts a file of an operator's own over the texts of a language.
pub(super) fn override_with(bundle: &mut FluentBundle<FluentResource>, language: Language, path: PathBuf) -> Result<(), TextFault> {
    let source = std::fs::read_to_string(&path).map_err(|error| TextFault::Unreadable(path.clone(), error.to_string()))?;
    for id in ids_in(&source) {
        if !bundle.has_message(id) && !RETIRED.contains(&id) {
            return Err(TextFault::Unknown(path, id.to_owned()));
        }
    }
    let resource = FluentResource::try_new(source.clone()).map_err(|(_, errors)| {
        let problems: Vec<String> = errors.iter().map(ToString::to_string).collect();
        TextFault::Unreadable(path.clone(), problems.join("; "))
    })?;
    check_arguments(&source, language, &path)?;
    bundle.add_resource_overriding(resource);
    Ok(())
}

/// What nothing puts into a text would stand there by its name.
fn check_arguments(source: &str, language: Language, path: &Path) -> Result<(), TextFault> {
    let mut given: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in built_in(language) {
        given.extend(arguments_of(file));
    }
    for (id, named) in arguments_of(source).into_iter().filter(|(id, _)| !RETIRED.contains(id)) {
        let mut known = given.get(id).cloned().unwrap_or_default();
        known.insert("brand");
        if let Some(argument) = named.difference(&known).next() {
            let known: Vec<String> = known.iter().map(|name| format!("${name}")).collect();
            let (id, argument, known) = (id.to_owned(), (*argument).to_owned(), known.join(", "));
            return Err(TextFault::UnknownArgument { path: path.to_owned(), id, argument, known });
        }
    }
    Ok(())
}

/// The ids of a file's messages.
pub(super) fn ids_in(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once('='))
        .map(|(id, _)| id.trim())
}
