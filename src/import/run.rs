//! One run through a source, and the polling after it.

use super::checkpoint::Checkpoint;
use super::plan::{Context, Planned, plan};
use super::progress::bar;
use super::source::Source;
use super::taken::{Earlier, Taken};
use super::writer::{is_odd, write};
use super::{BATCH, Entry, ImportError, Totals};
use crate::app::App;
use indicatif::ProgressBar;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What the operator wants.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the source is called here: ids of two sources are told apart by it.
    pub name: String,
    /// Tells, and writes nothing.
    pub dry_run: bool,
    /// Leaves those alone who were brought in before.
    pub only_new: bool,
    /// Begins at the beginning where an earlier run was stopped.
    pub restart: bool,
}

/// Is told of people; of those alone of whom something does not come, unless nothing is written.
pub type Listener<'a> = &'a mut dyn FnMut(&Entry) -> Result<(), ImportError>;

/// Goes through a source to its end, from where an earlier run was stopped.
pub async fn run(app: &App, source: &mut Source, options: &Options, tell: Listener<'_>) -> Result<Totals, ImportError> {
    if options.dry_run {
        return rehearse(app, source, options, tell).await;
    }
    let watermark = source.now().await?;
    let links = source.links().await?;
    let (mut checkpoint, mut earlier) = begin(app, source, options, watermark, links).await?;
    let bar = bar(source.reached());
    pass(app, source, options, &mut checkpoint, &mut earlier, &bar, tell).await?;
    checkpoint.finished = true;
    checkpoint.save(&mut app.storage.write().await?, &options.name).await?;
    bar.finish_and_clear();
    Ok(checkpoint.totals)
}

