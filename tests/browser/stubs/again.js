// Runs the snippet in this page as Turbo Drive does, which puts it into the head again at each visit.
(() => {
  'use strict';
  window.listeners = [];
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    const target = this || window;
    window.listeners.push(target.constructor.name + ' ' + type);
    return add.call(target, type, ...rest);
  };

  window.again = async path => {
    const answer = await fetch(path, { headers: { 'X-Turbo-Request-Id': '1', Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const inert = page.querySelector('script[data-widget]');
    const element = document.createElement('script');
    element.textContent = inert.textContent;
    [...inert.attributes].forEach(({ name, value }) => element.setAttribute(name, value));
    document.head.append(element);
    window.runs = (window.runs || 0) + 1;
  };
  window.namesBefore = [...Object.getOwnPropertyNames(window), 'namesBefore', 'runs'];
})();
