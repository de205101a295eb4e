//! The engine: one long-lived QuickJS context for each thread.

use std::rc::Rc;

use rquickjs::{Context, Runtime};

use super::{
    history::History,
    invariants::Violation,
    server::Server,
    world::{self, Host, Stage},
};

const STAGE: &str = include_str!("stage.js");
const VENDORS: &str = include_str!("vendors.js");

pub(crate) struct Player<'a, 'js> {
    host: Rc<Host>,
    stage: &'a Stage<'js>,
    server: Server,
}

impl Player<'_, '_> {
    pub(crate) fn play(&mut self, history: &History) -> Option<(Violation, usize)> {
        world::play(&self.host, self.stage, &mut self.server, history)
    }

    /// Plays a history and prints what happens.
    pub(crate) fn trace(&mut self, history: &History) {
        self.host.set_tracing(true);
        let _ = self.play(history);
        self.host.set_tracing(false);
    }

    /// The console output of the last history.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.host.notes()
    }
}

/// `rewrite` replaces the code of a page's script.
pub(crate) fn with_player<R>(rewrite: Box<dyn Fn(&str) -> String>, run: impl FnOnce(&mut Player<'_, '_>) -> R) -> R {
    let engine = Runtime::new().expect("QuickJS");
    let context = Context::full(&engine).expect("QuickJS");
    context.with(|ctx| {
        let host = Host::new();
        ctx.globals().set("host", host.object(&ctx).expect("the host")).expect("the host");
        let stage = format!("{STAGE}\n{VENDORS}\nstage;");
        let object = ctx.eval(stage).unwrap_or_else(|error| panic!("{error} {:?}", ctx.catch()));
        let stage = Stage::new(ctx.clone(), object, rewrite);
        run(&mut Player { host, stage: &stage, server: Server::new() })
    })
}
