// What a person is known by, where it can be found, and a library that takes whatever it is given.

// ---- finding --------------------------------------------------------------------------------------------------------

const MOST_VALUES = 20000;

const children = value => {
  const entries = value instanceof Map || value instanceof Set ? [...value].map((entry, at) => [String(at), entry]) : [];
  return entries.concat(Reflect.ownKeys(value).map(key => {
    const { get, value: held } = Reflect.getOwnPropertyDescriptor(value, key) || {};
    try { return [String(key), get ? get.call(value) : held]; } catch { return [String(key), undefined]; }
  }));
};

// Every text and every function that a script can get hold of from here. Keys are texts too.
const walk = (root, start, { text = (_path, _text) => {}, callback = _callback => {} }) => {
  const known = new Set();
  const queue = [[start, root]];
  while (queue.length && known.size < MOST_VALUES) {
    const [path, value] = /** @type {any} */ (queue.shift());
    if (['string', 'number', 'bigint'].includes(typeof value)) text(path, String(value));
    if (value === null || !['object', 'function'].includes(typeof value) || known.has(value)) continue;
    known.add(value);
    if (typeof value === 'function') callback(value);
    children(value).forEach(([key, held]) => {
      text(path, key);
      queue.push([path + '.' + key, held]);
    });
  }
};

const named = (terms, text) => terms.filter(term => text.includes(term.text)).map(term => term.label);

// ---- the library ----------------------------------------------------------------------------------------------------

// What the library was given: by a call, or by a callback that it called.
const given = [];
const callbacks = new Set();
// What adapters may call without ever getting to an end.
const isLibrary = new WeakSet();
const notCalled = new WeakSet();

const keep = callback => { if (!isLibrary.has(callback) && !notCalled.has(callback)) callbacks.add(callback); };

const take = value => walk(value, '', { text: (_, text) => given.push(text), callback: keep });

const takeLater = value => {
  take(value);
  if (value instanceof Promise) value.then(take, () => {});
};

const FIXED = {
  length: 0,
  prototype: undefined,
  toString: () => '',
  valueOf: () => '',
  toJSON: () => null,
  catch: () => Promise.resolve(),
  finally: done => Promise.resolve().then(done)
};

// A function that is an object that is a constructor: each of its properties is one more of the kind. It is a promise,
// too, for yet another one, unless it is what a promise was kept with.
const makeLibrary = (isAwaited = false) => {
  // Only what can be constructed itself may stand for a constructor; bound, it has no `prototype`.
  /** @type {any} */
  const target = function () {}.bind(undefined);
  delete target.length;
  delete target.name;
  const made = {};
  const call = args => {
    take(args);
    return made.answer = made.answer || makeLibrary();
  };
  const library = new Proxy(target, {
    get(_, key) {
      if (Reflect.getOwnPropertyDescriptor(target, key)) return target[key];
      if (key === Symbol.toPrimitive) return () => '';
      if (key === Symbol.iterator) return () => [][Symbol.iterator]();
      if (typeof key === 'symbol') return undefined;
      if (Object.hasOwnProperty.call(FIXED, key)) return FIXED[key];
      if (key === 'then') return isAwaited ? undefined : made.then = made.then || ((done, failed) => {
        made.awaited = made.awaited || makeLibrary(true);
        return Promise.resolve(made.awaited).then(done, failed);
      });
      if (key === 'call') return (self, ...args) => call(args);
      if (key === 'apply') return (self, args) => call([...args || []]);
      if (key === 'bind') return (self, ...bound) => (...args) => call([...bound, ...args]);
      return made['.' + key] = made['.' + key] || makeLibrary();
    },
    // As the prototype of an object that the page made, it stores in that object.
    set(_, key, value, receiver) {
      take(value);
      if (receiver === library && key === 'length') return true;
      const holder = receiver === library ? target : receiver;
      return Reflect.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
    },
    has: (_, key) => typeof key === 'string',
    apply: (_, self, args) => call(args),
    construct: (_, args) => call(args)
  });
  isLibrary.add(library);
  return library;
};

// Each callback is asked for whatever it gives, as libraries do when they want a token or say that they are ready; then
// those that came with the answers.
const poke = async () => {
  const asked = new Set();
  for (let round = 0; round < 6; round++) {
    for (const callback of [...callbacks].filter(each => !asked.has(each)).slice(0, 60)) {
      asked.add(callback);
      // It was not made for these arguments: what it throws is its good right.
      try { takeLater(callback(makeLibrary(), makeLibrary())); } catch { /* nothing to learn */ }
    }
    await pass(0);
  }
};
