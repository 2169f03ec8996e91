//! Reading a table of a list (`[[clients]]`, `[[resources]]`, `[[upstreams]]`) member by member, so that every fault is told at once
//! and under its key.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::fault::Fault;
use crate::secret::Secret;

/// Where faults are noted: the document of one list that is being read.
pub struct Place<'a> {
    /// The list's key.
    pub list: &'static str,
    /// Which of its documents, from 0.
    pub index: usize,
    /// What was found so far.
    pub faults: &'a mut Vec<Fault>,
}

impl Place<'_> {
    /// Notes a fault of one member.
    pub fn fault(&mut self, member: &str, problem: impl Into<String>) {
        self.faults.push(Fault::new(format!("{}[{}].{member}", self.list, self.index), problem));
    }

    /// Reads the members that can be read; the others are noted one by one, since a parser stops at the first. `sample` holds
    /// the members without which nothing can be read at all.
    pub fn read<T: DeserializeOwned>(&mut self, members: Map<String, Value>, sample: &Value) -> Option<T> {
        let mut readable = sample.as_object().cloned().unwrap_or_default();
        let mut missing: Vec<String> = readable.keys().filter(|name| !members.contains_key(*name)).cloned().collect();
        for (name, value) in members {
            let mut alone = sample.clone();
            if let Some(alone) = alone.as_object_mut() {
                alone.insert(name.clone(), value.clone());
            }
            match serde_json::from_value::<T>(alone) {
                Ok(_) => {
                    readable.insert(name, value);
                }
                Err(error) => self.fault(&name, error.to_string()),
            }
        }
        missing.drain(..).for_each(|name| self.fault(&name, "must be given"));
        serde_json::from_value(Value::Object(readable)).ok()
    }

    /// Takes a secret out of the members: by itself, or the file that holds it under the name with `_file`. Its text is in no fault.
    pub fn secret(&mut self, members: &mut Map<String, Value>, name: &str, shortest: usize) -> Option<Secret> {
        let file = format!("{name}_file");
        let secret = match (members.remove(name), members.remove(&file)) {
            (None, None) => return None,
            (Some(_), Some(_)) => {
                self.fault(name, format!("and {file} exclude each other"));
                return None;
            }
            (Some(Value::String(secret)), None) => Secret::new(secret),
            (None, Some(Value::String(path))) => match std::fs::read_to_string(&path) {
                Ok(secret) => Secret::new(secret.trim().to_owned()),
                Err(error) => {
                    self.fault(&file, format!("cannot be read: {error}"));
                    return None;
                }
            },
            (inline, _) => {
                self.fault(if inline.is_some() { name } else { &file }, "must be a text");
                return None;
            }
        };
        if secret.expose().len() < shortest {
            self.fault(name, format!("must have at least {shortest} characters"));
        }
        Some(secret)
    }
}
