//! One page with one adapter, and a stub of its vendor's library.

use rquickjs::{Context, Runtime};
use tower_widget_identity::widget::Widget;

/// The globals of each page. The script's call of `answer()` delivers the tokens that were asked for.
const PAGE: &str = "
    globalThis.window = globalThis;
    globalThis.seen = [];
    globalThis.timers = [];
    globalThis.setTimeout = action => timers.push(action);
    globalThis.console = { warn(...args) { seen.push('warning: ' + args.join(' ')); } };
    const element = () => ({ style: {}, children: [], remove() { seen.push('removed'); } });
    globalThis.document = { createElement: element, body: { append(child) { seen.push('appended ' + child.style.display); } } };
    globalThis.asked = [];
    globalThis.loaded = [];
    let up = false;
    globalThis.tools = {
        alive: () => up,
        global: name => window[name],
        read: name => document[name],
        purge() { seen.push('purge'); },
        load(url, options = {}) { if (!loaded.length) loaded.push({ url, ...options }); },
        token(name, callback) { asked.push(callback); }
    };
    // The library's script arrives.
    globalThis.arrive = () => {
        const { before, onload } = loaded[0];
        if (before) before(false);
        library();
        onload();
    };
    globalThis.answer = token => asked.splice(0).forEach(callback => callback(token));
    globalThis.adapter = ADAPTER(tools);
    globalThis.boot = person => {
        up = true;
        adapter.boot({ name: 'NAME', library: '/l.js', settings: SETTINGS, person });
    };
    globalThis.shutdown = load => {
        up = false;
        adapter.shutdown({ name: 'NAME', library: '/l.js', settings: SETTINGS }, load);
    };
";

/// Runs the steps one after the other, each with all its consequences, and returns `seen` as JSON. `library` is the
/// source of the function of this name, which makes the stub.
pub(crate) fn play(widget: &impl Widget, library: &str, steps: &[&str]) -> String {
    let manifest = widget.manifest();
    let settings = serde_json::to_string(manifest.settings()).unwrap();
    let page = PAGE
        .replace("ADAPTER", &format!("({})", manifest.adapter()))
        .replace("NAME", manifest.name())
        .replace("SETTINGS", &settings);
    let runtime = Runtime::new().unwrap();
    Context::full(&runtime).unwrap().with(|ctx| {
        for script in [page.as_str(), library].iter().chain(steps) {
            ctx.eval::<(), _>(*script).unwrap_or_else(|error| panic!("{script}: {error}: {:?}", ctx.catch()));
            while ctx.execute_pending_job() {}
        }
        ctx.eval("JSON.stringify(seen)").unwrap()
    })
}
