// Searches for a token in every place that a script of the page, or a tool that records pages, can read.
// `searchForToken()` returns the places. It skips what the vendors' stubs keep for themselves.
(() => {
  'use strict';
  const THEIRS = ['vendorStubs', 'searchForToken'];
  const isToken = text => typeof text === 'string' && text.includes('eyJ');

  const own = object => {
    try { return Reflect.ownKeys(object); } catch { return []; }
  };
  const read = (object, key) => {
    try { return object[key]; } catch { return undefined; }
  };

  const isObject = value => value !== null && (typeof value === 'object' || typeof value === 'function');

  // Walks properties breadth-first, each object once; the text of functions, too.
  const walk = (root, name, depth) => {
    const seen = new Set([root]);
    const found = [];
    let level = [[root, name]];
    for (let step = 0; step < depth; step += 1) {
      const next = [];
      for (const [object, path] of level) {
        for (const key of own(object)) {
          if (object === root && THEIRS.includes(key)) continue;
          const value = read(object, key);
          const place = path + '.' + String(key);
          if (isToken(key) || isToken(value)) found.push(place);
          if (typeof value === 'function' && isToken(Function.prototype.toString.call(value))) found.push(place);
          if (!isObject(value) || seen.has(value)) continue;
          seen.add(value);
          next.push([value, place]);
        }
      }
      level = next;
    }
    return found;
  };

  const nodes = root => [root, ...root.querySelectorAll('*')].flatMap(node =>
    node.shadowRoot ? [node, ...nodes(node.shadowRoot)] : [node]);

  const inTheDocument = () => nodes(document).flatMap(node => [
    ...[...(node.attributes || [])].filter(({ value }) => isToken(value)).map(({ name }) => node.nodeName + '@' + name),
    ...[...node.childNodes].filter(({ nodeValue }) => isToken(nodeValue)).map(() => 'a text in ' + node.nodeName)
  ]);

  const texts = () => ({
    outerHTML: document.documentElement.outerHTML,
    cookie: document.cookie,
    localStorage: JSON.stringify(Object.entries(localStorage)),
    sessionStorage: JSON.stringify(Object.entries(sessionStorage)),
    entries: JSON.stringify(performance.getEntries().map(entry => entry.name)),
    address: location.href + document.referrer + window.name + JSON.stringify(history.state)
  });

  window.searchForToken = () => [
    ...inTheDocument(),
    ...Object.entries(texts()).filter(([, text]) => isToken(text)).map(([place]) => place),
    ...walk(window, 'window', 6)
  ];
})();
