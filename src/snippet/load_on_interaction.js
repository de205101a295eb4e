/** @type {import('./types').Gate} */
(open, read) => 'pointerdown keydown scroll widgetidentity:load'.split(' ')
  .forEach(event => read('addEventListener').call(window, event, open, { once: true }))
