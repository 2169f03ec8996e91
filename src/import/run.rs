//! One run through a source, and the polling after it.

use super::checkpoint::Checkpoint;
use super::plan::{Context, Earlier, Planned, Taken, plan};
use super::progress::bar;
use super::source::Source;
use super::writer::{is_odd, write};
use super::{BATCH, Entry, ImportError, Totals};
use crate::app::App;
use indicatif::ProgressBar;
use serde_json::Value;
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
    let mut checkpoint = begin(app, source, options, watermark).await?;
    let bar = bar(source.reached());
    pass(app, source, options, &mut checkpoint, &bar, tell).await?;
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
    loop {
        let Some(next) = source.now().await? else {
            return Err(ImportError::Usage("only a database can be followed: a file does not change".to_owned()));
        };
        source.since(checkpoint.watermark.as_deref().unwrap_or(&next))?;
        pass(app, source, options, &mut checkpoint, &bar, tell).await?;
        checkpoint.watermark = Some(next);
        checkpoint.save(&mut app.storage.write().await?, &options.name).await?;
        tokio::select! {
            () = &mut stop => return Ok(checkpoint.totals),
            () = tokio::time::sleep(interval) => {}
        }
    }
}

/// Whether a whole run through this very source was finished before.
pub async fn is_finished(app: &App, source: &Source, name: &str) -> Result<bool, ImportError> {
    let found = Checkpoint::find(&mut app.storage.read().await?, name).await?;
    Ok(found
        .is_some_and(|checkpoint| checkpoint.finished && checkpoint.watermark.is_some() && checkpoint.fingerprint == source.fingerprint()))
}

/// Goes to where an earlier run was stopped, if it was in this very file or database.
async fn begin(app: &App, source: &mut Source, options: &Options, watermark: Option<String>) -> Result<Checkpoint, ImportError> {
    let found = Checkpoint::find(&mut app.storage.read().await?, &options.name).await?;
    let stopped = found.filter(|found| !found.finished && !options.restart && found.fingerprint == source.fingerprint());
    match stopped {
        Some(checkpoint) => {
            source.seek(&checkpoint.position)?;
            Ok(checkpoint)
        }
        None => Ok(Checkpoint {
            fingerprint: source.fingerprint().to_owned(),
            position: Value::Null,
            totals: Totals::default(),
            finished: false,
            watermark,
        }),
    }
}

async fn pass(
    app: &App,
    source: &mut Source,
    options: &Options,
    checkpoint: &mut Checkpoint,
    bar: &ProgressBar,
    tell: Listener<'_>,
) -> Result<(), ImportError> {
    let mut earlier = Earlier::default();
    loop {
        let batch = source.next(BATCH).await?;
        if batch.is_empty() {
            return Ok(());
        }
        checkpoint.position = source.position();
        let planned = write(app, &context(app, source, options, &earlier), &batch, checkpoint).await?;
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
    Context { source: &options.name, is_our_own, only_new: options.only_new, earlier, random: &app.random, now: app.now() }
}