/// After a whole run: brings in who is new or was changed there, every `interval`, until `stop` is done. Returns what it brought.
pub async fn follow(
    app: &App,
    source: &mut Source,
    options: &Options,
    interval: Duration,
    stop: impl Future<Output = ()>,
    tell: Listener<'_>,
) -> Result<Totals, ImportError> {
    let found = Checkpoint::find(&mut app.storage.read().await?, &options.name).await?;
    let finished = found.filter(|checkpoint| checkpoint.finished && checkpoint.fingerprint == source.fingerprint());
    let mut checkpoint = finished.ok_or_else(|| ImportError::Usage("only a source that was read to its end is followed".to_owned()))?;
    checkpoint.totals = Totals::default();
    let bar = ProgressBar::hidden();
    tokio::pin!(stop);
    let mut failures = 0;
    loop {
        let looked = look(app, source, options, &mut checkpoint, &bar, tell, failures > 0).await;
        let wait = match looked {
            Ok(()) => {
                if failures > 0 {
                    notice("the connection is there again, and nothing was missed");
                }
                failures = 0;
                interval
            }
            Err(error) if error.passes() => {
                failures += 1;
                let wait = back_off(interval, failures);
                notice(&format!("{error}; trying again in {} s", wait.as_secs()));
                wait
            }
            Err(error) => return Err(error),
        };
        tokio::select! {
            () = &mut stop => return Ok(checkpoint.totals),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// One look for who is new or was changed. The place is moved on at its end alone: what fails half-way is looked at once more.
async fn look(
    app: &App,
    source: &mut Source,
    options: &Options,
    checkpoint: &mut Checkpoint,
    bar: &ProgressBar,
    tell: Listener<'_>,
    is_lost: bool,
) -> Result<(), ImportError> {
    if is_lost {
        source.reconnect().await?;
    }
    let Some(next) = source.now().await? else {
        return Err(ImportError::Usage("only a database can be followed: a file does not change".to_owned()));
    };
    let links = source.links().await?;
    source.since(checkpoint.watermark.as_deref().unwrap_or(&next), &changed(&checkpoint.links, &links))?;
    pass(app, source, options, checkpoint, &mut Earlier::default(), bar, tell).await?;
    (checkpoint.watermark, checkpoint.links) = (Some(next), links);
    checkpoint.save(&mut app.storage.write().await?, &options.name).await?;
    Ok(())
}

/// Twice as long after each failure, and five minutes at most; never more often than one looks anyway.
fn back_off(interval: Duration, failures: u32) -> Duration {
    const LONGEST: Duration = Duration::from_secs(300);
    let doubled = interval.saturating_mul(2u32.saturating_pow(failures.saturating_sub(1)));
    doubled.min(LONGEST).max(interval)
}

/// For whoever watches; that nobody does is no failure.
pub(super) fn notice(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "ostiary: {text}");
}

/// The groups of people in which somebody's links are others than they were.
fn changed(before: &BTreeMap<u32, String>, after: &BTreeMap<u32, String>) -> Vec<u32> {
    let groups: BTreeSet<u32> = before.keys().chain(after.keys()).copied().collect();
    groups.into_iter().filter(|group| before.get(group) != after.get(group)).collect()
}

/// Whether a whole run through this very source was finished before.
pub async fn is_finished(app: &App, source: &Source, name: &str) -> Result<bool, ImportError> {
    let found = Checkpoint::find(&mut app.storage.read().await?, name).await?;
    Ok(found
        .is_some_and(|checkpoint| checkpoint.finished && checkpoint.watermark.is_some() && checkpoint.fingerprint == source.fingerprint()))
}

/// Goes to where an earlier run was stopped, if it was in this very file or database.
async fn begin(
    app: &App,
    source: &mut Source,
    options: &Options,
    watermark: Option<String>,
    links: BTreeMap<u32, String>,
) -> Result<(Checkpoint, Earlier), ImportError> {
    let found = Checkpoint::find(&mut app.storage.read().await?, &options.name).await?;
    let stopped = found.filter(|found| !found.finished && !options.restart && found.fingerprint == source.fingerprint());
    match stopped {
        Some(checkpoint) => {
            let earlier = reread(source, &checkpoint.position).await?;
            source.seek(&checkpoint.position)?;
            Ok((checkpoint, earlier))
        }
        None => {
            let (fingerprint, position) = (source.fingerprint().to_owned(), Value::Null);
            let checkpoint = Checkpoint { fingerprint, position, totals: Totals::default(), finished: false, watermark, links };
            Ok((checkpoint, Earlier::default()))
        }
    }
}

/// Whom the run that was stopped had read, of a source that may repeat itself: a second row of theirs is one still.
async fn reread(source: &mut Source, position: &Value) -> Result<Earlier, ImportError> {
    let mut earlier = Earlier::default();
    while source.may_repeat() && source.position() != *position {
        // One by one: the place may be anywhere.
        let one = source.next(1).await?;
        if one.is_empty() {
            break;
        }
        earlier.add(&one);
    }
    Ok(earlier)
}

async fn pass(
    app: &App,
    source: &mut Source,
    options: &Options,
    checkpoint: &mut Checkpoint,
    earlier: &mut Earlier,
    bar: &ProgressBar,
    tell: Listener<'_>,
) -> Result<(), ImportError> {
    loop {
        let batch = source.next(BATCH).await?;
        if batch.is_empty() {
            return Ok(());
        }
        checkpoint.position = source.position();
        let planned = write(app, &context(app, source, options, earlier), &batch, checkpoint).await?;
        if source.may_repeat() {
            earlier.add(&batch);
        }
        bar.set_position(source.reached().done);
        tell_all(bar, planned.iter().filter(|planned| is_odd(planned)), tell)?;
    }
}

async fn rehearse(app: &App, source: &mut Source, options: &Options, tell: Listener<'_>) -> Result<Totals, ImportError> {
    let mut totals = Totals::default();
    // What is taken counts for the whole rehearsal, since nothing is written that would tell.
    let (mut taken, earlier) = (Taken::default(), Earlier::default());
    let bar = bar(source.reached());
    loop {
        let batch = source.next(BATCH).await?;
        if batch.is_empty() {
            bar.finish_and_clear();
            return Ok(totals);
        }
        let planned = plan(&mut app.storage.read().await?, &context(app, source, options, &earlier), &batch, &mut taken).await?;
        planned.iter().for_each(|planned| totals.add(&planned.entry));
        bar.set_position(source.reached().done);
        tell_all(&bar, planned.iter(), tell)?;
    }
}

fn tell_all<'a>(bar: &ProgressBar, planned: impl Iterator<Item = &'a Planned>, tell: Listener<'_>) -> Result<(), ImportError> {
    bar.suspend(|| planned.map(|planned| &planned.entry).try_for_each(tell))
}

fn context<'a>(app: &'a App, source: &Source, options: &'a Options, earlier: &'a Earlier) -> Context<'a> {
    let is_our_own = source.is_our_own();
    Context {
        source: &options.name,
        is_our_own,
        only_new: options.only_new,
        earlier,
        upstreams: &app.upstreams,
        config: &app.config,
        random: &app.random,
        now: app.now(),
    }
}
