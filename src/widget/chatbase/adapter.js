tools => {
  const queue = (...args) => queue.q.push(args);
  queue.q = [];
  // Methods are calls by their name, as with the vendor's own loader.
  const stub = new Proxy(queue, { get: (target, name) => name === 'q' ? target.q : (...args) => target(name, ...args) });

  const call = (...args) => {
    if (typeof window.chatbase !== 'function') window.chatbase = stub;
    window.chatbase(...args);
  };

  const identify = token => call('identify', { token });

  const load = ({ library, settings }) => tools.load(library, { id: settings.id, domain: settings.domain });

  return {
    boot(widget) {
      if (widget.person) identify(widget.person.token);
      load(widget);
    },

    refresh(widget, token) {
      if (widget.person && tools.alive()) identify(widget.person.token = token || widget.person.token);
    },

    shutdown(widget, ended) {
      // What a slow library has not seen yet names somebody: it shall never see it.
      if (window.chatbase && Array.isArray(window.chatbase.q)) window.chatbase.q.length = 0;
      // Never loaded for this: it shows a launcher. Should it be loaded later, this comes first.
      if (!ended && typeof window.chatbase !== 'function') return;
      call('resetUser');
      // The conversation is the person's too.
      call('resetChat');
    }
  };
}
