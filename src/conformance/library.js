// Finds the texts that identify a user, and simulates a vendor's library that accepts all data.

// ---- searching ------------------------------------------------------------------------------------------------------

const MOST_VALUES = 20000;

const children = value => {
  const entries = value instanceof Map || value instanceof Set ? [...value].map((entry, at) => [String(at), entry]) : [];
  return entries.concat(Reflect.ownKeys(value).map(key => {
    const { get, value: held } = Reflect.getOwnPropertyDescriptor(value, key) || {};
    try { return [String(key), get ? get.call(value) : held]; } catch { return [String(key), undefined]; }
  }));
};

// Visits every text and every function that a script can reach from `root`. Keys are texts, too.
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

// The texts that the library got: from a call, or from a callback that it called.
const given = [];
const callbacks = new Set();
// The library's own objects, on which adapters can call functions without end.
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

// Makes an object that is a function and a constructor, and each of whose properties is another such object. It is also
// a promise of one more such object, unless it is itself the value of such a promise.
const makeLibrary = (isAwaited = false) => {
  // The target must be a constructor, or the proxy could not be one. A bound function has no `prototype`.
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
    // If it is the prototype of an object of the page, the value is stored in that object.
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

// Calls each callback, as libraries do when they need a token or report that they are ready; then the callbacks that
// came with the results.
const poke = async () => {
  const asked = new Set();
  for (let round = 0; round < 6; round++) {
    for (const callback of [...callbacks].filter(each => !asked.has(each)).slice(0, 60)) {
      asked.add(callback);
      // The callback was not made for these arguments, so it may throw.
      try { takeLater(callback(makeLibrary(), makeLibrary())); } catch { /* nothing to learn */ }
    }
    await pass(0);
  }
};
