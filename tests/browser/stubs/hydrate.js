// Hydrates the whole page and records each change that this makes. There is none if the document is what the server's
// renderer wrote.
(() => {
  'use strict';
  const { Component, Fragment, h, hydrate } = window.preact;

  class Count extends Component {
    render() {
      const { count = 0 } = this.state;
      return h('button', { id: 'count', onClick: () => this.setState({ count: count + 1 }) }, String(count));
    }
  }

  const tree = h(Fragment, null,
    h('head', null, h('meta', { charset: 'utf-8' }), h('title', null, 'Hydrated'),
      h('script', { src: '/libs/preact.js' }), h('script', { src: '/hydrate.js' })),
    h('body', null, h('main', null, h('h1', null, 'Counter'), h(Count))));

  const nodes = () => [...document.querySelectorAll('*')];

  document.addEventListener('DOMContentLoaded', () => {
    const before = document.readyState === 'complete' ? 'complete' : 'loading';
    const own = nodes();
    const observer = new MutationObserver(() => {});
    observer.observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
    hydrate(tree, document.documentElement);
    const changes = observer.takeRecords().map(({ type, target }) => type + ' of ' + target.nodeName);
    observer.disconnect();
    const now = nodes();
    const replaced = own.filter((node, at) => now[at] !== node).length + Math.abs(now.length - own.length);
    window.hydration = { before, changes, replaced };
  });
})();
