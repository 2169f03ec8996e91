//! The bar: how far, how fast, how long. On standard error, and only where somebody looks at it.

use super::source::Reached;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const OF_PEOPLE: &str = "{bar:30} {pos} of {len} people, {per_sec}, {eta} left {msg}";
const OF_BYTES: &str = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left {msg}";
const OPEN_END: &str = "{spinner} {pos} people, {per_sec} {msg}";

pub(super) fn bar(reached: Reached) -> ProgressBar {
    let (bar, template) = match reached {
        Reached { of: Some(of), bytes: true, .. } => (ProgressBar::new(of), OF_BYTES),
        Reached { of: Some(of), bytes: false, .. } => (ProgressBar::new(of), OF_PEOPLE),
        Reached { of: None, .. } => (ProgressBar::new_spinner(), OPEN_END),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    // What was done before this run tells nothing of its speed.
    bar.set_position(reached.done);
    bar.reset_eta();
    bar
}
