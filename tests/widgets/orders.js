// Plays every order of hmac.js, where time passes as soon as nothing else is left to do.
window.MessageEvent = class extends Event {
  constructor(type, { origin, data }) { super(type); Object.assign(this, { origin, data }); }
};

const { name, visitor, load, same } = input;
window.hmacOrders(name, visitor, load, same).then(
  ({ tried, wrong }) => { window.result = JSON.stringify([tried, wrong]); },
  error => { window.result = JSON.stringify([0, ['FAILED ' + error + ' ' + error.stack]]); }
);
(async () => { while (window.result === undefined) await pass(10); })();
