// What the runtime does for every adapter, for pages that have adapters and no runtime.
window.toolsFor = alive => ({
  alive,
  global: name => Object.getOwnPropertyDescriptor(window, name) && window[name],
  read: name => Reflect.get(Document.prototype, name, document),
  on: (event, action, once) => window.addEventListener(event, action, { once }),
  // These pages have loaded.
  afterLoad: action => action(),
  onSwap() {},
  purge() {},
  renew(widget, token, identify) {
    if (widget.person && alive()) identify(widget.person.token = token || widget.person.token);
  },
  emptyQueue: (queue, keep = () => false) => Array.isArray(queue) && !!queue.splice(0, queue.length, ...queue.filter(keep))
});
