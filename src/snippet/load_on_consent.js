/** @type {import('./types').Gate} */
(open, read) => read('addEventListener').call(window, 'widgetidentity:consent', open, { once: true })
