// A page of another origin that wants to know what it cannot fetch: it includes the address as a script and listens for
// whatever that leaves behind.
(() => {
  'use strict';
  const learned = window.learned = [];
  const note = (how, ...what) => learned.push(how + ': ' + what.map(String).join(' '));

  window.onerror = (message, source, line, column, error) => {
    note('onerror', message, error && error.message, error && error.stack);
  };
  addEventListener('error', event => note('error', event.message, event.error && event.error.stack), true);
  addEventListener('unhandledrejection', event => note('rejection', event.reason));
  document.addEventListener('securitypolicyviolation', event => note('violation', event.sample, event.blockedURI));

  // A bare token is an expression: a name and properties of what it stands for. The first part is the same in all
  // tokens, so somebody who has a token of their own knows the name.
  const echo = path => new Proxy(() => {}, {
    get(_, key) {
      if (typeof key !== 'string') return () => '';
      note('token', path + '.' + key);
      return echo(path + '.' + key);
    }
  });
  const header = new URLSearchParams(location.search).get('header');
  window[header] = echo(header);
  window.namesBefore = Object.getOwnPropertyNames(window);
})();
