// A stub of the libraries that npm packages load: it counts how often it runs, and notes each call with its arguments.
(() => {
  'use strict';
  window.arrivals = (window.arrivals || 0) + 1;
  const noted = window.noted = window.noted || [];
  const vendor = document.currentScript.src.split('/')[4];
  const take = (...args) => { noted.push(vendor + JSON.stringify(args)); };

  const vendors = {
    crisp() {
      const queue = window.$crisp || [];
      window.$crisp = { is: () => true, push: take };
      queue.forEach(take);
    },
    featurebase() {
      const queue = (window.Featurebase || {}).q || [];
      window.Featurebase = take;
      queue.forEach(args => take(...args));
    },
    // Its methods come a moment after its script.
    tawk() {
      setTimeout(() => {
        const api = window.Tawk_API;
        Object.assign(api, {
          login: (person, done) => { take(person); done(); },
          logout: done => done()
        });
        if (api.onLoad) api.onLoad();
      }, 50);
    },
    userflow() {
      const queue = window.USERFLOWJS_QUEUE || [];
      window.USERFLOWJS_QUEUE = { push: ([method, , args]) => take(method, ...args) };
      queue.forEach(([method, deferred, args]) => {
        take(method, ...args);
        if (deferred) deferred.resolve();
      });
    },
    intercom() {
      const queue = (window.Intercom || {}).q || [];
      window.Intercom = take;
      queue.forEach(args => take(...args));
    }
  };
  vendors[vendor]();
})();
