// A page of another origin that wants to read what it cannot fetch: it includes the URL as a script and observes every
// side effect.
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

  // A token without quotes is an expression: a name and its properties. The first part is the same in all tokens, so
  // an attacker who has a token of their own knows the name.
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
